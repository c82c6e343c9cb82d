//! The pages of accounts.

pub mod account;
pub mod links;
pub mod login;
pub mod permissions;
pub mod register;
pub mod setup;
pub mod users;
