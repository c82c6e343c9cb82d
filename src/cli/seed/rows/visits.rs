//! Appointments and consultations.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{appointment_events, appointments, encounter_diagnoses, encounters};

#[derive(Insertable)]
#[diesel(table_name = appointments, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Appointment {
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

impl BulkRow for Appointment {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(appointments::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(appointments::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = appointment_events, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Event {
    pub appointment_id: i64,
    pub kind: &'static str,
    pub starts_at: NaiveDateTime,
    pub note: &'static str,
    pub user_id: Option<i64>,
    pub user_name: String,
    pub occurred_at: NaiveDateTime,
}

impl BulkRow for Event {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(appointment_events::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(appointment_events::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = encounters, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Encounter {
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

impl BulkRow for Encounter {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(encounters::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(encounters::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = encounter_diagnoses, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Diagnosis {
    pub encounter_id: i64,
    pub position: i32,
    pub code: &'static str,
    pub description: &'static str,
    pub is_primary: bool,
}

impl BulkRow for Diagnosis {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(encounter_diagnoses::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(encounter_diagnoses::table).from_insertable(rows).execute(postgres)
    }
}
