//! Taking payments and deposits, asking insurances, paying back.

use super::forms::PaymentInput;
use super::model::{Method, NewPayment, Payment, PaymentId, PaymentKind, PaymentStatus};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::billing::bills::model::{Bill, BillId};
use crate::billing::{bills, cash, queries as accounts};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::settings;
use crate::settings::model::Settings;

/// Takes a payment, or submits a claim. `key` is the form's own: sent twice, it counts once.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for a bill that takes none, for more than is left of it, and for
/// cash without a cashier's day.
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
        patient_id: bill.patient_id,
        bill_id: Some(id),
        kind: PaymentKind::Payment,
        method: input.method,
        status,
        currency: bill.currency.clone(),
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
        session_id: None,
    };
    let payment = insert(db, by, actor, (new, input.opening_float), "taken")?;
    bills::actions::follow(db, by, &bill)?;
    Ok(payment)
}

/// Writes it down in the cashier's day that it belongs to; cash opens one where a float was given for it.
fn insert(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    (mut new, opening_float): (NewPayment, Option<i64>),
    verb: &'static str,
) -> Result<PaymentId, AppError> {
    new.session_id = cash::actions::joined(db, by, actor, (new.method, new.status, &new.currency), opening_float)?;
    let id = queries::insert(db, &new)?;
    let (kind, method): (&'static str, &'static str) = (new.kind.into(), new.method.into());
    let status: &'static str = new.status.into();
    let entry = Entry::new(verb, "payment", id)
        .patient(new.patient_id)
        .note("bill", new.bill_id.map(|bill| bill.0))
        .note("kind", kind)
        .note("method", method)
        .note("status", status)
        .note("amount", new.amount)
        .reason(&new.note);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Pays something of a bill back, or asks for the second person whom the settings want for so much.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for more than was paid, and for cash without a cashier's day.
pub fn refund(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: BillId,
    key: &str,
    input: &PaymentInput,
) -> Result<PaymentId, AppError> {
    let bill = bills::queries::find(db, actor, id)?;
    let needs_approval = input.amount > settings(db)?.refund_approval_limit;
    let new = NewPayment {
        bill_id: Some(id),
        kind: PaymentKind::Refund,
        currency: bill.currency.clone(),
        ..back(by, actor, bill.patient_id, key, input, needs_approval)
    };
    let payment = insert(db, by, actor, (new, input.opening_float), "refunded")?;
    bills::actions::follow(db, by, &bill)?;
    Ok(payment)
}

/// What goes back to a patient: of what is held for them, until the caller says of which bill.
fn back(
    by: &By,
    actor: &Actor,
    patient: PatientId,
    key: &str,
    input: &PaymentInput,
    needs_approval: bool,
) -> NewPayment {
    NewPayment {
        patient_id: patient,
        bill_id: None,
        kind: PaymentKind::DepositReturn,
        method: input.method,
        status: if needs_approval { PaymentStatus::Pending } else { PaymentStatus::Success },
        currency: String::new(),
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
        session_id: None,
    }
}

fn settings(db: &mut DbConnection) -> Result<Settings, AppError> {
    settings::queries::find(db)?.ok_or(AppError::NotSetUp)
}

/// Takes money ahead, in the hospital's currency.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for cash without a cashier's day.
pub fn deposit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    key: &str,
    input: &PaymentInput,
) -> Result<PaymentId, AppError> {
    accounts::payer(db, actor, patient)?;
    let new = NewPayment {
        patient_id: patient,
        bill_id: None,
        kind: PaymentKind::Deposit,
        method: input.method,
        status: if input.has_failed { PaymentStatus::Failed } else { PaymentStatus::Success },
        currency: settings(db)?.currency().code().to_owned(),
        amount: input.amount,
        claimed: None,
        given: input.given,
        transaction_id: input.transaction_id.clone(),
        insurer: String::new(),
        note: input.note.clone(),
        idempotency_key: key.to_owned(),
        needs_approval: false,
        taken_by: actor.user_id,
        taken_at: by.now,
        session_id: None,
    };
    insert(db, by, actor, (new, input.opening_float), "taken")
}

/// Gives back what is held, or asks for the second person whom the settings want for so much.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` for more than is held, and for cash without a cashier's day.
pub fn return_deposit(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    key: &str,
    input: &PaymentInput,
) -> Result<PaymentId, AppError> {
    accounts::payer(db, actor, patient)?;
    let settings = settings(db)?;
    let needs_approval = input.amount > settings.refund_approval_limit;
    let new = NewPayment {
        currency: settings.currency().code().to_owned(),
        ..back(by, actor, patient, key, input, needs_approval)
    };
    insert(db, by, actor, (new, input.opening_float), "refunded")
}

/// A payment of a patient whose bills the person may see, and the bill that it is of; none for deposits.
pub fn seen(db: &mut DbConnection, actor: &Actor, id: PaymentId) -> Result<(Payment, Option<Bill>), AppError> {
    let payment = queries::find(db, id)?;
    accounts::payer(db, actor, payment.patient_id)?;
    let bill = match payment.bill_id {
        Some(bill) => Some(bills::queries::find(db, actor, bill)?),
        None => None,
    };
    Ok((payment, bill))
}

/// Settles what waits: `granted` counts, nothing for no. Who approves a refund in cash hands it out of their own drawer.
///
/// # Errors
/// `Conflict` for one's own refund, and for what was settled already; `Constraint` for cash without a cashier's day.
pub fn decide(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: PaymentId,
    granted: i64,
    opening_float: Option<i64>,
) -> Result<(), AppError> {
    let (payment, bill) = seen(db, actor, id)?;
    if granted > 0 && payment.needs_approval && payment.taken_by == actor.user_id {
        return Err(AppError::Conflict("Somebody else has to approve the refund that you asked for.".to_owned()));
    }
    let (status, amount) = match granted {
        1.. => (PaymentStatus::Success, granted.min(payment.amount)),
        _ => (PaymentStatus::Failed, payment.amount),
    };
    let session = cash::actions::joined(db, by, actor, (payment.method, status, &payment.currency), opening_float)?;
    if !queries::settle(db, by, &payment, (status, amount), session)? {
        return Err(AppError::Conflict("Somebody else has settled this already.".to_owned()));
    }
    let to: &'static str = status.into();
    let entry = Entry::new("settled", "payment", id)
        .patient(payment.patient_id)
        .note("bill", payment.bill_id.map(|bill| bill.0))
        .note("status", to)
        .change("amount", &payment.amount, &amount);
    audit::record(db, by, &entry)?;
    match bill {
        Some(bill) => bills::actions::follow(db, by, &bill),
        None => Ok(()),
    }
}
