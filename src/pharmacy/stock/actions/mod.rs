//! Moving stock. Each change is a row of the ledger; the quantity on the batch follows by the database's own hand.

mod alerts;
mod batches;

use super::model::{Batch, BatchId, DispensingItemId, MovementId, MovementKind, NewMovement, units_text};
use super::queries;
use crate::access::By;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::settings;
use crate::time::date_text;

pub use alerts::{expiring, tell};
pub use batches::{adjust, recall, release, send_back, write_off, write_off_all};

/// A row of the ledger by this person, with nothing that it refers to.
pub fn movement(by: &By, batch_id: BatchId, kind: MovementKind, quantity: i32, reason: &str) -> NewMovement {
    NewMovement {
        batch_id,
        kind,
        quantity,
        reason: reason.to_owned(),
        user_id: by.user_id(),
        created_at: by.now,
        receipt_line_id: None,
        dispensing_item_id: None,
        stocktake_count_id: None,
    }
}

/// Writes a row of the ledger. When it leaves less of the medicine than there should be, or nothing, the pharmacists are
/// told.
///
/// # Errors
/// `Constraint` for what would take more than there is.
pub fn post(db: &mut DbConnection, by: &By, movement: &NewMovement) -> Result<MovementId, AppError> {
    let id = queries::insert_movement(db, movement)?;
    if movement.quantity < 0 {
        let batch = queries::find(db, movement.batch_id)?;
        alerts::lowered(db, by, &batch, movement.quantity.saturating_neg(), &format!("movement:{id}"))?;
    }
    Ok(id)
}

/// Takes units out of a batch for a patient: the ledger's row of what was handed over. Nothing is audited here: the
/// dispensing has its own entry.
///
/// # Errors
/// `Conflict`, in words for the pharmacist, when there is not so much left, when the batch is recalled or its day is
/// past, and for a quantity below one.
pub fn take(
    db: &mut DbConnection,
    by: &By,
    batch: BatchId,
    quantity: i32,
    item: DispensingItemId,
) -> Result<(), AppError> {
    let found = queries::find(db, batch)?;
    let zone = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone();
    if found.has_expired(zone.date(by.now)) {
        let message = format!("Lot {} expired on {}. Take another batch.", found.lot, date_text(found.expires_on));
        return Err(AppError::Conflict(message));
    }
    if found.is_recalled() {
        return Err(AppError::Conflict(format!("Lot {} is recalled. Take another batch.", found.lot)));
    }
    leave_enough(db, &found, quantity)?;
    let taken =
        NewMovement { dispensing_item_id: Some(item), ..movement(by, batch, MovementKind::Dispensed, -quantity, "") };
    post(db, by, &taken)?;
    Ok(())
}

/// Refuses to take what is not there. The database refuses it too; this says how much is left.
pub(super) fn leave_enough(db: &mut DbConnection, batch: &Batch, quantity: i32) -> Result<(), AppError> {
    if quantity < 1 {
        return Err(AppError::Conflict("The quantity must be above 0.".to_owned()));
    }
    if batch.quantity >= quantity {
        return Ok(());
    }
    let message = if batch.quantity == 0 {
        format!("Nothing of lot {} is left.", batch.lot)
    } else {
        let unit = queries::unit(db, batch.id)?;
        let (left, are) =
            (units_text(i64::from(batch.quantity), &unit), if batch.quantity == 1 { "is" } else { "are" });
        format!("Only {left} of lot {} {are} left.", batch.lot)
    };
    Err(AppError::Conflict(message))
}
