//! Charging for what was done, and taking a charge back while it stands on no bill.

use super::model::{ChargeKind, ChargeStatus, NewDispensingCharge};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::pharmacy::stock::model::DispensingItemId;

/// What was handed over, as it is charged.
#[derive(Clone, Debug)]
pub struct Handed {
    pub item: DispensingItemId,
    /// What the patient reads on the bill.
    pub description: String,
    pub quantity: i32,
    /// Minor units of the hospital's currency for one.
    pub unit_price: i64,
}

/// Charges a patient for everything that was handed over at once, and says how much it comes to. What has no price is
/// charged with nothing, so that the accounts see it.
pub fn charge_dispensing(
    db: &mut DbConnection,
    by: &By,
    patient: PatientId,
    doctor: DoctorId,
    handed: &[Handed],
) -> Result<i64, AppError> {
    let department = queries::department_of(db, doctor)?;
    let mut total = 0;
    for one in handed {
        let quantity = i64::from(one.quantity);
        let amount = quantity * one.unit_price;
        let new = NewDispensingCharge {
            patient_id: patient,
            kind: ChargeKind::Dispensing,
            description: one.description.clone(),
            quantity,
            unit_price: one.unit_price,
            amount,
            department_id: Some(department),
            doctor_id: Some(doctor),
            dispensing_item_id: Some(one.item),
            status: ChargeStatus::Open,
            created_by: by.user_id(),
            created_at: by.now,
        };
        let id = queries::insert(db, &new)?;
        audit::record(db, by, &Entry::new("created", "charge_item", id).patient(patient).note("amount", amount))?;
        total += amount;
    }
    Ok(total)
}

/// What became of a charge when something of it came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// It is lower by what came back.
    Reduced,
    /// Nothing of it is left.
    Cancelled,
    /// It stands on a bill, or there is none to take anything from: the accounts decide.
    Untouched,
}

/// Takes what came back from the charge, while that is open.
pub fn credit_return(
    db: &mut DbConnection,
    by: &By,
    item: DispensingItemId,
    quantity: i32,
    reason: &str,
) -> Result<Credit, AppError> {
    let open = queries::of_dispensing_item(db, item)?.filter(|charge| charge.status == ChargeStatus::Open);
    let Some(charge) = open else { return Ok(Credit::Untouched) };
    let left = charge.quantity - i64::from(quantity);
    let (is_done, credit) = match left {
        1.. => (queries::reduce(db, &charge, left)?, Credit::Reduced),
        _ => (queries::cancel(db, charge.id, reason)?, Credit::Cancelled),
    };
    if !is_done {
        return Ok(Credit::Untouched);
    }
    let verb = if credit == Credit::Cancelled { "cancelled" } else { "updated" };
    let entry = Entry::new(verb, "charge_item", charge.id)
        .patient(charge.patient_id)
        .change("quantity", &charge.quantity, &left)
        .reason(reason);
    audit::record(db, by, &entry)?;
    Ok(credit)
}
