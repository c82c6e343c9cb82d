//! The queue, the papers that go with the medicines, and codes that open their records.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, medicines, prescriptions};
use infirmary::pharmacy::dispensing::model::DispensingId;
use infirmary::prescriptions::model::PrescriptionId;

use crate::support::{Suite, TestApp, factory, pharmacy};

pub fn tests(suite: &mut Suite) {
    suite.both(the_urgent_come_first_and_then_the_oldest);
    suite.both(the_queue_says_what_is_in_stock_and_looks_again_by_itself);
    suite.both(the_next_is_taken_in_hand_once);
    suite.both(labels_and_slip_say_how_it_is_taken_and_bear_their_codes);
    suite.both(a_code_opens_its_record_for_those_who_may);
    suite.both(a_doctor_says_how_soon_it_is_wanted);
}

/// A prescription of ten capsules of which there are so many, submitted at this time.
fn waiting(app: &TestApp, at: &str, priority: &'static str, in_stock: i32) -> PrescriptionId {
    let (at, now) = (app.utc(at), app.now());
    app.write(move |db| {
        let medicine = pharmacy::medicine(db, "Amoxicillin", "500 mg", now)?;
        if in_stock > 0 {
            pharmacy::batch(db, medicine, "2027-03-31", in_stock, now)?;
        }
        let patient = factory::patient(db, now)?;
        let lines = vec![pharmacy::line(db, medicine, Some(10))?];
        let (id, _) = pharmacy::prescription(db, patient, lines, "2026-07-15", at)?;
        diesel::update(prescriptions::table.find(id.0)).set(prescriptions::priority.eq(priority)).execute(db)?;
        Ok(id)
    })
}

async fn the_urgent_come_first_and_then_the_oldest(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/pharmacy").await.expect(200).says("Nobody is waiting"));
    let ids = [
        waiting(&app, "2026-06-15 07:00", "routine", 10),
        waiting(&app, "2026-06-15 06:00", "routine", 10),
        waiting(&app, "2026-06-15 07:50", "urgent", 10),
        waiting(&app, "2026-06-15 07:55", "stat", 10),
    ];
    let page = pharmacist.get("/pharmacy").await.expect(200);
    let place = |id: PrescriptionId| page.body.find(&format!("id=\"p{id}\"")).expect("it waits");
    let [routine, older, urgent, stat] = ids.map(place);
    assert!(stat < urgent && urgent < older && older < routine);
    assert!(page.says("2 h 0 min") && page.says("At once (stat)"), "{}", page.words());
    let only = pharmacist.get("/pharmacy?priority=urgent").await.expect(200);
    assert!(only.says(&ids[2].code()) && !only.says(&ids[0].code()));
    let found = pharmacist.get(&format!("/pharmacy?q={}", ids[0].code().to_lowercase())).await.expect(200);
    assert!(found.says(&ids[0].code()) && !found.says(&ids[2].code()));
    assert!(pharmacist.get("/pharmacy?q=nobody%20so%20called").await.expect(200).says("Nothing found"));
    // The list is a look at what stands in it; patients' records are looked at when one is opened.
    let looks: i64 =
        app.read(|db| Ok(audit_log::table.filter(audit_log::entity.eq("pharmacy_queue")).count().get_result(db)?));
    assert_eq!(looks, 5);
}

async fn the_queue_says_what_is_in_stock_and_looks_again_by_itself(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    waiting(&app, "2026-06-15 07:00", "routine", 10);
    let page = pharmacist.get("/pharmacy").await.expect(200);
    assert!(page.says("In stock") && !page.says("In part"));
    let at = page.body.find("hx-get=\"/pharmacy").expect("it asks again");
    let again = page.body[at + 8..].split('"').next().expect("the address ends").replace("&#38;", "&");
    let quiet = pharmacist.get_with(&again, &[("HX-Request", "true"), ("X-Background", "1")]).await;
    assert_eq!(quiet.status, 204, "nothing has changed");
    waiting(&app, "2026-06-15 07:30", "routine", 4);
    waiting(&app, "2026-06-15 07:30", "routine", 0);
    let part = pharmacist.get_with(&again, &[("HX-Request", "true"), ("X-Background", "1")]).await.expect(200);
    assert!(part.says("In part") && part.says("Out of stock") && !part.body.contains("<html"), "{}", part.words());
}

