//! What a record's first page sums up.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::access::{Actor, Permission, Role};
use crate::appointments::model::AppointmentStatus;
use crate::db::DbConnection;
use crate::db::schema::{appointments, doctors, encounters, users};
use crate::patients::model::{PatientId, full_name};

/// The next and the last times of a patient in the hospital.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// The appointments that lie ahead, the next first; empty for those who may not see appointments.
    pub ahead: Vec<Ahead>,
    /// The last signed visits, the newest first; empty for those who may not read the chart.
    pub visits: Vec<Visit>,
}

/// An appointment that lies ahead.
#[derive(Clone, Debug)]
pub struct Ahead {
    pub id: i64,
    /// In UTC.
    pub starts_at: NaiveDateTime,
    pub doctor: String,
    pub reason: String,
    pub is_confirmed: bool,
}

/// A signed visit.
#[derive(Clone, Debug)]
pub struct Visit {
    pub id: i64,
    pub date: NaiveDate,
    pub doctor: String,
}

/// How many of each are shown.
const SHOWN: i64 = 3;

/// Sums up a record that the person may open.
pub fn overview(db: &mut DbConnection, actor: &Actor, id: PatientId, now: NaiveDateTime) -> QueryResult<Overview> {
    let mut overview = Overview::default();
    if actor.may(Permission::SeeAppointments) {
        let live = appointments::status
            .eq(AppointmentStatus::Scheduled)
            .or(appointments::status.eq(AppointmentStatus::Confirmed));
        // Doctors see their own appointments; what a colleague is consulted for is not theirs to read.
        let only = actor.doctor_id.filter(|_| !actor.may(Permission::ManageAppointments) && actor.role == Role::Doctor);
        let mut query = appointments::table
            .inner_join(doctors::table.inner_join(users::table))
            .filter(appointments::patient_id.eq(id))
            .filter(live)
            .filter(appointments::ends_at.gt(now))
            .into_boxed();
        if let Some(doctor) = only {
            query = query.filter(appointments::doctor_id.eq(doctor));
        }
        let rows: Vec<(i64, NaiveDateTime, String, String, String, AppointmentStatus)> = query
            .order((appointments::starts_at, appointments::id))
            .limit(SHOWN)
            .select((
                appointments::id,
                appointments::starts_at,
                users::first_name,
                users::last_name,
                appointments::reason,
                appointments::status,
            ))
            .load(db)?;
        let ahead = |(id, starts_at, first, last, reason, status): (i64, _, String, String, String, _)| Ahead {
            id,
            starts_at,
            doctor: format!("Dr {}", full_name(&first, &last)),
            reason,
            is_confirmed: status == AppointmentStatus::Confirmed,
        };
        overview.ahead = rows.into_iter().map(ahead).collect();
    }
    if actor.may(Permission::ReadChart) {
        let rows: Vec<(i64, NaiveDate, String, String)> = encounters::table
            .inner_join(doctors::table.inner_join(users::table))
            .filter(encounters::patient_id.eq(id))
            .filter(encounters::status.eq("signed"))
            .order((encounters::visit_date.desc(), encounters::id.desc()))
            .limit(SHOWN)
            .select((encounters::id, encounters::visit_date, users::first_name, users::last_name))
            .load(db)?;
        let visit = |(id, date, first, last): (i64, NaiveDate, String, String)| Visit {
            id,
            date,
            doctor: format!("Dr {}", full_name(&first, &last)),
        };
        overview.visits = rows.into_iter().map(visit).collect();
    }
    Ok(overview)
}
