//! What administrators do with other people's accounts.

use crate::access::{By, Role};
use crate::accounts::forms::PersonEdit;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::model::{NewPerson, NewUser, Standing, Ties, User, UserId};
use crate::accounts::{queries, sessions};
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;

/// Makes an account that waits for its person, and gives the token of the invitation: `/invitation/{token}`. It is
/// nowhere else, so it is shown to the administrator once.
///
/// # Errors
/// `Constraint` for a user name or an e-mail address that is taken; `Forbidden` when somebody who is no administrator
/// invites one.
pub fn invite(db: &mut DbConnection, by: &By, person: &NewPerson) -> Result<(UserId, String), AppError> {
    only_administrators_touch(by, person.role)?;
    let username = match person.username.as_str() {
        "" => queries::free_username(db, &person.first_name, &person.last_name)?,
        chosen => chosen.to_owned(),
    };
    let id = queries::insert(
        db,
        &NewUser {
            username,
            email: person.email.clone(),
            password_hash: None,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            phone: person.phone.clone(),
            role: person.role,
            designation: person.designation.clone(),
            license_number: person.license_number.clone(),
            created_at: by.now,
            updated_at: by.now,
        },
    )?;
    let raw = links::create(db, LinkKind::Invitation, Some(id), None, by.user_id(), by.now)?;
    let entry = Entry::new("invited", "user", id).admin(AdminAction::InviteUser).note("role", person.role.as_str());
    audit::record(db, by, &entry)?;
    Ok((id, raw))
}

/// Makes an invitation for a patient who has no account yet, and gives its token: `/invitation/{token}`. Accepting it
/// makes the account and joins the two. Earlier invitations of the patient end.
///
/// # Errors
/// `Conflict` when the patient has an account already.
pub fn invite_patient(db: &mut DbConnection, by: &By, patient: PatientId) -> Result<String, AppError> {
    if queries::account_of_patient(db, patient)?.is_some() {
        return Err(AppError::Conflict("This patient has an account already.".to_owned()));
    }
    let raw = links::create(db, LinkKind::Invitation, None, Some(patient), by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("invited", "patient", patient).patient(patient))?;
    Ok(raw)
}

/// Makes a new link for somebody: an invitation while they have no password, else one to choose a new password. The
/// present password goes on working until the link is used. Earlier links of the kind end.
///
/// # Errors
/// `Conflict` for a disabled account.
pub fn new_link(db: &mut DbConnection, by: &By, id: UserId) -> Result<(LinkKind, String), AppError> {
    let user = queries::find(db, id)?;
    only_administrators_touch(by, user.role)?;
    let (kind, act, verb) = match user.standing() {
        Standing::Disabled => {
            return Err(AppError::Conflict("Enable the account first: nobody can use a link to it now.".to_owned()));
        }
        Standing::Invited => (LinkKind::Invitation, AdminAction::InviteUser, "invited"),
        Standing::Active => (LinkKind::Reset, AdminAction::ResetPassword, "made_reset_link"),
    };
    let raw = links::create(db, kind, Some(id), None, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new(verb, "user", id).admin(act))?;
    Ok((kind, raw))
}

/// Gives a waiting account its password from the command line: nobody needs its invitation any more.
pub fn give_password(db: &mut DbConnection, by: &By, id: UserId, password_hash: &str) -> Result<(), AppError> {
    queries::set_password_hash(db, id, password_hash, by.now)?;
    links::end_all(db, id, by.now)?;
    audit::record(db, by, &Entry::new("set_password", "user", id).admin(AdminAction::ResetPassword))
}

/// Saves an administrator's edit of somebody's account.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a user name or an e-mail address that is taken.
pub fn update(db: &mut DbConnection, by: &By, id: UserId, version: i32, edit: &PersonEdit) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    only_administrators_touch(by, before.role)?;
    if before.version != version || !queries::update_person(db, id, version, edit, by.now)? {
        return Err(stale(&before, edit).into());
    }
    let entry = Entry::new("updated", "user", id)
        .admin(AdminAction::EditUser)
        .change("first_name", &before.first_name, &edit.first_name)
        .change("last_name", &before.last_name, &edit.last_name)
        .change("username", &before.username, &edit.username)
        .change("email", &before.email, &edit.email)
        .change("phone", &before.phone, &edit.phone)
        .change("designation", &before.designation, &edit.designation)
        .change("license_number", &before.license_number, &edit.license_number);
    audit::record(db, by, &entry)
}

