//! Receiving a delivery.

use super::forms::{LineInput, ReceiptInput};
use super::model::{ReceiptId, unit_cost};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::Medicine;
use crate::pharmacy::stock::actions::movement;
use crate::pharmacy::stock::model::{MovementKind, NewMovement};
use crate::pharmacy::stock::queries as stock;
use crate::pharmacy::suppliers::queries as suppliers;

/// The medicine that each line means, by name or barcode; `None` where there is none or several.
pub fn meant(db: &mut DbConnection, lines: &[LineInput]) -> Result<Vec<Option<Medicine>>, AppError> {
    lines.iter().map(|line| Ok(medicines::queries::meant_or_scanned(db, &line.medicine)?)).collect()
}

/// Receives a delivery: the receipt, its batches (a lot that is known already grows), and a row of the ledger for each line.
///
/// # Errors
/// `Constraint` for a delivery note that was received already, and for a batch that would grow beyond all measure;
/// `Conflict` when a line's medicine has become unclear or the supplier was closed meanwhile.
pub fn receive(db: &mut DbConnection, by: &By, input: &ReceiptInput) -> Result<ReceiptId, AppError> {
    let supplier = suppliers::find(db, input.supplier)?;
    if !supplier.is_active {
        return Err(AppError::Conflict(format!("{} is closed: it does not deliver any more.", supplier.name)));
    }
    let receipt =
        queries::insert(db, supplier.id, (&input.reference, &input.note), input.received_on, by.user_id(), by.now)?;
    for (position, line) in (0_i32..).zip(&input.lines) {
        let medicine = medicines::queries::meant_or_scanned(db, &line.medicine)?
            .ok_or_else(|| AppError::Conflict(format!("{} is not in the catalogue any more.", line.medicine)))?;
        let quantity = line
            .quantity(&medicine)
            .ok_or_else(|| AppError::Conflict(format!("The quantity of {} cannot be taken.", medicine.name)))?;
        let cost = unit_cost(line.total_cost, quantity);
        let batch = stock::batch_for(db, medicine.id, &line.lot, line.expires_on, cost, by.now)?;
        let line_id = queries::insert_line(db, receipt, position, batch, quantity, line.total_cost)?;
        let received =
            NewMovement { receipt_line_id: Some(line_id), ..movement(by, batch, MovementKind::Received, quantity, "") };
        stock::insert_movement(db, &received)?;
    }
    let entry = Entry::new("received", "stock_receipt", receipt)
        .note("supplier", &supplier.name)
        .note("reference", &input.reference)
        .note("lines", input.lines.len());
    audit::record(db, by, &entry)?;
    Ok(receipt)
}
