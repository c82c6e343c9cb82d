//! The rows that a made-up hospital consists of, table by table, as they are written in bulk.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{
    allergies, appointment_events, appointments, availability, availability_exceptions, conditions,
    doctor_specializations, doctors, encounter_diagnoses, encounters, medication_statements, no_known_allergies,
    patients, prescription_medications, prescriptions, test_orders, users, vital_signs,
};
use crate::medicines::model::MedicineId;

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct User {
    pub id: i64,
    pub username: String,
    pub email: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub role: &'static str,
    pub designation: &'static str,
    pub license_number: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = doctors, treat_none_as_default_value = false)]
pub(super) struct Doctor {
    pub id: i64,
    pub user_id: i64,
    pub department_id: i64,
    pub license_number: String,
    pub qualifications: String,
    pub bio: String,
    pub experience_years: i32,
    pub consultation_fee: i64,
    pub is_available: bool,
    pub status: &'static str,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = doctor_specializations, treat_none_as_default_value = false)]
pub(super) struct DoctorSpecialization {
    pub doctor_id: i64,
    pub specialization_id: i64,
}

#[derive(Insertable)]
#[diesel(table_name = availability, treat_none_as_default_value = false)]
pub(super) struct Hours {
    pub doctor_id: i64,
    pub day_of_week: i32,
    pub start_minute: i32,
    pub end_minute: i32,
    pub slot_minutes: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = availability_exceptions, treat_none_as_default_value = false)]
pub(super) struct Exception {
    pub doctor_id: i64,
    pub kind: &'static str,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub slot_minutes: i32,
    pub reason: &'static str,
    pub created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = patients, treat_none_as_default_value = false)]
pub(super) struct Patient {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub name_search: String,
    pub date_of_birth: NaiveDate,
    pub gender: &'static str,
    pub blood_group: Option<&'static str>,
    pub phone: String,
    pub phone_digits: String,
    pub email: String,
    pub address: String,
    pub emergency_name: String,
    pub emergency_relation: &'static str,
    pub emergency_phone: String,
    pub insurance_provider: &'static str,
    pub insurance_policy_number: String,
    pub insurance_valid_until: Option<NaiveDate>,
    pub medical_history: String,
    pub registered_by: Option<i64>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = allergies, treat_none_as_default_value = false)]
pub(super) struct Allergy {
    pub patient_id: i64,
    pub substance: &'static str,
    pub substance_key: String,
    pub reaction: &'static str,
    pub severity: &'static str,
    pub noted_by: Option<i64>,
    pub noted_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = conditions, treat_none_as_default_value = false)]
pub(super) struct Condition {
    pub patient_id: i64,
    pub code: &'static str,
    pub description: &'static str,
    pub description_key: String,
    pub onset_date: Option<NaiveDate>,
    pub resolved_date: Option<NaiveDate>,
    pub noted_by: Option<i64>,
    pub noted_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = no_known_allergies, treat_none_as_default_value = false)]
pub(super) struct NoneKnown {
    pub patient_id: i64,
    pub stated_by: Option<i64>,
    pub stated_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
}

#[derive(Insertable)]
#[diesel(table_name = medication_statements, treat_none_as_default_value = false)]
pub(super) struct Told {
    pub patient_id: i64,
    pub medicine: &'static str,
    pub medicine_key: String,
    pub directions: &'static str,
    pub source: &'static str,
    pub started_on: Option<NaiveDate>,
    pub stopped_on: Option<NaiveDate>,
    pub stop_reason: &'static str,
    pub stopped_by: Option<i64>,
    pub stopped_at: Option<NaiveDateTime>,
    pub noted_by: Option<i64>,
    pub noted_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = appointments, treat_none_as_default_value = false)]
