//! Starting, counting, posting and cancelling a stocktake.

use super::forms::{StocktakeInput, TypedCount};
use super::model::{Stocktake, StocktakeId, StocktakeStatus};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::pharmacy::stock;
use crate::pharmacy::stock::model::{BatchId, MovementKind, NewMovement, units_text};

/// Starts a stocktake.
pub fn start(db: &mut DbConnection, by: &By, input: &StocktakeInput) -> Result<StocktakeId, AppError> {
    let id = queries::insert(db, input, by.user_id(), by.now)?;
    let entry = Entry::new("started", "stocktake", id).note("words", &input.words).note("letter", &input.letter);
    audit::record(db, by, &entry)?;
    Ok(id)
}

fn open(db: &mut DbConnection, id: StocktakeId) -> Result<Stocktake, AppError> {
    let stocktake = queries::find(db, id)?;
    if stocktake.is_open() {
        return Ok(stocktake);
    }
    let message = format!("This stocktake is {}.", stocktake.status.label().to_lowercase());
    Err(AppError::Conflict(message))
}

/// What became of counts that were sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Counted {
    /// How many were saved.
    Saved(usize),
    /// Somebody else counted these batches meanwhile, with these results; nothing was saved.
    Meanwhile(Vec<(BatchId, Option<i32>)>),
}

/// Saves what was counted, next to what the system knows at this moment.
///
/// # Errors
/// `Conflict` when the stocktake is finished; `Constraint` for a batch that another open stocktake counts; `NotFound` for
/// a batch that does not exist.
pub fn save_counts(db: &mut DbConnection, by: &By, id: StocktakeId, typed: &[TypedCount]) -> Result<Counted, AppError> {
    open(db, id)?;
    let mut meanwhile = Vec::new();
    for count in typed {
        let stored = queries::count_of(db, id, count.batch)?.map(|c| c.counted);
        if stored != count.was && stored != count.counted {
            meanwhile.push((count.batch, stored));
        }
    }
    if !meanwhile.is_empty() {
        return Ok(Counted::Meanwhile(meanwhile));
    }
    for count in typed {
        let batch = stock::queries::find(db, count.batch)?;
        match (queries::count_of(db, id, count.batch)?, count.counted) {
            (None, Some(counted)) => queries::insert_count(db, id, &batch, counted, by.user_id(), by.now)?,
            (Some(stored), Some(counted)) if stored.counted != counted => {
                queries::update_count(db, stored.id, batch.quantity, counted, by.user_id(), by.now)?;
            }
            (Some(stored), None) => queries::delete_count(db, stored.id)?,
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    if !typed.is_empty() {
        let counts: Vec<(i64, Option<i32>)> = typed.iter().map(|c| (c.batch.0, c.counted)).collect();
        audit::record(db, by, &Entry::new("counted", "stocktake", id).note("batches", counts))?;
    }
    Ok(Counted::Saved(typed.len()))
}

/// Writes all differences to the ledger and ends the stocktake; says how many there were.
///
/// # Errors
/// `Conflict` when somebody else has finished it, when nothing was counted, and when a batch would go below zero: then
/// nothing is posted, and the message names the batch.
pub fn post(db: &mut DbConnection, by: &By, id: StocktakeId, version: i32) -> Result<usize, AppError> {
    let stocktake = open(db, id)?;
    if queries::progress(db, id)?.counted == 0 {
        return Err(AppError::Conflict("Nothing was counted yet.".to_owned()));
    }
    let different = queries::differences(db, id)?;
    for row in &different {
        let Some(count) = &row.count else { continue };
        if row.batch.quantity + count.difference() < 0 {
            let message = format!(
                "Of {}, lot {}, {} were missing when it was counted, and since then it has gone down to {}. Count it again.",
                row.medicine,
                row.batch.lot,
                units_text(i64::from(-count.difference()), &row.unit),
                units_text(i64::from(row.batch.quantity), &row.unit),
            );
            return Err(AppError::Conflict(message));
        }
        let posted = NewMovement {
            stocktake_count_id: Some(count.id),
            ..stock::actions::movement(by, row.batch.id, MovementKind::Counted, count.difference(), "")
        };
        stock::actions::post(db, by, &posted)?;
    }
    finish(db, by, &stocktake, version, StocktakeStatus::Posted)?;
    audit::record(db, by, &Entry::new("posted", "stocktake", id).note("differences", different.len()))?;
    Ok(different.len())
}

/// Ends a stocktake without changing the stock.
///
/// # Errors
/// `Conflict` when somebody else has finished it.
pub fn cancel(db: &mut DbConnection, by: &By, id: StocktakeId, version: i32) -> Result<(), AppError> {
    let stocktake = open(db, id)?;
    finish(db, by, &stocktake, version, StocktakeStatus::Cancelled)?;
    audit::record(db, by, &Entry::new("cancelled", "stocktake", id))
}

fn finish(
    db: &mut DbConnection,
    by: &By,
    stocktake: &Stocktake,
    version: i32,
    status: StocktakeStatus,
) -> Result<(), AppError> {
    if stocktake.version == version && queries::finish(db, stocktake.id, version, status, by.user_id(), by.now)? {
        return Ok(());
    }
    Err(AppError::Conflict("Somebody has just finished this stocktake.".to_owned()))
}
