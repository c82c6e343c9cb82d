//! SQL of encounters.

mod amendments;

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Content, Diagnosis, DraftRow, Encounter, EncounterId, EncounterStatus, Visit, VisitRow};
use crate::access::{Actor, Role};
use crate::accounts::model::UserId;
use crate::appointments::model::AppointmentId;
use crate::chart::vital_signs::VitalSigns;
use crate::db::schema::{
    self, appointments, departments, doctors, encounter_diagnoses, encounters, users, vital_signs,
};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

pub use amendments::{amend, error_author, mark_error, versions};

/// The encounters that a person may read: a doctor all of their own and the signed ones of patients in their care, a
/// patient their own signed ones, everybody else none.
pub fn visible_to(actor: &Actor) -> encounters::BoxedQuery<'static, MultiBackend> {
    // What was signed and then marked as entered in error stays in sight of those who may have acted on it.
    let was_kept = encounters::status.ne(EncounterStatus::EnteredInError).or(encounters::signed_at.is_not_null());
    let query = encounters::table.filter(was_kept).into_boxed();
    let is_signed = encounters::status.eq(EncounterStatus::Signed);
    let nobody = PatientId(0);
    match (actor.role, actor.doctor_id) {
        (Role::Doctor, Some(doctor)) => {
            // The patients of `patients::queries::visible_to`, which cannot be nested on two engines.
            let booked =
                appointments::table.filter(appointments::doctor_id.eq(doctor)).select(appointments::patient_id);
            let earlier = diesel::alias!(encounters as earlier);
            let seen = earlier
                .filter(earlier.field(encounters::doctor_id).eq(doctor))
                .select(earlier.field(encounters::patient_id));
            let in_care = encounters::patient_id.eq_any(booked).or(encounters::patient_id.eq_any(seen));
            let was_signed = encounters::signed_at.is_not_null();
            query.filter(encounters::doctor_id.eq(doctor).or(was_signed.and(in_care)))
        }
        (Role::Patient, _) => {
            let own = encounters::patient_id.eq(actor.patient_id.unwrap_or(nobody));
            query.filter(own.and(is_signed))
        }
        _ => query.filter(encounters::patient_id.eq(nobody)),
    }
}

/// An encounter that the person may read.
pub fn find(db: &mut DbConnection, actor: &Actor, id: EncounterId) -> QueryResult<Encounter> {
    visible_to(actor).filter(encounters::id.eq(id)).select(Encounter::as_select()).first(db)
}

/// An encounter with all that was written about it.
pub fn visit(db: &mut DbConnection, actor: &Actor, id: EncounterId) -> QueryResult<Visit> {
    let encounter = find(db, actor, id)?;
    let content = content(db, &encounter)?;
    let (first, last, license_number, department): (String, String, String, String) = doctors::table
        .inner_join(users::table)
        .inner_join(departments::table.on(doctors::department_id.eq(departments::id)))
        .filter(doctors::id.eq(encounter.doctor_id))
        .select((users::first_name, users::last_name, doctors::license_number, departments::name))
        .first(db)?;
    Ok(Visit { encounter, content, doctor: format!("Dr {first} {last}"), license_number, department })
}

/// What was written about an encounter.
pub fn content(db: &mut DbConnection, encounter: &Encounter) -> QueryResult<Content> {
    let diagnoses = encounter_diagnoses::table
        .filter(encounter_diagnoses::encounter_id.eq(encounter.id))
        .order(encounter_diagnoses::position)
        .select(Diagnosis::as_select())
        .load(db)?;
    Ok(Content {
        symptoms: encounter.symptoms.clone(),
        vital_signs: vital_signs_of(db, encounter.id)?.unwrap_or_default(),
        diagnoses,
        treatment_plan: encounter.treatment_plan.clone(),
        notes: encounter.notes.clone(),
        follow_up_date: encounter.follow_up_date,
    })
}

fn vital_signs_of(db: &mut DbConnection, id: EncounterId) -> QueryResult<Option<VitalSigns>> {
    vital_signs::table.filter(vital_signs::encounter_id.eq(id)).select(VitalSigns::as_select()).first(db).optional()
}

/// The encounter of an appointment, whoever asks: for actions, which check the person by the appointment.
pub fn of_appointment(db: &mut DbConnection, id: AppointmentId) -> QueryResult<Option<EncounterId>> {
    encounters::table.filter(encounters::appointment_id.eq(id)).select(encounters::id).first(db).optional()
}

