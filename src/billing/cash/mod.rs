//! A cashier's day: the drawer is opened with a float, takes what is paid, and is closed by counting it.
//!
//! Invariants, held by the database: one open session per person; a payment joins the open session of whoever takes or
//! decides it, at the moment when it counts; cash counts in a session only; what a closed session expects is its float
//! with all cash that came less all that went, and nothing joins it any more; a difference has its note.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub(super) mod paper;
pub mod queries;
