//! What is typed about a doctor.

use super::model::{Doctor, DoctorStatus, Profile};
use super::specializations::model::SpecializationId;
use crate::access::Role;
use crate::accounts::model::{NewPerson, UserId};
use crate::departments::model::DepartmentId;
use crate::money::Currency;
use crate::web::Form;

/// A doctor as an administrator wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorInput {
    pub department_id: DepartmentId,
    /// In capitals with single spaces, so that it is one number however it is typed.
    pub license_number: String,
    pub qualifications: String,
    pub bio: String,
    pub experience_years: i32,
    /// Minor units.
    pub consultation_fee: i64,
    pub is_available: bool,
    pub status: DoctorStatus,
    pub specializations: Vec<SpecializationId>,
}

/// Who a new doctor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody who has an account already.
    Account(UserId),
    /// Somebody who is invited.
    Invited(NewPerson),
}

/// What doctors keep up themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnInput {
    pub qualifications: String,
    pub bio: String,
}

/// Reads an administrator's form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, currency: Currency) -> Option<DoctorInput> {
    let department_id = form.id("department_id");
    if department_id.is_none() {
        form.refuse_field("department_id", "Choose the doctor's department.");
    }
    let license_number = form.required("license_number", 60, "Enter the number of the doctor's licence.");
    let own = own(form);
    let experience_years = form.number("experience_years", 0..=80).unwrap_or(0);
    let consultation_fee = form.money("consultation_fee", currency).unwrap_or(0);
    let is_available = form.ticked("is_available");
    let status = form.choice("status", "Choose whether the doctor works here.");
    let chosen: Vec<Option<i64>> = form.values("specializations").map(|id| id.parse().ok()).collect();
    if chosen.contains(&None) {
        form.refuse_field("specializations", "Choose from the list.");
    }
    let mut specializations: Vec<SpecializationId> = chosen.into_iter().flatten().map(SpecializationId).collect();
    specializations.sort_unstable();
    specializations.dedup();
    let (Some(department_id), Some(status), true) = (department_id, status, form.is_valid()) else { return None };
    Some(DoctorInput {
        department_id,
        license_number: license_number.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" "),
        qualifications: own.qualifications,
        bio: own.bio,
        experience_years,
        consultation_fee,
        is_available,
        status,
        specializations,
    })
}

fn own(form: &mut Form) -> OwnInput {
    OwnInput { qualifications: form.text("qualifications", 300), bio: form.text("bio", 4000) }
}

/// Reads who a new doctor is: an account that is chosen, or else a person to invite.
pub fn parse_who(form: &mut Form) -> Option<Who> {
    if let Some(account) = form.id("user_id") {
        return Some(Who::Account(account));
    }
    let person = NewPerson {
        username: String::new(),
        email: form.email("email"),
        first_name: form.required("first_name", 80, "Enter the doctor's first name."),
        last_name: form.required("last_name", 80, "Enter the doctor's last name."),
        phone: form.phone("phone"),
        role: Role::Doctor,
        designation: String::new(),
        license_number: String::new(),
    };
    form.is_valid().then_some(Who::Invited(person))
}

/// Reads what doctors may change of themselves.
pub fn parse_own(form: &mut Form) -> Option<OwnInput> {
    let input = own(form);
    form.is_valid().then_some(input)
}

/// The form of a new doctor.
pub fn empty() -> Form {
    Form::of([("is_available", "yes".to_owned()), ("status", DoctorStatus::Active.as_str().to_owned())])
}

/// The form that edits a doctor.
pub fn filled(profile: &Profile, currency: Currency) -> Form {
    let doctor: &Doctor = &profile.doctor;
    let mut form = Form::of([
        ("department_id", doctor.department_id.to_string()),
        ("license_number", doctor.license_number.clone()),
        ("qualifications", doctor.qualifications.clone()),
        ("bio", doctor.bio.clone()),
        ("experience_years", doctor.experience_years.to_string()),
        ("consultation_fee", currency.input(doctor.consultation_fee)),
        ("is_available", if doctor.is_available { "yes".to_owned() } else { String::new() }),
        ("status", doctor.status.as_str().to_owned()),
        ("version", doctor.version.to_string()),
    ]);
    for specialization in &profile.specializations {
        form.push("specializations", specialization.id.to_string());
    }
    form
}
