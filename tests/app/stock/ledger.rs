//! The rules of the ledger, asked of the database itself: whatever a program does, the quantity is the sum of the rows.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{By, Role};
use infirmary::db::DbConnection;
use infirmary::db::schema::{
    dispensing_declines, dispensing_items, prescription_medications, stock_batches, stock_movements, stock_receipts,
    stocktake_counts, stocktakes,
};
use infirmary::error::AppError;
use infirmary::medicines::model::MedicineId;
use infirmary::pharmacy::stock::model::{BatchId, BatchStatus, CountId, MovementKind, NewMovement};
use infirmary::pharmacy::stock::{actions, queries};
use infirmary::prescriptions::model::PrescriptionId;

use crate::support::pharmacy::{
    batch, day, dispensing, dispensing_item, empty_batch, movement, receipt_line, stocktake,
};
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(stock_is_the_sum_of_its_ledger);
    suite.both(stock_rows_of_the_ledger_cannot_be_changed_or_removed);
    suite.both(stock_never_goes_below_zero);
    suite.both(stock_movements_refer_to_what_made_them);
    suite.both(stock_is_counted_in_one_open_stocktake);
    suite.both(stock_of_a_delivery_note_comes_once);
    suite.both(stock_is_dispensed_within_what_was_prescribed);
    suite.both(stock_is_offered_first_expiring_first);
    suite.both(stock_taken_by_many_at_once_is_never_oversold);
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>, constraint: &str) {
    match result {
        Err(AppError::Constraint(name)) => assert_eq!(name, constraint),
        other => panic!("{constraint} did not refuse: {other:?}"),
    }
}

fn quantity(db: &mut DbConnection, batch: BatchId) -> Result<i32, AppError> {
    Ok(stock_batches::table.find(batch).select(stock_batches::quantity).first(db)?)
}

/// A medicine with a batch of ten tablets.
fn ten(app: &TestApp) -> (MedicineId, BatchId) {
    let now = app.now();
    app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        Ok((medicine, batch(db, medicine, "2027-06-30", 10, now)?))
    })
}

/// A submitted prescription whose first line is for so many units.
fn prescribed(app: &TestApp, units: Option<i32>) -> PrescriptionId {
    let now = app.now();
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let id = factory::submitted_prescription(db, patient, now)?;
        diesel::update(prescription_medications::table.filter(prescription_medications::prescription_id.eq(id)))
            .set(prescription_medications::quantity.eq(units))
            .execute(db)?;
        Ok(id)
    })
}

async fn stock_is_the_sum_of_its_ledger(app: TestApp) {
    let (medicine, batch) = ten(&app);
    let now = app.now();
    assert_eq!(app.read(move |db| quantity(db, batch)), 10);
    app.write(move |db| {
        queries::insert_movement(db, &movement(batch, MovementKind::Adjusted, -3, now))?;
        queries::insert_movement(db, &movement(batch, MovementKind::SentBack, -2, now))?;
        Ok(())
    });
    assert_eq!(app.read(move |db| quantity(db, batch)), 5);
    for wrong in [0, 4, 6, 1_000_000] {
        let set = diesel::update(stock_batches::table.find(batch)).set(stock_batches::quantity.eq(wrong));
        refused(app.db.write_now(move |db| Ok(set.clone().execute(db)?)), "ck_stock_batches_ledger");
    }
    let born_full = app.db.write_now(move |db| {
        Ok(diesel::insert_into(stock_batches::table)
            .values((
                stock_batches::medicine_id.eq(medicine),
                stock_batches::lot.eq("X"),
                stock_batches::lot_key.eq("x"),
                stock_batches::expires_on.eq(day("2027-01-01")),
                stock_batches::quantity.eq(7),
                stock_batches::created_at.eq(now),
                stock_batches::updated_at.eq(now),
            ))
            .execute(db)?)
    });
    refused(born_full, "ck_stock_batches_ledger");
    let other = app.write(move |db| factory::medicine(db, now));
    let moved = app.db.write_now(move |db| {
        Ok(diesel::update(stock_batches::table.find(batch)).set(stock_batches::medicine_id.eq(other)).execute(db)?)
    });
    refused(moved, "ck_stock_batches_medicine");
    assert_eq!(app.read(move |db| quantity(db, batch)), 5);
}

