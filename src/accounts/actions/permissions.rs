//! Grants and denials over what a person's role may.

use crate::access::exceptions::{Exception, Exceptions};
use crate::access::{By, Permission, Role};
use crate::accounts::forms::ExceptionInput;
use crate::accounts::model::{User, UserId};
use crate::accounts::queries;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Why somebody's permissions stay what their role gives, if they do.
pub fn fixed_permissions(by: &By, user: &User) -> Option<&'static str> {
    if by.user_id() == Some(user.id) {
        return Some("Nobody changes their own permissions. Ask another administrator.");
    }
    (user.role == Role::Patient).then_some(
        "This account opens a patient's own record and nothing else. Somebody who also works here gets a second account.",
    )
}

/// Grants or denies a permission, in place of whatever there was about it before.
///
/// # Errors
/// `Forbidden` for anybody but an administrator, who would otherwise grant themself everything in two steps; `Conflict`
/// when the permissions must stay ([`fixed_permissions`]); `Stale` when somebody else saved first.
pub fn make_exception(
    db: &mut DbConnection,
    by: &By,
    id: UserId,
    version: i32,
    input: &ExceptionInput,
) -> Result<(), AppError> {
    let user = changeable(db, by, id)?;
    let mut own = Exceptions::read(&user.permissions);
    own.remove(input.permission);
    let name: &'static str = input.permission.into();
    let exception = Exception { permission: name.to_owned(), reason: input.reason.clone(), until: input.until };
    if input.is_grant {
        own.grant.push(exception);
    } else {
        own.deny.push(exception);
    }
    save(db, by, &user, version, &own, &input.reason)
}

/// Takes an exception back: what the role says holds again.
///
/// # Errors
/// As [`make_exception`]; `Conflict` where there is none.
pub fn end_exception(
    db: &mut DbConnection,
    by: &By,
    id: UserId,
    version: i32,
    permission: Permission,
) -> Result<(), AppError> {
    let user = changeable(db, by, id)?;
    let mut own = Exceptions::read(&user.permissions);
    if !own.remove(permission) {
        return Err(no_exception());
    }
    save(db, by, &user, version, &own, "")
}

/// What is answered where there is nothing to take back.
pub fn no_exception() -> AppError {
    AppError::Conflict("There is no such exception any more.".to_owned())
}

fn changeable(db: &mut DbConnection, by: &By, id: UserId) -> Result<User, AppError> {
    // As it is now, not as it was when the request came: two administrators may be at each other's.
    let asker = match by.user_id() {
        Some(asker) => queries::actor(db, asker, by.now)?,
        None => None,
    };
    if !asker.is_some_and(|asker| asker.role == Role::Admin && asker.may(Permission::ManageUsers)) {
        return Err(AppError::Forbidden);
    }
    let user = queries::find(db, id)?;
    match fixed_permissions(by, &user) {
        Some(reason) => Err(AppError::Conflict(reason.to_owned())),
        None => Ok(user),
    }
}

fn save(
    db: &mut DbConnection,
    by: &By,
    user: &User,
    version: i32,
    own: &Exceptions,
    reason: &str,
) -> Result<(), AppError> {
    if user.version != version || !queries::set_permissions(db, user.id, version, own, by.now)? {
        let edit = StaleEdit::new("This account", &format!("/users/{}/permissions", user.id));
        return Err(edit.row("Exceptions", "as you saw them", "changed meanwhile").into());
    }
    let entry = Entry::new("changed_permissions", "user", user.id)
        .admin(AdminAction::ChangePermissions)
        .change("permissions", &user.permissions.as_str(), &own.to_json().as_str())
        .reason(reason);
    audit::record(db, by, &entry)
}
