//! Doctors: the people whom patients come to, their departments and specializations.
//!
//! Invariants: a doctor is an account with a licence number that no other doctor has; every doctor belongs to one
//! department and has any number of specializations; a doctor with booked appointments stays active; who leaves a
//! department no longer heads it. Doctors are never deleted: visits and prescriptions carry their names.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;
pub mod specializations;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    specializations::routes(r);
    r.get("/doctors", pages::list::index);
    r.post("/doctors", pages::new::create);
    r.get("/doctors/new", pages::new::new);
    r.get("/doctors/{id}", pages::show::show);
    r.get("/doctors/{id}/edit", pages::edit::edit);
    r.post("/doctors/{id}/edit", pages::edit::update);
    r.get("/doctors/{id}/remove", pages::show::confirm_removal);
    r.post("/doctors/{id}/remove", pages::show::remove);
}
