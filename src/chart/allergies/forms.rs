//! What is typed about an allergy.

use super::model::Allergy;
use crate::patients::model::Severity;
use crate::web::Form;

/// An allergy as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllergyInput {
    pub substance: String,
    pub reaction: String,
    pub severity: Severity,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<AllergyInput> {
    let substance = form.required("substance", 200, "Enter what the patient is allergic to.");
    let substance = substance.split_whitespace().collect::<Vec<_>>().join(" ");
    let reaction = form.text("reaction", 500);
    let severity = form.choice::<Severity>("severity", "Choose how bad the reaction was, or that it is not known.");
    let severity = severity?;
    form.is_valid().then_some(AllergyInput { substance, reaction, severity })
}

/// The form that edits an allergy.
pub fn filled(allergy: &Allergy) -> Form {
    Form::of([
        ("substance", allergy.substance.clone()),
        ("reaction", allergy.reaction.clone()),
        ("severity", allergy.severity.as_str().to_owned()),
        ("version", allergy.version.to_string()),
    ])
}
