//! What people do with their own accounts: accepting a link, registering, profile, password, picture.

use super::sign_in::welcome;
use crate::access::{By, Role};
use crate::accounts::forms::{AcceptInput, ProfileInput, RegisterInput};
use crate::accounts::links::{self, Link, LinkKind};
use crate::accounts::model::{NewUser, User, UserId};
use crate::accounts::throttle;
use crate::accounts::{queries, sessions};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;

/// Who somebody is whose account is made now: names as their record has them.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
}

/// Uses up the invitation of an account that waits, and gives it its password. The person is signed in by the caller.
///
/// # Errors
/// `NotFound` when the link was used, has expired, or its account is disabled; `Constraint` for a name that is taken.
pub fn accept_invitation(
    db: &mut DbConnection,
    by: &By,
    raw: &str,
    input: &AcceptInput,
    password_hash: &str,
) -> Result<UserId, AppError> {
    let (link, user) = links::find_with_user(db, LinkKind::Invitation, raw, by.now)?.ok_or(AppError::NotFound)?;
    use_up(db, &link, by)?;
    if input.username != user.username {
        queries::set_username(db, user.id, &input.username, by.now)?;
    }
    queries::set_password_hash(db, user.id, password_hash, by.now)?;
    sessions::delete_all(db, user.id)?;
    let by = By { actor: queries::actor(db, user.id, by.now)?, ..by.clone() };
    audit::record(db, &by, &Entry::new("accepted_invitation", "user", user.id))?;
    welcome(db, &by, user.id)?;
    Ok(user.id)
}

/// Uses up the invitation of a patient and makes the account; the caller joins the two in the same transaction.
///
/// # Errors
/// `NotFound` when the link was used or has expired; `Constraint` for a name or an address that is taken.
pub fn accept_as_patient(
    db: &mut DbConnection,
    by: &By,
    link: &Link,
    newcomer: &Newcomer,
    input: &AcceptInput,
    password_hash: &str,
) -> Result<UserId, AppError> {
    use_up(db, link, by)?;
    let user = new_patient(newcomer, input.username.clone(), input.email.clone(), password_hash, by);
    let id = queries::insert(db, &user)?;
    let by = By { actor: queries::actor(db, id, by.now)?, ..by.clone() };
    audit::record(db, &by, &Entry::new("accepted_invitation", "user", id))?;
    welcome(db, &by, id)?;
    Ok(id)
}

