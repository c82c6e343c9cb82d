//! What is typed about accounts: to set the hospital up, to invite and edit people, and about one's own account.

mod own;
mod people;
mod permissions;

pub use own::{
    AcceptInput, ProfileInput, RegisterInput, filled_profile, parse_accept, parse_password_change, parse_profile,
    parse_register,
};
pub use people::{
    GIVEN_ROLES, PersonEdit, filled, given_role, has_designation, has_license, parse_edit, parse_invitation,
};
pub use permissions::{ExceptionInput, parse_exception};

use crate::access::Role;
use crate::accounts::passwords;
use crate::money::Currency;
use crate::time::Zone;
use crate::web::Form;

/// The hospital and its first administrator.
#[derive(Clone, Debug)]
pub struct SetUpInput {
    pub hospital_name: String,
    pub address: String,
    pub phone: String,
    pub time_zone: String,
    pub currency: String,
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    pub email: Option<String>,
    pub password: String,
}

/// Reads the set-up form.
pub fn parse_set_up(form: &mut Form) -> Option<SetUpInput> {
    let input = SetUpInput {
        hospital_name: form.required("hospital_name", 120, "Enter the hospital's name."),
        address: form.text("address", 400),
        phone: form.phone("phone"),
        time_zone: form.value("time_zone").to_owned(),
        currency: form.value("currency").to_owned(),
        first_name: form.required("first_name", 80, "Enter your first name."),
        last_name: form.required("last_name", 80, "Enter your last name."),
        username: username(form, true),
        email: form.email("email"),
        password: form.value("password").to_owned(),
    };
    if Zone::named(&input.time_zone).is_none() {
        form.refuse_field("time_zone", "Choose the hospital's time zone.");
    }
    if Currency::named(&input.currency).is_none() {
        form.refuse_field("currency", "Choose the hospital's currency.");
    }
    let own = [&*input.first_name, &input.last_name, &input.username, input.email.as_deref().unwrap_or("")];
    new_password(form, Role::Admin, &own);
    form.is_valid().then_some(input)
}

/// A user name in lower case: letters, digits, and signs that stand well in a list.
pub fn username(form: &mut Form, is_required: bool) -> String {
    let value = form.text("username", 60).to_lowercase();
    let known = value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
    if value.is_empty() && is_required {
        form.refuse_field("username", "Enter a user name.");
    } else if !value.is_empty() && (!known || value.len() < 3) {
        form.refuse_field("username", "Use at least 3 letters, digits, dots, hyphens or underscores.");
    }
    value
}

/// A new password typed twice, with the rules that hold for the role.
pub fn new_password(form: &mut Form, role: Role, own: &[&str]) -> String {
    let password = form.value("password").to_owned();
    if let Some(objection) = passwords::objection(&password, role, own) {
        form.refuse_field("password", objection);
    } else if form.value("password_again") != password {
        form.refuse_field("password_again", "Type the same password again.");
    }
    password
}
