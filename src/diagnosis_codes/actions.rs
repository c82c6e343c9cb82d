//! Importing a table of diagnoses.

use super::model::{DiagnosisCode, Edition, key};
use super::{built_in, queries};
use crate::access::By;
use crate::audit::{self, AdminAction, Entry};
use crate::db::queue::{self, Queue};
use crate::db::{Db, DbConnection, OpenError};
use crate::error::AppError;

/// How often SQLite is asked for its one place to write, each time for some seconds, while another process imports.
const TRIES: usize = 10;

/// Imports the table that comes with the program when there is none yet, or an older one of the kind; `None` when there
/// was nothing to do. Of several processes that start at once, one imports.
///
/// # Errors
/// Those of the database. What was there stays.
pub fn import_built_in_if_newer(db: &Db, by: &By) -> Result<Option<Edition>, AppError> {
    if !is_wanted(db.read_now(|db| Ok(queries::edition(db)?))?.as_ref()) {
        return Ok(None);
    }
    let codes = built_in::codes()?;
    let mut bulk = db.bulk().map_err(unavailable)?;
    let mut once = || {
        bulk.write(|db| {
            queue::enter(db, Queue::DiagnosisCodes, 0)?;
            // Another process may have been faster.
            if !is_wanted(queries::edition(db)?.as_ref()) {
                return Ok(None);
            }
            replace(db, by, built_in::NAME, built_in::RELEASE, &codes).map(Some)
        })
    };
    let mut tries = 1;
    loop {
        match once() {
            Err(AppError::Busy) if tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

fn is_wanted(present: Option<&Edition>) -> bool {
    present.is_none_or(|edition| !edition.is_sites_own() && edition.built_in_release.as_str() < built_in::RELEASE)
}

/// Puts the table that comes with the program in the place of whatever there is.
pub fn import_built_in(db: &Db, by: &By) -> Result<Edition, AppError> {
    import(db, by, built_in::NAME, built_in::RELEASE, &built_in::codes()?)
}

/// Puts a site's own table in the place of whatever there is. A start of the program leaves it alone.
pub fn import_sites_own(db: &Db, by: &By, name: &str, codes: &[DiagnosisCode]) -> Result<Edition, AppError> {
    import(db, by, name, "", codes)
}

fn import(db: &Db, by: &By, name: &str, release: &str, codes: &[DiagnosisCode]) -> Result<Edition, AppError> {
    db.bulk().map_err(unavailable)?.write(|db| {
        queue::enter(db, Queue::DiagnosisCodes, 0)?;
        replace(db, by, name, release, codes)
    })
}

fn replace(
    db: &mut DbConnection,
    by: &By,
    name: &str,
    release: &str,
    codes: &[DiagnosisCode],
) -> Result<Edition, AppError> {
    debug_assert!(codes.iter().all(|c| c.code_key == key(&c.code)));
    let id = queries::replace(db, name, release, codes, by.now)?;
    let mut entry = Entry::new("imported", "diagnosis_edition", id).note("name", name).note("codes", codes.len());
    if release.is_empty() {
        entry = entry.admin(AdminAction::ImportDiagnosisCodes);
    }
    audit::record(db, by, &entry)?;
    queries::edition(db)?.ok_or(AppError::NotFound)
}

fn unavailable(error: OpenError) -> AppError {
    log::error!("the table of diagnoses cannot be imported: {error}");
    AppError::Unavailable
}
