//! Figures for home pages. Everything is counted by the database over an index on time.

use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::access::Role;
use crate::appointments::model::AppointmentStatus;
use crate::db::DbConnection;
use crate::db::schema::{access_links, appointments, audit_log, availability, departments, doctors, patients, users};
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::time::Zone;

/// How many appointments of a span of time stand where.
#[derive(Clone, Debug, Default)]
pub struct ByStatus(Vec<(AppointmentStatus, i64)>);

impl ByStatus {
    /// How many stand in one of these states.
    pub fn of(&self, statuses: &[AppointmentStatus]) -> i64 {
        self.0.iter().filter(|(status, _)| statuses.contains(status)).map(|(_, count)| count).sum()
    }

    /// Those that did not fall through.
    pub fn kept(&self) -> i64 {
        self.0.iter().map(|(_, count)| count).sum::<i64>() - self.lost()
    }

    /// Those that were cancelled, or whose patient did not come.
    pub fn lost(&self) -> i64 {
        self.of(&[AppointmentStatus::Cancelled, AppointmentStatus::NoShow])
    }
}

/// The appointments that begin between two instants, by state; one doctor's or everybody's.
pub fn by_status(
    db: &mut DbConnection,
    (from, before): (NaiveDateTime, NaiveDateTime),
    doctor: Option<DoctorId>,
) -> QueryResult<ByStatus> {
    let span = appointments::starts_at.ge(from).and(appointments::starts_at.lt(before));
    let grouped = appointments::table.filter(span).group_by(appointments::status);
    let counted = (appointments::status, count_star());
    match doctor {
        Some(doctor) => grouped.filter(appointments::doctor_id.eq(doctor)).select(counted).load(db),
        None => grouped.select(counted).load(db),
    }
    .map(ByStatus)
}

/// The days up to and with `last`, each with its appointments by state.
pub fn days(
    db: &mut DbConnection,
    zone: Zone,
    last: NaiveDate,
    count: u64,
    doctor: Option<DoctorId>,
) -> QueryResult<Vec<(NaiveDate, ByStatus)>> {
    let dates = (0..count).rev().filter_map(|back| last.checked_sub_days(Days::new(back)));
    dates.map(|date| Ok((date, by_status(db, zone.day(date), doctor)?))).collect()
}

/// Appointments between two instants that did not fall through, by department, the busiest first.
pub fn by_department(
    db: &mut DbConnection,
    (from, before): (NaiveDateTime, NaiveDateTime),
) -> QueryResult<Vec<(String, i64)>> {
    let mut counted: Vec<(String, i64)> = appointments::table
        .inner_join(doctors::table)
        .inner_join(departments::table.on(departments::id.eq(doctors::department_id)))
        .filter(appointments::starts_at.ge(from))
        .filter(appointments::starts_at.lt(before))
        .filter(appointments::status.ne_all([AppointmentStatus::Cancelled, AppointmentStatus::NoShow]))
        .group_by(departments::name)
        .select((departments::name, count_star()))
        .load(db)?;
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(counted)
}

/// What an administrator's hospital consists of.
#[derive(Clone, Debug)]
pub struct Inventory {
    pub departments: i64,
    pub doctors: i64,
    /// Doctors who have hours.
    pub doctors_with_hours: i64,
    pub receptionists: i64,
    pub staff: i64,
    pub patients: i64,
    /// Patients registered since an instant.
    pub new_patients: i64,
    /// Invitations that nobody has accepted yet.
    pub open_invitations: i64,
}

/// Counts what there is.
pub fn inventory(db: &mut DbConnection, since: NaiveDateTime, now: NaiveDateTime) -> QueryResult<Inventory> {
    let active_doctors = || doctors::table.filter(doctors::status.eq(DoctorStatus::Active));
    let active_users = || users::table.filter(users::is_active.eq(true));
    let with_hours: Vec<DoctorId> = availability::table
        .filter(availability::is_active.eq(true))
        .select(availability::doctor_id)
        .distinct()
        .load(db)?;
    Ok(Inventory {
        departments: departments::table.count().get_result(db)?,
        doctors: active_doctors().count().get_result(db)?,
        doctors_with_hours: i64::try_from(with_hours.len()).unwrap_or(i64::MAX),
        receptionists: active_users().filter(users::role.eq(Role::Receptionist)).count().get_result(db)?,
        staff: active_users().filter(users::role.ne(Role::Patient)).count().get_result(db)?,
        patients: patients::table.filter(patients::merged_into.is_null()).count().get_result(db)?,
        new_patients: patients::table.filter(patients::created_at.ge(since)).count().get_result(db)?,
        open_invitations: access_links::table
            .filter(access_links::kind.eq("invitation"))
            .filter(access_links::used_at.is_null())
            .filter(access_links::expires_at.gt(now))
            .count()
            .get_result(db)?,
    })
}

/// An administrator's act, for the list of the latest.
#[derive(Clone, Debug, Queryable)]
pub struct Act {
    pub at: NaiveDateTime,
    pub user_name: String,
    /// The stored name of an `AdminAction`.
    pub action: Option<String>,
}

/// The latest acts of administrators.
pub fn latest_acts(db: &mut DbConnection, count: i64) -> QueryResult<Vec<Act>> {
    audit_log::table
        .filter(audit_log::admin_action.is_not_null())
        .order(audit_log::id.desc())
        .limit(count)
        .select((audit_log::occurred_at, audit_log::user_name, audit_log::admin_action))
        .load(db)
}
