//! Taking payments at the desk and in the office, refunds, deposits, and what insurances answer.

mod decide;
mod deposits;
mod desk;
mod pay;

pub use decide::{decide, offer_decision};
pub(in crate::billing) use deposits::held_text;
pub use deposits::{index as deposits, offer_return, return_deposit, take as take_deposit};
pub use desk::desk;
pub use pay::{offer, offer_refund, refund, take};
