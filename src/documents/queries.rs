//! SQL of documents.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Document, DocumentId, DocumentKind, DocumentRow, DocumentStatus, MediaType};
use crate::access::{Actor, Permission, Role};
use crate::accounts::model::UserId;
use crate::accounts::names::Names;
use crate::db::schema::{appointments, documents, encounters, test_results};
use crate::db::{DbConnection, MultiBackend};
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;
use crate::prescriptions::results::model::{ResultStatus, TestOrderId};

/// The documents that a person may see: a patient their own that are not entered in error, of test reports those that a
/// doctor has read; a doctor those of patients in their care; others with the permission those of all patients they see.
pub fn visible_to(actor: &Actor) -> documents::BoxedQuery<'static, MultiBackend> {
    let query = documents::table.into_boxed();
    let nobody = PatientId(0);
    if !actor.may(Permission::SeeDocuments) {
        return query.filter(documents::patient_id.eq(nobody));
    }
    match (actor.role, actor.doctor_id) {
        (Role::Patient, _) => {
            let read = test_results::table
                .filter(test_results::document_id.is_not_null())
                .filter(test_results::reviewed_at.is_not_null())
                .filter(test_results::status.ne(ResultStatus::EnteredInError))
                .select(test_results::document_id.assume_not_null());
            let is_shown =
                documents::test_order_id.is_null().or(documents::from_patient.eq(true)).or(documents::id.eq_any(read));
            query
                .filter(documents::patient_id.eq(actor.patient_id.unwrap_or(nobody)))
                .filter(documents::status.eq(DocumentStatus::Current))
                .filter(is_shown)
        }
        (Role::Doctor, Some(doctor)) => {
            // The patients of `patients::queries::visible_to`, which cannot be nested on two engines.
            let booked =
                appointments::table.filter(appointments::doctor_id.eq(doctor)).select(appointments::patient_id);
            let seen = encounters::table.filter(encounters::doctor_id.eq(doctor)).select(encounters::patient_id);
            query.filter(documents::patient_id.eq_any(booked).or(documents::patient_id.eq_any(seen)))
        }
        (Role::Doctor, None) => query.filter(documents::patient_id.eq(nobody)),
        _ if actor.may(Permission::SeePatients) => query,
        _ => query.filter(documents::patient_id.eq(nobody)),
    }
}

/// A document that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: DocumentId) -> QueryResult<Document> {
    visible_to(actor).filter(documents::id.eq(id)).select(Document::as_select()).first(db)
}

/// A document that the person may see, with its names.
pub fn find_row(db: &mut DbConnection, actor: &Actor, id: DocumentId) -> QueryResult<DocumentRow> {
    let found = find(db, actor, id)?;
    named(db, vec![found])?.pop().ok_or(diesel::result::Error::NotFound)
}

fn named(db: &mut DbConnection, found: Vec<Document>) -> QueryResult<Vec<DocumentRow>> {
    let names = Names::load(db, found.iter().flat_map(|d| [d.author_id, d.entered_in_error_by]))?;
    let row = |document: Document| DocumentRow {
        author: names.of(document.author_id),
        wrong_by: names.of(document.entered_in_error_by),
        document,
    };
    Ok(found.into_iter().map(row).collect())
}

fn of_patient(
    actor: &Actor,
    patient: PatientId,
    kind: Option<DocumentKind>,
) -> documents::BoxedQuery<'static, MultiBackend> {
    let query = visible_to(actor).filter(documents::patient_id.eq(patient));
    match kind {
        Some(kind) => query.filter(documents::kind.eq(kind)),
        None => query,
    }
}

/// How many of a patient's documents the person may see.
pub fn count(db: &mut DbConnection, actor: &Actor, patient: PatientId, kind: Option<DocumentKind>) -> QueryResult<i64> {
    of_patient(actor, patient, kind).count().get_result(db)
}