pub(super) struct Appointment {
    pub id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub status: &'static str,
    pub status_since: NaiveDateTime,
    pub reason: &'static str,
    pub symptoms: &'static str,
    pub channel: &'static str,
    pub booked_by: Option<i64>,
    pub follow_up_of: Option<i64>,
    pub confirmed_at: Option<NaiveDateTime>,
    pub checked_in_at: Option<NaiveDateTime>,
    pub started_at: Option<NaiveDateTime>,
    pub completed_at: Option<NaiveDateTime>,
    pub cancelled_at: Option<NaiveDateTime>,
    pub cancelled_by: Option<i64>,
    pub cancel_reason: &'static str,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = appointment_events, treat_none_as_default_value = false)]
pub(super) struct Event {
    pub appointment_id: i64,
    pub kind: &'static str,
    pub starts_at: NaiveDateTime,
    pub note: &'static str,
    pub user_id: Option<i64>,
    pub user_name: String,
    pub occurred_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = encounters, treat_none_as_default_value = false)]
pub(super) struct Encounter {
    pub id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub appointment_id: Option<i64>,
    pub visit_date: NaiveDate,
    pub status: &'static str,
    pub symptoms: String,
    pub treatment_plan: String,
    pub notes: String,
    pub follow_up_date: Option<NaiveDate>,
    pub signed_at: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = encounter_diagnoses, treat_none_as_default_value = false)]
pub(super) struct Diagnosis {
    pub encounter_id: i64,
    pub position: i32,
    pub code: &'static str,
    pub description: &'static str,
    pub is_primary: bool,
}

#[derive(Insertable)]
#[diesel(table_name = vital_signs, treat_none_as_default_value = false)]
pub(super) struct Vitals {
    pub patient_id: i64,
    pub encounter_id: Option<i64>,
    pub height_mm: Option<i32>,
    pub weight_g: Option<i32>,
    pub systolic: Option<i32>,
    pub diastolic: Option<i32>,
    pub pulse: Option<i32>,
    pub temperature_dc: Option<i32>,
    pub respiration: Option<i32>,
    pub oxygen_saturation: Option<i32>,
    pub pain: Option<i32>,
    pub recorded_by: Option<i64>,
    pub recorded_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = prescriptions, treat_none_as_default_value = false)]
pub(super) struct Prescription {
    pub id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub encounter_id: Option<i64>,
    pub appointment_id: Option<i64>,
    pub diagnosis: &'static str,
    pub status: &'static str,
    pub notes: &'static str,
    pub valid_until: Option<NaiveDate>,
    pub submitted_at: Option<NaiveDateTime>,
    pub cancelled_at: Option<NaiveDateTime>,
    pub cancelled_by: Option<i64>,
    pub cancel_reason: &'static str,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = prescription_medications, treat_none_as_default_value = false)]
pub(super) struct Medication {
    pub prescription_id: i64,
    pub position: i32,
    pub medicine: &'static str,
    pub dose: &'static str,
    pub unit: &'static str,
    pub route: &'static str,
    pub frequency: &'static str,
    pub duration_days: Option<i32>,
    pub quantity: Option<i32>,
    pub quantity_is_computed: bool,
    pub instructions: &'static str,
    pub medicine_id: Option<MedicineId>,
}

#[derive(Insertable)]
#[diesel(table_name = test_orders, treat_none_as_default_value = false)]
pub(super) struct TestOrder {
    pub id: i64,
    pub prescription_id: i64,
    pub position: i32,
    pub test: &'static str,
    pub instructions: &'static str,
    pub priority: &'static str,
}

// Diesel keeps the types of a COPY to itself, so this cannot be said once for all tables.

impl BulkRow for User {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(users::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(users::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Doctor {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(doctors::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(doctors::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for DoctorSpecialization {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(doctor_specializations::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(doctor_specializations::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Hours {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(availability::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(availability::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Exception {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(availability_exceptions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(availability_exceptions::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Patient {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(patients::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(patients::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Allergy {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(allergies::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(allergies::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Condition {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(conditions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(conditions::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for NoneKnown {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(no_known_allergies::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(no_known_allergies::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Told {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(medication_statements::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(medication_statements::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Appointment {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(appointments::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(appointments::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Event {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(appointment_events::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(appointment_events::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Encounter {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(encounters::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(encounters::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Diagnosis {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(encounter_diagnoses::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(encounter_diagnoses::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Vitals {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(vital_signs::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(vital_signs::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Prescription {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(prescriptions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(prescriptions::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Medication {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(prescription_medications::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(prescription_medications::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for TestOrder {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(test_orders::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(test_orders::table).from_insertable(rows).execute(postgres)
    }
}
