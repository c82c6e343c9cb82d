//! Drafting, issuing and correcting bills.

use chrono::Days;

use super::forms::{DraftInput, FREE_DISCOUNT};
use super::model::{Bill, BillId, BillStatus, Line, LineId, NewBill, NewLine};
use super::queries::{self, Off};
use crate::access::{Actor, By, Permission};
use crate::audit::{self, Entry};
use crate::billing::forms::{ChargeInput, MOST};
use crate::billing::model::ChargeItem;
use crate::billing::taxes::model::TaxRate;
use crate::billing::totals::{self, Discount, Totals, WHOLE};
use crate::billing::{actions as charges, payments, queries as accounts, taxes};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};
use crate::patients::model::PatientId;
use crate::settings;
use crate::settings::model::Settings;

/// The most lines of one bill: the rest goes on the next.
const MOST_LINES: usize = 200;

/// Drafts a bill of everything that is open.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` when nothing is open.
pub fn draft(db: &mut DbConnection, by: &By, actor: &Actor, patient: PatientId) -> Result<BillId, AppError> {
    accounts::payer(db, actor, patient)?;
    let mut open: Vec<ChargeItem> = accounts::open_of(db, patient)?.into_iter().map(|row| row.charge).collect();
    open.truncate(MOST_LINES);
    if open.is_empty() {
        return Err(AppError::Conflict("Nothing is to be billed any more: somebody else was first.".to_owned()));
    }
    let charges: Vec<_> = open.iter().map(|charge| charge.id).collect();
    let appointments = queries::appointments_of(db, &charges)?;
    let new = NewBill {
        patient_id: patient,
        appointment_id: appointments.first().copied().filter(|_| appointments.len() == 1),
        credit_of: None,
        status: BillStatus::Draft,
        currency: hospital(db)?.currency().code().to_owned(),
        reason: String::new(),
        created_by: by.user_id(),
        created_at: by.now,
        updated_at: by.now,
    };
    let id = queries::insert(db, &new)?;
    let tax = default_tax(db)?;
    for (position, charge) in (1..).zip(&open) {
        add(db, id, position, charge, tax.as_ref())?;
    }
    let entry = Entry::new("created", "bill", id).patient(patient).note("lines", open.len());
    audit::record(db, by, &entry)?;
    let bill = queries::find(db, actor, id)?;
    recompute(db, by, actor, &bill, Discount::None, Off::default())?;
    Ok(id)
}

fn hospital(db: &mut DbConnection) -> Result<Settings, AppError> {
    settings::queries::find(db)?.ok_or(AppError::NotSetUp)
}

fn default_tax(db: &mut DbConnection) -> Result<Option<TaxRate>, AppError> {
    Ok(taxes::queries::offered(db)?.into_iter().find(|rate| rate.is_default))
}

/// Puts an open charge on a draft. Its share of discount and tax follow from the whole bill.
fn add(
    db: &mut DbConnection,
    bill: BillId,
    position: i32,
    charge: &ChargeItem,
    tax: Option<&TaxRate>,
) -> Result<(), AppError> {
    if charge.amount > MOST {
        let words = format!(
            "\u{201c}{}\u{201d} comes to more than a bill can hold. Cancel it and charge it anew.",
            charge.description
        );
        return Err(AppError::Conflict(words));
    }
    let rate = tax.map_or(0, |tax| tax.basis_points);
    let alone = totals::totals(&[totals::Line { amount: charge.amount, tax_rate: rate }], Discount::None);
    let line = NewLine {
        bill_id: bill,
        position,
        charge_item_id: Some(charge.id),
        credits_line_id: None,
        description: charge.description.clone(),
        quantity: charge.quantity,
        unit_price: charge.unit_price,
        amount: charge.amount,
        discount: 0,
        tax_name: tax.map(|tax| tax.name.clone()).unwrap_or_default(),
        tax_rate: rate,
        tax: alone.map(|totals| totals.tax).unwrap_or_default(),
    };
    Ok(queries::insert_line(db, &line)?)
}

