//! Rows of the ledger as people read them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{BatchId, CountId, DispensingItemId, MovementId, MovementKind, ReceiptLineId};
use crate::accounts::model::UserId;
use crate::db::schema::stock_movements;
use crate::time::Zone;

/// A row as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stock_movements)]
pub struct Movement {
    pub id: MovementId,
    pub batch_id: BatchId,
    pub kind: MovementKind,
    /// Units, above zero for what came and below for what went.
    pub quantity: i32,
    pub reason: String,
    pub user_id: Option<UserId>,
    /// In UTC.
    pub created_at: NaiveDateTime,
    pub receipt_line_id: Option<ReceiptLineId>,
    pub dispensing_item_id: Option<DispensingItemId>,
    pub stocktake_count_id: Option<CountId>,
}

/// A row with what it refers to.
#[derive(Clone, Debug)]
pub struct LedgerRow {
    pub movement: Movement,
    pub lot: String,
    /// The name of who did it; empty for the system.
    pub by: String,
    pub reference: Reference,
}

/// What a row of the ledger came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    #[default]
    None,
    /// A receipt: its id and the delivery note's number.
    Receipt(i64, String),
    /// A dispensing.
    Dispensing(i64),
    /// A stocktake.
    Stocktake(i64),
}

/// How much of a medicine patients were given in each month, by the hospital's clock, the earliest first: what was
/// dispensed without what came back. Every month from `first` to the one of `today` is there.
pub fn by_month(
    moved: &[(NaiveDateTime, i32)],
    zone: Zone,
    first: NaiveDate,
    today: NaiveDate,
) -> Vec<(NaiveDate, i64)> {
    let month_of = |date: NaiveDate| chrono::Datelike::with_day(&date, 1).unwrap_or(date);
    let mut months = Vec::new();
    let mut month = month_of(first);
    while month <= today {
        months.push((month, 0));
        match month.checked_add_months(chrono::Months::new(1)) {
            Some(next) => month = next,
            None => break,
        }
    }
    for (at, quantity) in moved {
        let of = month_of(zone.date(*at));
        if let Ok(at) = months.binary_search_by_key(&of, |(month, _)| *month) {
            months[at].1 -= i64::from(*quantity);
        }
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_counted_in_the_hospitals_months() {
        let paris = Zone::named("Europe/Paris").expect("a real zone");
        let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal");
        let at = |text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a test's own literal");
        // Half past eleven at night in UTC is the next day in Paris.
        let moved = [(at("2026-04-30 23:30"), -10), (at("2026-05-10 08:00"), 4), (at("2026-06-01 08:00"), -3)];
        let months = by_month(&moved, paris, day("2026-04-20"), day("2026-06-15"));
        assert_eq!(months, [(day("2026-04-01"), 0), (day("2026-05-01"), 6), (day("2026-06-01"), 3)]);
    }
}
