//! Each role's home page: what is to be done now, made of what the domains know. Owns no tables.
//!
//! The page is chosen by what a person may do rather than by the role's name, so that a receptionist with further
//! grants still begins at the desk.

mod admin;
pub mod chart;
mod desk;
mod doctor;
mod office;
mod pages;
mod patient;
mod queries;
mod visit;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/", pages::home);
}
