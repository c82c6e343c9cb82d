//! SQL of notifications. Every query is of one person's own.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Notice, Notification, NotificationId};
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::notifications;

/// How many a person has not read.
pub fn unread(db: &mut DbConnection, user: UserId) -> QueryResult<i64> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::read_at.is_null())
        .count()
        .get_result(db)
}

/// How many a person has.
pub fn count(db: &mut DbConnection, user: UserId) -> QueryResult<i64> {
    notifications::table.filter(notifications::user_id.eq(user)).count().get_result(db)
}

/// A person's, the latest first.
pub fn list(db: &mut DbConnection, user: UserId, offset: i64, limit: i64) -> QueryResult<Vec<Notification>> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .order(notifications::id.desc())
        .offset(offset)
        .limit(limit)
        .select(Notification::as_select())
        .load(db)
}

/// One of the person's own.
pub fn find(db: &mut DbConnection, user: UserId, id: NotificationId) -> QueryResult<Notification> {
    notifications::table.find(id).filter(notifications::user_id.eq(user)).select(Notification::as_select()).first(db)
}

/// Whether the person was told of this event.
pub(super) fn is_told(db: &mut DbConnection, notice: &Notice) -> QueryResult<bool> {
    let told = notifications::table
        .filter(notifications::user_id.eq(notice.user_id))
        .filter(notifications::event.eq(&notice.event));
    diesel::select(diesel::dsl::exists(told)).get_result(db)
}

/// The events of a kind that a person was told of: those that begin so. The beginning is ours, and has no wildcards.
pub fn told(db: &mut DbConnection, user: UserId, begin: &str) -> QueryResult<Vec<String>> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::event.like(format!("{begin}%")))
        .select(notifications::event)
        .load(db)
}

pub(super) fn insert(db: &mut DbConnection, notice: &Notice, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(notifications::table)
        .values((
            notifications::user_id.eq(notice.user_id),
            notifications::event.eq(&notice.event),
            notifications::message.eq(&notice.message),
            notifications::link.eq(&notice.link),
            notifications::created_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}

/// Marks one as read; nothing happens to one that is.
pub fn mark_read(db: &mut DbConnection, user: UserId, id: NotificationId, now: NaiveDateTime) -> QueryResult<()> {
    let unread =
        notifications::table.find(id).filter(notifications::user_id.eq(user)).filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(db).map(|_| ())
}

/// Marks all of a person's as read, up to the newest that was shown: what came since stays unread.
pub fn mark_all_read(
    db: &mut DbConnection,
    user: UserId,
    newest: NotificationId,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    let unread = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.le(newest))
        .filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(db)
}
