//! What is done with appointments. Each step loads the appointment within what the person may see, asks the rules
//! again, and leaves its row in the history and in the audit log, all in the caller's transaction.

mod steps;

pub use steps::{cancel, check_in, complete, confirm, no_show, start};

use super::model::{Appointment, Refusal, Rules};
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
fn stale(now: &Appointment, rules: Rules, wanted: &[(&str, String, String)]) -> AppError {
    let mut edit = StaleEdit::new(&format!("Appointment {}", now.id.code()), &format!("/appointments/{}", now.id));
    for (label, yours, theirs) in wanted {
        edit = edit.row(label, yours, theirs);
    }
    edit.row("Time now", "", rules.zone.long_text(now.starts_at)).into()
}
