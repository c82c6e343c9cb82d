//! The calendar: a day with its doctors side by side, or a doctor's week.
//!
//! The page holds the same as a table, which is all of it without JavaScript; `calendar.js` draws it and lets the desk
//! drag an appointment to another free time, which sends what the form of moving sends. All times in addresses and
//! answers are the hospital's wall clock, except the keys of slots, which are instants.

pub mod model;
mod pages;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/calendar", pages::show);
    r.get("/calendar/events", pages::events);
}
