//! SQL of allergies.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::AllergyInput;
use super::model::{Allergy, AllergyId, AllergyRow, NoneKnown};
use crate::accounts::model::UserId;
use crate::chart::record::{InError, Names};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{allergies, no_known_allergies};
use crate::patients::model::PatientId;

/// An allergy of this patient, entered in error or not.
pub fn find(db: &mut DbConnection, patient: PatientId, id: AllergyId) -> QueryResult<Allergy> {
    allergies::table
        .filter(allergies::patient_id.eq(patient))
        .filter(allergies::id.eq(id))
        .select(Allergy::as_select())
        .first(db)
}

/// What a patient is allergic to, the worst first. Nothing of it is entered in error.
pub fn active(db: &mut DbConnection, patient: PatientId) -> QueryResult<Vec<Allergy>> {
    let mut found: Vec<Allergy> = allergies::table
        .filter(allergies::patient_id.eq(patient))
        .filter(allergies::entered_in_error_at.is_null())
        .order(allergies::id)
        .select(Allergy::as_select())
        .load(db)?;
    found.sort_by_key(|a| a.severity.rank());
    Ok(found)
}

/// All allergies of a patient, the worst first; with those entered in error for who may see them.
pub fn all(db: &mut DbConnection, patient: PatientId, with_errors: bool) -> QueryResult<Vec<AllergyRow>> {
    let mut query = allergies::table.filter(allergies::patient_id.eq(patient)).into_boxed();
    if !with_errors {
        query = query.filter(allergies::entered_in_error_at.is_null());
    }
    let mut found: Vec<Allergy> = query.order(allergies::id).select(Allergy::as_select()).load(db)?;
    found.sort_by_key(|a| a.severity.rank());
    let names = Names::load(db, found.iter().flat_map(|a| [a.noted_by, a.entered_in_error_by]))?;
    let row = |allergy: Allergy| AllergyRow {
        noted_by: names.of(allergy.noted_by),
        in_error: allergy.entered_in_error_at.map(|at| InError {
            at,
            by: names.of(allergy.entered_in_error_by),
            reason: allergy.entered_in_error_reason.clone(),
        }),
        allergy,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Adds an allergy. A substance that is on the list violates `ux_allergies_patient_id_substance_key`.
pub fn insert(
    db: &mut DbConnection,
    patient: PatientId,
    input: &AllergyInput,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<AllergyId> {
    diesel::insert_into(allergies::table)
        .values((
            allergies::patient_id.eq(patient),
            allergies::substance.eq(&input.substance),
            allergies::substance_key.eq(fold(&input.substance)),
            allergies::reaction.eq(&input.reaction),
            allergies::severity.eq(input.severity),
            allergies::noted_by.eq(by),
            allergies::noted_at.eq(now),
        ))
        .returning(allergies::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first or it is entered in error.
pub fn update(db: &mut DbConnection, id: AllergyId, version: i32, input: &AllergyInput) -> QueryResult<bool> {
    let present = allergies::table
        .find(id)
        .filter(allergies::version.eq(version))
        .filter(allergies::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            allergies::substance.eq(&input.substance),
            allergies::substance_key.eq(fold(&input.substance)),
            allergies::reaction.eq(&input.reaction),
            allergies::severity.eq(input.severity),
            allergies::version.eq(version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks an allergy as entered in error; `false` when it is already.
pub fn retract(
    db: &mut DbConnection,
    id: AllergyId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = allergies::table.find(id).filter(allergies::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            allergies::entered_in_error_at.eq(now),
            allergies::entered_in_error_by.eq(by),
            allergies::entered_in_error_reason.eq(reason),
            allergies::version.eq(allergies::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Who last stated that no allergy is known, while that stands.
pub fn none_known(db: &mut DbConnection, patient: PatientId) -> QueryResult<Option<NoneKnown>> {
    let stated: Option<(Option<UserId>, NaiveDateTime)> = no_known_allergies::table
        .filter(no_known_allergies::patient_id.eq(patient))
        .filter(no_known_allergies::ended_at.is_null())
        .select((no_known_allergies::stated_by, no_known_allergies::stated_at))
        .first(db)
        .optional()?;
    let Some((by, at)) = stated else { return Ok(None) };
    let names = Names::load(db, [by])?;
    Ok(Some(NoneKnown { by: names.of(by), at }))
}

/// States that no allergy is known, in place of an earlier statement.
pub fn state_none_known(
    db: &mut DbConnection,
    patient: PatientId,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    end_none_known(db, patient, now)?;
    diesel::insert_into(no_known_allergies::table)
        .values((
            no_known_allergies::patient_id.eq(patient),
            no_known_allergies::stated_by.eq(by),
            no_known_allergies::stated_at.eq(now),
        ))
        .returning(no_known_allergies::id)
        .get_result(db)
}

/// The statement that no allergy is known stands no longer.
pub fn end_none_known(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> QueryResult<()> {
    let standing = no_known_allergies::table
        .filter(no_known_allergies::patient_id.eq(patient))
        .filter(no_known_allergies::ended_at.is_null());
    diesel::update(standing).set(no_known_allergies::ended_at.eq(now)).execute(db).map(|_| ())
}
