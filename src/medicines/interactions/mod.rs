//! Interactions: pairs that do not go together, each with what may happen, what to do, and the source that says so.
//!
//! A side is the name of a class, a property or a substance (`substances/`). Invariants: a pair is there once, in
//! whichever order it is typed; none is without a source; none is removed, but switched off.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/interactions", pages::index);
    r.post("/interactions", pages::create);
    r.get("/interactions/new", pages::new);
    r.get("/interactions/{id}/edit", pages::edit);
    r.post("/interactions/{id}/edit", pages::update);
}
