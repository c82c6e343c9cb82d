//! Specializations: what doctors are trained in. A doctor has any number of them.
//!
//! Invariants: a name is taken once whatever its case; one that doctors have cannot be removed.

pub mod model;
