//! What is typed about a specialization.

use super::model::Specialization;
use crate::web::Form;

/// A specialization as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecializationInput {
    pub name: String,
    pub description: String,
    pub requirements: String,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<SpecializationInput> {
    let input = SpecializationInput {
        name: form.required("name", 120, "Enter the specialization's name."),
        description: form.text("description", 2000),
        requirements: form.text("requirements", 2000),
    };
    form.is_valid().then_some(input)
}

/// The form that edits a specialization.
pub fn filled(specialization: &Specialization) -> Form {
    Form::of([
        ("name", specialization.name.clone()),
        ("description", specialization.description.clone()),
        ("requirements", specialization.requirements.clone()),
        ("version", specialization.version.to_string()),
    ])
}
