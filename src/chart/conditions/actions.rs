//! Noting and editing conditions.

use chrono::NaiveDate;

use super::forms::ConditionInput;
use super::model::{Condition, ConditionId};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients;
use crate::patients::model::PatientId;

/// Notes what was diagnosed as a condition, unless the patient suffers from it already: an unresolved one has this code
/// or, without a code, this description. Whether the acting person may, the caller has asked.
pub fn note(
    db: &mut DbConnection,
    by: &By,
    patient: PatientId,
    code: &str,
    description: &str,
    onset: Option<NaiveDate>,
) -> Result<(), AppError> {
    let code = code.trim().to_uppercase();
    if queries::has_unresolved(db, patient, &code, description)? {
        return Ok(());
    }
    let input = ConditionInput { code, description: description.to_owned(), onset_date: onset, resolved_date: None };
    insert(db, by, patient, &input).map(|_| ())
}

/// Adds a condition to the chart of a patient in the person's care.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for one that is there already.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    input: &ConditionInput,
) -> Result<ConditionId, AppError> {
    patients::queries::find(db, actor, patient)?;
    insert(db, by, patient, input)
}

fn insert(db: &mut DbConnection, by: &By, patient: PatientId, input: &ConditionInput) -> Result<ConditionId, AppError> {
    let id = queries::insert(db, patient, input, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("created", "condition", id).patient(patient))?;
    Ok(id)
}

/// Saves an edit: also that it is resolved, or that it is not after all.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` when it would be there twice; `Conflict` when it is entered in
/// error.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    id: ConditionId,
    version: i32,
    input: &ConditionInput,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    let before = queries::find(db, patient, id)?;
    if before.entered_in_error_at.is_some() {
        return Err(AppError::Conflict("This condition is marked as entered in error. Add it anew.".to_owned()));
    }
    if before.version != version || !queries::update(db, id, version, input)? {
        return Err(stale(&before, input).into());
    }
    // Which parts, not which words: the chart itself holds those.
    let changed: Vec<&str> = [
        ("code", before.code != input.code),
        ("description", before.description != input.description),
        ("onset_date", before.onset_date != input.onset_date),
        ("resolved_date", before.resolved_date != input.resolved_date),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect();
    audit::record(db, by, &Entry::new("updated", "condition", id).patient(patient).note("fields", changed))
}

fn stale(theirs: &Condition, yours: &ConditionInput) -> StaleEdit {
    let date = |date: Option<NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
    let back = format!("/patients/{}/conditions/{}/edit", theirs.patient_id, theirs.id);
    StaleEdit::new("This condition", &back)
        .row("Code", &yours.code, &theirs.code)
        .row("Condition", &yours.description, &theirs.description)
        .row("Began", date(yours.onset_date), date(theirs.onset_date))
        .row("Resolved", date(yours.resolved_date), date(theirs.resolved_date))
}
