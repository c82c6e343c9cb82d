//! The pages of stock.

mod batch;
mod expiry;
mod overview;

pub use batch::{act, ask, movements, show};
pub use expiry::{confirm_write_off, expiry, write_off};
pub use overview::index;
