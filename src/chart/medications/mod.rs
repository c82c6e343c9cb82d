//! Medications: what a patient takes, as one list of what is prescribed here and what somebody told.
//!
//! What prescriptions say is read from them: the two lists cannot disagree. A stop of a prescribed medicine stands beside
//! the prescription, which stays as it was signed, and is shown on both.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
