//! The pages of patients.

pub mod edit;
pub mod looks;
pub mod record;
pub mod register;
pub mod search;
