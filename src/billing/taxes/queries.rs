//! SQL of tax rates.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::TaxInput;
use super::model::{TaxRate, TaxRateId};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::tax_rates;

/// A rate.
pub fn find(db: &mut DbConnection, id: TaxRateId) -> QueryResult<TaxRate> {
    tax_rates::table.find(id).select(TaxRate::as_select()).first(db)
}

/// All rates by name, with those that are closed.
pub fn list(db: &mut DbConnection) -> QueryResult<Vec<TaxRate>> {
    tax_rates::table.order(tax_rates::name_key).select(TaxRate::as_select()).load(db)
}

/// Those that a line can bear now, by name.
pub fn offered(db: &mut DbConnection) -> QueryResult<Vec<TaxRate>> {
    tax_rates::table
        .filter(tax_rates::is_active.eq(true))
        .order(tax_rates::name_key)
        .select(TaxRate::as_select())
        .load(db)
}

/// Takes the mark of new lines from every rate but this one.
pub fn clear_default(db: &mut DbConnection, except: Option<TaxRateId>) -> QueryResult<()> {
    let others = tax_rates::table
        .filter(tax_rates::is_default.eq(true))
        .filter(tax_rates::id.ne(except.unwrap_or(TaxRateId(0))));
    diesel::update(others).set(tax_rates::is_default.eq(false)).execute(db).map(|_| ())
}

/// Adds a rate.
pub fn insert(db: &mut DbConnection, input: &TaxInput, now: NaiveDateTime) -> QueryResult<TaxRateId> {
    diesel::insert_into(tax_rates::table)
        .values((
            tax_rates::name.eq(&input.name),
            tax_rates::name_key.eq(fold(&input.name)),
            tax_rates::basis_points.eq(input.basis_points),
            tax_rates::is_default.eq(input.is_default),
            tax_rates::is_active.eq(input.is_active),
            tax_rates::created_at.eq(now),
            tax_rates::updated_at.eq(now),
        ))
        .returning(tax_rates::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: TaxRateId,
    version: i32,
    input: &TaxInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(tax_rates::table.find(id).filter(tax_rates::version.eq(version)))
        .set((
            tax_rates::name.eq(&input.name),
            tax_rates::name_key.eq(fold(&input.name)),
            tax_rates::basis_points.eq(input.basis_points),
            tax_rates::is_default.eq(input.is_default),
            tax_rates::is_active.eq(input.is_active),
            tax_rates::version.eq(version + 1),
            tax_rates::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
