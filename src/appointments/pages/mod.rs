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

pub use book::{book, create, hold};
pub use lists::{index, of_patient};
pub use moving::{reschedule, reschedule_page};
pub use paper::{calendar_file, slip};
pub use show::{booked, show};
pub use slots::slots;
pub use steps::{cancel, cancel_page, check_in, complete, confirm, no_show, start};
pub use walk_in::{walk_in, walk_in_page};
