//! Adding, editing and removing specializations.

use super::forms::SpecializationInput;
use super::model::{Specialization, SpecializationId};
use super::queries;
use crate::access::By;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds a specialization.
///
/// # Errors
/// `Constraint` for a name that is taken.
pub fn create(db: &mut DbConnection, by: &By, input: &SpecializationInput) -> Result<SpecializationId, AppError> {
    let id = queries::insert(db, input, by.now)?;
    let entry =
        Entry::new("created", "specialization", id).admin(AdminAction::AddSpecialization).note("name", &input.name);
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
    id: SpecializationId,
    version: i32,
    input: &SpecializationInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "specialization", id)
        .admin(AdminAction::EditSpecialization)
        .change("name", &before.name, &input.name)
        .change("description", &before.description, &input.description)
        .change("requirements", &before.requirements, &input.requirements);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Specialization, yours: &SpecializationInput) -> StaleEdit {
    StaleEdit::new("This specialization", &format!("/specializations/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Description", &yours.description, &theirs.description)
        .row("Requirements", &yours.requirements, &theirs.requirements)
}

/// Removes a specialization that no doctor has.
///
/// # Errors
/// `Conflict` with the names of the doctors who have it.
pub fn remove(db: &mut DbConnection, by: &By, id: SpecializationId) -> Result<(), AppError> {
    let specialization = queries::find(db, id)?;
    let doctors = queries::doctors_with(db, id)?;
    if !doctors.is_empty() {
        let names: Vec<&str> = doctors.iter().map(|(_, name)| name.as_str()).collect();
        let message = format!(
            "{} cannot be removed while doctors have it: {}. Take it off their profiles first.",
            specialization.name,
            names.join(", ")
        );
        return Err(AppError::Conflict(message));
    }
    queries::delete(db, id)?;
    let entry = Entry::new("removed", "specialization", id)
        .admin(AdminAction::RemoveSpecialization)
        .note("name", &specialization.name);
    audit::record(db, by, &entry)
}
