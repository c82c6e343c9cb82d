//! How far a prescription is, and how soon what it asks for is wanted.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use crate::db::text;

/// How far a prescription is. A draft is its doctor's alone.
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
pub enum PrescriptionStatus {
    Draft,
    Submitted,
    PartiallyFulfilled,
    Fulfilled,
    Cancelled,
}

impl PrescriptionStatus {
    /// The status as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "Submitted",
            Self::PartiallyFulfilled => "Partly dispensed",
            Self::Fulfilled => "Dispensed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The shape beside the words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Draft => "pencil",
            Self::Submitted => "send",
            Self::PartiallyFulfilled => "circle-dashed",
            Self::Fulfilled => "circle-check",
            Self::Cancelled => "circle-x",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Draft => "warning",
            Self::Submitted => "info",
            Self::PartiallyFulfilled => "violet",
            Self::Fulfilled => "success",
            Self::Cancelled => "danger",
        }
    }

    /// Whether its doctor may still take it back: nothing has been handed out.
    pub fn may_be_cancelled(self) -> bool {
        self == Self::Submitted
    }
}

impl<DB: Backend> ToSql<Text, DB> for PrescriptionStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PrescriptionStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How soon a test is wanted.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Priority {
    #[default]
    Routine,
    Urgent,
    Stat,
}

impl Priority {
    /// The priority as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The priority as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Routine => "Routine",
            Self::Urgent => "Urgent",
            Self::Stat => "At once (stat)",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Routine => "neutral",
            Self::Urgent => "warning",
            Self::Stat => "danger",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for Priority
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Priority
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How something stands, as a badge says it: the words and a shape; the colour only helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub kind: &'static str,
    pub icon: &'static str,
    pub label: &'static str,
}
