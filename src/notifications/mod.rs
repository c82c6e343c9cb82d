//! Notifications: what a person is told within the product, and whether they have read it.
//!
//! Invariants: an event is told to a person once, however often its action is tried; the message names no clinical
//! detail, since it may be shown where others look on, and the link leads to where the reader's own rights apply.
//! Actions of other domains call [`actions::notify`] in their own transaction, so that nothing is told that did not
//! happen.

pub mod actions;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/notifications", pages::index);
    r.get("/notifications/bell", pages::bell);
    r.post("/notifications/read", pages::read_all);
    r.post("/notifications/{id}/open", pages::open);
}
