//! What a doctor is.

use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::db::text;

/// The id of a doctor, who is not the same as the doctor's account.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DoctorId(pub i64);

impl From<DoctorId> for i64 {
    fn from(id: DoctorId) -> Self {
        id.0
    }
}

/// Whether a doctor works here.
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
pub enum DoctorStatus {
    Active,
    Inactive,
}

impl<DB: Backend> ToSql<Text, DB> for DoctorStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for DoctorStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}
