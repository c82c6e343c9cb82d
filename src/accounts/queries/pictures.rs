//! SQL of profile pictures.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{user_pictures, users};

/// A person's picture, if there is one: its media type and bytes.
pub fn picture(db: &mut DbConnection, id: UserId) -> QueryResult<Option<(String, Vec<u8>)>> {
    user_pictures::table.find(id).select((user_pictures::media_type, user_pictures::content)).first(db).optional()
}

/// Stores a person's picture in the place of an earlier one.
pub fn put_picture(db: &mut DbConnection, id: UserId, jpeg: &[u8], now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(user_pictures::table.find(id)).execute(db)?;
    diesel::insert_into(user_pictures::table)
        .values((
            user_pictures::user_id.eq(id),
            user_pictures::media_type.eq("image/jpeg"),
            user_pictures::content.eq(jpeg),
            user_pictures::updated_at.eq(now),
        ))
        .execute(db)?;
    set_has_picture(db, id, true)
}

/// Removes a person's picture.
pub fn delete_picture(db: &mut DbConnection, id: UserId) -> QueryResult<()> {
    diesel::delete(user_pictures::table.find(id)).execute(db)?;
    set_has_picture(db, id, false)
}

fn set_has_picture(db: &mut DbConnection, id: UserId, has: bool) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::has_picture.eq(has)).execute(db).map(|_| ())
}
