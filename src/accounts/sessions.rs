//! SQL of sessions. The table holds hashes of tokens only.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::UserId;
use crate::access::Role;
use crate::db::DbConnection;
use crate::db::schema::{sessions, settings, users};

/// How long a patient's session may be idle: they fill long forms on phones.
const PATIENT_IDLE_MINUTES: i32 = 60;

/// A session as made at sign-in.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    pub token_hash: String,
    pub user_id: Option<UserId>,
    pub state: String,
    pub user_agent: String,
    pub address: String,
    pub created_at: NaiveDateTime,
    pub last_seen_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

/// A session that still counts.
#[derive(Clone, Debug)]
pub struct LiveSession {
    pub state: String,
    last_seen_at: NaiveDateTime,
}

impl LiveSession {
    /// Whether its last sign of life is old enough to be worth a write.
    pub fn is_due_for_a_sign_of_life(&self, now: NaiveDateTime) -> bool {
        now - self.last_seen_at >= TimeDelta::seconds(30)
    }
}

/// A person's session as their account page lists it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub token_hash: String,
    state: String,
    pub user_agent: String,
    pub address: String,
    pub created_at: NaiveDateTime,
    pub last_seen_at: NaiveDateTime,
}

impl SessionRow {
    /// Whether the forms of this session carry this token: tells the session that asks from the others.
    pub fn carries(&self, form_token: &str) -> bool {
        !form_token.is_empty() && self.state.contains(form_token)
    }
}

/// State, last sign of life, absolute end, and the role of the account with whether it is active.
type Stored = (String, NaiveDateTime, NaiveDateTime, Option<(Role, bool)>);

/// The session of this token, unless it is idle for too long, at its absolute end, or its account is disabled.
pub fn find_live(db: &mut DbConnection, token_hash: &str, now: NaiveDateTime) -> QueryResult<Option<LiveSession>> {
    let found: Option<Stored> = sessions::table
        .left_join(users::table)
        .filter(sessions::token_hash.eq(token_hash))
        .select((
            sessions::state,
            sessions::last_seen_at,
            sessions::expires_at,
            (users::role, users::is_active).nullable(),
        ))
        .first(db)
        .optional()?;
    let Some((state, last_seen_at, expires_at, user)) = found else { return Ok(None) };
    let role = match user {
        Some((_, false)) => return Ok(None),
        Some((role, true)) => role,
        None => Role::Patient,
    };
    let idle_until = last_seen_at + idle_time(db, role)?;
    Ok((now < expires_at && now < idle_until).then_some(LiveSession { state, last_seen_at }))
}

/// How long a session may go without a request.
fn idle_time(db: &mut DbConnection, role: Role) -> QueryResult<TimeDelta> {
    let minutes = match role {
        Role::Patient => PATIENT_IDLE_MINUTES,
        _ => settings::table.select(settings::idle_minutes).first(db).optional()?.unwrap_or(PATIENT_IDLE_MINUTES),
    };
    Ok(TimeDelta::minutes(i64::from(minutes)))
}

pub fn insert(db: &mut DbConnection, new: &NewSession) -> QueryResult<()> {
    // Whoever signs in sweeps what has expired, so the table stays small without a job of its own.
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(new.created_at))).execute(db)?;
    diesel::insert_into(sessions::table).values(new).execute(db).map(|_| ())
}

/// Notes a sign of life.
pub fn touch(db: &mut DbConnection, token_hash: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::last_seen_at.eq(now)).execute(db).map(|_| ())
}

pub fn set_state(db: &mut DbConnection, token_hash: &str, state: &str) -> QueryResult<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::state.eq(state)).execute(db).map(|_| ())
}

pub fn delete(db: &mut DbConnection, token_hash: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.find(token_hash)).execute(db).map(|_| ())
}

/// A person's sessions that still count, the latest first.
pub fn list(db: &mut DbConnection, user: UserId, now: NaiveDateTime) -> QueryResult<Vec<SessionRow>> {
    let role: Role = users::table.find(user).select(users::role).first(db)?;
    let idle_since = now - idle_time(db, role)?;
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(idle_since))
        .order((sessions::last_seen_at.desc(), sessions::created_at.desc()))
        .select(SessionRow::as_select())
        .load(db)
}

/// Ends one of a person's sessions; `false` when they have no such one.
pub fn delete_own(db: &mut DbConnection, user: UserId, token_hash: &str) -> QueryResult<bool> {
    let own = sessions::table.find(token_hash).filter(sessions::user_id.eq(user));
    diesel::delete(own).execute(db).map(|ended| ended == 1)
}

/// Ends all of a person's sessions.
pub fn delete_all(db: &mut DbConnection, user: UserId) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(db)
}
