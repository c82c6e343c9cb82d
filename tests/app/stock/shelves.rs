//! What is on the shelves: the overview, expiry, and what is done to a batch by hand.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, dispensings, medicines, stock_batches, stock_movements};
use infirmary::medicines::model::MedicineId;
use infirmary::pharmacy::stock::model::{Alerts, BatchId, MovementKind, NewMovement};
use infirmary::pharmacy::stock::queries;

use crate::support::pharmacy::{batch, dispensing, dispensing_item, movement};
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(stock_is_adjusted_sent_back_and_recalled_with_a_reason);
    suite.both(stock_acts_that_are_wrong_change_nothing);
    suite.both(stock_adjusted_by_many_at_once_is_the_sum);
    suite.both(stock_that_expired_is_written_off);
    suite.both(stock_that_was_handed_over_leads_to_its_dispensing);
    suite.both(stock_overview_finds_what_is_low_and_out);
    suite.both(stock_use_is_shown_by_month);
}

fn held(app: &TestApp, batch: BatchId) -> i32 {
    app.read(move |db| Ok(stock_batches::table.find(batch).select(stock_batches::quantity).first(db)?))
}

fn medicine_with(app: &TestApp, minimum: i32, batches: &'static [(&'static str, i32)]) -> (MedicineId, Vec<BatchId>) {
    let now = app.now();
    app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        diesel::update(medicines::table.find(medicine)).set(medicines::minimum_stock.eq(minimum)).execute(db)?;
        let mut made = Vec::new();
        for (expires, quantity) in batches {
            made.push(batch(db, medicine, expires, *quantity, now)?);
        }
        Ok((medicine, made))
    })
}

async fn stock_is_adjusted_sent_back_and_recalled_with_a_reason(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (_, batches) = medicine_with(&app, 0, &[("2027-06-30", 50)]);
    let path = format!("/batches/{}", batches[0]);
    let act = |act: &'static str, fields: Vec<(&'static str, &'static str)>| {
        let (pharmacist, path) = (&pharmacist, format!("{path}/{act}"));
        async move {
            pharmacist.get(&path).await.expect(200);
            pharmacist.post(&path, &fields).await
        }
    };
    act("adjust", vec![("direction", "out"), ("quantity", "8"), ("reason", "Broken")]).await.expect(303);
    act("adjust", vec![("direction", "in"), ("quantity", "3"), ("reason", "Found behind")]).await.expect(303);
    act("send-back", vec![("quantity", "5"), ("reason", "Wrong strength")]).await.expect(303);
    assert_eq!(held(&app, batches[0]), 40);
    let page = pharmacist.get(&path).await.expect(200);
    for text in ["Broken", "Found behind", "Wrong strength", "−8", "+3", "40 tablets", "Robin Person"] {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    act("recall", vec![("reason", "Letter of the maker")]).await.expect(303);
    let page = pharmacist.get(&path).await.expect(200);
    assert!(page.says("not offered to anybody") && page.says("Letter of the maker"), "{}", page.words());
    act("recall", vec![("reason", "Again")]).await.expect(422);
    assert!(pharmacist.get("/stock/expiry?within=recalled").await.expect(200).says("Letter of the maker"));
    act("release", vec![("reason", "Checked")]).await.expect(303);
    assert!(!pharmacist.get(&path).await.expect(200).says("not offered to anybody"));
    let acts: Vec<String> = app.read(|db| {
        let of_batch = audit_log::table.filter(audit_log::entity.eq("stock_batch")).order(audit_log::id);
        Ok(of_batch.select(audit_log::action).load(db)?)
    });
    assert_eq!(acts, ["adjusted", "adjusted", "sent_back", "recalled", "released"]);
    // Doctors see the shelf and change nothing.
    let doctor = app.sign_in(Role::Doctor).await;
    let page = doctor.get(&path).await.expect(200);
    assert!(!page.says("Cost of one") && !page.body.contains("/adjust"));
    doctor.post(&format!("{path}/adjust"), &[]).await.expect(403);
}

