//! Keeping the tax rates. What is on a bill keeps its rate.

use super::forms::TaxInput;
use super::model::{TaxRate, TaxRateId, percent};
use super::queries;
use crate::access::By;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds a rate.
pub fn create(db: &mut DbConnection, by: &By, input: &TaxInput) -> Result<TaxRateId, AppError> {
    if input.is_default {
        queries::clear_default(db, None)?;
    }
    let id = queries::insert(db, input, by.now)?;
    let entry = Entry::new("created", "tax_rate", id)
        .admin(AdminAction::ChangeSettings)
        .note("name", &input.name)
        .note("basis_points", input.basis_points);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken.
pub fn update(db: &mut DbConnection, by: &By, id: TaxRateId, version: i32, input: &TaxInput) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if input.is_default {
        queries::clear_default(db, Some(id))?;
    }
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "tax_rate", id)
        .admin(AdminAction::ChangeSettings)
        .change("name", &before.name, &input.name)
        .change("basis_points", &before.basis_points, &input.basis_points)
        .change("is_default", &before.is_default, &input.is_default)
        .change("is_active", &before.is_active, &input.is_active);
    audit::record(db, by, &entry)
}

fn stale(theirs: &TaxRate, yours: &TaxInput) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This tax rate", &format!("/tax-rates/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Rate", percent(yours.basis_points), percent(theirs.basis_points))
        .row("On new lines", yes_no(yours.is_default), yes_no(theirs.is_default))
        .row("In use", yes_no(yours.is_active), yes_no(theirs.is_active))
}
