//! Taking payments, asking insurances, paying back.

use super::forms::PaymentInput;
use super::model::{Method, NewPayment, Payment, PaymentId, PaymentKind, PaymentStatus};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::billing::bills;
use crate::billing::bills::model::{Bill, BillId};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::settings;

/// Takes a payment, or submits a claim. `key` is the form's own: sent twice, it counts once.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for a bill that takes none, and for more than is left of it.
pub fn take(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    key: &str,
    input: &PaymentInput,
) -> Result<PaymentId, AppError> {
    let bill = bills::queries::find(db, actor, id)?;
    let is_claim = input.method == Method::Insurance;
    let status = match (input.has_failed, is_claim) {
        (true, _) => PaymentStatus::Failed,
        (false, true) => PaymentStatus::Pending,
        (false, false) => PaymentStatus::Success,
    };
    let new = NewPayment {
        bill_id: id,
        kind: PaymentKind::Payment,
        method: input.method,
        status,
        amount: input.amount,
        claimed: is_claim.then_some(input.amount),
        given: input.given,
        transaction_id: input.transaction_id.clone(),
        insurer: input.insurer.clone(),
        note: input.note.clone(),
        idempotency_key: key.to_owned(),
        needs_approval: false,
        taken_by: actor.user_id,
        taken_at: by.now,
    };
    insert(db, by, &bill, &new, "taken")
}

fn insert(
    db: &mut DbConnection,
    by: &By,
    bill: &Bill,
    new: &NewPayment,
    verb: &'static str,
) -> Result<PaymentId, AppError> {
    let id = queries::insert(db, new)?;
    let method: &'static str = new.method.into();
    let status: &'static str = new.status.into();
    let entry = Entry::new(verb, "payment", id)
        .patient(bill.patient_id)
        .note("bill", bill.id.0)
        .note("method", method)
        .note("status", status)
        .note("amount", new.amount)
        .reason(&new.note);
    audit::record(db, by, &entry)?;
    bills::actions::follow(db, by, bill)?;
    Ok(id)
}

/// Pays something back, or asks for the second person whom the settings want for so much.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for more than was paid.
pub fn refund(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    key: &str,
    input: &PaymentInput,
) -> Result<PaymentId, AppError> {
    let bill = bills::queries::find(db, actor, id)?;
    let limit = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.refund_approval_limit;
    let needs_approval = input.amount > limit;
    let new = NewPayment {
        bill_id: id,
        kind: PaymentKind::Refund,
        method: input.method,
        status: if needs_approval { PaymentStatus::Pending } else { PaymentStatus::Success },
        amount: input.amount,
        claimed: None,
        given: None,
        transaction_id: input.transaction_id.clone(),
        insurer: String::new(),
        note: input.note.clone(),
        idempotency_key: key.to_owned(),
        needs_approval,
        taken_by: actor.user_id,
        taken_at: by.now,
    };
    insert(db, by, &bill, &new, "refunded")
}

/// A payment of a bill that the person may see, and the bill.
pub fn seen(db: &mut DbConnection, actor: &Actor, id: PaymentId) -> Result<(Payment, Bill), AppError> {
    let payment = queries::find(db, id)?;
    let bill = bills::queries::find(db, actor, payment.bill_id)?;
    Ok((payment, bill))
}

/// Settles what waits: `granted` counts, nothing for no. Says which bill it is of.
///
/// # Errors
/// `Forbidden` for one's own refund; `Conflict` for what was settled already.
pub fn decide(db: &mut DbConnection, by: &By, actor: &Actor, id: PaymentId, granted: i64) -> Result<BillId, AppError> {
    let (payment, bill) = seen(db, actor, id)?;
    if granted > 0 && payment.needs_approval && payment.taken_by == actor.user_id {
        return Err(AppError::Conflict("Somebody else has to approve the refund that you asked for.".to_owned()));
    }
    let (status, amount) = match granted {
        1.. => (PaymentStatus::Success, granted.min(payment.amount)),
        _ => (PaymentStatus::Failed, payment.amount),
    };
    if !queries::settle(db, by, &payment, status, amount)? {
        return Err(AppError::Conflict("Somebody else has settled this already.".to_owned()));
    }
    let to: &'static str = status.into();
    let entry = Entry::new("settled", "payment", id)
        .patient(bill.patient_id)
        .note("bill", bill.id.0)
        .note("status", to)
        .change("amount", &payment.amount, &amount);
    audit::record(db, by, &entry)?;
    bills::actions::follow(db, by, &bill)?;
    Ok(bill.id)
}
