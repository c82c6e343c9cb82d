//! SQL of the price list.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::PriceInput;
use super::model::{PriceItem, PriceItemId, PriceRow};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{departments, price_items};

/// An entry.
pub fn find(db: &mut DbConnection, id: PriceItemId) -> QueryResult<PriceItem> {
    price_items::table.find(id).select(PriceItem::as_select()).first(db)
}

/// The whole list by name, with the entries that are closed.
pub fn list(db: &mut DbConnection) -> QueryResult<Vec<PriceRow>> {
    let found: Vec<(PriceItem, Option<String>)> = price_items::table
        .left_join(departments::table)
        .order(price_items::name_key)
        .select((PriceItem::as_select(), departments::name.nullable()))
        .load(db)?;
    Ok(found
        .into_iter()
        .map(|(item, department)| PriceRow { item, department: department.unwrap_or_default() })
        .collect())
}

/// What can be charged now, by name.
pub fn offered(db: &mut DbConnection) -> QueryResult<Vec<PriceItem>> {
    price_items::table
        .filter(price_items::is_active.eq(true))
        .order(price_items::name_key)
        .select(PriceItem::as_select())
        .load(db)
}

/// The entry of this name that can be charged now, whatever the case and the accents.
pub fn of_name(db: &mut DbConnection, name: &str) -> QueryResult<Option<PriceItem>> {
    price_items::table
        .filter(price_items::name_key.eq(fold(name)))
        .filter(price_items::is_active.eq(true))
        .select(PriceItem::as_select())
        .first(db)
        .optional()
}

/// Adds an entry.
pub fn insert(db: &mut DbConnection, input: &PriceInput, now: NaiveDateTime) -> QueryResult<PriceItemId> {
    diesel::insert_into(price_items::table)
        .values((
            price_items::name.eq(&input.name),
            price_items::name_key.eq(fold(&input.name)),
            price_items::department_id.eq(input.department_id),
            price_items::price.eq(input.price),
            price_items::is_active.eq(input.is_active),
            price_items::created_at.eq(now),
            price_items::updated_at.eq(now),
        ))
        .returning(price_items::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: PriceItemId,
    version: i32,
    input: &PriceInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(price_items::table.find(id).filter(price_items::version.eq(version)))
        .set((
            price_items::name.eq(&input.name),
            price_items::name_key.eq(fold(&input.name)),
            price_items::department_id.eq(input.department_id),
            price_items::price.eq(input.price),
            price_items::is_active.eq(input.is_active),
            price_items::version.eq(version + 1),
            price_items::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
