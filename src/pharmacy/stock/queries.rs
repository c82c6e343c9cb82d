//! SQL of batches and of the ledger.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sum;
use diesel::prelude::*;

use super::model::{Batch, BatchId, BatchStatus, MovementId, NewMovement};
use crate::db::schema::{medicines, stock_batches, stock_movements};
use crate::db::{DbConnection, MultiBackend};
use crate::medicines::model::MedicineId;

/// The batches that may be given to patients: available, not past their day, with something in them.
pub fn usable(today: NaiveDate) -> stock_batches::BoxedQuery<'static, MultiBackend> {
    stock_batches::table
        .filter(stock_batches::status.eq(BatchStatus::Available))
        .filter(stock_batches::expires_on.ge(today))
        .filter(stock_batches::quantity.gt(0))
        .into_boxed()
}

/// What of a medicine may be given to a patient, the first to expire first.
pub fn offered(db: &mut DbConnection, medicine: MedicineId, today: NaiveDate) -> QueryResult<Vec<Batch>> {
    usable(today)
        .filter(stock_batches::medicine_id.eq(medicine))
        .order((stock_batches::expires_on, stock_batches::id))
        .select(Batch::as_select())
        .load(db)
}

/// How many units of each of these medicines may be given to patients. A medicine of which there is none is not in it.
pub fn on_hand(
    db: &mut DbConnection,
    medicines: &[MedicineId],
    today: NaiveDate,
) -> QueryResult<HashMap<MedicineId, i64>> {
    let sums: Vec<(MedicineId, Option<i64>)> = stock_batches::table
        .filter(stock_batches::status.eq(BatchStatus::Available))
        .filter(stock_batches::expires_on.ge(today))
        .filter(stock_batches::quantity.gt(0))
        .filter(stock_batches::medicine_id.eq_any(medicines.to_vec()))
        .group_by(stock_batches::medicine_id)
        .select((stock_batches::medicine_id, sum(stock_batches::quantity)))
        .load(db)?;
    Ok(sums.into_iter().map(|(id, units)| (id, units.unwrap_or(0))).collect())
}

/// A batch.
pub fn find(db: &mut DbConnection, id: BatchId) -> QueryResult<Batch> {
    stock_batches::table.find(id).select(Batch::as_select()).first(db)
}

/// What is counted in a batch: the medicine's unit.
pub fn unit(db: &mut DbConnection, batch: BatchId) -> QueryResult<String> {
    stock_batches::table
        .inner_join(medicines::table)
        .filter(stock_batches::id.eq(batch))
        .select(medicines::unit)
        .first(db)
}

/// Adds a row to the ledger; the database changes the batch's quantity with it. What would take more than there is
/// violates `ck_stock_batches_quantity`.
pub fn insert_movement(db: &mut DbConnection, movement: &NewMovement) -> QueryResult<MovementId> {
    diesel::insert_into(stock_movements::table).values(movement).returning(stock_movements::id).get_result(db)
}
