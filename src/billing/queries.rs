//! SQL of what is to be paid.

use diesel::prelude::*;

use super::model::{ChargeId, ChargeItem, ChargeStatus, NewDispensingCharge};
use crate::db::DbConnection;
use crate::db::schema::{charge_items, doctors};
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::pharmacy::stock::model::DispensingItemId;

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
