//! What a patient brings back.
//!
//! It is a movement of its own in the ledger, back into the batch that it came from; what is not fit for the shelf is
//! destroyed by a second one. What was dispensed stays dispensed: the prescription is not opened again by it. The charge
//! is lowered by what came back while it stands on no bill, and cancelled when nothing of it is left; once it is on a
//! bill, the accounts decide.

use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::billing;
use crate::billing::actions::Credit;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::pharmacy::dispensing::forms::ReturnInput;
use crate::pharmacy::dispensing::model::{DispensingId, DispensingStatus, counted};
use crate::pharmacy::dispensing::queries;
use crate::pharmacy::stock;
use crate::pharmacy::stock::model::{MovementKind, NewMovement};
use crate::{prescriptions, settings};

/// What became of a return.
#[derive(Clone, Debug)]
pub struct Returned {
    /// `5 capsules of Amoxicillin 500 mg capsule`.
    pub what: String,
    pub credit: Credit,
}

/// Takes back what was handed out.
///
/// # Errors
/// `NotFound` for what is not of this dispensing; `Conflict` for more than the patient can have, and for the shelf where
/// the batch may not be given any more.
pub fn take_back(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: DispensingId,
    input: &ReturnInput,
) -> Result<Returned, AppError> {
    let dispensing = queries::find(db, actor, id)?;
    if dispensing.status != DispensingStatus::Completed {
        return Err(AppError::Conflict(format!("Nothing was handed out in {}.", id.code())));
    }
    let items = queries::items_of(db, &[id])?;
    let item = items.into_iter().find(|item| item.id == input.item).ok_or(AppError::NotFound)?;
    if input.quantity > item.kept() {
        let message = match item.kept() {
            0 => format!("All of {} came back already.", item.medicine),
            kept => format!("Only {} of {} can come back.", counted(kept, &item.unit), item.medicine),
        };
        return Err(AppError::Conflict(message));
    }
    let batch = stock::queries::find(db, item.batch)?;
    let today = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone().date(by.now);
    if !input.is_destroyed && (batch.has_expired(today) || batch.is_recalled()) {
        let why = if batch.is_recalled() { "is recalled" } else { "has expired" };
        return Err(AppError::Conflict(format!("Lot {} {why}: what came back is destroyed.", batch.lot)));
    }
    let back = NewMovement {
        dispensing_item_id: Some(item.id),
        ..stock::actions::movement(by, item.batch, MovementKind::Returned, input.quantity, &input.reason)
    };
    stock::queries::insert_movement(db, &back)?;
    if input.is_destroyed {
        let reason = format!("Destroyed after its return: {}", input.reason);
        let gone = stock::actions::movement(by, item.batch, MovementKind::Adjusted, -input.quantity, &reason);
        stock::queries::insert_movement(db, &gone)?;
    }
    let credit = match input.is_credited {
        true => billing::actions::credit_return(db, by, item.id, input.quantity, &input.reason)?,
        false => Credit::Untouched,
    };
    let prescription = prescriptions::queries::find(db, actor, dispensing.prescription_id)?;
    let entry = Entry::new("took_back", "dispensing", id)
        .patient(prescription.patient_id)
        .note("item", item.id.0)
        .note("quantity", input.quantity)
        .note("destroyed", input.is_destroyed)
        .reason(&input.reason);
    audit::record(db, by, &entry)?;
    Ok(Returned { what: format!("{} of {}", counted(input.quantity, &item.unit), item.medicine), credit })
}
