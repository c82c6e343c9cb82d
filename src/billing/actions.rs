//! Charging for what was done, and taking a charge back while it stands on no bill.

use chrono::NaiveDateTime;

use super::forms::ChargeInput;
use super::model::{ChargeId, ChargeKind, ChargeStatus, NewCharge, NewDispensingCharge};
use super::{prices, queries};
use crate::access::{Actor, By};
use crate::appointments::model::AppointmentId;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::pharmacy::stock::model::DispensingItemId;
use crate::prescriptions::results::model::TestOrderId;
use crate::{doctors, settings};

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

/// A visit that is completed, as it is charged.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    pub appointment: AppointmentId,
    pub patient: PatientId,
    pub doctor: DoctorId,
    /// In UTC.
    pub starts_at: NaiveDateTime,
    pub follow_up_of: Option<AppointmentId>,
}

/// Charges the doctor's fee for a visit, once. Nothing for a doctor without a fee, nor for a follow-up within the days
/// that the settings say.
pub fn charge_visit(db: &mut DbConnection, by: &By, visit: Visit) -> Result<(), AppError> {
    let (fee, department) = queries::fee_of(db, visit.doctor)?;
    if fee <= 0 || is_free_follow_up(db, visit)? || queries::visit_is_charged(db, visit.appointment)? {
        return Ok(());
    }
    let what = if visit.follow_up_of.is_some() { "Follow-up" } else { "Consultation" };
    let new = NewCharge {
        patient_id: visit.patient,
        kind: ChargeKind::Visit,
        description: format!("{what}, {}", doctors::queries::display_name(db, visit.doctor)?),
        quantity: 1,
        unit_price: fee,
        amount: fee,
        department_id: Some(department),
        doctor_id: Some(visit.doctor),
        appointment_id: Some(visit.appointment),
        test_order_id: None,
        status: ChargeStatus::Open,
        created_by: by.user_id(),
        created_at: by.now,
    };
    charge(db, by, &new).map(|_| ())
}

fn is_free_follow_up(db: &mut DbConnection, visit: Visit) -> Result<bool, AppError> {
    let settings = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?;
    let Some(first) = visit.follow_up_of.filter(|_| settings.follow_up_free_days > 0) else { return Ok(false) };
    let zone = settings.zone();
    let days = (zone.date(visit.starts_at) - zone.date(queries::begins(db, first)?)).num_days();
    Ok(days <= i64::from(settings.follow_up_free_days))
}

/// A test whose result has come, as it is charged.
#[derive(Clone, Copy, Debug)]
pub struct PerformedTest<'a> {
    pub order: TestOrderId,
    /// The test as the doctor wrote it.
    pub name: &'a str,
    pub patient: PatientId,
    pub doctor: DoctorId,
}

/// Charges a test, once, when the price list has an entry of its name.
pub fn charge_test(db: &mut DbConnection, by: &By, test: PerformedTest<'_>) -> Result<(), AppError> {
    let Some(item) = prices::queries::of_name(db, test.name)?.filter(|item| item.price > 0) else { return Ok(()) };
    if queries::test_is_charged(db, test.order)? {
        return Ok(());
    }
    let department = match item.department_id {
        Some(department) => department,
        None => queries::department_of(db, test.doctor)?,
    };
    let new = NewCharge {
        patient_id: test.patient,
        kind: ChargeKind::Test,
        description: item.name,
        quantity: 1,
        unit_price: item.price,
        amount: item.price,
        department_id: Some(department),
        doctor_id: Some(test.doctor),
        appointment_id: None,
        test_order_id: Some(test.order),
        status: ChargeStatus::Open,
        created_by: by.user_id(),
        created_at: by.now,
    };
    charge(db, by, &new).map(|_| ())
}

/// Charges a patient for something that no visit, test or dispensing tells of.
pub fn charge_manually(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    input: &ChargeInput,
) -> Result<ChargeId, AppError> {
    queries::payer(db, actor, patient)?;
    let new = NewCharge {
        patient_id: patient,
        kind: ChargeKind::Manual,
        description: input.description.clone(),
        quantity: input.quantity,
        unit_price: input.unit_price,
        amount: input.amount(),
        department_id: input.department_id.map(DepartmentId),
        doctor_id: None,
        appointment_id: None,
        test_order_id: None,
        status: ChargeStatus::Open,
        created_by: by.user_id(),
        created_at: by.now,
    };
    charge(db, by, &new)
}

fn charge(db: &mut DbConnection, by: &By, new: &NewCharge) -> Result<ChargeId, AppError> {
    let id = queries::insert_charge(db, new)?;
    let entry = Entry::new("created", "charge_item", id).patient(new.patient_id).note("amount", new.amount);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Cancels a charge that stands on no bill; says whose it was.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` for one that is billed or cancelled by now.
pub fn cancel_charge(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: ChargeId,
    reason: &str,
) -> Result<PatientId, AppError> {
    let charge = queries::find(db, actor, id)?;
    if !queries::cancel(db, id, reason)? {
        let words = match charge.status {
            ChargeStatus::Cancelled => "This charge is cancelled already.",
            _ => "This charge stands on a bill. Correct the bill instead.",
        };
        return Err(AppError::Conflict(words.to_owned()));
    }
    let entry = Entry::new("cancelled", "charge_item", id)
        .patient(charge.patient_id)
        .note("amount", charge.amount)
        .reason(reason);
    audit::record(db, by, &entry)?;
    Ok(charge.patient_id)
}
