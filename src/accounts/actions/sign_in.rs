//! Signing in and setting the hospital up.

use chrono::NaiveDateTime;

use crate::access::{By, Role};
use crate::accounts::forms::SetUpInput;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::model::{NewUser, User, UserId};
use crate::accounts::{queries, throttle};
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::settings;
use crate::settings::model::NewSettings;

/// Makes the hospital and its first administrator, and uses the set-up link up.
///
/// # Errors
/// `NotFound` when the link was used, has expired, or a hospital is there already.
pub fn set_up(
    db: &mut DbConnection,
    by: &By,
    raw_link: &str,
    input: &SetUpInput,
    password_hash: &str,
) -> Result<UserId, AppError> {
    let link = links::find(db, LinkKind::Setup, raw_link, by.now)?.ok_or(AppError::NotFound)?;
    if !links::use_up(db, &link, by.now)? || settings::queries::find(db)?.is_some() {
        return Err(AppError::NotFound);
    }
    settings::queries::insert(
        db,
        &NewSettings {
            id: 1,
            hospital_name: input.hospital_name.clone(),
            address: input.address.clone(),
            phone: input.phone.clone(),
            time_zone: input.time_zone.clone(),
            currency: input.currency.clone(),
            created_at: by.now,
            updated_at: by.now,
        },
    )?;
    let id = queries::insert(
        db,
        &NewUser {
            username: input.username.clone(),
            email: input.email.clone(),
            password_hash: Some(password_hash.to_owned()),
            first_name: input.first_name.clone(),
            last_name: input.last_name.clone(),
            phone: String::new(),
            role: Role::Admin,
            designation: String::new(),
            license_number: String::new(),
            created_at: by.now,
            updated_at: by.now,
        },
    )?;
    queries::set_last_login(db, id, by.now)?;
    audit::record(db, by, &Entry::new("created", "user", id).admin(AdminAction::SetUpHospital))?;
    Ok(id)
}

/// What to do with a person who wants to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// Wait so many seconds first.
    Wait(u64),
    /// Check the password against this account's; `None` for an unknown name, which is checked all the same.
    Check(Option<Box<User>>),
}

/// Begins a sign-in: nothing is told about the account.
pub fn begin_sign_in(
    db: &mut DbConnection,
    login: &str,
    address: &str,
    now: NaiveDateTime,
) -> Result<SignIn, AppError> {
    if let Some(seconds) = throttle::wait(db, login, address, now)? {
        return Ok(SignIn::Wait(seconds));
    }
    Ok(SignIn::Check(queries::by_login(db, login)?.map(Box::new)))
}

/// Records a sign-in that failed.
pub fn sign_in_failed(db: &mut DbConnection, by: &By, login: &str, user: Option<UserId>) -> Result<(), AppError> {
    throttle::fail(db, login, &by.address, by.now)?;
    // An unknown name may be a password typed into the wrong field: it is recorded nowhere.
    audit::record(db, by, &Entry::new("sign_in_failed", "user", user.map_or(0, |id| id.0)))
}

/// Records a sign-in, with a stronger hash if today's parameters ask for one.
pub fn signed_in(
    db: &mut DbConnection,
    by: &By,
    login: &str,
    user: UserId,
    stronger_hash: Option<&str>,
) -> Result<(), AppError> {
    throttle::succeed(db, login)?;
    queries::set_last_login(db, user, by.now)?;
    if let Some(hash) = stronger_hash {
        queries::set_password_hash(db, user, hash, by.now)?;
    }
    audit::record(db, by, &Entry::new("signed_in", "user", user))
}
