//! Prescriptions and test orders.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{prescription_medications, prescriptions, test_orders};
use crate::medicines::model::MedicineId;

#[derive(Insertable)]
#[diesel(table_name = prescriptions, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Prescription {
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
    pub closed_at: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl BulkRow for Prescription {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(prescriptions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(prescriptions::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = prescription_medications, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Medication {
    pub id: i64,
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

impl BulkRow for Medication {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(prescription_medications::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(prescription_medications::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = test_orders, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct TestOrder {
    pub id: i64,
    pub prescription_id: i64,
    pub position: i32,
    pub test: &'static str,
    pub instructions: &'static str,
    pub priority: &'static str,
}

impl BulkRow for TestOrder {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(test_orders::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(test_orders::table).from_insertable(rows).execute(postgres)
    }
}
