//! What a receipt is, and how an expiry is read off a pack.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::db::schema::{stock_receipt_lines, stock_receipts};
use crate::medicines::model::MedicineId;
use crate::pharmacy::stock::model::{Batch, BatchId, ReceiptLineId};
use crate::pharmacy::suppliers::model::SupplierId;
use crate::time::parse_date;

/// The id of a receipt.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ReceiptId(pub i64);

impl From<ReceiptId> for i64 {
    fn from(id: ReceiptId) -> Self {
        id.0
    }
}

/// A receipt as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stock_receipts)]
pub struct Receipt {
    pub id: ReceiptId,
    pub supplier_id: SupplierId,
    /// The number of the supplier's delivery note.
    pub reference: String,
    pub received_on: NaiveDate,
    pub note: String,
    pub user_id: Option<UserId>,
    /// In UTC.
    pub created_at: NaiveDateTime,
}

/// A receipt in a list.
#[derive(Clone, Debug)]
pub struct ReceiptRow {
    pub receipt: Receipt,
    pub supplier: String,
    pub lines: usize,
    /// Minor units, of all lines.
    pub total_cost: i64,
}

/// A line as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stock_receipt_lines)]
pub struct ReceiptLine {
    pub id: ReceiptLineId,
    pub batch_id: BatchId,
    pub quantity: i32,
    /// Minor units, of the whole line.
    pub total_cost: i64,
}

/// A line with what it brought.
#[derive(Clone, Debug)]
pub struct LineRow {
    pub line: ReceiptLine,
    pub batch: Batch,
    pub medicine_id: MedicineId,
    pub medicine: String,
    pub unit: String,
}

/// The last day on which a medicine may be given, as packs say it: a whole date, or a month, which means its last day.
/// `2027-03-31`, `2027-03`, `03/2027`, `03.27`. `None` for anything else.
pub fn parse_expiry(typed: &str) -> Option<NaiveDate> {
    let typed = typed.trim();
    if let Some(date) = parse_date(typed) {
        return Some(date);
    }
    let (one, other) = typed.split_once(['-', '/', '.', ' '])?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let (year, month) = match (one.len(), other.len()) {
        (4, 1 | 2) => (number(one)?, number(other)?),
        (1 | 2, 4) => (number(other)?, number(one)?),
        (1 | 2, 2) => (2000 + number(other)?, number(one)?),
        _ => return None,
    };
    let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
    (2000..=2200).contains(&first.year()).then(|| first.checked_add_months(Months::new(1))?.pred_opt()).flatten()
}

/// What one unit cost, rounded half up.
pub fn unit_cost(total_cost: i64, quantity: i32) -> i64 {
    let quantity = i64::from(quantity.max(1));
    total_cost / quantity + i64::from(total_cost % quantity * 2 >= quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_read_as_packs_say_it() {
        let date = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal");
        for typed in ["2028-02-29", "2028-02", "02/2028", "2/2028", "02.28", "02/28", " 2028-2 "] {
            assert_eq!(parse_expiry(typed), Some(date("2028-02-29")), "{typed}");
        }
        for wrong in ["", "2028", "13/2028", "00/28", "2028-02-30", "28-02-28", "soon", "٠٢/٢٨", "2/8", "1/1/28"] {
            assert_eq!(parse_expiry(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_cost_of_one_unit_is_rounded() {
        assert_eq!(unit_cost(100, 3), 33);
        assert_eq!(unit_cost(200, 3), 67);
        assert_eq!(unit_cost(5, 10), 1);
        assert_eq!(unit_cost(4, 10), 0);
        assert_eq!(unit_cost(0, 7), 0);
    }
}
