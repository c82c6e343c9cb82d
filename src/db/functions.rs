//! Functions of SQL that both engines have and Diesel does not name for our types.

use diesel::define_sql_function;
use diesel::sql_types::{BigInt, Integer, Nullable};

define_sql_function! {
    /// The value, or another where there is none.
    #[sql_name = "COALESCE"]
    fn or_else(value: Nullable<BigInt>, other: BigInt) -> BigInt;
}

define_sql_function! {
    /// A number without its sign, to be compared with a sum. It is for comparing only: PostgreSQL answers with an integer.
    #[sql_name = "ABS"]
    fn amount(value: Integer) -> BigInt;
}
