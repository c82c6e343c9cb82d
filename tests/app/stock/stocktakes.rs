//! Counting the shelves.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::schema::{stock_batches, stock_movements, stocktakes};
use infirmary::pharmacy::stock::model::{BatchId, MovementKind};
use infirmary::pharmacy::stock::queries;

use crate::support::pharmacy::{batch, movement};
use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(stocktakes_are_counted_by_several_and_posted_once);
    suite.both(stocktakes_keep_right_what_is_moved_meanwhile);
    suite.both(stocktakes_refuse_what_is_wrong);
    suite.both(stocktakes_are_narrowed_printed_and_cancelled);
}

fn three(app: &TestApp) -> Vec<BatchId> {
    let now = app.now();
    app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        (0..3).map(|_| batch(db, medicine, "2027-06-30", 10, now)).collect()
    })
}

fn held(app: &TestApp, batch: BatchId) -> i32 {
    app.read(move |db| Ok(stock_batches::table.find(batch).select(stock_batches::quantity).first(db)?))
}

async fn begin(pharmacist: &Visitor) -> String {
    pharmacist.post("/stocktakes", &[]).await.expect(303).location().to_owned()
}

/// Sends counts as a page does: batch, what was shown, what is typed.
async fn count(visitor: &Visitor, path: &str, counts: &[(BatchId, &str, &str)]) -> crate::support::Reply {
    let names: Vec<(String, String)> =
        counts.iter().map(|(batch, ..)| (format!("count-{batch}"), format!("was-{batch}"))).collect();
    let mut fields = Vec::new();
    for ((count, was), (_, shown, typed)) in names.iter().zip(counts) {
        fields.extend([(count.as_str(), *typed), (was.as_str(), *shown)]);
    }
    visitor.post(&format!("{path}/counts"), &fields).await
}

