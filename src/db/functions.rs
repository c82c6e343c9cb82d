//! Functions of SQL that both engines have and Diesel does not name for our types.

use diesel::backend::Backend;
use diesel::define_sql_function;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Integer, Nullable, Timestamp};

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

define_sql_function! {
    /// The first of two times that is there.
    #[sql_name = "COALESCE"]
    fn time_or_else(value: Nullable<Timestamp>, other: Timestamp) -> Timestamp;
}

/// The sum of many numbers, 0 of none. Diesel's own gives what each engine makes of it, which is not one type; a sum
/// that no 64 bits hold is an error on both.
#[derive(Clone, Copy, Debug, QueryId)]
pub struct Total<E>(pub E);

impl<E: Expression<SqlType = BigInt>> Expression for Total<E> {
    type SqlType = BigInt;
}

impl<E, G> ValidGrouping<G> for Total<E> {
    type IsAggregate = is_aggregate::Yes;
}

impl<E, Q> AppearsOnTable<Q> for Total<E>
where
    Self: Expression,
    E: AppearsOnTable<Q>,
{
}

impl<E, Q> SelectableExpression<Q> for Total<E>
where
    Self: AppearsOnTable<Q>,
    E: SelectableExpression<Q>,
{
}

impl<E, DB> QueryFragment<DB> for Total<E>
where
    DB: Backend,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("COALESCE(CAST(SUM(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS BIGINT), 0)");
        Ok(())
    }
}
