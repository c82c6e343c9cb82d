//! SQL of the ledger.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::sum;
use diesel::prelude::*;

use crate::chart::record::Names;
use crate::db::schema::{
    dispensing_items, stock_batches, stock_movements, stock_receipt_lines, stock_receipts, stocktake_counts,
};
use crate::db::{DbConnection, MultiBackend};
use crate::medicines::model::MedicineId;
use crate::pharmacy::stock::model::{
    BatchId, CountId, DispensingItemId, LedgerRow, Movement, MovementId, MovementKind, NewMovement, ReceiptLineId,
    Reference,
};

/// Whose ledger is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Batch(BatchId),
    Medicine(MedicineId),
}

/// Adds a row to the ledger; the database changes the batch's quantity with it. What would take more than there is
/// violates `ck_stock_batches_quantity`.
pub fn insert_movement(db: &mut DbConnection, movement: &NewMovement) -> QueryResult<MovementId> {
    diesel::insert_into(stock_movements::table).values(movement).returning(stock_movements::id).get_result(db)
}

/// The rows of a ledger before the row `before`, the latest first.
pub fn ledger(db: &mut DbConnection, of: Of, before: Option<MovementId>, limit: i64) -> QueryResult<Vec<LedgerRow>> {
    let mut query: stock_movements::BoxedQuery<'static, MultiBackend> = stock_movements::table.into_boxed();
    query = match of {
        Of::Batch(batch) => query.filter(stock_movements::batch_id.eq(batch)),
        Of::Medicine(medicine) => query
            .filter(stock_movements::batch_id.eq_any(
                stock_batches::table.filter(stock_batches::medicine_id.eq(medicine)).select(stock_batches::id),
            )),
    };
    if let Some(before) = before {
        query = query.filter(stock_movements::id.lt(before));
    }
    let found: Vec<Movement> =
        query.order(stock_movements::id.desc()).limit(limit).select(Movement::as_select()).load(db)?;
    rows(db, found)
}

fn rows(db: &mut DbConnection, found: Vec<Movement>) -> QueryResult<Vec<LedgerRow>> {
    let names = Names::load(db, found.iter().map(|m| m.user_id))?;
    let batches: Vec<BatchId> = found.iter().map(|m| m.batch_id).collect();
    let lots: Vec<(BatchId, String)> = stock_batches::table
        .filter(stock_batches::id.eq_any(batches))
        .select((stock_batches::id, stock_batches::lot))
        .load(db)?;
    let lots: HashMap<BatchId, String> = lots.into_iter().collect();

    let lines: Vec<ReceiptLineId> = found.iter().filter_map(|m| m.receipt_line_id).collect();
    let receipts: Vec<(ReceiptLineId, i64, String)> = stock_receipt_lines::table
        .inner_join(stock_receipts::table)
        .filter(stock_receipt_lines::id.eq_any(lines))
        .select((stock_receipt_lines::id, stock_receipts::id, stock_receipts::reference))
        .load(db)?;
    let items: Vec<DispensingItemId> = found.iter().filter_map(|m| m.dispensing_item_id).collect();
    let dispensed: Vec<(DispensingItemId, i64)> = dispensing_items::table
        .filter(dispensing_items::id.eq_any(items))
        .select((dispensing_items::id, dispensing_items::dispensing_id))
        .load(db)?;
    let counts: Vec<CountId> = found.iter().filter_map(|m| m.stocktake_count_id).collect();
    let counted: Vec<(CountId, i64)> = stocktake_counts::table
        .filter(stocktake_counts::id.eq_any(counts))
        .select((stocktake_counts::id, stocktake_counts::stocktake_id))
        .load(db)?;

    let reference = |m: &Movement| {
        if let Some(line) = m.receipt_line_id {
            let found = receipts.iter().find(|(id, ..)| *id == line);
            return found.map(|(_, receipt, number)| Reference::Receipt(*receipt, number.clone()));
        }
        if let Some(item) = m.dispensing_item_id {
            let found = dispensed.iter().find(|(id, _)| *id == item);
            return found.map(|(_, dispensing)| Reference::Dispensing(*dispensing));
        }
        let count = m.stocktake_count_id?;
        counted.iter().find(|(id, _)| *id == count).map(|(_, stocktake)| Reference::Stocktake(*stocktake))
    };
    let row = |movement: Movement| LedgerRow {
        lot: lots.get(&movement.batch_id).cloned().unwrap_or_default(),
        by: names.of(movement.user_id),
        reference: reference(&movement).unwrap_or_default(),
        movement,
    };
    Ok(found.into_iter().map(row).collect())
}

/// The sum of a batch's rows from the row `from` on: what the batch held before them is its quantity without it.
pub fn sum_since(db: &mut DbConnection, batch: BatchId, from: MovementId) -> QueryResult<i64> {
    let sum: Option<i64> = stock_movements::table
        .filter(stock_movements::batch_id.eq(batch))
        .filter(stock_movements::id.ge(from))
        .select(sum(stock_movements::quantity))
        .first(db)?;
    Ok(sum.unwrap_or(0))
}

/// What patients were given of a medicine since then (below zero), and what came back of it (above).
pub fn given(
    db: &mut DbConnection,
    medicine: MedicineId,
    since: NaiveDateTime,
) -> QueryResult<Vec<(NaiveDateTime, i32)>> {
    stock_movements::table
        .inner_join(stock_batches::table)
        .filter(stock_batches::medicine_id.eq(medicine))
        .filter(stock_movements::kind.eq_any([MovementKind::Dispensed, MovementKind::Returned]))
        .filter(stock_movements::created_at.ge(since))
        .select((stock_movements::created_at, stock_movements::quantity))
        .load(db)
}
