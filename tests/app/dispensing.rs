//! Handing out: never more than prescribed, never more than there is, everything of it or nothing.

use diesel::dsl::sum;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::DbConnection;
use infirmary::db::schema::{
    audit_log, charge_items, dispensing_declines, dispensing_items, dispensings, notifications, patients,
    prescription_medication_stops, prescriptions, stock_batches, stock_movements,
};
use infirmary::error::AppError;
use infirmary::medicines::model::MedicineId;
use infirmary::pharmacy::dispensing::actions;
use infirmary::pharmacy::dispensing::forms::{LineInput, Part, Wish};
use infirmary::pharmacy::stock::model::BatchId;
use infirmary::prescriptions::model::{Medication, PrescriptionId};

use crate::support::app::Visitor;
use crate::support::{Reply, Suite, TestApp, factory, pharmacy};

pub fn tests(suite: &mut Suite) {
    suite.both(a_prescription_is_handed_out_and_everything_follows);
    suite.both(what_is_left_is_handed_out_by_another);
    suite.both(fifty_dispensings_of_the_last_ten_units);
    suite.both(one_pharmacist_at_a_time);
    suite.both(sent_twice_it_is_handed_out_once);
    suite.both(what_may_not_be_handed_out_is_said_beside_its_field);
    suite.both(expired_cancelled_and_stopped_ones_are_refused);
    suite.both(a_substitute_is_the_same_medicine_with_a_reason);
    suite.both(what_the_doctor_wrote_freely_is_found_in_the_catalogue);
    suite.both(laid_aside_taken_over_and_put_back);
    suite.both(declining_is_told_and_ends_it);
    suite.both(what_comes_back_is_never_more_than_was_handed_out);
    suite.both(a_last_step_that_fails_leaves_nothing);
    suite.both(a_batch_is_added_without_javascript);
}

/// A prescription of one medicine, of which there is a batch.
struct Scene {
    id: PrescriptionId,
    lines: Vec<i64>,
    medicine: MedicineId,
    batch: BatchId,
}

fn scene(app: &TestApp, prescribed: i32, in_stock: i32) -> Scene {
    let now = app.now();
    app.write(move |db| {
        let medicine = pharmacy::medicine(db, "Amoxicillin", "500 mg", now)?;
        let batch = pharmacy::batch(db, medicine, "2027-03-31", in_stock, now)?;
        let patient = factory::patient(db, now)?;
        let lines = vec![pharmacy::line(db, medicine, Some(prescribed))?];
        let (id, lines) = pharmacy::prescription(db, patient, lines, "2026-07-15", now)?;
        Ok(Scene { id, lines, medicine, batch })
    })
}

async fn start(pharmacist: &Visitor, id: PrescriptionId) {
    pharmacist.post(&format!("/pharmacy/{id}/start"), &[]).await.expect(303);
}

/// A line of the form: its id, what becomes of it, the medicine, the reason, and the parts.
type Typed<'a> = (i64, &'a str, &'a str, &'a str, &'a [(BatchId, &'a str)]);

