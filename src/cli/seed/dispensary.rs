//! What the pharmacy of a made-up hospital makes of its prescriptions, on the day they are written: most are handed out,
//! from what lies on the shelves that day, and charged; a line is declined now and then, some wait for their rest, and
//! some nobody comes for.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::batch::Batch;
use super::rng::Rng;
use super::rows;
use super::stock::Stock;
use super::visits::World;
use crate::db::DbConnection;
use crate::db::schema::doctors;
use crate::error::AppError;
use crate::medicines::model::MedicineId;

const DISPENSARY: u64 = 13;
/// Of older prescriptions nobody waits for the rest any more.
const PATIENCE: i64 = 3;

pub(super) struct Dispensary<'a> {
    world: World<'a>,
    departments: HashMap<i64, i64>,
}

/// A prescription that somebody comes for.
struct Errand {
    /// Its position in the batch.
    at: usize,
    begun: NaiveDateTime,
    finished: NaiveDateTime,
    rng: Rng,
}

/// What becomes of a line.
struct Handed {
    /// Its position in the batch.
    line: usize,
    medicine: MedicineId,
    description: String,
    price: i64,
    /// Batches and units.
    parts: Vec<(i64, i32)>,
}

impl<'a> Dispensary<'a> {
    pub fn open(db: &mut DbConnection, world: World<'a>) -> Result<Self, AppError> {
        let found: Vec<(i64, i64)> = doctors::table.select((doctors::id, doctors::department_id)).load(db)?;
        Ok(Self { world, departments: found.into_iter().collect() })
    }

    /// Hands out what was prescribed on a day: the batch's prescriptions from this position on.
    pub fn day(&self, date: NaiveDate, from: usize, stock: &mut Stock<'_>, batch: &mut Batch) {
        let mut errands: Vec<Errand> = batch
            .prescriptions
            .iter()
            .enumerate()
            .skip(from)
            .filter_map(|(at, prescription)| self.errand(at, prescription))
            .collect();
        errands.sort_by_key(|errand| (errand.finished, errand.at));
        let first = i64::try_from(from).unwrap_or(i64::MAX);
        let mut lines: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, line) in batch.medications.iter().enumerate().rev().take_while(|(_, l)| l.prescription_id >= first) {
            lines.entry(line.prescription_id).or_default().insert(0, at);
        }
        for errand in errands {
            let Some(id) = batch.prescriptions.get(errand.at).map(|prescription| prescription.id) else { continue };
            if let Some(lines) = lines.get(&id) {
                self.hand_out(date, errand, lines, stock, batch);
            }
        }
    }

    /// `None` for one that nobody comes for, or not before now.
    fn errand(&self, at: usize, prescription: &rows::Prescription) -> Option<Errand> {
        let submitted = prescription.submitted_at.filter(|_| prescription.cancelled_at.is_none())?;
        let key = prescription.appointment_id?.unsigned_abs();
        let mut rng = Rng::of(self.world.options.seed, DISPENSARY, key);
        let is_of_today = self.world.options.zone.date(submitted) == self.world.options.today;
        // Today the pharmacy is behind with some.
        if rng.percent(if is_of_today { 40 } else { 4 }) {
            return None;
        }
        let begun = submitted + TimeDelta::minutes(rng.range(8, 70));
        let finished = begun + TimeDelta::minutes(rng.range(3, 14));
        (finished <= self.world.options.now).then_some(Errand { at, begun, finished, rng })
    }

    fn hand_out(&self, date: NaiveDate, errand: Errand, lines: &[usize], stock: &mut Stock<'_>, batch: &mut Batch) {
        let Errand { at, begun, finished, mut rng } = errand;
        let is_recent = (self.world.options.today - date).num_days() < PATIENCE;
        let (mut handed, mut declined): (Vec<Handed>, Vec<(usize, &'static str)>) = (Vec::new(), Vec::new());
        // Whether nothing is left to do.
        let mut is_settled = true;
        for &line in lines {
            let row = &batch.medications[line];
            let wanted = row.quantity.unwrap_or(1);
            let (is_refused, is_in_part) = (rng.percent(3), rng.percent(6));
            if is_refused {
                declined.push((line, "Has enough of it at home"));
                continue;
            }
            let asked = if is_in_part && is_recent { (wanted / 2).max(1) } else { wanted };
            let taken = row.medicine_id.and_then(|medicine| stock.take(medicine, asked, date));
            let units: i32 = taken.iter().flat_map(|taken| &taken.parts).map(|(_, units)| units).sum();
            if let Some(taken) = taken {
                handed.push(Handed {
                    line,
                    medicine: taken.medicine.id,
                    description: taken.medicine.name.clone(),
                    price: taken.medicine.price,
                    parts: taken.parts.into_iter().map(|(id, units)| (id.0, units)).collect(),
                });
            }
            match (units < wanted, is_recent) {
                (false, _) => {}
                (true, true) => is_settled = false,
                (true, false) => declined.push((line, "Not in stock here; fetched elsewhere")),
            }
        }
        let (status, reason) = match declined.first() {
            _ if !handed.is_empty() => ("completed", ""),
            Some((_, reason)) if is_settled => ("declined", *reason),
            // There is nothing of it yet: it waits.
            _ => return,
        };
        let pharmacist = *rng.pick(&self.world.staff.pharmacists);
        let dispensing = batch.next_dispensing();
        let prescription = &mut batch.prescriptions[at];
        prescription.status = match (handed.is_empty(), is_settled && declined.is_empty()) {
            (true, _) => "submitted",
            (false, true) => "fulfilled",
            (false, false) => "partially_fulfilled",
        };
        prescription.closed_at = is_settled.then_some(finished);
        prescription.version += 1;
        prescription.updated_at = finished;
        let (patient_id, doctor_id, prescription_id) =
            (prescription.patient_id, prescription.doctor_id, prescription.id);
        batch.dispensings.push(rows::Dispensing {
            id: dispensing,
            prescription_id,
            pharmacist_id: pharmacist,
            status,
            reason,
            started_at: begun,
            finished_at: Some(finished),
            version: 2,
            updated_at: finished,
        });
        for hand in handed {
            for (batch_id, quantity) in hand.parts {
                let item = batch.next_item();
                batch.items.push(rows::Item {
                    id: item,
                    dispensing_id: dispensing,
                    prescription_medication_id: batch.medications[hand.line].id,
                    medicine_id: hand.medicine.0,
                    batch_id,
                    quantity,
                    unit_price: hand.price,
                    created_at: finished,
                });
                batch.movements.push(rows::Movement {
                    batch_id,
                    kind: "dispensed",
                    quantity: -quantity,
                    user_id: Some(pharmacist),
                    created_at: finished,
                    dispensing_item_id: Some(item),
                });
                batch.charges.push(rows::Charge {
                    patient_id,
                    kind: "dispensing",
                    description: hand.description.clone(),
                    quantity: quantity.into(),
                    unit_price: hand.price,
                    amount: i64::from(quantity) * hand.price,
                    department_id: self.departments.get(&doctor_id).copied(),
                    doctor_id: Some(doctor_id),
                    dispensing_item_id: Some(item),
                    status: "open",
                    created_by: Some(pharmacist),
                    created_at: finished,
                });
            }
        }
        for (line, reason) in declined {
            let line = batch.medications[line].id;
            batch.declines.push(rows::Decline {
                dispensing_id: dispensing,
                prescription_medication_id: line,
                reason,
                created_at: finished,
            });
        }
    }
}
