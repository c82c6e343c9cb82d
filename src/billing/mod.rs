//! Money: what is to be paid for what was done. So far the charge items, which bills will be made of.
//!
//! Invariants, held by the database: each thing that was done is charged once (`ux_charge_items_*`), and an amount is
//! its quantity times its price. What stands on a bill is not changed here any more.

pub mod actions;
pub mod model;
pub mod queries;
