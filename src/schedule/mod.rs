//! Schedules: the hours a doctor works, week by week, and the exceptions from them.
//!
//! Invariants: hours are wall-clock times of the hospital, so nine o'clock stays nine when the clocks change; one doctor's
//! active hours never overlap on a weekday (the database says so). Exceptions are instants and may cross midnight: time
//! off takes away whatever it touches, extra hours add to the week. Free slots are made of both and never stored.
//! Appointments that are booked stay booked when hours change; whoever changes them is shown which they are.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;
pub mod slots;
pub mod week;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/availability", pages::overview::own);
    r.get("/doctors/{id}/availability", pages::overview::index);
    r.post("/doctors/{id}/availability", pages::hours::create);
    r.get("/doctors/{id}/availability/new", pages::hours::new);
    r.get("/doctors/{id}/availability/{hours}/edit", pages::hours::edit);
    r.post("/doctors/{id}/availability/{hours}/edit", pages::hours::update);
    r.get("/doctors/{id}/availability/{hours}/remove", pages::hours::confirm_removal);
    r.post("/doctors/{id}/availability/{hours}/remove", pages::hours::remove);
    r.post("/doctors/{id}/exceptions", pages::exceptions::create);
    r.get("/doctors/{id}/exceptions/new", pages::exceptions::new);
    r.get("/doctors/{id}/exceptions/{exception}/remove", pages::exceptions::confirm_removal);
    r.post("/doctors/{id}/exceptions/{exception}/remove", pages::exceptions::remove);
}
