//! Adding and editing substances.

use super::forms::SubstanceInput;
use super::model::{SubstanceId, SubstanceRow};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds a substance.
///
/// # Errors
/// `Constraint` for a name that is taken.
pub fn create(db: &mut DbConnection, by: &By, input: &SubstanceInput) -> Result<SubstanceId, AppError> {
    let id = queries::insert(db, input, by.now)?;
    audit::record(db, by, &Entry::new("created", "substance", id).note("name", &input.name))?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    id: SubstanceId,
    version: i32,
    input: &SubstanceInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.substance.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "substance", id)
        .change("name", &before.substance.name, &input.name)
        .change("other_names", &before.substance.other_names, &input.other_names.join(", "))
        .change("classes", &before.classes, &input.classes.join(", "))
        .change("cross_reactive", &before.cross_reactive, &input.cross_reactive.join(", "))
        .change("properties", &before.properties, &input.properties.join(", "));
    audit::record(db, by, &entry)
}

fn stale(theirs: &SubstanceRow, yours: &SubstanceInput) -> StaleEdit {
    StaleEdit::new("This substance", &format!("/substances/{}/edit", theirs.substance.id))
        .row("Name", &yours.name, &theirs.substance.name)
        .row("Other names", yours.other_names.join(", "), &theirs.substance.other_names)
        .row("Classes", yours.classes.join(", "), &theirs.classes)
        .row("Cross-reactive groups", yours.cross_reactive.join(", "), &theirs.cross_reactive)
        .row("Properties", yours.properties.join(", "), &theirs.properties)
}
