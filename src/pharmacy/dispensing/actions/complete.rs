//! Handing out: everything that belongs to it, in one transaction.

use super::check::{Plan, Problem, check};
use super::{Work, in_hand, load, settle, tell_doctor, tell_patient};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::billing;
use crate::billing::actions::Handed;
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::pharmacy::dispensing::forms::{LineInput, Wish};
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, DispensingStatus, Line};
use crate::pharmacy::dispensing::queries::{self, NewItem, Step};
use crate::pharmacy::stock;
use crate::prescriptions::model::PrescriptionId;

/// What is wrong with the form as the prescription and the stock are now.
pub fn problems(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    input: &[LineInput],
) -> Result<Vec<Problem>, AppError> {
    let work = load(db, by, actor, id)?;
    Ok(check(db, &work, input)?.1)
}

/// Hands out and declines what was typed: items, the stock's ledger, declines, charges, how the prescription stands, the
/// audit, and word to doctor and patient. All of it or nothing.
///
/// # Errors
/// `Conflict` in words when something of it may not be; `Stale` when it was held or taken over since the page was made.
pub fn complete(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PrescriptionId,
    version: i32,
    input: &[LineInput],
) -> Result<DispensingId, AppError> {
    let work = load(db, by, actor, id)?;
    let before = in_hand(db, actor, &work)?;
    if before.version != version {
        return Err(stale(&work, input).into());
    }
    if let Some(refusal) = work.refusal() {
        return Err(AppError::Conflict(refusal));
    }
    let (plan, problems) = check(db, &work, input)?;
    if !problems.is_empty() {
        let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
        return Err(AppError::Conflict(messages.join(" ")));
    }
    let total = hand_out(db, by, &work, &before, &plan)?;
    for (line, reason) in &plan.declined {
        queries::insert_decline(db, before.id, *line, reason, by.now)?;
    }
    let lines = settle(db, by, &work)?;
    finish(db, by, &before, &plan)?;
    let mut entry = Entry::new("completed", "dispensing", before.id)
        .patient(work.prescription.patient_id)
        .note("prescription", id.0)
        .note("lines", plan.handed.len())
        .note("charged", total);
    if !plan.declined.is_empty() {
        entry = entry.note("declined", plan.declined.len());
    }
    // The doctor wrote freely, so somebody decided what was meant: which line, which medicine.
    let found: Vec<(i64, i64)> =
        plan.handed.iter().filter(|hand| hand.is_found).map(|hand| (hand.line.0, hand.medicine.id.0)).collect();
    if !found.is_empty() {
        entry = entry.note("matched", found);
    }
    audit::record(db, by, &entry)?;
    announce(db, by, &work, before.id, &plan, &lines)?;
    Ok(before.id)
}

/// Items, movements and charges; says what it comes to.
fn hand_out(db: &mut DbConnection, by: &By, work: &Work, before: &Dispensing, plan: &Plan) -> Result<i64, AppError> {
    let mut charges = Vec::new();
    for hand in &plan.handed {
        for (batch, quantity) in &hand.parts {
            let new = NewItem {
                dispensing_id: before.id,
                prescription_medication_id: hand.line,
                medicine_id: hand.medicine.id,
                batch_id: *batch,
                quantity: *quantity,
                unit_price: hand.medicine.price,
                substitution_reason: hand.substitution_reason.clone(),
                created_at: by.now,
            };
            let item = queries::insert_item(db, &new)?;
            stock::actions::take(db, by, *batch, *quantity, item)?;
            charges.push(Handed {
                item,
                description: hand.medicine.name.clone(),
                quantity: *quantity,
                unit_price: hand.medicine.price,
            });
        }
    }
    if charges.is_empty() {
        return Ok(0);
    }
    let prescription = &work.prescription;
    billing::actions::charge_dispensing(db, by, prescription.patient_id, prescription.doctor_id, &charges)
}

fn finish(db: &mut DbConnection, by: &By, before: &Dispensing, plan: &Plan) -> Result<(), AppError> {
    let (status, reason) = match plan.declined.first() {
        Some((_, reason)) if plan.handed.is_empty() => (DispensingStatus::Declined, reason.as_str()),
        _ => (DispensingStatus::Completed, ""),
    };
    match queries::advance(db, before, Step { pharmacist: before.pharmacist_id, status, reason }, by.now)? {
        true => Ok(()),
        false => Err(AppError::Conflict("Somebody else was quicker. Look at it again.".to_owned())),
    }
}

fn announce(
    db: &mut DbConnection,
    by: &By,
    work: &Work,
    dispensing: DispensingId,
    plan: &Plan,
    lines: &[Line],
) -> Result<(), AppError> {
    let code = work.prescription.id.code();
    if !plan.declined.is_empty() {
        tell_doctor(db, by, work, &format!("declined:{dispensing}"), plan.declined.len())?;
    }
    let open = lines.iter().filter(|line| line.is_open()).count();
    let message = match (plan.handed.is_empty(), open) {
        (true, _) => format!("The pharmacy could not dispense a part of {code}. See why, and ask your doctor."),
        (false, 0) => format!("{code} was dispensed."),
        (false, 1) => format!("{code} was dispensed in part: one medicine is still to come."),
        (false, open) => format!("{code} was dispensed in part: {open} medicines are still to come."),
    };
    tell_patient(db, by, work, &format!("dispensed:{dispensing}"), message)
}

/// What was typed, beside what became of it meanwhile.
fn stale(work: &Work, input: &[LineInput]) -> StaleEdit {
    let id = work.prescription.id;
    let mut edit = StaleEdit::new("This dispensing", &format!("/pharmacy/{id}"));
    for typed in input {
        let Some(line) = work.lines.iter().find(|line| line.id == typed.line) else { continue };
        let yours = match typed.wish {
            Wish::Hand => {
                let parts: Vec<String> = typed.parts.iter().map(|part| part.quantity.to_string()).collect();
                format!("{} {}", typed.wish.label(), parts.join(" + "))
            }
            wish => format!("{} {}", wish.label(), typed.reason),
        };
        let theirs = match line.dispensed {
            0 => line.state().label.to_owned(),
            _ => format!("{}: {}", line.state().label, line.dispensed_text()),
        };
        edit = edit.row(&line.medication.medicine, yours.trim(), theirs);
    }
    edit
}