fn fields(version: &str, lines: &[Typed<'_>]) -> Vec<(&'static str, String)> {
    let mut fields = vec![("then", "complete".to_owned()), ("version", version.to_owned())];
    for (line, wish, medicine, reason, parts) in lines {
        fields.push(("line", line.to_string()));
        fields.push(("wish", (*wish).to_owned()));
        fields.push(("medicine", (*medicine).to_owned()));
        fields.push(("reason", (*reason).to_owned()));
        for (batch, quantity) in *parts {
            fields.push(("part_of", line.to_string()));
            fields.push(("batch", batch.to_string()));
            fields.push(("quantity", (*quantity).to_owned()));
        }
    }
    fields
}

async fn post(visitor: &Visitor, path: &str, fields: &[(&'static str, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(path, &fields).await
}

async fn hand_out(visitor: &Visitor, id: PrescriptionId, version: &str, lines: &[Typed<'_>]) -> Reply {
    post(visitor, &format!("/pharmacy/{id}"), &fields(version, lines)).await
}

fn quantity(app: &TestApp, batch: BatchId) -> i32 {
    app.read(move |db| Ok(stock_batches::table.find(batch.0).select(stock_batches::quantity).first(db)?))
}

/// The prescription's status, and whether nothing of it is left.
fn standing(app: &TestApp, id: PrescriptionId) -> (String, bool) {
    let (status, closed): (String, Option<chrono::NaiveDateTime>) = app.read(move |db| {
        Ok(prescriptions::table.find(id.0).select((prescriptions::status, prescriptions::closed_at)).first(db)?)
    });
    (status, closed.is_some())
}

/// Rows of dispensings: items, movements out, charges, declines.
fn rows(app: &TestApp) -> (i64, i64, i64, i64) {
    app.read(|db| {
        Ok((
            dispensing_items::table.count().get_result(db)?,
            stock_movements::table.filter(stock_movements::kind.eq("dispensed")).count().get_result(db)?,
            charge_items::table.count().get_result(db)?,
            dispensing_declines::table.count().get_result(db)?,
        ))
    })
}

async fn a_prescription_is_handed_out_and_everything_follows(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let now = app.now();
    let scene = scene(&app, 15, 10);
    let medicine = scene.medicine;
    let (sooner, _gone) = app.write(move |db| {
        Ok((
            pharmacy::batch(db, medicine, "2026-09-30", 6, now)?,
            pharmacy::batch(db, medicine, "2026-06-14", 100, now)?,
        ))
    });
    start(&pharmacist, scene.id).await;
    let path = format!("/pharmacy/{}", scene.id);
    let page = pharmacist.get(&path).await.expect(200);
    assert_eq!(page.input("version").as_deref(), Some("1"));
    assert!(page.says("1 capsule by mouth, three times a day, for 5 days") && page.says("16 capsules in stock"));
    // The first to expire first, split over two; what is past its day is not offered.
    let typed: Vec<&str> = page
        .body
        .match_indices("name=\"quantity\" value=\"")
        .map(|(at, found)| page.body[at + found.len()..].split('"').next().expect("the value ends"))
        .collect();
    assert_eq!(typed, ["6", "9"]);

    let line = scene.lines[0];
    let done =
        hand_out(&pharmacist, scene.id, "1", &[(line, "hand", "", "", &[(sooner, "6"), (scene.batch, "9")])]).await;
    let record = done.expect(303).location().to_owned();
    assert!(record.starts_with("/dispensings/"));
    assert_eq!((quantity(&app, sooner), quantity(&app, scene.batch)), (0, 1));
    assert_eq!(standing(&app, scene.id), ("fulfilled".to_owned(), true));
    assert_eq!(rows(&app), (2, 2, 2, 0));
    let (charged, handed): (Vec<i64>, Vec<i32>) = app.read(|db| {
        Ok((
            charge_items::table.order(charge_items::id).select(charge_items::amount).load(db)?,
            dispensing_items::table.order(dispensing_items::id).select(dispensing_items::quantity).load(db)?,
        ))
    });
    assert_eq!((charged, handed), (vec![150, 225], vec![6, 9]), "the charges are the items at their price");
    let page = pharmacist.get(&record).await.expect(200);
    assert!(page.says("3.75 EUR") && page.says("Completed"), "{}", page.words());
    let audited: i64 = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("dispensing"))
            .filter(audit_log::action.eq("completed"))
            .count()
            .get_result(db)?)
    });
    assert_eq!(audited, 1);
    // The desk, which prints prescriptions, reads what became of it.
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get(&format!("/prescriptions/{}", scene.id)).await.expect(200);
    assert!(page.says("15 capsules dispensed") && page.says("At the pharmacy"), "{}", page.words());
    assert!(desk.get(&format!("/prescriptions/{}/print", scene.id)).await.expect(200).says("Dispensed so far"));
}

async fn what_is_left_is_handed_out_by_another(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    let scene = scene(&app, 15, 10);
    let (id, line) = (scene.id, scene.lines[0]);
    let (now, account) = (app.now(), app.sign_in(Role::Patient).await);
    let user = account.user_id;
    app.write(move |db| {
        let patient = prescriptions::table.find(id.0).select(prescriptions::patient_id).first::<i64>(db)?;
        factory::give_record(db, user, infirmary::patients::model::PatientId(patient))
    });
    start(&one, id).await;
    hand_out(&one, id, "1", &[(line, "hand", "", "", &[(scene.batch, "10")])]).await.expect(303);
    assert_eq!(standing(&app, id), ("partially_fulfilled".to_owned(), false));
    let home = account.get("/").await.expect(200);
    assert!(home.says("Still to come") && home.says("5 capsules of"), "{}", home.words());
    assert!(account.get(&format!("/prescriptions/{id}")).await.expect(200).says("5 capsules still to come"));
    assert!(account.get("/notifications").await.expect(200).says("one medicine is still to come"));

    // It waits again, and the rest is another's to hand out; no more than the rest.
    assert!(other.get("/pharmacy").await.expect(200).says("the rest of it"));
    let medicine = scene.medicine;
    let more = app.write(move |db| pharmacy::batch(db, medicine, "2027-12-31", 50, now));
    start(&other, id).await;
    let page = hand_out(&other, id, "1", &[(line, "hand", "", "", &[(more, "6")])]).await.expect(422);
    assert!(page.says("Only 5 capsules of 15 capsules are left to hand out."), "{}", page.words());
    hand_out(&other, id, "1", &[(line, "hand", "", "", &[(more, "5")])]).await.expect(303);
    assert_eq!(standing(&app, id), ("fulfilled".to_owned(), true));
    other.post(&format!("/pharmacy/{id}/start"), &[]).await.expect(409);
}

