//! SQL of feedback.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::forms::FeedbackInput;
use super::model::{Feedback, FeedbackId, FeedbackRow, Rating};
use crate::access::Actor;
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus};
use crate::appointments::queries as booking;
use crate::db::schema::{appointments, doctors, feedback, patients, users};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// What was said of an appointment, whoever asks: its scope was checked before.
pub fn of_appointment(db: &mut DbConnection, id: AppointmentId) -> QueryResult<Option<Feedback>> {
    feedback::table.filter(feedback::appointment_id.eq(id)).select(Feedback::as_select()).first(db).optional()
}

/// The patient's completed visits since an instant that nobody has rated, the latest first.
pub fn unrated(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    since: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<Appointment>> {
    let rated: Vec<AppointmentId> =
        feedback::table.filter(feedback::patient_id.eq(patient)).select(feedback::appointment_id).load(db)?;
    booking::visible_to(actor)
        .filter(appointments::patient_id.eq(patient))
        .filter(appointments::status.eq(AppointmentStatus::Completed))
        .filter(appointments::starts_at.ge(since))
        .filter(appointments::id.ne_all(rated))
        .order((appointments::starts_at.desc(), appointments::id.desc()))
        .limit(limit)
        .select(Appointment::as_select())
        .load(db)
}

/// How these doctors are rated; those whom nobody has rated are left out.
pub fn ratings(db: &mut DbConnection, ids: &[DoctorId]) -> QueryResult<HashMap<DoctorId, Rating>> {
    let counted: Vec<(DoctorId, i32, i64)> = feedback::table
        .filter(feedback::doctor_id.eq_any(ids.to_vec()))
        .group_by((feedback::doctor_id, feedback::rating))
        .select((feedback::doctor_id, feedback::rating, count_star()))
        .load(db)?;
    let mut ratings: HashMap<DoctorId, Rating> = HashMap::new();
    for (doctor, rating, count) in counted {
        let total = ratings.entry(doctor).or_default();
        total.count += count;
        total.sum += count * i64::from(rating);
    }
    Ok(ratings)
}

/// What the list of feedback is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub doctor: Option<DoctorId>,
    /// Ratings of at most this.
    pub at_most: Option<i32>,
    pub with_comment: bool,
}

fn narrowed(filter: Filter) -> feedback::BoxedQuery<'static, MultiBackend> {
    let mut query = feedback::table.into_boxed();
    if let Some(doctor) = filter.doctor {
        query = query.filter(feedback::doctor_id.eq(doctor));
    }
    if let Some(most) = filter.at_most {
        query = query.filter(feedback::rating.le(most));
    }
    if filter.with_comment {
        query = query.filter(feedback::comment.ne(""));
    }
    query
}

/// How much feedback the filter lets through.
pub fn count(db: &mut DbConnection, filter: Filter) -> QueryResult<i64> {
    narrowed(filter).count().get_result(db)
}

/// The feedback that the filter lets through, the latest first.
pub fn list(db: &mut DbConnection, filter: Filter, (offset, limit): (i64, i64)) -> QueryResult<Vec<FeedbackRow>> {
    let found: Vec<Feedback> = narrowed(filter)
        .order((feedback::created_at.desc(), feedback::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(Feedback::as_select())
        .load(db)?;
    let doctor_ids: Vec<DoctorId> = found.iter().map(|f| f.doctor_id).collect();
    let doctor_names: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::id.eq_any(doctor_ids))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    let patient_ids: Vec<PatientId> = found.iter().map(|f| f.patient_id).collect();
    let patient_names: Vec<(PatientId, String, String)> = patients::table
        .filter(patients::id.eq_any(patient_ids))
        .select((patients::id, patients::first_name, patients::last_name))
        .load(db)?;
    let row = |feedback: Feedback| {
        let doctor = doctor_names.iter().find(|(id, ..)| *id == feedback.doctor_id);
        let patient = patient_names.iter().find(|(id, ..)| *id == feedback.patient_id);
        FeedbackRow {
            doctor: doctor.map(|(_, first, last)| format!("Dr {first} {last}")).unwrap_or_default(),
            patient: patient.map(|(_, first, last)| format!("{first} {last}")).unwrap_or_default(),
            feedback,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// Adds what a patient says. A second time violates `ux_feedback_appointment_id`.
pub fn insert(
    db: &mut DbConnection,
    appointment: &Appointment,
    input: &FeedbackInput,
    now: NaiveDateTime,
) -> QueryResult<FeedbackId> {
    diesel::insert_into(feedback::table)
        .values((
            feedback::appointment_id.eq(appointment.id),
            feedback::patient_id.eq(appointment.patient_id),
            feedback::doctor_id.eq(appointment.doctor_id),
            feedback::rating.eq(input.rating),
            feedback::comment.eq(&input.comment),
            feedback::created_at.eq(now),
        ))
        .returning(feedback::id)
        .get_result(db)
}
