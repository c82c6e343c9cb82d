//! Documents, ordered tests and their results, made with sensible values; and files to upload.

use std::io::Cursor;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use image::{DynamicImage, ImageFormat};
use infirmary::access::token;
use infirmary::db::DbConnection;
use infirmary::db::schema::test_orders;
use infirmary::doctors::model::DoctorId;
use infirmary::documents::model::{DocumentId, DocumentKind, MediaType};
use infirmary::documents::queries::NewDocument;
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;
use infirmary::prescriptions::model::{Content, Priority, TestOrder};
use infirmary::prescriptions::queries::Occasion;
use infirmary::prescriptions::results::model::{Findings, Flag, ResultId, ResultValue, TestOrderId};
use infirmary::prescriptions::results::queries::NewResult;
use infirmary::{documents, prescriptions};

use super::factory;

/// A PDF that says that it is one, and nothing else.
pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n";

/// A picture of this size.
pub fn picture(format: ImageFormat, width: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, 20).write_to(&mut out, format).expect("it encodes");
    out.into_inner()
}

/// Makes a small PNG promise so many pixels, as one that is made to fill the memory does.
pub fn promise(png: &mut [u8], width: u32, height: u32) {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(&png[12..29]);
    png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
}

/// The row of a text of this many bytes, whose file is nowhere.
pub fn document_of(
    db: &mut DbConnection,
    patient: PatientId,
    bytes: i64,
    now: NaiveDateTime,
) -> Result<DocumentId, AppError> {
    let new = NewDocument {
        patient,
        encounter: None,
        test_order: None,
        kind: DocumentKind::Report,
        title: "Discharge letter".to_owned(),
        file_name: "letter.txt".to_owned(),
        media_type: MediaType::Text,
        bytes,
        sha256: token::random(),
        storage_name: token::random(),
        from_patient: false,
        author: None,
    };
    Ok(documents::queries::insert(db, &new, now)?)
}

/// The row of a document whose file is nowhere.
pub fn document(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> Result<DocumentId, AppError> {
    document_of(db, patient, 1200, now)
}

/// A test that this doctor ordered on a submitted prescription.
pub fn test_of(
    db: &mut DbConnection,
    patient: PatientId,
    doctor: DoctorId,
    (test, priority): (&str, Priority),
    now: NaiveDateTime,
) -> Result<TestOrderId, AppError> {
    let line = TestOrder { test: test.to_owned(), instructions: String::new(), priority };
    let content = Content { tests: vec![line], ..Content::default() };
    let occasion = Occasion { patient, encounter: None, appointment: None };
    let id = prescriptions::queries::insert(db, doctor, occasion, &content, now)?;
    prescriptions::queries::submit(db, id, 1, &[], "", now)?;
    Ok(test_orders::table.filter(test_orders::prescription_id.eq(id)).select(test_orders::id).first(db)?)
}

/// A test that a doctor of its own ordered.
pub fn ordered_test(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> Result<TestOrderId, AppError> {
    let doctor = factory::doctor(db, now)?;
    test_of(db, patient, doctor, ("Potassium", Priority::Routine), now)
}

/// A result that nobody has read: potassium, too high.
pub fn result(db: &mut DbConnection, id: TestOrderId, now: NaiveDateTime) -> Result<ResultId, AppError> {
    let value = ResultValue {
        name: "Potassium".to_owned(),
        value: "5.9".to_owned(),
        unit: "mmol/l".to_owned(),
        reference_low: "3.5".to_owned(),
        reference_high: "5.1".to_owned(),
        flag: Flag::High,
    };
    let findings = Findings { resulted_at: now, conclusion: "Hyperkalaemia".to_owned(), values: vec![value] };
    let order = prescriptions::results::queries::load(db, id)?;
    let new = NewResult { document: None, amends: None, entered_by: None };
    Ok(prescriptions::results::queries::insert(db, &order, &new, &findings, now)?)
}