/// The encounters of some appointments, and how far each is.
pub fn of_appointments(
    db: &mut DbConnection,
    ids: &[AppointmentId],
) -> QueryResult<HashMap<AppointmentId, (EncounterId, EncounterStatus)>> {
    let rows: Vec<(Option<AppointmentId>, EncounterId, EncounterStatus)> = encounters::table
        .filter(encounters::appointment_id.eq_any(ids.to_vec()))
        .select((encounters::appointment_id, encounters::id, encounters::status))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(appointment, id, status)| Some((appointment?, (id, status)))).collect())
}

/// A doctor's unsigned drafts, the oldest first.
pub fn drafts_of(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<Vec<DraftRow>> {
    let rows: Vec<(EncounterId, PatientId, String, String, NaiveDate, NaiveDateTime)> = encounters::table
        .inner_join(schema::patients::table)
        .filter(encounters::doctor_id.eq(doctor))
        .filter(encounters::status.eq(EncounterStatus::Draft))
        .order((encounters::visit_date, encounters::id))
        .select((
            encounters::id,
            schema::patients::id,
            schema::patients::first_name,
            schema::patients::last_name,
            encounters::visit_date,
            encounters::updated_at,
        ))
        .load(db)?;
    let row = |(id, patient_id, first, last, visit_date, updated_at)| DraftRow {
        id,
        patient_id,
        patient: format!("{first} {last}"),
        visit_date,
        updated_at,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The doctor's own unsigned draft about a patient that belongs to no appointment, if there is one.
pub fn open_walk_in(
    db: &mut DbConnection,
    doctor: DoctorId,
    patient: PatientId,
    visit_date: NaiveDate,
) -> QueryResult<Option<EncounterId>> {
    encounters::table
        .filter(encounters::doctor_id.eq(doctor))
        .filter(encounters::patient_id.eq(patient))
        .filter(encounters::visit_date.eq(visit_date))
        .filter(encounters::status.eq(EncounterStatus::Draft))
        .filter(encounters::appointment_id.is_null())
        .select(encounters::id)
        .first(db)
        .optional()
}

/// How many visits of a patient the person may read.
pub fn count_for_patient(db: &mut DbConnection, actor: &Actor, patient: PatientId) -> QueryResult<i64> {
    visible_to(actor).filter(encounters::patient_id.eq(patient)).count().get_result(db)
}

/// The visits of a patient that the person may read, the newest first.
pub fn for_patient(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<VisitRow>> {
    let found: Vec<Encounter> = visible_to(actor)
        .filter(encounters::patient_id.eq(patient))
        .order((encounters::visit_date.desc(), encounters::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(Encounter::as_select())
        .load(db)?;
    let ids: Vec<EncounterId> = found.iter().map(|e| e.id).collect();
    let diagnoses: Vec<(EncounterId, Diagnosis)> = encounter_diagnoses::table
        .filter(encounter_diagnoses::encounter_id.eq_any(ids))
        .order((encounter_diagnoses::encounter_id, encounter_diagnoses::position))
        .select((encounter_diagnoses::encounter_id, Diagnosis::as_select()))
        .load(db)?;
    let doctor_ids: Vec<DoctorId> = found.iter().map(|e| e.doctor_id).collect();
    let names: Vec<(DoctorId, String, String, String)> = doctors::table
        .inner_join(users::table)
        .inner_join(departments::table.on(doctors::department_id.eq(departments::id)))
        .filter(doctors::id.eq_any(doctor_ids))
        .select((doctors::id, users::first_name, users::last_name, departments::name))
        .load(db)?;
    let row = |e: Encounter| {
        let (doctor, department) = names
            .iter()
            .find(|(id, ..)| *id == e.doctor_id)
            .map(|(_, first, last, department)| (format!("Dr {first} {last}"), department.clone()))
            .unwrap_or_default();
        VisitRow {
            id: e.id,
            patient_id: e.patient_id,
            visit_date: e.visit_date,
            status: e.status,
            doctor,
            department,
            symptoms: e.symptoms,
            treatment_plan: e.treatment_plan,
            diagnoses: diagnoses.iter().filter(|(id, _)| *id == e.id).map(|(_, d)| d.clone()).collect(),
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// Opens a draft. A second one for the same appointment violates `ux_encounters_appointment_id`.
pub fn insert(
    db: &mut DbConnection,
    patient: PatientId,
    doctor: DoctorId,
    appointment: Option<AppointmentId>,
    visit_date: NaiveDate,
    now: NaiveDateTime,
) -> QueryResult<EncounterId> {
    diesel::insert_into(encounters::table)
        .values((
            encounters::patient_id.eq(patient),
            encounters::doctor_id.eq(doctor),
            encounters::appointment_id.eq(appointment),
            encounters::visit_date.eq(visit_date),
            encounters::status.eq(EncounterStatus::Draft),
            encounters::created_at.eq(now),
            encounters::updated_at.eq(now),
        ))
        .returning(encounters::id)
        .get_result(db)
}

/// Saves a draft of this version with everything in it; `false` when somebody else saved first or it is signed.
pub fn save(
    db: &mut DbConnection,
    before: &Encounter,
    version: i32,
    content: &Content,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let draft = encounters::table
        .find(before.id)
        .filter(encounters::version.eq(version))
        .filter(encounters::status.eq(EncounterStatus::Draft));
    let changed = diesel::update(draft)
        .set((
            encounters::symptoms.eq(&content.symptoms),
            encounters::treatment_plan.eq(&content.treatment_plan),
            encounters::notes.eq(&content.notes),
            encounters::follow_up_date.eq(content.follow_up_date),
            encounters::version.eq(version + 1),
            encounters::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    put_diagnoses(db, before.id, &content.diagnoses)?;
    put_vital_signs(db, before, &content.vital_signs, by, now)?;
    Ok(true)
}

fn put_diagnoses(db: &mut DbConnection, id: EncounterId, diagnoses: &[Diagnosis]) -> QueryResult<()> {
    diesel::delete(encounter_diagnoses::table.filter(encounter_diagnoses::encounter_id.eq(id))).execute(db)?;
    for (position, diagnosis) in (0_i32..).zip(diagnoses) {
        diesel::insert_into(encounter_diagnoses::table)
            .values((
                encounter_diagnoses::encounter_id.eq(id),
                encounter_diagnoses::position.eq(position),
                encounter_diagnoses::code.eq(&diagnosis.code),
                encounter_diagnoses::description.eq(&diagnosis.description),
                encounter_diagnoses::is_primary.eq(diagnosis.is_primary),
                encounter_diagnoses::is_condition.eq(diagnosis.is_condition),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// A draft's measurements are one row, made with the first value and taken away with the last.
fn put_vital_signs(
    db: &mut DbConnection,
    encounter: &Encounter,
    vitals: &VitalSigns,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let of_encounter = vital_signs::table.filter(vital_signs::encounter_id.eq(encounter.id));
    match vital_signs_of(db, encounter.id)? {
        Some(stored) if stored == *vitals => Ok(()),
        Some(_) if vitals.is_empty() => diesel::delete(of_encounter).execute(db).map(|_| ()),
        Some(_) => diesel::update(of_encounter)
            .set((vitals, vital_signs::recorded_by.eq(by), vital_signs::recorded_at.eq(now)))
            .execute(db)
            .map(|_| ()),
        None if vitals.is_empty() => Ok(()),
        None => diesel::insert_into(vital_signs::table)
            .values((
                vitals,
                vital_signs::patient_id.eq(encounter.patient_id),
                vital_signs::encounter_id.eq(encounter.id),
                vital_signs::recorded_by.eq(by),
                vital_signs::recorded_at.eq(now),
            ))
            .execute(db)
            .map(|_| ()),
    }
}

/// Makes a draft of this version final; `false` when it is not that draft any more.
pub fn sign(db: &mut DbConnection, id: EncounterId, version: i32, now: NaiveDateTime) -> QueryResult<bool> {
    let draft = encounters::table
        .find(id)
        .filter(encounters::version.eq(version))
        .filter(encounters::status.eq(EncounterStatus::Draft));
    let changed = diesel::update(draft)
        .set((
            encounters::status.eq(EncounterStatus::Signed),
            encounters::signed_at.eq(now),
            encounters::version.eq(version + 1),
            encounters::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks a draft and its measurements as opened by mistake; `false` when it is no draft any more.
pub fn discard(db: &mut DbConnection, id: EncounterId, by: Option<UserId>, now: NaiveDateTime) -> QueryResult<bool> {
    let draft = encounters::table.find(id).filter(encounters::status.eq(EncounterStatus::Draft));
    let changed = diesel::update(draft)
        .set((encounters::status.eq(EncounterStatus::EnteredInError), encounters::updated_at.eq(now)))
        .execute(db)?;
    diesel::update(vital_signs::table.filter(vital_signs::encounter_id.eq(id)))
        .set((
            vital_signs::entered_in_error_at.eq(now),
            vital_signs::entered_in_error_by.eq(by),
            vital_signs::entered_in_error_reason.eq("The visit was opened by mistake."),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
