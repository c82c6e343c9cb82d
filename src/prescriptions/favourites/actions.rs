//! Keeping and forgetting favourites.

use super::model::FavouriteId;
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::prescriptions;
use crate::prescriptions::model::PrescriptionId;

/// Keeps a line of a prescription that the doctor may see; `false` when it is kept already. `position` is the line's
/// place, from 0.
///
/// # Errors
/// `NotFound` for a line that is not there, `Conflict` when the doctor has too many.
pub fn keep(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    position: usize,
) -> Result<bool, AppError> {
    let doctor = actor.doctor_id.ok_or(AppError::Forbidden)?;
    let prescription = prescriptions::queries::find(db, actor, id)?;
    let content = prescriptions::queries::content(db, &prescription)?;
    let line = content.medications.get(position).ok_or(AppError::NotFound)?;
    if queries::exists(db, doctor, line)? {
        return Ok(false);
    }
    if queries::count(db, doctor)? >= queries::MOST {
        let message = format!("You keep {} favourites already. Remove one first.", queries::MOST);
        return Err(AppError::Conflict(message));
    }
    let favourite = queries::insert(db, doctor, &content.diagnosis, line, by.now)?;
    audit::record(db, by, &Entry::new("created", "prescription_favourite", favourite))?;
    Ok(true)
}

/// Forgets a favourite.
///
/// # Errors
/// `NotFound` for one that is not the doctor's own.
pub fn forget(db: &mut DbConnection, by: &By, actor: &Actor, id: FavouriteId) -> Result<(), AppError> {
    let doctor = actor.doctor_id.ok_or(AppError::Forbidden)?;
    if !queries::delete(db, doctor, id)? {
        return Err(AppError::NotFound);
    }
    audit::record(db, by, &Entry::new("removed", "prescription_favourite", id))
}
