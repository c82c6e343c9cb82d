//! Adding, editing and removing suppliers.

use super::forms::SupplierInput;
use super::model::{Supplier, SupplierId};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds a supplier.
pub fn create(db: &mut DbConnection, by: &By, input: &SupplierInput) -> Result<SupplierId, AppError> {
    let id = queries::insert(db, input, by.now)?;
    audit::record(db, by, &Entry::new("created", "supplier", id).note("name", &input.name))?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    id: SupplierId,
    version: i32,
    input: &SupplierInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "supplier", id)
        .change("name", &before.name, &input.name)
        .change("phone", &before.phone, &input.phone)
        .change("email", &before.email, &input.email)
        .change("address", &before.address, &input.address)
        .change("note", &before.note, &input.note)
        .change("is_active", &before.is_active, &input.is_active);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Supplier, yours: &SupplierInput) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This supplier", &format!("/suppliers/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Phone", &yours.phone, &theirs.phone)
        .row("E-mail", &yours.email, &theirs.email)
        .row("Address", &yours.address, &theirs.address)
        .row("Note", &yours.note, &theirs.note)
        .row("Delivers", yes_no(yours.is_active), yes_no(theirs.is_active))
}

/// Removes a supplier that never delivered.
///
/// # Errors
/// `Conflict` for one whose deliveries are in the books.
pub fn remove(db: &mut DbConnection, by: &By, id: SupplierId) -> Result<(), AppError> {
    let supplier = queries::find(db, id)?;
    if queries::receipts(db, id)? > 0 {
        let message = format!(
            "{} has delivered, and its receipts stay in the books. Close it instead: edit it and take the tick away.",
            supplier.name
        );
        return Err(AppError::Conflict(message));
    }
    queries::delete(db, id)?;
    audit::record(db, by, &Entry::new("removed", "supplier", id).note("name", &supplier.name))
}
