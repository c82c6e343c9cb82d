//! SQL of cashiers' days.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Entry, NewSession, Session, SessionId, SessionRow, Sum};
use crate::access::{Actor, By, Permission};
use crate::accounts::model::UserId;
use crate::billing::payments::model::Payment;
use crate::db::functions::{Total, time_or_else};
use crate::db::schema::{cash_sessions, payments, users};
use crate::db::{DbConnection, MultiBackend};

/// The days that a person may see: those who see the reports everybody's, everybody else their own.
pub fn visible_to(actor: &Actor) -> cash_sessions::BoxedQuery<'static, MultiBackend> {
    let query = cash_sessions::table.into_boxed();
    if actor.may(Permission::SeeFinancialReports) {
        query
    } else {
        query.filter(cash_sessions::user_id.eq(actor.user_id))
    }
}

/// A day that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: SessionId) -> QueryResult<Session> {
    visible_to(actor).filter(cash_sessions::id.eq(id)).select(Session::as_select()).first(db)
}

/// The open day of a person.
pub fn open_of(db: &mut DbConnection, user: UserId) -> QueryResult<Option<Session>> {
    cash_sessions::table
        .filter(cash_sessions::user_id.eq(user))
        .filter(cash_sessions::closed_at.is_null())
        .select(Session::as_select())
        .first(db)
        .optional()
}

/// The first and last name of whose day it is.
pub fn cashier(db: &mut DbConnection, user: UserId) -> QueryResult<String> {
    let (first, last): (String, String) =
        users::table.find(user).select((users::first_name, users::last_name)).first(db)?;
    Ok(format!("{first} {last}").trim().to_owned())
}

/// How many days the person may see.
pub fn count(db: &mut DbConnection, actor: &Actor, only_open: bool) -> QueryResult<i64> {
    let query = visible_to(actor);
    let query = if only_open { query.filter(cash_sessions::closed_at.is_null()) } else { query };
    query.count().get_result(db)
}

/// The days that the person may see, the latest first.
pub fn list(
    db: &mut DbConnection,
    actor: &Actor,
    only_open: bool,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<SessionRow>> {
    let query = visible_to(actor);
    let query = if only_open { query.filter(cash_sessions::closed_at.is_null()) } else { query };
    let found: Vec<Session> =
        query.order(cash_sessions::id.desc()).offset(offset).limit(limit).select(Session::as_select()).load(db)?;
    let whose: Vec<i64> = found.iter().map(|session| session.user_id.into()).collect();
    let names: Vec<(UserId, String, String)> = users::table
        .filter(users::id.eq_any(whose))
        .select((users::id, users::first_name, users::last_name))
        .load(db)?;
    let name = |user: UserId| {
        let own = names.iter().find(|(id, ..)| *id == user);
        own.map(|(_, first, last)| format!("{first} {last}")).unwrap_or_default()
    };
    Ok(found.into_iter().map(|session| SessionRow { cashier: name(session.user_id), session }).collect())
}

/// What a session took and gave back, by method. Everything in it has succeeded.
pub fn sums(db: &mut DbConnection, id: SessionId) -> QueryResult<Vec<Sum>> {
    payments::table
        .filter(payments::session_id.eq(id.0))
        .group_by((payments::method, payments::kind))
        .select((payments::method, payments::kind, count_star(), Total(payments::amount)))
        .load(db)
}

/// How many payments are in a session.
pub fn entries_count(db: &mut DbConnection, id: SessionId) -> QueryResult<i64> {
    payments::table.filter(payments::session_id.eq(id.0)).count().get_result(db)
}

/// The payments of a session, the latest first.
pub fn entries(db: &mut DbConnection, id: SessionId, (offset, limit): (i64, i64)) -> QueryResult<Vec<Entry>> {
    let found: Vec<(Payment, chrono::NaiveDateTime)> = payments::table
        .filter(payments::session_id.eq(id.0))
        .order((time_or_else(payments::decided_at, payments::taken_at).desc(), payments::id.desc()))
        .offset(offset)
        .limit(limit)
        .select((Payment::as_select(), time_or_else(payments::decided_at, payments::taken_at)))
        .load(db)?;
    Ok(found.into_iter().map(|(payment, at)| Entry { payment, at }).collect())
}

/// Opens a day.
///
/// # Errors
/// `ux_cash_sessions_user_id` for a person whose day is open already.
pub fn insert(db: &mut DbConnection, new: &NewSession) -> QueryResult<SessionId> {
    diesel::insert_into(cash_sessions::table).values(new).returning(cash_sessions::id).get_result(db)
}

/// Closes a day; `false` when it is closed already.
///
/// # Errors
/// `ck_cash_sessions_expected` when a payment joined it meanwhile.
pub fn close(
    db: &mut DbConnection,
    by: &By,
    id: SessionId,
    counted: i64,
    expected: i64,
    note: &str,
) -> QueryResult<bool> {
    let open = cash_sessions::table.find(id).filter(cash_sessions::closed_at.is_null());
    let changed = diesel::update(open)
        .set((
            cash_sessions::closed_at.eq(by.now),
            cash_sessions::counted.eq(counted),
            cash_sessions::expected.eq(expected),
            cash_sessions::note.eq(note),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
