//! The steps of the life cycle. `seen` is the version that the person's page showed; `None` means that the caller has
//! just read the appointment itself, in the same transaction.

use super::{hospital, stale};
use crate::access::{Actor, By};
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus, EventKind, Rules, Step};
use crate::appointments::queries;
use crate::audit::{self, Entry};
use crate::billing;
use crate::db::DbConnection;
use crate::error::AppError;

/// Takes a step of the life cycle. Checking in one that was not confirmed yet confirms it at once; `reason` is for
/// cancelling, empty otherwise. Moving to another time is [`super::reschedule`].
///
/// # Errors
/// `NotFound` for an appointment that is not this person's to see, `Forbidden` for a step that is not theirs, `Stale`
/// when it was changed meanwhile, `Conflict` with the reason when it cannot be done now.
pub fn take(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: AppointmentId,
    seen: Option<i32>,
    step: Step,
    reason: &str,
) -> Result<(), AppError> {
    let mut appointment = queries::find(db, actor, id)?;
    let rules = Rules::from(&hospital(db)?);
    let Some(target) = step.target() else {
        return Err(AppError::Internal("moving is no step of its own".to_owned()));
    };
    match step.check(actor, &appointment, by.now, rules) {
        Err(refusal @ crate::appointments::model::Refusal::NotYours) => return Err(refusal.into()),
        checked => {
            if seen.is_some_and(|version| version != appointment.version) {
                return Err(changed_meanwhile(&appointment, rules, target));
            }
            checked?;
        }
    }
    if step == Step::CheckIn && appointment.status == AppointmentStatus::Scheduled {
        appointment = advance(db, by, actor, &appointment, AppointmentStatus::Confirmed, "", rules)?;
    }
    advance(db, by, actor, &appointment, target, reason, rules).map(|_| ())
}

fn changed_meanwhile(now: &Appointment, rules: Rules, wanted: AppointmentStatus) -> AppError {
    let time = rules.zone.long_text(now.starts_at);
    let state = ("State", wanted.label().to_owned(), now.status.label().to_owned());
    stale(now, &[state, ("Time", time.clone(), time)])
}

/// One step of the life cycle with its history and audit rows; the appointment as it is afterwards.
fn advance(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    before: &Appointment,
    to: AppointmentStatus,
    reason: &str,
    rules: Rules,
) -> Result<Appointment, AppError> {
    if !before.status.may_become(to) {
        let words = format!("This appointment is {}, so this step does not follow.", before.status.words());
        return Err(AppError::Conflict(words));
    }
    if !queries::advance(db, by, before, to, reason)? {
        let now = queries::find(db, actor, before.id)?;
        return Err(changed_meanwhile(&now, rules, to));
    }
    let kind = event_of(to);
    queries::insert_event(db, by, before.id, kind, before.starts_at, reason)?;
    let entry = Entry::new(kind.as_str(), "appointment", before.id)
        .patient(before.patient_id)
        .change("status", &before.status.as_str(), &to.as_str())
        .reason(reason);
    audit::record(db, by, &entry)?;
    if to == AppointmentStatus::Completed {
        let visit = billing::actions::Visit {
            appointment: before.id,
            patient: before.patient_id,
            doctor: before.doctor_id,
            starts_at: before.starts_at,
            follow_up_of: before.follow_up_of,
        };
        billing::actions::charge_visit(db, by, visit)?;
    }
    Ok(queries::find(db, actor, before.id)?)
}

/// How the history names the step into a state.
pub(super) fn event_of(status: AppointmentStatus) -> EventKind {
    match status {
        AppointmentStatus::Scheduled => EventKind::Booked,
        AppointmentStatus::Confirmed => EventKind::Confirmed,
        AppointmentStatus::CheckedIn => EventKind::CheckedIn,
        AppointmentStatus::InProgress => EventKind::Started,
        AppointmentStatus::Completed => EventKind::Completed,
        AppointmentStatus::Cancelled => EventKind::Cancelled,
        AppointmentStatus::NoShow => EventKind::NoShow,
    }
}
