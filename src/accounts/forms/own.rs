//! What people type about their own account: accepting an invitation, registering, their profile, their password.

use chrono::NaiveDate;

use super::{new_password, username};
use crate::access::Role;
use crate::accounts::model::User;
use crate::patients::forms::{PatientInput, birthday};
use crate::patients::model::Gender;
use crate::web::Form;

/// What accepting an invitation asks for.
#[derive(Clone, Debug)]
pub struct AcceptInput {
    pub username: String,
    /// Asked of patients only, who have no account yet.
    pub email: Option<String>,
    pub password: String,
}

/// Reads the form that accepts an invitation. `own` are the person's names and addresses, which are no password.
pub fn parse_accept(form: &mut Form, role: Role, asks_email: bool, own: &[&str]) -> Option<AcceptInput> {
    let username = username(form, true);
    let email = if asks_email { form.email("email") } else { None };
    let own: Vec<&str> = own.iter().copied().chain([username.as_str(), email.as_deref().unwrap_or("")]).collect();
    let password = new_password(form, role, &own);
    form.is_valid().then_some(AcceptInput { username, email, password })
}

/// A patient who registers online.
#[derive(Clone, Debug)]
pub struct RegisterInput {
    pub patient: PatientInput,
    pub email: String,
    pub password: String,
}

/// Reads the form that patients register themselves with.
pub fn parse_register(form: &mut Form, today: NaiveDate) -> Option<RegisterInput> {
    let first_name = form.required("first_name", 100, "Enter your first name.");
    let last_name = form.required("last_name", 100, "Enter your last name.");
    let born = birthday(form, "date_of_birth", today);
    let gender = form.choice::<Gender>("gender", "Choose one, or “Unknown” if you would rather not say.");
    let phone = form.phone("phone");
    if phone.is_empty() {
        form.refuse_field("phone", "Enter a phone number on which the hospital can reach you.");
    }
    let email = form.email("email").unwrap_or_default();
    if email.is_empty() {
        form.refuse_field("email", "Enter your e-mail address; you sign in with it.");
    }
    let password = new_password(form, Role::Patient, &[&first_name, &last_name, &email]);
    if !form.ticked("consent") {
        form.refuse_field("consent", "Please agree, so that the hospital may keep your record.");
    }
    let mut patient = PatientInput::named(&first_name, &last_name, born?, gender?);
    patient.contact.phone = phone;
    patient.contact.email.clone_from(&email);
    form.is_valid().then_some(RegisterInput { patient, email, password })
}

/// A person's own profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileInput {
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub address: String,
    pub email: Option<String>,
}

/// Reads the form of one's own profile.
pub fn parse_profile(form: &mut Form, user: &User) -> Option<ProfileInput> {
    let input = ProfileInput {
        first_name: form.required("first_name", 80, "Enter your first name."),
        last_name: form.required("last_name", 80, "Enter your last name."),
        phone: form.phone("phone"),
        address: form.text("address", 400),
        email: form.email("email"),
    };
    if input.email != user.email && form.value("current_password").is_empty() {
        form.refuse_field("current_password", "To change your e-mail address, enter your present password.");
    }
    form.is_valid().then_some(input)
}

/// The form of one's own profile.
pub fn filled_profile(user: &User) -> Form {
    Form::of([
        ("first_name", user.first_name.clone()),
        ("last_name", user.last_name.clone()),
        ("phone", user.phone.clone()),
        ("address", user.address.clone()),
        ("email", user.email.clone().unwrap_or_default()),
        ("version", user.version.to_string()),
    ])
}

/// Reads the form that changes one's own password; gives the new one.
pub fn parse_password_change(form: &mut Form, user: &User) -> Option<String> {
    if form.value("current_password").is_empty() {
        form.refuse_field("current_password", "Enter your present password.");
    }
    let email = user.email.as_deref().unwrap_or("");
    let password = new_password(form, user.role, &[&user.first_name, &user.last_name, &user.username, email]);
    if form.is_valid() && password == form.value("current_password") {
        form.refuse_field("password", "This is your present password. Choose another one.");
    }
    form.is_valid().then_some(password)
}
