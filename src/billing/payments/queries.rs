//! SQL of payments.

use diesel::dsl::{IntoBoxed, count_star};
use diesel::prelude::*;

use super::model::{Method, NewPayment, Payment, PaymentId, PaymentKind, PaymentRow, PaymentStatus, Waiting};
use crate::access::By;
use crate::billing::bills::model::BillId;
use crate::billing::cash::model::SessionId;
use crate::db::functions::Total;
use crate::db::schema::{patients, payments, users};
use crate::db::{DbConnection, MultiBackend};
use crate::patients::model::PatientId;

/// A payment. Its patient's scope decides who may see it.
pub fn find(db: &mut DbConnection, id: PaymentId) -> QueryResult<Payment> {
    payments::table.find(id).select(Payment::as_select()).first(db)
}

/// Payments beside who took them.
#[diesel::dsl::auto_type]
fn taken() -> _ {
    payments::table.inner_join(users::table.on(users::id.eq(payments::taken_by)))
}

fn rows(db: &mut DbConnection, query: IntoBoxed<'static, taken, MultiBackend>) -> QueryResult<Vec<PaymentRow>> {
    let found: Vec<(Payment, String, String)> =
        query.select((Payment::as_select(), users::first_name, users::last_name)).load(db)?;
    Ok(found
        .into_iter()
        .map(|(payment, first, last)| PaymentRow { payment, taken_by: format!("{first} {last}") })
        .collect())
}

/// The payments of a bill with who took them, the first first.
pub fn of_bill(db: &mut DbConnection, id: BillId) -> QueryResult<Vec<PaymentRow>> {
    rows(db, taken().into_boxed().filter(payments::bill_id.eq(id)).order(payments::id))
}

/// Every movement of what is held for a patient, the latest first.
pub fn of_deposit(db: &mut DbConnection, patient: PatientId) -> QueryResult<Vec<PaymentRow>> {
    let moves_it = payments::bill_id.is_null().or(payments::method.eq(Method::Deposit));
    let query = taken().into_boxed().filter(payments::patient_id.eq(patient)).filter(moves_it);
    rows(db, query.order(payments::id.desc()))
}

/// What is held for a patient and not promised away, by currency; none that is nothing.
pub fn held(db: &mut DbConnection, patient: PatientId) -> QueryResult<Vec<(String, i64)>> {
    let found: Vec<(String, PaymentKind, PaymentStatus, Method, i64)> = payments::table
        .filter(payments::patient_id.eq(patient))
        .filter(payments::bill_id.is_null().or(payments::method.eq(Method::Deposit)))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .order(payments::id)
        .select((payments::currency, payments::kind, payments::status, payments::method, payments::amount))
        .load(db)?;
    let mut sums: Vec<(String, i64)> = Vec::new();
    for (currency, kind, status, method, amount) in found {
        // As the trigger `payments_begin` reckons: what waits for approval is promised away, and not there yet.
        let change = match (kind, status, method) {
            (PaymentKind::Deposit, PaymentStatus::Success, _)
            | (PaymentKind::Refund, PaymentStatus::Success, Method::Deposit) => amount,
            (PaymentKind::DepositReturn, ..) | (PaymentKind::Payment, _, Method::Deposit) => -amount,
            _ => 0,
        };
        match sums.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, sum)) => *sum += change,
            None => sums.push((currency, change)),
        }
    }
    sums.retain(|(_, sum)| *sum != 0);
    Ok(sums)
}

