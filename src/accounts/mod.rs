//! Accounts: signing in and out, sessions, passwords, single-use links, and the people who have them.
//!
//! Invariants: user names and e-mail addresses are unique without regard to case; nobody ever sees a password; an
//! account is disabled, never deleted, because the audit log and every record name it; disabling it, changing its role
//! or its password ends its sessions.

pub mod actions;
mod browsers;
pub mod devices;
pub mod forms;
pub mod keys;
pub mod links;
pub mod model;
mod pages;
pub mod passwords;
pub mod pictures;
pub mod queries;
pub mod sessions;
mod throttle;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/setup", pages::setup::explain);
    r.get("/setup/{token}", pages::setup::show);
    r.post("/setup/{token}", pages::setup::create);
    r.get("/login", pages::login::show);
    r.post("/login", pages::login::sign_in);
    r.post("/logout", pages::login::sign_out);
    r.post("/theme", pages::login::set_theme);
}
