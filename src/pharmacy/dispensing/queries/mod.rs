//! SQL of dispensings.

mod items;
mod lines;

use chrono::NaiveDateTime;
use diesel::prelude::*;

pub use items::{NewItem, history, insert_decline, insert_item, items_of, recent};
pub use lines::{of_prescription, of_prescriptions};

use super::model::{Dispensing, DispensingId, DispensingStatus, may_replace};
use crate::access::Actor;
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::fold::{contains, fold};
use crate::db::schema::{dispensings, medicines, users};
use crate::medicines::model::Medicine;
use crate::prescriptions;
use crate::prescriptions::model::PrescriptionId;

/// A dispensing of a prescription that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: DispensingId) -> QueryResult<Dispensing> {
    let found: Dispensing = dispensings::table.find(id).select(Dispensing::as_select()).first(db)?;
    prescriptions::queries::find(db, actor, found.prescription_id)?;
    Ok(found)
}

/// The dispensing that has a prescription for itself, if one has. The scope was checked with the prescription.
pub fn open_of(db: &mut DbConnection, prescription: PrescriptionId) -> QueryResult<Option<Dispensing>> {
    dispensings::table
        .filter(dispensings::prescription_id.eq(prescription))
        .filter(dispensings::status.eq_any(DispensingStatus::OPEN))
        .select(Dispensing::as_select())
        .first(db)
        .optional()
}

/// The name of a pharmacist.
pub fn pharmacist(db: &mut DbConnection, id: UserId) -> QueryResult<String> {
    let (first, last): (String, String) =
        users::table.find(id).select((users::first_name, users::last_name)).first(db)?;
    Ok(format!("{first} {last}"))
}

/// The medicines that may stand in for this one, by name: for another generic, strength or route there is none.
pub fn substitutes(db: &mut DbConnection, prescribed: &Medicine) -> QueryResult<Vec<Medicine>> {
    // The search text holds the generic name; the rest of the rule is `may_replace`.
    let alike: Vec<Medicine> = medicines::table
        .filter(medicines::is_active.eq(true))
        .filter(medicines::name_search.like(contains(&fold(&prescribed.generic_name))).escape('\\'))
        .filter(medicines::id.ne(prescribed.id))
        .order(medicines::name_key)
        .select(Medicine::as_select())
        .load(db)?;
    Ok(alike.into_iter().filter(|m| may_replace(m, prescribed)).collect())
}

/// Notes at once that all of a prescription is declined, without its having been begun.
pub fn insert_declined(
    db: &mut DbConnection,
    prescription: PrescriptionId,
    pharmacist: UserId,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<DispensingId> {
    diesel::insert_into(dispensings::table)
        .values((
            dispensings::prescription_id.eq(prescription),
            dispensings::pharmacist_id.eq(pharmacist),
            dispensings::status.eq(DispensingStatus::Declined),
            dispensings::reason.eq(reason),
            dispensings::started_at.eq(now),
            dispensings::finished_at.eq(now),
            dispensings::updated_at.eq(now),
        ))
        .returning(dispensings::id)
        .get_result(db)
}

/// Begins a dispensing. A prescription that somebody has already violates `ux_dispensings_prescription_id`.
pub fn insert(
    db: &mut DbConnection,
    prescription: PrescriptionId,
    pharmacist: UserId,
    now: NaiveDateTime,
) -> QueryResult<DispensingId> {
    diesel::insert_into(dispensings::table)
        .values((
            dispensings::prescription_id.eq(prescription),
            dispensings::pharmacist_id.eq(pharmacist),
            dispensings::status.eq(DispensingStatus::InProgress),
            dispensings::started_at.eq(now),
            dispensings::updated_at.eq(now),
        ))
        .returning(dispensings::id)
        .get_result(db)
}

/// What a dispensing becomes.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub pharmacist: UserId,
    pub status: DispensingStatus,
    pub reason: &'a str,
}

/// Takes a step from this version; `false` when somebody else took one first.
pub fn advance(db: &mut DbConnection, before: &Dispensing, step: Step<'_>, now: NaiveDateTime) -> QueryResult<bool> {
    let same = dispensings::table
        .find(before.id)
        .filter(dispensings::version.eq(before.version))
        .filter(dispensings::status.eq_any(DispensingStatus::OPEN));
    let changed = diesel::update(same)
        .set((
            dispensings::pharmacist_id.eq(step.pharmacist),
            dispensings::status.eq(step.status),
            dispensings::reason.eq(step.reason),
            dispensings::finished_at.eq((!step.status.is_open()).then_some(now)),
            dispensings::version.eq(before.version + 1),
            dispensings::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