async fn the_next_is_taken_in_hand_once(app: TestApp) {
    let (one, other) = (app.sign_in(Role::Pharmacist).await, app.sign_in(Role::Pharmacist).await);
    let first = waiting(&app, "2026-06-15 06:00", "routine", 10);
    let second = waiting(&app, "2026-06-15 07:00", "routine", 10);
    let (a, b) = futures_util::future::join(one.post("/pharmacy/next", &[]), other.post("/pharmacy/next", &[])).await;
    let mut taken = [a.expect(303).location().to_owned(), b.expect(303).location().to_owned()];
    taken.sort();
    assert_eq!(taken, [format!("/pharmacy/{first}"), format!("/pharmacy/{second}")]);
    assert_eq!(one.post("/pharmacy/next", &[]).await.expect(303).location(), "/pharmacy");
    let page = one.get("/pharmacy?tab=in-progress").await.expect(200);
    assert!(page.says(&first.code()) && page.says(&second.code()));
}

async fn labels_and_slip_say_how_it_is_taken_and_bear_their_codes(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let id = waiting(&app, "2026-06-15 07:00", "routine", 10);
    let path = format!("/pharmacy/{id}");
    pharmacist.post(&format!("{path}/start"), &[]).await.expect(303);
    // The page's own proposal, sent as it stands.
    let page = pharmacist.get(&path).await.expect(200);
    let value = |name: &str| page.input(name).unwrap_or_default();
    let batch =
        page.body.split("<option value=\"").find(|piece| piece.contains(" selected>LOT")).expect("a batch is chosen");
    let batch = batch.split('"').next().expect("the value ends");
    let fields = [
        ("then", "complete".to_owned()),
        ("version", value("version")),
        ("line", value("line")),
        ("wish", "hand".to_owned()),
        ("medicine", String::new()),
        ("reason", String::new()),
        ("part_of", value("part_of")),
        ("batch", batch.to_owned()),
        ("quantity", value("quantity")),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let record = pharmacist.post(&path, &fields).await.expect(303).location().to_owned();
    let code = DispensingId(record.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id")).code();

    let labels = pharmacist.get(&format!("{record}/labels")).await.expect(200);
    for words in [
        "Saint Roch",
        "Ada",
        "Amoxicillin 500 mg",
        "10 capsules",
        "1 capsule by mouth, three times a day, for 5 days",
        "after food",
        "Keep out of the reach of children.",
        "Use by 31 Mar 2027",
        &code,
    ] {
        assert!(labels.says(words), "{words}: {}", labels.words());
    }
    assert!(labels.body.contains("class=\"barcode\""));
    let slip = pharmacist.get(&format!("{record}/slip")).await.expect(200);
    for words in [code.as_str(), &id.code(), "10 capsules", "2.50 EUR", "Received by"] {
        assert!(slip.says(words), "{words}: {}", slip.words());
    }
    assert_eq!(slip.body.matches("class=\"barcode\"").count(), 2);
    let printed: i64 = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("printed"))
            .filter(audit_log::entity.eq("dispensing"))
            .count()
            .get_result(db)?)
    });
    assert_eq!(printed, 2);
    // Nobody prints what is not finished.
    let open = waiting(&app, "2026-06-15 07:00", "routine", 10);
    pharmacist.post(&format!("/pharmacy/{open}/start"), &[]).await.expect(303);
    let next = DispensingId(record.rsplit('/').next().and_then(|id| id.parse::<i64>().ok()).expect("an id") + 1);
    pharmacist.get(&format!("/dispensings/{next}/labels")).await.expect(409);
}

