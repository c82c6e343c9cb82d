//! SQL of conditions.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::ConditionInput;
use super::model::{Condition, ConditionId, ConditionRow};
use crate::accounts::model::UserId;
use crate::chart::record::{InError, Names};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::conditions;
use crate::patients::model::PatientId;

/// A condition of this patient, entered in error or not.
pub fn find(db: &mut DbConnection, patient: PatientId, id: ConditionId) -> QueryResult<Condition> {
    conditions::table
        .filter(conditions::patient_id.eq(patient))
        .filter(conditions::id.eq(id))
        .select(Condition::as_select())
        .first(db)
}

/// All conditions of a patient, present ones first and within these the latest to begin; with those entered in error
/// for who may see them.
pub fn all(db: &mut DbConnection, patient: PatientId, with_errors: bool) -> QueryResult<Vec<ConditionRow>> {
    let mut query = conditions::table.filter(conditions::patient_id.eq(patient)).into_boxed();
    if !with_errors {
        query = query.filter(conditions::entered_in_error_at.is_null());
    }
    let mut found: Vec<Condition> = query.order(conditions::id.desc()).select(Condition::as_select()).load(db)?;
    found.sort_by_key(|c| (c.resolved_date.is_some(), std::cmp::Reverse(c.resolved_date.or(c.onset_date))));
    let names = Names::load(db, found.iter().flat_map(|c| [c.noted_by, c.entered_in_error_by]))?;
    let row = |condition: Condition| ConditionRow {
        noted_by: names.of(condition.noted_by),
        in_error: condition.entered_in_error_at.map(|at| InError {
            at,
            by: names.of(condition.entered_in_error_by),
            reason: condition.entered_in_error_reason.clone(),
        }),
        condition,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Whether the patient suffers now from what has this code or, without a code, is called so.
pub fn has_unresolved(db: &mut DbConnection, patient: PatientId, code: &str, description: &str) -> QueryResult<bool> {
    let unresolved = conditions::table
        .filter(conditions::patient_id.eq(patient))
        .filter(conditions::entered_in_error_at.is_null())
        .filter(conditions::resolved_date.is_null())
        .filter(conditions::code.eq(code.to_owned()))
        .select(conditions::id)
        .into_boxed();
    let same =
        if code.is_empty() { unresolved.filter(conditions::description_key.eq(fold(description))) } else { unresolved };
    Ok(same.first::<ConditionId>(db).optional()?.is_some())
}

/// Adds a condition. One that is there already and not resolved violates `ux_conditions_patient_id_…`.
pub fn insert(
    db: &mut DbConnection,
    patient: PatientId,
    input: &ConditionInput,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<ConditionId> {
    diesel::insert_into(conditions::table)
        .values((
            conditions::patient_id.eq(patient),
            conditions::code.eq(&input.code),
            conditions::description.eq(&input.description),
            conditions::description_key.eq(fold(&input.description)),
            conditions::onset_date.eq(input.onset_date),
            conditions::resolved_date.eq(input.resolved_date),
            conditions::noted_by.eq(by),
            conditions::noted_at.eq(now),
        ))
        .returning(conditions::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first or it is entered in error.
pub fn update(db: &mut DbConnection, id: ConditionId, version: i32, input: &ConditionInput) -> QueryResult<bool> {
    let present = conditions::table
        .find(id)
        .filter(conditions::version.eq(version))
        .filter(conditions::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            conditions::code.eq(&input.code),
            conditions::description.eq(&input.description),
            conditions::description_key.eq(fold(&input.description)),
            conditions::onset_date.eq(input.onset_date),
            conditions::resolved_date.eq(input.resolved_date),
            conditions::version.eq(version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks a condition as entered in error; `false` when it is already.
pub fn retract(
    db: &mut DbConnection,
    id: ConditionId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = conditions::table.find(id).filter(conditions::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            conditions::entered_in_error_at.eq(now),
            conditions::entered_in_error_by.eq(by),
            conditions::entered_in_error_reason.eq(reason),
            conditions::version.eq(conditions::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