fn stale(theirs: &User, yours: &PersonEdit) -> StaleEdit {
    StaleEdit::new("This account", &format!("/users/{}/edit", theirs.id))
        .row("First name", &yours.first_name, &theirs.first_name)
        .row("Last name", &yours.last_name, &theirs.last_name)
        .row("User name", &yours.username, &theirs.username)
        .row("E-mail", yours.email.as_deref().unwrap_or(""), theirs.email.as_deref().unwrap_or(""))
        .row("Phone", &yours.phone, &theirs.phone)
        .row("Designation", &yours.designation, &theirs.designation)
        .row("Licence number", &yours.license_number, &theirs.license_number)
}

/// Why somebody's role stays what it is, if it does.
pub fn fixed_role(by: &By, user: &User, ties: Ties, other_administrators: i64) -> Option<&'static str> {
    if by.user_id() == Some(user.id) {
        return Some("Nobody changes their own role. Ask another administrator.");
    }
    if ties.doctor.is_some() {
        return Some(
            "This account belongs to a doctor, whose hours, appointments and prescriptions hang on it. Make the doctor inactive under Doctors, and invite the person anew for other work.",
        );
    }
    if ties.patient.is_some() || user.role == Role::Patient {
        return Some(
            "This account opens a patient's own record. Somebody who also works here gets a second account, so that work and their own care stay apart.",
        );
    }
    (user.role == Role::Admin && other_administrators == 0)
        .then_some("This is the only administrator who can sign in. Make somebody else an administrator first.")
}

/// Gives somebody another role. Their sessions end, and so do grants and denials made for the old role.
///
/// # Errors
/// `Conflict` when the role must stay ([`fixed_role`]); `Stale` when somebody else saved first.
pub fn change_role(db: &mut DbConnection, by: &By, id: UserId, version: i32, role: Role) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    only_administrators_touch(by, before.role)?;
    only_administrators_touch(by, role)?;
    let (ties, others) = (queries::ties(db, id)?, queries::other_administrators(db, id, by.user_id())?);
    if let Some(reason) = fixed_role(by, &before, ties, others) {
        return Err(AppError::Conflict(reason.to_owned()));
    }
    if before.role == role {
        return Ok(());
    }
    if before.version != version || !queries::set_role(db, id, version, role, by.now)? {
        let edit = StaleEdit::new("This account", &format!("/users/{id}"));
        return Err(edit.row("Role", role.label(), before.role.label()).into());
    }
    sessions::delete_all(db, id)?;
    let entry = Entry::new("changed_role", "user", id)
        .admin(AdminAction::ChangeRole)
        .change("role", &before.role.as_str(), &role.as_str())
        .change("permissions", &before.permissions.as_str(), &"{}");
    audit::record(db, by, &entry)
}

/// Why somebody's account cannot be disabled, if it cannot.
pub fn must_stay(by: &By, user: &User, other_administrators: i64) -> Option<&'static str> {
    if by.user_id() == Some(user.id) {
        return Some("Nobody disables their own account. Ask another administrator.");
    }
    (user.role == Role::Admin && user.standing() == Standing::Active && other_administrators == 0)
        .then_some("This is the only administrator who can sign in. Make somebody else an administrator first.")
}

/// Disables an account: its sessions and its open links end, and nobody can sign in to it. All records stay.
///
/// # Errors
/// `Conflict` when it must stay ([`must_stay`]).
pub fn disable(db: &mut DbConnection, by: &By, id: UserId) -> Result<(), AppError> {
    let user = queries::find(db, id)?;
    only_administrators_touch(by, user.role)?;
    if let Some(reason) = must_stay(by, &user, queries::other_administrators(db, id, by.user_id())?) {
        return Err(AppError::Conflict(reason.to_owned()));
    }
    sessions::delete_all(db, id)?;
    links::end_all(db, id, by.now)?;
    if !user.is_active {
        return Ok(());
    }
    queries::set_active(db, id, false, by.now)?;
    audit::record(db, by, &Entry::new("disabled", "user", id).admin(AdminAction::DisableUser))
}

/// Lets a disabled account's person in again.
pub fn enable(db: &mut DbConnection, by: &By, id: UserId) -> Result<(), AppError> {
    let user = queries::find(db, id)?;
    only_administrators_touch(by, user.role)?;
    if user.is_active {
        return Ok(());
    }
    queries::set_active(db, id, true, by.now)?;
    audit::record(db, by, &Entry::new("enabled", "user", id).admin(AdminAction::EnableUser))
}

/// Whoever was granted the people pages without being an administrator makes and changes no administrators: a grant
/// would otherwise be a way to become one.
fn only_administrators_touch(by: &By, role: Role) -> Result<(), AppError> {
    let is_below = by.actor.as_ref().is_some_and(|a| a.role != Role::Admin);
    if role == Role::Admin && is_below { Err(AppError::Forbidden) } else { Ok(()) }
}
