//! Favourites: lines that a doctor likes to write again, each doctor their own.
//!
//! Invariants: a line is a favourite once; one that was kept with a diagnosis is offered first for that diagnosis.

pub mod actions;
pub mod model;
pub mod queries;
