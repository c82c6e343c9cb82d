//! Departments: the parts of the hospital that patients come to. Every doctor belongs to one.
//!
//! Invariants: a name is taken once whatever its case; the head is an active doctor of this very department; a
//! department that doctors belong to cannot be removed.
//!
//! This is the exemplar: the smallest complete domain. The others have the same files with the same parts.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/departments", pages::index);
    r.post("/departments", pages::create);
    r.get("/departments/new", pages::new);
    r.get("/departments/{id}", pages::show);
    r.get("/departments/{id}/edit", pages::edit);
    r.post("/departments/{id}/edit", pages::update);
    r.get("/departments/{id}/remove", pages::confirm_removal);
    r.post("/departments/{id}/remove", pages::remove);
}
