//! Adding and editing medicines of the catalogue.

use super::forms::MedicineInput;
use super::model::{Medicine, MedicineId};
use super::substances::model::SubstanceId;
use super::{queries, starter, substances};
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// The substances of these names.
///
/// # Errors
/// `Conflict` with the names that no substance has.
fn contents(db: &mut DbConnection, names: &[String]) -> Result<Vec<SubstanceId>, AppError> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        match substances::queries::by_name(db, name)? {
            Some(id) if found.contains(&id) => {}
            Some(id) => found.push(id),
            None => unknown.push(name.as_str()),
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    let message =
        format!("Not among the substances yet: {}. Add it there first, so that it is warned of.", unknown.join(", "));
    Err(AppError::Conflict(message))
}

/// Adds a medicine.
///
/// # Errors
/// `Constraint` for a name that is taken; `Conflict` for a substance that nobody knows.
pub fn create(db: &mut DbConnection, by: &By, input: &MedicineInput) -> Result<MedicineId, AppError> {
    let contents = contents(db, &input.contents)?;
    let id = queries::insert(db, input, &contents, by.now)?;
    audit::record(db, by, &Entry::new("created", "medicine", id).note("name", &input.name))?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken; `Conflict` for a substance that
/// nobody knows.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    id: MedicineId,
    version: i32,
    input: &MedicineInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    let contents_before = queries::contents(db, id)?.join(", ");
    let contents = contents(db, &input.contents)?;
    if before.version != version || !queries::update(db, id, version, input, &contents, by.now)? {
        return Err(stale(&before, &contents_before, input).into());
    }
    let entry = Entry::new("updated", "medicine", id)
        .change("name", &before.name, &input.name)
        .change("generic_name", &before.generic_name, &input.generic_name)
        .change("contents", &contents_before, &queries::contents(db, id)?.join(", "))
        .change("form", &before.form, &input.form)
        .change("strength", &before.strength, &input.strength)
        .change("unit", &before.unit, &input.unit)
        .change("route", &before.route, &input.route)
        .change("pack_size", &before.pack_size, &input.pack_size)
        .change("price", &before.price, &input.price)
        .change("minimum_stock", &before.minimum_stock, &input.minimum_stock)
        .change("strength_ng", &before.strength_ng, &input.strength_ng)
        .change("least_dose_ng", &before.least_dose_ng, &input.least_dose_ng)
        .change("most_dose_ng", &before.most_dose_ng, &input.most_dose_ng)
        .change("most_daily_ng", &before.most_daily_ng, &input.most_daily_ng)
        .change("is_active", &before.is_active, &input.is_active)
        .change("barcode", &before.barcode, &input.barcode);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Medicine, contents: &str, yours: &MedicineInput) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This medicine", &format!("/medicines/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Generic name", &yours.generic_name, &theirs.generic_name)
        .row("Substances", yours.contents.join(", "), contents)
        .row("Form", &yours.form, &theirs.form)
        .row("Strength", &yours.strength, &theirs.strength)
        .row("Unit", &yours.unit, &theirs.unit)
        .row("Pack", yours.pack_size.to_string(), theirs.pack_size.to_string())
        .row("Barcode", &yours.barcode, &theirs.barcode)
        .row("On the list", yes_no(yours.is_active), yes_no(theirs.is_active))
}

/// Begins an empty catalogue with common generic medicines, and says how many.
///
/// # Errors
/// `Conflict` when there are medicines already.
pub fn start(db: &mut DbConnection, by: &By) -> Result<usize, AppError> {
    if !queries::is_empty(db)? {
        return Err(AppError::Conflict("The catalogue has medicines already.".to_owned()));
    }
    let count = starter::add_medicines(db, by.now)?;
    audit::record(db, by, &Entry::new("started", "catalogue", 0_i64).note("medicines", count))?;
    Ok(count)
}
