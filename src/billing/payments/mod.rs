//! Payments of bills, and refunds.
//!
//! Invariants, held by the database: a bill never takes more than its total, and gives back no more than it took; what
//! is decided stays; a refund above the hospital's limit is approved by somebody else than who asked for it. What an
//! insurance is asked for is kept free of other payments until it answers.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