/// A draft of this version.
fn open_draft(db: &mut DbConnection, actor: &Actor, id: BillId, version: i32) -> Result<Bill, AppError> {
    let bill = queries::find(db, actor, id)?;
    if bill.status != BillStatus::Draft {
        return Err(AppError::Conflict(format!("{} is issued, and stays as it is.", bill.title())));
    }
    if bill.version != version {
        return Err(stale(&bill).into());
    }
    Ok(bill)
}

fn stale(bill: &Bill) -> StaleEdit {
    StaleEdit::new("This bill", &format!("/bills/{}", bill.id)).row("Total", "as you saw it", bill.text(bill.total))
}

/// The draft's lines with their shares, and its sums.
fn recompute(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    bill: &Bill,
    discount: Discount,
    off: Off,
) -> Result<Totals, AppError> {
    let lines = queries::lines(db, bill.id)?;
    let amounts: Vec<totals::Line> =
        lines.iter().map(|line| totals::Line { amount: line.amount, tax_rate: line.tax_rate }).collect();
    let too_much = || AppError::Conflict("Together this is more than a bill can hold.".to_owned());
    let totals = totals::totals(&amounts, discount).ok_or_else(too_much)?;
    let free = totals::totals(&amounts, Discount::Rate(FREE_DISCOUNT)).map_or(0, |totals| totals.discount);
    if totals.discount > free && !actor.may(Permission::CorrectBills) {
        let most = f64::from(FREE_DISCOUNT) / f64::from(WHOLE) * 100.0;
        return Err(AppError::Conflict(format!(
            "A discount of more than {most:.0} % is for those who may correct bills."
        )));
    }
    for (line, share) in lines.iter().zip(&totals.shares) {
        queries::set_line(db, line, (&line.tax_name, line.tax_rate), share.discount, share.tax)?;
    }
    if !queries::set_totals(db, bill, &totals, &off, by.now)? {
        return Err(stale(bill).into());
    }
    Ok(totals)
}

/// What a draft has taken off so far.
fn present_discount(bill: &Bill) -> (Discount, Off) {
    let discount = match bill.discount_rate {
        Some(rate) => Discount::Rate(rate),
        None if bill.discount == 0 => Discount::None,
        None => Discount::Amount(bill.discount),
    };
    (discount, Off { rate: bill.discount_rate, reason: bill.discount_reason.clone() })
}

/// Saves the discount and the taxes of a draft.
///
/// # Errors
/// `Stale` when somebody else changed it first; `Conflict` for one that is issued, and for a discount beyond what the
/// person may give.
pub fn edit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    version: i32,
    input: &DraftInput,
) -> Result<(), AppError> {
    let bill = open_draft(db, actor, id, version)?;
    for line in queries::lines(db, id)? {
        let Some((_, name, rate)) = input.taxes.iter().find(|(of, ..)| *of == line.id) else { continue };
        // The tax follows with the totals; alone it already has to be the line's own.
        let alone = totals::totals(&[totals::Line { amount: line.amount, tax_rate: *rate }], Discount::None);
        queries::set_line(db, &line, (name, *rate), 0, alone.map(|totals| totals.tax).unwrap_or_default())?;
    }
    let rate = match input.discount {
        Discount::Rate(rate) => Some(rate),
        _ => None,
    };
    if matches!(input.discount, Discount::Amount(amount) if amount > bill.subtotal) {
        return Err(AppError::Conflict(format!("The bill comes to {} only.", bill.text(bill.subtotal))));
    }
    let off = Off { rate, reason: input.discount_reason.clone() };
    let totals = recompute(db, by, actor, &bill, input.discount, off)?;
    let entry = Entry::new("updated", "bill", id)
        .patient(bill.patient_id)
        .change("discount", &bill.discount, &totals.discount)
        .change("total", &bill.total, &totals.total)
        .reason(&input.discount_reason);
    audit::record(db, by, &entry)
}

