//! Slowing down guessing: step by step per account, by rate per address, in the database so that it survives a
//! restart and counts for every process (`security.md` 7).
//!
//! A try is counted by the same write that lets it pass, before its password is looked at: however many guesses arrive
//! at once, no more pass than one after the other would. A right password takes its count back.
//!
//! Nobody is locked out for good: the longest wait is a quarter of an hour, and a browser in which the account has been
//! signed in before (`devices`) is counted by itself, so strangers who guess do not slow down the account's own person.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::access::token;
use crate::db::DbConnection;
use crate::db::schema::login_throttles;

/// Failures that cost nothing: people mistype.
const FREE: i32 = 4;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;
/// After this long without a failure all is forgotten.
const FORGET_AFTER_HOURS: i64 = 12;

/// How often something may happen: so many times at once, then once per interval.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    burst: i32,
    seconds: i64,
}

/// Failed sign-ins from one address. A whole hospital may share one.
const SIGN_INS: Rate = Rate { burst: 100, seconds: 6 };
/// Registrations from one address: a waiting room with its own network is generous, a script is not.
const REGISTRATIONS: Rate = Rate { burst: 100, seconds: 30 };

/// What a try is counted under, as stored: hashes, so that the table names nobody.
#[derive(Clone, Debug)]
pub struct Keys {
    account: String,
    address: String,
}

impl Keys {
    /// `device` is the browser's own name when this account has been signed in there before.
    pub fn new(login: &str, device: Option<&str>, address: &str) -> Self {
        let login = login.trim().to_lowercase();
        let account = match device {
            Some(device) => format!("account {login} on {device}"),
            None => format!("account {login}"),
        };
        Self { account: token::hash(&account), address: token::hash(&format!("address {address}")) }
    }
}

/// Counts a try of a password and lets it pass (`None`), or says how many seconds to wait.
pub fn admit(db: &mut DbConnection, keys: &Keys, now: NaiveDateTime) -> QueryResult<Option<u64>> {
    if let Some(seconds) = admit_to_account(db, &keys.account, now)? {
        return Ok(Some(seconds));
    }
    take(db, &keys.address, SIGN_INS, now)
}

/// The password was right: the account's failures are forgotten, and the address has its try back.
pub fn succeed(db: &mut DbConnection, keys: &Keys) -> QueryResult<()> {
    diesel::delete(login_throttles::table.find(&keys.account)).execute(db)?;
    let until: Option<NaiveDateTime> =
        login_throttles::table.find(&keys.address).select(login_throttles::blocked_until).first(db).optional()?;
    if let Some(until) = until {
        diesel::update(login_throttles::table.find(&keys.address))
            .set(login_throttles::blocked_until.eq(until - TimeDelta::seconds(SIGN_INS.seconds)))
            .execute(db)?;
    }
    Ok(())
}

/// Forgets an account's failures under its names, as when a reset gave it a new password.
pub fn forgive(db: &mut DbConnection, logins: &[&str]) -> QueryResult<()> {
    for login in logins {
        diesel::delete(login_throttles::table.find(Keys::new(login, None, "").account)).execute(db)?;
    }
    Ok(())
}

/// Counts an online registration from an address and lets it pass (`None`), or says how many seconds to wait.
pub fn admit_registration(db: &mut DbConnection, address: &str, now: NaiveDateTime) -> QueryResult<Option<u64>> {
    take(db, &token::hash(&format!("registration {address}")), REGISTRATIONS, now)
}

/// From the free ones on, each failure doubles the wait.
fn admit_to_account(db: &mut DbConnection, key: &str, now: NaiveDateTime) -> QueryResult<Option<u64>> {
    let earlier: Option<(i32, NaiveDateTime, NaiveDateTime)> = login_throttles::table
        .find(key)
        .select((login_throttles::failures, login_throttles::last_failure_at, login_throttles::blocked_until))
        .first(db)
        .optional()?;
    if let Some((_, _, until)) = earlier.filter(|(_, _, until)| *until > now) {
        return Ok(Some(seconds_until(until, now)));
    }
    let kept = earlier.filter(|(_, last, _)| now - *last < TimeDelta::hours(FORGET_AFTER_HOURS)).map_or(0, |e| e.0);
    let failures = kept.saturating_add(1);
    put(db, key, failures, now + TimeDelta::seconds(wait_after(failures)), now)?;
    Ok(None)
}

/// Seconds to wait after so many failures.
fn wait_after(failures: i32) -> i64 {
    match failures - FREE {
        ..=0 => 0,
        beyond => (1_i64 << beyond.min(12)).min(LONGEST_WAIT_SECONDS),
    }
}

/// Takes one of a rate's turns. `blocked_until` holds when the turns taken so far will have come back; `failures` is
/// of no use here.
fn take(db: &mut DbConnection, key: &str, rate: Rate, now: NaiveDateTime) -> QueryResult<Option<u64>> {
    let stored: Option<NaiveDateTime> =
        login_throttles::table.find(key).select(login_throttles::blocked_until).first(db).optional()?;
    let back_at = stored.map_or(now, |at| at.max(now)) + TimeDelta::seconds(rate.seconds);
    let latest = now + TimeDelta::seconds(rate.seconds * i64::from(rate.burst));
    if back_at > latest {
        return Ok(Some(seconds_until(back_at, latest)));
    }
    put(db, key, 1, back_at, now)?;
    Ok(None)
}

fn put(
    db: &mut DbConnection,
    key: &str,
    failures: i32,
    blocked_until: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let values = (
        login_throttles::failures.eq(failures),
        login_throttles::last_failure_at.eq(now),
        login_throttles::blocked_until.eq(blocked_until),
    );
    if diesel::update(login_throttles::table.find(key)).set(values).execute(db)? == 0 {
        diesel::insert_into(login_throttles::table)
            .values((login_throttles::throttle_key.eq(key), values))
            .execute(db)?;
    }
    Ok(())
}

fn seconds_until(until: NaiveDateTime, now: NaiveDateTime) -> u64 {
    u64::try_from((until - now).num_seconds()).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_the_fifth_failure_on_and_end_at_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (1..=16).map(wait_after).collect();
        assert_eq!(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }
}
