//! SQL of accounts.

mod people;
mod pictures;

pub use people::{
    list, open_link, other_administrators, set_active, set_permissions, set_role, ties, update_person, update_profile,
};
pub use pictures::{delete_picture, picture, put_picture};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{NewUser, User, UserId};
use crate::access::exceptions::Exceptions;
use crate::access::{Actor, PermissionSet, Role, token};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{doctors, patients, users};
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::patients::model::PatientId;

/// The acting person behind a session, or `None` when the account is gone or disabled. A doctor who no longer works
/// here is nobody's doctor any more. Grants and denials are those that hold at `now`, in UTC.
pub fn actor(db: &mut DbConnection, id: UserId, now: NaiveDateTime) -> QueryResult<Option<Actor>> {
    let found: Option<(User, Option<DoctorId>, Option<PatientId>)> = users::table
        .left_join(doctors::table.on(doctors::user_id.eq(users::id).and(doctors::status.eq(DoctorStatus::Active))))
        .left_join(patients::table.on(patients::user_id.eq(users::id.nullable())))
        .filter(users::id.eq(id))
        .filter(users::is_active.eq(true))
        .select((User::as_select(), doctors::id.nullable(), patients::id.nullable()))
        .first(db)
        .optional()?;
    Ok(found.map(|(user, doctor_id, patient_id)| Actor {
        user_id: user.id,
        permissions: PermissionSet::of(user.role, &Exceptions::read(&user.permissions), now),
        first_name: user.first_name,
        last_name: user.last_name,
        role: user.role,
        doctor_id,
        patient_id,
        has_picture: user.has_picture,
    }))
}

/// The account that a person means by an e-mail address or a user name.
pub fn by_login(db: &mut DbConnection, login: &str) -> QueryResult<Option<User>> {
    let login = login.trim().to_lowercase();
    users::table
        .filter(users::email.eq(&login).or(users::username.eq(&login)))
        .order(users::id)
        .select(User::as_select())
        .first(db)
        .optional()
}

/// An account by its id.
pub fn find(db: &mut DbConnection, id: UserId) -> QueryResult<User> {
    users::table.find(id).select(User::as_select()).first(db)
}

/// Whether anybody can administer the hospital.
pub fn administrator_exists(db: &mut DbConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        users::table.filter(users::role.eq(Role::Admin)).filter(users::is_active.eq(true)),
    ))
    .get_result(db)
}

/// The accounts of a role whose people may sign in.
pub fn active_of_role(db: &mut DbConnection, role: Role) -> QueryResult<Vec<UserId>> {
    users::table
        .filter(users::role.eq(role))
        .filter(users::is_active.eq(true))
        .order(users::id)
        .select(users::id)
        .load(db)
}

/// Adds an account.
pub fn insert(db: &mut DbConnection, new: &NewUser) -> QueryResult<UserId> {
    diesel::insert_into(users::table).values(new).returning(users::id).get_result(db)
}

/// Notes a successful sign-in.
pub fn set_last_login(db: &mut DbConnection, id: UserId, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::last_login_at.eq(now)).execute(db).map(|_| ())
}

/// Stores a stronger hash of the same password.
pub fn rehash(db: &mut DbConnection, id: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(db).map(|_| ())
}

/// Sets the name that somebody chose to sign in with.
pub fn set_username(db: &mut DbConnection, id: UserId, username: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::username.eq(username), users::version.eq(users::version + 1), users::updated_at.eq(now)))
        .execute(db)
        .map(|_| ())
}

/// Sets the stored hash of a password.
pub fn set_password_hash(db: &mut DbConnection, id: UserId, hash: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::password_hash.eq(hash), users::password_changed_at.eq(now), users::updated_at.eq(now)))
        .execute(db)
        .map(|_| ())
}

/// The account that a patient signs in with, if there is one. `NotFound` for a patient who does not exist.
pub fn account_of_patient(db: &mut DbConnection, patient: PatientId) -> QueryResult<Option<UserId>> {
    patients::table.find(patient).select(patients::user_id).first(db)
}

/// A user name made of a person's name that nobody has yet: `mary.hopper`, `mary.hopper2`.
pub fn free_username(db: &mut DbConnection, first_name: &str, last_name: &str) -> QueryResult<String> {
    let base = username_of(first_name, last_name);
    for number in 1..100 {
        let candidate = if number == 1 { base.clone() } else { format!("{base}{number}") };
        let is_taken: bool =
            diesel::select(diesel::dsl::exists(users::table.filter(users::username.eq(&candidate)))).get_result(db)?;
        if !is_taken {
            return Ok(candidate);
        }
    }
    Ok(format!("{base}.{}", token::short()))
}

/// A name in the letters of user names: `Łukasz van der Núñez` becomes `lukasz.van.der.nunez`.
fn username_of(first_name: &str, last_name: &str) -> String {
    let folded = fold(&format!("{first_name} {last_name}"));
    let words: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let name: String = words.join(".").chars().take(40).collect();
    let name = name.trim_matches('.');
    if name.len() < 3 { "user".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_made_of_plain_letters() {
        assert_eq!(username_of("Łukasz", "van der Núñez"), "lukasz.van.der.nunez");
        assert_eq!(username_of("Mary-Ann", "O'Neil"), "mary.ann.o.neil");
        assert_eq!(username_of("", "…"), "user");
    }
}
