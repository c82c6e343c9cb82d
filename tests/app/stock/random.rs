//! Four thousand random receipts, dispensings, returns, adjustments, write-offs and counts on SQLite, two thousand on
//! PostgreSQL, forty at the same moment: after each round, every batch is the sum of its ledger, none is below zero, and what
//! was done adds up to what is there; in the end each patient is charged for what they kept.

use std::collections::HashMap;

use diesel::dsl::{min, sum};
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{Actor, By, Role};
use infirmary::billing::actions::Handed;
use infirmary::db::DbConnection;
use infirmary::db::schema::{
    self, charge_items, dispensing_items, dispensings, prescription_medications, prescriptions, stock_batches,
    stock_movements, stocktake_counts,
};
use infirmary::doctors::model::DoctorId;
use infirmary::error::AppError;
use infirmary::medicines::model::MedicineId;
use infirmary::patients::model::PatientId;
use infirmary::pharmacy::dispensing::forms::ReturnInput;
use infirmary::pharmacy::dispensing::model::DispensingId;
use infirmary::pharmacy::stock::model::{BatchId, DispensingItemId, MovementKind, NewMovement};
use infirmary::pharmacy::stock::{actions, queries};
use infirmary::pharmacy::stocktakes;
use infirmary::pharmacy::stocktakes::forms::{StocktakeInput, TypedCount};
use infirmary::prescriptions::model::PrescriptionId;
use infirmary::{accounts, billing, pharmacy};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::pharmacy::{batch, day, dispensing, dispensing_item, movement, receipt_line};
use crate::support::{Engine, Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(stock_is_its_ledger_whatever_happens_and_however_many_do_it);
}

const AT_ONCE: usize = 40;
const BATCHES: usize = 6;

/// One thing that happens to a batch.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Receive(i32),
    Dispense(i32),
    /// Onto the shelf again, or not.
    TakeBack(i32, bool),
    Adjust(i32),
    SendBack(i32),
    WriteOff,
    Count(i32),
}

fn deed(rng: &mut StdRng) -> Deed {
    match rng.random_range(0..20) {
        0..4 => Deed::Receive(rng.random_range(1..40)),
        4..10 => Deed::Dispense(rng.random_range(1..12)),
        10..13 => Deed::TakeBack(rng.random_range(1..6), rng.random_range(0..3) == 0),
        13..16 => Deed::Adjust(rng.random_range(-15..15)),
        16 => Deed::SendBack(rng.random_range(1..20)),
        17 => Deed::WriteOff,
        _ => Deed::Count(rng.random_range(0..60)),
    }
}

#[derive(Clone, Copy)]
struct Shelf {
    medicine: MedicineId,
    batch: BatchId,
}

/// Who hands out what is prescribed to whom.
#[derive(Clone)]
struct Counter {
    pharmacist: Actor,
    prescription: PrescriptionId,
    patient: PatientId,
    doctor: DoctorId,
}

/// Does it in one transaction; the sum by which the ledger grew. `of` is a dispensing, and the prescription's line.
fn act(
    db: &mut DbConnection,
    by: &By,
    shelf: Shelf,
    (counter, of): (&Counter, (i64, i64)),
    deed: Deed,
) -> Result<i64, AppError> {
    let (id, now) = (shelf.batch, by.now);
    match deed {
        Deed::Receive(units) => {
            let line = receipt_line(db, id, units, now)?;
            let received =
                NewMovement { receipt_line_id: Some(line), ..movement(id, MovementKind::Received, units, now) };
            queries::insert_movement(db, &received)?;
            Ok(i64::from(units))
        }
        Deed::Dispense(units) => {
            let item = dispensing_item(db, of, shelf.medicine, id, units, now)?;
            actions::take(db, by, id, units, item)?;
            let charge = Handed { item, description: "Tablets".to_owned(), quantity: units, unit_price: 10 };
            billing::actions::charge_dispensing(db, by, counter.patient, counter.doctor, &[charge])?;
            Ok(-i64::from(units))
        }
        Deed::TakeBack(quantity, is_destroyed) => {
            let last: Option<(i64, i64)> = dispensing_items::table
                .filter(dispensing_items::batch_id.eq(id))
                .order(dispensing_items::id.desc())
                .select((dispensing_items::id, dispensing_items::dispensing_id))
                .first(db)
                .optional()?;
            let Some((item, dispensing)) = last else { return Ok(0) };
            let (item, reason) = (DispensingItemId(item), "Not taken".to_owned());
            let input = ReturnInput { item, quantity, is_destroyed, is_credited: true, reason };
            pharmacy::dispensing::actions::take_back(db, by, &counter.pharmacist, DispensingId(dispensing), &input)?;
            Ok(if is_destroyed { 0 } else { i64::from(quantity) })
        }
        Deed::Adjust(0) => Ok(0),
        Deed::Adjust(units) => actions::adjust(db, by, id, units, "Seen").map(|()| i64::from(units)),
        Deed::SendBack(units) => actions::send_back(db, by, id, units, "Wrong").map(|()| -i64::from(units)),
        Deed::WriteOff => actions::write_off(db, by, id, day("2030-01-01")).map(|units| -i64::from(units)),
        Deed::Count(counted) => {
            let stocktake = stocktakes::actions::start(db, by, &StocktakeInput::default())?;
            let typed = [TypedCount { batch: id, was: None, counted: Some(counted) }];
            let before = queries::find(db, id)?.quantity;
            stocktakes::actions::save_counts(db, by, stocktake, &typed)?;
            stocktakes::actions::post(db, by, stocktake, 1)?;
            Ok(i64::from(counted - before))
        }
    }
}

