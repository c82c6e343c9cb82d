//! Prescriptions: medications and test orders that a doctor hands out.
//!
//! Invariants: a draft is its doctor's alone and is edited as often as needed; once submitted it is seen by patient,
//! desk and pharmacy and is never edited, only cancelled with a reason; its number is its id, so none is given twice.
//! What speaks against it (`safety`) is shown while it is written; submitting it all the same takes a reason, which
//! stays on it with the warnings.

pub mod actions;
pub mod favourites;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;
pub mod results;
pub mod safety;
pub mod shorthand;
pub mod whiteboard;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/prescriptions", pages::read::index);
    r.post("/prescriptions", pages::write::create);
    r.get("/prescriptions/new", pages::write::new);
    r.get("/prescriptions/preview", pages::check::preview);
    r.post("/prescriptions/check", pages::check::check);
    r.get("/prescriptions/favourites", pages::favourites::index);
    r.post("/prescriptions/favourites/{id}/remove", pages::favourites::remove);
    r.post("/prescriptions/{id}/favourites", pages::favourites::add);
    r.post("/prescriptions/{id}/repeat", pages::finish::repeat);
    r.get("/prescriptions/{id}", pages::read::show);
    r.get("/prescriptions/{id}/edit", pages::write::edit);
    r.post("/prescriptions/{id}/edit", pages::write::update);
    r.post("/prescriptions/{id}/submit", pages::finish::submit);
    r.get("/prescriptions/{id}/cancel", pages::finish::confirm_cancel);
    r.post("/prescriptions/{id}/cancel", pages::finish::cancel);
    r.post("/prescriptions/{id}/discard", pages::finish::discard);
    r.get("/prescriptions/{id}/print", pages::paper::print);
    r.get("/prescriptions/{id}/pdf", pages::paper::pdf);
    r.get("/prescriptions/{id}/tests/print", pages::paper::print_tests);
    r.get("/prescriptions/{id}/tests/pdf", pages::paper::pdf_tests);
    r.get("/patients/{id}/prescriptions", pages::read::of_patient);
    results::routes(r);
}
