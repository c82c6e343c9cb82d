//! Enums stored as text: each names its values with strum (`snake_case`), and reads and writes them with these two.

use std::fmt::Debug;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

/// Reads an enum's stored name. A name that this version does not know is an error, never a default.
pub fn read<T, DB>(raw: DB::RawValue<'_>) -> deserialize::Result<T>
where
    T: FromStr,
    DB: Backend,
    String: FromSql<Text, DB>,
{
    let stored = String::from_sql(raw)?;
    T::from_str(&stored).map_err(|_| format!("{stored:?} is not a value of this column").into())
}

/// Writes an enum's stored name.
pub fn write<'b, T, DB>(value: &T, out: &mut Output<'b, '_, DB>) -> serialize::Result
where
    T: Copy + Debug + Into<&'static str>,
    DB: Backend,
    str: ToSql<Text, DB>,
{
    let name: &'static str = (*value).into();
    name.to_sql(out)
}
