//! Writing the audit log, and reading what it says of one patient.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::{Map, Value};

use super::model::{Entry, Look};
use crate::access::By;
use crate::db::DbConnection;
use crate::db::schema::audit_log;
use crate::error::AppError;
use crate::patients::model::PatientId;

/// Records an entry in the caller's transaction, so that it commits with the change that it tells of.
pub fn record(db: &mut DbConnection, by: &By, entry: &Entry) -> Result<(), AppError> {
    let changes = serde_json::to_string(&entry.changes).map_err(|e| AppError::Internal(e.to_string()))?;
    let admin_action: Option<&'static str> = entry.admin_action.map(Into::into);
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::occurred_at.eq(by.now),
            audit_log::user_id.eq(by.user_id()),
            audit_log::user_name.eq(by.name()),
            audit_log::role.eq(by.actor.as_ref().map_or("", |a| a.role.as_str())),
            audit_log::action.eq(entry.action),
            audit_log::admin_action.eq(admin_action),
            audit_log::entity.eq(entry.entity),
            audit_log::entity_id.eq(entry.entity_id),
            audit_log::patient_id.eq(entry.patient_id),
            audit_log::changes.eq(changes),
            audit_log::reason.eq(&entry.reason),
            audit_log::request_id.eq(&by.request_id),
            audit_log::address.eq(&by.address),
        ))
        .execute(db)?;
    Ok(())
}

/// Who looked at a patient's record or changed it, the latest first.
pub fn looks(db: &mut DbConnection, patient: PatientId, offset: i64, limit: i64) -> QueryResult<Vec<Look>> {
    audit_log::table
        .filter(audit_log::patient_id.eq(patient))
        .order(audit_log::id.desc())
        .offset(offset)
        .limit(limit)
        .select(Look::as_select())
        .load(db)
}

/// How many entries there are about a patient's record.
pub fn looks_count(db: &mut DbConnection, patient: PatientId) -> QueryResult<i64> {
    audit_log::table.filter(audit_log::patient_id.eq(patient)).count().get_result(db)
}

/// How many of a person's latest entries are looked through for an earlier one.
const LATEST: i64 = 40;

/// Whether this person's same act was recorded at `since` (UTC) or later, among their latest entries: for pages that
/// refresh themselves, so that one look is one row. Entries are the same when everything agrees but how much was seen,
/// the note `count`: another day, doctor or department is another look.
pub fn recorded_since(db: &mut DbConnection, by: &By, entry: &Entry, since: NaiveDateTime) -> QueryResult<bool> {
    let latest: Vec<(NaiveDateTime, String, String, Option<i64>, Option<PatientId>, String)> = audit_log::table
        .filter(audit_log::user_id.eq(by.user_id()))
        .order(audit_log::id.desc())
        .limit(LATEST)
        .select((
            audit_log::occurred_at,
            audit_log::action,
            audit_log::entity,
            audit_log::entity_id,
            audit_log::patient_id,
            audit_log::changes,
        ))
        .load(db)?;
    let without_count = |mut notes: Map<String, Value>| {
        notes.remove("count");
        notes
    };
    let wanted = without_count(entry.changes.clone());
    Ok(latest.into_iter().any(|(occurred_at, action, entity, entity_id, patient, changes)| {
        occurred_at >= since
            && action == entry.action
            && entity == entry.entity
            && entity_id == entry.entity_id
            && patient == entry.patient_id
            && serde_json::from_str(&changes).is_ok_and(|notes| without_count(notes) == wanted)
    }))
}