fn use_up(db: &mut DbConnection, link: &Link, by: &By) -> Result<(), AppError> {
    // Two people with one link: the second finds it used.
    if links::use_up(db, link, by.now)? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Makes the account of a patient who registers online; the caller makes the record in the same transaction.
///
/// # Errors
/// `Constraint` for an e-mail address that has an account.
pub fn register(
    db: &mut DbConnection,
    by: &By,
    input: &RegisterInput,
    password_hash: &str,
) -> Result<UserId, AppError> {
    let person = &input.patient;
    let username = queries::free_username(db, &person.first_name, &person.last_name)?;
    let newcomer = Newcomer {
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        phone: person.contact.phone.clone(),
    };
    let user = new_patient(&newcomer, username, Some(input.email.clone()), password_hash, by);
    let id = queries::insert(db, &user)?;
    audit::record(db, by, &Entry::new("registered", "user", id))?;
    welcome(db, by, id)?;
    Ok(id)
}

fn new_patient(newcomer: &Newcomer, username: String, email: Option<String>, password_hash: &str, by: &By) -> NewUser {
    NewUser {
        username,
        email,
        password_hash: Some(password_hash.to_owned()),
        first_name: newcomer.first_name.clone(),
        last_name: newcomer.last_name.clone(),
        phone: newcomer.phone.clone(),
        role: Role::Patient,
        designation: String::new(),
        license_number: String::new(),
        created_at: by.now,
        updated_at: by.now,
    }
}

/// Counts an online registration from the asking address.
///
/// # Errors
/// `TooMany` when there were too many from it.
pub fn admit_registration(db: &mut DbConnection, by: &By) -> Result<(), AppError> {
    match throttle::admit_registration(db, &by.address, by.now)? {
        Some(seconds) => Err(AppError::TooMany(seconds)),
        None => Ok(()),
    }
}

/// Uses up a reset link: a new password, and every session ends. The person is signed in by the caller.
///
/// # Errors
/// `NotFound` when the link was used, has expired, or its account is disabled.
pub fn reset_password(db: &mut DbConnection, by: &By, raw: &str, password_hash: &str) -> Result<UserId, AppError> {
    let (link, user) = links::find_with_user(db, LinkKind::Reset, raw, by.now)?.ok_or(AppError::NotFound)?;
    use_up(db, &link, by)?;
    set_new_password(db, by, &user, password_hash)?;
    let by = By { actor: queries::actor(db, user.id, by.now)?, ..by.clone() };
    audit::record(db, &by, &Entry::new("reset_password", "user", user.id))?;
    welcome(db, &by, user.id)?;
    Ok(user.id)
}

/// Changes one's own password; every session ends, and the caller begins a new one for this browser.
///
/// # Errors
/// `Conflict` when the password was changed since it was checked.
pub fn change_password(db: &mut DbConnection, by: &By, checked: &User, password_hash: &str) -> Result<(), AppError> {
    let now = queries::find(db, checked.id)?;
    if now.password_hash != checked.password_hash {
        return Err(AppError::Conflict("Your password was changed a moment ago. Sign in with the new one.".to_owned()));
    }
    set_new_password(db, by, checked, password_hash)?;
    audit::record(db, by, &Entry::new("changed_password", "user", checked.id))
}

/// A new password ends every session and every open link, and forgives failures with the old one.
fn set_new_password(db: &mut DbConnection, by: &By, user: &User, password_hash: &str) -> Result<(), AppError> {
    queries::set_password_hash(db, user.id, password_hash, by.now)?;
    sessions::delete_all(db, user.id)?;
    links::end_all(db, user.id, by.now)?;
    let logins: Vec<&str> = std::iter::once(user.username.as_str()).chain(user.email.as_deref()).collect();
    Ok(throttle::forgive(db, &logins)?)
}

/// Saves one's own profile.
///
/// # Errors
/// `Stale` when it was changed meanwhile; `Constraint` for an e-mail address that is taken.
pub fn update_profile(
    db: &mut DbConnection,
    by: &By,
    id: UserId,
    version: i32,
    input: &ProfileInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.version != version || !queries::update_profile(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let fields = [
        ("first_name", before.first_name != input.first_name),
        ("last_name", before.last_name != input.last_name),
        ("email", before.email != input.email),
        ("phone", before.phone != input.phone),
        ("address", before.address != input.address),
    ];
    let changed: Vec<&str> = fields.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
    audit::record(db, by, &Entry::new("updated", "user", id).note("fields", changed))
}

fn stale(theirs: &User, yours: &ProfileInput) -> StaleEdit {
    StaleEdit::new("Your profile", "/account/edit")
        .row("First name", &yours.first_name, &theirs.first_name)
        .row("Last name", &yours.last_name, &theirs.last_name)
        .row("E-mail", yours.email.as_deref().unwrap_or(""), theirs.email.as_deref().unwrap_or(""))
        .row("Phone", &yours.phone, &theirs.phone)
        .row("Address", &yours.address, &theirs.address)
}

/// Stores one's own picture, as `pictures::square` made it.
pub fn set_picture(db: &mut DbConnection, by: &By, id: UserId, jpeg: &[u8]) -> Result<(), AppError> {
    queries::put_picture(db, id, jpeg, by.now)?;
    audit::record(db, by, &Entry::new("set_picture", "user", id))
}

/// Removes one's own picture.
pub fn remove_picture(db: &mut DbConnection, by: &By, id: UserId) -> Result<(), AppError> {
    queries::delete_picture(db, id)?;
    audit::record(db, by, &Entry::new("removed_picture", "user", id))
}

/// Ends one of one's own sessions.
///
/// # Errors
/// `NotFound` when it is nobody's or another person's.
pub fn end_session(db: &mut DbConnection, by: &By, id: UserId, token_hash: &str) -> Result<(), AppError> {
    if !sessions::delete_own(db, id, token_hash)? {
        return Err(AppError::NotFound);
    }
    audit::record(db, by, &Entry::new("ended_session", "user", id))
}

/// Ends all of one's own sessions but the one whose forms carry this token.
pub fn end_other_sessions(db: &mut DbConnection, by: &By, id: UserId, form_token: &str) -> Result<(), AppError> {
    for session in sessions::list(db, id, by.now)? {
        if !session.carries(form_token) {
            sessions::delete(db, &session.token_hash)?;
        }
    }
    audit::record(db, by, &Entry::new("ended_other_sessions", "user", id))
}

/// The record whose invitation this is, when it is a patient's.
pub fn invited_patient(db: &mut DbConnection, raw: &str, by: &By) -> Result<Option<(Link, PatientId)>, AppError> {
    let link = links::find(db, LinkKind::Invitation, raw, by.now)?;
    Ok(link.and_then(|link| link.patient_id.filter(|_| link.user_id.is_none()).map(|id| (link, id))))
}
