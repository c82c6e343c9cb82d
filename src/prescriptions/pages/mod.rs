//! The pages of prescriptions.

pub mod read;
pub mod write;
