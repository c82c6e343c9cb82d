//! What stands in the way of a time: live appointments and what others hold.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::appointments::model::{AppointmentId, AppointmentStatus};
use crate::db::DbConnection;
use crate::db::schema::{appointments, departments, doctors, slot_holds};
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::patients::model::PatientId;

/// From an instant to another, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDateTime,
    pub to: NaiveDateTime,
}

fn spans(rows: Vec<(NaiveDateTime, NaiveDateTime)>) -> Vec<Span> {
    rows.into_iter().map(|(from, to)| Span { from, to }).collect()
}

/// When a doctor's live appointments are that touch the span, without the one that is being moved.
pub fn busy_doctor(
    db: &mut DbConnection,
    doctor: DoctorId,
    span: Span,
    moving: Option<AppointmentId>,
) -> QueryResult<Vec<Span>> {
    let rows = appointments::table
        .filter(appointments::doctor_id.eq(doctor))
        .filter(appointments::status.eq_any(AppointmentStatus::LIVE))
        // None lasts longer than a day, which lets the index do its work.
        .filter(appointments::starts_at.gt(span.from - TimeDelta::days(1)))
        .filter(appointments::starts_at.lt(span.to))
        .filter(appointments::ends_at.gt(span.from))
        .filter(appointments::id.ne(moving.unwrap_or(AppointmentId(0))))
        .order(appointments::starts_at)
        .select((appointments::starts_at, appointments::ends_at))
        .load(db)?;
    Ok(spans(rows))
}

/// When a patient's live appointments are that touch the span, without the one that is being moved.
pub fn busy_patient(
    db: &mut DbConnection,
    patient: PatientId,
    span: Span,
    moving: Option<AppointmentId>,
) -> QueryResult<Vec<Span>> {
    let rows = appointments::table
        .filter(appointments::patient_id.eq(patient))
        .filter(appointments::status.eq_any(AppointmentStatus::LIVE))
        .filter(appointments::starts_at.gt(span.from - TimeDelta::days(1)))
        .filter(appointments::starts_at.lt(span.to))
        .filter(appointments::ends_at.gt(span.from))
        .filter(appointments::id.ne(moving.unwrap_or(AppointmentId(0))))
        .order(appointments::starts_at)
        .select((appointments::starts_at, appointments::ends_at))
        .load(db)?;
    Ok(spans(rows))
}

/// What others than `holder` hold of a doctor's time in the span at `now`.
pub fn held(
    db: &mut DbConnection,
    doctor: DoctorId,
    span: Span,
    now: NaiveDateTime,
    holder: Option<UserId>,
) -> QueryResult<Vec<Span>> {
    let rows = slot_holds::table
        .filter(slot_holds::doctor_id.eq(doctor))
        .filter(slot_holds::expires_at.gt(now))
        .filter(slot_holds::starts_at.lt(span.to))
        .filter(slot_holds::ends_at.gt(span.from))
        .filter(slot_holds::user_id.ne(holder.unwrap_or(UserId(0))))
        .select((slot_holds::starts_at, slot_holds::ends_at))
        .load(db)?;
    Ok(spans(rows))
}

/// Until when a person holds this time, if they still do.
pub fn held_until(
    db: &mut DbConnection,
    user: UserId,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<Option<NaiveDateTime>> {
    slot_holds::table
        .filter(slot_holds::user_id.eq(user))
        .filter(slot_holds::doctor_id.eq(doctor))
        .filter(slot_holds::starts_at.eq(starts_at))
        .filter(slot_holds::expires_at.gt(now))
        .select(slot_holds::expires_at)
        .first(db)
        .optional()
}

/// Holds a time for a person. The caller has let go of what they held before, and of what has expired.
///
/// # Errors
/// `ux_slot_holds_doctor_id_starts_at` when somebody else holds it.
pub fn insert_hold(
    db: &mut DbConnection,
    user: UserId,
    doctor: DoctorId,
    span: Span,
    expires_at: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(slot_holds::table)
        .values((
            slot_holds::doctor_id.eq(doctor),
            slot_holds::starts_at.eq(span.from),
            slot_holds::ends_at.eq(span.to),
            slot_holds::user_id.eq(user),
            slot_holds::expires_at.eq(expires_at),
        ))
        .execute(db)
        .map(|_| ())
}

/// Lets go of everything that a person holds.
pub fn release_holds(db: &mut DbConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(slot_holds::table.filter(slot_holds::user_id.eq(user))).execute(db).map(|_| ())
}

/// Removes what has expired.
pub fn remove_expired_holds(db: &mut DbConnection, now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(slot_holds::table.filter(slot_holds::expires_at.le(now))).execute(db).map(|_| ())
}

/// Whether a doctor can be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Openness {
    pub status: DoctorStatus,
    pub department: String,
    /// The doctor accepts bookings and the department is open to patients.
    pub is_open: bool,
}

/// Whether a doctor can be booked; `None` when there is no such doctor.
pub fn openness(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<Option<Openness>> {
    let found: Option<(DoctorStatus, String, bool, bool)> = doctors::table
        .inner_join(departments::table.on(departments::id.eq(doctors::department_id)))
        .filter(doctors::id.eq(doctor))
        .select((doctors::status, departments::name, doctors::is_available, departments::is_active))
        .first(db)
        .optional()?;
    Ok(found.map(|(status, department, accepts, open)| Openness { status, department, is_open: accepts && open }))
}
