//! Adding, editing and removing departments.

use super::forms::DepartmentInput;
use super::model::{Department, DepartmentId};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds a department. It has no doctors yet, so it has no head.
pub fn create(db: &mut DbConnection, by: &By, input: &DepartmentInput) -> Result<DepartmentId, AppError> {
    let input = DepartmentInput { head_doctor_id: None, ..input.clone() };
    let id = queries::insert(db, &input, by.now)?;
    let entry = Entry::new("created", "department", id).admin(AdminAction::AddDepartment).note("name", &input.name);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a name that is taken; `Conflict` for a head who is not an
/// active doctor of the department.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: DepartmentId,
    version: i32,
    input: &DepartmentInput,
) -> Result<(), AppError> {
    let before = queries::find(db, actor, id)?;
    if let Some(head) = input.head_doctor_id {
        let may_head = queries::members(db, id)?.iter().any(|m| m.id == head && m.is_active);
        if !may_head && before.head_doctor_id != Some(head) {
            return Err(AppError::Conflict("The head must be an active doctor of this department.".to_owned()));
        }
    }
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "department", id)
        .admin(AdminAction::EditDepartment)
        .change("name", &before.name, &input.name)
        .change("description", &before.description, &input.description)
        .change("head_doctor_id", &before.head_doctor_id.map(i64::from), &input.head_doctor_id.map(i64::from))
        .change("location", &before.location, &input.location)
        .change("phone", &before.phone, &input.phone)
        .change("is_active", &before.is_active, &input.is_active);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Department, yours: &DepartmentInput) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This department", &format!("/departments/{}/edit", theirs.id))
        .row("Name", &yours.name, &theirs.name)
        .row("Description", &yours.description, &theirs.description)
        .row("Location", &yours.location, &theirs.location)
        .row("Phone", &yours.phone, &theirs.phone)
        .row("Open to patients", yes_no(yours.is_active), yes_no(theirs.is_active))
}

/// Removes a department that nothing uses.
///
/// # Errors
/// `Conflict` with the names of the doctors who still belong to it.
pub fn remove(db: &mut DbConnection, by: &By, actor: &Actor, id: DepartmentId) -> Result<(), AppError> {
    let department = queries::find(db, actor, id)?;
    let members = queries::members(db, id)?;
    if !members.is_empty() {
        let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
        let message = format!(
            "{} cannot be removed while doctors belong to it: {}. Move them to another department first.",
            department.name,
            names.join(", ")
        );
        return Err(AppError::Conflict(message));
    }
    queries::delete(db, id)?;
    let entry =
        Entry::new("removed", "department", id).admin(AdminAction::RemoveDepartment).note("name", &department.name);
    audit::record(db, by, &entry)
}
