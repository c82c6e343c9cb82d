//! Browsers in which an account has been signed in before. Their tries are counted by themselves, so that strangers who
//! guess at an account cannot keep its own person out (`security.md` 7).
//!
//! The browser keeps a sealed cookie with its random name and the accounts that were signed in there; the server keeps
//! nothing. It proves nothing about who sits there: the password is asked for all the same.

use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use serde::{Deserialize, Serialize};

use super::model::UserId;
use crate::access::token;

/// How many accounts a browser remembers: a shared desk has several people.
const MOST_ACCOUNTS: usize = 12;

/// The name of the cookie. `__Host-` ties it to this host wherever it is sent over TLS only.
pub fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-device" } else { "device" }
}

/// A browser as it remembers itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Device {
    id: String,
    users: Vec<i64>,
}

impl Device {
    /// Opens the cookie; a browser that has none, or one that we did not seal, is a new one.
    pub fn open(cookie: Option<Cookie<'static>>, key: &Key, is_secure: bool) -> Self {
        let open = |cookie| {
            let mut jar = CookieJar::new();
            jar.add_original(cookie);
            serde_json::from_str::<Self>(jar.private(key).get(cookie_name(is_secure))?.value()).ok()
        };
        cookie.and_then(open).unwrap_or_else(|| Self { id: token::random(), users: Vec::new() })
    }

    /// The browser's name, when this account has been signed in there before.
    pub fn known_to(&self, user: UserId) -> Option<&str> {
        self.users.contains(&user.0).then_some(self.id.as_str())
    }

    /// The cookie after this account has signed in, for a year.
    pub fn remembering(mut self, user: UserId, key: &Key, is_secure: bool) -> Option<Cookie<'static>> {
        self.users.retain(|known| *known != user.0);
        self.users.insert(0, user.0);
        self.users.truncate(MOST_ACCOUNTS);
        let mut jar = CookieJar::new();
        jar.private_mut(key).add(
            Cookie::build(cookie_name(is_secure), serde_json::to_string(&self).ok()?)
                .path("/")
                .http_only(true)
                .secure(is_secure)
                .same_site(SameSite::Lax)
                .max_age(actix_web::cookie::time::Duration::days(365))
                .finish(),
        );
        jar.get(cookie_name(is_secure)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_knows_the_accounts_signed_in_there_and_nobody_can_make_it_know_others() {
        let key = Key::from(&[7; 64]);
        let fresh = Device::open(None, &key, false);
        assert_eq!(fresh.known_to(UserId(5)), None);
        let cookie = fresh.remembering(UserId(5), &key, false).expect("a cookie");
        let again = Device::open(Some(cookie.clone()), &key, false);
        assert!(again.known_to(UserId(5)).is_some());
        assert_eq!(again.known_to(UserId(6)), None);
        let forged = Device::open(Some(cookie), &Key::from(&[8; 64]), false);
        assert_eq!(forged.known_to(UserId(5)), None);
    }
}
