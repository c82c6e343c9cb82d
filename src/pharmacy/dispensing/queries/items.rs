//! SQL of what was handed over and what was declined.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::sum;
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::chart::medications::model::LineId;
use crate::chart::record::Names;
use crate::db::DbConnection;
use crate::db::schema::{
    dispensing_declines, dispensing_items, dispensings, medicines, prescriptions, stock_batches, stock_movements,
};
use crate::medicines::model::MedicineId;
use crate::patients::model::PatientId;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, DispensingStatus, Handover, Item};
use crate::pharmacy::stock::model::{BatchId, DispensingItemId, MovementKind};
use crate::prescriptions::model::PrescriptionId;

/// What is handed over from one batch.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = dispensing_items)]
pub struct NewItem {
    pub dispensing_id: DispensingId,
    pub prescription_medication_id: LineId,
    pub medicine_id: MedicineId,
    pub batch_id: BatchId,
    pub quantity: i32,
    /// Minor units for one.
    pub unit_price: i64,
    pub substitution_reason: String,
    pub created_at: NaiveDateTime,
}

/// Notes what is handed over. What is beyond the prescription, of another medicine's batch or declined violates
/// `ck_dispensing_items_*`.
pub fn insert_item(db: &mut DbConnection, new: &NewItem) -> QueryResult<DispensingItemId> {
    diesel::insert_into(dispensing_items::table).values(new).returning(dispensing_items::id).get_result(db)
}

/// Notes that what is left of a line is not handed over.
pub fn insert_decline(
    db: &mut DbConnection,
    dispensing: DispensingId,
    line: LineId,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(dispensing_declines::table)
        .values((
            dispensing_declines::dispensing_id.eq(dispensing),
            dispensing_declines::prescription_medication_id.eq(line),
            dispensing_declines::reason.eq(reason),
            dispensing_declines::created_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}

type Row = (
    DispensingItemId,
    DispensingId,
    LineId,
    MedicineId,
    (String, String),
    BatchId,
    (String, NaiveDate),
    i32,
    i64,
    String,
);

/// What was handed over in these dispensings, in the order in which it was.
pub fn items_of(db: &mut DbConnection, ids: &[DispensingId]) -> QueryResult<Vec<Item>> {
    let rows: Vec<Row> = dispensing_items::table
        .inner_join(medicines::table)
        .inner_join(stock_batches::table)
        .filter(dispensing_items::dispensing_id.eq_any(ids.to_vec()))
        .order(dispensing_items::id)
        .select((
            dispensing_items::id,
            dispensing_items::dispensing_id,
            dispensing_items::prescription_medication_id,
            dispensing_items::medicine_id,
            (medicines::name, medicines::unit),
            dispensing_items::batch_id,
            (stock_batches::lot, stock_batches::expires_on),
            dispensing_items::quantity,
            dispensing_items::unit_price,
            dispensing_items::substitution_reason,
        ))
        .load(db)?;
    let item_ids: Vec<Option<i64>> = rows.iter().map(|(id, ..)| Some(id.0)).collect();
    let returned: Vec<(Option<DispensingItemId>, Option<i64>)> = stock_movements::table
        .filter(stock_movements::kind.eq(MovementKind::Returned))
        .filter(stock_movements::dispensing_item_id.eq_any(item_ids))
        .group_by(stock_movements::dispensing_item_id)
        .select((stock_movements::dispensing_item_id, sum(stock_movements::quantity)))
        .load(db)?;
    let returned: HashMap<DispensingItemId, i64> =
        returned.into_iter().filter_map(|(id, units)| Some((id?, units.unwrap_or(0)))).collect();
    let item = |(
        id,
        dispensing,
        line,
        medicine_id,
        (medicine, unit),
        batch,
        (lot, expires_on),
        quantity,
        unit_price,
        substitution_reason,
    ): Row| Item {
        returned: returned.get(&id).copied().and_then(|units| i32::try_from(units).ok()).unwrap_or(0),
        id,
        dispensing,
        line,
        medicine_id,
        medicine,
        unit,
        batch,
        lot,
        expires_on,
        quantity,
        unit_price,
        substitution_reason,
    };
    Ok(rows.into_iter().map(item).collect())
}

/// What came of a prescription at the pharmacy, the first time first. The scope was checked with the prescription.
pub fn history(db: &mut DbConnection, prescription: PrescriptionId) -> QueryResult<Vec<Handover>> {
    let found: Vec<Dispensing> = dispensings::table
        .filter(dispensings::prescription_id.eq(prescription))
        .filter(dispensings::status.eq_any(DispensingStatus::DONE))
        .order(dispensings::id)
        .select(Dispensing::as_select())
        .load(db)?;
    handovers(db, found)
}

/// The last dispensings of a patient's prescriptions since an instant (UTC) in which something was handed over or
/// declined, the latest first. The scope was checked with the patient.
pub fn recent(
    db: &mut DbConnection,
    patient: PatientId,
    since: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<Handover>> {
    let found: Vec<Dispensing> = dispensings::table
        .inner_join(prescriptions::table)
        .filter(prescriptions::patient_id.eq(patient))
        .filter(dispensings::status.eq_any(DispensingStatus::DONE))
        .filter(dispensings::finished_at.ge(since))
        .order((dispensings::finished_at.desc(), dispensings::id.desc()))
        .limit(limit)
        .select(Dispensing::as_select())
        .load(db)?;
    handovers(db, found)
}

fn handovers(db: &mut DbConnection, found: Vec<Dispensing>) -> QueryResult<Vec<Handover>> {
    let ids: Vec<DispensingId> = found.iter().map(|d| d.id).collect();
    let items = items_of(db, &ids)?;
    let declined: Vec<(DispensingId, LineId, String)> = dispensing_declines::table
        .filter(dispensing_declines::dispensing_id.eq_any(ids))
        .order(dispensing_declines::id)
        .select((
            dispensing_declines::dispensing_id,
            dispensing_declines::prescription_medication_id,
            dispensing_declines::reason,
        ))
        .load(db)?;
    let names = Names::load(db, found.iter().map(|d| Some::<UserId>(d.pharmacist_id)))?;
    let handover = |dispensing: Dispensing| {
        let id = dispensing.id;
        Handover {
            pharmacist: names.of(Some(dispensing.pharmacist_id)),
            items: items.iter().filter(|item| item.dispensing == id).cloned().collect(),
            declined: declined
                .iter()
                .filter(|(of, ..)| *of == id)
                .map(|(_, line, reason)| (*line, reason.clone()))
                .collect(),
            dispensing,
        }
    };
    Ok(found.into_iter().map(handover).collect())
}
