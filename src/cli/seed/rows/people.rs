//! The staff with their hours, and the patients.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use crate::db::bulk::BulkRow;
use crate::db::schema::{availability, availability_exceptions, doctor_specializations, doctors, patients, users};

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct User {
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

impl BulkRow for User {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(users::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(users::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = doctors, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Doctor {
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

impl BulkRow for Doctor {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(doctors::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(doctors::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = doctor_specializations, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct DoctorSpecialization {
    pub doctor_id: i64,
    pub specialization_id: i64,
}

impl BulkRow for DoctorSpecialization {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(doctor_specializations::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(doctor_specializations::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = availability, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Hours {
    pub doctor_id: i64,
    pub day_of_week: i32,
    pub start_minute: i32,
    pub end_minute: i32,
    pub slot_minutes: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl BulkRow for Hours {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(availability::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(availability::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = availability_exceptions, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Exception {
    pub doctor_id: i64,
    pub kind: &'static str,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub slot_minutes: i32,
    pub reason: &'static str,
    pub created_at: NaiveDateTime,
}

impl BulkRow for Exception {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(availability_exceptions::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(availability_exceptions::table).from_insertable(rows).execute(postgres)
    }
}

#[derive(Insertable)]
#[diesel(table_name = patients, treat_none_as_default_value = false)]
pub(in crate::cli::seed) struct Patient {
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

impl BulkRow for Patient {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(patients::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(patients::table).from_insertable(rows).execute(postgres)
    }
}
