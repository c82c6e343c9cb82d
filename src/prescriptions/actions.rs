//! Writing, submitting and taking back prescriptions. Only their own doctor does.

use super::model::{Content, Prescription, PrescriptionId, PrescriptionStatus};
use super::queries::{self, Occasion};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::encounters::model::EncounterId;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;
use crate::{encounters, patients, settings};

/// Whom a new prescription is for: a visit of the doctor's own, or a patient in the doctor's care.
#[derive(Clone, Copy, Debug)]
pub enum For {
    Encounter(EncounterId),
    Patient(PatientId),
}

/// The occasion of a new prescription, if it is the doctor's to write for.
///
/// # Errors
/// `NotFound` for somebody else's visit or a patient out of care; `Forbidden` for who is no doctor.
pub fn occasion(db: &mut DbConnection, actor: &Actor, whom: For) -> Result<Occasion, AppError> {
    if actor.doctor_id.is_none() {
        return Err(AppError::Forbidden);
    }
    match whom {
        For::Encounter(id) => {
            let encounter = encounters::actions::own(db, actor, id)?;
            Ok(Occasion { patient: encounter.patient_id, encounter: Some(id), appointment: encounter.appointment_id })
        }
        For::Patient(id) => {
            let patient = patients::queries::find(db, actor, id)?;
            Ok(Occasion { patient: patient.id, encounter: None, appointment: None })
        }
    }
}

/// Adds a draft.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    whom: For,
    content: &Content,
) -> Result<PrescriptionId, AppError> {
    let occasion = occasion(db, actor, whom)?;
    let doctor = actor.doctor_id.ok_or(AppError::Forbidden)?;
    let id = queries::insert(db, doctor, occasion, content, by.now)?;
    let entry = Entry::new("created", "prescription", id)
        .patient(occasion.patient)
        .note("medications", content.medications.len())
        .note("tests", content.tests.len());
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// The prescription, if it is this doctor's own. Others' are not found, whatever else may be seen of them.
fn own(db: &mut DbConnection, actor: &Actor, id: PrescriptionId) -> Result<Prescription, AppError> {
    let prescription = queries::find(db, actor, id)?;
    if prescription.is_of(actor) { Ok(prescription) } else { Err(AppError::NotFound) }
}

/// Saves a draft and says its new version. What is saved already is not saved again.
///
/// # Errors
/// `Stale` with both texts when another tab saved first or it was submitted meanwhile.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    version: i32,
    content: &Content,
) -> Result<i32, AppError> {
    let before = own(db, actor, id)?;
    let stored = queries::content(db, &before)?;
    if stored == *content {
        return Ok(before.version);
    }
    if before.version != version || !queries::save(db, id, version, content, by.now)? {
        return Err(stale(&before, content, &stored).into());
    }
    let entry = Entry::new("updated", "prescription", id)
        .patient(before.patient_id)
        .change("medications", &stored.medications.len(), &content.medications.len())
        .change("tests", &stored.tests.len(), &content.tests.len());
    audit::record(db, by, &entry)?;
    Ok(version + 1)
}

fn stale(before: &Prescription, yours: &Content, theirs: &Content) -> StaleEdit {
    let medications = |c: &Content| c.medications.iter().map(|m| m.text()).collect::<Vec<_>>().join("\n");
    let tests = |c: &Content| c.tests.iter().map(|t| t.text()).collect::<Vec<_>>().join("\n");
    let date = |c: &Content| c.valid_until.map(|d| d.to_string()).unwrap_or_default();
    let (what, back) = match before.status {
        PrescriptionStatus::Draft => ("This prescription", format!("/prescriptions/{}/edit", before.id)),
        _ => ("This prescription, which is not a draft any more", format!("/prescriptions/{}", before.id)),
    };
    StaleEdit::new(what, &back)
        .row("Diagnosis", &yours.diagnosis, &theirs.diagnosis)
        .row("Medications", medications(yours), medications(theirs))
        .row("Tests", tests(yours), tests(theirs))
        .row("Notes", &yours.notes, &theirs.notes)
        .row("Valid until", date(yours), date(theirs))
}

/// Hands a draft out: from now on it is seen by patient, desk and pharmacy, and is not edited any more. Whether this
/// was the time that it happened; one that is out already stays as it is.
///
/// # Errors
/// `Conflict` with what is missing on it, or when it was edited after the person saw it.
pub fn submit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    version: i32,
) -> Result<bool, AppError> {
    let before = own(db, actor, id)?;
    match before.status {
        PrescriptionStatus::Draft => {}
        PrescriptionStatus::Cancelled => {
            return Err(AppError::Conflict(format!("{} was cancelled. Write a new one.", id.code())));
        }
        _ => return Ok(false),
    }
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    let content = queries::content(db, &before)?;
    let problems = content.problems(settings.zone().date(by.now));
    if !problems.is_empty() {
        let reasons: Vec<String> = problems.into_iter().map(|(_, message)| message).collect();
        return Err(AppError::Conflict(format!("{} cannot be submitted yet. {}", id.code(), reasons.join(" "))));
    }
    if !queries::submit(db, id, version, by.now)? {
        let message = format!("{} was changed in another window. Read it again before submitting it.", id.code());
        return Err(AppError::Conflict(message));
    }
    let entry = Entry::new("submitted", "prescription", id)
        .patient(before.patient_id)
        .note("medications", content.medications.len())
        .note("tests", content.tests.len());
    audit::record(db, by, &entry)?;
    Ok(true)
}

/// Takes a submitted prescription back, with a reason that everybody reads who sees it.
///
/// # Errors
/// `Conflict` when something of it has been dispensed, or it is no submitted one.
pub fn cancel(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId, reason: &str) -> Result<(), AppError> {
    let before = own(db, actor, id)?;
    if !before.status.may_be_cancelled() || !queries::cancel(db, id, by.user_id(), reason, by.now)? {
        let message = format!("{} is {} and cannot be cancelled.", id.code(), before.status.label().to_lowercase());
        return Err(AppError::Conflict(message));
    }
    audit::record(db, by, &Entry::new("cancelled", "prescription", id).patient(before.patient_id).reason(reason))
}

/// Removes a draft.
///
/// # Errors
/// `Conflict` for one that is submitted: that can be cancelled.
pub fn discard(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<Prescription, AppError> {
    let before = own(db, actor, id)?;
    if !queries::delete_draft(db, id)? {
        let message = format!("{} is not a draft any more. It can be cancelled instead.", id.code());
        return Err(AppError::Conflict(message));
    }
    audit::record(db, by, &Entry::new("discarded", "prescription", id).patient(before.patient_id))?;
    Ok(before)
}
