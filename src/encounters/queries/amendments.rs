//! SQL of what happens to a visit after it was signed.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error;

use super::{put_diagnoses, put_vital_signs};
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{encounter_versions, encounters, users, vital_signs};
use crate::encounters::model::{Content, Encounter, EncounterId, EncounterStatus, Version};

/// Keeps what was signed as a version and puts the amended content in its place; `false` when somebody else amended
/// first or it is no signed visit any more. What was measured keeps its time.
pub fn amend(
    db: &mut DbConnection,
    before: &Encounter,
    stored: &str,
    content: &Content,
    reason: &str,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let signed = encounters::table
        .find(before.id)
        .filter(encounters::version.eq(before.version))
        .filter(encounters::status.eq(EncounterStatus::Signed));
    let changed = diesel::update(signed)
        .set((
            encounters::symptoms.eq(&content.symptoms),
            encounters::treatment_plan.eq(&content.treatment_plan),
            encounters::notes.eq(&content.notes),
            encounters::follow_up_date.eq(content.follow_up_date),
            encounters::version.eq(before.version + 1),
            encounters::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    diesel::insert_into(encounter_versions::table)
        .values((
            encounter_versions::encounter_id.eq(before.id),
            encounter_versions::version.eq(before.version),
            encounter_versions::content.eq(stored),
            encounter_versions::author_id.eq(by),
            encounter_versions::reason.eq(reason),
            encounter_versions::created_at.eq(now),
        ))
        .execute(db)?;
    put_diagnoses(db, before.id, &content.diagnoses)?;
    put_vital_signs(db, before, &content.vital_signs, by, before.signed_at.unwrap_or(now))?;
    Ok(true)
}

/// A version as stored: its number, its content as JSON, who replaced it, why and when.
type Row = (i32, String, Option<(String, String)>, String, NaiveDateTime);

/// The older versions of a visit, the newest first. Whether the person may read it, the caller has asked.
pub fn versions(db: &mut DbConnection, id: EncounterId) -> QueryResult<Vec<Version>> {
    let rows: Vec<Row> = encounter_versions::table
        .left_join(users::table)
        .filter(encounter_versions::encounter_id.eq(id))
        .order(encounter_versions::version.desc())
        .select((
            encounter_versions::version,
            encounter_versions::content,
            (users::first_name, users::last_name).nullable(),
            encounter_versions::reason,
            encounter_versions::created_at,
        ))
        .load(db)?;
    rows.into_iter().map(version).collect()
}

fn version((version, content, author, reason, amended_at): Row) -> QueryResult<Version> {
    let content = serde_json::from_str(&content).map_err(|e| Error::DeserializationError(Box::new(e)))?;
    let author = author.map(|(first, last)| format!("Dr {first} {last}")).unwrap_or_default();
    Ok(Version { version, content, author, reason, amended_at })
}

/// Who marked a visit as entered in error.
pub fn error_author(db: &mut DbConnection, id: EncounterId) -> QueryResult<String> {
    let (first, last): (String, String) = encounters::table
        .inner_join(users::table.on(encounters::entered_in_error_by.eq(users::id.nullable())))
        .filter(encounters::id.eq(id))
        .select((users::first_name, users::last_name))
        .first(db)?;
    Ok(format!("Dr {first} {last}"))
}

/// Marks a signed visit and its measurements as entered in error; `false` when it is no signed visit of this version.
pub fn mark_error(
    db: &mut DbConnection,
    id: EncounterId,
    version: i32,
    reason: &str,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let signed = encounters::table
        .find(id)
        .filter(encounters::version.eq(version))
        .filter(encounters::status.eq(EncounterStatus::Signed));
    let changed = diesel::update(signed)
        .set((
            encounters::status.eq(EncounterStatus::EnteredInError),
            encounters::entered_in_error_at.eq(now),
            encounters::entered_in_error_by.eq(by),
            encounters::entered_in_error_reason.eq(reason),
            encounters::version.eq(version + 1),
            encounters::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed == 1 {
        diesel::update(vital_signs::table.filter(vital_signs::encounter_id.eq(id)))
            .set((
                vital_signs::entered_in_error_at.eq(now),
                vital_signs::entered_in_error_by.eq(by),
                vital_signs::entered_in_error_reason.eq(reason),
            ))
            .execute(db)?;
    }
    Ok(changed == 1)
}
