//! SQL of batches.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::sum;
use diesel::prelude::*;

use crate::db::fold::fold;
use crate::db::schema::{medicines, stock_batches};
use crate::db::{DbConnection, MultiBackend};
use crate::medicines::model::MedicineId;
use crate::pharmacy::stock::model::{Batch, BatchId, BatchStatus};

/// The batches that may be given to patients: available, not past their day, with something in them.
fn usable(today: NaiveDate) -> stock_batches::BoxedQuery<'static, MultiBackend> {
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

/// The batches of a medicine with something in them, the first to expire first.
pub fn full(db: &mut DbConnection, medicine: MedicineId) -> QueryResult<Vec<Batch>> {
    stock_batches::table
        .filter(stock_batches::medicine_id.eq(medicine))
        .filter(stock_batches::quantity.gt(0))
        .order((stock_batches::expires_on, stock_batches::id))
        .select(Batch::as_select())
        .load(db)
}

/// The batches of a medicine that are used up, the latest first.
pub fn used_up(db: &mut DbConnection, medicine: MedicineId, limit: i64) -> QueryResult<Vec<Batch>> {
    stock_batches::table
        .filter(stock_batches::medicine_id.eq(medicine))
        .filter(stock_batches::quantity.eq(0))
        .order(stock_batches::id.desc())
        .limit(limit)
        .select(Batch::as_select())
        .load(db)
}

/// The batches of a medicine that are past their day with something in them.
pub fn expired(db: &mut DbConnection, medicine: MedicineId, today: NaiveDate) -> QueryResult<Vec<Batch>> {
    stock_batches::table
        .filter(stock_batches::medicine_id.eq(medicine))
        .filter(stock_batches::expires_on.lt(today))
        .filter(stock_batches::quantity.gt(0))
        .order((stock_batches::expires_on, stock_batches::id))
        .select(Batch::as_select())
        .load(db)
}

/// The batches with something in them that are not recalled and whose last day is this one or before it, the first to
/// expire first.
pub fn ending(db: &mut DbConnection, until: NaiveDate) -> QueryResult<Vec<Batch>> {
    stock_batches::table
        .filter(stock_batches::status.eq(BatchStatus::Available))
        .filter(stock_batches::expires_on.le(until))
        .filter(stock_batches::quantity.gt(0))
        .order((stock_batches::expires_on, stock_batches::id))
        .select(Batch::as_select())
        .load(db)
}

/// The batch of this lot and day, which is made when it was never received before. `unit_cost` is what a unit costs now.
pub fn batch_for(
    db: &mut DbConnection,
    medicine: MedicineId,
    lot: &str,
    expires_on: NaiveDate,
    unit_cost: i64,
    now: NaiveDateTime,
) -> QueryResult<BatchId> {
    let known: Option<BatchId> = stock_batches::table
        .filter(stock_batches::medicine_id.eq(medicine))
        .filter(stock_batches::lot_key.eq(fold(lot)))
        .filter(stock_batches::expires_on.eq(expires_on))
        .select(stock_batches::id)
        .first(db)
        .optional()?;
    if let Some(id) = known {
        diesel::update(stock_batches::table.find(id))
            .set((stock_batches::unit_cost.eq(unit_cost), stock_batches::updated_at.eq(now)))
            .execute(db)?;
        return Ok(id);
    }
    diesel::insert_into(stock_batches::table)
        .values((
            stock_batches::medicine_id.eq(medicine),
            stock_batches::lot.eq(lot),
            stock_batches::lot_key.eq(fold(lot)),
            stock_batches::expires_on.eq(expires_on),
            stock_batches::unit_cost.eq(unit_cost),
            stock_batches::created_at.eq(now),
            stock_batches::updated_at.eq(now),
        ))
        .returning(stock_batches::id)
        .get_result(db)
}

/// Keeps a batch apart, with the reason, or gives it free again; `false` when somebody else did so first.
pub fn set_status(
    db: &mut DbConnection,
    batch: &Batch,
    status: BatchStatus,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let found = stock_batches::table.find(batch.id).filter(stock_batches::version.eq(batch.version));
    let changed = diesel::update(found)
        .set((
            stock_batches::status.eq(status),
            stock_batches::recall_reason.eq(reason),
            stock_batches::version.eq(batch.version + 1),
            stock_batches::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
