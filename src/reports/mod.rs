//! What the books say: revenue, takings, receivables by age, and the day book. Owns pages and no tables.
//!
//! - **Revenue** is what was billed: bills issued in the time, less those that are void by now, less the credit notes
//!   issued in the time. A bill and a credit note each count on the day they were issued.
//! - **Takings** is what was paid: payments and deposits that came in the time less what was paid back, each on the day
//!   it counted; a claim on the day the insurance granted it. What is moved between a deposit and a bill is none.
//! - **Receivables** is what is left of issued bills today, by how long it is overdue.
//!
//! Days are the hospital's. Everything is in the hospital's currency, and summed by the database.

pub mod chart;
pub mod model;
mod pages;
pub mod period;
pub mod queries;

pub(crate) use pages::Tab;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/reports", pages::home);
    r.get("/reports/revenue", pages::revenue::show);
    r.get("/reports/revenue/csv", pages::revenue::file);
    r.get("/reports/takings", pages::takings::show);
    r.get("/reports/takings/csv", pages::takings::file);
    r.get("/reports/receivables", pages::receivables::show);
    r.get("/reports/receivables/csv", pages::receivables::file);
    r.get("/reports/day-book", pages::day_book::show);
    r.get("/reports/day-book/csv", pages::day_book::file);
}