/// Charges something by hand, straight onto a draft.
pub fn add_line(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    version: i32,
    input: &ChargeInput,
) -> Result<(), AppError> {
    let bill = open_draft(db, actor, id, version)?;
    let lines = queries::lines(db, id)?;
    if lines.len() >= MOST_LINES {
        return Err(AppError::Conflict(format!("A bill has {MOST_LINES} lines at most.")));
    }
    let charge = charges::charge_manually(db, by, actor, bill.patient_id, input)?;
    let charge = accounts::find(db, actor, charge)?;
    let tax = default_tax(db)?;
    add(db, id, lines.last().map_or(1, |line| line.position + 1), &charge, tax.as_ref())?;
    let (discount, off) = present_discount(&bill);
    let totals = recompute(db, by, actor, &bill, discount, off)?;
    let entry = Entry::new("updated", "bill", id).patient(bill.patient_id).change("total", &bill.total, &totals.total);
    audit::record(db, by, &entry)
}

/// Takes a line off a draft; its charge is open again.
pub fn remove_line(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    version: i32,
    line: LineId,
) -> Result<(), AppError> {
    let bill = open_draft(db, actor, id, version)?;
    let lines = queries::lines(db, id)?;
    if !lines.iter().any(|own| own.id == line) {
        return Err(AppError::NotFound);
    }
    queries::delete_line(db, line)?;
    let (discount, off) = present_discount(&bill);
    let totals = recompute(db, by, actor, &bill, discount, off)?;
    let entry = Entry::new("updated", "bill", id).patient(bill.patient_id).change("total", &bill.total, &totals.total);
    audit::record(db, by, &entry)
}

/// Throws a draft away; its charges are open again. Says whose it was.
pub fn discard(db: &mut DbConnection, by: &By, actor: &Actor, id: BillId, version: i32) -> Result<PatientId, AppError> {
    let bill = open_draft(db, actor, id, version)?;
    queries::delete(db, id)?;
    audit::record(db, by, &Entry::new("discarded", "bill", id).patient(bill.patient_id).note("total", bill.total))?;
    Ok(bill.patient_id)
}

/// Issues a draft: from now on it is owed, and stays as it is.
///
/// # Errors
/// `Stale` when somebody else changed it first; `Conflict` for one without lines, or that is issued already.
pub fn issue(db: &mut DbConnection, by: &By, actor: &Actor, id: BillId, version: i32) -> Result<(), AppError> {
    let bill = open_draft(db, actor, id, version)?;
    if queries::lines(db, id)?.is_empty() {
        return Err(AppError::Conflict("A bill without lines cannot be issued. Add one, or discard it.".to_owned()));
    }
    let settings = hospital(db)?;
    let today = settings.zone().date(by.now);
    let days = u64::try_from(settings.payment_days).unwrap_or(0);
    let due_on = today.checked_add_days(Days::new(days)).unwrap_or(today);
    if !queries::issue(db, by, &bill, due_on)? {
        return Err(stale(&bill).into());
    }
    let entry = Entry::new("issued", "bill", id)
        .patient(bill.patient_id)
        .note("total", bill.total)
        .note("currency", &bill.currency);
    audit::record(db, by, &entry)
}

/// Voids an issued bill that nothing was paid of; its charges are open again.
///
/// # Errors
/// `Conflict` for a bill that is no longer as it was seen, or that was credited; `Stale` when somebody was first.
pub fn void(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    version: i32,
    reason: &str,
) -> Result<(), AppError> {
    let bill = correctable(db, actor, id, version)?;
    if !queries::credits(db, id)?.is_empty() {
        return Err(AppError::Conflict("A credit note took part of this bill back already.".to_owned()));
    }
    if !queries::void(db, by, &bill, reason)? {
        return Err(stale(&bill).into());
    }
    let entry = Entry::new("voided", "bill", id).patient(bill.patient_id).note("total", bill.total).reason(reason);
    audit::record(db, by, &entry)
}

