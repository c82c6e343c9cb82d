//! SQL of what is to be paid.

use chrono::NaiveDateTime;
use diesel::dsl::{count, count_star, min};
use diesel::prelude::*;

use super::model::{ChargeId, ChargeItem, ChargeRow, ChargeStatus, NewCharge, NewDispensingCharge, Payer, UnbilledRow};
use crate::access::{Actor, Permission, Role};
use crate::appointments::model::AppointmentId;
use crate::db::functions::Total;
use crate::db::schema::{appointments, charge_items, departments, doctors, patients};
use crate::db::{DbConnection, MultiBackend};
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;
use crate::pharmacy::stock::model::DispensingItemId;
use crate::prescriptions::results::model::TestOrderId;

/// Adds a charge. A thing that is charged already violates `ux_charge_items_dispensing_item_id`.
pub fn insert(db: &mut DbConnection, new: &NewDispensingCharge) -> QueryResult<ChargeId> {
    diesel::insert_into(charge_items::table).values(new).returning(charge_items::id).get_result(db)
}

/// The charge of what was handed over, if it was charged.
pub fn of_dispensing_item(db: &mut DbConnection, item: DispensingItemId) -> QueryResult<Option<ChargeItem>> {
    charge_items::table
        .filter(charge_items::dispensing_item_id.eq(item))
        .select(ChargeItem::as_select())
        .first(db)
        .optional()
}

/// The charges of everything that was handed over in these items.
pub fn of_dispensing_items(db: &mut DbConnection, items: &[DispensingItemId]) -> QueryResult<Vec<ChargeItem>> {
    charge_items::table
        .filter(charge_items::dispensing_item_id.eq_any(items.iter().map(|item| item.0).collect::<Vec<i64>>()))
        .order(charge_items::id)
        .select(ChargeItem::as_select())
        .load(db)
}

/// Lowers an open charge to this quantity; `false` when it is not open any more.
pub fn reduce(db: &mut DbConnection, charge: &ChargeItem, quantity: i64) -> QueryResult<bool> {
    let open = charge_items::table.find(charge.id).filter(charge_items::status.eq(ChargeStatus::Open));
    let changed = diesel::update(open)
        .set((charge_items::quantity.eq(quantity), charge_items::amount.eq(quantity * charge.unit_price)))
        .execute(db)?;
    Ok(changed == 1)
}

/// Cancels an open charge; `false` when it is not open any more.
pub fn cancel(db: &mut DbConnection, id: ChargeId, reason: &str) -> QueryResult<bool> {
    let open = charge_items::table.find(id).filter(charge_items::status.eq(ChargeStatus::Open));
    let changed = diesel::update(open)
        .set((charge_items::status.eq(ChargeStatus::Cancelled), charge_items::cancel_reason.eq(reason)))
        .execute(db)?;
    Ok(changed == 1)
}

/// The department that a doctor belongs to.
pub fn department_of(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<DepartmentId> {
    doctors::table.find(doctor).select(doctors::department_id).first(db)
}

/// The patients whose bills a person may see: patients their own, everybody else with the permission all.
fn payers(actor: &Actor) -> patients::BoxedQuery<'static, MultiBackend> {
    let query = patients::table.into_boxed();
    let nobody = PatientId(0);
    match actor.role {
        Role::Patient => query.filter(patients::id.eq(actor.patient_id.unwrap_or(nobody))),
        _ if actor.may(Permission::SeeBills) || actor.may(Permission::TakePayments) => query,
        _ => query.filter(patients::id.eq(nobody)),
    }
}

/// A patient whose bills the person may see.
pub fn payer(db: &mut DbConnection, actor: &Actor, id: PatientId) -> QueryResult<Payer> {
    payers(actor)
        .filter(patients::id.eq(id))
        .select((
            patients::id,
            patients::first_name,
            patients::last_name,
            patients::date_of_birth,
            patients::address,
            patients::insurance_provider,
            patients::insurance_policy_number,
        ))
        .first(db)
}

/// Adds a charge. What is charged already violates `ux_charge_items_*`.
pub fn insert_charge(db: &mut DbConnection, new: &NewCharge) -> QueryResult<ChargeId> {
    diesel::insert_into(charge_items::table).values(new).returning(charge_items::id).get_result(db)
}

