//! The pages of bills.

mod correct;
mod draft;
mod list;
mod show;

pub use correct::{confirm_void, credit, offer_credit, void};
pub use draft::{add_line, create, discard, edit, issue, remove_line};
pub use list::index;
pub use show::show;
