//! Patients.

pub mod model;
