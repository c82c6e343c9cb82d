//! Writing prescriptions.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::appointments::model::AppointmentId;
use crate::db::DbConnection;
use crate::db::schema::{prescription_medications, prescription_warnings, prescriptions, test_orders};
use crate::doctors::model::DoctorId;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;
use crate::prescriptions::model::{Content, PrescriptionId, PrescriptionStatus, Priority, Warning};
use crate::prescriptions::whiteboard::Drawing;

/// Whom a prescription is for and what it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    pub patient: PatientId,
    pub encounter: Option<EncounterId>,
    pub appointment: Option<AppointmentId>,
}

/// Adds a draft.
pub fn insert(
    db: &mut DbConnection,
    doctor: DoctorId,
    occasion: Occasion,
    content: &Content,
    now: NaiveDateTime,
) -> QueryResult<PrescriptionId> {
    let id = diesel::insert_into(prescriptions::table)
        .values((
            prescriptions::patient_id.eq(occasion.patient),
            prescriptions::doctor_id.eq(doctor),
            prescriptions::encounter_id.eq(occasion.encounter),
            prescriptions::appointment_id.eq(occasion.appointment),
            prescriptions::diagnosis.eq(&content.diagnosis),
            prescriptions::status.eq(PrescriptionStatus::Draft),
            prescriptions::notes.eq(&content.notes),
            prescriptions::valid_until.eq(content.valid_until),
            prescriptions::whiteboard.eq(content.whiteboard.as_ref().map(Drawing::json)),
            prescriptions::priority.eq(content.priority),
            prescriptions::created_at.eq(now),
            prescriptions::updated_at.eq(now),
        ))
        .returning(prescriptions::id)
        .get_result(db)?;
    put_lines(db, id, content)?;
    Ok(id)
}

/// Saves a draft of this version; `false` when somebody else saved first or it is no draft any more.
pub fn save(
    db: &mut DbConnection,
    id: PrescriptionId,
    version: i32,
    content: &Content,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let draft = prescriptions::table
        .find(id)
        .filter(prescriptions::version.eq(version))
        .filter(prescriptions::status.eq(PrescriptionStatus::Draft));
    let changed = diesel::update(draft)
        .set((
            prescriptions::diagnosis.eq(&content.diagnosis),
            prescriptions::notes.eq(&content.notes),
            prescriptions::valid_until.eq(content.valid_until),
            prescriptions::whiteboard.eq(content.whiteboard.as_ref().map(Drawing::json)),
            prescriptions::priority.eq(content.priority),
            prescriptions::version.eq(version + 1),
            prescriptions::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    delete_lines(db, id)?;
    put_lines(db, id, content)?;
    Ok(true)
}

fn delete_lines(db: &mut DbConnection, id: PrescriptionId) -> QueryResult<()> {
    let medications = prescription_medications::table.filter(prescription_medications::prescription_id.eq(id));
    diesel::delete(medications).execute(db)?;
    diesel::delete(test_orders::table.filter(test_orders::prescription_id.eq(id))).execute(db).map(|_| ())
}

fn put_lines(db: &mut DbConnection, id: PrescriptionId, content: &Content) -> QueryResult<()> {
    for (position, line) in (0_i32..).zip(&content.medications) {
        diesel::insert_into(prescription_medications::table)
            .values((
                prescription_medications::prescription_id.eq(id),
                prescription_medications::position.eq(position),
                prescription_medications::medicine.eq(&line.medicine),
                prescription_medications::dose.eq(&line.dose),
                prescription_medications::unit.eq(&line.unit),
                prescription_medications::route.eq(&line.route),
                prescription_medications::frequency.eq(&line.frequency),
                prescription_medications::duration_days.eq(line.duration_days),
                prescription_medications::quantity.eq(line.quantity),
                prescription_medications::quantity_is_computed.eq(line.quantity_is_computed),
                prescription_medications::instructions.eq(&line.instructions),
                prescription_medications::medicine_id.eq(line.medicine_id),
            ))
            .execute(db)?;
    }
    for (position, order) in (0_i32..).zip(&content.tests) {
        let priority: Priority = order.priority;
        diesel::insert_into(test_orders::table)
            .values((
                test_orders::prescription_id.eq(id),
                test_orders::position.eq(position),
                test_orders::test.eq(&order.test),
                test_orders::instructions.eq(&order.instructions),
                test_orders::priority.eq(priority),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Hands a draft of this version out, with its warnings and why the doctor goes on; `false` when it is not that draft
/// any more.
pub fn submit(
    db: &mut DbConnection,
    id: PrescriptionId,
    version: i32,
    warnings: &[Warning],
    override_reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let draft = prescriptions::table
        .find(id)
        .filter(prescriptions::version.eq(version))
        .filter(prescriptions::status.eq(PrescriptionStatus::Draft));
    let changed = diesel::update(draft)
        .set((
            prescriptions::status.eq(PrescriptionStatus::Submitted),
            prescriptions::submitted_at.eq(now),
            prescriptions::override_reason.eq(override_reason),
            prescriptions::version.eq(version + 1),
            prescriptions::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    for (position, warning) in (0_i32..).zip(warnings) {
        diesel::insert_into(prescription_warnings::table)
            .values((
                prescription_warnings::prescription_id.eq(id),
                prescription_warnings::position.eq(position),
                prescription_warnings::kind.eq(warning.kind),
                prescription_warnings::severity.eq(warning.severity),
                prescription_warnings::medicine.eq(&warning.medicine),
                prescription_warnings::message.eq(&warning.message),
                prescription_warnings::source.eq(&warning.source),
            ))
            .execute(db)?;
    }
    Ok(true)
}

/// Takes a submitted prescription back; `false` when it is not in that state any more.
pub fn cancel(
    db: &mut DbConnection,
    id: PrescriptionId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let submitted = prescriptions::table.find(id).filter(prescriptions::status.eq(PrescriptionStatus::Submitted));
    let changed = diesel::update(submitted)
        .set((
            prescriptions::status.eq(PrescriptionStatus::Cancelled),
            prescriptions::cancelled_at.eq(now),
            prescriptions::cancelled_by.eq(by),
            prescriptions::cancel_reason.eq(reason),
            prescriptions::version.eq(prescriptions::version + 1),
            prescriptions::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Writes what the pharmacy made of a prescription that is out: its status, and when nothing of it was left; `false`
/// when it was taken back meanwhile.
pub fn set_outcome(
    db: &mut DbConnection,
    id: PrescriptionId,
    status: PrescriptionStatus,
    closed_at: Option<NaiveDateTime>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let out = prescriptions::table
        .find(id)
        .filter(prescriptions::status.ne(PrescriptionStatus::Draft))
        .filter(prescriptions::status.ne(PrescriptionStatus::Cancelled));
    let changed = diesel::update(out)
        .set((
            prescriptions::status.eq(status),
            prescriptions::closed_at.eq(closed_at),
            prescriptions::version.eq(prescriptions::version + 1),
            prescriptions::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes a draft, which nobody but its doctor has seen; `false` when it is no draft any more.
pub fn delete_draft(db: &mut DbConnection, id: PrescriptionId) -> QueryResult<bool> {
    let draft = prescriptions::table.find(id).filter(prescriptions::status.eq(PrescriptionStatus::Draft));
    if draft.count().get_result::<i64>(db)? == 0 {
        return Ok(false);
    }
    delete_lines(db, id)?;
    diesel::delete(prescriptions::table.find(id)).execute(db).map(|deleted| deleted == 1)
}
