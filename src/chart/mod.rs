//! The chart: what is known about a patient. Allergies, conditions, medications, vital signs, and the timeline of everything.
//!
//! Invariants: nothing is ever deleted: what was wrong is marked as entered in error, with who, when and why, and from then
//! on only those who write the chart see it; the same allergy, unresolved condition or medicine is noted once; that no
//! allergy is known is a statement that somebody made, and not the absence of entries; what prescriptions say about
//! medicines is read from them and copied nowhere; doctors write the charts of those in their care, and nobody else does.

pub mod actions;
pub mod allergies;
pub mod conditions;
pub mod queries;
pub mod record;
pub mod vital_signs;
