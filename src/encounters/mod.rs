//! Encounters: the medical record of one visit, written in the consultation.
//!
//! Invariants: an appointment has at most one; only its own doctor writes it; a draft is saved while it is typed and is
//! seen by nobody else; signing makes it final and completes the appointment, in one transaction; others who treat the
//! patient, and the patient, read it once it is signed. An amendment keeps what was signed before as a version. Nothing
//! is ever deleted.

pub mod actions;
pub mod differences;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/my-day", pages::my_day::show);
    r.post("/appointments/{id}/encounter", pages::consultation::open_appointment);
    r.post("/patients/{id}/encounters", pages::consultation::open_walk_in);
    r.get("/patients/{id}/visits", pages::record::visits);
    r.get("/encounters/{id}", pages::record::show);
    r.post("/encounters/{id}", pages::consultation::save);
    r.post("/encounters/{id}/sign", pages::consultation::sign);
    r.post("/encounters/{id}/discard", pages::consultation::discard);
    r.get("/encounters/{id}/print", pages::paper::print);
    r.get("/encounters/{id}/pdf", pages::paper::pdf);
    r.get("/encounters/{id}/amend", pages::amend::edit);
    r.post("/encounters/{id}/amend", pages::amend::save);
    r.get("/encounters/{id}/entered-in-error", pages::amend::confirm_error);
    r.post("/encounters/{id}/entered-in-error", pages::amend::mark_error);
    r.get("/encounters/{id}/versions", pages::versions::show);
}
