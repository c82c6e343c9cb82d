//! Things of the pharmacy, made with sensible values.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use infirmary::accounts::model::UserId;
use infirmary::db::DbConnection;
use infirmary::db::schema::{
    dispensing_items, dispensings, prescription_medications, stock_batches, stock_receipt_lines, stock_receipts,
    stocktakes, suppliers,
};
use infirmary::error::AppError;
use infirmary::medicines::forms::MedicineInput;
use infirmary::medicines::model::MedicineId;
use infirmary::patients::model::PatientId;
use infirmary::pharmacy::stock::model::{BatchId, DispensingItemId, MovementKind, NewMovement, ReceiptLineId};
use infirmary::pharmacy::stock::queries;
use infirmary::prescriptions::model::{Content, Medication, PrescriptionId};
use infirmary::prescriptions::queries::Occasion;

use super::factory::{self, number};

/// A date.
pub fn day(text: &str) -> NaiveDate {
    infirmary::time::parse_date(text).expect("a test's own date")
}

/// A supplier.
pub fn supplier(db: &mut DbConnection, now: NaiveDateTime) -> Result<i64, AppError> {
    let name = format!("Supplier {}", number());
    Ok(diesel::insert_into(suppliers::table)
        .values((
            suppliers::name.eq(&name),
            suppliers::name_key.eq(name.to_lowercase()),
            suppliers::created_at.eq(now),
            suppliers::updated_at.eq(now),
        ))
        .returning(suppliers::id)
        .get_result(db)?)
}

/// A batch with nothing in it yet.
pub fn empty_batch(
    db: &mut DbConnection,
    medicine: MedicineId,
    expires_on: &str,
    now: NaiveDateTime,
) -> Result<BatchId, AppError> {
    let lot = format!("LOT{}", number());
    Ok(diesel::insert_into(stock_batches::table)
        .values((
            stock_batches::medicine_id.eq(medicine),
            stock_batches::lot.eq(&lot),
            stock_batches::lot_key.eq(lot.to_lowercase()),
            stock_batches::expires_on.eq(day(expires_on)),
            stock_batches::created_at.eq(now),
            stock_batches::updated_at.eq(now),
        ))
        .returning(stock_batches::id)
        .get_result(db)?)
}

