//! The table of diagnosis codes: ICD-10-CM as it comes with the program, or a site's own, and finding one in it.
//!
//! Invariants: one edition is in force; an import replaces the whole table in one transaction, so it is done or not
//! begun; a site's own table is never replaced by a start of the program. Nothing refers to the table: encounters keep
//! the code and the words of their day.
//!
//! The table is searched in memory (`index.rs`), which takes a millisecond whatever the words are. Each search asks the
//! database first which edition is in force, so that all processes follow an import.

pub mod actions;
pub mod built_in;
pub mod index;
pub mod model;
mod pages;
pub mod queries;
pub mod search;
pub mod site;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/diagnosis-codes", pages::index);
    r.get("/diagnosis-codes/options", pages::options);
}
