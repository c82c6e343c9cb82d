//! Writing, submitting and taking back prescriptions. Only their own doctor does.

use chrono::NaiveDate;

use super::model::{
    Content, Medication, Prescription, PrescriptionId, PrescriptionStatus, Priority, Warning, fingerprint,
};
use super::queries::{self, Occasion};
use super::safety::{self, Background};
use super::whiteboard::Drawing;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::chart::medications::model::{Medicine, Origin};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::encounters::model::EncounterId;
use crate::error::{AppError, StaleEdit};
use crate::medicines::knowledge;
use crate::medicines::model::MedicineId;
use crate::patients::model::{PatientId, Severity};
use crate::time::Zone;
use crate::{chart, encounters, medicines, patients, settings};

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

/// The content with each line's medicine found in the catalogue by its name, and what the catalogue knows of unit and
/// route where nothing else is said.
pub fn linked(db: &mut DbConnection, content: &Content) -> Result<Content, AppError> {
    let names: Vec<&str> = content.medications.iter().map(|line| line.medicine.as_str()).collect();
    let known = medicines::queries::named(db, &names)?;
    let link = |line: &Medication| {
        let mut line = Medication { medicine_id: None, ..line.clone() };
        if let Some((_, medicine)) = known.iter().find(|(key, _)| *key == fold(&line.medicine)) {
            line.medicine_id = Some(medicine.id);
            line.medicine.clone_from(&medicine.name);
            if line.unit.is_empty() && !line.dose.is_empty() {
                line.unit.clone_from(&medicine.unit);
            }
            if line.route.is_empty() {
                line.route.clone_from(&medicine.route);
            }
            line.compute_quantity();
        }
        line
    };
    Ok(Content { medications: content.medications.iter().map(link).collect(), ..content.clone() })
}

/// What speaks against these lines for this patient, the worst first.
pub fn warnings(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    content: &Content,
) -> Result<Vec<Warning>, AppError> {
    if content.medications.is_empty() {
        return Ok(Vec::new());
    }
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    let today = settings.zone().date(by.now);
    let taken = taken(db, patient, today, settings.zone())?;
    let mut ids: Vec<MedicineId> = content.medications.iter().filter_map(|line| line.medicine_id).collect();
    let medicines = medicines::queries::of_ids(db, &ids)?;
    ids.extend(taken.iter().filter_map(|t| t.medicine_id));
    let allergies = chart::queries::active_allergies(db, patient)?
        .into_iter()
        .map(|a| safety::Allergy {
            is_severe: a.severity == Severity::Severe,
            severity: a.severity.label(),
            substance: a.substance,
            reaction: a.reaction,
        })
        .collect();
    let born = patients::queries::find(db, actor, patient)?.date_of_birth;
    let background = Background {
        knowledge: knowledge::load(db, &ids)?,
        medicines,
        taken,
        allergies,
        is_child: today.years_since(born).is_some_and(|years| years < ADULT),
    };
    Ok(safety::check(&content.medications, &background))
}

/// From this age in years on, usual doses for adults count.
const ADULT: u32 = 18;

/// What the patient takes already, from the one list of medications.
fn taken(
    db: &mut DbConnection,
    patient: PatientId,
    today: NaiveDate,
    zone: Zone,
) -> Result<Vec<safety::Taken>, AppError> {
    let current = chart::medications::queries::current(db, patient, today, zone)?;
    let names: Vec<&str> = current.iter().map(|m| m.medicine.as_str()).collect();
    let known = medicines::queries::named(db, &names)?;
    let taken = |medicine: Medicine| safety::Taken {
        medicine_id: known.iter().find(|(key, _)| *key == fold(&medicine.medicine)).map(|(_, m)| m.id),
        from: match medicine.origin {
            Origin::Prescribed { prescription, .. } => prescription.code(),
            Origin::Told { .. } => "taken, as was told".to_owned(),
        },
        what: medicine.medicine,
    };
    Ok(current.into_iter().map(taken).collect())
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
    let content = &linked(db, content)?;
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
    let content = &linked(db, content)?;
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
    let drawing = |c: &Content| c.whiteboard.as_ref().map(Drawing::words).unwrap_or_default();
    let date = |c: &Content| c.valid_until.map(|d| d.to_string()).unwrap_or_default();
    let (what, back) = match before.status {
        PrescriptionStatus::Draft => ("This prescription", format!("/prescriptions/{}/edit", before.id)),
        _ => ("This prescription, which is not a draft any more", format!("/prescriptions/{}", before.id)),
    };
    StaleEdit::new(what, &back)
        .row("Diagnosis", &yours.diagnosis, &theirs.diagnosis)
        .row("Medications", medications(yours), medications(theirs))
        .row("Tests", tests(yours), tests(theirs))
        .row("Drawing", drawing(yours), drawing(theirs))
        .row("Notes", &yours.notes, &theirs.notes)
        .row("Valid until", date(yours), date(theirs))
        .row("Pharmacy priority", yours.priority.label(), theirs.priority.label())
}

