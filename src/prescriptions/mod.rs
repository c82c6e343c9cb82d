//! Prescriptions: medications and test orders that a doctor hands out.
//!
//! Invariants: a draft is its doctor's alone and is edited as often as needed; once submitted it is seen by patient,
//! desk and pharmacy and is never edited, only cancelled with a reason; its number is its id, so none is given twice.

pub mod actions;
pub mod directions;
pub mod forms;
pub mod model;
pub mod queries;
