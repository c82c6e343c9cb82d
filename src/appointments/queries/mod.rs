//! SQL of appointments.

mod busy;
mod lists;
mod writes;

use diesel::prelude::*;

use super::model::{Appointment, AppointmentId, Event};
use crate::access::{Actor, Permission, Role};
use crate::db::schema::{appointment_events, appointments};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

pub use busy::{
    Span, busy_doctor, busy_patient, held, held_until, insert_hold, openness, release_holds, remove_expired_holds,
};
pub use lists::{Filter, count, day, find_row, for_patient, list, upcoming_of_doctor};
pub use writes::{NewAppointment, advance, insert, insert_event, reschedule};

/// Which appointments a person may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Doctor(DoctorId),
    Patient(PatientId),
    Nobody,
}

impl Scope {
    /// The desk, administrators and the accounts see all, doctors and patients their own.
    pub fn of(actor: &Actor) -> Self {
        if actor.may(Permission::ManageAppointments) {
            return Self::All;
        }
        match actor.role {
            Role::Doctor => actor.doctor_id.map_or(Self::Nobody, Self::Doctor),
            Role::Patient => actor.patient_id.map_or(Self::Nobody, Self::Patient),
            _ if actor.may(Permission::SeeAppointments) => Self::All,
            _ => Self::Nobody,
        }
    }
}

/// The appointments that a person may see.
pub fn visible_to(actor: &Actor) -> appointments::BoxedQuery<'static, MultiBackend> {
    let query = appointments::table.into_boxed();
    match Scope::of(actor) {
        Scope::All => query,
        Scope::Doctor(id) => query.filter(appointments::doctor_id.eq(id)),
        Scope::Patient(id) => query.filter(appointments::patient_id.eq(id)),
        Scope::Nobody => query.filter(appointments::id.eq(AppointmentId(-1))),
    }
}

/// An appointment that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: AppointmentId) -> QueryResult<Appointment> {
    visible_to(actor).filter(appointments::id.eq(id)).select(Appointment::as_select()).first(db)
}

/// The appointments that were booked to follow this one and that the person may see, the next first.
pub fn follow_ups(db: &mut DbConnection, actor: &Actor, id: AppointmentId) -> QueryResult<Vec<Appointment>> {
    visible_to(actor)
        .filter(appointments::follow_up_of.eq(id))
        .order(appointments::starts_at)
        .select(Appointment::as_select())
        .load(db)
}

/// The history, the first step first.
pub fn events(db: &mut DbConnection, id: AppointmentId) -> QueryResult<Vec<Event>> {
    appointment_events::table
        .filter(appointment_events::appointment_id.eq(id))
        .order(appointment_events::id)
        .select(Event::as_select())
        .load(db)
}
