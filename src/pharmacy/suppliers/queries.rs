//! SQL of suppliers.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::forms::SupplierInput;
use super::model::{Supplier, SupplierId, SupplierRow};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{stock_receipts, suppliers};

/// A supplier.
pub fn find(db: &mut DbConnection, id: SupplierId) -> QueryResult<Supplier> {
    suppliers::table.find(id).select(Supplier::as_select()).first(db)
}

/// All suppliers by name, with how much they delivered.
pub fn list(db: &mut DbConnection) -> QueryResult<Vec<SupplierRow>> {
    let found: Vec<Supplier> = suppliers::table.order(suppliers::name_key).select(Supplier::as_select()).load(db)?;
    let delivered: Vec<(SupplierId, i64, Option<NaiveDate>)> = stock_receipts::table
        .group_by(stock_receipts::supplier_id)
        .select((stock_receipts::supplier_id, count_star(), max(stock_receipts::received_on)))
        .load(db)?;
    let row = |supplier: Supplier| {
        let of_it = delivered.iter().find(|(id, ..)| *id == supplier.id);
        SupplierRow {
            receipts: of_it.map_or(0, |(_, count, _)| *count),
            last_received_on: of_it.and_then(|(_, _, day)| *day),
            supplier,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// Those that deliver now, as id and name for a choice.
pub fn options(db: &mut DbConnection) -> QueryResult<Vec<(String, String)>> {
    let found: Vec<(SupplierId, String)> = suppliers::table
        .filter(suppliers::is_active.eq(true))
        .order(suppliers::name_key)
        .select((suppliers::id, suppliers::name))
        .load(db)?;
    Ok(found.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// How many deliveries came from a supplier.
pub fn receipts(db: &mut DbConnection, id: SupplierId) -> QueryResult<i64> {
    stock_receipts::table.filter(stock_receipts::supplier_id.eq(id)).count().get_result(db)
}

/// Adds a supplier.
pub fn insert(db: &mut DbConnection, input: &SupplierInput, now: NaiveDateTime) -> QueryResult<SupplierId> {
    diesel::insert_into(suppliers::table)
        .values((
            suppliers::name.eq(&input.name),
            suppliers::name_key.eq(fold(&input.name)),
            suppliers::phone.eq(&input.phone),
            suppliers::email.eq(&input.email),
            suppliers::address.eq(&input.address),
            suppliers::note.eq(&input.note),
            suppliers::is_active.eq(input.is_active),
            suppliers::created_at.eq(now),
            suppliers::updated_at.eq(now),
        ))
        .returning(suppliers::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: SupplierId,
    version: i32,
    input: &SupplierInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(suppliers::table.find(id).filter(suppliers::version.eq(version)))
        .set((
            suppliers::name.eq(&input.name),
            suppliers::name_key.eq(fold(&input.name)),
            suppliers::phone.eq(&input.phone),
            suppliers::email.eq(&input.email),
            suppliers::address.eq(&input.address),
            suppliers::note.eq(&input.note),
            suppliers::is_active.eq(input.is_active),
            suppliers::version.eq(version + 1),
            suppliers::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes a supplier. One that delivered is kept by its receipts' foreign key.
pub fn delete(db: &mut DbConnection, id: SupplierId) -> QueryResult<()> {
    diesel::delete(suppliers::table.find(id)).execute(db).map(|_| ())
}