/// A patient's documents that the person may see, the newest first.
pub fn for_patient(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    kind: Option<DocumentKind>,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<DocumentRow>> {
    let found = of_patient(actor, patient, kind)
        .order((documents::uploaded_at.desc(), documents::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(Document::as_select())
        .load(db)?;
    named(db, found)
}

/// How many documents of a visit or a test are shown with it.
const MOST_BESIDE: i64 = 100;

/// The documents of a visit that the person may see and that count, the oldest first.
pub fn of_encounter(db: &mut DbConnection, actor: &Actor, id: EncounterId) -> QueryResult<Vec<Document>> {
    visible_to(actor)
        .filter(documents::encounter_id.eq(id))
        .filter(documents::status.eq(DocumentStatus::Current))
        .order(documents::id)
        .limit(MOST_BESIDE)
        .select(Document::as_select())
        .load(db)
}

/// The reports of a test that the person may see and that count, the oldest first.
pub fn of_test_order(db: &mut DbConnection, actor: &Actor, id: TestOrderId) -> QueryResult<Vec<Document>> {
    visible_to(actor)
        .filter(documents::test_order_id.eq(id))
        .filter(documents::status.eq(DocumentStatus::Current))
        .order(documents::id)
        .limit(MOST_BESIDE)
        .select(Document::as_select())
        .load(db)
}

/// Whether some row names this stored file.
pub fn is_stored(db: &mut DbConnection, storage_name: &str) -> QueryResult<bool> {
    let named = documents::table.filter(documents::storage_name.eq(storage_name));
    diesel::select(diesel::dsl::exists(named)).get_result(db)
}

/// The document of a patient that is this very file and counts, whoever asks: for actions.
pub fn same_file(db: &mut DbConnection, patient: PatientId, sha256: &str) -> QueryResult<Option<DocumentId>> {
    documents::table
        .filter(documents::patient_id.eq(patient))
        .filter(documents::sha256.eq(sha256))
        .filter(documents::status.eq(DocumentStatus::Current))
        .select(documents::id)
        .first(db)
        .optional()
}

/// How many bytes a patient's files take, those entered in error too.
pub fn bytes_of(db: &mut DbConnection, patient: PatientId) -> QueryResult<i64> {
    // The sum of such a column is a type that the two engines do not share; a record has some hundreds of rows.
    let sizes: Vec<i64> =
        documents::table.filter(documents::patient_id.eq(patient)).select(documents::bytes).load(db)?;
    Ok(sizes.iter().sum())
}

/// A document to be added.
#[derive(Clone, Debug)]
pub struct NewDocument {
    pub patient: PatientId,
    pub encounter: Option<EncounterId>,
    pub test_order: Option<TestOrderId>,
    pub kind: DocumentKind,
    pub title: String,
    pub file_name: String,
    pub media_type: MediaType,
    pub bytes: i64,
    pub sha256: String,
    pub storage_name: String,
    pub from_patient: bool,
    pub author: Option<UserId>,
}

/// Adds a document. A file that is on the record already violates `ux_documents_patient_id_sha256`.
pub fn insert(db: &mut DbConnection, new: &NewDocument, now: NaiveDateTime) -> QueryResult<DocumentId> {
    diesel::insert_into(documents::table)
        .values((
            documents::patient_id.eq(new.patient),
            documents::encounter_id.eq(new.encounter),
            documents::test_order_id.eq(new.test_order),
            documents::kind.eq(new.kind),
            documents::title.eq(&new.title),
            documents::file_name.eq(&new.file_name),
            documents::media_type.eq(new.media_type),
            documents::bytes.eq(new.bytes),
            documents::sha256.eq(&new.sha256),
            documents::storage_name.eq(&new.storage_name),
            documents::from_patient.eq(new.from_patient),
            documents::author_id.eq(new.author),
            documents::uploaded_at.eq(now),
            documents::status.eq(DocumentStatus::Current),
        ))
        .returning(documents::id)
        .get_result(db)
}

/// Saves what is said of a document of this version; `false` when somebody else saved first or it is entered in error.
pub fn update(
    db: &mut DbConnection,
    id: DocumentId,
    version: i32,
    kind: DocumentKind,
    title: &str,
    encounter: Option<EncounterId>,
) -> QueryResult<bool> {
    let present = documents::table
        .find(id)
        .filter(documents::version.eq(version))
        .filter(documents::status.eq(DocumentStatus::Current));
    let changed = diesel::update(present)
        .set((
            documents::kind.eq(kind),
            documents::title.eq(title),
            documents::encounter_id.eq(encounter),
            documents::version.eq(version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks a document as entered in error; `false` when it is already.
pub fn retract(
    db: &mut DbConnection,
    id: DocumentId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = documents::table.find(id).filter(documents::status.eq(DocumentStatus::Current));
    let changed = diesel::update(present)
        .set((
            documents::status.eq(DocumentStatus::EnteredInError),
            documents::entered_in_error_at.eq(now),
            documents::entered_in_error_by.eq(by),
            documents::entered_in_error_reason.eq(reason),
            documents::version.eq(documents::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
