//! SQL of diagnosis codes.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::{ExecuteCopyFromDsl, PgConnection, SqliteConnection, copy_from};

use super::model::{DiagnosisCode, Edition, EditionId, Known, key};
use crate::db::DbConnection;
use crate::db::bulk::{self, BulkRow};
use crate::db::schema::{diagnosis_codes, diagnosis_editions, encounter_diagnoses};

/// The edition in force; `None` before any was imported.
pub fn edition(db: &mut DbConnection) -> QueryResult<Option<Edition>> {
    diagnosis_editions::table.order(diagnosis_editions::id.desc()).select(Edition::as_select()).first(db).optional()
}

/// The whole table.
pub fn all(db: &mut DbConnection) -> QueryResult<Vec<DiagnosisCode>> {
    diagnosis_codes::table.select(DiagnosisCode::as_select()).load(db)
}

/// How often each code stands in a record of this hospital.
pub fn usage(db: &mut DbConnection) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = encounter_diagnoses::table
        .filter(encounter_diagnoses::code.ne(""))
        .group_by(encounter_diagnoses::code)
        .select((encounter_diagnoses::code, diesel::dsl::count_star()))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Which of these codes, however they are typed, the edition in force has.
pub fn known(db: &mut DbConnection, typed: &[String]) -> QueryResult<Known> {
    if typed.iter().all(|code| code.trim().is_empty()) {
        return Ok(Known::default());
    }
    let mut keys: Vec<String> = typed.iter().map(|code| key(code)).collect();
    keys.sort_unstable();
    keys.dedup();
    let edition = edition(db)?.map(|edition| edition.name);
    let codes: Vec<DiagnosisCode> = diagnosis_codes::table
        .filter(diagnosis_codes::code_key.eq_any(keys))
        .select(DiagnosisCode::as_select())
        .load(db)?;
    let codes = codes.into_iter().map(|code| (code.code_key.clone(), code)).collect();
    Ok(Known { edition, codes, ..Known::default() })
}

/// Puts these codes in the place of all there are, as a new edition.
pub fn replace(
    db: &mut DbConnection,
    name: &str,
    built_in_release: &str,
    codes: &[DiagnosisCode],
    now: NaiveDateTime,
) -> QueryResult<EditionId> {
    diesel::delete(diagnosis_codes::table).execute(db)?;
    bulk::insert(db, codes)?;
    diesel::insert_into(diagnosis_editions::table)
        .values((
            diagnosis_editions::name.eq(name),
            diagnosis_editions::built_in_release.eq(built_in_release),
            diagnosis_editions::codes.eq(i32::try_from(codes.len()).unwrap_or(i32::MAX)),
            diagnosis_editions::imported_at.eq(now),
        ))
        .returning(diagnosis_editions::id)
        .get_result(db)
}

impl BulkRow for DiagnosisCode {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        diesel::insert_into(diagnosis_codes::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(diagnosis_codes::table).from_insertable(rows).execute(postgres)
    }
}