async fn stock_rows_of_the_ledger_cannot_be_changed_or_removed(app: TestApp) {
    ten(&app);
    let changed = app.db.write_now(|db| {
        Ok(diesel::update(stock_movements::table).set(stock_movements::quantity.eq(99)).execute(db)?)
    });
    refused(changed, "ck_stock_movements_append_only");
    let removed = app.db.write_now(|db| Ok(diesel::delete(stock_movements::table).execute(db)?));
    refused(removed, "ck_stock_movements_append_only");
    let count: i64 = app.read(|db| Ok(stock_movements::table.count().get_result(db)?));
    assert_eq!(count, 1);
}

async fn stock_never_goes_below_zero(app: TestApp) {
    let (medicine, batch) = ten(&app);
    let now = app.now();
    let insert = |new: NewMovement| app.db.write_now(move |db| Ok(queries::insert_movement(db, &new)?));
    refused(insert(movement(batch, MovementKind::Adjusted, -11, now)), "ck_stock_batches_quantity");
    refused(insert(movement(batch, MovementKind::Adjusted, 0, now)), "ck_stock_movements_quantity");
    refused(insert(movement(batch, MovementKind::Adjusted, 1_000_000_000, now)), "ck_stock_batches_most");
    refused(insert(movement(batch, MovementKind::Adjusted, i32::MAX, now)), "ck_stock_movements_quantity");
    refused(insert(movement(batch, MovementKind::Expired, 1, now)), "ck_stock_movements_sign");
    refused(insert(movement(batch, MovementKind::SentBack, 5, now)), "ck_stock_movements_sign");
    let silent = NewMovement { reason: String::new(), ..movement(batch, MovementKind::Adjusted, 1, now) };
    refused(insert(silent), "ck_stock_movements_reason");
    // Two rows of one transaction that would pass alone.
    let both = app.db.write_now(move |db| {
        queries::insert_movement(db, &movement(batch, MovementKind::Adjusted, -6, now))?;
        Ok(queries::insert_movement(db, &movement(batch, MovementKind::Adjusted, -6, now))?)
    });
    refused(both, "ck_stock_batches_quantity");
    assert_eq!(app.read(move |db| quantity(db, batch)), 10);
    let unknown = app.write(move |db| empty_batch(db, medicine, "2027-01-31", now));
    refused(insert(movement(unknown, MovementKind::Expired, -1, now)), "ck_stock_batches_quantity");
}

async fn stock_movements_refer_to_what_made_them(app: TestApp) {
    let (medicine, held) = ten(&app);
    let now = app.now();
    let insert = |new: NewMovement| app.db.write_now(move |db| Ok(queries::insert_movement(db, &new)?));
    refused(insert(movement(held, MovementKind::Received, 5, now)), "ck_stock_movements_received");
    let line = app.write(move |db| receipt_line(db, held, 5, now));
    let received =
        |quantity| NewMovement { receipt_line_id: Some(line), ..movement(held, MovementKind::Received, quantity, now) };
    refused(insert(received(6)), "ck_stock_movements_received");
    insert(received(5)).expect("what the line says");
    refused(insert(received(5)), "ux_stock_movements_receipt_line_id");

    let pharmacist = app.write(move |db| factory::person(db, Role::Pharmacist, now));
    let prescription = prescribed(&app, Some(30));
    let item = app.write(move |db| {
        let under_way = dispensing(db, prescription, pharmacist, now)?;
        dispensing_item(db, under_way, medicine, held, 4, now)
    });
    let of_item =
        move |kind, quantity| NewMovement { dispensing_item_id: Some(item), ..movement(held, kind, quantity, now) };
    refused(insert(of_item(MovementKind::Dispensed, -5)), "ck_stock_movements_dispensed");
    insert(of_item(MovementKind::Dispensed, -4)).expect("what was handed over");
    refused(insert(of_item(MovementKind::Dispensed, -4)), "ux_stock_movements_dispensing_item_id");
    insert(of_item(MovementKind::Returned, 3)).expect("some of it comes back");
    refused(insert(of_item(MovementKind::Returned, 2)), "ck_stock_movements_returned");
    insert(of_item(MovementKind::Returned, 1)).expect("the rest comes back");
    assert_eq!(app.read(move |db| quantity(db, held)), 15);
}

