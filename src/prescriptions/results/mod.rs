//! The results of ordered tests: entered by doctors, or brought by the desk as the laboratory's report.
//!
//! Invariants: a test has one result that counts; amending it adds a row that replaces it, and nothing that somebody read
//! changes afterwards; a result stands among its doctor's unread ones until a doctor has said that it was seen, an amended
//! one again; the patient sees a result, and the report that came with it, from then on and not before.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/results", pages::list::index);
    r.get("/patients/{id}/tests", pages::list::of_patient);
    r.get("/test-orders/{id}", pages::read::show);
    r.post("/test-orders/{id}/seen", pages::read::seen);
    r.get("/test-orders/{id}/result", pages::enter::new);
    r.post("/test-orders/{id}/result", pages::enter::create);
    r.get("/test-orders/{id}/amend", pages::enter::edit);
    r.post("/test-orders/{id}/amend", pages::enter::update);
    r.post("/test-orders/{id}/report", pages::enter::attach);
    r.get("/test-orders/{id}/in-error", pages::read::ask_error);
    r.post("/test-orders/{id}/in-error", pages::read::mark_error);
}
