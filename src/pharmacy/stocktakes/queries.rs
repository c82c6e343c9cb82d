//! SQL of stocktakes.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::{InnerJoin, IntoBoxed, count_star, exists};
use diesel::prelude::*;

use super::forms::StocktakeInput;
use super::model::{Count, Progress, SheetRow, Stocktake, StocktakeId, StocktakeRow, StocktakeStatus};
use crate::accounts::model::UserId;
use crate::chart::record::Names;
use crate::db::fold::{begins, contains, fold};
use crate::db::schema::{medicines, stock_batches, stocktake_counts, stocktakes};
use crate::db::{DbConnection, MultiBackend};
use crate::medicines::model::MedicineId;
use crate::pharmacy::stock::model::{Batch, BatchId, CountId};

/// How many stocktakes there are.
pub fn count(db: &mut DbConnection) -> QueryResult<i64> {
    stocktakes::table.count().get_result(db)
}

/// The stocktakes, open ones first and then the latest.
pub fn list(db: &mut DbConnection, offset: i64, limit: i64) -> QueryResult<Vec<StocktakeRow>> {
    let found: Vec<Stocktake> = stocktakes::table
        .order((stocktakes::status.eq(StocktakeStatus::Open).desc(), stocktakes::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(Stocktake::as_select())
        .load(db)?;
    let ids: Vec<StocktakeId> = found.iter().map(|s| s.id).collect();
    let counted: Vec<(StocktakeId, i64)> = stocktake_counts::table
        .filter(stocktake_counts::stocktake_id.eq_any(ids.clone()))
        .group_by(stocktake_counts::stocktake_id)
        .select((stocktake_counts::stocktake_id, count_star()))
        .load(db)?;
    let different: Vec<(StocktakeId, i64)> = stocktake_counts::table
        .filter(stocktake_counts::stocktake_id.eq_any(ids))
        .filter(stocktake_counts::counted.ne(stocktake_counts::expected))
        .group_by(stocktake_counts::stocktake_id)
        .select((stocktake_counts::stocktake_id, count_star()))
        .load(db)?;
    let names = Names::load(db, found.iter().flat_map(|s| [s.started_by, s.finished_by]))?;
    let of = |rows: &[(StocktakeId, i64)], id| rows.iter().find(|(of, _)| *of == id).map_or(0, |(_, count)| *count);
    let row = |stocktake: Stocktake| StocktakeRow {
        started_by: names.of(stocktake.started_by),
        finished_by: names.of(stocktake.finished_by),
        progress: Progress { counted: of(&counted, stocktake.id), different: of(&different, stocktake.id) },
        stocktake,
    };
    Ok(found.into_iter().map(row).collect())
}

/// A stocktake.
pub fn find(db: &mut DbConnection, id: StocktakeId) -> QueryResult<Stocktake> {
    stocktakes::table.find(id).select(Stocktake::as_select()).first(db)
}

/// How far the counting is.
pub fn progress(db: &mut DbConnection, id: StocktakeId) -> QueryResult<Progress> {
    let counts = stocktake_counts::table.filter(stocktake_counts::stocktake_id.eq(id));
    let counted = counts.count().get_result(db)?;
    let different = counts.filter(stocktake_counts::counted.ne(stocktake_counts::expected)).count().get_result(db)?;
    Ok(Progress { counted, different })
}

/// Which rows of the sheet are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Batches too in which the system knows of nothing.
    pub with_empty: bool,
    /// Only those that nobody has counted yet.
    pub only_left: bool,
}

type Sheet = IntoBoxed<'static, InnerJoin<stock_batches::table, medicines::table>, MultiBackend>;

/// The batches of the sheet: of the medicines that are counted, those with something in them and those counted already.
fn sheet_of(stocktake: &Stocktake, shown: Shown) -> Sheet {
    let counted = stocktake_counts::table
        .filter(stocktake_counts::batch_id.eq(stock_batches::id))
        .filter(stocktake_counts::stocktake_id.eq(stocktake.id));
    let mut query = stock_batches::table.inner_join(medicines::table).into_boxed();
    if !stocktake.letter.is_empty() {
        query = query.filter(medicines::name_key.like(begins(&stocktake.letter)).escape('\\'));
    }
    for word in fold(&stocktake.words).split_whitespace().take(8) {
        query = query.filter(medicines::name_search.like(contains(word)).escape('\\'));
    }
    if !shown.with_empty {
        query = query.filter(stock_batches::quantity.gt(0).or(exists(counted)));
    }
    if shown.only_left {
        query = query.filter(diesel::dsl::not(exists(counted)));
    }
    query
}

/// How many rows the sheet has.
pub fn sheet_count(db: &mut DbConnection, stocktake: &Stocktake, shown: Shown) -> QueryResult<i64> {
    sheet_of(stocktake, shown).count().get_result(db)
}

/// The rows of the sheet, by the medicines' names and then the first to expire first.
pub fn sheet(
    db: &mut DbConnection,
    stocktake: &Stocktake,
    shown: Shown,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<SheetRow>> {
    let found: Vec<Batch> = sheet_of(stocktake, shown)
        .order((medicines::name_key, stock_batches::expires_on, stock_batches::id))
        .offset(offset)
        .limit(limit)
        .select(Batch::as_select())
        .load(db)?;
    rows(db, stocktake.id, found)
}

/// The rows of these batches, in their order.
pub fn rows_of(db: &mut DbConnection, stocktake: StocktakeId, batches: &[BatchId]) -> QueryResult<Vec<SheetRow>> {
    let found: Vec<Batch> =
        stock_batches::table.filter(stock_batches::id.eq_any(batches.to_vec())).select(Batch::as_select()).load(db)?;
    rows(db, stocktake, found)
}

fn rows(db: &mut DbConnection, stocktake: StocktakeId, found: Vec<Batch>) -> QueryResult<Vec<SheetRow>> {
    let of: Vec<MedicineId> = found.iter().map(|b| b.medicine_id).collect();
    let named: Vec<(MedicineId, String, String)> = medicines::table
        .filter(medicines::id.eq_any(of))
        .select((medicines::id, medicines::name, medicines::unit))
        .load(db)?;
    let named: HashMap<MedicineId, (String, String)> =
        named.into_iter().map(|(id, name, unit)| (id, (name, unit))).collect();
    let ids: Vec<BatchId> = found.iter().map(|b| b.id).collect();
    let counts: Vec<Count> = stocktake_counts::table
        .filter(stocktake_counts::stocktake_id.eq(stocktake))
        .filter(stocktake_counts::batch_id.eq_any(ids))
        .select(Count::as_select())
        .load(db)?;
    let names = Names::load(db, counts.iter().map(|c| c.counted_by))?;
    let mut counts: HashMap<BatchId, Count> = counts.into_iter().map(|c| (c.batch_id, c)).collect();
    let row = |batch: Batch| {
        let (medicine, unit) = named.get(&batch.medicine_id).cloned().unwrap_or_default();
        let count = counts.remove(&batch.id);
        let counted_by = count.as_ref().map(|c| names.of(c.counted_by)).unwrap_or_default();
        SheetRow { batch, medicine, unit, count, counted_by }
    };
    Ok(found.into_iter().map(row).collect())
}

/// The rows where shelf and system differ, by the medicines' names.
pub fn differences(db: &mut DbConnection, id: StocktakeId) -> QueryResult<Vec<SheetRow>> {
    let found: Vec<Batch> = stocktake_counts::table
        .inner_join(stock_batches::table.inner_join(medicines::table))
        .filter(stocktake_counts::stocktake_id.eq(id))
        .filter(stocktake_counts::counted.ne(stocktake_counts::expected))
        .order((medicines::name_key, stock_batches::expires_on, stock_batches::id))
        .select(Batch::as_select())
        .load(db)?;
    rows(db, id, found)
}

/// The count of a batch in a stocktake, if it was counted.
pub fn count_of(db: &mut DbConnection, stocktake: StocktakeId, batch: BatchId) -> QueryResult<Option<Count>> {
    stocktake_counts::table
        .filter(stocktake_counts::stocktake_id.eq(stocktake))
        .filter(stocktake_counts::batch_id.eq(batch))
        .select(Count::as_select())
        .first(db)
        .optional()
}

/// Adds a stocktake.
pub fn insert(
    db: &mut DbConnection,
    input: &StocktakeInput,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<StocktakeId> {
    diesel::insert_into(stocktakes::table)
        .values((
            stocktakes::status.eq(StocktakeStatus::Open),
            stocktakes::words.eq(&input.words),
            stocktakes::letter.eq(&input.letter),
            stocktakes::note.eq(&input.note),
            stocktakes::started_by.eq(user),
            stocktakes::started_at.eq(now),
        ))
        .returning(stocktakes::id)
        .get_result(db)
}

/// Adds a batch's count. One that is counted in another open stocktake violates `ex_stocktake_counts_batch`.
pub fn insert_count(
    db: &mut DbConnection,
    stocktake: StocktakeId,
    batch: &Batch,
    counted: i32,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(stocktake_counts::table)
        .values((
            stocktake_counts::stocktake_id.eq(stocktake),
            stocktake_counts::batch_id.eq(batch.id),
            stocktake_counts::expected.eq(batch.quantity),
            stocktake_counts::counted.eq(counted),
            stocktake_counts::counted_by.eq(user),
            stocktake_counts::counted_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}

/// Counts a batch anew, next to what the system knows now.
pub fn update_count(
    db: &mut DbConnection,
    id: CountId,
    expected: i32,
    counted: i32,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::update(stocktake_counts::table.find(id))
        .set((
            stocktake_counts::expected.eq(expected),
            stocktake_counts::counted.eq(counted),
            stocktake_counts::counted_by.eq(user),
            stocktake_counts::counted_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}

/// Takes a count back, as if the batch had not been counted.
pub fn delete_count(db: &mut DbConnection, id: CountId) -> QueryResult<()> {
    diesel::delete(stocktake_counts::table.find(id)).execute(db).map(|_| ())
}

/// Ends an open stocktake of this version; `false` when somebody else did so first.
pub fn finish(
    db: &mut DbConnection,
    id: StocktakeId,
    version: i32,
    status: StocktakeStatus,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let open = stocktakes::table
        .find(id)
        .filter(stocktakes::version.eq(version))
        .filter(stocktakes::status.eq(StocktakeStatus::Open));
    let changed = diesel::update(open)
        .set((
            stocktakes::status.eq(status),
            stocktakes::finished_by.eq(user),
            stocktakes::finished_at.eq(now),
            stocktakes::version.eq(version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
