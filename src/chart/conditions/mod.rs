//! Conditions: what a patient suffers from, and once did.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
