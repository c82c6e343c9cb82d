//! Booking: a hold while the form is filled, then the appointment; and the walk-in, who is already here.

use chrono::{NaiveDateTime, TimeDelta, Timelike};

use super::times::{self, Wanted};
use super::{hospital, steps};
use crate::access::{Actor, By, Permission};
use crate::appointments::model::{AppointmentId, AppointmentStatus, Channel, EventKind, Step};
use crate::appointments::queries::{self, NewAppointment, Span};
use crate::appointments::slots::{self, Search, Slot};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::db::queue::{self, Queue};
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients;
use crate::patients::model::PatientId;
use crate::schedule;
use crate::settings::model::Settings;

/// What is to be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    pub patient: PatientId,
    pub doctor: DoctorId,
    /// UTC; the start of one of the doctor's free times.
    pub starts_at: NaiveDateTime,
    pub reason: String,
    pub symptoms: String,
    /// The desk's own words; patients do not see them.
    pub notes: String,
    pub channel: Channel,
    pub follow_up_of: Option<AppointmentId>,
}

/// Keeps a free time for the acting person for the minutes that the settings name, instead of what they held before.
/// The answer is until when.
///
/// # Errors
/// `Conflict` when the time cannot be had, `Constraint` when somebody else was quicker.
pub fn hold(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
) -> Result<NaiveDateTime, AppError> {
    queue::enter(db, Queue::DoctorsTime, doctor.0)?;
    let settings = hospital(db)?;
    times::check_doctor(db, doctor, false)?;
    queries::remove_expired_holds(db, by.now)?;
    queries::release_holds(db, actor.user_id)?;
    // Whether the patient is elsewhere then is asked when the booking names them.
    let wanted = Wanted { doctor, patient: PatientId(0), starts_at, moving: None };
    let slot = times::check(db, by, actor, &settings, &wanted)?;
    let until = by.now + TimeDelta::minutes(i64::from(settings.slot_hold_minutes));
    let span = Span { from: slot.starts_at, to: slot.ends_at };
    queries::insert_hold(db, actor.user_id, doctor, span, until)?;
    Ok(until)
}

/// Books a free time. Patients book for themselves, the desk for anybody, doctors follow-ups with themselves.
///
/// # Errors
/// `Conflict` with words for the person when the time, the doctor or the patient cannot be booked; `NotFound` for a
/// patient who is not theirs; `Forbidden` for a channel that is not theirs.
pub fn book(db: &mut DbConnection, by: &By, actor: &Actor, booking: &Booking) -> Result<AppointmentId, AppError> {
    times::queue(db, booking.doctor, booking.patient)?;
    let settings = hospital(db)?;
    let patient = living(db, actor, booking.patient)?;
    check_channel(db, actor, booking)?;
    times::check_doctor(db, booking.doctor, booking.channel != Channel::FollowUp)?;
    let wanted = Wanted { doctor: booking.doctor, patient, starts_at: booking.starts_at, moving: None };
    let slot = times::check(db, by, actor, &settings, &wanted)?;
    let confirmed = booking.channel != Channel::Online || settings.auto_confirm;
    let new = new_appointment(by, booking, slot, confirmed);
    let id = insert(db, by, &new, booking)?;
    if confirmed {
        confirm_at_once(db, by, id, patient, slot)?;
    }
    queries::release_holds(db, actor.user_id)?;
    Ok(id)
}

/// The patient, unless they have died.
fn living(db: &mut DbConnection, actor: &Actor, id: PatientId) -> Result<PatientId, AppError> {
    let patient = patients::queries::find(db, actor, id)?;
    if patient.deceased_on.is_some() {
        return Err(AppError::Conflict(format!("{} has died. Nothing can be booked.", patient.name())));
    }
    Ok(patient.id)
}

/// What the desk or a doctor books is agreed with the patient, so it needs no further word.
fn confirm_at_once(
    db: &mut DbConnection,
    by: &By,
    id: AppointmentId,
    patient: PatientId,
    slot: Slot,
) -> Result<(), AppError> {
    queries::insert_event(db, by, id, EventKind::Confirmed, slot.starts_at, "")?;
    audit::record(db, by, &Entry::new(EventKind::Confirmed.as_str(), "appointment", id).patient(patient))
}

fn new_appointment(by: &By, booking: &Booking, slot: Slot, confirmed: bool) -> NewAppointment {
    NewAppointment {
        patient_id: booking.patient,
        doctor_id: booking.doctor,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        status: if confirmed { AppointmentStatus::Confirmed } else { AppointmentStatus::Scheduled },
        status_since: by.now,
        reason: booking.reason.clone(),
        symptoms: booking.symptoms.clone(),
        notes: booking.notes.clone(),
        channel: booking.channel,
        booked_by: by.user_id(),
        follow_up_of: booking.follow_up_of,
        confirmed_at: confirmed.then_some(by.now),
        created_at: by.now,
        updated_at: by.now,
    }
}

