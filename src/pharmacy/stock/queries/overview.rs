//! SQL of the overview: how much there is of each medicine, and what needs attention.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::{exists, min, not, sum};
use diesel::prelude::*;

use crate::db::fold::{contains, fold};
use crate::db::functions::{amount, or_else};
use crate::db::schema::{medicines, stock_batches};
use crate::db::{DbConnection, MultiBackend};
use crate::medicines::model::{Medicine, MedicineId};
use crate::pharmacy::stock::model::{Alerts, Batch, BatchStatus, Level, Show, StockRow, Within};

/// What the overview is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of the medicine's name, in any order, or its barcode.
    pub words: String,
    pub show: Show,
}

fn narrowed(filter: &Filter, today: NaiveDate) -> medicines::BoxedQuery<'static, MultiBackend> {
    let mut query = medicines::table.into_boxed();
    let words = filter.words.trim();
    if words.len() >= 6 && words.bytes().all(|b| b.is_ascii_digit()) {
        query = query.filter(medicines::barcode.eq(words.to_owned()));
    } else {
        for word in fold(words).split_whitespace().take(8) {
            query = query.filter(medicines::name_search.like(contains(word)).escape('\\'));
        }
    }
    let batches = stock_batches::table.filter(stock_batches::medicine_id.eq(medicines::id));
    let usable =
        batches.filter(stock_batches::status.eq(BatchStatus::Available)).filter(stock_batches::expires_on.ge(today));
    let units = or_else(usable.select(sum(stock_batches::quantity)).single_value(), 0);
    match filter.show {
        Show::All => query.filter(medicines::is_active.eq(true)),
        Show::Stocked => query.filter(
            exists(batches.filter(stock_batches::quantity.gt(0)))
                .or(medicines::is_active.eq(true).and(medicines::minimum_stock.gt(0).or(exists(batches)))),
        ),
        Show::Low => query
            .filter(medicines::is_active.eq(true))
            .filter(units.gt(0))
            .filter(units.lt(amount(medicines::minimum_stock))),
        Show::Out => query
            .filter(medicines::is_active.eq(true))
            .filter(medicines::minimum_stock.gt(0).or(exists(batches)))
            .filter(not(exists(usable.filter(stock_batches::quantity.gt(0))))),
    }
}

/// How many medicines the filter lets through.
pub fn count(db: &mut DbConnection, filter: &Filter, today: NaiveDate) -> QueryResult<i64> {
    narrowed(filter, today).count().get_result(db)
}

