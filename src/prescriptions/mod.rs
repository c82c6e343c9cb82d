//! Prescriptions.

pub mod model;