fn insert(db: &mut DbConnection, by: &By, new: &NewAppointment, booking: &Booking) -> Result<AppointmentId, AppError> {
    let id = queries::insert(db, new)?;
    queries::insert_event(db, by, id, EventKind::Booked, new.starts_at, "")?;
    let entry = Entry::new(EventKind::Booked.as_str(), "appointment", id)
        .patient(booking.patient)
        .note("doctor_id", i64::from(booking.doctor))
        .note("starts_at", slots::key(new.starts_at))
        .note("channel", booking.channel.as_str());
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Who may book through what.
fn check_channel(db: &mut DbConnection, actor: &Actor, booking: &Booking) -> Result<(), AppError> {
    let earlier = match booking.follow_up_of {
        Some(id) => Some(queries::find(db, actor, id)?),
        None => None,
    };
    if earlier.as_ref().is_some_and(|e| e.patient_id != booking.patient) {
        return Err(AppError::Conflict("A follow-up is for the same patient.".to_owned()));
    }
    let allowed = match booking.channel {
        Channel::Online => actor.may(Permission::BookOwn) && actor.patient_id == Some(booking.patient),
        Channel::Desk | Channel::Phone | Channel::WalkIn => actor.may(Permission::ManageAppointments),
        Channel::FollowUp => {
            earlier.is_some()
                && (actor.may(Permission::ManageAppointments)
                    || actor.may(Permission::ConductVisits) && actor.doctor_id == Some(booking.doctor))
        }
    };
    if allowed { Ok(()) } else { Err(AppError::Forbidden) }
}

/// Somebody who is already here: booked, confirmed and checked in at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkIn {
    pub patient: PatientId,
    pub doctor: DoctorId,
    /// A free time of today; `None` means right now.
    pub starts_at: Option<NaiveDateTime>,
    pub reason: String,
    pub notes: String,
}

/// Walk-ins begin on a round minute.
const ROUND_MINUTES: u32 = 5;
/// How long a walk-in lasts on a day for which the doctor has no hours.
const DEFAULT_MINUTES: i64 = 15;

/// The time of a walk-in who is seen at once: from the last round minute, as long as the doctor's slots of today.
pub fn right_now(
    db: &mut DbConnection,
    settings: &Settings,
    doctor: DoctorId,
    now: NaiveDateTime,
) -> Result<Slot, AppError> {
    let zone = settings.zone();
    let today = zone.date(now);
    let hours = schedule::queries::times(db, zone, doctor, today, today)?;
    let length = hours
        .iter()
        .rfind(|t| t.starts_at <= now)
        .or(hours.first())
        .map_or(TimeDelta::minutes(DEFAULT_MINUTES), |t| t.ends_at - t.starts_at);
    let whole = now - TimeDelta::seconds(i64::from(now.second())) - TimeDelta::nanoseconds(i64::from(now.nanosecond()));
    let starts_at = whole - TimeDelta::minutes(i64::from(now.minute() % ROUND_MINUTES));
    Ok(Slot { starts_at, ends_at: starts_at + length })
}

/// The next free time of a doctor today, in UTC.
pub fn next_free_today(
    db: &mut DbConnection,
    settings: &Settings,
    doctor: DoctorId,
    by: &By,
) -> Result<Option<Slot>, AppError> {
    let today = settings.zone().date(by.now);
    let search = Search { doctor, from: today, to: today, now: by.now, holder: by.user_id(), moving: None };
    Ok(slots::find(db, settings.zone(), &search)?.first().copied())
}

/// Takes a walk-in: checked in now, for a free time of today or right now.
///
/// # Errors
/// `Conflict` when the doctor or the patient is taken then, with the doctor's next free time.
pub fn walk_in(db: &mut DbConnection, by: &By, actor: &Actor, walk_in: &WalkIn) -> Result<AppointmentId, AppError> {
    times::queue(db, walk_in.doctor, walk_in.patient)?;
    let settings = hospital(db)?;
    let patient = living(db, actor, walk_in.patient)?;
    times::check_doctor(db, walk_in.doctor, false)?;
    let slot = match walk_in.starts_at {
        Some(starts_at) => {
            let zone = settings.zone();
            if zone.date(starts_at) != zone.date(by.now) {
                return Err(AppError::Conflict("A walk-in is seen today. Book other days instead.".to_owned()));
            }
            let wanted = Wanted { doctor: walk_in.doctor, patient, starts_at, moving: None };
            times::check(db, by, actor, &settings, &wanted)?
        }
        None => {
            let slot = right_now(db, &settings, walk_in.doctor, by.now)?;
            let span = Span { from: slot.starts_at, to: slot.ends_at };
            if let Some(busy) = queries::busy_doctor(db, walk_in.doctor, span, None)?.first() {
                let until = settings.zone().time_text(busy.to);
                let next = match next_free_today(db, &settings, walk_in.doctor, by)? {
                    Some(next) => format!("The next free time is {}.", next.time(settings.zone())),
                    None => "There is no other free time today.".to_owned(),
                };
                return Err(AppError::Conflict(format!("The doctor is booked until {until}. {next}")));
            }
            let wanted = Wanted { doctor: walk_in.doctor, patient, starts_at: slot.starts_at, moving: None };
            times::check_patient(db, &settings, &wanted, slot)?;
            slot
        }
    };
    let booking = Booking {
        patient,
        doctor: walk_in.doctor,
        starts_at: slot.starts_at,
        reason: walk_in.reason.clone(),
        symptoms: String::new(),
        notes: walk_in.notes.clone(),
        channel: Channel::WalkIn,
        follow_up_of: None,
    };
    check_channel(db, actor, &booking)?;
    let id = insert(db, by, &new_appointment(by, &booking, slot, true), &booking)?;
    confirm_at_once(db, by, id, patient, slot)?;
    steps::take(db, by, actor, id, None, Step::CheckIn, "")?;
    Ok(id)
}