/// A bill of this version that is issued and no credit note.
fn correctable(db: &mut DbConnection, actor: &Actor, id: BillId, version: i32) -> Result<Bill, AppError> {
    let bill = queries::find(db, actor, id)?;
    let refused = match (bill.status, bill.credit_of) {
        (_, Some(_)) => "A credit note stays as it is.",
        (BillStatus::Draft, _) => "This bill is not issued yet. Change the draft instead.",
        (BillStatus::Void, _) => "This bill is void already.",
        _ if bill.version != version => return Err(stale(&bill).into()),
        _ => return Ok(bill),
    };
    Err(AppError::Conflict(refused.to_owned()))
}

/// Takes lines of an issued bill back by a credit note of their own number. What they were charged for is not charged
/// again.
///
/// # Errors
/// `Conflict` for lines that are not the bill's, or were credited already; `Stale` when somebody was first.
pub fn credit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    version: i32,
    wanted: &[LineId],
    reason: &str,
) -> Result<BillId, AppError> {
    let bill = correctable(db, actor, id, version)?;
    let gone = queries::credited_lines(db, id)?;
    let lines: Vec<Line> = queries::lines(db, id)?.into_iter().filter(|line| wanted.contains(&line.id)).collect();
    if lines.is_empty() || lines.iter().any(|line| gone.contains(&line.id)) {
        return Err(AppError::Conflict("These lines were credited already. Look at the bill again.".to_owned()));
    }
    let new = NewBill {
        patient_id: bill.patient_id,
        appointment_id: bill.appointment_id,
        credit_of: Some(id),
        status: BillStatus::Draft,
        currency: bill.currency.clone(),
        reason: reason.to_owned(),
        created_by: by.user_id(),
        created_at: by.now,
        updated_at: by.now,
    };
    let note = queries::insert(db, &new)?;
    for (position, line) in (1..).zip(&lines) {
        queries::insert_line(db, &opposite(note, position, line))?;
    }
    let sum = |of: fn(&Line) -> i64| -lines.iter().map(of).sum::<i64>();
    let (subtotal, discount, tax) = (sum(|line| line.amount), sum(|line| line.discount), sum(|line| line.tax));
    let totals = Totals { subtotal, discount, tax, total: subtotal - discount + tax, shares: Vec::new() };
    let drafted = queries::find(db, actor, note)?;
    queries::set_totals(db, &drafted, &totals, &Off::default(), by.now)?;
    let drafted = queries::find(db, actor, note)?;
    let today = hospital(db)?.zone().date(by.now);
    if !queries::issue(db, by, &drafted, today)? {
        return Err(stale(&bill).into());
    }
    follow(db, by, &bill)?;
    let entry = Entry::new("credited", "bill", id)
        .patient(bill.patient_id)
        .note("credit_note", note.0)
        .note("total", totals.total)
        .reason(reason);
    audit::record(db, by, &entry)?;
    Ok(note)
}

/// The line that takes another one back.
fn opposite(note: BillId, position: i32, line: &Line) -> NewLine {
    NewLine {
        bill_id: note,
        position,
        charge_item_id: None,
        credits_line_id: Some(line.id),
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: -line.unit_price,
        amount: -line.amount,
        discount: -line.discount,
        tax_name: line.tax_name.clone(),
        tax_rate: line.tax_rate,
        tax: -line.tax,
    }
}

/// Brings a bill into the state that follows from what is left to pay.
pub fn follow(db: &mut DbConnection, by: &By, bill: &Bill) -> Result<(), AppError> {
    let is_claimed = payments::queries::sums(db, &[bill.id])?.iter().any(|(.., waits)| *waits);
    let status = match queries::rest(db, bill)? {
        ..=0 => BillStatus::Paid,
        _ if is_claimed => BillStatus::Pending,
        _ => BillStatus::Unpaid,
    };
    if status != bill.status && !queries::set_status(db, bill, status, by.now)? {
        return Err(stale(bill).into());
    }
    Ok(())
}
