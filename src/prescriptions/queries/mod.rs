//! SQL of prescriptions.

mod write;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{
    Content, Medication, Prescription, PrescriptionId, PrescriptionRow, PrescriptionStatus, Sheet, TestOrder, Warning,
};
use super::whiteboard::Drawing;
use crate::access::{Actor, Permission, Role};
use crate::db::fold::{contains, fold};
use crate::db::schema::{
    appointments, departments, doctors, encounters, patients, prescription_medications, prescription_warnings,
    prescriptions, test_orders, users,
};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;
use crate::web::page::initials;

pub use write::{Occasion, cancel, delete_draft, insert, save, set_outcome, submit};

/// A query for prescriptions that is still being narrowed.
pub type Prescriptions = prescriptions::BoxedQuery<'static, MultiBackend>;

/// The prescriptions that a person may see: a doctor all of their own and the submitted ones of patients in their care,
/// a patient their own submitted ones, desk and pharmacy all submitted ones. Cancelled ones were submitted once.
pub fn visible_to(actor: &Actor) -> Prescriptions {
    let query = prescriptions::table.into_boxed();
    let nobody = PatientId(0);
    let is_out = prescriptions::status.ne(PrescriptionStatus::Draft);
    match (actor.role, actor.doctor_id) {
        (Role::Patient, _) => {
            query.filter(prescriptions::patient_id.eq(actor.patient_id.unwrap_or(nobody)).and(is_out))
        }
        _ if !actor.may(Permission::SeePrescriptions) => query.filter(prescriptions::patient_id.eq(nobody)),
        (Role::Doctor, Some(doctor)) => {
            // The patients of `patients::queries::visible_to`, which cannot be nested on two engines.
            let booked =
                appointments::table.filter(appointments::doctor_id.eq(doctor)).select(appointments::patient_id);
            let seen = encounters::table.filter(encounters::doctor_id.eq(doctor)).select(encounters::patient_id);
            let in_care = prescriptions::patient_id.eq_any(booked).or(prescriptions::patient_id.eq_any(seen));
            query.filter(prescriptions::doctor_id.eq(doctor).or(is_out.and(in_care)))
        }
        (Role::Doctor, None) => query.filter(prescriptions::patient_id.eq(nobody)),
        _ => query.filter(is_out),
    }
}

/// How many words of a name are searched for: nobody has more, and each is a part of the query.
const MOST_WORDS: usize = 8;

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<PrescriptionStatus>,
    pub patient: Option<PatientId>,
    pub encounter: Option<EncounterId>,
    /// Those submitted at this instant (UTC) or later.
    pub submitted_from: Option<NaiveDateTime>,
    /// As [`searched`] takes them.
    pub words: String,
}

fn narrowed(actor: &Actor, filter: &Filter) -> Prescriptions {
    let mut query = visible_to(actor);
    if let Some(status) = filter.status {
        query = query.filter(prescriptions::status.eq(status));
    }
    if let Some(patient) = filter.patient {
        query = query.filter(prescriptions::patient_id.eq(patient));
    }
    if let Some(encounter) = filter.encounter {
        query = query.filter(prescriptions::encounter_id.eq(encounter));
    }
    if let Some(from) = filter.submitted_from {
        query = query.filter(prescriptions::submitted_at.ge(from));
    }
    searched(query, &filter.words)
}

/// Those of the query that typed words mean: a prescription's number, a patient's number or words of a patient's name;
/// all of them when nothing is typed.
pub fn searched(mut query: Prescriptions, typed: &str) -> Prescriptions {
    if let Some(id) = PrescriptionId::from_code(typed) {
        return query.filter(prescriptions::id.eq(id));
    }
    if let Some(id) = PatientId::from_code(typed) {
        return query.filter(prescriptions::patient_id.eq(id));
    }
    for word in fold(typed).split_whitespace().take(MOST_WORDS) {
        let named =
            patients::table.filter(patients::name_search.like(contains(word)).escape('\\')).select(patients::id);
        query = query.filter(prescriptions::patient_id.eq_any(named));
    }
    query
}

/// A prescription that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: PrescriptionId) -> QueryResult<Prescription> {
    visible_to(actor).filter(prescriptions::id.eq(id)).select(Prescription::as_select()).first(db)
}

/// A prescription that the person may see, with everything on it.
pub fn sheet(db: &mut DbConnection, actor: &Actor, id: PrescriptionId) -> QueryResult<Sheet> {
    let prescription = find(db, actor, id)?;
    let content = content(db, &prescription)?;
    let (first, last, license_number, qualifications, department): (String, String, String, String, String) =
        doctors::table
            .inner_join(users::table)
            .inner_join(departments::table.on(doctors::department_id.eq(departments::id)))
            .filter(doctors::id.eq(prescription.doctor_id))
            .select((
                users::first_name,
                users::last_name,
                doctors::license_number,
                doctors::qualifications,
                departments::name,
            ))
            .first(db)?;
    let doctor = format!("Dr {first} {last}");
    let warnings = warnings(db, id)?;
    Ok(Sheet { prescription, content, doctor, license_number, qualifications, department, warnings })
}

