//! Things made with sensible values: what a test does not say does not matter to it.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::accounts::model::{NewUser, UserId};
use infirmary::appointments::model::{AppointmentId, AppointmentStatus, Channel};
use infirmary::db::DbConnection;
use infirmary::db::schema::{appointments, departments, doctors, patients};
use infirmary::departments::forms::DepartmentInput;
use infirmary::departments::model::DepartmentId;
use infirmary::doctors::model::DoctorId;
use infirmary::doctors::specializations;
use infirmary::doctors::specializations::forms::SpecializationInput;
use infirmary::doctors::specializations::model::SpecializationId;
use infirmary::encounters::model::EncounterId;
use infirmary::error::AppError;
use infirmary::medicines::forms::MedicineInput;
use infirmary::medicines::interactions::forms::InteractionInput;
use infirmary::medicines::interactions::model::{InteractionId, Severity};
use infirmary::medicines::model::MedicineId;
use infirmary::medicines::substances::forms::SubstanceInput;
use infirmary::medicines::substances::model::SubstanceId;
use infirmary::patients::model::PatientId;
use infirmary::prescriptions::model::{Content, Medication, PrescriptionId};
use infirmary::prescriptions::queries::Occasion;
use infirmary::schedule::forms::{ExceptionInput, HoursInput};
use infirmary::schedule::model::{ExceptionId, ExceptionKind, HoursId};
use infirmary::settings::model::NewSettings;
use infirmary::{accounts, settings};

use super::app::TIME_ZONE;

/// A number that no other thing of this run has.
pub fn number() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The hospital, set up.
pub fn hospital(db: &mut DbConnection, now: NaiveDateTime) -> Result<(), AppError> {
    let new = NewSettings {
        id: 1,
        hospital_name: "Saint Roch".to_owned(),
        address: "1 Quay Street".to_owned(),
        phone: "+33 1 23 45 67 89".to_owned(),
        time_zone: TIME_ZONE.to_owned(),
        currency: "EUR".to_owned(),
        created_at: now,
        updated_at: now,
    };
    Ok(settings::queries::insert(db, &new)?)
}

/// An account of this role without a password. A doctor's and a patient's get their own rows.
pub fn person(db: &mut DbConnection, role: Role, now: NaiveDateTime) -> Result<UserId, AppError> {
    let n = number();
    let id = accounts::queries::insert(
        db,
        &NewUser {
            username: format!("person{n}"),
            email: Some(format!("person{n}@example.org")),
            password_hash: None,
            first_name: "Robin".to_owned(),
            last_name: format!("Person{n}"),
            phone: String::new(),
            role,
            designation: String::new(),
            license_number: String::new(),
            created_at: now,
            updated_at: now,
        },
    )?;
    match role {
        Role::Doctor => {
            let department = department(db, now)?;
            doctor_of(db, id, department, now)?;
        }
        Role::Patient => {
            let patient = patient(db, now)?;
            diesel::update(patients::table.find(patient)).set(patients::user_id.eq(id)).execute(db)?;
        }
        _ => {}
    }
    Ok(id)
}

/// A department that is open to patients.
pub fn department(db: &mut DbConnection, now: NaiveDateTime) -> Result<DepartmentId, AppError> {
    let input = DepartmentInput {
        name: format!("Department {}", number()),
        description: String::new(),
        head_doctor_id: None,
        location: String::new(),
        phone: String::new(),
        is_active: true,
    };
    Ok(infirmary::departments::queries::insert(db, &input, now)?)
}

/// An active doctor in a department of their own, with an account.
pub fn doctor(db: &mut DbConnection, now: NaiveDateTime) -> Result<DoctorId, AppError> {
    let user = person(db, Role::Doctor, now)?;
    Ok(doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?)
}

/// Makes an account a doctor of this department.
pub fn doctor_of(
    db: &mut DbConnection,
    user: UserId,
    department: DepartmentId,
    now: NaiveDateTime,
) -> Result<DoctorId, AppError> {
    Ok(diesel::insert_into(doctors::table)
        .values((
            doctors::user_id.eq(user),
            doctors::department_id.eq(department),
            doctors::license_number.eq(format!("LIC-{}", number())),
            doctors::created_at.eq(now),
            doctors::updated_at.eq(now),
        ))
        .returning(doctors::id)
        .get_result(db)?)
}

