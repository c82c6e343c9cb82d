//! Appointments: free times, booking, and the life cycle until the visit is done.
//!
//! Invariants: no two live appointments of one doctor, nor of one patient, overlap (the database's own rule); a state
//! follows another only as `AppointmentStatus::may_become` says; every step leaves a row in the history, which moving
//! keeps. Free times are the doctor's hours minus live appointments, minus what others hold, minus the past.

pub mod actions;
pub mod board;
pub mod calendar;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;
pub mod slots;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/slots", pages::slots);
    r.get("/book", pages::book);
    r.post("/book", pages::create);
    r.post("/book/hold", pages::hold);
    r.get("/walk-in", pages::walk_in_page);
    r.post("/walk-in", pages::walk_in);
    r.get("/appointments", pages::index);
    r.get("/appointments/{id}", pages::show);
    r.get("/appointments/{id}/booked", pages::booked);
    r.get("/appointments/{id}/calendar.ics", pages::calendar_file);
    r.get("/appointments/{id}/slip", pages::slip);
    r.post("/appointments/{id}/confirm", pages::confirm);
    r.post("/appointments/{id}/check-in", pages::check_in);
    r.post("/appointments/{id}/start", pages::start);
    r.post("/appointments/{id}/complete", pages::complete);
    r.post("/appointments/{id}/no-show", pages::no_show);
    r.get("/appointments/{id}/cancel", pages::cancel_page);
    r.post("/appointments/{id}/cancel", pages::cancel);
    r.get("/appointments/{id}/reschedule", pages::reschedule_page);
    r.post("/appointments/{id}/reschedule", pages::reschedule);
    r.get("/patients/{id}/appointments", pages::of_patient);
    board::routes(r);
    calendar::routes(r);
}