async fn fifty_dispensings_of_the_last_ten_units(app: TestApp) {
    let scene = scene(&app, 1, 10);
    let (now, medicine) = (app.now(), scene.medicine);
    let mut people = Vec::new();
    for _ in 0..5 {
        people.push(app.sign_in(Role::Pharmacist).await);
    }
    let mut all = vec![(scene.id, scene.lines[0])];
    all.extend(app.write(move |db| {
        let one = |db: &mut DbConnection| -> Result<(PrescriptionId, i64), AppError> {
            let patient = factory::patient(db, now)?;
            let lines = vec![pharmacy::line(db, medicine, Some(1))?];
            let (id, lines) = pharmacy::prescription(db, patient, lines, "2026-07-15", now)?;
            Ok((id, lines[0]))
        };
        (1..50).map(|_| one(db)).collect::<Result<Vec<_>, _>>()
    }));
    for (at, (id, _)) in all.iter().enumerate() {
        start(&people[at % people.len()], *id).await;
    }
    let people = &people;
    let answers = join_all(all.iter().enumerate().map(|(at, (id, line))| async move {
        hand_out(&people[at % people.len()], *id, "1", &[(*line, "hand", "", "", &[(scene.batch, "1")])]).await
    }))
    .await;
    let done = answers.iter().filter(|reply| reply.status == 303).count();
    assert_eq!(done, 10, "{:?}", answers.iter().map(|reply| reply.status).collect::<Vec<_>>());
    for reply in answers.iter().filter(|reply| reply.status != 303) {
        assert!(matches!(reply.status, 409 | 422) && reply.says("is left."), "{} {}", reply.status, reply.words());
    }
    assert_eq!(quantity(&app, scene.batch), 0);
    assert_eq!(rows(&app), (10, 10, 10, 0));
    let (out, charged): (Option<i64>, Vec<i64>) = app.read(|db| {
        let out =
            stock_movements::table.filter(stock_movements::kind.eq("dispensed")).select(sum(stock_movements::quantity));
        Ok((out.first(db)?, charge_items::table.select(charge_items::amount).load(db)?))
    });
    assert_eq!((out, charged.iter().sum::<i64>()), (Some(-10), 250));
    let fulfilled: i64 =
        app.read(|db| Ok(prescriptions::table.filter(prescriptions::status.eq("fulfilled")).count().get_result(db)?));
    assert_eq!(fulfilled, 10);
    let in_hand: i64 =
        app.read(|db| Ok(dispensings::table.filter(dispensings::status.eq("in_progress")).count().get_result(db)?));
    assert_eq!(in_hand, 40, "the others are as they were");
}

