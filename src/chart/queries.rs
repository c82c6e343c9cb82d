//! What other domains ask of the chart. The scope was checked with the patient.

pub use super::allergies::queries::active as active_allergies;
pub use super::medications::queries::current as current_medications;