async fn stock_is_its_ledger_whatever_happens_and_however_many_do_it(app: TestApp) {
    let mut rng = StdRng::seed_from_u64(4);
    let now = app.now();
    let rounds = match app.db.engine() {
        Engine::Sqlite => 100,
        Engine::Postgres => 50,
    };
    let (shelves, counter) = app.write(move |db| {
        let pharmacist = factory::person(db, Role::Pharmacist, now)?;
        let patient = factory::patient(db, now)?;
        let prescription = factory::submitted_prescription(db, patient, now)?;
        diesel::update(prescription_medications::table)
            .filter(prescription_medications::prescription_id.eq(prescription))
            .set(prescription_medications::quantity.eq(100_000))
            .execute(db)?;
        let mut shelves = Vec::new();
        for _ in 0..BATCHES {
            let medicine = factory::medicine(db, now)?;
            // Past its day on the day of writing off, and not on the day of dispensing.
            shelves.push(Shelf { medicine, batch: batch(db, medicine, "2026-12-31", 20, now)? });
        }
        let counter = Counter {
            pharmacist: accounts::queries::actor(db, pharmacist, now)?.ok_or(AppError::NotFound)?,
            prescription,
            patient,
            doctor: prescriptions::table.find(prescription).select(prescriptions::doctor_id).first(db)?,
        };
        Ok((shelves, counter))
    });
    let mut expected: HashMap<BatchId, i64> = shelves.iter().map(|shelf| (shelf.batch, 20)).collect();
    let (mut done, mut refused) = (0, 0);
    for round in 0..rounds {
        let (prescription, pharmacist) = (counter.prescription, counter.pharmacist.user_id);
        let of = app.write(move |db| {
            let of = dispensing(db, prescription, pharmacist, now)?;
            diesel::update(dispensings::table.find(of.0))
                .set((dispensings::status.eq("completed"), dispensings::finished_at.eq(now)))
                .execute(db)?;
            Ok(of)
        });
        let deeds: Vec<(Shelf, Deed)> =
            (0..AT_ONCE).map(|_| (shelves[rng.random_range(0..BATCHES)], deed(&mut rng))).collect();
        let doing = deeds.into_iter().map(|(shelf, deed)| {
            let (db, counter) = (app.db.clone(), counter.clone());
            async move {
                let by = By::system(now);
                let result = db.write(move |db| act(db, &by, shelf, (&counter, of), deed)).await;
                (shelf.batch, deed, result)
            }
        });
        for (batch, deed, result) in join_all(doing).await {
            match result {
                Ok(grown) => {
                    *expected.entry(batch).or_default() += grown;
                    done += 1;
                }
                // There was not so much, or nothing to take back: clear words, and nothing changed.
                Err(AppError::Conflict(words)) => {
                    assert!(words.ends_with('.'), "{words}");
                    refused += 1;
                }
                Err(other) => panic!("{deed:?} in round {round}: {other:?}"),
            }
        }
        let found: Vec<(BatchId, i32)> =
            app.read(|db| Ok(stock_batches::table.select((stock_batches::id, stock_batches::quantity)).load(db)?));
        let sums: Vec<(BatchId, Option<i64>)> = app.read(|db| {
            Ok(stock_movements::table
                .group_by(stock_movements::batch_id)
                .select((stock_movements::batch_id, sum(stock_movements::quantity)))
                .load(db)?)
        });
        let sums: HashMap<BatchId, i64> = sums.into_iter().map(|(id, units)| (id, units.unwrap_or(0))).collect();
        for (batch, quantity) in found {
            assert!(quantity >= 0, "round {round}");
            assert_eq!(sums.get(&batch), Some(&i64::from(quantity)), "round {round}: the ledger");
            assert_eq!(expected.get(&batch), Some(&i64::from(quantity)), "round {round}: what was answered");
        }
    }
    assert!(done > rounds * AT_ONCE / 3 && refused > 0, "{done} done, {refused} refused");
    // No half stocktake, no item without its row.
    let (open, items, dispensed, least): (i64, i64, i64, Option<i32>) = app.read(|db| {
        let dispensed = stock_movements::table.filter(stock_movements::kind.eq(MovementKind::Dispensed));
        Ok((
            schema::stocktakes::table.filter(schema::stocktakes::status.eq("open")).count().get_result(db)?,
            dispensing_items::table.count().get_result(db)?,
            dispensed.count().get_result(db)?,
            stocktake_counts::table.select(min(stocktake_counts::expected)).first(db)?,
        ))
    });
    assert_eq!((open, items), (0, dispensed));
    // What is charged is what was kept.
    let (handed, back, charged): (Option<i64>, Option<i64>, i64) = app.read(|db| {
        let returned = stock_movements::table.filter(stock_movements::kind.eq(MovementKind::Returned));
        let open = charge_items::table.filter(charge_items::status.eq("open"));
        Ok((
            dispensing_items::table.select(sum(dispensing_items::quantity)).first(db)?,
            returned.select(sum(stock_movements::quantity)).first(db)?,
            open.select(charge_items::quantity).load::<i64>(db)?.into_iter().sum(),
        ))
    });
    assert_eq!(Some(charged), handed.zip(back).map(|(handed, back)| handed - back));
    assert!(least.is_some_and(|least| least >= 0));
}
