//! Single-use links: the first set-up, invitations, password resets. Only the hash of a link's token is stored.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::{User, UserId};
use crate::access::token;
use crate::db::DbConnection;
use crate::db::schema::{access_links, users};
use crate::patients::model::PatientId;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LinkKind {
    /// Setting up the hospital; a new one with each start until it is done.
    Setup,
    /// Choosing a first password.
    Invitation,
    /// Choosing a new password.
    Reset,
}

impl LinkKind {
    /// For how long a link of this kind can be used.
    pub fn lasts(self) -> TimeDelta {
        match self {
            Self::Setup | Self::Reset => TimeDelta::days(1),
            Self::Invitation => TimeDelta::days(7),
        }
    }
}

/// A link that can still be used.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_links)]
pub struct Link {
    pub id: i64,
    pub user_id: Option<UserId>,
    pub patient_id: Option<PatientId>,
}

/// Makes a link and gives its token, which is nowhere else. Earlier links of the same kind for the same person end.
pub fn create(
    db: &mut DbConnection,
    kind: LinkKind,
    user: Option<UserId>,
    patient: Option<PatientId>,
    created_by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<String> {
    let kind_name: &'static str = kind.into();
    let open = || access_links::table.filter(access_links::kind.eq(kind_name)).filter(access_links::used_at.is_null());
    let end = access_links::used_at.eq(now);
    match (user, patient) {
        (Some(user), _) => diesel::update(open().filter(access_links::user_id.eq(user))).set(end).execute(db)?,
        (None, Some(patient)) => {
            diesel::update(open().filter(access_links::patient_id.eq(patient))).set(end).execute(db)?
        }
        (None, None) => diesel::update(open()).set(end).execute(db)?,
    };
    let raw = token::random();
    diesel::insert_into(access_links::table)
        .values((
            access_links::kind.eq(kind_name),
            access_links::token_hash.eq(token::hash(&raw)),
            access_links::user_id.eq(user),
            access_links::patient_id.eq(patient),
            access_links::created_by.eq(created_by),
            access_links::created_at.eq(now),
            access_links::expires_at.eq(now + kind.lasts()),
        ))
        .execute(db)?;
    Ok(raw)
}

/// The link of this token, if it can still be used.
pub fn find(db: &mut DbConnection, kind: LinkKind, raw: &str, now: NaiveDateTime) -> QueryResult<Option<Link>> {
    let kind_name: &'static str = kind.into();
    access_links::table
        .filter(access_links::token_hash.eq(token::hash(raw)))
        .filter(access_links::kind.eq(kind_name))
        .filter(access_links::used_at.is_null())
        .filter(access_links::expires_at.gt(now))
        .select(Link::as_select())
        .first(db)
        .optional()
}

/// The link of this token with its account, if both can still be used.
pub fn find_with_user(
    db: &mut DbConnection,
    kind: LinkKind,
    raw: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<(Link, User)>> {
    let Some(link) = find(db, kind, raw, now)? else { return Ok(None) };
    let Some(id) = link.user_id else { return Ok(None) };
    let user: User = users::table.find(id).select(User::as_select()).first(db)?;
    Ok(user.is_active.then_some((link, user)))
}

/// Ends every open link of an account.
pub fn end_all(db: &mut DbConnection, user: UserId, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(access_links::table.filter(access_links::user_id.eq(user)).filter(access_links::used_at.is_null()))
        .set(access_links::used_at.eq(now))
        .execute(db)
        .map(|_| ())
}

/// Uses a link up. `false` when somebody was faster.
pub fn use_up(db: &mut DbConnection, link: &Link, now: NaiveDateTime) -> QueryResult<bool> {
    let used = diesel::update(access_links::table.find(link.id).filter(access_links::used_at.is_null()))
        .set(access_links::used_at.eq(now))
        .execute(db)?;
    Ok(used == 1)
}
