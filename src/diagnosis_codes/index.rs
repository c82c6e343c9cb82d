//! The index that is in force, kept in memory and loaded anew when another edition has come into force.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;

use super::model::{Edition, EditionId};
use super::queries;
use super::search::Index;
use crate::db::DbConnection;

/// The index that was loaded last, and the edition it is of.
#[derive(Default)]
pub struct DiagnosisIndex(Mutex<Option<(EditionId, Arc<Index>)>>);

impl DiagnosisIndex {
    /// The edition in force with its index; `None` before any was imported. The first to ask after an import loads it,
    /// which takes a moment; those who ask meanwhile wait for it.
    pub fn current(&self, db: &mut DbConnection) -> QueryResult<Option<(Edition, Arc<Index>)>> {
        let Some(edition) = queries::edition(db)? else { return Ok(None) };
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, index)) = loaded.as_ref()
            && *id == edition.id
        {
            return Ok(Some((edition, Arc::clone(index))));
        }
        let index = Arc::new(Index::new(queries::all(db)?, &queries::usage(db)?));
        *loaded = Some((edition.id, Arc::clone(&index)));
        Ok(Some((edition, index)))
    }
}