async fn a_code_opens_its_record_for_those_who_may(app: TestApp) {
    let id = waiting(&app, "2026-06-15 07:00", "routine", 10);
    let now = app.now();
    let (dispensing, medicine, patient) = app.write(move |db| {
        let dispensing = pharmacy::declined_dispensing(db, now)?;
        let medicine = factory::medicine(db, now)?;
        diesel::update(medicines::table.find(medicine.0)).set(medicines::barcode.eq("4006381333931")).execute(db)?;
        let patient: i64 = prescriptions::table.find(id.0).select(prescriptions::patient_id).first(db)?;
        Ok((DispensingId(dispensing), medicine, infirmary::patients::model::PatientId(patient)))
    });
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/pharmacy").await.expect(200).body.contains("action=\"/find\""));
    let opened = [
        (id.code(), format!("/pharmacy/{id}")),
        (id.code().to_lowercase(), format!("/pharmacy/{id}")),
        (dispensing.code(), format!("/dispensings/{dispensing}")),
        ("4006381333931".to_owned(), format!("/medicines/{medicine}")),
    ];
    for (code, place) in opened {
        assert_eq!(pharmacist.get(&format!("/find?q={code}")).await.expect(303).location(), place, "{code}");
    }
    for nothing in ["RX999999", "PAT000001", "APT000001", "4006381333932", "Ada", "", "%25"] {
        let page = pharmacist.get(&format!("/find?q={nothing}")).await.expect(200);
        assert!(page.says("Nothing with this code") || nothing.is_empty(), "{nothing}: {}", page.words());
    }
    let desk = app.sign_in(Role::Receptionist).await;
    let to = |reply: crate::support::Reply| reply.expect(303).location().to_owned();
    assert_eq!(to(desk.get(&format!("/find?q={}", id.code())).await), format!("/prescriptions/{id}"));
    assert_eq!(to(desk.get(&format!("/find?q={}", patient.code())).await), format!("/patients/{patient}"));
    assert_eq!(to(desk.get("/find?q=Ada%20L").await), "/patients?q=Ada%20L");
    // A dispensing is not the desk's to open, so its number is only a word.
    assert_eq!(
        to(desk.get(&format!("/find?q={}", dispensing.code())).await),
        format!("/patients?q={}", dispensing.code())
    );
    let stranger = app.sign_in(Role::Patient).await;
    assert!(stranger.get(&format!("/find?q={}", id.code())).await.expect(200).says("Nothing with this code"));
}

async fn a_doctor_says_how_soon_it_is_wanted(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), doctor.user_id);
    let patient = app.write(move |db| {
        let (patient, id) = (factory::patient(db, now)?, factory::doctor_id(db, user)?);
        factory::appointment(db, patient, id, now, infirmary::appointments::model::AppointmentStatus::CheckedIn)?;
        Ok(patient.to_string())
    });
    let fields = |priority: &'static str| {
        [
            ("patient", patient.clone()),
            ("valid_until", "2026-07-15".to_owned()),
            ("medicine", "Amoxicillin".to_owned()),
            ("dose", "1".to_owned()),
            ("frequency", "tds".to_owned()),
            ("pharmacy_priority", priority.to_owned()),
            ("then", "submit".to_owned()),
        ]
    };
    let send = |priority| {
        let (doctor, fields) = (doctor.clone(), fields(priority));
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            doctor.post("/prescriptions", &fields).await
        }
    };
    let wrong = send("yesterday").await.expect(422);
    assert!(wrong.says("Choose how soon the medicines are wanted."), "{}", wrong.words());
    let place = send("stat").await.expect(303).location().to_owned();
    assert!(doctor.get(&place).await.expect(200).says("At once (stat)"));
    assert!(app.sign_in(Role::Pharmacist).await.get("/pharmacy").await.expect(200).says("At once (stat)"));
}
