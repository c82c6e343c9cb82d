//! Registering patients and keeping their records up.

use super::forms::{ContactInput, PatientInput};
use super::model::{BloodGroup, Patient, PatientId};
use super::queries;
use crate::access::{Actor, By};
use crate::accounts::model::UserId;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::time::date_text;

/// Adds a patient, at the desk, online or from the command line. The record has no account yet.
pub fn register(db: &mut DbConnection, by: &By, input: &PatientInput) -> Result<PatientId, AppError> {
    let id = queries::insert(db, input, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("registered", "patient", id).patient(id))?;
    Ok(id)
}

/// Saves an edit of a record. A medical history that the person may not read stays as it is.
///
/// # Errors
/// `Stale` when somebody else saved first; `NotFound` out of the person's scope.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PatientId,
    version: i32,
    input: &PatientInput,
) -> Result<(), AppError> {
    let before = queries::find(db, actor, id)?;
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        let edit = StaleEdit::new("This record", &format!("/patients/{id}/edit"));
        return Err(stale_record(edit, &before, input).into());
    }
    let after = queries::load(db, id)?;
    audit::record(db, by, &edited(&before, &after))
}

/// Saves an edit of the contact data alone, as patients do it themselves.
///
/// # Errors
/// `Stale` when somebody else saved first; `NotFound` out of the person's scope.
pub fn update_contact(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PatientId,
    version: i32,
    input: &ContactInput,
) -> Result<(), AppError> {
    let before = queries::find(db, actor, id)?;
    if before.version != version || !queries::update_contact(db, id, version, input, by.now)? {
        let edit = StaleEdit::new("Your contact data", &format!("/patients/{id}/contact"));
        return Err(stale_contact(edit, &before, input).into());
    }
    let after = queries::load(db, id)?;
    audit::record(db, by, &edited(&before, &after))
}

/// Joins a record with the account that opens it as its own from now on.
///
/// # Errors
/// `Conflict` when the record has an account already; `Constraint` when the account has a record already.
pub fn link_account(db: &mut DbConnection, by: &By, id: PatientId, user: UserId) -> Result<(), AppError> {
    if !queries::set_user(db, id, user, by.now)? {
        return Err(AppError::Conflict("This record already belongs to an account.".to_owned()));
    }
    audit::record(db, by, &Entry::new("joined_account", "patient", id).patient(id).note("user_id", user.0))
}

/// Which fields were changed. The words themselves stay in the record: the audit log is read by others than the chart.
fn edited(before: &Patient, after: &Patient) -> Entry {
    let changed: Vec<&str> = [
        ("first_name", before.first_name != after.first_name),
        ("last_name", before.last_name != after.last_name),
        ("date_of_birth", before.date_of_birth != after.date_of_birth),
        ("deceased_on", before.deceased_on != after.deceased_on),
        ("gender", before.gender != after.gender),
        ("blood_group", before.blood_group != after.blood_group),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("address", before.address != after.address),
        ("emergency_name", before.emergency_name != after.emergency_name),
        ("emergency_relation", before.emergency_relation != after.emergency_relation),
        ("emergency_phone", before.emergency_phone != after.emergency_phone),
        ("insurance_provider", before.insurance_provider != after.insurance_provider),
        ("insurance_policy_number", before.insurance_policy_number != after.insurance_policy_number),
        ("insurance_valid_until", before.insurance_valid_until != after.insurance_valid_until),
        ("medical_history", before.medical_history != after.medical_history),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect();
    Entry::new("updated", "patient", before.id).patient(before.id).note("fields", changed)
}

fn stale_record(edit: StaleEdit, theirs: &Patient, yours: &PatientInput) -> StaleEdit {
    let group = |g: Option<BloodGroup>| g.map(BloodGroup::label).unwrap_or_default();
    let date = |d: Option<chrono::NaiveDate>| d.map(date_text).unwrap_or_default();
    let edit = edit
        .row("First name", &yours.first_name, &theirs.first_name)
        .row("Last name", &yours.last_name, &theirs.last_name)
        .row("Date of birth", date_text(yours.date_of_birth), date_text(theirs.date_of_birth))
        .row("Died", date(yours.deceased_on), date(theirs.deceased_on))
        .row("Sex", yours.gender.label(), theirs.gender.label())
        .row("Blood group", group(yours.blood_group), group(theirs.blood_group));
    let edit = stale_contact(edit, theirs, &yours.contact)
        .row("Insurance", &yours.insurance_provider, &theirs.insurance_provider)
        .row("Policy number", &yours.insurance_policy_number, &theirs.insurance_policy_number)
        .row("Insured until", date(yours.insurance_valid_until), date(theirs.insurance_valid_until));
    match &yours.medical_history {
        Some(history) => edit.row("Medical history", history, &theirs.medical_history),
        None => edit,
    }
}

fn stale_contact(edit: StaleEdit, theirs: &Patient, yours: &ContactInput) -> StaleEdit {
    edit.row("Phone", &yours.phone, &theirs.phone)
        .row("E-mail", &yours.email, &theirs.email)
        .row("Address", &yours.address, &theirs.address)
        .row("Emergency contact", &yours.emergency_name, &theirs.emergency_name)
        .row("Relation", &yours.emergency_relation, &theirs.emergency_relation)
        .row("Emergency phone", &yours.emergency_phone, &theirs.emergency_phone)
}
