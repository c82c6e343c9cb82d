//! The hospital itself: its name, address, time zone, currency and booking rules. One row, made by the set-up page.

pub mod model;
pub mod queries;
