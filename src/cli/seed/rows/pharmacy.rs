//! What the pharmacy handed out, and what it costs.

use chrono::NaiveDateTime;
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{charge_items, dispensing_declines, dispensing_items, dispensings, stock_movements};

#[derive(Insertable)]
#[diesel(table_name = dispensings, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Dispensing {
    pub id: i64,
    pub prescription_id: i64,
    pub pharmacist_id: i64,
    pub status: &'static str,
    pub reason: &'static str,
    pub started_at: NaiveDateTime,
    pub finished_at: Option<NaiveDateTime>,
    pub version: i32,
    pub updated_at: NaiveDateTime,
}

impl BulkRow for Dispensing {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(dispensings::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(dispensings::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = dispensing_items, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Item {
    pub id: i64,
    pub dispensing_id: i64,
    pub prescription_medication_id: i64,
    pub medicine_id: i64,
    pub batch_id: i64,
    pub quantity: i32,
    pub unit_price: i64,
    pub created_at: NaiveDateTime,
}

impl BulkRow for Item {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(dispensing_items::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(dispensing_items::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = dispensing_declines, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Decline {
    pub dispensing_id: i64,
    pub prescription_medication_id: i64,
    pub reason: &'static str,
    pub created_at: NaiveDateTime,
}

impl BulkRow for Decline {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(dispensing_declines::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(dispensing_declines::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Movement {
    pub batch_id: i64,
    pub kind: &'static str,
    pub quantity: i32,
    pub user_id: Option<i64>,
    pub created_at: NaiveDateTime,
    pub dispensing_item_id: Option<i64>,
}

impl BulkRow for Movement {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(stock_movements::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(stock_movements::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = charge_items, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Charge {
    pub patient_id: i64,
    pub kind: &'static str,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub amount: i64,
    pub department_id: Option<i64>,
    pub doctor_id: Option<i64>,
    pub dispensing_item_id: Option<i64>,
    pub status: &'static str,
    pub created_by: Option<i64>,
    pub created_at: NaiveDateTime,
}

impl BulkRow for Charge {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(charge_items::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(charge_items::table).from_insertable(rows).execute(postgres)
    }
}
