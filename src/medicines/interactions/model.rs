//! What an interaction is.

use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::interactions;
use crate::db::text;

/// The id of an interaction.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct InteractionId(pub i64);

impl From<InteractionId> for i64 {
    fn from(id: InteractionId) -> Self {
        id.0
    }
}

/// How bad it may get, the worst first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    Contraindicated,
    Serious,
    Caution,
}

impl Severity {
    /// The severity as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The severity as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contraindicated => "Contraindicated",
            Self::Serious => "Serious",
            Self::Caution => "Caution",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Contraindicated => "alarm",
            Self::Serious => "danger",
            Self::Caution => "warning",
        }
    }

    /// The shape beside the words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Contraindicated => "ban",
            Self::Serious => "alert-triangle",
            Self::Caution => "alert-circle",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for Severity
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Severity
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// An interaction as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = interactions)]
pub struct Interaction {
    pub id: InteractionId,
    pub one: String,
    pub one_key: String,
    pub other: String,
    pub other_key: String,
    pub severity: Severity,
    /// What may happen.
    pub effect: String,
    /// What to do about it.
    pub advice: String,
    /// Who says so.
    pub source: String,
    pub is_active: bool,
    pub version: i32,
}
