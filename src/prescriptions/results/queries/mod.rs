//! SQL of ordered tests and their results.

mod write;

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::{IntoBoxed, auto_type, case_when, exists, not};
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::model::{
    Flag, Order, OrderRow, ResultId, ResultRow, ResultStatus, ResultValue, TestOrderId, TestResult, worst,
};
use crate::access::{Actor, Role};
use crate::accounts::names::Names;
use crate::db::schema::{doctors, patients, prescriptions, test_orders, test_result_values, test_results, users};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;
use crate::prescriptions::model::{PrescriptionId, PrescriptionStatus, Priority};
use crate::prescriptions::queries as prescribing;
use crate::web::page::initials;

pub use write::{NewResult, insert, replace, restore, retract, review};

type OrderColumns = (
    TestOrderId,
    String,
    String,
    Priority,
    PrescriptionId,
    PrescriptionStatus,
    PatientId,
    DoctorId,
    Option<NaiveDateTime>,
    NaiveDateTime,
);

const ORDER: (
    test_orders::id,
    test_orders::test,
    test_orders::instructions,
    test_orders::priority,
    prescriptions::id,
    prescriptions::status,
    prescriptions::patient_id,
    prescriptions::doctor_id,
    prescriptions::submitted_at,
    prescriptions::created_at,
) = (
    test_orders::id,
    test_orders::test,
    test_orders::instructions,
    test_orders::priority,
    prescriptions::id,
    prescriptions::status,
    prescriptions::patient_id,
    prescriptions::doctor_id,
    prescriptions::submitted_at,
    prescriptions::created_at,
);

fn order((id, test, instructions, priority, rx, status, patient, doctor, submitted, created): OrderColumns) -> Order {
    Order {
        id,
        test,
        instructions,
        priority,
        prescription_id: rx,
        prescription_status: status,
        patient_id: patient,
        doctor_id: doctor,
        ordered_at: submitted.unwrap_or(created),
    }
}

/// An ordered test, whoever asks.
pub fn load(db: &mut DbConnection, id: TestOrderId) -> QueryResult<Order> {
    test_orders::table
        .inner_join(prescriptions::table)
        .filter(test_orders::id.eq(id))
        .select(ORDER)
        .first(db)
        .map(order)
}

/// An ordered test of a prescription that the person may see and that is out.
pub fn find(db: &mut DbConnection, actor: &Actor, id: TestOrderId) -> QueryResult<Order> {
    let found = load(db, id)?;
    // The scope is that of its prescription.
    if prescribing::find(db, actor, found.prescription_id)?.status == PrescriptionStatus::Draft {
        return Err(diesel::result::Error::NotFound);
    }
    Ok(found)
}

fn current() -> test_results::BoxedQuery<'static, MultiBackend> {
    test_results::table
        .filter(test_results::replaced_at.is_null())
        .filter(test_results::status.ne(ResultStatus::EnteredInError))
        .into_boxed()
}

/// The result of a test that counts, if there is one.
pub fn current_of(db: &mut DbConnection, id: TestOrderId) -> QueryResult<Option<TestResult>> {
    current().filter(test_results::test_order_id.eq(id)).select(TestResult::as_select()).first(db).optional()
}

/// All results of a test, the one that counts first, then the latest.
pub fn all_of(db: &mut DbConnection, id: TestOrderId) -> QueryResult<Vec<ResultRow>> {
    let mut found: Vec<TestResult> = test_results::table
        .filter(test_results::test_order_id.eq(id))
        .order(test_results::id.desc())
        .select(TestResult::as_select())
        .load(db)?;
    found.sort_by_key(|result| !result.is_current());
    let ids: Vec<ResultId> = found.iter().map(|r| r.id).collect();
    let mut values: HashMap<ResultId, Vec<ResultValue>> = HashMap::new();
    let rows: Vec<(ResultId, ResultValue)> = test_result_values::table
        .filter(test_result_values::test_result_id.eq_any(ids))
        .order(test_result_values::position)
        .select((test_result_values::test_result_id, ResultValue::as_select()))
        .load(db)?;
    for (id, value) in rows {
        values.entry(id).or_default().push(value);
    }
    let names = Names::load(db, found.iter().flat_map(|r| [r.entered_by, r.reviewed_by, r.entered_in_error_by]))?;
    let row = |result: TestResult| ResultRow {
        values: values.remove(&result.id).unwrap_or_default(),
        entered_by: names.of(result.entered_by),
        reviewed_by: names.of(result.reviewed_by),
        wrong_by: names.of(result.entered_in_error_by),
        result,
    };
    Ok(found.into_iter().map(row).collect())
}

