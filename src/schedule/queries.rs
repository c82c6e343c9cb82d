//! SQL of schedules.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::forms::{ExceptionInput, HoursInput};
use super::model::{Exception, ExceptionId, Hours, HoursId, SlotTime};
use super::slots;
use super::week::{self, Day};
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{availability, availability_exceptions};
use crate::doctors::model::DoctorId;
use crate::time::Zone;

/// Every time that a doctor can be booked for on the hospital's dates `from` to `to`, both included, in order: hours
/// with their exceptions. Bookings and the past are not taken off.
pub fn times(
    db: &mut DbConnection,
    zone: Zone,
    doctor: DoctorId,
    from: NaiveDate,
    to: NaiveDate,
) -> QueryResult<Vec<SlotTime>> {
    let hours = hours(db, doctor)?;
    let exceptions = exceptions(db, doctor, zone.day(from).0, Some(zone.day(to).1))?;
    Ok(slots::slots(zone, from, to, &hours, &exceptions))
}

/// [`times`] of several doctors at once, doctor by doctor: two queries however many they are.
pub fn times_of(
    db: &mut DbConnection,
    zone: Zone,
    doctors: &[DoctorId],
    from: NaiveDate,
    to: NaiveDate,
) -> QueryResult<Vec<(DoctorId, SlotTime)>> {
    let hours: Vec<Hours> = availability::table
        .filter(availability::doctor_id.eq_any(doctors.to_vec()))
        .filter(availability::is_active.eq(true))
        .order((availability::day_of_week, availability::start_minute, availability::id))
        .select(Hours::as_select())
        .load(db)?;
    let exceptions: Vec<Exception> = availability_exceptions::table
        .filter(availability_exceptions::doctor_id.eq_any(doctors.to_vec()))
        .filter(availability_exceptions::ends_at.gt(zone.day(from).0))
        .filter(availability_exceptions::starts_at.lt(zone.day(to).1))
        .order((availability_exceptions::starts_at, availability_exceptions::id))
        .select(Exception::as_select())
        .load(db)?;
    let mut times = Vec::new();
    for &doctor in doctors {
        let own_hours: Vec<Hours> = hours.iter().filter(|h| h.doctor_id == doctor).cloned().collect();
        let own_exceptions: Vec<Exception> = exceptions.iter().filter(|e| e.doctor_id == doctor).cloned().collect();
        let made = slots::slots(zone, from, to, &own_hours, &own_exceptions);
        times.extend(made.into_iter().map(|time| (doctor, time)));
    }
    Ok(times)
}

/// The days from `from` with what a doctor works on each; `booked` are the beginnings (UTC) of live appointments.
pub fn week(
    db: &mut DbConnection,
    zone: Zone,
    doctor: DoctorId,
    from: NaiveDate,
    today: NaiveDate,
    booked: &[NaiveDateTime],
) -> QueryResult<Vec<Day>> {
    let to = week::last_day(from);
    let hours = hours(db, doctor)?;
    let exceptions = exceptions(db, doctor, zone.day(from).0, Some(zone.day(to).1))?;
    let times = slots::slots(zone, from, to, &hours, &exceptions);
    Ok(week::days(zone, from, today, &times, &exceptions, booked))
}

/// A doctor's weekly hours, inactive ones too, in the order of the week.
pub fn hours(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<Vec<Hours>> {
    availability::table
        .filter(availability::doctor_id.eq(doctor))
        .order((availability::day_of_week, availability::start_minute, availability::id))
        .select(Hours::as_select())
        .load(db)
}

/// A doctor's exceptions that end after `from` and begin before `before` (UTC), by time.
pub fn exceptions(
    db: &mut DbConnection,
    doctor: DoctorId,
    from: NaiveDateTime,
    before: Option<NaiveDateTime>,
) -> QueryResult<Vec<Exception>> {
    let mut query = availability_exceptions::table
        .filter(availability_exceptions::doctor_id.eq(doctor))
        .filter(availability_exceptions::ends_at.gt(from))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(availability_exceptions::starts_at.lt(before));
    }
    query
        .order((availability_exceptions::starts_at, availability_exceptions::id))
        .select(Exception::as_select())
        .load(db)
}

/// Weekly hours of this doctor.
pub fn find_hours(db: &mut DbConnection, doctor: DoctorId, id: HoursId) -> QueryResult<Hours> {
    availability::table.find(id).filter(availability::doctor_id.eq(doctor)).select(Hours::as_select()).first(db)
}

/// Adds hours on one weekday.
pub fn insert_hours(
    db: &mut DbConnection,
    doctor: DoctorId,
    day_of_week: i32,
    input: &HoursInput,
    now: NaiveDateTime,
) -> QueryResult<HoursId> {
    diesel::insert_into(availability::table)
        .values((
            availability::doctor_id.eq(doctor),
            availability::day_of_week.eq(day_of_week),
            availability::start_minute.eq(input.start_minute),
            availability::end_minute.eq(input.end_minute),
            availability::slot_minutes.eq(input.slot_minutes),
            availability::is_active.eq(input.is_active),
            availability::valid_from.eq(input.valid_from),
            availability::valid_to.eq(input.valid_to),
            availability::created_at.eq(now),
            availability::updated_at.eq(now),
        ))
        .returning(availability::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update_hours(
    db: &mut DbConnection,
    id: HoursId,
    version: i32,
    day_of_week: i32,
    input: &HoursInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(availability::table.find(id).filter(availability::version.eq(version)))
        .set((
            availability::day_of_week.eq(day_of_week),
            availability::start_minute.eq(input.start_minute),
            availability::end_minute.eq(input.end_minute),
            availability::slot_minutes.eq(input.slot_minutes),
            availability::is_active.eq(input.is_active),
            availability::valid_from.eq(input.valid_from),
            availability::valid_to.eq(input.valid_to),
            availability::version.eq(version + 1),
            availability::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes weekly hours.
pub fn delete_hours(db: &mut DbConnection, id: HoursId) -> QueryResult<()> {
    diesel::delete(availability::table.find(id)).execute(db).map(|_| ())
}

/// An exception of this doctor.
pub fn find_exception(db: &mut DbConnection, doctor: DoctorId, id: ExceptionId) -> QueryResult<Exception> {
    availability_exceptions::table
        .find(id)
        .filter(availability_exceptions::doctor_id.eq(doctor))
        .select(Exception::as_select())
        .first(db)
}

/// Adds an exception.
pub fn insert_exception(
    db: &mut DbConnection,
    doctor: DoctorId,
    input: &ExceptionInput,
    created_by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<ExceptionId> {
    diesel::insert_into(availability_exceptions::table)
        .values((
            availability_exceptions::doctor_id.eq(doctor),
            availability_exceptions::kind.eq(input.kind),
            availability_exceptions::starts_at.eq(input.starts_at),
            availability_exceptions::ends_at.eq(input.ends_at),
            availability_exceptions::slot_minutes.eq(input.slot_minutes),
            availability_exceptions::reason.eq(&input.reason),
            availability_exceptions::created_by.eq(created_by),
            availability_exceptions::created_at.eq(now),
        ))
        .returning(availability_exceptions::id)
        .get_result(db)
}

/// Removes an exception.
pub fn delete_exception(db: &mut DbConnection, id: ExceptionId) -> QueryResult<()> {
    diesel::delete(availability_exceptions::table.find(id)).execute(db).map(|_| ())
}
