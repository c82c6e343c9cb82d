//! Encounters.

pub mod model;
