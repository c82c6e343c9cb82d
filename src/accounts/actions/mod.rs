//! What is done with accounts, each act whole: checked, written and audited in one transaction.

mod people;
mod sign_in;

pub use people::{invite, invite_patient};
pub use sign_in::{SignIn, begin_sign_in, set_up, sign_in_failed, signed_in};
