//! Money: what is to be paid for what was done, from the charge to the bill.
//!
//! Invariants, held by the database: each thing that was done is charged once (`ux_charge_items_*`), an amount is its
//! quantity times its price, a charge stands on one bill at most that is not void, and a bill takes what it comes to and
//! no more.

pub mod actions;
pub mod bills;
pub mod cash;
pub mod forms;
pub mod model;
mod pages;
mod papers;
pub mod payments;
pub mod prices;
pub mod queries;
pub mod taxes;
pub mod totals;
mod worklists;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/patients/{id}/bills", pages::account);
    r.get("/patients/{id}/charges/new", pages::new);
    r.post("/patients/{id}/charges", pages::create);
    r.get("/charges", pages::open);
    r.get("/charges/{id}/cancel", pages::confirm_cancelling);
    r.post("/charges/{id}/cancel", pages::cancel);
    r.get("/bills", bills::pages::index);
    r.post("/patients/{id}/bills", bills::pages::create);
    r.get("/bills/{id}", bills::pages::show);
    r.post("/bills/{id}/edit", bills::pages::edit);
    r.post("/bills/{id}/lines", bills::pages::add_line);
    r.post("/bills/{id}/lines/{line}/remove", bills::pages::remove_line);
    r.post("/bills/{id}/issue", bills::pages::issue);
    r.post("/bills/{id}/discard", bills::pages::discard);
    r.get("/bills/{id}/void", bills::pages::confirm_void);
    r.post("/bills/{id}/void", bills::pages::void);
    r.get("/bills/{id}/credit", bills::pages::offer_credit);
    r.post("/bills/{id}/credit", bills::pages::credit);
    r.get("/bills/{id}/print", papers::print);
    r.get("/bills/{id}/pdf", papers::pdf);
    r.get("/bills/{id}/pay", payments::pages::offer);
    r.post("/bills/{id}/payments", payments::pages::take);
    r.get("/bills/{id}/refund", payments::pages::offer_refund);
    r.post("/bills/{id}/refund", payments::pages::refund);
    r.get("/patients/{id}/deposits", payments::pages::deposits);
    r.post("/patients/{id}/deposits", payments::pages::take_deposit);
    r.get("/patients/{id}/deposits/return", payments::pages::offer_return);
    r.post("/patients/{id}/deposits/return", payments::pages::return_deposit);
    r.get("/payments", payments::pages::desk);
    r.get("/payments/waiting", worklists::waiting);
    r.get("/payments/{id}/decide", payments::pages::offer_decision);
    r.post("/payments/{id}/decide", payments::pages::decide);
    r.get("/payments/{id}/receipt", papers::print_receipt);
    r.get("/payments/{id}/receipt/pdf", papers::pdf_receipt);
    r.get("/cash-sessions", cash::pages::index);
    r.post("/cash-sessions", cash::pages::create);
    r.get("/cash-sessions/new", cash::pages::new);
    r.get("/cash-sessions/{id}", cash::pages::show);
    r.get("/cash-sessions/{id}/close", cash::pages::offer_closing);
    r.post("/cash-sessions/{id}/close", cash::pages::close);
    r.get("/cash-sessions/{id}/print", cash::paper::print);
    r.get("/cash-sessions/{id}/pdf", cash::paper::pdf);
    r.get("/tax-rates", taxes::pages::index);
    r.post("/tax-rates", taxes::pages::create);
    r.get("/tax-rates/new", taxes::pages::new);
    r.get("/tax-rates/{id}/edit", taxes::pages::edit);
    r.post("/tax-rates/{id}/edit", taxes::pages::update);
    r.get("/prices", prices::pages::index);
    r.post("/prices", prices::pages::create);
    r.get("/prices/new", prices::pages::new);
    r.get("/prices/{id}/edit", prices::pages::edit);
    r.post("/prices/{id}/edit", prices::pages::update);
}