async fn stock_acts_that_are_wrong_change_nothing(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (_, batches) = medicine_with(&app, 0, &[("2027-06-30", 3)]);
    let path = format!("/batches/{}", batches[0]);
    let long = "x".repeat(10_000);
    for (act, quantity, reason, message) in [
        ("adjust", "0", "Broken", "whole number from 1"),
        ("adjust", "-4", "Broken", "whole number from 1"),
        ("adjust", "1000000000000000000", "Broken", "whole number from 1"),
        ("adjust", "4", "Broken", "Only 3 tablets of lot"),
        ("adjust", "1", "", "Say why"),
        ("adjust", "1", long.as_str(), "at most 300"),
        ("send-back", "4", "Broken", "Only 3 tablets of lot"),
        ("write-off", "", "", "may be given until 30 Jun 2027"),
        ("release", "", "Fine", "is not recalled"),
    ] {
        let fields = [("direction", "out"), ("quantity", quantity), ("reason", reason)];
        let page = pharmacist.post(&format!("{path}/{act}"), &fields).await.expect(422);
        assert!(page.says(message), "{act} {quantity}: {}", page.words());
    }
    let fields = [("direction", "sideways"), ("quantity", "1"), ("reason", "Why not")];
    assert!(pharmacist.post(&format!("{path}/adjust"), &fields).await.expect(422).says("taken out or put in"));
    pharmacist.get(&format!("{path}/explode")).await.expect(404);
    pharmacist.post("/batches/999999/adjust", &fields).await.expect(404);
    assert_eq!(held(&app, batches[0]), 3);
}

async fn stock_adjusted_by_many_at_once_is_the_sum(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (_, batches) = medicine_with(&app, 0, &[("2027-06-30", 10)]);
    let path = format!("/batches/{}/adjust", batches[0]);
    let fields = [("direction", "out"), ("quantity", "1"), ("reason", "Broken")];
    let answers = join_all((0..30).map(|_| pharmacist.post(&path, &fields))).await;
    assert_eq!(answers.iter().filter(|a| a.status == 303).count(), 10);
    for refused in answers.iter().filter(|a| a.status != 303) {
        assert!(refused.status == 422 && refused.says("Nothing of lot"), "{} {}", refused.status, refused.words());
    }
    assert_eq!(held(&app, batches[0]), 0);
}

async fn stock_that_expired_is_written_off(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (medicine, batches) =
        medicine_with(&app, 0, &[("2026-06-14", 4), ("2026-01-31", 6), ("2026-06-15", 5), ("2026-07-10", 5)]);
    let page = pharmacist.get("/stock/expiry?within=expired").await.expect(200);
    assert!(page.says("4 tablets") && page.says("6 tablets") && !page.says("5 tablets"), "{}", page.words());
    assert!(pharmacist.get("/stock/expiry?within=7").await.expect(200).says("Last day"));
    assert!(pharmacist.get("/stock/expiry?within=30").await.expect(200).says("25 days left"));
    let path = format!("/medicines/{medicine}/write-off");
    assert!(pharmacist.get(&path).await.expect(200).says("leaves the stock"));
    pharmacist.post(&path, &[]).await.expect(303);
    pharmacist.post(&path, &[]).await.expect(409);
    assert!(pharmacist.get(&path).await.expect(200).says("Nothing to write off"));
    assert_eq!(batches.iter().map(|b| held(&app, *b)).collect::<Vec<_>>(), [0, 0, 5, 5]);
    // One alone, some days later.
    app.set_time("2026-06-20 09:00");
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    pharmacist.post(&format!("/batches/{}/write-off", batches[2]), &[]).await.expect(303);
    assert_eq!(held(&app, batches[2]), 0);
}

async fn stock_that_was_handed_over_leads_to_its_dispensing(app: TestApp) {
    let (pharmacist, admin) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Admin).await);
    let (medicine, batches) = medicine_with(&app, 0, &[("2027-06-30", 10)]);
    let (now, user, held_in) = (app.now(), pharmacist.user_id, batches[0]);
    let (item, of) = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let prescription = factory::submitted_prescription(db, patient, now)?;
        let under_way = dispensing(db, prescription, user, now)?;
        let item = dispensing_item(db, under_way, medicine, held_in, 6, now)?;
        let taken = NewMovement {
            dispensing_item_id: Some(item),
            user_id: Some(user),
            ..movement(held_in, MovementKind::Dispensed, -6, now)
        };
        queries::insert_movement(db, &taken)?;
        diesel::update(dispensings::table.find(under_way.0))
            .set((dispensings::status.eq("completed"), dispensings::finished_at.eq(now)))
            .execute(db)?;
        Ok((item, under_way.0))
    });
    // What comes back lowers the charge too, and so there is one way for it.
    let link = format!("/dispensings/{of}/returns?item={item}");
    let pages =
        [format!("/batches/{held_in}"), format!("/medicines/{medicine}"), format!("/medicines/{medicine}/movements")];
    for page in &pages {
        let shown = pharmacist.get(page).await.expect(200);
        assert!(shown.says("Take back") && shown.body.contains(&format!("href=\"{link}\"")), "{}", shown.words());
        // Who hands nothing out opens no dispensing.
        let shown = admin.get(page).await.expect(200);
        assert!(shown.says("DSP") && !shown.body.contains("/dispensings/"), "{}", shown.words());
    }
    let form = pharmacist.get(&link).await.expect(200);
    assert!(form.body.contains(&format!("value=\"{item}\" selected")), "{}", form.body);
    let path = format!("/batches/{held_in}/take-back");
    pharmacist.get(&format!("{path}?item={item}")).await.expect(404);
    let item = item.to_string();
    pharmacist.post(&path, &[("item", item.as_str()), ("quantity", "1"), ("reason", "Sealed pack")]).await.expect(404);
    assert_eq!(held(&app, held_in), 4);
}