async fn stocktakes_are_counted_by_several_and_posted_once(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Admin).await);
    let batches = three(&app);
    let path = begin(&one).await;
    count(&one, &path, &[(batches[0], "", "8"), (batches[1], "", "")]).await.expect(303);
    // The colleague's page was loaded before: an empty field takes nothing back, another number is not overwritten.
    count(&other, &path, &[(batches[0], "", ""), (batches[1], "", "12")]).await.expect(303);
    let refused = count(&other, &path, &[(batches[0], "", "7"), (batches[2], "", "10")]).await.expect(422);
    assert!(refused.says("Somebody has counted 8 meanwhile"), "{}", refused.words());
    count(&other, &path, &[(batches[2], "", "10")]).await.expect(303);
    let page = other.get(&path).await.expect(200);
    assert!(
        page.says("3 of 3, 2 different") && page.says("2 tablets less") && page.says("2 tablets more"),
        "{}",
        page.words()
    );
    let page = one.get(&format!("{path}/differences")).await.expect(200);
    assert!(page.says("−2") && page.says("+2"), "{}", page.words());
    assert_eq!(held(&app, batches[0]), 10, "nothing is posted yet");
    let post = format!("{path}/post");
    let answers = join_all((0..8).map(|n| {
        let (who, post) = (if n % 2 == 0 { &one } else { &other }, post.as_str());
        async move { who.post(post, &[("version", "1")]).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|a| a.status == 303).count(), 1);
    assert!(answers.iter().filter(|a| a.status != 303).all(|a| a.status == 409 && a.says("stocktake")));
    assert_eq!(batches.iter().map(|b| held(&app, *b)).collect::<Vec<_>>(), [8, 12, 10]);
    let counted: i64 = app.read(|db| {
        Ok(stock_movements::table.filter(stock_movements::kind.eq(MovementKind::Counted)).count().get_result(db)?)
    });
    assert_eq!(counted, 2);
    count(&one, &path, &[(batches[0], "8", "9")]).await.expect(409);
    assert!(one.get(&path).await.expect(200).says("Posted"));
    assert!(one.get(&format!("/batches/{}", batches[0])).await.expect(200).says("Stocktake"));
}

async fn stocktakes_keep_right_what_is_moved_meanwhile(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let batches = three(&app);
    let now = app.now();
    let path = begin(&pharmacist).await;
    // Two are missing when it is counted; then three are sold.
    count(&pharmacist, &path, &[(batches[0], "", "8"), (batches[1], "", "1")]).await.expect(303);
    let (first, second) = (batches[0], batches[1]);
    app.write(move |db| {
        queries::insert_movement(db, &movement(first, MovementKind::Adjusted, -3, now))?;
        queries::insert_movement(db, &movement(second, MovementKind::Adjusted, -5, now))?;
        Ok(())
    });
    // Nine were missing of the second, and only five are left: this cannot be.
    let page = pharmacist.get(&format!("{path}/differences")).await.expect(200);
    assert!(page.says("Count again"), "{}", page.words());
    let refused = pharmacist.post(&format!("{path}/post"), &[("version", "1")]).await.expect(409);
    assert!(refused.says("gone down to 5 tablets. Count it again"), "{}", refused.words());
    assert_eq!((held(&app, first), held(&app, second)), (7, 5), "nothing was posted");
    // Saved again without a change, the count keeps what it was compared with.
    count(&pharmacist, &path, &[(first, "8", "8"), (second, "1", "4")]).await.expect(303);
    pharmacist.post(&format!("{path}/post"), &[("version", "1")]).await.expect(303);
    assert_eq!((held(&app, first), held(&app, second)), (5, 4));
}

async fn stocktakes_refuse_what_is_wrong(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let batches = three(&app);
    let path = begin(&pharmacist).await;
    for wrong in ["-1", "1.5", "ten", "1000000000000000000", "1000000001"] {
        let page = count(&pharmacist, &path, &[(batches[0], "", wrong)]).await.expect(422);
        assert!(page.says("Enter a whole number"), "{wrong}: {}", page.words());
        assert_eq!(page.input(&format!("count-{}", batches[0])).as_deref(), Some(wrong));
    }
    count(&pharmacist, &path, &[(BatchId(999_999), "", "1")]).await.expect(404);
    assert!(
        pharmacist.post(&format!("{path}/post"), &[("version", "1")]).await.expect(409).says("Nothing was counted")
    );
    // Another open stocktake counts the same batch.
    count(&pharmacist, &path, &[(batches[0], "", "9")]).await.expect(303);
    let second = begin(&pharmacist).await;
    let page = count(&pharmacist, &second, &[(batches[0], "", "9")]).await.expect(422);
    assert!(page.says("counted in another stocktake"), "{}", page.words());
    // One row alone, as a script sends it.
    let field = format!("count-{}", batches[1]);
    let row = pharmacist
        .post_raw(
            &format!("{second}/counts"),
            &[(&field, "4"), ("_token", &pharmacist.token)],
            &[("Sec-Fetch-Site", "same-origin"), ("HX-Request", "true")],
        )
        .await
        .expect(200);
    assert!(row.body.trim_start().starts_with("<tr") && row.says("6 tablets less"), "{}", row.body);
    let row = pharmacist
        .post_raw(
            &format!("{second}/counts"),
            &[(&field, "many"), ("_token", &pharmacist.token)],
            &[("Sec-Fetch-Site", "same-origin"), ("HX-Request", "true")],
        )
        .await
        .expect(422);
    assert!(row.body.trim_start().starts_with("<tr") && row.says("Enter a whole number"));
    for (name, value) in [("letter", "äö"), ("letter", "%"), ("words", "\u{202e}"), ("note", &"x".repeat(10_000))] {
        pharmacist.post("/stocktakes", &[(name, value)]).await.expect(422);
    }
}

async fn stocktakes_are_narrowed_printed_and_cancelled(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/stocktakes").await.expect(200).says("No stocktake yet"));
    let batches = three(&app);
    let none = pharmacist.post("/stocktakes", &[("letter", "z")]).await.expect(303).location().to_owned();
    assert!(pharmacist.get(&none).await.expect(200).says("Nothing to count"));
    let fields = [("letter", "m"), ("words", "100 mg"), ("note", "Cupboard 3")];
    let path = pharmacist.post("/stocktakes", &fields).await.expect(303).location().to_owned();
    let page = pharmacist.get(&path).await.expect(200);
    assert!(page.says("Medicines with M, found by “100 mg”") && page.says("0 of 3"), "{}", page.words());
    count(&pharmacist, &path, &[(batches[0], "", "9")]).await.expect(303);
    assert_eq!(pharmacist.get(&format!("{path}?left=yes")).await.expect(200).body.matches("<tr id=").count(), 2);
    let print = pharmacist.get(&format!("{path}/print")).await.expect(200);
    assert!(print.says("Counted by") && print.says("Cupboard 3"));
    pharmacist.post(&format!("{path}/cancel"), &[("version", "0")]).await.expect(409);
    pharmacist.post(&format!("{path}/cancel"), &[("version", "1")]).await.expect(303);
    assert_eq!(held(&app, batches[0]), 10);
    let open: i64 =
        app.read(|db| Ok(stocktakes::table.filter(stocktakes::status.eq("open")).count().get_result(db)?));
    assert_eq!(open, 1);
    app.sign_in(Role::Doctor).await.get("/stocktakes").await.expect(403);
}
