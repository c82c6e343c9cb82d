//! The hospital itself: its name, address, time zone, currency and booking rules. One row, made by the set-up page.
//!
//! Every request reads the row, so a change is seen at once, in every process. The currency stays once there are
//! amounts in it: a number that was typed as euros never turns into dollars.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/settings", pages::edit);
    r.post("/settings", pages::update);
}
