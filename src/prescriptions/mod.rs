//! Prescriptions: medications and test orders that a doctor hands out.
//!
//! Invariants: a draft is its doctor's alone and is edited as often as needed; once submitted it is seen by patient,
//! desk and pharmacy and is never edited, only cancelled with a reason; its number is its id, so none is given twice.

pub mod actions;
pub mod directions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/prescriptions", pages::read::index);
    r.post("/prescriptions", pages::write::create);
    r.get("/prescriptions/new", pages::write::new);
    r.get("/prescriptions/preview", pages::write::preview);
    r.get("/prescriptions/{id}", pages::read::show);
    r.get("/prescriptions/{id}/edit", pages::write::edit);
    r.post("/prescriptions/{id}/edit", pages::write::update);
    r.post("/prescriptions/{id}/submit", pages::write::submit);
    r.get("/prescriptions/{id}/cancel", pages::write::confirm_cancel);
    r.post("/prescriptions/{id}/cancel", pages::write::cancel);
    r.post("/prescriptions/{id}/discard", pages::write::discard);
    r.get("/prescriptions/{id}/print", pages::read::print);
    r.get("/patients/{id}/prescriptions", pages::read::of_patient);
}
