//! What goes with the medicines on paper: a label for each box, and the slip of the whole dispensing.
//!
//! A label says whose it is and how it is taken, in words, and bears the dispensing's number as a barcode; it holds no
//! diagnosis and nothing else of the patient.

pub(super) mod pages;
