//! SQL of the administrators' people pages.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::access::Role;
use crate::access::exceptions::Exceptions;
use crate::accounts::forms::{PersonEdit, ProfileInput};
use crate::accounts::model::{OpenLink, PeopleFilter, Standing, Ties, User, UserId};
use crate::db::fold::{contains, fold};
use crate::db::schema::{access_links, doctors, patients, users};
use crate::db::{DbConnection, MultiBackend};
use crate::web::paging::{PAGE_SIZE, Paging};

/// The accounts that match, by name, and where the list stands.
pub fn list(db: &mut DbConnection, filter: &PeopleFilter, page: i64, base: String) -> QueryResult<(Vec<User>, Paging)> {
    if filter.role == Some(Role::Patient) {
        patients_list(db, filter, page, base)
    } else {
        staff(db, filter, page, base)
    }
}

/// Staff, a page at a time. Names that are searched are compared here, whatever their case and accents, on both engines:
/// staff are some thousands at most, and only the words of each are read for it.
fn staff(db: &mut DbConnection, filter: &PeopleFilter, page: i64, base: String) -> QueryResult<(Vec<User>, Paging)> {
    let named = if filter.q.trim().is_empty() { None } else { Some(staff_named(db, filter)?) };
    let matching = || {
        let query = staff_within(filter);
        match &named {
            Some(ids) => query.filter(users::id.eq_any(ids.clone())),
            None => query,
        }
    };
    let paging = Paging::new(page, matching().count().get_result(db)?, base);
    let found = matching()
        .order((users::last_name, users::first_name, users::id))
        .select(User::as_select())
        .limit(PAGE_SIZE)
        .offset(paging.offset())
        .load(db)?;
    Ok((found, paging))
}

/// Staff of the wanted role and standing.
fn staff_within(filter: &PeopleFilter) -> users::BoxedQuery<'static, MultiBackend> {
    let query = users::table.into_boxed::<MultiBackend>().filter(users::role.ne(Role::Patient));
    let query = match filter.role {
        Some(role) => query.filter(users::role.eq(role)),
        None => query,
    };
    match filter.standing {
        Some(Standing::Active) => query.filter(users::is_active.eq(true)).filter(users::password_hash.is_not_null()),
        Some(Standing::Invited) => query.filter(users::is_active.eq(true)).filter(users::password_hash.is_null()),
        Some(Standing::Disabled) => query.filter(users::is_active.eq(false)),
        None => query,
    }
}

/// Those of them whose name, user name, address or designation holds every word that is searched.
fn staff_named(db: &mut DbConnection, filter: &PeopleFilter) -> QueryResult<Vec<UserId>> {
    let people: Vec<(UserId, String, String, String, Option<String>, String)> = staff_within(filter)
        .select((users::id, users::first_name, users::last_name, users::username, users::email, users::designation))
        .load(db)?;
    let wanted = fold(&filter.q);
    let is_found = |text: String| wanted.split(' ').all(|word| text.contains(word));
    let found = people.into_iter().filter(|(_, first, last, username, email, designation)| {
        let email = email.as_deref().unwrap_or_default();
        is_found(fold(&format!("{first} {last} {username} {email} {designation}")))
    });
    Ok(found.map(|(id, ..)| id).collect())
}

/// Patients can be a million; their records have folded names to search by.
fn patients_list(
    db: &mut DbConnection,
    filter: &PeopleFilter,
    page: i64,
    base: String,
) -> QueryResult<(Vec<User>, Paging)> {
    let matching = || {
        let mut query = users::table
            .left_join(patients::table.on(patients::user_id.eq(users::id.nullable())))
            .filter(users::role.eq(Role::Patient))
            .into_boxed::<MultiBackend>();
        for word in fold(&filter.q).split(' ').filter(|w| !w.is_empty()).take(8) {
            let pattern = contains(word);
            query = query.filter(
                patients::name_search
                    .nullable()
                    .like(pattern.clone())
                    .escape('\\')
                    .or(users::username.like(pattern.clone()).escape('\\'))
                    .or(users::email.like(pattern).escape('\\')),
            );
        }
        match filter.standing {
            Some(Standing::Active) => {
                query.filter(users::is_active.eq(true)).filter(users::password_hash.is_not_null())
            }
            Some(Standing::Invited) => query.filter(users::is_active.eq(true)).filter(users::password_hash.is_null()),
            Some(Standing::Disabled) => query.filter(users::is_active.eq(false)),
            None => query,
        }
    };
    let paging = Paging::new(page, matching().count().get_result(db)?, base);
    let found = matching()
        .order((users::last_name, users::first_name, users::id))
        .select(User::as_select())
        .limit(PAGE_SIZE)
        .offset(paging.offset())
        .load(db)?;
    Ok((found, paging))
}

