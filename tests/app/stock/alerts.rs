//! What the pharmacists are told of the stock: low, out, and last days, each event once.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::{medicines, notifications, users};
use infirmary::medicines::model::MedicineId;
use infirmary::pharmacy::stock::model::BatchId;
use infirmary::rounds;

use crate::support::pharmacy::batch;
use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(stock_alerts_tell_once_that_a_medicine_is_low_and_once_that_it_is_out);
    suite.both(stock_alerts_follow_recalls_and_stocktakes_and_no_useless_batch);
    suite.both(stock_alerts_of_many_at_once_are_one);
    suite.both(stock_alerts_tell_each_time_before_a_last_day_once);
}

/// A medicine of which so much should be there, with these batches.
fn medicine_with(app: &TestApp, minimum: i32, batches: &'static [(&'static str, i32)]) -> (MedicineId, Vec<BatchId>) {
    let now = app.now();
    app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        diesel::update(medicines::table.find(medicine)).set(medicines::minimum_stock.eq(minimum)).execute(db)?;
        let made = batches.iter().map(|(expires, quantity)| batch(db, medicine, expires, *quantity, now));
        Ok((medicine, made.collect::<Result<_, _>>()?))
    })
}

/// What somebody was told, the first first.
fn told(app: &TestApp, who: &Visitor) -> Vec<(String, String)> {
    let user = who.user_id;
    app.read(move |db| {
        Ok(notifications::table
            .filter(notifications::user_id.eq(user))
            .order(notifications::id)
            .select((notifications::message, notifications::link))
            .load(db)?)
    })
}

async fn adjust(who: &Visitor, batch: BatchId, direction: &str, quantity: &str) {
    let fields = [("direction", direction), ("quantity", quantity), ("reason", "Seen")];
    who.post(&format!("/batches/{batch}/adjust"), &fields).await.expect(303);
}

async fn stock_alerts_tell_once_that_a_medicine_is_low_and_once_that_it_is_out(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    let (admin, gone) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Pharmacist).await);
    let gone_id = gone.user_id;
    app.write(move |db| Ok(diesel::update(users::table.find(gone_id)).set(users::is_active.eq(false)).execute(db)?));
    let (medicine, batches) = medicine_with(&app, 10, &[("2027-06-30", 12), ("2027-07-31", 3)]);
    adjust(&one, batches[0], "out", "5").await;
    assert!(told(&app, &other).is_empty(), "exactly what should be there is enough");
    adjust(&one, batches[0], "out", "1").await;
    adjust(&one, batches[0], "out", "2").await;
    // Low is said once, to whoever did it too.
    for pharmacist in [&one, &other] {
        let told = told(&app, pharmacist);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0.ends_with(": 9 tablets are left, 10 should be there."), "{told:?}");
        assert_eq!(told[0].1, format!("/medicines/{medicine}"));
    }
    adjust(&one, batches[0], "out", "4").await;
    adjust(&one, batches[1], "out", "3").await;
    assert!(told(&app, &other)[1].0.ends_with(": nothing is left."), "{:?}", told(&app, &other));
    // There is some again, but not enough: nothing new. Then enough, and then too little: told again.
    adjust(&one, batches[1], "in", "4").await;
    adjust(&one, batches[1], "out", "1").await;
    assert_eq!(told(&app, &other).len(), 2);
    adjust(&one, batches[1], "in", "20").await;
    adjust(&one, batches[1], "out", "20").await;
    let messages = told(&app, &other);
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages[2].0.ends_with(": 3 tablets are left, 10 should be there."), "{messages:?}");
    assert!(told(&app, &admin).is_empty() && told(&app, &gone).is_empty());
    assert!(other.get("/notifications").await.expect(200).says("nothing is left"));
}

