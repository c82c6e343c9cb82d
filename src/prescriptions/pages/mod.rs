//! The pages of prescriptions.

pub mod check;
pub mod favourites;
pub mod finish;
pub mod paper;
pub mod read;
pub mod write;
