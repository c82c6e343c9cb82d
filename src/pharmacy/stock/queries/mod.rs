//! SQL of batches and of the ledger.

mod batches;
mod ledger;
mod overview;

pub use batches::{batch_for, ending, expired, find, full, offered, on_hand, set_status, unit, used_up};
pub use ledger::{Of, given, insert_movement, ledger, sum_since};
pub use overview::{Filter, alerts, count, count_of_time, list, list_of_time, row};
