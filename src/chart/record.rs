//! What all entries of the chart share: who noted them, and that a wrong one is marked and not removed.

use chrono::NaiveDateTime;

pub use crate::accounts::names::Names;

/// That an entry was wrong: who said so, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InError {
    /// In UTC.
    pub at: NaiveDateTime,
    /// A name; empty for the system.
    pub by: String,
    pub reason: String,
}