/// Why a doctor goes on in spite of warnings.
#[derive(Clone, Debug, Default)]
pub struct Override {
    pub reason: String,
    /// The [`fingerprint`] of the warnings that the doctor read.
    pub seen: String,
}

/// What became of an attempt to submit.
#[derive(Debug)]
pub enum Submitted {
    /// It is out now.
    Now,
    /// It was out already, and stays as it is.
    Before,
    /// These speak against it, and no reason was given for them: it is still a draft.
    Warned(Vec<Warning>),
}

/// Hands a draft out: from now on it is seen by patient, desk and pharmacy, and is not edited any more.
///
/// # Errors
/// `Conflict` with what is missing on it, or when it was edited after the person saw it.
pub fn submit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    version: i32,
    going_on: &Override,
) -> Result<Submitted, AppError> {
    let before = own(db, actor, id)?;
    match before.status {
        PrescriptionStatus::Draft => {}
        PrescriptionStatus::Cancelled => {
            return Err(AppError::Conflict(format!("{} was cancelled. Write a new one.", id.code())));
        }
        _ => return Ok(Submitted::Before),
    }
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    let content = queries::content(db, &before)?;
    let problems = content.problems(settings.zone().date(by.now));
    if !problems.is_empty() {
        let reasons: Vec<String> = problems.into_iter().map(|(_, message)| message).collect();
        return Err(AppError::Conflict(format!("{} cannot be submitted yet. {}", id.code(), reasons.join(" "))));
    }
    let warnings = warnings(db, by, actor, before.patient_id, &content)?;
    if !warnings.is_empty() && (going_on.reason.is_empty() || going_on.seen != fingerprint(&warnings)) {
        return Ok(Submitted::Warned(warnings));
    }
    let reason = if warnings.is_empty() { "" } else { &going_on.reason };
    if !queries::submit(db, id, version, &warnings, reason, by.now)? {
        let message = format!("{} was changed in another window. Read it again before submitting it.", id.code());
        return Err(AppError::Conflict(message));
    }
    let mut entry = Entry::new("submitted", "prescription", id)
        .patient(before.patient_id)
        .note("medications", content.medications.len())
        .note("tests", content.tests.len());
    if !warnings.is_empty() {
        entry = entry.note("warnings", warnings.len()).reason(reason);
    }
    audit::record(db, by, &entry)?;
    Ok(Submitted::Now)
}

/// Writes the medicines of an earlier prescription on a new draft for the same patient.
///
/// # Errors
/// `NotFound` for a prescription or patient out of the doctor's scope.
pub fn repeat(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<PrescriptionId, AppError> {
    let earlier = queries::find(db, actor, id)?;
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    let written = queries::content(db, &earlier)?;
    let content = Content {
        diagnosis: written.diagnosis,
        notes: String::new(),
        valid_until: Some(super::forms::usual_end(settings.zone().date(by.now))),
        priority: Priority::Routine,
        medications: written.medications,
        tests: Vec::new(),
        whiteboard: None,
    };
    create(db, by, actor, For::Patient(earlier.patient_id), &content)
}

/// Takes a submitted prescription back, with a reason that everybody reads who sees it.
///
/// # Errors
/// `Conflict` when something of it has been dispensed, or it is no submitted one.
pub fn cancel(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId, reason: &str) -> Result<(), AppError> {
    let before = own(db, actor, id)?;
    if !before.status.may_be_cancelled() || !queries::cancel(db, id, by.user_id(), reason, by.now)? {
        let message = format!("{} is {} and cannot be cancelled.", id.code(), before.state().label.to_lowercase());
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
