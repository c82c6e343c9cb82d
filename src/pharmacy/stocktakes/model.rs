//! What a stocktake is.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::db::schema::{stocktake_counts, stocktakes};
use crate::db::text;
use crate::pharmacy::stock::model::{Batch, BatchId, CountId};

/// The id of a stocktake.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct StocktakeId(pub i64);

impl From<StocktakeId> for i64 {
    fn from(id: StocktakeId) -> Self {
        id.0
    }
}

/// How far a stocktake is.
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
pub enum StocktakeStatus {
    Open,
    /// Its differences are in the ledger.
    Posted,
    Cancelled,
}

impl StocktakeStatus {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Counting",
            Self::Posted => "Posted",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The sign that stands for it.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Open => "clipboard-list",
            Self::Posted => "clipboard-check",
            Self::Cancelled => "circle-x",
        }
    }

    /// The colour of its badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Open => "primary",
            Self::Posted => "success",
            Self::Cancelled => "quiet",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for StocktakeStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for StocktakeStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A stocktake as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stocktakes)]
pub struct Stocktake {
    pub id: StocktakeId,
    pub status: StocktakeStatus,
    /// Words of the medicines that are counted; empty for all.
    pub words: String,
    /// The first letter of the medicines that are counted; empty for all.
    pub letter: String,
    pub note: String,
    pub started_by: Option<UserId>,
    /// In UTC.
    pub started_at: NaiveDateTime,
    pub finished_by: Option<UserId>,
    pub finished_at: Option<NaiveDateTime>,
    pub version: i32,
}

impl Stocktake {
    pub fn is_open(&self) -> bool {
        self.status == StocktakeStatus::Open
    }

    /// What is counted, in words.
    pub fn scope_text(&self) -> String {
        match (self.letter.is_empty(), self.words.is_empty()) {
            (true, true) => "All medicines".to_owned(),
            (false, true) => format!("Medicines with {}", self.letter.to_uppercase()),
            (true, false) => format!("Medicines found by “{}”", self.words),
            (false, false) => format!("Medicines with {}, found by “{}”", self.letter.to_uppercase(), self.words),
        }
    }
}

/// A stocktake in a list.
#[derive(Clone, Debug)]
pub struct StocktakeRow {
    pub stocktake: Stocktake,
    pub started_by: String,
    pub finished_by: String,
    pub progress: Progress,
}

/// How far the counting is, in batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub counted: i64,
    /// Of the counted ones, those where the shelf and the system differ.
    pub different: i64,
}

/// A batch's count as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = stocktake_counts)]
pub struct Count {
    pub id: CountId,
    pub batch_id: BatchId,
    /// What the system knew when it was counted.
    pub expected: i32,
    pub counted: i32,
    pub counted_by: Option<UserId>,
    /// In UTC.
    pub counted_at: NaiveDateTime,
}

impl Count {
    /// What the ledger will be changed by.
    pub fn difference(&self) -> i32 {
        self.counted - self.expected
    }
}

/// A batch on the sheet.
#[derive(Clone, Debug)]
pub struct SheetRow {
    pub batch: Batch,
    pub medicine: String,
    pub unit: String,
    pub count: Option<Count>,
    /// Who counted it; empty before.
    pub counted_by: String,
}
