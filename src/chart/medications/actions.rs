//! Noting what patients tell of medicines, and stopping medicines.

use super::forms::{StatementInput, StopInput};
use super::model::{LineId, Statement, StatementId};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;
use crate::{patients, settings};

/// Adds what somebody told to the list of a patient in the person's care.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for a medicine that is on the list.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    input: &StatementInput,
) -> Result<StatementId, AppError> {
    patients::queries::find(db, actor, patient)?;
    let id = queries::insert(db, patient, input, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("created", "medication_statement", id).patient(patient))?;
    Ok(id)
}

/// Saves an edit of what somebody told.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` when it would be there twice; `Conflict` when it is stopped or
/// entered in error.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    id: StatementId,
    version: i32,
    input: &StatementInput,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    let before = queries::find(db, patient, id)?;
    if before.entered_in_error_at.is_some() || before.stopped_on.is_some() {
        let message = format!("{} is stopped or marked as entered in error. Add it anew.", before.medicine);
        return Err(AppError::Conflict(message));
    }
    if before.version != version || !queries::update(db, id, version, input)? {
        return Err(stale(&before, input).into());
    }
    // Which parts, not which words: the chart itself holds those.
    let changed: Vec<&str> = [
        ("medicine", before.medicine != input.medicine),
        ("directions", before.directions != input.directions),
        ("source", before.source != input.source),
        ("started_on", before.started_on != input.started_on),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect();
    audit::record(db, by, &Entry::new("updated", "medication_statement", id).patient(patient).note("fields", changed))
}

fn stale(theirs: &Statement, yours: &StatementInput) -> StaleEdit {
    let date = |date: Option<chrono::NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
    let back = format!("/patients/{}/medications/{}/edit", theirs.patient_id, theirs.id);
    StaleEdit::new("This medicine", &back)
        .row("Medicine", &yours.medicine, &theirs.medicine)
        .row("How it is taken", &yours.directions, &theirs.directions)
        .row("Told by", yours.source.label(), theirs.source.label())
        .row("Since", date(yours.started_on), date(theirs.started_on))
}

/// Stops a medicine that somebody told of.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` when it is stopped already.
pub fn stop(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    id: StatementId,
    input: &StopInput,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    let before = queries::find(db, patient, id)?;
    if !queries::stop(db, id, input.on, &input.reason, by.user_id(), by.now)? {
        return Err(AppError::Conflict(format!("{} is not taken any more.", before.medicine)));
    }
    let entry = Entry::new("stopped", "medication_statement", id).patient(patient).reason(&input.reason);
    audit::record(db, by, &entry)
}

/// Stops a medicine of a prescription, whoever wrote it. The prescription itself stays as it was signed.
///
/// # Errors
/// `NotFound` out of the person's scope or when the prescription is not out; `Conflict` when it is not taken any more.
pub fn stop_prescribed(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    line: LineId,
    input: &StopInput,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    let zone = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone();
    let medicine = queries::find_prescribed(db, patient, line, zone)?;
    if !medicine.is_current(zone.date(by.now)) {
        return Err(AppError::Conflict(format!("{} is not taken any more.", medicine.medicine)));
    }
    let id = queries::stop_prescribed(db, line, input.on, &input.reason, by.user_id(), by.now)?;
    let entry = Entry::new("stopped", "prescription_medication", line)
        .patient(patient)
        .reason(&input.reason)
        .note("stop", id.0);
    audit::record(db, by, &entry)
}