async fn stock_is_counted_in_one_open_stocktake(app: TestApp) {
    let (_, batch) = ten(&app);
    let now = app.now();
    let count = move |db: &mut DbConnection, stocktake: i64| -> Result<CountId, AppError> {
        Ok(diesel::insert_into(stocktake_counts::table)
            .values((
                stocktake_counts::stocktake_id.eq(stocktake),
                stocktake_counts::batch_id.eq(batch),
                stocktake_counts::expected.eq(10),
                stocktake_counts::counted.eq(8),
                stocktake_counts::counted_at.eq(now),
            ))
            .returning(stocktake_counts::id)
            .get_result(db)?)
    };
    let finish = move |db: &mut DbConnection, stocktake: i64| -> Result<usize, AppError> {
        Ok(diesel::update(stocktakes::table.find(stocktake))
            .set((stocktakes::status.eq("posted"), stocktakes::finished_at.eq(now)))
            .execute(db)?)
    };
    let (one, other, counted) = app.write(move |db| {
        let one = stocktake(db, now)?;
        Ok((one, stocktake(db, now)?, count(db, one)?))
    });
    refused(app.db.write_now(move |db| count(db, one)), "ux_stocktake_counts_stocktake_id_batch_id");
    refused(app.db.write_now(move |db| count(db, other)), "ex_stocktake_counts_batch");
    let of_count = move |quantity| NewMovement {
        stocktake_count_id: Some(counted),
        ..movement(batch, MovementKind::Counted, quantity, now)
    };
    let insert = |new: NewMovement| app.db.write_now(move |db| Ok(queries::insert_movement(db, &new)?));
    refused(insert(of_count(-3)), "ck_stock_movements_counted");
    insert(of_count(-2)).expect("the difference");
    refused(insert(of_count(-2)), "ux_stock_movements_stocktake_count_id");
    app.write(move |db| finish(db, one));
    refused(app.db.write_now(move |db| finish(db, one)), "ck_stocktakes_final");
    let recounted = app.db.write_now(move |db| {
        Ok(diesel::update(stocktake_counts::table.find(counted)).set(stocktake_counts::counted.eq(9)).execute(db)?)
    });
    refused(recounted, "ck_stocktake_counts_open");
    let gone = app.db.write_now(move |db| Ok(diesel::delete(stocktake_counts::table.find(counted)).execute(db)?));
    refused(gone, "ck_stocktake_counts_open");
    app.write(move |db| count(db, other));
    assert_eq!(app.read(move |db| quantity(db, batch)), 8);
}

async fn stock_of_a_delivery_note_comes_once(app: TestApp) {
    let now = app.now();
    let (_, batch) = ten(&app);
    app.write(move |db| receipt_line(db, batch, 1, now));
    let again = app.db.write_now(move |db| {
        let supplier: i64 = stock_receipts::table.select(stock_receipts::supplier_id).first(db)?;
        Ok(diesel::insert_into(stock_receipts::table)
            .values((
                stock_receipts::supplier_id.eq(supplier),
                stock_receipts::reference.eq("dn-1"),
                stock_receipts::reference_key.eq("dn-1"),
                stock_receipts::received_on.eq(now.date()),
                stock_receipts::created_at.eq(now),
            ))
            .execute(db)?)
    });
    refused(again, "ux_stock_receipts_supplier_id_reference_key");
}

