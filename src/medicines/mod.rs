//! Medicines: the catalogue that doctors prescribe from, what its medicines contain, and what does not go together.
//!
//! Invariants: a medicine's name, which says generic name, strength and form, is taken once whatever its case; a
//! medicine is never removed, only taken off the list, since prescriptions refer to it. A substance belongs to classes
//! (`substances/`); an interaction is a pair of classes, properties or substances with its source (`interactions/`).
//! [`knowledge`] reads all of it for the warnings of prescriptions.

pub mod actions;
pub mod barcode;
pub mod csv;
pub mod directions;
pub mod forms;
pub mod interactions;
pub mod knowledge;
pub mod model;
mod pages;
pub mod queries;
pub mod starter;
pub mod substances;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/medicines", pages::index);
    r.post("/medicines", pages::create);
    r.get("/medicines/new", pages::new);
    r.get("/medicines/complete", pages::complete);
    r.get("/medicines/export", csv::pages::export);
    r.get("/medicines/import", csv::pages::ask);
    r.post("/medicines/import", csv::pages::preview);
    r.post("/medicines/import/confirm", csv::pages::confirm);
    r.post("/medicines/starter", pages::start);
    r.get("/medicines/{id}", pages::show);
    r.get("/medicines/{id}/edit", pages::edit);
    r.post("/medicines/{id}/edit", pages::update);
    substances::routes(r);
    interactions::routes(r);
}
