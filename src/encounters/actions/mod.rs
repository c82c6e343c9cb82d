//! Opening, saving, signing and discarding the record of a visit. Only its own doctor writes it.

mod amending;

pub use amending::{NOT_SIGNED, amend, mark_error};

use crate::access::{Actor, By};
use crate::appointments::model::{AppointmentId, AppointmentStatus, Step};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::doctors::model::DoctorId;
use crate::encounters::model::{Content, Encounter, EncounterId, EncounterStatus};
use crate::encounters::queries;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;
use crate::{appointments, chart, patients, settings};

fn doctor_of(actor: &Actor) -> Result<DoctorId, AppError> {
    actor.doctor_id.ok_or(AppError::Forbidden)
}

/// Today in the hospital.
fn today(db: &mut DbConnection, by: &By) -> Result<chrono::NaiveDate, AppError> {
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    Ok(settings.zone().date(by.now))
}

/// The encounter of an appointment that the doctor has started, opened now if it is not yet. Asked again, it is the same.
///
/// # Errors
/// `NotFound` for somebody else's appointment; `Conflict` for one that has not been started.
pub fn open_for_appointment(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: AppointmentId,
) -> Result<EncounterId, AppError> {
    let doctor = doctor_of(actor)?;
    let appointment = appointments::queries::find(db, actor, id)?;
    if appointment.doctor_id != doctor {
        return Err(AppError::NotFound);
    }
    if let Some(existing) = queries::of_appointment(db, id)? {
        return Ok(existing);
    }
    if !matches!(appointment.status, AppointmentStatus::InProgress | AppointmentStatus::Completed) {
        let message = format!("This appointment is {}. Start the visit first.", appointment.status.words());
        return Err(AppError::Conflict(message));
    }
    let visit_date = today(db, by)?;
    let patient = patients::queries::load(db, appointment.patient_id)?;
    if patient.deceased_on.is_some_and(|died| died < visit_date) {
        return Err(AppError::Conflict(format!("{} has died. No visit can be begun.", patient.name())));
    }
    let encounter = queries::insert(db, appointment.patient_id, doctor, Some(id), visit_date, by.now)?;
    let entry = Entry::new("opened", "encounter", encounter).patient(appointment.patient_id).note("appointment", id.0);
    audit::record(db, by, &entry)?;
    Ok(encounter)
}

/// A visit without an appointment. The doctor's open one of today is taken up again instead of beginning another.
///
/// # Errors
/// `NotFound` for a patient who is not in the doctor's care.
pub fn open_walk_in(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
) -> Result<EncounterId, AppError> {
    let doctor = doctor_of(actor)?;
    let found = patients::queries::find(db, actor, patient)?;
    let visit_date = today(db, by)?;
    if let Some(existing) = queries::open_walk_in(db, doctor, patient, visit_date)? {
        return Ok(existing);
    }
    if found.deceased_on.is_some() {
        return Err(AppError::Conflict(format!("{} has died. No visit can be begun.", found.name())));
    }
    let encounter = queries::insert(db, patient, doctor, None, visit_date, by.now)?;
    audit::record(db, by, &Entry::new("opened", "encounter", encounter).patient(patient))?;
    Ok(encounter)
}

/// The encounter, if it is this doctor's own. Others' are not found, whatever else may be read of them.
pub fn own(db: &mut DbConnection, actor: &Actor, id: EncounterId) -> Result<Encounter, AppError> {
    let encounter = queries::find(db, actor, id)?;
    if actor.doctor_id == Some(encounter.doctor_id) { Ok(encounter) } else { Err(AppError::NotFound) }
}

/// Saves a draft and says its new version. What is saved already is not saved again, so an answer that got lost on its
/// way does no harm.
///
/// # Errors
/// `Stale` with both texts when another tab saved first, or it was signed meanwhile.
pub fn save(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: EncounterId,
    version: i32,
    content: &Content,
) -> Result<i32, AppError> {
    let before = own(db, actor, id)?;
    let stored = queries::content(db, &before)?;
    if stored == *content {
        return Ok(before.version);
    }
    if before.version != version || !queries::save(db, &before, version, content, by.user_id(), by.now)? {
        let what = match before.status {
            EncounterStatus::Draft => "This consultation",
            _ => "This consultation, which is signed now",
        };
        return Err(stale(what, id, content, &stored).into());
    }
    let entry = with_parts(Entry::new("updated", "encounter", id).patient(before.patient_id), &stored, content);
    audit::record(db, by, &entry)?;
    Ok(version + 1)
}

