//! What is done with appointments. Each step loads the appointment within what the person may see, asks the rules
//! again, and leaves its row in the history and in the audit log, all in the caller's transaction.

mod book;
mod moving;
mod steps;
mod times;

pub use book::{Booking, WalkIn, book, hold, next_free_today, right_now, walk_in};
pub use moving::{Move, reschedule};
pub use steps::take;
pub use times::days_ahead;

use super::model::{Appointment, Refusal};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::settings;
use crate::settings::model::Settings;

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotYours => Self::Forbidden,
            Refusal::NotNow(words) => Self::Conflict(words),
        }
    }
}

fn hospital(db: &mut DbConnection) -> Result<Settings, AppError> {
    settings::queries::find(db)?.ok_or(AppError::NotSetUp)
}

/// The page for somebody whose page was older than the appointment: what they wanted beside what is so now.
fn stale(now: &Appointment, rows: &[(&str, String, String)]) -> AppError {
    let back = format!("/appointments/{}", now.id);
    let edit = StaleEdit::new(&format!("Appointment {}", now.id.code()), &back);
    rows.iter().fold(edit, |edit, (label, yours, theirs)| edit.row(label, yours, theirs)).into()
}
