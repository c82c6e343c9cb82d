//! Adding documents to a record, saying what they are, and marking them as entered in error.

use super::forms::DocumentInput;
use super::model::{Document, DocumentId, size_text};
use super::queries::{self, NewDocument};
use super::receive::Stored;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients;
use crate::patients::model::PatientId;
use crate::prescriptions::results::model::TestOrderId;

/// How many bytes the files of one patient may take together.
pub const QUOTA: i64 = 200 * 1024 * 1024;

/// What became of an uploaded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    New(DocumentId),
    /// The very file is on the record already, as this document.
    Known(DocumentId),
}

impl Added {
    /// The document, new or not.
    pub fn id(self) -> DocumentId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// Adds a stored file to the record of a patient whom the person may open. Whether the visit and the test are this
/// patient's was asked before.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` when there is no room for it.
pub fn add(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    input: &DocumentInput,
    test_order: Option<TestOrderId>,
    file: &Stored,
) -> Result<Added, AppError> {
    patients::queries::find(db, actor, patient)?;
    if let Some(known) = queries::same_file(db, patient, &file.sha256)? {
        return Ok(Added::Known(known));
    }
    let used = queries::bytes_of(db, patient)?;
    if used + file.bytes > QUOTA {
        return Err(AppError::Conflict(format!(
            "There is no room for this file: the documents of one patient take {} at most, and {} are used.",
            size_text(QUOTA),
            size_text(used)
        )));
    }
    let title = if input.title.is_empty() { &file.stem } else { &input.title };
    let new = NewDocument {
        patient,
        encounter: input.encounter,
        test_order,
        kind: input.kind,
        title: if title.is_empty() { input.kind.label().to_owned() } else { title.clone() },
        file_name: file.file_name.clone(),
        media_type: file.media_type,
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        storage_name: file.name.clone(),
        from_patient: actor.patient_id == Some(patient),
        author: by.user_id(),
    };
    let id = queries::insert(db, &new, by.now)?;
    let entry = Entry::new("uploaded", "document", id)
        .patient(patient)
        .note("kind", input.kind.as_str())
        .note("bytes", file.bytes)
        .note("sha256", &file.sha256);
    audit::record(db, by, &entry)?;
    Ok(Added::New(id))
}

/// A document that the person may change.
///
/// # Errors
/// `NotFound` for one out of their scope, and for one that they only may read.
pub fn changeable(db: &mut DbConnection, actor: &Actor, id: DocumentId) -> Result<Document, AppError> {
    let document = queries::find(db, actor, id)?;
    if document.is_wrong() {
        return Err(AppError::Conflict("This document is marked as entered in error.".to_owned()));
    }
    if document.may_be_changed_by(actor) { Ok(document) } else { Err(AppError::NotFound) }
}

/// Saves what is said of a document.
///
/// # Errors
/// `Stale` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: DocumentId,
    version: i32,
    input: &DocumentInput,
) -> Result<(), AppError> {
    let before = changeable(db, actor, id)?;
    if before.version != version || !queries::update(db, id, version, input.kind, &input.title, input.encounter)? {
        let stale = StaleEdit::new("This document", &format!("/documents/{id}/edit"))
            .row("Title", &input.title, &before.title)
            .row("What it is", input.kind.label(), before.kind.label());
        return Err(stale.into());
    }
    let encounter = |of: Option<crate::encounters::model::EncounterId>| of.map(i64::from);
    let mut entry = Entry::new("updated", "document", id)
        .patient(before.patient_id)
        .change("kind", &before.kind.as_str(), &input.kind.as_str())
        .change("encounter_id", &encounter(before.encounter_id), &encounter(input.encounter));
    if before.title != input.title {
        // That it changed, not the words: the record itself holds those.
        entry = entry.note("fields", ["title"]);
    }
    audit::record(db, by, &entry)
}

/// Marks a document as entered in error, with a reason.
///
/// # Errors
/// `Conflict` when it is marked already.
pub fn mark_error(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: DocumentId,
    reason: &str,
) -> Result<Document, AppError> {
    let before = changeable(db, actor, id)?;
    if !queries::retract(db, id, by.user_id(), reason, by.now)? {
        return Err(AppError::Conflict("This document is marked as entered in error.".to_owned()));
    }
    let entry = Entry::new("entered_in_error", "document", id).patient(before.patient_id).reason(reason);
    audit::record(db, by, &entry)?;
    Ok(before)
}
