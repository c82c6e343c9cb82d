//! What administrators type about people.

use super::username;
use crate::access::Role;
use crate::accounts::model::{NewPerson, User};
use crate::web::Form;

/// The roles that an invitation and a change of role can give. Doctors are added with their department and licence under
/// Doctors; patients register, or are invited from their record.
pub const GIVEN_ROLES: &[Role] =
    &[Role::Receptionist, Role::Pharmacist, Role::Accountant, Role::BillingManager, Role::Admin];

/// An account as an administrator wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonEdit {
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    pub email: Option<String>,
    pub phone: String,
    pub designation: String,
    pub license_number: String,
}

/// Reads the form that invites somebody.
pub fn parse_invitation(form: &mut Form) -> Option<NewPerson> {
    let role = given_role(form);
    let person = NewPerson {
        first_name: form.required("first_name", 80, "Enter the first name."),
        last_name: form.required("last_name", 80, "Enter the last name."),
        username: username(form, false),
        email: form.email("email"),
        phone: form.phone("phone"),
        role: role.unwrap_or(Role::Receptionist),
        designation: designation(form, role),
        license_number: license_number(form, role),
    };
    form.is_valid().then_some(person)
}

/// Reads a role that can be given.
pub fn given_role(form: &mut Form) -> Option<Role> {
    let role = form.choice::<Role>("role", "Choose what this person does here.")?;
    if GIVEN_ROLES.contains(&role) {
        return Some(role);
    }
    form.refuse_field("role", "Doctors are added under Doctors, and patients are invited from their record.");
    None
}

/// Reads the form that edits an account of this role.
pub fn parse_edit(form: &mut Form, role: Role) -> Option<PersonEdit> {
    let edit = PersonEdit {
        first_name: form.required("first_name", 80, "Enter the first name."),
        last_name: form.required("last_name", 80, "Enter the last name."),
        username: username(form, true),
        email: form.email("email"),
        phone: form.phone("phone"),
        designation: designation(form, Some(role)),
        license_number: license_number(form, Some(role)),
    };
    form.is_valid().then_some(edit)
}

/// Whether people of this role are called something of their own in the hospital.
pub fn has_designation(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Receptionist)
}

/// Whether people of this role have a licence on their account. Doctors have theirs on their own page.
pub fn has_license(role: Role) -> bool {
    role == Role::Pharmacist
}

fn designation(form: &mut Form, role: Option<Role>) -> String {
    if role.is_some_and(has_designation) { form.text("designation", 120) } else { String::new() }
}

fn license_number(form: &mut Form, role: Option<Role>) -> String {
    if !role.is_some_and(has_license) {
        return String::new();
    }
    form.required("license_number", 60, "Enter the pharmacist’s licence number.")
}

/// The form that edits an account.
pub fn filled(user: &User) -> Form {
    Form::of([
        ("first_name", user.first_name.clone()),
        ("last_name", user.last_name.clone()),
        ("username", user.username.clone()),
        ("email", user.email.clone().unwrap_or_default()),
        ("phone", user.phone.clone()),
        ("designation", user.designation.clone()),
        ("license_number", user.license_number.clone()),
        ("version", user.version.to_string()),
    ])
}
