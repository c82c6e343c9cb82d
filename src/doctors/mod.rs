//! Doctors.

pub mod model;
