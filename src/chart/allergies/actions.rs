//! Noting and editing allergies.

use super::forms::AllergyInput;
use super::model::{Allergy, AllergyId};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients;
use crate::patients::model::PatientId;

/// Adds an allergy to the chart of a patient in the person's care. A statement that none is known ends with it.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for a substance that is on the list.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    input: &AllergyInput,
) -> Result<AllergyId, AppError> {
    patients::queries::find(db, actor, patient)?;
    let id = queries::insert(db, patient, input, by.user_id(), by.now)?;
    queries::end_none_known(db, patient, by.now)?;
    audit::record(db, by, &Entry::new("created", "allergy", id).patient(patient))?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a substance that is on the list; `Conflict` when it is
/// entered in error.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    id: AllergyId,
    version: i32,
    input: &AllergyInput,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    let before = queries::find(db, patient, id)?;
    if before.entered_in_error_at.is_some() {
        return Err(AppError::Conflict("This allergy is marked as entered in error. Add it anew.".to_owned()));
    }
    if before.version != version || !queries::update(db, id, version, input)? {
        return Err(stale(&before, input).into());
    }
    // Which parts, not which words: the chart itself holds those.
    let changed: Vec<&str> = [
        ("substance", before.substance != input.substance),
        ("reaction", before.reaction != input.reaction),
        ("severity", before.severity != input.severity),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect();
    audit::record(db, by, &Entry::new("updated", "allergy", id).patient(patient).note("fields", changed))
}

fn stale(theirs: &Allergy, yours: &AllergyInput) -> StaleEdit {
    let back = format!("/patients/{}/allergies/{}/edit", theirs.patient_id, theirs.id);
    StaleEdit::new("This allergy", &back)
        .row("Substance", &yours.substance, &theirs.substance)
        .row("Reaction", &yours.reaction, &theirs.reaction)
        .row("Severity", yours.severity.label(), theirs.severity.label())
}

/// States that the patient was asked and no allergy is known.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` while an allergy is on the list.
pub fn state_none_known(db: &mut DbConnection, by: &By, actor: &Actor, patient: PatientId) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    if let Some(known) = queries::active(db, patient)?.first() {
        let message =
            format!("{} is on the list of allergies. Mark it as entered in error first, if it is.", known.substance);
        return Err(AppError::Conflict(message));
    }
    let id = queries::state_none_known(db, patient, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("stated", "no_known_allergies", id).patient(patient))
}