/// A patient without an account.
pub fn patient(db: &mut DbConnection, now: NaiveDateTime) -> Result<PatientId, AppError> {
    let n = number();
    let born = chrono::NaiveDate::from_ymd_opt(1980, 5, 17).ok_or(AppError::NotFound)?;
    Ok(diesel::insert_into(patients::table)
        .values((
            patients::first_name.eq("Ada"),
            patients::last_name.eq(format!("Patient{n}")),
            patients::name_search.eq(format!("patient{n} ada")),
            patients::date_of_birth.eq(born),
            patients::gender.eq("female"),
            patients::created_at.eq(now),
            patients::updated_at.eq(now),
        ))
        .returning(patients::id)
        .get_result(db)?)
}

/// Whether a department exists.
pub fn department_exists(db: &mut DbConnection, id: DepartmentId) -> Result<bool, AppError> {
    Ok(diesel::select(diesel::dsl::exists(departments::table.find(id))).get_result(db)?)
}

/// A specialization that no doctor has.
pub fn specialization(db: &mut DbConnection, now: NaiveDateTime) -> Result<SpecializationId, AppError> {
    let input = SpecializationInput {
        name: format!("Specialization {}", number()),
        description: String::new(),
        requirements: String::new(),
    };
    Ok(specializations::queries::insert(db, &input, now)?)
}

/// A doctor who works every day from 9 to 12 and from 13 to 17 on the hospital's clock, in slots of a quarter of an hour.
pub fn working_doctor(db: &mut DbConnection, now: NaiveDateTime) -> Result<DoctorId, AppError> {
    let id = doctor(db, now)?;
    for day in 1..=7 {
        for (from, to) in [(9 * 60, 12 * 60), (13 * 60, 17 * 60)] {
            hours(db, id, day, (from, to, 15), now)?;
        }
    }
    Ok(id)
}

/// Weekly hours: the day from 1 for Monday; start, end and slot length in minutes of the hospital's clock.
pub fn hours(
    db: &mut DbConnection,
    doctor: DoctorId,
    day: i32,
    (start, end, slot): (i32, i32, i32),
    now: NaiveDateTime,
) -> Result<HoursId, AppError> {
    let input = HoursInput {
        days: vec![day],
        start_minute: start,
        end_minute: end,
        slot_minutes: slot,
        is_active: true,
        valid_from: None,
        valid_to: None,
    };
    Ok(infirmary::schedule::queries::insert_hours(db, doctor, day, &input, now)?)
}

/// Time off for the day that begins now.
pub fn day_off(db: &mut DbConnection, doctor: DoctorId, now: NaiveDateTime) -> Result<ExceptionId, AppError> {
    let input = ExceptionInput {
        kind: ExceptionKind::Off,
        starts_at: now,
        ends_at: now + chrono::TimeDelta::days(1),
        slot_minutes: 15,
        reason: String::new(),
    };
    Ok(infirmary::schedule::queries::insert_exception(db, doctor, &input, None, now)?)
}

/// Half an hour with a doctor, in this state.
pub fn appointment(
    db: &mut DbConnection,
    patient: PatientId,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
    status: AppointmentStatus,
) -> Result<AppointmentId, AppError> {
    let cancelled = (status == AppointmentStatus::Cancelled).then_some(starts_at);
    let id = diesel::insert_into(appointments::table)
        .values((
            appointments::patient_id.eq(patient),
            appointments::doctor_id.eq(doctor),
            appointments::starts_at.eq(starts_at),
            appointments::ends_at.eq(starts_at + TimeDelta::minutes(30)),
            appointments::status.eq(status),
            appointments::status_since.eq(starts_at),
            appointments::reason.eq("Check-up"),
            appointments::channel.eq(Channel::Desk),
            appointments::cancelled_at.eq(cancelled),
            appointments::created_at.eq(starts_at),
            appointments::updated_at.eq(starts_at),
        ))
        .returning(appointments::id)
        .get_result(db)?;
    Ok(id)
}

