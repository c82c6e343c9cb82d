//! Documents: files that people upload to a patient's record, such as reports, letters and pictures.
//!
//! Invariants: only PDF, PNG, JPEG and plain text are taken, by content and by name; pictures are decoded and encoded
//! anew, so that what else a camera wrote into them is gone; the bytes lie outside of everything that is served, under a
//! random name, and what their row says of them (size, SHA-256) is what is stored; the same file is on a record once; a
//! record has a bounded room for files; nothing is deleted: what was wrong is marked as entered in error and hidden from
//! the patient; the report of a test is shown to the patient once a doctor has read it.

pub mod actions;
pub mod forms;
pub mod intake;
pub mod model;
mod names;
mod pages;
pub mod queries;
pub mod receive;
pub mod store;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/patients/{id}/documents", pages::list::index);
    r.post("/patients/{id}/documents", pages::list::upload);
    r.get("/documents/{id}", pages::show::show);
    r.get("/documents/{id}/content", pages::show::content);
    r.get("/documents/{id}/image", pages::show::image);
    r.get("/documents/{id}/edit", pages::change::edit);
    r.post("/documents/{id}/edit", pages::change::update);
    r.get("/documents/{id}/in-error", pages::change::ask);
    r.post("/documents/{id}/in-error", pages::change::mark);
}
