//! Allergies and intolerances, and the statement that none is known.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
