//! What was done and who looked: one row for every change and every look at a patient's data.
//!
//! Invariants: a change's row commits with the change; rows are never changed or removed (triggers on both engines).

pub mod model;
mod queries;

pub use model::{AdminAction, Entry, Look};
pub use queries::{looks, looks_count, record, recorded_since};