/// The doctor that an account is.
pub fn doctor_id(db: &mut DbConnection, user: UserId) -> Result<DoctorId, AppError> {
    Ok(doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?)
}

/// Gives an account this patient's record as its own, instead of the one it was made with.
pub fn give_record(db: &mut DbConnection, user: UserId, patient: PatientId) -> Result<(), AppError> {
    let none: Option<UserId> = None;
    diesel::update(patients::table.filter(patients::user_id.eq(user))).set(patients::user_id.eq(none)).execute(db)?;
    diesel::update(patients::table.find(patient)).set(patients::user_id.eq(user)).execute(db)?;
    Ok(())
}

/// A signed visit with a doctor of its own.
pub fn signed_visit(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> Result<EncounterId, AppError> {
    let doctor = doctor(db, now)?;
    let id = infirmary::encounters::queries::insert(db, patient, doctor, None, now.date(), now)?;
    infirmary::encounters::queries::sign(db, id, 1, now)?;
    Ok(id)
}

/// A submitted prescription of a doctor of its own.
pub fn submitted_prescription(
    db: &mut DbConnection,
    patient: PatientId,
    now: NaiveDateTime,
) -> Result<PrescriptionId, AppError> {
    let doctor = doctor(db, now)?;
    let line = Medication { medicine: "Paracetamol 500 mg".to_owned(), ..Medication::default() };
    let content = Content { medications: vec![line], ..Content::default() };
    let occasion = Occasion { patient, encounter: None, appointment: None };
    let id = infirmary::prescriptions::queries::insert(db, doctor, occasion, &content, now)?;
    infirmary::prescriptions::queries::submit(db, id, 1, &[], "", now)?;
    Ok(id)
}

/// Twenty minutes with a doctor, in this state since `since`.
pub fn visit(
    db: &mut DbConnection,
    patient: PatientId,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
    status: AppointmentStatus,
    since: NaiveDateTime,
) -> Result<AppointmentId, AppError> {
    Ok(diesel::insert_into(appointments::table)
        .values((
            appointments::patient_id.eq(patient),
            appointments::doctor_id.eq(doctor),
            appointments::starts_at.eq(starts_at),
            appointments::ends_at.eq(starts_at + TimeDelta::minutes(20)),
            appointments::status.eq(status),
            appointments::status_since.eq(since),
            appointments::reason.eq("Cough"),
            appointments::channel.eq(Channel::Desk),
            appointments::cancelled_at.eq((status == AppointmentStatus::Cancelled).then_some(since)),
            appointments::created_at.eq(since),
            appointments::updated_at.eq(since),
        ))
        .returning(appointments::id)
        .get_result(db)?)
}

/// A substance of a class of its own.
pub fn substance(db: &mut DbConnection, now: NaiveDateTime) -> Result<SubstanceId, AppError> {
    let (name, class) = (format!("substance {}", number()), format!("class {}", number()));
    let input = SubstanceInput { name, classes: vec![class], ..SubstanceInput::default() };
    Ok(infirmary::medicines::substances::queries::insert(db, &input, now)?)
}

/// A medicine on the list.
pub fn medicine(db: &mut DbConnection, now: NaiveDateTime) -> Result<MedicineId, AppError> {
    let contents = [substance(db, now)?];
    let name = format!("Medicine {} 100 mg tablet", number());
    let input = MedicineInput {
        generic_name: name.clone(),
        name,
        form: "tablet".to_owned(),
        unit: "tablet".to_owned(),
        pack_size: 10,
        is_active: true,
        ..MedicineInput::default()
    };
    Ok(infirmary::medicines::queries::insert(db, &input, &contents, now)?)
}

/// An interaction of two names of its own.
pub fn interaction(db: &mut DbConnection, now: NaiveDateTime) -> Result<InteractionId, AppError> {
    let input = InteractionInput {
        one: format!("class {}", number()),
        other: format!("group {}", number()),
        severity: Severity::Caution,
        effect: "Sleep".to_owned(),
        advice: String::new(),
        source: "A label".to_owned(),
        is_active: true,
    };
    Ok(infirmary::medicines::interactions::queries::insert(db, &input.ordered(), now)?)
}
