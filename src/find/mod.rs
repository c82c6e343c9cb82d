//! The search on every page: a code, typed or scanned, opens the record that bears it; anything else is looked for
//! among the patients by those who may.
//!
//! Each record is found within the person's own scope, so a code tells nobody anything that they may not see. What is
//! opened is recorded by the page that shows it.

mod pages;
mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/find", pages::find);
}
