//! The pages of appointments.

mod book;
mod choice;
mod lists;
mod moving;
mod paper;
mod patient_search;
mod show;
mod slots;
mod steps;
mod walk_in;

use super::model::AppointmentId;
use crate::web::page::local_path;

/// Where a page about an appointment leads back to: the local page that led there, else the appointment.
fn back_to(next: &str, id: AppointmentId) -> String {
    match next {
        "" => format!("/appointments/{id}"),
        next => local_path(next).to_owned(),
    }
}

pub use book::{book, create, hold};
pub use lists::{index, of_patient};
pub use moving::{reschedule, reschedule_page};
pub use paper::{calendar_file, slip};
pub use show::{booked, show};
pub use slots::slots;
pub use steps::{cancel, cancel_page, check_in, complete, confirm, no_show, start};
pub use walk_in::{walk_in, walk_in_page};
