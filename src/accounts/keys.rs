//! The key that signs cookies: made once, kept in the database, so that every process of the hospital has the same.

use actix_web::cookie::Key;
use diesel::prelude::*;

use crate::access::token;
use crate::db::schema::secrets;
use crate::db::{self, Db};
use crate::error::AppError;

const NAME: &str = "cookie_key";

/// Reads the key, or makes it.
pub fn cookie_key(db: &Db) -> Result<Key, AppError> {
    let now = db::now();
    let stored = db.write_now(move |db| {
        let found: Option<String> = secrets::table.find(NAME).select(secrets::value).first(db).optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
        // Key::from wants 64 bytes; two tokens of 256 bits written in hexadecimal are 128.
        let made = format!("{}{}", token::random(), token::random());
        diesel::insert_into(secrets::table)
            .values((secrets::name.eq(NAME), secrets::value.eq(&made), secrets::created_at.eq(now)))
            .execute(db)?;
        Ok(made)
    })?;
    Ok(Key::from(stored.as_bytes()))
}
