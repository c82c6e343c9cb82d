//! Moving an appointment to another time: it keeps its code and its history.

use chrono::NaiveDateTime;

use super::times::{self, Wanted};
use super::{hospital, stale};
use crate::access::{Actor, By, Permission};
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus, EventKind, Refusal, Rules, Step};
use crate::appointments::{queries, slots};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::settings::model::Settings;

/// Where an appointment shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// `None` stays with the doctor; only the desk may change it.
    pub doctor: Option<DoctorId>,
    /// UTC; the start of one of the doctor's free times.
    pub starts_at: NaiveDateTime,
}

/// Moves an appointment that has not begun. Everything is checked as for a booking. What a patient moves waits for the
/// desk's word again, unless the settings confirm by themselves; what the desk moves keeps its state.
///
/// # Errors
/// `Stale` with both times when it was changed meanwhile; `Conflict` when it may not be moved now or the time cannot
/// be had; `Forbidden` and `NotFound` as for every step.
pub fn reschedule(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: AppointmentId,
    seen: Option<i32>,
    to: Move,
) -> Result<(), AppError> {
    let before = queries::find(db, actor, id)?;
    let settings = hospital(db)?;
    let rules = Rules::from(&settings);
    let doctor = to.doctor.unwrap_or(before.doctor_id);
    times::queue(db, doctor, before.patient_id)?;
    let desk = actor.may(Permission::ManageAppointments);
    let allowed = Step::Reschedule.check(actor, &before, by.now, rules);
    if allowed == Err(Refusal::NotYours) || (doctor != before.doctor_id && !desk) {
        return Err(AppError::Forbidden);
    }
    if seen.is_some_and(|version| version != before.version) {
        return Err(changed_meanwhile(db, &before, rules, doctor, to));
    }
    allowed?;
    if doctor == before.doctor_id && to.starts_at == before.starts_at {
        return Err(AppError::Conflict("It is already at this time. Please choose another.".to_owned()));
    }
    times::check_doctor(db, doctor, doctor != before.doctor_id)?;
    let wanted = Wanted { doctor, patient: before.patient_id, starts_at: to.starts_at, moving: Some(id) };
    let slot = times::check(db, by, actor, &settings, &wanted)?;
    let status = status_after(&before, desk, &settings);
    if !queries::reschedule(db, by, &before, doctor, (slot.starts_at, slot.ends_at), status)? {
        let now = queries::find(db, actor, id)?;
        return Err(changed_meanwhile(db, &now, rules, doctor, to));
    }
    let note = format!("from {}", rules.zone.long_text(before.starts_at));
    queries::insert_event(db, by, id, EventKind::Rescheduled, slot.starts_at, &note)?;
    let entry = Entry::new(EventKind::Rescheduled.as_str(), "appointment", id)
        .patient(before.patient_id)
        .change("starts_at", &slots::key(before.starts_at), &slots::key(slot.starts_at))
        .change("doctor_id", &i64::from(before.doctor_id), &i64::from(doctor))
        .change("status", &before.status.as_str(), &status.as_str());
    audit::record(db, by, &entry)?;
    queries::release_holds(db, actor.user_id)?;
    Ok(())
}

fn status_after(before: &Appointment, desk: bool, settings: &Settings) -> AppointmentStatus {
    match (desk, settings.auto_confirm) {
        (true, _) => before.status,
        (false, true) => AppointmentStatus::Confirmed,
        (false, false) => AppointmentStatus::Scheduled,
    }
}

fn changed_meanwhile(
    db: &mut DbConnection,
    now: &Appointment,
    rules: Rules,
    doctor: DoctorId,
    wanted: Move,
) -> AppError {
    let mut name = |id| doctors::queries::display_name(db, id).unwrap_or_default();
    let rows = [
        ("Time", rules.zone.long_text(wanted.starts_at), rules.zone.long_text(now.starts_at)),
        ("Doctor", name(doctor), name(now.doctor_id)),
        ("State", String::new(), now.status.label().to_owned()),
    ];
    stale(now, &rows)
}