/// The medicines that the filter lets through, by name, with how much of each there is.
pub fn list(
    db: &mut DbConnection,
    filter: &Filter,
    today: NaiveDate,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<StockRow>> {
    let found: Vec<Medicine> = narrowed(filter, today)
        .order(medicines::name_key)
        .offset(offset)
        .limit(limit)
        .select(Medicine::as_select())
        .load(db)?;
    rows(db, found, today)
}

/// How much there is of one medicine.
pub fn row(db: &mut DbConnection, medicine: Medicine, today: NaiveDate) -> QueryResult<StockRow> {
    rows(db, vec![medicine], today)?.pop().ok_or(diesel::result::Error::NotFound)
}

fn rows(db: &mut DbConnection, found: Vec<Medicine>, today: NaiveDate) -> QueryResult<Vec<StockRow>> {
    let ids: Vec<MedicineId> = found.iter().map(|m| m.id).collect();
    let of_these = stock_batches::table.filter(stock_batches::medicine_id.eq_any(ids));
    let usable: Vec<(MedicineId, Option<i64>, Option<NaiveDate>)> = of_these
        .clone()
        .filter(stock_batches::status.eq(BatchStatus::Available))
        .filter(stock_batches::expires_on.ge(today))
        .filter(stock_batches::quantity.gt(0))
        .group_by(stock_batches::medicine_id)
        .select((stock_batches::medicine_id, sum(stock_batches::quantity), min(stock_batches::expires_on)))
        .load(db)?;
    let usable: HashMap<MedicineId, (i64, Option<NaiveDate>)> =
        usable.into_iter().map(|(id, units, day)| (id, (units.unwrap_or(0), day))).collect();
    let sums = |rows: Vec<(MedicineId, Option<i64>)>| -> HashMap<MedicineId, i64> {
        rows.into_iter().map(|(id, units)| (id, units.unwrap_or(0))).collect()
    };
    let expired = of_these
        .clone()
        .filter(stock_batches::expires_on.lt(today))
        .filter(stock_batches::quantity.gt(0))
        .group_by(stock_batches::medicine_id)
        .select((stock_batches::medicine_id, sum(stock_batches::quantity)))
        .load(db)?;
    let recalled = of_these
        .clone()
        .filter(stock_batches::status.eq(BatchStatus::Recalled))
        .filter(stock_batches::quantity.gt(0))
        .group_by(stock_batches::medicine_id)
        .select((stock_batches::medicine_id, sum(stock_batches::quantity)))
        .load(db)?;
    let (expired, recalled) = (sums(expired), sums(recalled));
    let were_here: Vec<MedicineId> = of_these.select(stock_batches::medicine_id).distinct().load(db)?;
    let were_here: HashSet<MedicineId> = were_here.into_iter().collect();
    let row = |medicine: Medicine| {
        let (on_hand, next_expiry) = usable.get(&medicine.id).copied().unwrap_or((0, None));
        StockRow {
            on_hand,
            next_expiry,
            level: Level::of(on_hand, medicine.minimum_stock, were_here.contains(&medicine.id)),
            expired: expired.get(&medicine.id).copied().unwrap_or(0),
            recalled: recalled.get(&medicine.id).copied().unwrap_or(0),
            medicine,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// The batches with something in them whose day is within this time.
fn of_time(within: Within, today: NaiveDate) -> stock_batches::BoxedQuery<'static, MultiBackend> {
    let query = stock_batches::table.filter(stock_batches::quantity.gt(0)).into_boxed();
    match within {
        Within::Expired => query.filter(stock_batches::expires_on.lt(today)),
        Within::Recalled => query.filter(stock_batches::status.eq(BatchStatus::Recalled)),
        Within::Week | Within::Month | Within::Quarter => query
            .filter(stock_batches::status.eq(BatchStatus::Available))
            .filter(stock_batches::expires_on.ge(today))
            .filter(stock_batches::expires_on.le(within.until(today).unwrap_or(today))),
    }
}

/// How many batches there are of a time.
pub fn count_of_time(db: &mut DbConnection, within: Within, today: NaiveDate) -> QueryResult<i64> {
    of_time(within, today).count().get_result(db)
}

/// The batches of a time with their medicines, the first to expire first.
pub fn list_of_time(
    db: &mut DbConnection,
    within: Within,
    today: NaiveDate,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<(Batch, Medicine)>> {
    let found: Vec<Batch> = of_time(within, today)
        .order((stock_batches::expires_on, stock_batches::id))
        .offset(offset)
        .limit(limit)
        .select(Batch::as_select())
        .load(db)?;
    let of: Vec<MedicineId> = found.iter().map(|b| b.medicine_id).collect();
    let names: Vec<Medicine> =
        medicines::table.filter(medicines::id.eq_any(of)).select(Medicine::as_select()).load(db)?;
    let names: HashMap<MedicineId, Medicine> = names.into_iter().map(|m| (m.id, m)).collect();
    Ok(found.into_iter().filter_map(|batch| Some((batch.clone(), names.get(&batch.medicine_id)?.clone()))).collect())
}

/// What needs attention today.
pub fn alerts(db: &mut DbConnection, today: NaiveDate) -> QueryResult<Alerts> {
    let of = |show| Filter { words: String::new(), show };
    Ok(Alerts {
        low: count(db, &of(Show::Low), today)?,
        out: count(db, &of(Show::Out), today)?,
        expired: count_of_time(db, Within::Expired, today)?,
        within_7: count_of_time(db, Within::Week, today)?,
        within_30: count_of_time(db, Within::Month, today)?,
        within_90: count_of_time(db, Within::Quarter, today)?,
        recalled: count_of_time(db, Within::Recalled, today)?,
    })
}
