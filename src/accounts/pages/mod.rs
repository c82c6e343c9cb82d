//! The pages of accounts.

pub mod login;
pub mod setup;
