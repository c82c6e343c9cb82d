//! A row of a home page's list: an appointment in the words that the page shows.

use chrono::{NaiveDate, NaiveDateTime};

use crate::appointments::model::{AppointmentId, AppointmentRow, AppointmentStatus};
use crate::time::Zone;

/// An appointment, ready to be shown. Times on the hospital's clock.
pub(super) struct Visit {
    pub id: AppointmentId,
    /// The time alone for today's, with the date for others.
    pub time: String,
    pub patient: String,
    pub age: String,
    pub has_allergies: bool,
    pub doctor: String,
    pub place: String,
    pub reason: String,
    pub status: AppointmentStatus,
    /// Since when a waiting patient waits: the clock's words, and the instant for the browser's own clock.
    pub since: Option<(String, String)>,
    pub starts_at: NaiveDateTime,
}

impl Visit {
    pub(super) fn of(row: AppointmentRow, zone: Zone, today: NaiveDate) -> Self {
        let (starts_at, since) = (row.appointment.starts_at, row.appointment.status_since);
        let is_today = zone.date(starts_at) == today;
        let place = if row.location.is_empty() {
            row.department.clone()
        } else {
            format!("{}, {}", row.department, row.location)
        };
        Self {
            id: row.appointment.id,
            time: if is_today { zone.time_text(starts_at) } else { zone.text(starts_at) },
            patient: row.patient_name(),
            age: row.age(today),
            has_allergies: row.has_allergies,
            since: (row.appointment.status == AppointmentStatus::CheckedIn)
                .then(|| (zone.time_text(since), since.and_utc().to_rfc3339())),
            status: row.appointment.status,
            reason: row.appointment.reason,
            doctor: row.doctor,
            place,
            starts_at,
        }
    }
}
