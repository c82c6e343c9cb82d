//! The pharmacy: what lies on the shelves, where it came from, and what is handed over on prescriptions.
//!
//! Invariants, held by the database on both engines: a batch's quantity is the sum of its movements (`stock/`), which are
//! never changed or removed, and it is never below zero; a delivery is received once (`receipts/`); what a stocktake found
//! is posted once (`stocktakes/`); nobody is handed more than was prescribed. A batch that is expired or recalled is never
//! offered.

pub mod dispensing;
mod labels;
pub mod queue;
pub mod receipts;
pub mod stock;
pub mod stocktakes;
pub mod suppliers;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    use dispensing::pages::{record, returns, steps, work};
    r.get("/stock", stock::pages::index);
    r.get("/stock/expiry", stock::pages::expiry);
    r.get("/stock/receive", receipts::pages::new);
    r.get("/medicines/{id}/movements", stock::pages::movements);
    r.get("/medicines/{id}/write-off", stock::pages::confirm_write_off);
    r.post("/medicines/{id}/write-off", stock::pages::write_off);
    r.get("/batches/{id}", stock::pages::show);
    r.get("/batches/{id}/{act}", stock::pages::ask);
    r.post("/batches/{id}/{act}", stock::pages::act);
    r.get("/receipts", receipts::pages::index);
    r.post("/receipts", receipts::pages::create);
    r.get("/receipts/{id}", receipts::pages::show);
    r.get("/receipts/{id}/print", receipts::pages::print);
    r.get("/suppliers", suppliers::pages::index);
    r.post("/suppliers", suppliers::pages::create);
    r.get("/suppliers/new", suppliers::pages::new);
    r.get("/suppliers/{id}", suppliers::pages::show);
    r.get("/suppliers/{id}/edit", suppliers::pages::edit);
    r.post("/suppliers/{id}/edit", suppliers::pages::update);
    r.get("/suppliers/{id}/remove", suppliers::pages::confirm_removal);
    r.post("/suppliers/{id}/remove", suppliers::pages::remove);
    r.get("/stocktakes", stocktakes::pages::index);
    r.post("/stocktakes", stocktakes::pages::create);
    r.get("/stocktakes/new", stocktakes::pages::new);
    r.get("/stocktakes/{id}", stocktakes::pages::show);
    r.get("/stocktakes/{id}/print", stocktakes::pages::print);
    r.post("/stocktakes/{id}/counts", stocktakes::pages::save);
    r.get("/stocktakes/{id}/differences", stocktakes::pages::differences);
    r.post("/stocktakes/{id}/post", stocktakes::pages::post);
    r.post("/stocktakes/{id}/cancel", stocktakes::pages::cancel);
    r.get("/pharmacy", queue::pages::show);
    r.post("/pharmacy/next", queue::pages::next);
    r.get("/pharmacy/{id}", work::show);
    r.post("/pharmacy/{id}", work::save);
    r.post("/pharmacy/{id}/start", steps::start);
    r.get("/pharmacy/{id}/hold", steps::ask_hold);
    r.post("/pharmacy/{id}/hold", steps::hold);
    r.post("/pharmacy/{id}/resume", steps::resume);
    r.get("/pharmacy/{id}/take-over", steps::ask_take_over);
    r.post("/pharmacy/{id}/take-over", steps::take_over);
    r.post("/pharmacy/{id}/release", steps::release);
    r.get("/pharmacy/{id}/decline", steps::ask_decline);
    r.post("/pharmacy/{id}/decline", steps::decline);
    r.get("/dispensings/{id}", record::show);
    r.get("/dispensings/{id}/labels", labels::pages::labels);
    r.get("/dispensings/{id}/slip", labels::pages::slip);
    r.get("/dispensings/{id}/returns", returns::ask);
    r.post("/dispensings/{id}/returns", returns::take_back);
}
