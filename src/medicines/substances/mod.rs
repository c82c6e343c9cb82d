//! Substances: what medicines contain and people are allergic to, with the classes that they belong to.
//!
//! Invariants: a name is taken once whatever its case and accents; a substance is never removed, since medicines,
//! warnings and interactions speak of it.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/substances", pages::index);
    r.post("/substances", pages::create);
    r.get("/substances/new", pages::new);
    r.get("/substances/{id}/edit", pages::edit);
    r.post("/substances/{id}/edit", pages::update);
}
