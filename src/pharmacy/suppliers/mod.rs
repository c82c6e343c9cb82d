//! Suppliers: whom the pharmacy buys from. One that delivered is kept for its receipts and can be closed instead.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
