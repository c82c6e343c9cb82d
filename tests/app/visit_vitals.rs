//! Vital signs of a visit: what is unlikely is asked about before it is signed, what is known of the body is used, and
//! nothing is measured of the dead.

use diesel::prelude::*;
use infirmary::db::schema::{encounters, patients};

use crate::encounters::{Room, id_of};
use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(an_unlikely_value_is_asked_about_before_signing);
    suite.both(an_amendment_asks_about_what_it_measures_anew);
    suite.both(the_last_height_counts_for_the_body_mass_index);
    suite.both(no_visit_is_begun_with_somebody_who_died_before);
}

fn status(app: &TestApp, path: &str) -> String {
    let id = id_of(path);
    app.read(move |db| Ok(encounters::table.find(id).select(encounters::status).first(db)?))
}

async fn an_unlikely_value_is_asked_about_before_signing(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let sign = format!("{path}/sign");
    let fields = |version| [("version", version), ("symptoms", "Swollen legs"), ("weight", "250")];
    // Saving a draft asks nothing: it may not be finished.
    room.doctor.post(&path, &fields("1")).await.expect(303);
    let asked = room.doctor.post(&sign, &fields("2")).await.expect(422);
    assert!(asked.says("Are these values right?") && asked.says("Weight 250 kg: usually"), "{}", asked.words());
    assert_eq!(status(&app, &path), "draft");
    let tick = asked.input("confirmed").expect("a tick for these values");

    // A tick is for the values that were asked about, not for whatever is typed next.
    let other = [("version", "2"), ("symptoms", "Swollen legs"), ("weight", "280"), ("confirmed", tick.as_str())];
    room.doctor.post(&sign, &other).await.expect(422);
    let version = room.doctor.get(&path).await.expect(200).input("version").expect("a draft has one");
    let sure = [&fields(&version)[..], &[("confirmed", tick.as_str())]].concat();
    room.doctor.post(&sign, &sure).await.expect(303);
    assert_eq!(status(&app, &path), "signed");
}

async fn an_amendment_asks_about_what_it_measures_anew(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let fields = [("version", "1"), ("symptoms", "Cough"), ("pulse", "72")];
    room.doctor.post(&format!("{path}/sign"), &fields).await.expect(303);
    let amend = format!("{path}/amend");
    let version = room.doctor.get(&amend).await.expect(200).input("version").expect("the form carries its version");
    let changed = [("version", version.as_str()), ("symptoms", "Cough"), ("pulse", "230"), ("reason", "Read it wrong")];
    let asked = room.doctor.post(&amend, &changed).await.expect(422);
    assert!(asked.says("Pulse 230 /min: usually"), "{}", asked.words());
    let tick = asked.input("confirmed").expect("a tick for these values");
    room.doctor.post(&amend, &[&changed[..], &[("confirmed", tick.as_str())]].concat()).await.expect(303);
}

async fn the_last_height_counts_for_the_body_mass_index(app: TestApp) {
    let room = Room::of(&app).await;
    let measured = [("height", "180"), ("weight", "81")];
    room.doctor.post(&format!("/patients/{}/vitals", room.patient), &measured).await.expect(303);
    let path = room.start().await;
    room.doctor.post(&path, &[("version", "1"), ("symptoms", "Cough"), ("weight", "85")]).await.expect(303);
    let page = room.doctor.get(&path).await.expect(200);
    let mark = page.body.split_once("id=\"mark-bmi\"").and_then(|(_, rest)| rest.split_once("</p>")).expect("a mark").0;
    assert!(mark.contains("26.2"), "85 kg at 1.80 m: {mark}");
    // Half of the weight is a slip of the hand, though it would be likely for somebody else.
    let fields = [("version", "2"), ("symptoms", "Cough"), ("weight", "48")];
    let asked = room.doctor.post(&format!("{path}/sign"), &fields).await.expect(422);
    assert!(asked.says("less than the last 81 kg"), "{}", asked.words());
}

async fn no_visit_is_begun_with_somebody_who_died_before(app: TestApp) {
    let room = Room::of(&app).await;
    let (patient, yesterday) = (room.patient, app.now().date().pred_opt());
    app.write(move |db| {
        diesel::update(patients::table.find(patient)).set(patients::deceased_on.eq(yesterday)).execute(db)?;
        Ok(())
    });
    let refused = room.doctor.post(&format!("/appointments/{}/encounter", room.appointment), &[]).await.expect(409);
    assert!(refused.says("has died. No visit can be begun."), "{}", refused.words());
    let count: i64 = app.read(|db| Ok(encounters::table.count().get_result(db)?));
    assert_eq!(count, 0);
}