async fn stock_is_dispensed_within_what_was_prescribed(app: TestApp) {
    let (medicine, batch) = ten(&app);
    let now = app.now();
    let other = app.write(move |db| factory::medicine(db, now));
    let pharmacist = app.write(move |db| factory::person(db, Role::Pharmacist, now));
    let (twelve, free) = (prescribed(&app, Some(12)), prescribed(&app, None));
    let (under_way, freely) =
        app.write(move |db| Ok((dispensing(db, twelve, pharmacist, now)?, dispensing(db, free, pharmacist, now)?)));
    refused(app.db.write_now(move |db| dispensing(db, twelve, pharmacist, now)), "ux_dispensings_prescription_id");
    let give = |of: (i64, i64), medicine, quantity| {
        app.db.write_now(move |db| dispensing_item(db, of, medicine, batch, quantity, now))
    };
    refused(give(under_way, medicine, 13), "ck_dispensing_items_prescribed");
    refused(give(under_way, other, 1), "ck_dispensing_items_batch");
    refused(give((under_way.0, freely.1), medicine, 1), "ck_dispensing_items_line");
    give(under_way, medicine, 7).expect("some of it");
    refused(give(under_way, medicine, 6), "ck_dispensing_items_prescribed");
    give(under_way, medicine, 5).expect("the rest of it");
    refused(give(under_way, medicine, 1), "ck_dispensing_items_prescribed");
    // A line without a quantity: any amount, within one dispensing.
    give(freely, medicine, 7).expect("any amount");
    give(freely, medicine, 3).expect("of two batches perhaps");
    app.write(move |db| {
        use infirmary::db::schema::dispensings;
        diesel::update(dispensings::table.find(freely.0))
            .set((dispensings::status.eq("completed"), dispensings::finished_at.eq(now)))
            .execute(db)?;
        Ok(())
    });
    let later = app.write(move |db| dispensing(db, free, pharmacist, now));
    refused(give(later, medicine, 1), "ck_dispensing_items_prescribed");

    let third = prescribed(&app, Some(5));
    let third = app.write(move |db| dispensing(db, third, pharmacist, now));
    let decline = move |db: &mut DbConnection| -> Result<usize, AppError> {
        Ok(diesel::insert_into(dispensing_declines::table)
            .values((
                dispensing_declines::dispensing_id.eq(third.0),
                dispensing_declines::prescription_medication_id.eq(third.1),
                dispensing_declines::reason.eq("Not in stock"),
                dispensing_declines::created_at.eq(now),
            ))
            .execute(db)?)
    };
    app.write(decline);
    refused(app.db.write_now(decline), "ux_dispensing_declines_prescription_medication_id");
    refused(give(third, medicine, 1), "ck_dispensing_items_declined");
    let changed = app.db.write_now(|db| {
        Ok(diesel::update(dispensing_items::table).set(dispensing_items::quantity.eq(1)).execute(db)?)
    });
    refused(changed, "ck_dispensing_items_append_only");
    let removed = app.db.write_now(|db| Ok(diesel::delete(dispensing_declines::table).execute(db)?));
    refused(removed, "ck_dispensing_declines_append_only");
}

async fn stock_is_offered_first_expiring_first(app: TestApp) {
    let now = app.now();
    let today = now.date();
    let (medicine, late, soon, last_day) = app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        let late = batch(db, medicine, "2028-01-31", 30, now)?;
        let soon = batch(db, medicine, "2026-08-31", 20, now)?;
        let last_day = batch(db, medicine, "2026-06-15", 5, now)?;
        batch(db, medicine, "2026-06-14", 9, now)?;
        empty_batch(db, medicine, "2027-01-31", now)?;
        let recalled = batch(db, medicine, "2027-02-28", 7, now)?;
        diesel::update(stock_batches::table.find(recalled))
            .set((stock_batches::status.eq(BatchStatus::Recalled), stock_batches::recall_reason.eq("Glass splinters")))
            .execute(db)?;
        Ok((medicine, late, soon, last_day))
    });
    let (offered, on_hand) =
        app.read(move |db| Ok((queries::offered(db, medicine, today)?, queries::on_hand(db, &[medicine], today)?)));
    assert_eq!(offered.iter().map(|b| b.id).collect::<Vec<_>>(), [last_day, soon, late]);
    assert_eq!(on_hand.get(&medicine), Some(&55));
}

/// 20 who take three each of ten at the same moment: three get them, one is left over.
async fn stock_taken_by_many_at_once_is_never_oversold(app: TestApp) {
    let (medicine, batch) = ten(&app);
    let now = app.now();
    let pharmacist = app.write(move |db| factory::person(db, Role::Pharmacist, now));
    let mut under_way = Vec::new();
    for _ in 0..20 {
        let prescription = prescribed(&app, Some(3));
        under_way.push(app.write(move |db| dispensing(db, prescription, pharmacist, now)));
    }
    let taking = under_way.into_iter().map(|of| {
        app.db.write(move |db| {
            let item = dispensing_item(db, of, medicine, batch, 3, now)?;
            actions::take(db, &By::system(now), batch, 3, item)
        })
    });
    let results = join_all(taking).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 3);
    for result in results.into_iter().filter_map(Result::err) {
        let AppError::Conflict(message) = result else { panic!("{result:?}") };
        assert!(message.starts_with("Only 1 tablet of lot LOT") && message.ends_with(" is left."), "{message}");
    }
    let (left, handed): (i32, i64) =
        app.read(move |db| Ok((quantity(db, batch)?, dispensing_items::table.count().get_result(db)?)));
    assert_eq!((left, handed), (1, 3));
}