/// What is said of some orders: patients, doctors, the results that count.
fn rows(db: &mut DbConnection, found: Vec<Order>) -> QueryResult<Vec<OrderRow>> {
    let ids: Vec<TestOrderId> = found.iter().map(|o| o.id).collect();
    let results: Vec<TestResult> =
        current().filter(test_results::test_order_id.eq_any(ids)).select(TestResult::as_select()).load(db)?;
    let result_ids: Vec<ResultId> = results.iter().map(|r| r.id).collect();
    let flags: Vec<(ResultId, Flag)> = test_result_values::table
        .filter(test_result_values::test_result_id.eq_any(result_ids))
        .select((test_result_values::test_result_id, test_result_values::flag))
        .load(db)?;
    let patient_ids: Vec<PatientId> = found.iter().map(|o| o.patient_id).collect();
    let people: HashMap<PatientId, (String, String)> = patients::table
        .filter(patients::id.eq_any(patient_ids))
        .select((patients::id, (patients::first_name, patients::last_name)))
        .load(db)?
        .into_iter()
        .collect();
    let doctor_ids: Vec<DoctorId> = found.iter().map(|o| o.doctor_id).collect();
    let ordering: HashMap<DoctorId, (String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::id.eq_any(doctor_ids))
        .select((doctors::id, (users::first_name, users::last_name)))
        .load(db)?
        .into_iter()
        .collect();
    let row = |order: Order| {
        let result = results.iter().find(|r| r.test_order_id == order.id).cloned();
        let person = people.get(&order.patient_id);
        OrderRow {
            patient: person.map(|(first, last)| format!("{first} {last}")).unwrap_or_default(),
            patient_initials: person.map(|(first, last)| initials(first, last)).unwrap_or_default(),
            doctor: ordering.get(&order.doctor_id).map(|(f, l)| format!("Dr {f} {l}")).unwrap_or_default(),
            worst: match &result {
                Some(result) => worst(flags.iter().filter(|(id, _)| *id == result.id).map(|(_, flag)| *flag)),
                None => Flag::Unsaid,
            },
            result,
            order,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// The ordered tests of a prescription whose scope was checked, in its order.
pub fn of_prescription(db: &mut DbConnection, id: PrescriptionId) -> QueryResult<Vec<OrderRow>> {
    let found: Vec<OrderColumns> = test_orders::table
        .inner_join(prescriptions::table)
        .filter(test_orders::prescription_id.eq(id))
        .order(test_orders::position)
        .select(ORDER)
        .load(db)?;
    rows(db, found.into_iter().map(order).collect())
}

/// The prescriptions of a patient whose tests the person may see.
fn of_patient(actor: &Actor, patient: PatientId) -> prescriptions::BoxedQuery<'static, MultiBackend> {
    prescribing::visible_to(actor)
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::status.ne(PrescriptionStatus::Draft))
}

/// How many tests were ordered for a patient, as far as the person may see them.
pub fn count_for_patient(db: &mut DbConnection, actor: &Actor, patient: PatientId) -> QueryResult<i64> {
    let ids: Vec<PrescriptionId> = of_patient(actor, patient).select(prescriptions::id).load(db)?;
    test_orders::table.filter(test_orders::prescription_id.eq_any(ids)).count().get_result(db)
}

/// The tests that were ordered for a patient, as far as the person may see them, the latest first.
pub fn for_patient(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<OrderRow>> {
    let ids: Vec<PrescriptionId> = of_patient(actor, patient).select(prescriptions::id).load(db)?;
    let found: Vec<OrderColumns> = test_orders::table
        .inner_join(prescriptions::table)
        .filter(prescriptions::id.eq_any(ids))
        .order((prescriptions::submitted_at.desc(), prescriptions::id.desc(), test_orders::position))
        .offset(offset)
        .limit(limit)
        .select(ORDER)
        .load(db)?;
    rows(db, found.into_iter().map(order).collect())
}

/// The results of a patient's tests that count and that the person may see: patients those that a doctor has read.
/// Whether the person may open the record was asked before.
pub fn results_of_patient(actor: &Actor, patient: PatientId) -> test_results::BoxedQuery<'static, MultiBackend> {
    let query = current().filter(test_results::patient_id.eq(patient));
    if actor.role == Role::Patient { query.filter(test_results::reviewed_at.is_not_null()) } else { query }
}

/// A patient's results that a doctor has read since an instant, the latest first: the test, its name, when it was read.
pub fn reviewed_since(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    since: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<(TestOrderId, String, NaiveDateTime)>> {
    let found: Vec<(TestOrderId, Option<NaiveDateTime>)> = results_of_patient(actor, patient)
        .filter(test_results::reviewed_at.ge(since))
        .order((test_results::reviewed_at.desc(), test_results::id.desc()))
        .limit(limit)
        .select((test_results::test_order_id, test_results::reviewed_at))
        .load(db)?;
    let ids: Vec<TestOrderId> = found.iter().map(|(id, _)| *id).collect();
    let tests: HashMap<TestOrderId, String> = test_orders::table
        .filter(test_orders::id.eq_any(ids))
        .select((test_orders::id, test_orders::test))
        .load(db)?
        .into_iter()
        .collect();
    Ok(found.into_iter().filter_map(|(id, at)| Some((id, tests.get(&id)?.clone(), at?))).collect())
}

/// How many results of a doctor's orders nobody has read yet.
pub fn unread_count(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<i64> {
    unread(doctor).count().get_result(db)
}

fn unread(doctor: DoctorId) -> test_results::BoxedQuery<'static, MultiBackend> {
    current().filter(test_results::doctor_id.eq(doctor)).filter(test_results::reviewed_at.is_null())
}

/// The results of a doctor's orders that nobody has read yet, the oldest first.
pub fn unread_of(db: &mut DbConnection, doctor: DoctorId, limit: i64) -> QueryResult<Vec<OrderRow>> {
    let ids: Vec<TestOrderId> = unread(doctor)
        .order((test_results::entered_at, test_results::id))
        .limit(limit)
        .select(test_results::test_order_id)
        .load(db)?;
    in_order(db, &ids)
}

/// The results of a doctor's orders that were read last.
pub fn read_lately(db: &mut DbConnection, doctor: DoctorId, limit: i64) -> QueryResult<Vec<OrderRow>> {
    let ids: Vec<TestOrderId> = current()
        .filter(test_results::doctor_id.eq(doctor))
        .filter(test_results::reviewed_at.is_not_null())
        .order((test_results::reviewed_at.desc(), test_results::id.desc()))
        .limit(limit)
        .select(test_results::test_order_id)
        .load(db)?;
    in_order(db, &ids)
}

/// These orders in this order.
fn in_order(db: &mut DbConnection, ids: &[TestOrderId]) -> QueryResult<Vec<OrderRow>> {
    let found: Vec<OrderColumns> = test_orders::table
        .inner_join(prescriptions::table)
        .filter(test_orders::id.eq_any(ids.to_vec()))
        .select(ORDER)
        .load(db)?;
    let mut found = rows(db, found.into_iter().map(order).collect())?;
    found.sort_by_key(|row| ids.iter().position(|id| *id == row.order.id));
    Ok(found)
}

/// The orders of a doctor that stand and have no result, submitted since an instant.
fn waiting(doctor: DoctorId, since: Option<NaiveDateTime>) -> IntoBoxed<'static, ordered, MultiBackend> {
    let its_result = test_results::table
        .filter(test_results::test_order_id.eq(test_orders::id))
        .filter(test_results::replaced_at.is_null())
        .filter(test_results::status.ne(ResultStatus::EnteredInError));
    let query = ordered()
        .into_boxed()
        .filter(prescriptions::doctor_id.eq(doctor))
        .filter(prescriptions::status.ne(PrescriptionStatus::Draft))
        .filter(prescriptions::status.ne(PrescriptionStatus::Cancelled))
        .filter(not(exists(its_result)));
    match since {
        Some(since) => query.filter(prescriptions::submitted_at.ge(since)),
        None => query,
    }
}

/// Tests beside the prescriptions that they are on.
#[auto_type]
fn ordered() -> _ {
    test_orders::table.inner_join(prescriptions::table)
}

/// How many orders of a doctor wait for a result, of those submitted since an instant.
pub fn waiting_count(db: &mut DbConnection, doctor: DoctorId, since: Option<NaiveDateTime>) -> QueryResult<i64> {
    waiting(doctor, since).count().get_result(db)
}

/// The orders of a doctor that wait for a result, of those submitted since an instant: those wanted soonest first, of
/// these the oldest.
pub fn waiting_of(
    db: &mut DbConnection,
    doctor: DoctorId,
    since: Option<NaiveDateTime>,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<OrderRow>> {
    let rank = case_when(test_orders::priority.eq(Priority::Stat), 0_i32.into_sql::<Integer>())
        .when(test_orders::priority.eq(Priority::Urgent), 1_i32.into_sql::<Integer>())
        .otherwise(2_i32.into_sql::<Integer>());
    let found: Vec<OrderColumns> = waiting(doctor, since)
        .order((rank, prescriptions::submitted_at, test_orders::id))
        .offset(offset)
        .limit(limit)
        .select(ORDER)
        .load(db)?;
    rows(db, found.into_iter().map(order).collect())
}