/// A line of a receipt of its own, which nothing was received by yet.
pub fn receipt_line(
    db: &mut DbConnection,
    batch: BatchId,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<ReceiptLineId, AppError> {
    let supplier = supplier(db, now)?;
    let receipt: i64 = diesel::insert_into(stock_receipts::table)
        .values((
            stock_receipts::supplier_id.eq(supplier),
            stock_receipts::reference.eq("DN-1"),
            stock_receipts::reference_key.eq("dn-1"),
            stock_receipts::received_on.eq(now.date()),
            stock_receipts::created_at.eq(now),
        ))
        .returning(stock_receipts::id)
        .get_result(db)?;
    Ok(diesel::insert_into(stock_receipt_lines::table)
        .values((
            stock_receipt_lines::receipt_id.eq(receipt),
            stock_receipt_lines::position.eq(0),
            stock_receipt_lines::batch_id.eq(batch),
            stock_receipt_lines::quantity.eq(quantity),
            stock_receipt_lines::total_cost.eq(0),
        ))
        .returning(stock_receipt_lines::id)
        .get_result(db)?)
}

/// A row of the ledger that refers to nothing.
pub fn movement(batch_id: BatchId, kind: MovementKind, quantity: i32, now: NaiveDateTime) -> NewMovement {
    NewMovement {
        batch_id,
        kind,
        quantity,
        reason: "A test's reason".to_owned(),
        user_id: None,
        created_at: now,
        receipt_line_id: None,
        dispensing_item_id: None,
        stocktake_count_id: None,
    }
}

/// So many units of a medicine on the shelf, received from a supplier of its own.
pub fn batch(
    db: &mut DbConnection,
    medicine: MedicineId,
    expires_on: &str,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<BatchId, AppError> {
    let batch = empty_batch(db, medicine, expires_on, now)?;
    let line = receipt_line(db, batch, quantity, now)?;
    let received =
        NewMovement { receipt_line_id: Some(line), ..movement(batch, MovementKind::Received, quantity, now) };
    queries::insert_movement(db, &received)?;
    Ok(batch)
}

/// A dispensing that is under way, and the prescription's first line.
pub fn dispensing(
    db: &mut DbConnection,
    prescription: PrescriptionId,
    pharmacist: UserId,
    now: NaiveDateTime,
) -> Result<(i64, i64), AppError> {
    let line = prescription_medications::table
        .filter(prescription_medications::prescription_id.eq(prescription))
        .order(prescription_medications::position)
        .select(prescription_medications::id)
        .first(db)?;
    let id = diesel::insert_into(dispensings::table)
        .values((
            dispensings::prescription_id.eq(prescription),
            dispensings::pharmacist_id.eq(pharmacist),
            dispensings::status.eq("in_progress"),
            dispensings::started_at.eq(now),
            dispensings::updated_at.eq(now),
        ))
        .returning(dispensings::id)
        .get_result(db)?;
    Ok((id, line))
}

/// What was handed over, before the ledger knows of it.
pub fn dispensing_item(
    db: &mut DbConnection,
    (dispensing, line): (i64, i64),
    medicine: MedicineId,
    batch: BatchId,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<DispensingItemId, AppError> {
    Ok(diesel::insert_into(dispensing_items::table)
        .values((
            dispensing_items::dispensing_id.eq(dispensing),
            dispensing_items::prescription_medication_id.eq(line),
            dispensing_items::medicine_id.eq(medicine),
            dispensing_items::batch_id.eq(batch),
            dispensing_items::quantity.eq(quantity),
            dispensing_items::unit_price.eq(10),
            dispensing_items::created_at.eq(now),
        ))
        .returning(dispensing_items::id)
        .get_result(db)?)
}

/// The receipt by which a batch first came, and its supplier.
pub fn receipt_of(db: &mut DbConnection, batch: BatchId) -> Result<(i64, i64), AppError> {
    Ok(stock_receipt_lines::table
        .inner_join(stock_receipts::table)
        .filter(stock_receipt_lines::batch_id.eq(batch))
        .select((stock_receipts::id, stock_receipts::supplier_id))
        .first(db)?)
}

/// A stocktake of everything, just begun.
pub fn stocktake(db: &mut DbConnection, now: NaiveDateTime) -> Result<i64, AppError> {
    Ok(diesel::insert_into(stocktakes::table)
        .values((stocktakes::status.eq("open"), stocktakes::started_at.eq(now)))
        .returning(stocktakes::id)
        .get_result(db)?)
}

/// A medicine of this generic name and strength, at 25 minor units for one; the name is its own.
pub fn medicine(
    db: &mut DbConnection,
    generic: &str,
    strength: &str,
    now: NaiveDateTime,
) -> Result<MedicineId, AppError> {
    let input = MedicineInput {
        name: format!("{generic} {strength} capsule {}", number()),
        generic_name: generic.to_owned(),
        form: "capsule".to_owned(),
        strength: strength.to_owned(),
        unit: "capsule".to_owned(),
        route: "oral".to_owned(),
        pack_size: 10,
        price: 25,
        is_active: true,
        ..MedicineInput::default()
    };
    Ok(infirmary::medicines::queries::insert(db, &input, &[], now)?)
}

/// A line for a medicine of the catalogue: three times a day for five days.
pub fn line(db: &mut DbConnection, medicine: MedicineId, quantity: Option<i32>) -> Result<Medication, AppError> {
    Ok(Medication {
        medicine: infirmary::medicines::queries::find(db, medicine)?.name,
        dose: "1".to_owned(),
        unit: "capsule".to_owned(),
        route: "oral".to_owned(),
        frequency: "tds".to_owned(),
        duration_days: Some(5),
        quantity,
        instructions: "after food".to_owned(),
        medicine_id: Some(medicine),
        ..Medication::default()
    })
}

/// A submitted prescription with these lines, of a doctor of its own, and the ids of its lines.
pub fn prescription(
    db: &mut DbConnection,
    patient: PatientId,
    lines: Vec<Medication>,
    valid_until: &str,
    now: NaiveDateTime,
) -> Result<(PrescriptionId, Vec<i64>), AppError> {
    let doctor = factory::doctor(db, now)?;
    let content = Content { medications: lines, valid_until: Some(day(valid_until)), ..Content::default() };
    let occasion = Occasion { patient, encounter: None, appointment: None };
    let id = infirmary::prescriptions::queries::insert(db, doctor, occasion, &content, now)?;
    infirmary::prescriptions::queries::submit(db, id, 1, &[], "", now)?;
    let lines = prescription_medications::table
        .filter(prescription_medications::prescription_id.eq(id))
        .order(prescription_medications::position)
        .select(prescription_medications::id)
        .load(db)?;
    Ok((id, lines))
}

/// A finished dispensing of a prescription of its own, in which nothing was handed out.
pub fn declined_dispensing(db: &mut DbConnection, now: NaiveDateTime) -> Result<i64, AppError> {
    let patient = factory::patient(db, now)?;
    let prescription = factory::submitted_prescription(db, patient, now)?;
    let pharmacist = factory::person(db, infirmary::access::Role::Pharmacist, now)?;
    let id =
        infirmary::pharmacy::dispensing::queries::insert_declined(db, prescription, pharmacist, "Not in stock", now)?;
    Ok(id.0)
}
