//! Patients: the registry of everybody who is treated here, found by whatever a person at the desk knows of them.
//!
//! Invariants: a patient's number is the record's id and never changes; one account opens at most one record, and a
//! record belongs to at most one account; every look at a record is in the audit log before it is answered.
//!
//! A search is recorded as one row with the number of patients found. What was typed is not kept: it is a name. Whose
//! record is then opened is recorded with that record.

pub mod actions;
pub mod banner;
pub mod forms;
pub mod model;
mod pages;
pub mod paper;
pub mod queries;
pub mod tabs;
pub mod wanted;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/patients", pages::search::index);
    r.post("/patients", pages::register::create);
    r.get("/patients/new", pages::register::new);
    r.post("/patients/duplicates", pages::register::duplicates);
    r.get("/my-record", pages::record::own);
    r.get("/patients/{id}", pages::record::show);
    r.get("/patients/{id}/details", pages::record::details);
    r.get("/patients/{id}/card", pages::record::card);
    r.get("/patients/{id}/who-looked", pages::looks::who_looked);
    r.get("/patients/{id}/edit", pages::edit::edit);
    r.post("/patients/{id}/edit", pages::edit::update);
    r.get("/patients/{id}/contact", pages::edit::contact);
    r.post("/patients/{id}/contact", pages::edit::update_contact);
    r.post("/patients/{id}/invite", pages::edit::invite);
}
