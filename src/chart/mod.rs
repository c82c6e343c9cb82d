//! The chart: what is known about a patient. Allergies, conditions, medications, vital signs, and the timeline of everything.
//!
//! Invariants: nothing is ever deleted: what was wrong is marked as entered in error, with who, when and why, and from then
//! on only those who write the chart see it; the same allergy, unresolved condition or medicine is noted once; that no
//! allergy is known is a statement that somebody made, and not the absence of entries; what prescriptions say about
//! medicines is read from them and copied nowhere; doctors write the charts of those in their care, and nobody else does.

pub mod actions;
pub mod allergies;
pub mod conditions;
mod in_error;
pub mod medications;
mod overview;
pub mod queries;
pub mod record;
mod summary;
pub mod timeline;
pub mod trends;
pub mod vital_signs;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/patients/{id}/chart", overview::show);
    r.get("/patients/{id}/summary", summary::print);
    r.get("/patients/{id}/summary/pdf", summary::pdf);
    r.get("/patients/{id}/chart/{part}/{entry}/in-error", in_error::ask);
    r.post("/patients/{id}/chart/{part}/{entry}/in-error", in_error::mark);
    r.get("/patients/{id}/allergies/new", allergies::pages::new);
    r.post("/patients/{id}/allergies", allergies::pages::create);
    r.post("/patients/{id}/allergies/none", allergies::pages::none_known);
    r.get("/patients/{id}/allergies/{allergy}/edit", allergies::pages::edit);
    r.post("/patients/{id}/allergies/{allergy}/edit", allergies::pages::update);
    r.get("/patients/{id}/conditions/new", conditions::pages::new);
    r.post("/patients/{id}/conditions", conditions::pages::create);
    r.get("/patients/{id}/conditions/{condition}/edit", conditions::pages::edit);
    r.post("/patients/{id}/conditions/{condition}/edit", conditions::pages::update);
    r.get("/patients/{id}/medications/new", medications::pages::new);
    r.post("/patients/{id}/medications", medications::pages::create);
    r.get("/patients/{id}/medications/{statement}/edit", medications::pages::edit);
    r.post("/patients/{id}/medications/{statement}/edit", medications::pages::update);
    r.get("/patients/{id}/medications/{statement}/stop", medications::pages::ask_stop_told);
    r.post("/patients/{id}/medications/{statement}/stop", medications::pages::stop_told);
    r.get("/patients/{id}/prescribed/{line}/stop", medications::pages::ask_stop_prescribed);
    r.post("/patients/{id}/prescribed/{line}/stop", medications::pages::stop_prescribed);
    r.get("/patients/{id}/vitals", vital_signs::pages::index);
    r.post("/patients/{id}/vitals", vital_signs::pages::create);
    r.get("/patients/{id}/vitals/new", vital_signs::pages::new);
    r.get("/patients/{id}/timeline", timeline::pages::show);
}
