//! The pages of ordered tests and their results.

pub mod enter;
pub mod list;
pub mod read;
