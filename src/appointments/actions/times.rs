//! Whether a time can be booked, and what to say when it cannot.

use chrono::{NaiveDateTime, TimeDelta};

use crate::access::{Actor, By, Role};
use crate::appointments::model::AppointmentId;
use crate::appointments::queries::{self, Span};
use crate::appointments::slots::{self, Search, Slot};
use crate::db::DbConnection;
use crate::db::queue::{self, Queue};
use crate::doctors;
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::settings::model::Settings;
use crate::time::date_text;

/// How far ahead the desk and doctors may book: beyond a year nobody knows the hours.
pub const STAFF_DAYS_AHEAD: i64 = 400;

/// How many days ahead a person may book.
pub fn days_ahead(actor: &Actor, settings: &Settings) -> i64 {
    if actor.role == Role::Patient { i64::from(settings.booking_days_ahead) } else { STAFF_DAYS_AHEAD }
}

/// What a time is wanted for.
pub(super) struct Wanted {
    pub doctor: DoctorId,
    pub patient: PatientId,
    pub starts_at: NaiveDateTime,
    /// The appointment that is being moved there.
    pub moving: Option<AppointmentId>,
}

/// Queues for the times of a doctor and a patient. First thing in whatever books or moves.
pub(super) fn queue(db: &mut DbConnection, doctor: DoctorId, patient: PatientId) -> Result<(), AppError> {
    queue::enter(db, Queue::DoctorsTime, doctor.0)?;
    Ok(queue::enter(db, Queue::PatientsTime, patient.0)?)
}

/// The slot that begins then, if it can be had.
///
/// # Errors
/// `Conflict` with words for the person: in the past, too far ahead, outside the doctor's hours, taken, held by
/// somebody else, or the patient is elsewhere at that time.
pub(super) fn check(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    settings: &Settings,
    wanted: &Wanted,
) -> Result<Slot, AppError> {
    let zone = settings.zone();
    let refuse = |words: String| Err(AppError::Conflict(words));
    if wanted.starts_at < by.now {
        return refuse("This time is in the past. Please choose another.".to_owned());
    }
    let (today, day) = (zone.date(by.now), zone.date(wanted.starts_at));
    let ahead = days_ahead(actor, settings);
    if (day - today).num_days() > ahead {
        let last = date_text(today + TimeDelta::days(ahead));
        return refuse(format!("This is too far ahead: times can be booked until {last}."));
    }
    let search =
        Search { doctor: wanted.doctor, from: day, to: day, now: by.now, holder: by.user_id(), moving: wanted.moving };
    let free = slots::find(db, zone, &search)?;
    let Some(slot) = free.iter().find(|s| s.starts_at == wanted.starts_at).copied() else {
        return refuse(why_not(db, by, settings, wanted)?);
    };
    check_patient(db, settings, wanted, slot)?;
    Ok(slot)
}

/// Why a time is not free, as exactly as can be told without telling whose it is.
fn why_not(db: &mut DbConnection, by: &By, settings: &Settings, wanted: &Wanted) -> Result<String, AppError> {
    let zone = settings.zone();
    let day = zone.date(wanted.starts_at);
    let hours = crate::schedule::queries::times(db, zone, wanted.doctor, day, day)?;
    let Some(time) = hours.iter().find(|t| t.starts_at == wanted.starts_at) else {
        let name = doctors::queries::display_name(db, wanted.doctor)?;
        return Ok(format!("{name} has no consultation at this time. Please choose one of the free times."));
    };
    let span = Span { from: time.starts_at, to: time.ends_at };
    if queries::busy_doctor(db, wanted.doctor, span, wanted.moving)?.is_empty()
        && !queries::held(db, wanted.doctor, span, by.now, by.user_id())?.is_empty()
    {
        return Ok("Somebody else is booking this time right now. Please choose another.".to_owned());
    }
    Ok("This time has just been taken. Please choose another.".to_owned())
}

/// Nobody can be with two doctors at once.
pub(super) fn check_patient(
    db: &mut DbConnection,
    settings: &Settings,
    wanted: &Wanted,
    slot: Slot,
) -> Result<(), AppError> {
    let span = Span { from: slot.starts_at, to: slot.ends_at };
    match queries::busy_patient(db, wanted.patient, span, wanted.moving)?.first() {
        None => Ok(()),
        Some(other) => {
            let at = settings.zone().time_text(other.from);
            Err(AppError::Conflict(format!("The patient already has an appointment at this time, at {at}.")))
        }
    }
}

/// Whether a doctor can be booked: active, and for new bookings also open to them in an open department.
///
/// # Errors
/// `Conflict` with words for the person.
pub(super) fn check_doctor(db: &mut DbConnection, doctor: DoctorId, is_new: bool) -> Result<(), AppError> {
    let refuse = |words: &str| Err(AppError::Conflict(words.to_owned()));
    match queries::openness(db, doctor)? {
        None => refuse("Choose a doctor of the list."),
        Some(doctor) if doctor.status == DoctorStatus::Inactive => {
            refuse("This doctor does not work here any more. Please choose another.")
        }
        Some(doctor) if is_new && !doctor.is_open => {
            refuse("This doctor takes no new bookings at the moment. Please choose another.")
        }
        Some(_) => Ok(()),
    }
}
