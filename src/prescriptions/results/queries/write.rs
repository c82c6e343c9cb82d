//! Writing results.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{test_result_values, test_results};
use crate::documents::model::DocumentId;
use crate::prescriptions::results::model::{Findings, Order, ResultId, ResultStatus};

/// What a new result belongs to.
#[derive(Clone, Debug)]
pub struct NewResult {
    pub document: Option<DocumentId>,
    /// The result that it replaces, and why.
    pub amends: Option<(ResultId, String)>,
    pub entered_by: Option<UserId>,
}

/// Adds a result. A second one that counts violates `ux_test_results_test_order_id`.
pub fn insert(
    db: &mut DbConnection,
    order: &Order,
    new: &NewResult,
    findings: &Findings,
    now: NaiveDateTime,
) -> QueryResult<ResultId> {
    let (amends, reason) = match &new.amends {
        Some((id, reason)) => (Some(*id), reason.as_str()),
        None => (None, ""),
    };
    let id: ResultId = diesel::insert_into(test_results::table)
        .values((
            test_results::test_order_id.eq(order.id),
            test_results::patient_id.eq(order.patient_id),
            test_results::doctor_id.eq(order.doctor_id),
            test_results::status.eq(if amends.is_some() { ResultStatus::Amended } else { ResultStatus::Final }),
            test_results::conclusion.eq(&findings.conclusion),
            test_results::document_id.eq(new.document),
            test_results::amends_id.eq(amends),
            test_results::amend_reason.eq(reason),
            test_results::resulted_at.eq(findings.resulted_at),
            test_results::entered_at.eq(now),
            test_results::entered_by.eq(new.entered_by),
        ))
        .returning(test_results::id)
        .get_result(db)?;
    for (position, value) in (0_i32..).zip(&findings.values) {
        diesel::insert_into(test_result_values::table)
            .values((
                test_result_values::test_result_id.eq(id),
                test_result_values::position.eq(position),
                test_result_values::name.eq(&value.name),
                test_result_values::value.eq(&value.value),
                test_result_values::unit.eq(&value.unit),
                test_result_values::reference_low.eq(&value.reference_low),
                test_result_values::reference_high.eq(&value.reference_high),
                test_result_values::flag.eq(value.flag),
            ))
            .execute(db)?;
    }
    Ok(id)
}

/// The result gives way to an amendment; `false` when it does not count any more.
pub fn replace(db: &mut DbConnection, id: ResultId, now: NaiveDateTime) -> QueryResult<bool> {
    let present = test_results::table
        .find(id)
        .filter(test_results::replaced_at.is_null())
        .filter(test_results::status.ne(ResultStatus::EnteredInError));
    let changed = diesel::update(present)
        .set((test_results::replaced_at.eq(now), test_results::version.eq(test_results::version + 1)))
        .execute(db)?;
    Ok(changed == 1)
}

/// The result counts again, because what had replaced it was wrong.
pub fn restore(db: &mut DbConnection, id: ResultId) -> QueryResult<()> {
    diesel::update(test_results::table.find(id))
        .set((test_results::replaced_at.eq(None::<NaiveDateTime>), test_results::version.eq(test_results::version + 1)))
        .execute(db)
        .map(|_| ())
}

/// Notes that somebody read a result that counts; `false` when it was read already or counts no longer.
pub fn review(
    db: &mut DbConnection,
    id: ResultId,
    by: Option<UserId>,
    note: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let unread = test_results::table
        .find(id)
        .filter(test_results::replaced_at.is_null())
        .filter(test_results::status.ne(ResultStatus::EnteredInError))
        .filter(test_results::reviewed_at.is_null());
    let changed = diesel::update(unread)
        .set((
            test_results::reviewed_at.eq(now),
            test_results::reviewed_by.eq(by),
            test_results::note_to_patient.eq(note),
            test_results::version.eq(test_results::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks a result as entered in error; `false` when it does not count any more.
pub fn retract(
    db: &mut DbConnection,
    id: ResultId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = test_results::table
        .find(id)
        .filter(test_results::replaced_at.is_null())
        .filter(test_results::status.ne(ResultStatus::EnteredInError));
    let changed = diesel::update(present)
        .set((
            test_results::status.eq(ResultStatus::EnteredInError),
            test_results::entered_in_error_at.eq(now),
            test_results::entered_in_error_by.eq(by),
            test_results::entered_in_error_reason.eq(reason),
            test_results::version.eq(test_results::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
