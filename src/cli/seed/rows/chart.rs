//! What is known about patients.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{allergies, conditions, medication_statements, no_known_allergies, vital_signs};

#[derive(Insertable)]
#[diesel(table_name = allergies, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Allergy {
    pub patient_id: i64,
    pub substance: &'static str,
    pub substance_key: String,
    pub reaction: &'static str,
    pub severity: &'static str,
    pub noted_by: Option<i64>,
    pub noted_at: NaiveDateTime,
}

impl BulkRow for Allergy {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(allergies::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(allergies::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = conditions, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Condition {
    pub patient_id: i64,
    pub code: &'static str,
    pub description: &'static str,
    pub description_key: String,
    pub onset_date: Option<NaiveDate>,
    pub resolved_date: Option<NaiveDate>,
    pub noted_by: Option<i64>,
    pub noted_at: NaiveDateTime,
}

impl BulkRow for Condition {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(conditions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(conditions::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = no_known_allergies, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct NoneKnown {
    pub patient_id: i64,
    pub stated_by: Option<i64>,
    pub stated_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
}

impl BulkRow for NoneKnown {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(no_known_allergies::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(no_known_allergies::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = medication_statements, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Told {
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

impl BulkRow for Told {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(medication_statements::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(medication_statements::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = vital_signs, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Vitals {
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

impl BulkRow for Vitals {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(vital_signs::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(vital_signs::table).from_insertable(rows).execute(postgres)
    }
}
