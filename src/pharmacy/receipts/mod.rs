//! Receipts: what a supplier delivered, line by line. Each line is a row of the ledger; the same delivery note of the same
//! supplier is received once, and a receipt is not edited: what was wrong with it is adjusted or sent back.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
