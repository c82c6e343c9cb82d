//! SQL of schedules.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Exception, Hours, SlotTime};
use super::slots;
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
