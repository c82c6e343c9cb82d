//! Appointments in lists, with their patients and doctors.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{IntoBoxed, exists};
use diesel::prelude::*;

use super::Scope;
use crate::access::{Actor, Permission};
use crate::appointments::model::{Appointment, AppointmentId, AppointmentRow, AppointmentStatus};
use crate::db::schema::{allergies, appointments, departments, doctors, patients, users};
use crate::db::{DbConnection, MultiBackend};
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;
use crate::time::Zone;

/// No limit.
const ALL: i64 = i32::MAX as i64;

/// What a list is narrowed to. Times in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that begin at this time or later.
    pub from: Option<NaiveDateTime>,
    /// Those that begin before this time.
    pub before: Option<NaiveDateTime>,
    pub statuses: Vec<AppointmentStatus>,
    pub doctor: Option<DoctorId>,
    pub department: Option<DepartmentId>,
    pub patient: Option<PatientId>,
    pub id: Option<AppointmentId>,
    /// The latest first.
    pub latest_first: bool,
}

type Found = (Appointment, (String, String, NaiveDate, String), bool, (String, String), (DepartmentId, String, String));

fn row((appointment, patient, has_allergies, doctor, department): Found) -> AppointmentRow {
    AppointmentRow {
        appointment,
        patient_first_name: patient.0,
        patient_last_name: patient.1,
        date_of_birth: patient.2,
        patient_phone: patient.3,
        has_allergies,
        doctor: format!("Dr {} {}", doctor.0, doctor.1),
        department_id: department.0,
        department: department.1,
        location: department.2,
    }
}

/// Appointments beside their patients, doctors and departments.
#[diesel::dsl::auto_type]
fn joined() -> _ {
    appointments::table
        .inner_join(patients::table)
        .inner_join(doctors::table.inner_join(users::table))
        .inner_join(departments::table.on(departments::id.eq(doctors::department_id)))
}

/// What the scope and the filter let through, for counting and for loading.
fn narrowed(scope: Scope, filter: &Filter) -> IntoBoxed<'static, joined, MultiBackend> {
    let mut query = joined().into_boxed();
    query = match scope {
        Scope::All => query,
        Scope::Doctor(id) => query.filter(appointments::doctor_id.eq(id)),
        Scope::Patient(id) => query.filter(appointments::patient_id.eq(id)),
        Scope::Nobody => query.filter(appointments::id.eq(AppointmentId(-1))),
    };
    if let Some(from) = filter.from {
        query = query.filter(appointments::starts_at.ge(from));
    }
    if let Some(before) = filter.before {
        query = query.filter(appointments::starts_at.lt(before));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(appointments::status.eq_any(filter.statuses.clone()));
    }
    if let Some(doctor) = filter.doctor {
        query = query.filter(appointments::doctor_id.eq(doctor));
    }
    if let Some(department) = filter.department {
        query = query.filter(doctors::department_id.eq(department));
    }
    if let Some(patient) = filter.patient {
        query = query.filter(appointments::patient_id.eq(patient));
    }
    if let Some(id) = filter.id {
        query = query.filter(appointments::id.eq(id));
    }
    query
}

/// `actor` decides about the allergy mark only; nobody means that it is not shown.
fn load(
    db: &mut DbConnection,
    actor: Option<&Actor>,
    scope: Scope,
    filter: &Filter,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<AppointmentRow>> {
    let sees_allergies = actor.is_some_and(|a| a.may(Permission::SeeBanner) || a.may(Permission::ReadChart));
    let query = narrowed(scope, filter);
    let query = if filter.latest_first {
        query.order((appointments::starts_at.desc(), appointments::id.desc()))
    } else {
        query.order((appointments::starts_at.asc(), appointments::id.asc()))
    };
    let found: Vec<Found> = query
        .select((
            Appointment::as_select(),
            (patients::first_name, patients::last_name, patients::date_of_birth, patients::phone),
            exists(
                allergies::table
                    .filter(allergies::patient_id.eq(appointments::patient_id))
                    .filter(allergies::entered_in_error_at.is_null()),
            ),
            (users::first_name, users::last_name),
            (departments::id, departments::name, departments::location),
        ))
        .offset(offset)
        .limit(limit)
        .load(db)?;
    let mut rows: Vec<AppointmentRow> = found.into_iter().map(row).collect();
    for row in &mut rows {
        row.has_allergies &= sees_allergies;
    }
    Ok(rows)
}

/// How many appointments the person may see that the filter lets through.
pub fn count(db: &mut DbConnection, actor: &Actor, filter: &Filter) -> QueryResult<i64> {
    narrowed(Scope::of(actor), filter).count().get_result(db)
}

/// The appointments that the person may see and the filter lets through, by time.
pub fn list(
    db: &mut DbConnection,
    actor: &Actor,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<AppointmentRow>> {
    load(db, Some(actor), Scope::of(actor), filter, (offset, limit))
}

/// An appointment that the person may see, with its patient and doctor.
pub fn find_row(db: &mut DbConnection, actor: &Actor, id: AppointmentId) -> QueryResult<AppointmentRow> {
    let filter = Filter { id: Some(id), ..Filter::default() };
    load(db, Some(actor), Scope::of(actor), &filter, (0, 1))?.pop().ok_or(diesel::result::Error::NotFound)
}

/// All appointments that the person may see of one day of the hospital's calendar, in every state, by time.
pub fn day(
    db: &mut DbConnection,
    actor: &Actor,
    zone: Zone,
    date: NaiveDate,
    department: Option<DepartmentId>,
    doctor: Option<DoctorId>,
) -> QueryResult<Vec<AppointmentRow>> {
    let (from, before) = zone.day(date);
    let filter = Filter { from: Some(from), before: Some(before), doctor, department, ..Filter::default() };
    load(db, Some(actor), Scope::of(actor), &filter, (0, ALL))
}

/// The live appointments of a doctor that end after `from` (UTC), by time: those that changed hours would strand.
/// Not narrowed to a person: the caller has decided who may see it.
pub fn upcoming_of_doctor(
    db: &mut DbConnection,
    doctor: DoctorId,
    from: NaiveDateTime,
) -> QueryResult<Vec<AppointmentRow>> {
    let filter = Filter {
        // An appointment lasts a day at most.
        from: Some(from - chrono::TimeDelta::days(1)),
        statuses: AppointmentStatus::LIVE.to_vec(),
        doctor: Some(doctor),
        ..Filter::default()
    };
    let mut found = load(db, None, Scope::All, &filter, (0, ALL))?;
    found.retain(|row| row.appointment.ends_at > from);
    Ok(found)
}

/// A patient's appointments that the person may see, the latest first.
pub fn for_patient(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<AppointmentRow>> {
    let filter = Filter { patient: Some(patient), latest_first: true, ..Filter::default() };
    load(db, Some(actor), Scope::of(actor), &filter, (offset, limit))
}
