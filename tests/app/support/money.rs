//! Charges, prices and bills, made with sensible values.

use chrono::NaiveDateTime;
use infirmary::billing::model::{ChargeId, ChargeKind, ChargeStatus, NewCharge};
use infirmary::billing::prices::forms::PriceInput;
use infirmary::billing::prices::model::PriceItemId;
use infirmary::billing::{prices, queries};
use infirmary::db::DbConnection;
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;

use super::factory::number;

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