/// What was paid of bills, less what was paid back; and whether a claim or refund waits.
pub fn sums(db: &mut DbConnection, bills: &[BillId]) -> QueryResult<Vec<(BillId, i64, bool)>> {
    let found: Vec<(Option<BillId>, PaymentKind, PaymentStatus, Method, i64)> = payments::table
        .filter(payments::bill_id.eq_any(bills.iter().map(|id| id.0).collect::<Vec<i64>>()))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .select((payments::bill_id, payments::kind, payments::status, payments::method, payments::amount))
        .load(db)?;
    let mut sums: Vec<(BillId, i64, bool)> = bills.iter().map(|id| (*id, 0, false)).collect();
    for (bill, kind, status, method, amount) in found {
        let Some((_, sum, waits)) = sums.iter_mut().find(|(id, ..)| Some(*id) == bill) else { continue };
        match (status, kind) {
            (PaymentStatus::Success, PaymentKind::Payment) => *sum += amount,
            (PaymentStatus::Success, PaymentKind::Refund) => *sum -= amount,
            (PaymentStatus::Pending, _) => *waits |= method == Method::Insurance,
            _ => {}
        }
    }
    Ok(sums)
}

/// Adds a payment.
///
/// # Errors
/// `ck_payments_rest` beyond what is left, `ck_payments_refund` beyond what was paid, `ck_payments_deposit` beyond what is
/// held, `ux_payments_idempotency_key` for one that was sent before, `ck_payments_cash` for cash without a cashier's day.
pub fn insert(db: &mut DbConnection, new: &NewPayment) -> QueryResult<PaymentId> {
    diesel::insert_into(payments::table).values(new).returning(payments::id).get_result(db)
}

/// Settles one that waits; `false` when somebody else did.
pub fn settle(
    db: &mut DbConnection,
    by: &By,
    payment: &Payment,
    (status, amount): (PaymentStatus, i64),
    session: Option<SessionId>,
) -> QueryResult<bool> {
    let waiting = payments::table.find(payment.id).filter(payments::status.eq(PaymentStatus::Pending));
    let changed = diesel::update(waiting)
        .set((
            payments::status.eq(status),
            payments::amount.eq(amount),
            payments::decided_by.eq(by.user_id()),
            payments::decided_at.eq(by.now),
            payments::session_id.eq(session),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// What of the payments that wait is looked at: money that goes out, or claims.
fn kinds(goes_out: bool) -> Vec<PaymentKind> {
    if goes_out { vec![PaymentKind::Refund, PaymentKind::DepositReturn] } else { vec![PaymentKind::Payment] }
}

/// How many claims, or refunds, wait in a currency, and what they come to.
pub fn waiting_sum(db: &mut DbConnection, currency: &str, goes_out: bool) -> QueryResult<(i64, i64)> {
    payments::table
        .filter(payments::status.eq(PaymentStatus::Pending))
        .filter(payments::kind.eq_any(kinds(goes_out)))
        .filter(payments::currency.eq(currency))
        .select((count_star(), Total(payments::amount)))
        .first(db)
}

/// How many claims, or refunds, wait.
pub fn waiting_count(db: &mut DbConnection, goes_out: bool) -> QueryResult<i64> {
    payments::table
        .filter(payments::status.eq(PaymentStatus::Pending))
        .filter(payments::kind.eq_any(kinds(goes_out)))
        .count()
        .get_result(db)
}

/// The claims, or refunds, that wait, the oldest first. For staff: everybody's.
pub fn waiting(db: &mut DbConnection, goes_out: bool, (offset, limit): (i64, i64)) -> QueryResult<Vec<Waiting>> {
    let found: Vec<(Payment, (String, String), (String, String))> = payments::table
        .inner_join(patients::table)
        .inner_join(users::table.on(users::id.eq(payments::taken_by)))
        .filter(payments::status.eq(PaymentStatus::Pending))
        .filter(payments::kind.eq_any(kinds(goes_out)))
        .order(payments::id)
        .offset(offset)
        .limit(limit)
        .select((
            Payment::as_select(),
            (patients::first_name, patients::last_name),
            (users::first_name, users::last_name),
        ))
        .load(db)?;
    let name = |(first, last): (String, String)| format!("{first} {last}").trim().to_owned();
    let row = |(payment, patient, by)| Waiting { payment, patient: name(patient), taken_by: name(by) };
    Ok(found.into_iter().map(row).collect())
}
