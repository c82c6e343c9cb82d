//! SQL of the queue.

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::model::{Filter, Row, Supply, Tab};
use crate::access::{Actor, By};
use crate::chart::record::Names;
use crate::db::DbConnection;
use crate::db::schema::{allergies, dispensings, doctors, patients, prescription_medications, prescriptions, users};
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::medicines::model::MedicineId;
use crate::patients::model::{Patient, PatientId};
use crate::pharmacy::dispensing;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingStatus, Line};
use crate::pharmacy::stock;
use crate::prescriptions::model::{Prescription, PrescriptionId, PrescriptionStatus, Priority};
use crate::prescriptions::queries::Prescriptions;
use crate::{prescriptions as prescribing, settings};

/// The prescriptions of a tab that the person may see.
fn of_tab(actor: &Actor, tab: Tab, today: NaiveDate) -> Prescriptions {
    let in_hand = || {
        dispensings::table
            .filter(dispensings::prescription_id.eq(prescriptions::id))
            .filter(dispensings::status.eq_any(DispensingStatus::OPEN))
    };
    let medicines =
        prescription_medications::table.filter(prescription_medications::prescription_id.eq(prescriptions::id));
    let done = dispensings::table
        .filter(dispensings::prescription_id.eq(prescriptions::id))
        .filter(dispensings::status.eq_any(DispensingStatus::DONE));
    let visible = prescribing::queries::visible_to(actor);
    let open = |query: Prescriptions| {
        query
            .filter(prescriptions::closed_at.is_null())
            .filter(
                prescriptions::status
                    .eq(PrescriptionStatus::Submitted)
                    .or(prescriptions::status.eq(PrescriptionStatus::PartiallyFulfilled)),
            )
            .filter(exists(medicines))
            .filter(not(exists(in_hand())))
    };
    match tab {
        Tab::Waiting => {
            open(visible).filter(prescriptions::valid_until.ge(today).or(prescriptions::valid_until.is_null()))
        }
        Tab::Expired => open(visible).filter(prescriptions::valid_until.lt(today)),
        Tab::InProgress => visible.filter(exists(in_hand())),
        Tab::Done => visible.filter(exists(done)),
    }
}

fn narrowed(actor: &Actor, filter: &Filter, today: NaiveDate) -> Prescriptions {
    let mut query = of_tab(actor, filter.tab, today);
    if let Some(priority) = filter.priority {
        query = query.filter(prescriptions::priority.eq(priority));
    }
    prescribing::queries::searched(query, &filter.words)
}

/// How many prescriptions the filter lets through.
pub fn count(db: &mut DbConnection, actor: &Actor, filter: &Filter, today: NaiveDate) -> QueryResult<i64> {
    narrowed(actor, filter, today).count().get_result(db)
}

/// The prescriptions that the filter lets through: what waits by urgency and age, what is done the latest first.
pub fn list(
    db: &mut DbConnection,
    actor: &Actor,
    filter: &Filter,
    today: NaiveDate,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<Row>> {
    let query = narrowed(actor, filter, today);
    let query = match filter.tab {
        Tab::Waiting => by_urgency(query),
        Tab::InProgress => query.order((prescriptions::submitted_at.asc(), prescriptions::id.asc())),
        Tab::Done => query.order((prescriptions::updated_at.desc(), prescriptions::id.desc())),
        Tab::Expired => query.order((prescriptions::valid_until.desc(), prescriptions::id.desc())),
    };
    let found: Vec<Prescription> = query.offset(offset).limit(limit).select(Prescription::as_select()).load(db)?;
    rows(db, filter.tab, found, today)
}

fn by_urgency(query: Prescriptions) -> Prescriptions {
    query
        .order(prescriptions::priority.eq(Priority::Stat).desc())
        .then_order_by(prescriptions::priority.eq(Priority::Urgent).desc())
        .then_order_by(prescriptions::submitted_at.asc())
        .then_order_by(prescriptions::id.asc())
}

/// The next of those who wait; `None` when nobody does.
pub fn first_waiting(db: &mut DbConnection, by: &By, actor: &Actor) -> Result<Option<PrescriptionId>, AppError> {
    let today = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone().date(by.now);
    Ok(by_urgency(of_tab(actor, Tab::Waiting, today)).select(prescriptions::id).first(db).optional()?)
}

/// What the rows say of patients, doctors, stock and pharmacists, in as many queries however many they are.
fn rows(db: &mut DbConnection, tab: Tab, found: Vec<Prescription>, today: NaiveDate) -> QueryResult<Vec<Row>> {
    let ids: Vec<PrescriptionId> = found.iter().map(|p| p.id).collect();
    let patient_ids: Vec<PatientId> = found.iter().map(|p| p.patient_id).collect();
    let people: Vec<Patient> =
        patients::table.filter(patients::id.eq_any(patient_ids.clone())).select(Patient::as_select()).load(db)?;
    let allergic: Vec<PatientId> = allergies::table
        .filter(allergies::patient_id.eq_any(patient_ids))
        .filter(allergies::entered_in_error_at.is_null())
        .select(allergies::patient_id)
        .distinct()
        .load(db)?;
    let doctor_ids: Vec<DoctorId> = found.iter().map(|p| p.doctor_id).collect();
    let prescribers: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::id.eq_any(doctor_ids))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    let lines = dispensing::queries::of_prescriptions(db, &ids, today)?;
    let mut wanted: Vec<MedicineId> = lines.iter().filter_map(|(_, line)| line.medicine_id()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let on_hand = stock::queries::on_hand(db, &wanted, today)?;
    let statuses = match tab {
        Tab::InProgress => DispensingStatus::OPEN,
        _ => DispensingStatus::DONE,
    };
    let hands: Vec<Dispensing> = match tab {
        Tab::Waiting | Tab::Expired => Vec::new(),
        Tab::InProgress | Tab::Done => dispensings::table
            .filter(dispensings::prescription_id.eq_any(ids))
            .filter(dispensings::status.eq_any(statuses))
            .order(dispensings::id.desc())
            .select(Dispensing::as_select())
            .load(db)?,
    };
    let names = Names::load(db, hands.iter().map(|d| Some(d.pharmacist_id)))?;
    let row = |prescription: Prescription| {
        let own: Vec<&Line> = lines.iter().filter(|(of, _)| *of == prescription.id).map(|(_, line)| line).collect();
        let doctor = prescribers.iter().find(|(id, ..)| *id == prescription.doctor_id);
        let hand = hands.iter().find(|d| d.prescription_id == prescription.id);
        Some(Row {
            patient: people.iter().find(|p| p.id == prescription.patient_id)?.clone(),
            has_allergies: allergic.contains(&prescription.patient_id),
            doctor: doctor.map(|(_, first, last)| format!("Dr {first} {last}")).unwrap_or_default(),
            open: own.iter().filter(|line| line.is_open()).count(),
            supply: Supply::of(&own, &on_hand),
            dispensing: hand.map(|d| (d.clone(), names.of(Some(d.pharmacist_id)))),
            prescription,
        })
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// How many wait and are in progress: few enough to be counted whenever somebody looks.
pub fn counts(db: &mut DbConnection, actor: &Actor, today: NaiveDate) -> QueryResult<Vec<(Tab, i64)>> {
    let count = |tab: Tab| Ok((tab, of_tab(actor, tab, today).count().get_result(db)?));
    [Tab::Waiting, Tab::InProgress].into_iter().map(count).collect()
}
