//! Stock: batches and the ledger of their movements.

pub mod actions;
pub mod model;
pub mod queries;
