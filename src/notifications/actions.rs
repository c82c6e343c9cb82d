//! Telling people.

use super::model::Notice;
use super::queries;
use crate::access::By;
use crate::db::DbConnection;
use crate::error::AppError;

/// Tells a person of an event, in the transaction of what happened. Told already, it is not told again; nobody is told
/// of what they did themselves.
pub fn notify(db: &mut DbConnection, by: &By, notice: &Notice) -> Result<(), AppError> {
    if by.user_id() == Some(notice.user_id) || queries::is_told(db, notice)? {
        return Ok(());
    }
    Ok(queries::insert(db, notice, by.now)?)
}
