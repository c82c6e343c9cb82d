//! Charges, prices and bills, made with sensible values.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use infirmary::access::{By, Role};
use infirmary::accounts::model::UserId;
use infirmary::billing::bills::model::{BillId, BillStatus, NewBill, NewLine};
use infirmary::billing::cash::model::{NewSession, SessionId};
use infirmary::billing::model::{ChargeId, ChargeKind, ChargeStatus, NewCharge};
use infirmary::billing::payments::model::{Method, NewPayment, PaymentId, PaymentKind, PaymentStatus};
use infirmary::billing::prices::forms::PriceInput;
use infirmary::billing::prices::model::PriceItemId;
use infirmary::billing::taxes::forms::TaxInput;
use infirmary::billing::taxes::model::TaxRateId;
use infirmary::billing::totals::{self, Discount};
use infirmary::billing::{bills, cash, payments, prices, queries, taxes};
use infirmary::db::DbConnection;
use infirmary::db::schema;
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;

use super::factory::{self, number};

/// An open charge made by hand.
pub fn charge(
    db: &mut DbConnection,
    patient: PatientId,
    amount: i64,
    now: NaiveDateTime,
) -> Result<ChargeId, AppError> {
    let new = NewCharge {
        patient_id: patient,
        kind: ChargeKind::Manual,
        description: format!("Service {}", number()),
        quantity: 1,
        unit_price: amount,
        amount,
        department_id: None,
        doctor_id: None,
        appointment_id: None,
        test_order_id: None,
        status: ChargeStatus::Open,
        created_by: None,
        created_at: now,
    };
    Ok(queries::insert_charge(db, &new)?)
}

/// An entry of the price list.
pub fn price(db: &mut DbConnection, now: NaiveDateTime) -> Result<PriceItemId, AppError> {
    let input =
        PriceInput { name: format!("Service {}", number()), department_id: None, price: 2_500, is_active: true };
    Ok(prices::queries::insert(db, &input, now)?)
}

/// An issued bill over 10.00 that nothing was paid of.
pub fn issued_bill(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> Result<BillId, AppError> {
    let charge = charge(db, patient, 1_000, now)?;
    let new = NewBill {
        patient_id: patient,
        appointment_id: None,
        credit_of: None,
        status: BillStatus::Draft,
        currency: "EUR".to_owned(),
        reason: String::new(),
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    let id = bills::queries::insert(db, &new)?;
    let line = NewLine {
        bill_id: id,
        position: 1,
        charge_item_id: Some(charge),
        credits_line_id: None,
        description: "Service".to_owned(),
        quantity: 1,
        unit_price: 1_000,
        amount: 1_000,
        discount: 0,
        tax_name: String::new(),
        tax_rate: 0,
        tax: 0,
    };
    bills::queries::insert_line(db, &line)?;
    let totals =
        totals::totals(&[totals::Line { amount: 1_000, tax_rate: 0 }], Discount::None).ok_or(AppError::NotFound)?;
    let load = |db: &mut DbConnection| schema::bills::table.find(id).select(bills::model::Bill::as_select()).first(db);
    let drafted = load(db)?;
    bills::queries::set_totals(db, &drafted, &totals, &bills::queries::Off::default(), now)?;
    let drafted = load(db)?;
    bills::queries::issue(db, &By::system(now), &drafted, now.date())?;
    Ok(id)
}

/// A tax rate that no line bears by itself.
pub fn tax_rate(db: &mut DbConnection, now: NaiveDateTime) -> Result<TaxRateId, AppError> {
    let input = TaxInput { name: format!("Tax {}", number()), basis_points: 2_000, is_default: false, is_active: true };
    Ok(taxes::queries::insert(db, &input, now)?)
}

/// A cashier's day that is open with nothing in the drawer.
pub fn session(db: &mut DbConnection, user: UserId, now: NaiveDateTime) -> Result<SessionId, AppError> {
    let new = NewSession { user_id: user, currency: "EUR".to_owned(), opening_float: 0, opened_at: now };
    Ok(cash::queries::insert(db, &new)?)
}

/// 1.00 in cash for a bill of its own.
pub fn payment(db: &mut DbConnection, patient: PatientId, now: NaiveDateTime) -> Result<PaymentId, AppError> {
    let by = factory::person(db, Role::Receptionist, now)?;
    let session = session(db, by, now)?;
    let bill = issued_bill(db, patient, now)?;
    cash(db, bill, (by, Some(session)), 100, now)
}

/// A payment in cash by somebody, in this cashier's day.
pub fn cash(
    db: &mut DbConnection,
    bill: BillId,
    (taken_by, session_id): (UserId, Option<SessionId>),
    amount: i64,
    now: NaiveDateTime,
) -> Result<PaymentId, AppError> {
    let new = NewPayment {
        patient_id: schema::bills::table.find(bill).select(schema::bills::patient_id).first(db)?,
        bill_id: Some(bill),
        kind: PaymentKind::Payment,
        method: Method::Cash,
        status: PaymentStatus::Success,
        currency: "EUR".to_owned(),
        amount,
        claimed: None,
        given: None,
        transaction_id: String::new(),
        insurer: String::new(),
        note: String::new(),
        idempotency_key: format!("payment {}", number()),
        needs_approval: false,
        taken_by,
        taken_at: now,
        session_id,
    };
    Ok(payments::queries::insert(db, &new)?)
}
