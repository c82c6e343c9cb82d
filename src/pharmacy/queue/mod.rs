//! The pharmacy's queue: what doctors have submitted and patients wait for.
//!
//! A prescription waits while something of it may be handed out and no pharmacist has it in hand: the urgent ones first,
//! then the one that waits longest. One whose last day has passed waits no more, and stands apart until it is declined.

pub mod model;
pub(super) mod pages;
pub mod queries;
