//! What a substance is.

use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::substances;
use crate::db::text;

/// The id of a substance.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct SubstanceId(pub i64);

impl From<SubstanceId> for i64 {
    fn from(id: SubstanceId) -> Self {
        id.0
    }
}

/// For what a group of substances counts.
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
pub enum GroupKind {
    /// What it is: for allergies, the same kind of medicine twice, and interactions.
    Class,
    /// Who is allergic to one may be to the others: for allergies only.
    CrossReactive,
    /// What it does besides: for interactions only.
    Property,
}

impl<DB: Backend> ToSql<Text, DB> for GroupKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for GroupKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A substance as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = substances)]
pub struct Substance {
    pub id: SubstanceId,
    pub name: String,
    /// Separated by commas.
    pub other_names: String,
    pub version: i32,
}

/// A substance with its groups, each kind separated by commas.
#[derive(Clone, Debug)]
pub struct SubstanceRow {
    pub substance: Substance,
    pub classes: String,
    pub cross_reactive: String,
    pub properties: String,
}
