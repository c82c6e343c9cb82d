//! What papers say of a patient.

use chrono::NaiveDate;

use super::banner::Allergy;
use super::model::Patient;
use crate::paper::Part;
use crate::time::{age_text, date_text};

/// Who a paper is about. `on`: the day for which the age is said.
pub fn facts(patient: &Patient, on: NaiveDate) -> Vec<(&'static str, String)> {
    let born = patient.date_of_birth;
    vec![
        ("Patient", patient.name()),
        ("Number", patient.id.code()),
        ("Born", format!("{} ({})", date_text(born), age_text(born, on))),
        ("Sex", patient.gender.label().to_owned()),
    ]
}

/// The patient's allergies, as everybody who treats must read them.
pub fn allergies(allergies: &[Allergy]) -> Part {
    if allergies.is_empty() {
        return Part::Quiet("No allergies are recorded.".to_owned());
    }
    let one = |a: &Allergy| format!("{} ({})", a.substance, a.severity.label().to_lowercase());
    let text = format!("Allergies: {}", allergies.iter().map(one).collect::<Vec<_>>().join(", "));
    Part::Warning { text, points: Vec::new() }
}
