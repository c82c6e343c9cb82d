//! Taking a prescription in hand, and everything that may come of it.

mod check;
mod complete;
mod returns;
mod steps;

use chrono::NaiveDate;

pub use check::{Problem, resolve};
pub use complete::{complete, problems};
pub use returns::{Returned, take_back};
pub use steps::{decline_all, hold, next, release, resume, start, take_over};

use super::model::{Dispensing, DispensingStatus, Line, outcome};
use super::queries;
use crate::access::{Actor, By};
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::notifications::model::Notice;
use crate::prescriptions::model::{Prescription, PrescriptionId, PrescriptionStatus};
use crate::time::date_text;
use crate::{accounts, doctors, notifications, prescriptions, settings};

/// A prescription at the pharmacy.
#[derive(Clone, Debug)]
pub struct Work {
    pub prescription: Prescription,
    pub lines: Vec<Line>,
    /// The dispensing that has it for itself, if one has.
    pub open: Option<Dispensing>,
    /// The hospital's date.
    pub today: NaiveDate,
}

impl Work {
    /// Why nothing of it may be handed over, if so.
    pub fn refusal(&self) -> Option<String> {
        let code = self.prescription.id.code();
        match (self.prescription.status, self.prescription.valid_until) {
            (PrescriptionStatus::Draft, _) => Some(format!("{code} is a draft.")),
            (PrescriptionStatus::Cancelled, _) => {
                Some(format!("{code} was cancelled by its doctor: {}", self.prescription.cancel_reason))
            }
            (_, Some(last)) if last < self.today => {
                Some(format!("{code} expired on {}. It can only be declined.", date_text(last)))
            }
            _ if !self.lines.iter().any(Line::is_open) => Some(format!("Nothing of {code} is left to hand out.")),
            _ => None,
        }
    }
}

/// A prescription as it stands at the pharmacy.
///
/// # Errors
/// `NotFound` for one out of the person's scope.
pub fn load(db: &mut DbConnection, by: &By, actor: &Actor, id: PrescriptionId) -> Result<Work, AppError> {
    let prescription = prescriptions::queries::find(db, actor, id)?;
    let today = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone().date(by.now);
    Ok(Work { lines: queries::of_prescription(db, id, today)?, open: queries::open_of(db, id)?, prescription, today })
}

/// The dispensing that this person has in hand, or why there is none.
fn in_hand(db: &mut DbConnection, actor: &Actor, work: &Work) -> Result<Dispensing, AppError> {
    let code = work.prescription.id.code();
    let Some(open) = &work.open else {
        return Err(AppError::Conflict(format!("{code} is not in progress. It may be finished already.")));
    };
    if open.pharmacist_id != actor.user_id {
        return Err(taken(db, &code, open)?);
    }
    if open.status == DispensingStatus::OnHold {
        return Err(AppError::Conflict(format!("{code} is on hold. Go on with it first.")));
    }
    Ok(open.clone())
}

/// That somebody else has it.
fn taken(db: &mut DbConnection, code: &str, open: &Dispensing) -> Result<AppError, AppError> {
    let name = queries::pharmacist(db, open.pharmacist_id)?;
    let state = open.status.state().label.to_lowercase();
    Ok(AppError::Conflict(format!("{name} has {code} {state}.")))
}

/// Writes how the prescription stands after what was just done to its lines, and says what is left.
fn settle(db: &mut DbConnection, by: &By, work: &Work) -> Result<Vec<Line>, AppError> {
    let id = work.prescription.id;
    let lines = queries::of_prescription(db, id, work.today)?;
    let (status, is_closed) = outcome(&lines);
    if !prescriptions::queries::set_outcome(db, id, status, is_closed.then_some(by.now), by.now)? {
        return Err(AppError::Conflict(format!("{} was just cancelled by its doctor.", id.code())));
    }
    Ok(lines)
}

/// Tells somebody of a prescription, without a word of what is on it.
fn tell(
    db: &mut DbConnection,
    by: &By,
    prescription: PrescriptionId,
    event: &str,
    user: Option<UserId>,
    message: String,
) -> Result<(), AppError> {
    let Some(user_id) = user else { return Ok(()) };
    let (event, link) = (format!("prescription:{prescription}:{event}"), format!("/prescriptions/{prescription}"));
    notifications::actions::notify(db, by, &Notice { user_id, event, message, link })
}

/// Tells the doctor that something was declined, with the reason on the prescription's page.
fn tell_doctor(db: &mut DbConnection, by: &By, work: &Work, event: &str, declined: usize) -> Result<(), AppError> {
    let id = work.prescription.id;
    let what = if declined == 1 { "a medicine".to_owned() } else { format!("{declined} medicines") };
    let message = format!("The pharmacy declined {what} of {}. The reason stands on it.", id.code());
    let doctor = doctors::queries::account_of(db, work.prescription.doctor_id)?;
    tell(db, by, id, event, Some(doctor), message)
}

/// Tells the patient, who may have no account.
fn tell_patient(db: &mut DbConnection, by: &By, work: &Work, event: &str, message: String) -> Result<(), AppError> {
    let account = accounts::queries::account_of_patient(db, work.prescription.patient_id)?;
    tell(db, by, work.prescription.id, event, account, message)
}