/// Notes which parts were changed, not which words: the record itself holds those.
fn with_parts(mut entry: Entry, before: &Content, after: &Content) -> Entry {
    for (part, is_changed) in [
        ("symptoms", before.symptoms != after.symptoms),
        ("vital_signs", before.vital_signs != after.vital_signs),
        ("diagnoses", before.diagnoses != after.diagnoses),
        ("treatment_plan", before.treatment_plan != after.treatment_plan),
        ("notes", before.notes != after.notes),
        ("follow_up_date", before.follow_up_date != after.follow_up_date),
    ] {
        if is_changed {
            entry = entry.note(part, "changed");
        }
    }
    entry
}

fn stale(what: &str, id: EncounterId, yours: &Content, theirs: &Content) -> StaleEdit {
    let date = |content: &Content| content.follow_up_date.map(|d| d.to_string()).unwrap_or_default();
    StaleEdit::new(what, &format!("/encounters/{id}"))
        .row("Symptoms", &yours.symptoms, &theirs.symptoms)
        .row("Vital signs", yours.vital_signs.text(), theirs.vital_signs.text())
        .row("Diagnoses", yours.diagnoses_text(), theirs.diagnoses_text())
        .row("Treatment plan", &yours.treatment_plan, &theirs.treatment_plan)
        .row("Notes", &yours.notes, &theirs.notes)
        .row("Follow-up", date(yours), date(theirs))
}

/// Why a consultation cannot be signed as it is.
pub const NOTHING_TO_SIGN: &str = "Write symptoms, a diagnosis or notes before signing.";

/// Saves the last words, makes the record final, notes the diagnoses that are ticked for it as conditions, and completes
/// its appointment. Signed again with the same words, it stays as it is.
///
/// # Errors
/// `Stale` as in [`save`]; `Conflict` when it says nothing.
pub fn sign(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: EncounterId,
    version: i32,
    content: &Content,
) -> Result<(), AppError> {
    let before = own(db, actor, id)?;
    let version = save(db, by, actor, id, version, content)?;
    if before.status == EncounterStatus::Signed {
        return Ok(());
    }
    if !content.says_something() {
        return Err(AppError::Conflict(NOTHING_TO_SIGN.to_owned()));
    }
    if !queries::sign(db, id, version, by.now)? {
        return Err(AppError::Conflict("This consultation was changed meanwhile. Open it again.".to_owned()));
    }
    audit::record(db, by, &Entry::new("signed", "encounter", id).patient(before.patient_id))?;
    note_conditions(db, by, &before, content)?;
    let Some(appointment) = before.appointment_id else { return Ok(()) };
    let status = appointments::queries::find(db, actor, appointment)?.status;
    if status.may_become(AppointmentStatus::Completed) {
        appointments::actions::take(db, by, actor, appointment, None, Step::Complete, "")?;
    }
    Ok(())
}

/// Takes back a walk-in that was opened by mistake. It is kept as entered in error and shown to nobody.
///
/// # Errors
/// `Conflict` for a visit with an appointment, which really took place, and for one that is signed.
pub fn discard(db: &mut DbConnection, by: &By, actor: &Actor, id: EncounterId) -> Result<PatientId, AppError> {
    let before = own(db, actor, id)?;
    if before.appointment_id.is_some() {
        return Err(AppError::Conflict("A visit with an appointment is signed, not discarded.".to_owned()));
    }
    if !queries::discard(db, id, by.user_id(), by.now)? {
        return Err(AppError::Conflict("This consultation is signed and cannot be discarded.".to_owned()));
    }
    audit::record(db, by, &Entry::new("discarded", "encounter", id).patient(before.patient_id))?;
    Ok(before.patient_id)
}

/// Puts the diagnoses that are ticked for it onto the patient's list of conditions.
fn note_conditions(db: &mut DbConnection, by: &By, visit: &Encounter, content: &Content) -> Result<(), AppError> {
    for diagnosis in content.diagnoses.iter().filter(|d| d.is_condition) {
        let (code, words, onset) = (&diagnosis.code, &diagnosis.description, Some(visit.visit_date));
        chart::actions::note_condition(db, by, visit.patient_id, code, words, onset)?;
    }
    Ok(())
}