/// A charge of a patient whose bills the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: ChargeId) -> QueryResult<ChargeItem> {
    let charge: ChargeItem = charge_items::table.find(id).select(ChargeItem::as_select()).first(db)?;
    payer(db, actor, charge.patient_id)?;
    Ok(charge)
}

/// What a patient was charged and stands on no bill yet, the oldest first.
pub fn open_of(db: &mut DbConnection, patient: PatientId) -> QueryResult<Vec<ChargeRow>> {
    let found: Vec<(ChargeItem, Option<String>)> = charge_items::table
        .left_join(departments::table)
        .filter(charge_items::patient_id.eq(patient))
        .filter(charge_items::status.eq(ChargeStatus::Open))
        .order(charge_items::id)
        .select((ChargeItem::as_select(), departments::name.nullable()))
        .load(db)?;
    Ok(found
        .into_iter()
        .map(|(charge, department)| ChargeRow { charge, department: department.unwrap_or_default() })
        .collect())
}

/// How many charges of how many patients stand on no bill yet, and what they come to.
pub fn open_charges(db: &mut DbConnection) -> QueryResult<(i64, i64, i64)> {
    charge_items::table
        .filter(charge_items::status.eq(ChargeStatus::Open))
        .select((count_star(), count(charge_items::patient_id).aggregate_distinct(), Total(charge_items::amount)))
        .first(db)
}

/// How many patients were charged for something that stands on no bill yet.
pub fn count_unbilled(db: &mut DbConnection) -> QueryResult<i64> {
    charge_items::table
        .filter(charge_items::status.eq(ChargeStatus::Open))
        .select(count(charge_items::patient_id).aggregate_distinct())
        .first(db)
}

/// The patients who were charged for something that stands on no bill yet: who waits longest first.
pub fn unbilled(db: &mut DbConnection, (offset, limit): (i64, i64)) -> QueryResult<Vec<UnbilledRow>> {
    let since = min(charge_items::created_at);
    let found: Vec<(PatientId, Option<NaiveDateTime>, i64)> = charge_items::table
        .filter(charge_items::status.eq(ChargeStatus::Open))
        .group_by(charge_items::patient_id)
        .order((since, charge_items::patient_id))
        .select((charge_items::patient_id, since, count_star()))
        .offset(offset)
        .limit(limit)
        .load(db)?;
    let ids: Vec<i64> = found.iter().map(|(id, ..)| id.0).collect();
    let names: Vec<(PatientId, String, String)> = patients::table
        .filter(patients::id.eq_any(ids.clone()))
        .select((patients::id, patients::first_name, patients::last_name))
        .load(db)?;
    let amounts: Vec<(PatientId, i64)> = charge_items::table
        .filter(charge_items::patient_id.eq_any(ids))
        .filter(charge_items::status.eq(ChargeStatus::Open))
        .select((charge_items::patient_id, charge_items::amount))
        .load(db)?;
    let row = |(patient, since, charges): (PatientId, Option<NaiveDateTime>, i64)| UnbilledRow {
        patient,
        name: names
            .iter()
            .find(|(id, ..)| *id == patient)
            .map(|(_, first, last)| format!("{first} {last}"))
            .unwrap_or_default(),
        since,
        charges,
        amount: amounts.iter().filter(|(id, _)| *id == patient).map(|(_, amount)| amount).sum(),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Whether the visit of an appointment was charged, whatever became of the charge.
pub fn visit_is_charged(db: &mut DbConnection, id: AppointmentId) -> QueryResult<bool> {
    let charges = charge_items::table.filter(charge_items::appointment_id.eq(id));
    diesel::select(diesel::dsl::exists(charges)).get_result(db)
}

/// Whether a test was charged, whatever became of the charge.
pub fn test_is_charged(db: &mut DbConnection, id: TestOrderId) -> QueryResult<bool> {
    let charges = charge_items::table.filter(charge_items::test_order_id.eq(id));
    diesel::select(diesel::dsl::exists(charges)).get_result(db)
}

/// What a doctor takes for a visit, and the department where they work.
pub fn fee_of(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<(i64, DepartmentId)> {
    doctors::table.find(doctor).select((doctors::consultation_fee, doctors::department_id)).first(db)
}

/// When an appointment begins, in UTC.
pub fn begins(db: &mut DbConnection, id: AppointmentId) -> QueryResult<NaiveDateTime> {
    appointments::table.find(id).select(appointments::starts_at).first(db)
}
