//! The tax rates that lines of bills bear. A rate that is changed holds for bills drafted from then on.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
