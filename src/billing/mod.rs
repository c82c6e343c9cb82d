//! Money: what is to be paid for what was done, from the charge to the bill.
//!
//! Invariants, held by the database: each thing that was done is charged once (`ux_charge_items_*`), an amount is its
//! quantity times its price, and a charge stands on one bill at most that is not void.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod prices;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/patients/{id}/bills", pages::account);
    r.get("/patients/{id}/charges/new", pages::new);
    r.post("/patients/{id}/charges", pages::create);
    r.get("/charges/{id}/cancel", pages::confirm_cancelling);
    r.post("/charges/{id}/cancel", pages::cancel);
    r.get("/prices", prices::pages::index);
    r.post("/prices", prices::pages::create);
    r.get("/prices/new", prices::pages::new);
    r.get("/prices/{id}/edit", prices::pages::edit);
    r.post("/prices/{id}/edit", prices::pages::update);
}
