//! Bills: drafted from a patient's open charges, issued, and from then on unchangeable.
//!
//! Invariants, held by the database: the lines of an issued bill add up to its total; nothing of it changes but its
//! status; it keeps its currency. What is wrong is voided as long as nothing was paid, or taken back by a credit note.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod queries;
