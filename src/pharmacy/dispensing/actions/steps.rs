//! Who has a prescription in hand: taking it, laying it aside, handing it on, putting it back, declining all of it.

use super::{Work, in_hand, load, settle, taken, tell_doctor, tell_patient};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, DispensingStatus, Line};
use crate::pharmacy::dispensing::queries::{self, Step};
use crate::pharmacy::queue;
use crate::prescriptions::model::PrescriptionId;

/// Takes a prescription in hand. Who has it already, keeps it.
///
/// # Errors
/// `Conflict` when a colleague has it, and for one of which nothing may be handed out: cancelled, expired, finished.
pub fn start(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<(), AppError> {
    let work = load(db, by, actor, id)?;
    if let Some(open) = &work.open {
        return match (open.pharmacist_id == actor.user_id, open.status) {
            (true, DispensingStatus::InProgress) => Ok(()),
            (true, _) => resume(db, by, actor, id),
            (false, _) => Err(taken(db, &id.code(), open)?),
        };
    }
    if let Some(refusal) = work.refusal() {
        return Err(AppError::Conflict(refusal));
    }
    let dispensing = queries::insert(db, id, actor.user_id, by.now)?;
    audit::record(db, by, &entry("started", dispensing, &work))
}

/// Takes the next of the queue in hand: the most urgent, then the one that waits longest. `None` when nobody waits.
pub fn next(db: &mut DbConnection, by: &By, actor: &Actor) -> Result<Option<PrescriptionId>, AppError> {
    let Some(id) = queue::queries::first_waiting(db, by, actor)? else { return Ok(None) };
    start(db, by, actor, id)?;
    Ok(Some(id))
}

fn entry(verb: &'static str, dispensing: DispensingId, work: &Work) -> Entry {
    Entry::new(verb, "dispensing", dispensing)
        .patient(work.prescription.patient_id)
        .note("prescription", work.prescription.id.0)
}

fn advance(db: &mut DbConnection, by: &By, before: &Dispensing, step: Step<'_>) -> Result<(), AppError> {
    match queries::advance(db, before, step, by.now)? {
        true => Ok(()),
        false => Err(AppError::Conflict("Somebody else was quicker. Look at it again.".to_owned())),
    }
}

/// Lays a prescription aside: it stays this person's until somebody goes on with it.
pub fn hold(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId, reason: &str) -> Result<(), AppError> {
    let work = load(db, by, actor, id)?;
    let before = in_hand(db, actor, &work)?;
    advance(db, by, &before, Step { pharmacist: actor.user_id, status: DispensingStatus::OnHold, reason })?;
    audit::record(db, by, &entry("held", before.id, &work).reason(reason))
}

/// Goes on with what this person laid aside.
///
/// # Errors
/// `Conflict` when a colleague has it: that is taken over with a reason.
pub fn resume(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<(), AppError> {
    let work = load(db, by, actor, id)?;
    let Some(before) = &work.open else {
        return Err(AppError::Conflict(format!("{} is not on hold any more.", id.code())));
    };
    if before.pharmacist_id != actor.user_id {
        return Err(taken(db, &id.code(), before)?);
    }
    if before.status == DispensingStatus::InProgress {
        return Ok(());
    }
    advance(db, by, before, Step { pharmacist: actor.user_id, status: DispensingStatus::InProgress, reason: "" })?;
    audit::record(db, by, &entry("resumed", before.id, &work))
}

/// Goes on with what a colleague laid aside, or left lying.
///
/// # Errors
/// `Conflict` while the colleague is at it.
pub fn take_over(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    reason: &str,
) -> Result<(), AppError> {
    let work = load(db, by, actor, id)?;
    let Some(before) = &work.open else { return start(db, by, actor, id) };
    if before.pharmacist_id == actor.user_id {
        return resume(db, by, actor, id);
    }
    if !before.may_be_taken_over(by.now) {
        return Err(taken(db, &id.code(), before)?);
    }
    advance(db, by, before, Step { pharmacist: actor.user_id, status: DispensingStatus::InProgress, reason })?;
    let entry = entry("took_over", before.id, &work)
        .change("pharmacist_id", &before.pharmacist_id.0, &actor.user_id.0)
        .reason(reason);
    audit::record(db, by, &entry)
}

/// Puts a prescription back into the queue as it was.
pub fn release(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<(), AppError> {
    let work = load(db, by, actor, id)?;
    let Some(before) = work.open.clone() else { return Ok(()) };
    if before.pharmacist_id != actor.user_id {
        return Err(taken(db, &id.code(), &before)?);
    }
    advance(db, by, &before, Step { pharmacist: actor.user_id, status: DispensingStatus::Released, reason: "" })?;
    audit::record(db, by, &entry("released", before.id, &work))
}

/// Declines everything that is left of a prescription, expired or not, and tells its doctor and its patient. Where
/// nothing is left, it is only put away.
///
/// # Errors
/// `Conflict` when a colleague has it in hand, and for a cancelled one.
pub fn decline_all(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    reason: &str,
) -> Result<DispensingId, AppError> {
    let work = load(db, by, actor, id)?;
    if !work.prescription.is_open() {
        let state = work.prescription.state().label.to_lowercase();
        return Err(AppError::Conflict(format!("{} is {state} already.", id.code())));
    }
    let dispensing = match &work.open {
        Some(open) if open.pharmacist_id != actor.user_id => return Err(taken(db, &id.code(), open)?),
        Some(open) => {
            advance(db, by, open, Step { pharmacist: actor.user_id, status: DispensingStatus::Declined, reason })?;
            open.id
        }
        None => queries::insert_declined(db, id, actor.user_id, reason, by.now)?,
    };
    let declined: Vec<&Line> = work.lines.iter().filter(|line| line.is_open()).collect();
    for line in &declined {
        queries::insert_decline(db, dispensing, line.id, reason, by.now)?;
    }
    settle(db, by, &work)?;
    let entry = entry("declined", dispensing, &work).note("lines", declined.len()).reason(reason);
    audit::record(db, by, &entry)?;
    if !declined.is_empty() {
        let event = format!("declined:{dispensing}");
        tell_doctor(db, by, &work, &event, declined.len())?;
        let message = format!("The pharmacy could not dispense {}. See why, and ask your doctor.", id.code());
        tell_patient(db, by, &work, &event, message)?;
    }
    Ok(dispensing)
}
