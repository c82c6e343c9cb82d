//! The catalogue as a spreadsheet: a file to take away, and one to bring back in two steps.
//!
//! Importing shows first what a file would do (`plan`), and then does exactly this: the second step makes the plan anew and
//! applies it only when nothing of it has changed.

pub mod actions;
pub mod file;
pub(super) mod pages;
pub mod plan;
