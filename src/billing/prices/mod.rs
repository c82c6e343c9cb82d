//! The price list: what is charged by hand, and what tests of the same name cost.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
