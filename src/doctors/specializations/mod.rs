//! Specializations: what doctors are trained in. A doctor has any number of them.
//!
//! Invariants: a name is taken once whatever its case; one that doctors have cannot be removed.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/specializations", pages::index);
    r.post("/specializations", pages::create);
    r.get("/specializations/new", pages::new);
    r.get("/specializations/{id}/edit", pages::edit);
    r.post("/specializations/{id}/edit", pages::update);
    r.get("/specializations/{id}/remove", pages::confirm_removal);
    r.post("/specializations/{id}/remove", pages::remove);
}