async fn stock_alerts_follow_recalls_and_stocktakes_and_no_useless_batch(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (_, batches) = medicine_with(&app, 5, &[("2027-06-30", 6), ("2026-06-01", 9)]);
    // Nobody could be given what is past its day: throwing it away leaves as much as before.
    pharmacist.post(&format!("/batches/{}/write-off", batches[1]), &[]).await.expect(303);
    assert!(told(&app, &pharmacist).is_empty());
    let recall = [("reason", "Letter of the maker")];
    pharmacist.post(&format!("/batches/{}/recall", batches[0]), &recall).await.expect(303);
    assert!(told(&app, &pharmacist)[0].0.ends_with(": nothing is left."));
    adjust(&pharmacist, batches[0], "out", "1").await;
    assert_eq!(told(&app, &pharmacist).len(), 1, "it was not on offer");
    pharmacist.post(&format!("/batches/{}/release", batches[0]), &[("reason", "A mistake")]).await.expect(303);
    pharmacist.post(&format!("/batches/{}/recall", batches[0]), &recall).await.expect(303);
    assert_eq!(told(&app, &pharmacist).len(), 2, "a second recall is a second event");
}

async fn stock_alerts_of_many_at_once_are_one(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let (_, batches) = medicine_with(&app, 10, &[("2027-06-30", 12), ("2027-07-31", 12)]);
    let doing = (0..24).map(|n| adjust(&pharmacist, batches[n % 2], "out", "1"));
    futures_util::future::join_all(doing).await;
    let mut messages: Vec<String> = told(&app, &pharmacist).into_iter().map(|(message, _)| message).collect();
    messages.sort();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("9 tablets are left") && messages[1].contains("nothing is left"), "{messages:?}");
}

async fn stock_alerts_tell_each_time_before_a_last_day_once(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    // Today is 15 June 2026.
    let (_, batches) = medicine_with(
        &app,
        4,
        &[("2026-09-13", 5), ("2026-09-14", 5), ("2026-06-22", 1), ("2026-06-14", 2), ("2026-06-20", 7)],
    );
    let recalled = batches[4];
    one.post(&format!("/batches/{recalled}/recall"), &[("reason", "Letter")]).await.expect(303);
    let round = || rounds::make(&app.db, app.now()).expect("the round is made");
    for _ in 0..3 {
        round();
    }
    for pharmacist in [&one, &other] {
        let told = told(&app, pharmacist);
        let texts: Vec<&str> =
            told.iter().filter_map(|(message, _)| message.split_once(": ")).map(|(_, t)| t).collect();
        assert_eq!(
            texts,
            [
                "5 tablets expire on 13 Sep 2026.",
                "1 tablet expires on 22 Jun 2026.",
                "2 tablets expired on 14 Jun 2026."
            ]
        );
        assert_eq!(told[1].1, format!("/batches/{}", batches[2]));
        assert!(pharmacist.get(&told[1].1).await.expect(200).says("7 days left"));
    }
    // Day by day to the end of the year: each batch once at each time.
    for day in ["2026-06-16", "2026-08-13", "2026-08-14", "2026-09-06", "2026-09-07", "2026-09-14", "2026-09-15"] {
        app.set_time(&format!("{day} 08:00"));
        round();
        round();
    }
    let all = told(&app, &one);
    let of = |batch: BatchId| -> Vec<&str> {
        let link = format!("/batches/{batch}");
        all.iter().filter(|(_, to)| *to == link).map(|(message, _)| message.as_str()).collect()
    };
    assert_eq!(of(batches[0]).len(), 4, "90, 30 and 7 days, and past: {all:#?}");
    assert_eq!(of(batches[1]).len(), 4, "{all:#?}");
    assert_eq!((of(batches[2]).len(), of(batches[3]).len(), of(recalled).len()), (2, 1, 0), "{all:#?}");
    // The last of them has taken all of the medicine off what may be given.
    let last = of(batches[1])[3];
    assert!(last.ends_with("5 tablets expired on 14 Sep 2026. Of what may be given, nothing is left."), "{last}");
    // Somebody who comes later is told what is due then, and nothing of what is past and gone.
    let newcomer = app.sign_in(Role::Pharmacist).await;
    round();
    assert_eq!(told(&app, &newcomer).len(), 4, "{:?}", told(&app, &newcomer));
    assert_eq!(told(&app, &one).len(), all.len());
}
