//! Signing in and setting the hospital up.

use crate::access::{By, Role};
use crate::accounts::forms::SetUpInput;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::model::{NewUser, User, UserId};
use crate::accounts::throttle::{self, Keys};
use crate::accounts::{devices::Device, queries};
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
    Check(Option<Box<User>>, Keys),
}

/// Begins a sign-in: counts the try, and tells nothing about the account.
pub fn begin_sign_in(db: &mut DbConnection, by: &By, login: &str, device: &Device) -> Result<SignIn, AppError> {
    let user = queries::by_login(db, login)?;
    let keys = Keys::new(login, user.as_ref().and_then(|u| device.known_to(u.id)), &by.address);
    if let Some(seconds) = throttle::admit(db, &keys, by.now)? {
        return Ok(SignIn::Wait(seconds));
    }
    Ok(SignIn::Check(user.map(Box::new), keys))
}

/// Records a sign-in that failed; it was counted when it began.
pub fn sign_in_failed(db: &mut DbConnection, by: &By, user: Option<UserId>) -> Result<(), AppError> {
    // An unknown name may be a password typed into the wrong field: it is recorded nowhere.
    audit::record(db, by, &Entry::new("sign_in_failed", "user", user.map_or(0, |id| id.0)))
}

/// Records a sign-in, with a stronger hash if today's parameters ask for one. `false`, and nothing, when the account
/// was disabled or its password changed since it was checked.
pub fn signed_in(
    db: &mut DbConnection,
    by: &By,
    keys: &Keys,
    checked: &User,
    stronger_hash: Option<&str>,
) -> Result<bool, AppError> {
    let now = queries::find(db, checked.id)?;
    if !now.is_active || now.password_hash != checked.password_hash {
        return Ok(false);
    }
    throttle::succeed(db, keys)?;
    if let Some(hash) = stronger_hash {
        queries::rehash(db, checked.id, hash)?;
    }
    welcome(db, by, checked.id)?;
    Ok(true)
}

/// Takes back the counted try of a person who, being signed in, has shown that they know their password.
pub fn knows_password(db: &mut DbConnection, keys: &Keys) -> Result<(), AppError> {
    Ok(throttle::succeed(db, keys)?)
}

/// Notes that a person has signed in, by a password or by a link.
pub(super) fn welcome(db: &mut DbConnection, by: &By, id: UserId) -> Result<(), AppError> {
    queries::set_last_login(db, id, by.now)?;
    let by = By { actor: queries::actor(db, id, by.now)?, ..by.clone() };
    audit::record(db, &by, &Entry::new("signed_in", "user", id))
}
