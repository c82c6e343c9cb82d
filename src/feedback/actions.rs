//! Rating a visit.

use super::forms::FeedbackInput;
use super::model::FeedbackId;
use super::queries;
use crate::access::{Actor, By};
use crate::appointments;
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;

/// An appointment of the patient's own.
///
/// # Errors
/// `NotFound` for anybody else's.
pub fn own(db: &mut DbConnection, actor: &Actor, id: AppointmentId) -> Result<Appointment, AppError> {
    let appointment = appointments::queries::find(db, actor, id)?;
    if actor.patient_id == Some(appointment.patient_id) { Ok(appointment) } else { Err(AppError::NotFound) }
}

/// Keeps what a patient says of a visit of their own.
///
/// # Errors
/// `NotFound` for anybody else's; `Conflict` for one that is not completed; `Constraint` when it was rated already.
pub fn rate(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: AppointmentId,
    input: &FeedbackInput,
) -> Result<FeedbackId, AppError> {
    let appointment = own(db, actor, id)?;
    if appointment.status != AppointmentStatus::Completed {
        return Err(AppError::Conflict("A visit can be rated once it is completed.".to_owned()));
    }
    let feedback = queries::insert(db, &appointment, input, by.now)?;
    let entry = Entry::new("created", "feedback", feedback)
        .patient(appointment.patient_id)
        .note("appointment", id.0)
        .note("rating", input.rating);
    audit::record(db, by, &entry)?;
    Ok(feedback)
}
