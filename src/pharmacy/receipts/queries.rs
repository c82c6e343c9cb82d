//! SQL of receipts.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{LineRow, Receipt, ReceiptId, ReceiptLine, ReceiptRow};
use crate::accounts::model::UserId;
use crate::db::fold::{contains, fold};
use crate::db::schema::{medicines, stock_batches, stock_receipt_lines, stock_receipts, suppliers};
use crate::db::{DbConnection, MultiBackend};
use crate::pharmacy::stock::model::{Batch, BatchId, ReceiptLineId};
use crate::pharmacy::suppliers::model::SupplierId;

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of the delivery note's number.
    pub words: String,
    pub supplier: Option<SupplierId>,
}

fn narrowed(filter: &Filter) -> stock_receipts::BoxedQuery<'static, MultiBackend> {
    let mut query = stock_receipts::table.into_boxed();
    if let Some(supplier) = filter.supplier {
        query = query.filter(stock_receipts::supplier_id.eq(supplier));
    }
    for word in fold(&filter.words).split_whitespace().take(8) {
        query = query.filter(stock_receipts::reference_key.like(contains(word)).escape('\\'));
    }
    query
}

/// How many receipts the filter lets through.
pub fn count(db: &mut DbConnection, filter: &Filter) -> QueryResult<i64> {
    narrowed(filter).count().get_result(db)
}

/// The receipts that the filter lets through, the latest day first.
pub fn list(db: &mut DbConnection, filter: &Filter, offset: i64, limit: i64) -> QueryResult<Vec<ReceiptRow>> {
    let found: Vec<Receipt> = narrowed(filter)
        .order((stock_receipts::received_on.desc(), stock_receipts::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(Receipt::as_select())
        .load(db)?;
    let ids: Vec<ReceiptId> = found.iter().map(|r| r.id).collect();
    let costs: Vec<(ReceiptId, i64)> = stock_receipt_lines::table
        .filter(stock_receipt_lines::receipt_id.eq_any(ids))
        .select((stock_receipt_lines::receipt_id, stock_receipt_lines::total_cost))
        .load(db)?;
    let of: Vec<SupplierId> = found.iter().map(|r| r.supplier_id).collect();
    let names: Vec<(SupplierId, String)> =
        suppliers::table.filter(suppliers::id.eq_any(of)).select((suppliers::id, suppliers::name)).load(db)?;
    let names: HashMap<SupplierId, String> = names.into_iter().collect();
    let row = |receipt: Receipt| {
        let lines = costs.iter().filter(|(id, _)| *id == receipt.id);
        ReceiptRow {
            lines: lines.clone().count(),
            total_cost: lines.map(|(_, cost)| cost).sum(),
            supplier: names.get(&receipt.supplier_id).cloned().unwrap_or_default(),
            receipt,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// The latest deliveries of a supplier.
pub fn latest_of(db: &mut DbConnection, supplier: SupplierId, limit: i64) -> QueryResult<Vec<Receipt>> {
    stock_receipts::table
        .filter(stock_receipts::supplier_id.eq(supplier))
        .order((stock_receipts::received_on.desc(), stock_receipts::id.desc()))
        .limit(limit)
        .select(Receipt::as_select())
        .load(db)
}

/// A receipt.
pub fn find(db: &mut DbConnection, id: ReceiptId) -> QueryResult<Receipt> {
    stock_receipts::table.find(id).select(Receipt::as_select()).first(db)
}

/// What a receipt brought, in its order.
pub fn lines(db: &mut DbConnection, id: ReceiptId) -> QueryResult<Vec<LineRow>> {
    let found: Vec<(ReceiptLine, Batch, String, String)> = stock_receipt_lines::table
        .inner_join(stock_batches::table.inner_join(medicines::table))
        .filter(stock_receipt_lines::receipt_id.eq(id))
        .order(stock_receipt_lines::position)
        .select((ReceiptLine::as_select(), Batch::as_select(), medicines::name, medicines::unit))
        .load(db)?;
    let row = |(line, batch, medicine, unit): (ReceiptLine, Batch, String, String)| LineRow {
        medicine_id: batch.medicine_id,
        line,
        batch,
        medicine,
        unit,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Adds a receipt. The same delivery note of the same supplier violates `ux_stock_receipts_supplier_id_reference_key`.
pub fn insert(
    db: &mut DbConnection,
    supplier: SupplierId,
    (reference, note): (&str, &str),
    received_on: NaiveDate,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<ReceiptId> {
    diesel::insert_into(stock_receipts::table)
        .values((
            stock_receipts::supplier_id.eq(supplier),
            stock_receipts::reference.eq(reference),
            stock_receipts::reference_key.eq(fold(reference)),
            stock_receipts::received_on.eq(received_on),
            stock_receipts::note.eq(note),
            stock_receipts::user_id.eq(user),
            stock_receipts::created_at.eq(now),
        ))
        .returning(stock_receipts::id)
        .get_result(db)
}

/// Adds a line to a receipt.
pub fn insert_line(
    db: &mut DbConnection,
    receipt: ReceiptId,
    position: i32,
    batch: BatchId,
    quantity: i32,
    total_cost: i64,
) -> QueryResult<ReceiptLineId> {
    diesel::insert_into(stock_receipt_lines::table)
        .values((
            stock_receipt_lines::receipt_id.eq(receipt),
            stock_receipt_lines::position.eq(position),
            stock_receipt_lines::batch_id.eq(batch),
            stock_receipt_lines::quantity.eq(quantity),
            stock_receipt_lines::total_cost.eq(total_cost),
        ))
        .returning(stock_receipt_lines::id)
        .get_result(db)
}

/// The receipt of a line, and where it came from: for the ledger's rows.
pub fn of_lines(
    db: &mut DbConnection,
    lines: &[ReceiptLineId],
) -> QueryResult<HashMap<ReceiptLineId, (ReceiptId, String)>> {
    let found: Vec<(ReceiptLineId, ReceiptId, String)> = stock_receipt_lines::table
        .inner_join(stock_receipts::table)
        .filter(stock_receipt_lines::id.eq_any(lines.to_vec()))
        .select((stock_receipt_lines::id, stock_receipts::id, stock_receipts::reference))
        .load(db)?;
    Ok(found.into_iter().map(|(line, receipt, reference)| (line, (receipt, reference))).collect())
}