/// What else an account is.
pub fn ties(db: &mut DbConnection, id: UserId) -> QueryResult<Ties> {
    Ok(Ties {
        doctor: doctors::table.filter(doctors::user_id.eq(id)).select(doctors::id).first(db).optional()?,
        patient: patients::table.filter(patients::user_id.eq(id)).select(patients::id).first(db).optional()?,
    })
}

/// The account's invitation or reset link that can still be used.
pub fn open_link(db: &mut DbConnection, id: UserId, now: NaiveDateTime) -> QueryResult<Option<OpenLink>> {
    access_links::table
        .filter(access_links::user_id.eq(id))
        .filter(access_links::used_at.is_null())
        .filter(access_links::expires_at.gt(now))
        .order(access_links::id.desc())
        .select((access_links::kind, access_links::created_at, access_links::expires_at))
        .first(db)
        .optional()
        .map(|found: Option<(String, NaiveDateTime, NaiveDateTime)>| {
            found.map(|(kind, created_at, expires_at)| OpenLink {
                is_invitation: kind == "invitation",
                created_at,
                expires_at,
            })
        })
}

/// How many administrators besides this account can sign in, or have done so as `actor`.
pub fn other_administrators(db: &mut DbConnection, id: UserId, actor: Option<UserId>) -> QueryResult<i64> {
    let can_sign_in = users::password_hash.is_not_null().or(users::id.eq(actor.unwrap_or(UserId(0))));
    users::table
        .filter(users::role.eq(Role::Admin))
        .filter(users::is_active.eq(true))
        .filter(users::id.ne(id))
        .filter(can_sign_in)
        .count()
        .get_result(db)
}

/// Saves an administrator's edit of this version; `false` when somebody else saved first.
pub fn update_person(
    db: &mut DbConnection,
    id: UserId,
    version: i32,
    edit: &PersonEdit,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    diesel::update(users::table.find(id).filter(users::version.eq(version)))
        .set((
            users::first_name.eq(&edit.first_name),
            users::last_name.eq(&edit.last_name),
            users::username.eq(&edit.username),
            users::email.eq(&edit.email),
            users::phone.eq(&edit.phone),
            users::designation.eq(&edit.designation),
            users::license_number.eq(&edit.license_number),
            users::version.eq(version + 1),
            users::updated_at.eq(now),
        ))
        .execute(db)
        .map(|changed| changed == 1)
}

/// Saves a person's own edit of this version; `false` when somebody else saved first.
pub fn update_profile(
    db: &mut DbConnection,
    id: UserId,
    version: i32,
    input: &ProfileInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    diesel::update(users::table.find(id).filter(users::version.eq(version)))
        .set((
            users::first_name.eq(&input.first_name),
            users::last_name.eq(&input.last_name),
            users::email.eq(&input.email),
            users::phone.eq(&input.phone),
            users::address.eq(&input.address),
            users::version.eq(version + 1),
            users::updated_at.eq(now),
        ))
        .execute(db)
        .map(|changed| changed == 1)
}

/// Gives an account another role. Its own grants and denials were made for the old one and end with it.
pub fn set_role(db: &mut DbConnection, id: UserId, version: i32, role: Role, now: NaiveDateTime) -> QueryResult<bool> {
    diesel::update(users::table.find(id).filter(users::version.eq(version)))
        .set((
            users::role.eq(role),
            users::permissions.eq("{}"),
            users::version.eq(version + 1),
            users::updated_at.eq(now),
        ))
        .execute(db)
        .map(|changed| changed == 1)
}

/// Saves a person's own grants and denials; `false` when somebody else saved the account first.
pub fn set_permissions(
    db: &mut DbConnection,
    id: UserId,
    version: i32,
    own: &Exceptions,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    diesel::update(users::table.find(id).filter(users::version.eq(version)))
        .set((users::permissions.eq(own.to_json()), users::version.eq(version + 1), users::updated_at.eq(now)))
        .execute(db)
        .map(|changed| changed == 1)
}

/// Disables or enables an account.
pub fn set_active(db: &mut DbConnection, id: UserId, is_active: bool, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::is_active.eq(is_active), users::version.eq(users::version + 1), users::updated_at.eq(now)))
        .execute(db)
        .map(|_| ())
}
