//! Writing appointments and their history.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::access::By;
use crate::accounts::model::UserId;
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus, Channel, EventKind};
use crate::db::DbConnection;
use crate::db::schema::{appointment_events, appointments};
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// An appointment to be made. Times in UTC.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = appointments)]
pub struct NewAppointment {
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub status: AppointmentStatus,
    pub status_since: NaiveDateTime,
    pub reason: String,
    pub symptoms: String,
    pub notes: String,
    pub channel: Channel,
    pub booked_by: Option<UserId>,
    pub follow_up_of: Option<AppointmentId>,
    pub confirmed_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// Makes an appointment.
///
/// # Errors
/// `ex_appointments_doctor` and `ex_appointments_patient` when one of them is taken at that time.
pub fn insert(db: &mut DbConnection, new: &NewAppointment) -> QueryResult<AppointmentId> {
    diesel::insert_into(appointments::table).values(new).returning(appointments::id).get_result(db)
}

/// Writes a step into the history.
pub fn insert_event(
    db: &mut DbConnection,
    by: &By,
    id: AppointmentId,
    kind: EventKind,
    starts_at: NaiveDateTime,
    note: &str,
) -> QueryResult<()> {
    diesel::insert_into(appointment_events::table)
        .values((
            appointment_events::appointment_id.eq(id),
            appointment_events::kind.eq(kind),
            appointment_events::starts_at.eq(starts_at),
            appointment_events::note.eq(note),
            appointment_events::user_id.eq(by.user_id()),
            appointment_events::user_name.eq(by.name()),
            appointment_events::occurred_at.eq(by.now),
        ))
        .execute(db)
        .map(|_| ())
}

/// Brings this version of an appointment into its next state; `false` when somebody else changed it first.
pub fn advance(
    db: &mut DbConnection,
    by: &By,
    before: &Appointment,
    to: AppointmentStatus,
    cancel_reason: &str,
) -> QueryResult<bool> {
    use AppointmentStatus::{Cancelled, CheckedIn, Completed, Confirmed, InProgress};
    let reached = |state: AppointmentStatus, earlier: Option<NaiveDateTime>| {
        if to == state { Some(by.now) } else { earlier }
    };
    let this_version = appointments::table.find(before.id).filter(appointments::version.eq(before.version));
    let changed = diesel::update(this_version)
        .set((
            appointments::status.eq(to),
            appointments::status_since.eq(by.now),
            appointments::confirmed_at.eq(reached(Confirmed, before.confirmed_at)),
            appointments::checked_in_at.eq(reached(CheckedIn, before.checked_in_at)),
            appointments::started_at.eq(reached(InProgress, before.started_at)),
            appointments::completed_at.eq(reached(Completed, before.completed_at)),
            appointments::cancelled_at.eq(reached(Cancelled, before.cancelled_at)),
            appointments::cancelled_by.eq(if to == Cancelled { by.user_id() } else { before.cancelled_by }),
            appointments::cancel_reason.eq(if to == Cancelled { cancel_reason } else { before.cancel_reason.as_str() }),
            appointments::version.eq(before.version + 1),
            appointments::updated_at.eq(by.now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Moves this version of an appointment; `false` when somebody else changed it first. `confirmed_at` is kept, unless
/// moving makes it wait for the desk's word again.
pub fn reschedule(
    db: &mut DbConnection,
    by: &By,
    before: &Appointment,
    doctor: DoctorId,
    (starts_at, ends_at): (NaiveDateTime, NaiveDateTime),
    status: AppointmentStatus,
) -> QueryResult<bool> {
    let changed_status = status != before.status;
    let confirmed_at = match status {
        AppointmentStatus::Confirmed => before.confirmed_at.or(Some(by.now)),
        _ => None,
    };
    let this_version = appointments::table.find(before.id).filter(appointments::version.eq(before.version));
    let changed = diesel::update(this_version)
        .set((
            appointments::doctor_id.eq(doctor),
            appointments::starts_at.eq(starts_at),
            appointments::ends_at.eq(ends_at),
            appointments::status.eq(status),
            appointments::status_since.eq(if changed_status { by.now } else { before.status_since }),
            appointments::confirmed_at.eq(confirmed_at),
            appointments::version.eq(before.version + 1),
            appointments::updated_at.eq(by.now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
