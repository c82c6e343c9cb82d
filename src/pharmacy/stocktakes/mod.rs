//! Stocktakes: counting the shelves and putting the stock right.
//!
//! What is counted is saved as it is typed, with what the system knew at that moment, so that dispensing goes on meanwhile
//! and a difference stays a difference. Whoever may manage the stock can continue what somebody else began. Posting writes
//! all differences to the ledger in one step; a batch is in one open stocktake at most, so no difference counts twice.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
