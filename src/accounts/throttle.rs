//! Slowing down guessing: step by step per account, by rate per address, in the database so that it survives a
//! restart. Nobody is locked out for good: the longest wait is a quarter of an hour (`security.md` 7).

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::access::token;
use crate::db::DbConnection;
use crate::db::schema::login_throttles;

/// Failures that cost nothing: people mistype.
const FREE_FOR_ACCOUNT: i32 = 4;
/// Many people may share one address.
const FREE_FOR_ADDRESS: i32 = 30;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;
/// After this long without a failure all is forgotten.
const FORGET_AFTER_HOURS: i64 = 12;

/// What is slowed down, as stored: a hash, so that the table names nobody.
fn keys(login: &str, address: &str) -> [(String, i32); 2] {
    [
        (token::hash(&format!("account {}", login.trim().to_lowercase())), FREE_FOR_ACCOUNT),
        (token::hash(&format!("address {address}")), FREE_FOR_ADDRESS),
    ]
}

/// Seconds to wait before the next try, if one has to.
pub fn wait(db: &mut DbConnection, login: &str, address: &str, now: NaiveDateTime) -> QueryResult<Option<u64>> {
    let keys = keys(login, address).map(|(key, _)| key);
    let until: Option<NaiveDateTime> = login_throttles::table
        .filter(login_throttles::throttle_key.eq_any(keys))
        .filter(login_throttles::blocked_until.gt(now))
        .order(login_throttles::blocked_until.desc())
        .select(login_throttles::blocked_until)
        .first(db)
        .optional()?;
    Ok(until.map(|until| u64::try_from((until - now).num_seconds()).unwrap_or(0) + 1))
}

/// Counts a failure; from the free ones on, each doubles the wait.
pub fn fail(db: &mut DbConnection, login: &str, address: &str, now: NaiveDateTime) -> QueryResult<()> {
    for (key, free) in keys(login, address) {
        let earlier: Option<(i32, NaiveDateTime)> = login_throttles::table
            .find(&key)
            .select((login_throttles::failures, login_throttles::last_failure_at))
            .first(db)
            .optional()?;
        let kept = earlier.filter(|(_, last)| now - *last < TimeDelta::hours(FORGET_AFTER_HOURS)).map_or(0, |(n, _)| n);
        let failures = kept.saturating_add(1);
        let seconds = match failures - free {
            ..=0 => 0,
            beyond => (1_i64 << beyond.min(12)).min(LONGEST_WAIT_SECONDS),
        };
        let values = (
            login_throttles::failures.eq(failures),
            login_throttles::last_failure_at.eq(now),
            login_throttles::blocked_until.eq(now + TimeDelta::seconds(seconds)),
        );
        if diesel::update(login_throttles::table.find(&key)).set(values).execute(db)? == 0 {
            diesel::insert_into(login_throttles::table)
                .values((login_throttles::throttle_key.eq(&key), values))
                .execute(db)?;
        }
    }
    Ok(())
}

/// A right password clears the account's failures; the address keeps its own.
pub fn succeed(db: &mut DbConnection, login: &str) -> QueryResult<()> {
    let [(account, _), _] = keys(login, "");
    diesel::delete(login_throttles::table.find(account)).execute(db).map(|_| ())
}
