//! What a batch is, what may move it, and how much there is of a medicine.

mod ledger;
mod overview;

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::db::schema::{stock_batches, stock_movements};
use crate::db::text;
use crate::medicines::directions::unit_after;
use crate::medicines::model::MedicineId;

pub use ledger::{LedgerRow, Movement, Reference, by_month};
pub use overview::{Alerts, Level, Show, StockRow, Within, alarm, days_left, expiry_mark};

/// The most units that a batch, a line or a count can have.
pub const MOST_UNITS: i32 = 1_000_000_000;

/// The id of a batch.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct BatchId(pub i64);

impl From<BatchId> for i64 {
    fn from(id: BatchId) -> Self {
        id.0
    }
}

/// The id of a movement; later movements have greater ones.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct MovementId(pub i64);

/// The id of a line of a receipt.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ReceiptLineId(pub i64);

/// The id of what was handed over.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DispensingItemId(pub i64);

impl From<DispensingItemId> for i64 {
    fn from(id: DispensingItemId) -> Self {
        id.0
    }
}

/// The id of a batch's count in a stocktake.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct CountId(pub i64);

/// Whether a batch may be given to patients.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum BatchStatus {
    Available,
    /// Called back, by the maker or by ourselves: kept apart until it is released or sent back.
    Recalled,
}

impl<DB: Backend> ToSql<Text, DB> for BatchStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for BatchStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// Why a batch's quantity changed.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum MovementKind {
    /// From a supplier, by a line of a receipt.
    Received,
    /// To a patient.
    Dispensed,
    /// From a patient, of what was dispensed.
    Returned,
    /// To the supplier.
    SentBack,
    /// By hand, with a reason.
    Adjusted,
    /// To what a stocktake found.
    Counted,
    /// Thrown away because its day is past.
    Expired,
}

impl MovementKind {
    /// As it is stored and sent in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "Received",
            Self::Dispensed => "Dispensed",
            Self::Returned => "Returned",
            Self::SentBack => "Sent back",
            Self::Adjusted => "Adjusted",
            Self::Counted => "Counted",
            Self::Expired => "Written off",
        }
    }

    /// The sign that stands for it.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Received => "truck-delivery",
            Self::Dispensed => "pill",
            Self::Returned => "arrow-back-up",
            Self::SentBack => "arrow-forward-up",
            Self::Adjusted => "adjustments",
            Self::Counted => "clipboard-check",
            Self::Expired => "calendar-off",
        }
    }

    /// The colour of its badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Received => "success",
            Self::Dispensed => "primary",
            Self::Returned | Self::SentBack => "info",
            Self::Adjusted | Self::Counted => "warning",
            Self::Expired => "danger",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for MovementKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for MovementKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A lot of a medicine on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = stock_batches)]
pub struct Batch {
    pub id: BatchId,
    pub medicine_id: MedicineId,
    /// The maker's number, as printed on the pack.
    pub lot: String,
    /// The last day on which it may be given.
    pub expires_on: NaiveDate,
    /// Minor units of the hospital's currency for one unit when it was last received, rounded.
    pub unit_cost: i64,
    /// Units on the shelf: the sum of the movements.
    pub quantity: i32,
    pub status: BatchStatus,
    /// Why it is kept apart; empty for what is available.
    pub recall_reason: String,
    pub version: i32,
}

impl Batch {
    /// Whether its day is past.
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires_on < today
    }

    /// Whether it may be given to a patient today.
    pub fn is_offered(&self, today: NaiveDate) -> bool {
        self.status == BatchStatus::Available && !self.has_expired(today) && self.quantity > 0
    }

    pub fn is_recalled(&self) -> bool {
        self.status == BatchStatus::Recalled
    }
}

/// A row of the ledger to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub struct NewMovement {
    pub batch_id: BatchId,
    pub kind: MovementKind,
    /// Units, above zero for what comes and below for what goes.
    pub quantity: i32,
    pub reason: String,
    pub user_id: Option<UserId>,
    pub created_at: NaiveDateTime,
    pub receipt_line_id: Option<ReceiptLineId>,
    pub dispensing_item_id: Option<DispensingItemId>,
    pub stocktake_count_id: Option<CountId>,
}

/// A quantity as people read it: `1 tablet`, `1,200 tablets`, `-3 vials`.
pub fn units_text(quantity: i64, unit: &str) -> String {
    format!("{} {}", grouped(quantity), unit_after(quantity != 1, unit))
}

/// A number with its thousands set apart.
pub fn grouped(number: i64) -> String {
    let mut digits = number.unsigned_abs().to_string();
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    if number < 0 { format!("−{digits}") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_with_their_unit() {
        assert_eq!(units_text(1, "tablet"), "1 tablet");
        assert_eq!(units_text(0, "tablet"), "0 tablets");
        assert_eq!(units_text(1_234_567, "ml"), "1,234,567 ml");
        assert_eq!(units_text(-1200, "tablet"), "−1,200 tablets");
    }
}