async fn stock_overview_finds_what_is_low_and_out(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/stock").await.expect(200).says("Nothing in stock yet"));
    let name = |id: MedicineId| -> String {
        app.read(move |db| Ok(medicines::table.find(id).select(medicines::name).first(db)?))
    };
    let enough = name(medicine_with(&app, 10, &[("2027-06-30", 10)]).0);
    let low = name(medicine_with(&app, 10, &[("2027-06-30", 9)]).0);
    // What has expired is not on hand.
    let out = name(medicine_with(&app, 10, &[("2026-06-01", 100)]).0);
    let never = name(medicine_with(&app, 10, &[]).0);
    let unknown = name(medicine_with(&app, 0, &[]).0);
    for (show, there, not_there) in [
        ("stocked", vec![&enough, &low, &out, &never], vec![&unknown]),
        ("low", vec![&low], vec![&enough, &out, &never, &unknown]),
        ("out", vec![&out, &never], vec![&enough, &low, &unknown]),
        ("all", vec![&enough, &low, &out, &never, &unknown], vec![]),
        ("nonsense", vec![&enough], vec![&unknown]),
    ] {
        let page = pharmacist.get(&format!("/stock?show={show}")).await.expect(200);
        for name in there {
            assert!(page.says(name), "{show}: {name} is missing: {}", page.words());
        }
        for name in not_there {
            assert!(!page.says(name), "{show}: {name} is there: {}", page.words());
        }
    }
    let today = app.now().date();
    let alerts = app.read(move |db| Ok(queries::alerts(db, today)?));
    assert_eq!(alerts, Alerts { low: 1, out: 2, expired: 1, ..Alerts::default() });
    let home = pharmacist.get("/").await.expect(200);
    assert!(home.says("medicines to order") && home.says("batches still on the shelf"), "{}", home.words());
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/").await.expect(200).says("2 medicines out, 1 medicine low, 1 batch expired on the shelf"));
}

async fn stock_use_is_shown_by_month(app: TestApp) {
    let (medicine, batches) = medicine_with(&app, 0, &[("2028-06-30", 300)]);
    let held_in = batches[0];
    for (day, units) in [("2026-04-10 09:00", 60), ("2026-06-10 09:00", 30)] {
        let at = app.utc(day);
        app.write(move |db| {
            let pharmacist = factory::person(db, Role::Pharmacist, at)?;
            let patient = factory::patient(db, at)?;
            let prescription = factory::submitted_prescription(db, patient, at)?;
            let under_way = dispensing(db, prescription, pharmacist, at)?;
            let item = dispensing_item(db, under_way, medicine, held_in, units, at)?;
            let taken = NewMovement {
                dispensing_item_id: Some(item),
                ..movement(held_in, MovementKind::Dispensed, -units, at)
            };
            queries::insert_movement(db, &taken)?;
            Ok(())
        });
    }
    let doctor = app.sign_in(Role::Doctor).await;
    let page = doctor.get(&format!("/medicines/{medicine}")).await.expect(200);
    // 90 tablets in 90 days, 210 left.
    for text in ["90 tablets given in 90 days", "about 210 days", "April 2026", "90 tablets given to patients"] {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    let rows = doctor.get(&format!("/medicines/{medicine}/movements")).await.expect(200);
    assert!(rows.says("−60") && rows.says("+300"), "{}", rows.words());
    // Many movements come page by page, each once.
    let now = app.now();
    app.write(move |db| {
        for _ in 0..60 {
            queries::insert_movement(db, &movement(held_in, MovementKind::Adjusted, 1, now))?;
        }
        Ok(())
    });
    let mut seen = 0;
    let mut next = Some(format!("/batches/{held_in}"));
    while let Some(path) = next {
        let page = doctor.get(&path).await.expect(200);
        seen += page.body.matches("data-label=\"Then left\"").count();
        next = page
            .body
            .split("href=\"")
            .find(|part| part.starts_with("/batches/") && part.contains("?before="))
            .map(|part| part.split('"').next().expect("the address ends").to_owned());
    }
    let rows: i64 = app.read(|db| Ok(stock_movements::table.count().get_result(db)?));
    assert_eq!(i64::try_from(seen).expect("few"), rows);
}
