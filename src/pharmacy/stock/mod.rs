//! Stock: batches, the ledger of their movements, and how much there is of each medicine.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
pub mod shelf;
