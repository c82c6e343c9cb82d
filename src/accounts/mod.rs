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
pub mod names;
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
    r.get("/register", pages::register::show);
    r.post("/register", pages::register::create);
    r.get("/invitation/{token}", pages::links::invitation);
    r.post("/invitation/{token}", pages::links::accept);
    r.get("/reset/{token}", pages::links::reset);
    r.post("/reset/{token}", pages::links::choose);
    r.get("/account", pages::account::show);
    r.get("/account/edit", pages::account::edit);
    r.post("/account/edit", pages::account::update);
    r.get("/account/password", pages::account::password);
    r.post("/account/password", pages::account::change_password);
    r.get("/account/picture", pages::account::picture);
    r.post("/account/picture", pages::account::set_picture);
    r.post("/account/picture/remove", pages::account::remove_picture);
    r.post("/account/sessions/end", pages::account::end_session);
    r.post("/account/sessions/end-others", pages::account::end_other_sessions);
    r.get("/users", pages::users::index);
    r.post("/users", pages::users::create);
    r.get("/users/new", pages::users::new);
    r.get("/users/{id}", pages::users::show);
    r.get("/users/{id}/edit", pages::users::edit);
    r.post("/users/{id}/edit", pages::users::update);
    r.post("/users/{id}/role", pages::users::change_role);
    r.get("/users/{id}/disable", pages::users::confirm_disabling);
    r.post("/users/{id}/disable", pages::users::disable);
    r.post("/users/{id}/enable", pages::users::enable);
    r.post("/users/{id}/link", pages::users::new_link);
    r.get("/permissions", pages::permissions::grid);
    r.get("/users/{id}/permissions", pages::permissions::show);
    r.post("/users/{id}/permissions", pages::permissions::make_exception);
    r.post("/users/{id}/permissions/end", pages::permissions::end_exception);
    r.get("/users/{id}/picture", pages::account::picture_of);
}
