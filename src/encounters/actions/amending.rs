//! What its doctor may still do to a signed visit: amend it, and mark it as entered in error. Both need a reason, and
//! what was signed stays.

use super::{NOTHING_TO_SIGN, note_conditions, own, stale, with_parts};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::encounters::model::{Content, EncounterId, EncounterStatus};
use crate::encounters::queries;
use crate::error::AppError;

/// Why only a signed visit is amended.
pub const NOT_SIGNED: &str = "Only a signed visit is amended: a draft is simply written on.";

/// Keeps what was signed as a version and puts this in its place. What says so already is not amended again, so a form
/// that is sent twice counts once.
///
/// # Errors
/// `NotFound` for somebody else's visit; `Stale` with both texts when it was amended meanwhile; `Conflict` when it is
/// not signed, or would say nothing.
pub fn amend(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: EncounterId,
    version: i32,
    content: &Content,
    reason: &str,
) -> Result<(), AppError> {
    let before = own(db, actor, id)?;
    if before.status != EncounterStatus::Signed {
        return Err(AppError::Conflict(NOT_SIGNED.to_owned()));
    }
    let stored = queries::content(db, &before)?;
    if stored == *content {
        return Ok(());
    }
    if !content.says_something() {
        return Err(AppError::Conflict(NOTHING_TO_SIGN.to_owned()));
    }
    let old = serde_json::to_string(&stored).map_err(|e| AppError::Internal(e.to_string()))?;
    if before.version != version || !queries::amend(db, &before, &old, content, reason, by.user_id(), by.now)? {
        return Err(stale("This visit", id, content, &stored).into());
    }
    let entry = Entry::new("amended", "encounter", id).patient(before.patient_id).reason(reason);
    audit::record(db, by, &with_parts(entry, &stored, content))?;
    note_conditions(db, by, &before, content)
}

/// Marks a signed visit as entered in error. It stays, struck through; the patient no longer sees it.
///
/// # Errors
/// `NotFound` for somebody else's visit; `Conflict` for one that is not signed or was changed meanwhile.
pub fn mark_error(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: EncounterId,
    version: i32,
    reason: &str,
) -> Result<(), AppError> {
    let before = own(db, actor, id)?;
    if before.status == EncounterStatus::EnteredInError {
        return Ok(());
    }
    if before.status != EncounterStatus::Signed {
        return Err(AppError::Conflict("Only a signed visit is marked as entered in error.".to_owned()));
    }
    if !queries::mark_error(db, id, version, reason, by.user_id(), by.now)? {
        return Err(AppError::Conflict("This visit was amended meanwhile. Look at it again.".to_owned()));
    }
    let entry = Entry::new("marked_in_error", "encounter", id).patient(before.patient_id).reason(reason);
    audit::record(db, by, &entry)
}
