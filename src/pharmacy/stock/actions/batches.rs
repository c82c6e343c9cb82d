//! What is done to a batch by hand: adjusting, recalling, sending back, writing off.

use chrono::NaiveDate;

use super::{alerts, leave_enough, movement, post};
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines::model::MedicineId;
use crate::pharmacy::stock::model::{Batch, BatchId, BatchStatus, MovementKind};
use crate::pharmacy::stock::queries;
use crate::time::date_text;

fn entry(verb: &'static str, batch: &Batch, change: i32, reason: &str) -> Entry {
    let after = i64::from(batch.quantity) + i64::from(change);
    Entry::new(verb, "stock_batch", batch.id)
        .note("lot", &batch.lot)
        .change("quantity", &i64::from(batch.quantity), &after)
        .reason(reason)
}

/// Adds or takes away units for a reason: broken, found, given to a ward.
///
/// # Errors
/// `Conflict` when there is not so much to take away.
pub fn adjust(db: &mut DbConnection, by: &By, id: BatchId, change: i32, reason: &str) -> Result<(), AppError> {
    let batch = queries::find(db, id)?;
    if change < 0 {
        leave_enough(db, &batch, change.saturating_neg())?;
    }
    post(db, by, &movement(by, id, MovementKind::Adjusted, change, reason))?;
    audit::record(db, by, &entry("adjusted", &batch, change, reason))
}

/// Sends units back to the supplier.
///
/// # Errors
/// `Conflict` when there is not so much.
pub fn send_back(db: &mut DbConnection, by: &By, id: BatchId, quantity: i32, reason: &str) -> Result<(), AppError> {
    let batch = queries::find(db, id)?;
    leave_enough(db, &batch, quantity)?;
    post(db, by, &movement(by, id, MovementKind::SentBack, -quantity, reason))?;
    audit::record(db, by, &entry("sent_back", &batch, -quantity, reason))
}

/// Keeps a batch apart: it is not offered any more.
///
/// # Errors
/// `Conflict` when it is kept apart already.
pub fn recall(db: &mut DbConnection, by: &By, id: BatchId, reason: &str) -> Result<(), AppError> {
    let batch = queries::find(db, id)?;
    if batch.is_recalled() {
        return Err(AppError::Conflict(format!("Lot {} is recalled already: {}", batch.lot, batch.recall_reason)));
    }
    set_status(db, by, &batch, BatchStatus::Recalled, reason)?;
    alerts::lowered(db, by, &batch, batch.quantity, &format!("recall:{id}:{}", batch.version))
}

/// Gives a batch free again.
///
/// # Errors
/// `Conflict` when it is free already.
pub fn release(db: &mut DbConnection, by: &By, id: BatchId, reason: &str) -> Result<(), AppError> {
    let batch = queries::find(db, id)?;
    if !batch.is_recalled() {
        return Err(AppError::Conflict(format!("Lot {} is not recalled.", batch.lot)));
    }
    set_status(db, by, &batch, BatchStatus::Available, reason)
}

fn set_status(
    db: &mut DbConnection,
    by: &By,
    batch: &Batch,
    status: BatchStatus,
    reason: &str,
) -> Result<(), AppError> {
    let (kept, verb) = match status {
        BatchStatus::Recalled => (reason, "recalled"),
        BatchStatus::Available => ("", "released"),
    };
    if !queries::set_status(db, batch, status, kept, by.now)? {
        return Err(AppError::Conflict("Somebody has just changed this batch. Look at it again.".to_owned()));
    }
    audit::record(db, by, &Entry::new(verb, "stock_batch", batch.id).note("lot", &batch.lot).reason(reason))
}

/// Throws away what is left of a batch whose day is past, and says how much that was.
///
/// # Errors
/// `Conflict` for a batch whose day is still to come, and for an empty one.
pub fn write_off(db: &mut DbConnection, by: &By, id: BatchId, today: NaiveDate) -> Result<i32, AppError> {
    let batch = queries::find(db, id)?;
    if !batch.has_expired(today) {
        let message = format!(
            "Lot {} may be given until {}. Adjust it with a reason, or recall it.",
            batch.lot,
            date_text(batch.expires_on)
        );
        return Err(AppError::Conflict(message));
    }
    if batch.quantity == 0 {
        return Err(AppError::Conflict(format!("Nothing of lot {} is left.", batch.lot)));
    }
    write_off_expired(db, by, &batch)?;
    Ok(batch.quantity)
}

fn write_off_expired(db: &mut DbConnection, by: &By, batch: &Batch) -> Result<(), AppError> {
    let reason = format!("Expired on {}", date_text(batch.expires_on));
    let gone = -batch.quantity;
    post(db, by, &movement(by, batch.id, MovementKind::Expired, gone, &reason))?;
    audit::record(db, by, &entry("wrote_off", batch, gone, &reason))
}

/// Throws away all batches of a medicine whose day is past, and says how many there were.
///
/// # Errors
/// `Conflict` when there is none.
pub fn write_off_all(
    db: &mut DbConnection,
    by: &By,
    medicine: MedicineId,
    today: NaiveDate,
) -> Result<usize, AppError> {
    let expired = queries::expired(db, medicine, today)?;
    if expired.is_empty() {
        return Err(AppError::Conflict("Nothing of it has expired, or somebody has just written it off.".to_owned()));
    }
    for batch in &expired {
        write_off_expired(db, by, batch)?;
    }
    Ok(expired.len())
}
