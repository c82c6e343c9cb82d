//! SQL of patients.

mod duplicates;
mod overview;
mod search;

use chrono::NaiveDateTime;
use diesel::prelude::*;

pub use duplicates::{Candidate, duplicates};
pub use overview::{Overview, overview};
pub use search::{Found, MOST_FOUND, SearchRow, rows, search};

use super::forms::{ContactInput, PatientInput};
use super::model::{Patient, PatientId, name_search};
use crate::access::{Actor, Permission, Role};
use crate::accounts::model::UserId;
use crate::db::fold::digits;
use crate::db::schema::{appointments, encounters, patients};
use crate::db::{DbConnection, MultiBackend};

/// The patients whose records a person may open: a patient their own; a doctor those whom an appointment or a visit
/// ties to them; everybody else who may see patients all; the others nobody.
pub fn visible_to(actor: &Actor) -> patients::BoxedQuery<'static, MultiBackend> {
    let query = patients::table.into_boxed();
    let nobody = PatientId(0);
    match actor.role {
        Role::Patient => query.filter(patients::id.eq(actor.patient_id.unwrap_or(nobody))),
        _ if !actor.may(Permission::SeePatients) => query.filter(patients::id.eq(nobody)),
        Role::Doctor => match actor.doctor_id {
            Some(doctor) => {
                let booked =
                    appointments::table.filter(appointments::doctor_id.eq(doctor)).select(appointments::patient_id);
                let seen = encounters::table.filter(encounters::doctor_id.eq(doctor)).select(encounters::patient_id);
                query.filter(patients::id.eq_any(booked).or(patients::id.eq_any(seen)))
            }
            None => query.filter(patients::id.eq(nobody)),
        },
        _ => query,
    }
}

/// A patient whose record the person may open.
pub fn find(db: &mut DbConnection, actor: &Actor, id: PatientId) -> QueryResult<Patient> {
    visible_to(actor).filter(patients::id.eq(id)).select(Patient::as_select()).first(db)
}

/// A patient for the application's own use, after the scope was checked or where nobody is signed in.
pub fn load(db: &mut DbConnection, id: PatientId) -> QueryResult<Patient> {
    patients::table.find(id).select(Patient::as_select()).first(db)
}

/// Adds a patient, who has no account yet.
pub fn insert(
    db: &mut DbConnection,
    input: &PatientInput,
    registered_by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<PatientId> {
    let contact = &input.contact;
    diesel::insert_into(patients::table)
        .values((
            (
                patients::first_name.eq(&input.first_name),
                patients::last_name.eq(&input.last_name),
                patients::name_search.eq(name_search(&input.first_name, &input.last_name)),
                patients::date_of_birth.eq(input.date_of_birth),
                patients::deceased_on.eq(input.deceased_on),
                patients::gender.eq(input.gender),
                patients::blood_group.eq(input.blood_group),
            ),
            (
                patients::phone.eq(&contact.phone),
                patients::phone_digits.eq(digits(&contact.phone)),
                patients::email.eq(&contact.email),
                patients::address.eq(&contact.address),
                patients::emergency_name.eq(&contact.emergency_name),
                patients::emergency_relation.eq(&contact.emergency_relation),
                patients::emergency_phone.eq(&contact.emergency_phone),
            ),
            patients::insurance_provider.eq(&input.insurance_provider),
            patients::insurance_policy_number.eq(&input.insurance_policy_number),
            patients::insurance_valid_until.eq(input.insurance_valid_until),
            patients::medical_history.eq(input.medical_history.as_deref().unwrap_or_default()),
            patients::registered_by.eq(registered_by),
            patients::created_at.eq(now),
            patients::updated_at.eq(now),
        ))
        .returning(patients::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: PatientId,
    version: i32,
    input: &PatientInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(patients::table.find(id).filter(patients::version.eq(version)))
        .set((
            patients::first_name.eq(&input.first_name),
            patients::last_name.eq(&input.last_name),
            patients::name_search.eq(name_search(&input.first_name, &input.last_name)),
            patients::date_of_birth.eq(input.date_of_birth),
            patients::deceased_on.eq(input.deceased_on),
            patients::gender.eq(input.gender),
            patients::blood_group.eq(input.blood_group),
            patients::insurance_provider.eq(&input.insurance_provider),
            patients::insurance_policy_number.eq(&input.insurance_policy_number),
            patients::insurance_valid_until.eq(input.insurance_valid_until),
            input.medical_history.as_ref().map(|history| patients::medical_history.eq(history)),
        ))
        .execute(db)?;
    Ok(changed == 1 && update_contact(db, id, version, &input.contact, now)?)
}

/// Saves an edit of the contact data of this version; `false` when somebody else saved first.
pub fn update_contact(
    db: &mut DbConnection,
    id: PatientId,
    version: i32,
    contact: &ContactInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(patients::table.find(id).filter(patients::version.eq(version)))
        .set((
            patients::phone.eq(&contact.phone),
            patients::phone_digits.eq(digits(&contact.phone)),
            patients::email.eq(&contact.email),
            patients::address.eq(&contact.address),
            patients::emergency_name.eq(&contact.emergency_name),
            patients::emergency_relation.eq(&contact.emergency_relation),
            patients::emergency_phone.eq(&contact.emergency_phone),
            patients::version.eq(version + 1),
            patients::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Joins a record with the account that opens it as its own; `false` when the record has one already.
/// An account that has a record already is refused by `ux_patients_user_id`.
pub fn set_user(db: &mut DbConnection, id: PatientId, user: UserId, now: NaiveDateTime) -> QueryResult<bool> {
    let changed = diesel::update(patients::table.find(id).filter(patients::user_id.is_null()))
        .set((patients::user_id.eq(user), patients::updated_at.eq(now)))
        .execute(db)?;
    Ok(changed == 1)
}