/// The warnings that the doctor met when submitting a prescription.
pub fn warnings(db: &mut DbConnection, id: PrescriptionId) -> QueryResult<Vec<Warning>> {
    prescription_warnings::table
        .filter(prescription_warnings::prescription_id.eq(id))
        .order(prescription_warnings::position)
        .select(Warning::as_select())
        .load(db)
}

/// What is written on a prescription.
pub fn content(db: &mut DbConnection, prescription: &Prescription) -> QueryResult<Content> {
    let medications = prescription_medications::table
        .filter(prescription_medications::prescription_id.eq(prescription.id))
        .order(prescription_medications::position)
        .select(Medication::as_select())
        .load(db)?;
    let tests = test_orders::table
        .filter(test_orders::prescription_id.eq(prescription.id))
        .order(test_orders::position)
        .select(TestOrder::as_select())
        .load(db)?;
    Ok(Content {
        diagnosis: prescription.diagnosis.clone(),
        notes: prescription.notes.clone(),
        valid_until: prescription.valid_until,
        priority: prescription.priority,
        medications,
        tests,
        whiteboard: whiteboard(db, prescription.id)?,
    })
}

/// What is drawn on a prescription.
fn whiteboard(db: &mut DbConnection, id: PrescriptionId) -> QueryResult<Option<Drawing>> {
    let stored: Option<String> = prescriptions::table.find(id).select(prescriptions::whiteboard).first(db)?;
    stored
        .map(|json| serde_json::from_str(&json).map_err(|e| diesel::result::Error::DeserializationError(e.into())))
        .transpose()
}

/// How many prescriptions the person may see that the filter lets through.
pub fn count(db: &mut DbConnection, actor: &Actor, filter: &Filter) -> QueryResult<i64> {
    narrowed(actor, filter).count().get_result(db)
}

/// The prescriptions that the person may see and the filter lets through, the newest first.
pub fn list(
    db: &mut DbConnection,
    actor: &Actor,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<PrescriptionRow>> {
    let found: Vec<Prescription> = narrowed(actor, filter)
        .order(prescriptions::id.desc())
        .offset(offset)
        .limit(limit)
        .select(Prescription::as_select())
        .load(db)?;
    let ids: Vec<PrescriptionId> = found.iter().map(|p| p.id).collect();
    let medicines: Vec<(PrescriptionId, String)> = prescription_medications::table
        .filter(prescription_medications::prescription_id.eq_any(ids.clone()))
        .order((prescription_medications::prescription_id, prescription_medications::position))
        .select((prescription_medications::prescription_id, prescription_medications::medicine))
        .load(db)?;
    let tests: Vec<(PrescriptionId, String)> = test_orders::table
        .filter(test_orders::prescription_id.eq_any(ids))
        .order((test_orders::prescription_id, test_orders::position))
        .select((test_orders::prescription_id, test_orders::test))
        .load(db)?;
    let patient_ids: Vec<PatientId> = found.iter().map(|p| p.patient_id).collect();
    let patients_found: Vec<(PatientId, String, String)> = patients::table
        .filter(patients::id.eq_any(patient_ids))
        .select((patients::id, patients::first_name, patients::last_name))
        .load(db)?;
    let doctor_ids: Vec<DoctorId> = found.iter().map(|p| p.doctor_id).collect();
    let doctors_found: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::id.eq_any(doctor_ids))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    let lines = |all: &[(PrescriptionId, String)], id: PrescriptionId| {
        all.iter().filter(|(of, _)| *of == id).map(|(_, name)| name.clone()).collect()
    };
    let row = |prescription: Prescription| {
        let patient = patients_found.iter().find(|(id, ..)| *id == prescription.patient_id);
        let doctor = doctors_found.iter().find(|(id, ..)| *id == prescription.doctor_id);
        PrescriptionRow {
            patient: patient.map(|(_, first, last)| format!("{first} {last}")).unwrap_or_default(),
            patient_initials: patient.map(|(_, first, last)| initials(first, last)).unwrap_or_default(),
            doctor: doctor.map(|(_, first, last)| format!("Dr {first} {last}")).unwrap_or_default(),
            medicines: lines(&medicines, prescription.id),
            tests: lines(&tests, prescription.id),
            prescription,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// A patient's prescriptions that the person may see, the newest first.
pub fn for_patient(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<PrescriptionRow>> {
    list(db, actor, &Filter { patient: Some(patient), ..Filter::default() }, offset, limit)
}

/// The patient's last prescription that is out, stands, has medicines and that the person may see.
pub fn last_submitted(db: &mut DbConnection, actor: &Actor, patient: PatientId) -> QueryResult<Option<Prescription>> {
    let its_medicines =
        prescription_medications::table.filter(prescription_medications::prescription_id.eq(prescriptions::id));
    visible_to(actor)
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::status.ne(PrescriptionStatus::Draft))
        .filter(prescriptions::status.ne(PrescriptionStatus::Cancelled))
        .filter(diesel::dsl::exists(its_medicines))
        .order(prescriptions::id.desc())
        .select(Prescription::as_select())
        .first(db)
        .optional()
}

/// The prescriptions that belong to a visit and that the person may see.
pub fn of_encounter(db: &mut DbConnection, actor: &Actor, id: EncounterId) -> QueryResult<Vec<PrescriptionRow>> {
    list(db, actor, &Filter { encounter: Some(id), ..Filter::default() }, 0, 100)
}
