//! Keeping the price list. What was charged keeps its price.

use super::forms::PriceInput;
use super::model::{PriceItem, PriceItemId};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::money::Currency;

/// Adds an entry.
pub fn create(db: &mut DbConnection, by: &By, input: &PriceInput) -> Result<PriceItemId, AppError> {
    let id = queries::insert(db, input, by.now)?;
    let entry = Entry::new("created", "price_item", id).note("name", &input.name).note("price", input.price);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    id: PriceItemId,
    version: i32,
    input: &PriceInput,
    currency: Currency,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input, currency).into());
    }
    let entry = Entry::new("updated", "price_item", id)
        .change("name", &before.name, &input.name)
        .change("department_id", &before.department_id.map(i64::from), &input.department_id.map(i64::from))
        .change("price", &before.price, &input.price)
        .change("is_active", &before.is_active, &input.is_active);
    audit::record(db, by, &entry)
}

fn stale(theirs: &PriceItem, yours: &PriceInput, currency: Currency) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This price", &format!("/prices/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Price", currency.text(yours.price), currency.text(theirs.price))
        .row("Charged", yes_no(yours.is_active), yes_no(theirs.is_active))
}