async fn one_pharmacist_at_a_time(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    let scene = scene(&app, 15, 100);
    let path = format!("/pharmacy/{}/start", scene.id);
    let answers = join_all((0..8).map(|at| {
        let visitor = if at % 2 == 0 { &one } else { &other };
        visitor.post(&path, &[])
    }))
    .await;
    let is_one = answers[0].status == 303;
    for (at, reply) in answers.iter().enumerate() {
        let expected = if (at % 2 == 0) == is_one { 303 } else { 409 };
        assert_eq!(reply.status, expected, "{at}: {}", reply.words());
    }
    let (holder, loser) = if is_one { (&one, &other) } else { (&other, &one) };
    let name = app.read({
        let user = holder.user_id;
        move |db| Ok(infirmary::accounts::queries::find(db, user)?)
    });
    let page = loser.get(&format!("/pharmacy/{}", scene.id)).await.expect(200);
    assert!(page.says(&name.name()) && page.input("version").is_none(), "{}", page.words());
    let parts: &[(BatchId, &str)] = &[(scene.batch, "15")];
    let refused = hand_out(loser, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(409);
    assert!(refused.says(&name.name()), "{}", refused.words());
    // Both at once, each with a tab of their own: one hands out.
    let typed: &[Typed<'_>] = &[(scene.lines[0], "hand", "", "", parts)];
    let sent = join_all([holder, holder, loser].map(|who| hand_out(who, scene.id, "1", typed))).await;
    assert_eq!(sent.iter().filter(|reply| reply.status == 303).count(), 1);
    assert_eq!((quantity(&app, scene.batch), rows(&app)), (85, (1, 1, 1, 0)));
}

async fn sent_twice_it_is_handed_out_once(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 100);
    start(&pharmacist, scene.id).await;
    let path = format!("/pharmacy/{}", scene.id);
    let once = pharmacist.get(&path).await.expect(200).input("_once").expect("forms carry their key");
    let mut form = fields("1", &[(scene.lines[0], "hand", "", "", &[(scene.batch, "15")])]);
    form.push(("_once", once));
    let sent = join_all((0..6).map(|_| post(&pharmacist, &path, &form))).await;
    assert!(sent.iter().all(|reply| reply.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert!(sent.iter().all(|reply| reply.location() == sent[0].location()));
    assert_eq!((quantity(&app, scene.batch), rows(&app)), (85, (1, 1, 1, 0)));
}

async fn what_may_not_be_handed_out_is_said_beside_its_field(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 10);
    let elsewhere = self::scene(&app, 15, 10);
    let (now, medicine) = (app.now(), scene.medicine);
    let (recalled, expired, plenty) = app.write(move |db| {
        let recalled = pharmacy::batch(db, medicine, "2027-03-31", 50, now)?;
        diesel::update(stock_batches::table.find(recalled.0))
            .set((stock_batches::status.eq("recalled"), stock_batches::recall_reason.eq("Glass in it")))
            .execute(db)?;
        let expired = pharmacy::batch(db, medicine, "2026-06-14", 50, now)?;
        Ok((recalled, expired, pharmacy::batch(db, medicine, "2027-03-31", 500, now)?))
    });
    start(&pharmacist, scene.id).await;
    let line = scene.lines[0];
    let cases: [(BatchId, &str, &str); 12] = [
        (plenty, "16", "Only 15 capsules are prescribed."),
        (scene.batch, "11", "Only 10 capsules of lot"),
        (plenty, "0", "Enter a whole number from 1 to 100000."),
        (plenty, "-1", "Enter a whole number from 1 to 100000."),
        (plenty, "1000000000000000000", "Enter a whole number from 1 to 100000."),
        (plenty, "1.5", "Enter a whole number from 1 to 100000."),
        (plenty, "many", "Enter a whole number from 1 to 100000."),
        (plenty, "", "Enter how much is handed out, or leave the line for later."),
        (elsewhere.batch, "5", "Choose a batch of"),
        (BatchId(987_654), "5", "Choose a batch of"),
        (recalled, "5", "is recalled. Take another batch."),
        (expired, "5", "expired on 14 Jun 2026. Take another batch."),
    ];
    for (batch, typed, message) in cases {
        let page = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", "", "", &[(batch, typed)])]).await.expect(422);
        assert!(page.says(message), "{typed}: {}", page.words());
        assert!(page.body.contains("id=\"errors\"") && page.body.contains("aria-invalid=\"true\""), "{typed}");
        assert_eq!(page.input("quantity").as_deref(), Some(typed), "what was typed stays");
    }
    // Two parts of one batch are counted together; so are two parts of one line.
    let both: &[(BatchId, &str)] = &[(scene.batch, "6"), (scene.batch, "5")];
    let page = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", "", "", both)]).await.expect(422);
    assert!(page.says("Only 10 capsules of lot"), "{}", page.words());
    let both: &[(BatchId, &str)] = &[(scene.batch, "8"), (plenty, "8")];
    let page = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", "", "", both)]).await.expect(422);
    assert!(page.says("Only 15 capsules are prescribed."), "{}", page.words());
    // Another prescription's line, a line twice, nothing at all, a decline without a reason.
    let some: &[(BatchId, &str)] = &[(plenty, "1")];
    for (lines, message) in [
        (vec![(elsewhere.lines[0], "hand", "", "", some)], "This line is of another prescription."),
        (vec![(line, "hand", "", "", some), (line, "hand", "", "", some)], "A line was sent twice."),
        (vec![(line, "leave", "", "", some)], "Enter what you hand out or decline"),
        (vec![], "Enter what you hand out or decline"),
        (vec![(line, "decline", "", " ", some)], "Say why it is declined"),
        (vec![(line, "burn", "", "", some)], "Choose what becomes of this line."),
    ] {
        let page = hand_out(&pharmacist, scene.id, "1", &lines).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
    }
    assert_eq!((rows(&app), standing(&app, scene.id)), ((0, 0, 0, 0), ("submitted".to_owned(), false)));
    assert_eq!((quantity(&app, scene.batch), quantity(&app, plenty)), (10, 500));
}

async fn expired_cancelled_and_stopped_ones_are_refused(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let [expiring, cancelled, stopped] = [0; 3].map(|_| scene(&app, 15, 100));
    start(&pharmacist, cancelled.id).await;
    start(&pharmacist, stopped.id).await;
    let (now, id, line) = (app.now(), cancelled.id, stopped.lines[0]);
    app.write(move |db| {
        infirmary::prescriptions::queries::cancel(db, id, None, "Wrong patient", now)?;
        diesel::insert_into(prescription_medication_stops::table)
            .values((
                prescription_medication_stops::prescription_medication_id.eq(line),
                prescription_medication_stops::stopped_on.eq(now.date()),
                prescription_medication_stops::reason.eq("A rash"),
                prescription_medication_stops::stopped_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
    for (scene, message) in [(&cancelled, "Wrong patient"), (&stopped, "is left to hand out")] {
        let parts: &[(BatchId, &str)] = &[(scene.batch, "15")];
        let refused =
            hand_out(&pharmacist, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(409);
        assert!(refused.says(message), "{}", refused.words());
        assert!(pharmacist.get(&format!("/pharmacy/{}", scene.id)).await.expect(200).says("Nothing can be handed out"));
    }
    pharmacist.post(&format!("/pharmacy/{}/decline", cancelled.id), &[("reason", "No")]).await.expect(409);
    pharmacist.post(&format!("/pharmacy/{}/release", cancelled.id), &[]).await.expect(303);

    // A month later the first has expired: it waits no more, and can only be declined.
    app.set_time("2026-07-16 09:00");
    let pharmacist = app.session(pharmacist.user_id).await;
    assert!(!pharmacist.get("/pharmacy").await.expect(200).says(&expiring.id.code()));
    assert!(pharmacist.get("/pharmacy?tab=expired").await.expect(200).says(&expiring.id.code()));
    let refused = pharmacist.post(&format!("/pharmacy/{}/start", expiring.id), &[]).await.expect(409);
    assert!(refused.says("expired on 15 Jul 2026"), "{}", refused.words());
    let decline = format!("/pharmacy/{}/decline", expiring.id);
    pharmacist.post(&decline, &[("reason", "")]).await.expect(422);
    pharmacist.post(&decline, &[("reason", "Never fetched")]).await.expect(303);
    assert!(!pharmacist.get("/pharmacy?tab=expired").await.expect(200).says(&expiring.id.code()));
    assert_eq!(standing(&app, expiring.id), ("submitted".to_owned(), true));
    assert_eq!(rows(&app), (0, 0, 0, 1));
}

async fn a_substitute_is_the_same_medicine_with_a_reason(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 5);
    let now = app.now();
    let [brand, weaker, other] = app.write(move |db| {
        let mut made = Vec::new();
        for (generic, strength) in [("AMOXICILLIN", "500 MG"), ("Amoxicillin", "250 mg"), ("Ibuprofen", "500 mg")] {
            let medicine = pharmacy::medicine(db, generic, strength, now)?;
            made.push((medicine, pharmacy::batch(db, medicine, "2027-03-31", 100, now)?));
        }
        Ok([made[0], made[1], made[2]])
    });
    start(&pharmacist, scene.id).await;
    let page = pharmacist.get(&format!("/pharmacy/{}", scene.id)).await.expect(200);
    let offered = |id: MedicineId| page.body.contains(&format!("<option value=\"{id}\">"));
    assert!(offered(brand.0) && !offered(weaker.0) && !offered(other.0), "only the same is offered");

    let line = scene.lines[0];
    for wrong in [weaker, other] {
        let id = wrong.0.to_string();
        let parts: &[(BatchId, &str)] = &[(wrong.1, "15")];
        let page = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", &id, "Cheaper", parts)]).await.expect(422);
        assert!(page.says("cannot stand in for"), "{}", page.words());
    }
    let id = brand.0.to_string();
    let parts: &[(BatchId, &str)] = &[(brand.1, "15")];
    let page = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", &id, "", parts)]).await.expect(422);
    assert!(page.says("Say why another medicine is handed out."), "{}", page.words());
    // The batch of the prescribed one is no batch of the substitute.
    let mixed: &[(BatchId, &str)] = &[(scene.batch, "5")];
    hand_out(&pharmacist, scene.id, "1", &[(line, "hand", &id, "Not in stock", mixed)]).await.expect(422);
    assert_eq!(rows(&app), (0, 0, 0, 0));

    let done = hand_out(&pharmacist, scene.id, "1", &[(line, "hand", &id, "Not in stock", parts)]).await.expect(303);
    assert!(pharmacist.get(done.location()).await.expect(200).says("Not in stock"));
    let stored: (i64, String) = app.read(|db| {
        Ok(dispensing_items::table
            .select((dispensing_items::medicine_id, dispensing_items::substitution_reason))
            .first(db)?)
    });
    assert_eq!(stored, (brand.0.0, "Not in stock".to_owned()));
}

async fn what_the_doctor_wrote_freely_is_found_in_the_catalogue(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let now = app.now();
    let (medicine, batch, id, line) = app.write(move |db| {
        let medicine = pharmacy::medicine(db, "Zinc oxide", "10 %", now)?;
        let batch = pharmacy::batch(db, medicine, "2027-03-31", 40, now)?;
        let patient = factory::patient(db, now)?;
        let free = Medication { medicine: "zinc paste".to_owned(), ..Medication::default() };
        let (id, lines) = pharmacy::prescription(db, patient, vec![free], "2026-07-15", now)?;
        Ok((medicine, batch, id, lines[0]))
    });
    assert!(pharmacist.get("/pharmacy").await.expect(200).says("Written freely"));
    start(&pharmacist, id).await;
    let parts: &[(BatchId, &str)] = &[(batch, "2")];
    for (typed, message) in
        [("", "Find the medicine in the catalogue"), ("no such thing", "The catalogue has no medicine")]
    {
        let page = hand_out(&pharmacist, id, "1", &[(line, "hand", typed, "", parts)]).await.expect(422);
        assert!(page.says(message), "{}", page.words());
    }
    // What nobody types by hand is no name either, and breaks nothing.
    let huge = "zinc ".repeat(24_000);
    let mut look = fields("1", &[(line, "hand", &huge, &huge, &[])]);
    post(&pharmacist, &format!("/pharmacy/{id}"), &look).await.expect(422);
    look[0] = ("then", "batches-0".to_owned());
    post(&pharmacist, &format!("/pharmacy/{id}"), &look).await.expect(200);
    // The button beside the name brings its batches.
    let mut look = fields("1", &[(line, "hand", "Zinc oxide", "", &[])]);
    look[0] = ("then", "batches-0".to_owned());
    let page = post(&pharmacist, &format!("/pharmacy/{id}"), &look).await.expect(200);
    assert!(page.body.contains(&format!("<option value=\"{batch}\" selected>")), "{}", page.words());
    hand_out(&pharmacist, id, "1", &[(line, "hand", "Zinc oxide", "", parts)]).await.expect(303);
    assert_eq!(standing(&app, id), ("fulfilled".to_owned(), true), "where no quantity was said, once is all");
    let noted: String = app.read(|db| {
        Ok(audit_log::table.filter(audit_log::action.eq("completed")).select(audit_log::changes).first(db)?)
    });
    assert!(noted.contains("matched") && noted.contains(&medicine.to_string()), "{noted}");
}

async fn laid_aside_taken_over_and_put_back(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    let scene = scene(&app, 15, 100);
    let at = |path: &str| format!("/pharmacy/{}/{path}", scene.id);
    start(&one, scene.id).await;
    let refused = other.post(&at("take-over"), &[("reason", "Mine")]).await.expect(409);
    assert!(refused.says("in progress"), "{}", refused.words());
    one.post(&at("hold"), &[("reason", " ")]).await.expect(422);
    one.post(&at("hold"), &[("reason", "Asks the doctor")]).await.expect(303);
    let parts: &[(BatchId, &str)] = &[(scene.batch, "15")];
    hand_out(&one, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(409);
    let list = other.get("/pharmacy?tab=in-progress").await.expect(200);
    assert!(list.says("On hold") && list.says("Asks the doctor"));
    other.post(&at("resume"), &[]).await.expect(409);
    other.post(&at("take-over"), &[("reason", "The patient waits")]).await.expect(303);

    // What the first one had open is stale: both versions are told, nothing is handed out.
    let stale = hand_out(&one, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(409);
    assert!(stale.says("in progress"), "{}", stale.words());
    let stale = hand_out(&other, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(409);
    assert!(stale.says("Hand out 15"), "{}", stale.words());
    assert_eq!(rows(&app), (0, 0, 0, 0));

    one.post(&at("release"), &[]).await.expect(409);
    other.post(&at("release"), &[]).await.expect(303);
    assert!(one.get("/pharmacy").await.expect(200).says(&scene.id.code()), "it waits again");
    // Who left it lying for long is helped out.
    start(&one, scene.id).await;
    app.set_time("2026-06-15 08:31");
    let other = app.session(other.user_id).await;
    other.post(&at("take-over"), &[("reason", "Gone home")]).await.expect(303);
    hand_out(&other, scene.id, "2", &[(scene.lines[0], "hand", "", "", parts)]).await.expect(303);
    let steps: Vec<String> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("dispensing"))
            .order(audit_log::id)
            .select(audit_log::action)
            .load(db)?)
    });
    assert_eq!(steps, ["started", "held", "took_over", "released", "started", "took_over", "completed"]);
}

async fn declining_is_told_and_ends_it(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let now = app.now();
    let scene = scene(&app, 15, 100);
    let (id, medicine, account) = (scene.id, scene.medicine, app.sign_in(Role::Patient).await);
    let user = account.user_id;
    let (both, lines) = app.write(move |db| {
        let patient: i64 = prescriptions::table.find(id.0).select(prescriptions::patient_id).first(db)?;
        let patient = infirmary::patients::model::PatientId(patient);
        factory::give_record(db, user, patient)?;
        let lines = vec![pharmacy::line(db, medicine, Some(10))?, pharmacy::line(db, medicine, Some(20))?];
        pharmacy::prescription(db, patient, lines, "2026-07-15", now)
    });
    // All of it, without taking it in hand.
    pharmacist.post(&format!("/pharmacy/{id}/decline"), &[("reason", "No longer made")]).await.expect(303);
    assert_eq!(standing(&app, id), ("submitted".to_owned(), true));
    let page = account.get(&format!("/prescriptions/{id}")).await.expect(200);
    assert!(page.says("Declined by the pharmacy") && page.says("No longer made"), "{}", page.words());
    pharmacist.post(&format!("/pharmacy/{id}/decline"), &[("reason", "Again")]).await.expect(409);

    // One line of two: a part is handed out, the rest of it declined by another line.
    start(&pharmacist, both).await;
    let typed: [Typed<'_>; 2] =
        [(lines[0], "hand", "", "", &[(scene.batch, "10")]), (lines[1], "decline", "", "Too much", &[])];
    hand_out(&pharmacist, both, "1", &typed).await.expect(303);
    assert_eq!(standing(&app, both), ("partially_fulfilled".to_owned(), true));
    assert_eq!(rows(&app), (1, 1, 1, 2));
    let told: Vec<(i64, String)> = app.read(|db| {
        Ok(notifications::table
            .order(notifications::id)
            .select((notifications::user_id, notifications::message))
            .load(db)?)
    });
    let of_patient: Vec<&String> = told.iter().filter(|(who, _)| *who == user.0).map(|(_, text)| text).collect();
    assert_eq!(of_patient.len(), 2, "{told:?}");
    assert_eq!(told.len(), 4, "each doctor and the patient twice: {told:?}");
    assert!(
        told.iter().all(|(_, text)| !text.contains("Amoxicillin") && !text.contains("Too much")),
        "no clinical detail: {told:?}"
    );
    assert!(told.iter().any(|(who, text)| *who != user.0 && text.contains("declined a medicine")), "{told:?}");
}

async fn what_comes_back_is_never_more_than_was_handed_out(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 15);
    start(&pharmacist, scene.id).await;
    let parts: &[(BatchId, &str)] = &[(scene.batch, "15")];
    let record = hand_out(&pharmacist, scene.id, "1", &[(scene.lines[0], "hand", "", "", parts)])
        .await
        .expect(303)
        .location()
        .to_owned();
    let item: i64 = app.read(|db| Ok(dispensing_items::table.select(dispensing_items::id).first(db)?));
    let (item, path) = (item.to_string(), format!("{record}/returns"));
    let back = |quantity: &'static str, then: &'static str, credit: &'static str| {
        [
            ("item", item.clone()),
            ("quantity", quantity.to_owned()),
            ("then", then.to_owned()),
            ("reason", "Not needed".to_owned()),
            ("credit", credit.to_owned()),
        ]
    };
    for (quantity, message) in [
        ("16", "Only 15 capsules"),
        ("0", "Enter a whole number"),
        ("-5", "Enter a whole number"),
        ("1000000000000000000", "Enter a whole number"),
        ("", "Enter how much came back."),
    ] {
        let page = post(&pharmacist, &path, &back(quantity, "shelf", "yes")).await.expect(422);
        assert!(page.says(message), "{quantity}: {}", page.words());
    }
    post(&pharmacist, &path, &back("5", "moon", "yes")).await.expect(422);
    post(&pharmacist, &path, &back("5", "shelf", "yes")).await.expect(303);
    assert_eq!(quantity(&app, scene.batch), 5);
    let charge = || {
        app.read(|db| {
            Ok(charge_items::table.select((charge_items::amount, charge_items::status)).first::<(i64, String)>(db)?)
        })
    };
    assert_eq!(charge(), (250, "open".to_owned()), "the charge is lower by what came back");
    post(&pharmacist, &path, &back("4", "destroy", "")).await.expect(303);
    assert_eq!((quantity(&app, scene.batch), charge().0), (5, 250), "destroyed, and paid all the same");
    // Many at once, of which only one can be true.
    let form = back("6", "shelf", "yes");
    let sent = join_all((0..6).map(|_| post(&pharmacist, &path, &form))).await;
    assert_eq!(sent.iter().filter(|reply| reply.status == 303).count(), 1);
    assert!(sent.iter().all(|reply| matches!(reply.status, 303 | 422)));
    assert_eq!(quantity(&app, scene.batch), 11);
    assert_eq!(charge(), (100, "open".to_owned()), "what was destroyed is still to be paid");
    assert!(pharmacist.get(&record).await.expect(200).says("15 capsules came back"));
    assert_eq!(standing(&app, scene.id).0, "fulfilled", "what was dispensed stays dispensed");
}

async fn a_last_step_that_fails_leaves_nothing(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 100);
    start(&pharmacist, scene.id).await;
    let (user, now, id, line, batch) = (pharmacist.user_id, app.now(), scene.id, scene.lines[0], scene.batch);
    let failed = app.db.write_now(move |db| {
        let actor = infirmary::accounts::queries::actor(db, user, now)?.ok_or(AppError::NotFound)?;
        let by = infirmary::access::By { actor: Some(actor.clone()), ..infirmary::access::By::system(now) };
        let input = [LineInput {
            at: 0,
            line: infirmary::chart::medications::model::LineId(line),
            wish: Wish::Hand,
            medicine: String::new(),
            reason: String::new(),
            parts: vec![Part { at: 0, batch, quantity: 15 }],
        }];
        actions::complete(db, &by, &actor, id, 1, &input)?;
        assert_eq!(dispensing_items::table.count().get_result::<i64>(db)?, 1, "everything was done");
        Err::<(), _>(AppError::Unavailable)
    });
    assert!(failed.is_err());
    assert_eq!((rows(&app), quantity(&app, scene.batch)), ((0, 0, 0, 0), 100));
    assert_eq!(standing(&app, scene.id), ("submitted".to_owned(), false));
    let told: i64 = app.read(|db| Ok(notifications::table.count().get_result(db)?));
    let people: i64 = app.read(|db| Ok(patients::table.count().get_result(db)?));
    assert_eq!((told, people), (0, 1));
}

async fn a_batch_is_added_without_javascript(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let scene = scene(&app, 15, 10);
    let (now, medicine) = (app.now(), scene.medicine);
    let second = app.write(move |db| pharmacy::batch(db, medicine, "2027-05-31", 10, now));
    start(&pharmacist, scene.id).await;
    let mut form = fields("1", &[(scene.lines[0], "hand", "", "", &[(scene.batch, "7")])]);
    form[0] = ("then", "split-0".to_owned());
    let page = post(&pharmacist, &format!("/pharmacy/{}", scene.id), &form).await.expect(200);
    assert_eq!(page.body.matches("name=\"quantity\"").count(), 2);
    assert!(page.body.contains("name=\"quantity\" value=\"7\""), "what was typed stays");
    assert!(page.body.contains(&format!("<option value=\"{second}\" selected>")), "the next batch is offered");
    assert_eq!(rows(&app), (0, 0, 0, 0), "looking hands nothing out");
}
