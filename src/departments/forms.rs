//! What is typed about a department.

use super::model::Department;
use crate::doctors::model::DoctorId;
use crate::web::Form;

/// A department as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentInput {
    pub name: String,
    pub description: String,
    pub head_doctor_id: Option<DoctorId>,
    pub location: String,
    pub phone: String,
    pub is_active: bool,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<DepartmentInput> {
    let input = DepartmentInput {
        name: form.required("name", 120, "Enter the department's name."),
        description: form.text("description", 2000),
        head_doctor_id: form.id("head_doctor_id"),
        location: form.text("location", 200),
        phone: form.phone("phone"),
        is_active: form.ticked("is_active"),
    };
    form.is_valid().then_some(input)
}

/// The form of a new department.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned())])
}

/// The form that edits a department.
pub fn filled(department: &Department) -> Form {
    Form::of([
        ("name", department.name.clone()),
        ("description", department.description.clone()),
        ("head_doctor_id", department.head_doctor_id.map(|id| id.to_string()).unwrap_or_default()),
        ("location", department.location.clone()),
        ("phone", department.phone.clone()),
        ("is_active", if department.is_active { "yes".to_owned() } else { String::new() }),
        ("version", department.version.to_string()),
    ])
}
