//! Prescriptions: any number of lines, submitted once, seen by whom they concern, printed.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{audit_log, encounters, prescription_medications, prescriptions, test_orders};
use infirmary::patients::model::PatientId;

use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_prescription_is_written_submitted_and_printed);
    suite.both(it_belongs_to_its_visit_and_can_be_submitted_with_it);
    suite.both(a_visit_in_which_something_was_prescribed_is_not_discarded);
    suite.both(a_prescription_never_hangs_on_a_discarded_visit);
    suite.both(sixty_medicines_fit_and_empty_lines_are_ignored);
    suite.both(rows_are_added_without_javascript);
    suite.both(what_is_wrong_stands_beside_its_line_with_everything_typed);
    suite.both(sent_twice_or_submitted_in_parallel_it_is_one);
    suite.both(a_stale_draft_shows_both_versions);
    suite.both(a_submitted_one_is_cancelled_with_a_reason_and_never_edited);
    suite.both(each_sees_what_concerns_them);
    suite.both(every_look_at_a_prescription_and_every_change_is_in_the_audit_log);
}

/// A doctor with a patient in care.
pub async fn care(app: &TestApp) -> (Visitor, PatientId) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), doctor.user_id);
    let patient = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let id = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, id, now, AppointmentStatus::CheckedIn)?;
        Ok(patient)
    });
    (doctor, patient)
}

const LINE: [(&str, &str); 8] = [
    ("medicine", "Amoxicillin 500 mg"),
    ("dose", "1"),
    ("unit", "capsule"),
    ("route", "oral"),
    ("frequency", "TDS"),
    ("duration", "5"),
    ("quantity", ""),
    ("instructions", "after food"),
];
const TEST: [(&str, &str); 3] =
    [("test", "Full blood count"), ("test_instructions", "fasting"), ("priority", "urgent")];
const UNTIL: (&str, &str) = ("valid_until", "2026-07-15");

fn for_patient(patient: &str) -> [(&'static str, &str); 2] {
    [("patient", patient), UNTIL]
}

async fn write(doctor: &Visitor, patient: PatientId, then: &str) -> String {
    let patient = patient.to_string();
    let fields = [&for_patient(&patient), &LINE[..], &TEST[..], &[("then", then)]].concat();
    doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned()
}

fn status(app: &TestApp, path: &str) -> String {
    let id = id_of(path);
    app.read(move |db| Ok(prescriptions::table.find(id).select(prescriptions::status).first(db)?))
}

fn id_of(path: &str) -> i64 {
    path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address that ends with an id")
}

async fn a_prescription_is_written_submitted_and_printed(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let form = doctor.get(&format!("/prescriptions/new?patient={patient}")).await.expect(200);
    assert_eq!(form.input("valid_until").as_deref(), Some("2026-07-15"), "thirty days");
    let path = write(&doctor, patient, "").await;
    let page = doctor.get(&path).await.expect(200);
    assert!(page.says("A draft, seen by nobody else"));
    assert!(page.says("1 capsule by mouth, three times a day, for 5 days") && page.says("15 capsules"));
    doctor.get(&format!("{path}/print")).await.expect(409);

    // A computed quantity follows when the line is changed; a typed one stays.
    let edit = format!("{path}/edit");
    assert_eq!(doctor.get(&edit).await.expect(200).input("quantity").as_deref(), Some(""));
    let longer: Vec<(&str, &str)> =
        LINE.iter().map(|&(name, value)| (name, if name == "duration" { "7" } else { value })).collect();
    let fields = [&[("version", "1"), UNTIL, ("then", "submit")], &longer[..], &TEST[..]].concat();
    assert_eq!(doctor.post(&edit, &fields).await.expect(303).location(), path);
    let page = doctor.get(&path).await.expect(200);
    assert!(page.says("21 capsules") && page.says("Submitted"));

    let paper = doctor.get(&format!("{path}/print")).await.expect(200);
    for words in ["Saint Roch", "Amoxicillin 500 mg", "three times a day", "after food", "LIC-", "Full blood count"] {
        assert!(paper.says(words), "{words}: {}", paper.words());
    }
    assert!(paper.body.contains("class=\"qr\"") && paper.body.contains("class=\"signature\""));
}

async fn it_belongs_to_its_visit_and_can_be_submitted_with_it(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let visit = doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(303).location().to_owned();
    let words = [("version", "1"), ("symptoms", "Cough"), ("dx_code", "J06.9"), ("dx_text", "Cold")];
    let on = doctor.post(&visit, &[&words[..], &[("then", "prescribe")]].concat()).await.expect(303);
    let encounter = id_of(&visit).to_string();
    assert_eq!(on.location(), format!("/prescriptions/new?encounter={encounter}"), "the draft was saved first");
    let form = doctor.get(on.location()).await.expect(200);
    assert_eq!(form.input("diagnosis").as_deref(), Some("J06.9 Cold"));

    let fields = [&[("encounter", encounter.as_str()), UNTIL], &LINE[..]].concat();
    let path = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();
    assert!(doctor.get(&visit).await.expect(200).body.contains("name=\"submit_rx\""));
    let incomplete = doctor
        .post("/prescriptions", &[("encounter", encounter.as_str()), ("medicine", "Cream")])
        .await
        .expect(303)
        .location()
        .to_owned();
    let (one, other) = (id_of(&path).to_string(), id_of(&incomplete).to_string());
    let sign = format!("{visit}/sign");
    let both =
        [&[("version", "2")], &words[1..], &[("submit_rx", one.as_str()), ("submit_rx", other.as_str())]].concat();
    let refused = doctor.post(&sign, &both).await.expect(422);
    assert!(refused.says("cannot be submitted yet") && refused.says("Cream"));
    assert_eq!(status(&app, &path), "draft", "all or nothing");
    doctor.post(&format!("{incomplete}/discard"), &[]).await.expect(303);
    doctor.post(&sign, &[&[("version", "2")], &words[1..], &[("submit_rx", one.as_str())]].concat()).await.expect(303);
    assert_eq!(status(&app, &path), "submitted");
    assert!(doctor.get(&visit).await.expect(200).says("Amoxicillin"));
}

async fn a_visit_in_which_something_was_prescribed_is_not_discarded(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let visit = doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(303).location().to_owned();
    let discard = format!("{visit}/discard");
    let encounter = id_of(&visit).to_string();
    let fields = [&[("encounter", encounter.as_str()), UNTIL], &LINE[..]].concat();
    assert!(doctor.get(&visit).await.expect(200).body.contains(&discard));
    let draft = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();

    assert!(!doctor.get(&visit).await.expect(200).body.contains(&discard), "what would be refused is not offered");
    let refused = doctor.post(&discard, &[]).await.expect(409);
    let code = infirmary::prescriptions::model::PrescriptionId(id_of(&draft)).code();
    assert!(
        refused.says(&format!("while {code} belongs to it. Open the draft and discard it first.")),
        "{}",
        refused.words()
    );
    assert!(refused.body.contains(&format!("href=\"{draft}\"")), "and links to it");
    doctor.get(&visit).await.expect(200);
    // What was handed out stays for good, taken back or not.
    let handed_out = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();
    doctor.post(&format!("{handed_out}/submit"), &[("version", "1")]).await.expect(303);
    doctor.post(&format!("{draft}/discard"), &[]).await.expect(303);
    assert!(doctor.post(&discard, &[]).await.expect(409).says("sign the visit instead"));
    doctor.post(&format!("{handed_out}/cancel"), &[("reason", "A mistake")]).await.expect(303);
    doctor.post(&discard, &[]).await.expect(409);

    let other = app.sign_in(Role::Doctor).await;
    other.post(&discard, &[]).await.expect(404);
}

/// Discarding a visit and prescribing in it at once: one of them happens, whichever came first.
async fn a_prescription_never_hangs_on_a_discarded_visit(app: TestApp) {
    let (doctor, _) = care(&app).await;
    let (now, user) = (app.now(), doctor.user_id);
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        let patient = app.write(move |db| {
            let patient = factory::patient(db, now)?;
            let id = factory::doctor_id(db, user)?;
            // Long ago, so that it is in care and no two overlap.
            let at = now - chrono::TimeDelta::days(patient.0);
            factory::appointment(db, patient, id, at, AppointmentStatus::Completed)?;
            Ok(patient)
        });
        let visit =
            doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(303).location().to_owned();
        let (discard, encounter) = (format!("{visit}/discard"), id_of(&visit).to_string());
        let fields = [&[("encounter", encounter.as_str()), UNTIL], &LINE[..]].concat();
        let (discards, writes) = futures_util::future::join(
            join_all((0..3).map(|_| doctor.post(&discard, &[]))),
            join_all((0..3).map(|_| doctor.post("/prescriptions", &fields))),
        )
        .await;
        let written = writes.iter().filter(|r| r.status == 303).count();
        let gone = discards.iter().filter(|r| r.status == 303).count();
        assert!(discards.iter().all(|r| [303, 404, 409].contains(&r.status)), "{discards:?}");
        assert!(writes.iter().all(|r| [303, 404].contains(&r.status)), "{writes:?}");
        let id = id_of(&visit);
        let (status, prescribed) = app.read(move |db| {
            let status: String = encounters::table.find(id).select(encounters::status).first(db)?;
            let on = prescriptions::table.filter(prescriptions::encounter_id.eq(id));
            Ok((status, on.count().get_result::<i64>(db)?))
        });
        match status.as_str() {
            "entered_in_error" => assert_eq!((gone, written, prescribed), (1, 0, 0)),
            _ => assert_eq!((status.as_str(), gone, written, prescribed), ("draft", 0, 3, 3)),
        }
        outcomes.push(status);
    }
    assert_eq!(outcomes.len(), 6);
}

async fn sixty_medicines_fit_and_empty_lines_are_ignored(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient_id = patient.to_string();
    let names: Vec<String> = (0..60).map(|n| format!("Medicine {n} – 医薬品 <b>")).collect();
    let mut fields = for_patient(&patient_id).to_vec();
    for name in &names {
        fields.push(("medicine", name));
        fields.extend_from_slice(&LINE[1..]);
        fields.push(("medicine", ""));
        fields.extend(LINE[1..].iter().map(|(field, _)| (*field, " ")));
    }
    fields.push(("then", "submit"));
    let path = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();
    let id = id_of(&path);
    let lines: i64 = app.read(move |db| {
        let lines = prescription_medications::table.filter(prescription_medications::prescription_id.eq(id));
        Ok(lines.count().get_result(db)?)
    });
    assert_eq!(lines, 60);
    let paper = doctor.get(&format!("{path}/print")).await.expect(200);
    assert!(paper.says("Medicine 59") && !paper.body.contains("<b>"));
    let too_many = (0..201).map(|_| ("medicine", "x")).chain(for_patient(&patient_id)).collect::<Vec<_>>();
    assert!(doctor.post("/prescriptions", &too_many).await.expect(422).says("At most 200 medicines"));
}

async fn rows_are_added_without_javascript(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let fields = [&for_patient(&patient), &LINE[..], &[("then", "add-medicine")]].concat();
    let page = doctor.post("/prescriptions", &fields).await.expect(200);
    // One typed, one new, and the template of those that a script adds.
    assert_eq!(page.body.matches("name=\"medicine\"").count(), 3);
    assert!(page.body.contains("value=\"Amoxicillin 500 mg\""));
    let page = doctor.post("/prescriptions", &[&for_patient(&patient)[..], &[("then", "add-test")]].concat()).await;
    assert_eq!(page.expect(200).body.matches("name=\"test\"").count(), 2);
    assert_eq!(app.read(|db| Ok(prescriptions::table.count().get_result::<i64>(db)?)), 0, "nothing is saved by it");
    let preview = doctor.get("/prescriptions/preview?dose=2&unit=tablet&frequency=bd&duration=3").await.expect(200);
    assert!(preview.says("2 tablets, twice a day, for 3 days = 12 tablets"));
}

async fn what_is_wrong_stands_beside_its_line_with_everything_typed(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let long = "x".repeat(201);
    let cases: [(&str, &str, &str); 9] = [
        ("medicine", "", "Enter the medicine of this line."),
        ("medicine", &long, "at most 200 characters"),
        ("dose", "0", "A dose cannot be 0."),
        ("duration", "3650", "whole number from 1 to 730"),
        ("duration", "five", "whole number from 1 to 730"),
        ("quantity", "-1", "whole number from 1 to 100000"),
        ("quantity", "99999999999999999999", "whole number from 1 to 100000"),
        ("route", "sideways", "Choose a route of the list."),
        ("frequency", "", "enter dose and frequency"),
    ];
    for (field, value, message) in cases {
        let line = LINE.iter().map(|&(name, typed)| match name {
            "instructions" => (name, ""),
            _ if name == field => (name, value),
            _ => (name, typed),
        });
        let fields: Vec<(&str, &str)> =
            for_patient(&patient).into_iter().chain(LINE).chain(line).chain([("then", "submit")]).collect();
        let page = doctor.post("/prescriptions", &fields).await.expect(422);
        assert!(page.says(message), "{field} {value:?}: {}", page.words());
        assert!(page.body.contains(&format!("id=\"e-{field}-1\"")), "{field} {value:?} stands beside the second line");
        assert!(page.body.contains("Full") || page.body.contains("value=\"Amoxicillin 500 mg\""));
    }
    for (until, message) in [("2026-06-14", "has passed"), ("2030-01-01", "a year at most"), ("x", "Enter a real date")]
    {
        let fields = [&[("patient", patient.as_str()), ("valid_until", until)], &LINE[..]].concat();
        assert!(doctor.post("/prescriptions", &fields).await.expect(422).says(message));
    }
    let nothing = doctor.post("/prescriptions", &[&for_patient(&patient)[..], &[("then", "submit")]].concat()).await;
    assert!(nothing.expect(422).says("Write at least one medicine or test."));
    for wrong in ["", "x", "999999", "-1"] {
        doctor.post("/prescriptions", &[("patient", wrong)]).await.expect(404);
        doctor.get(&format!("/prescriptions/new?encounter={wrong}")).await.expect(404);
    }
}

async fn sent_twice_or_submitted_in_parallel_it_is_one(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let form = doctor.get(&format!("/prescriptions/new?patient={patient}")).await.expect(200);
    let once = form.input("_once").expect("forms carry their key");
    let patient = patient.to_string();
    let fields = [&for_patient(&patient), &LINE[..], &[("_once", once.as_str())]].concat();
    let sent = join_all((0..8).map(|_| doctor.post("/prescriptions", &fields))).await;
    assert!(sent.iter().all(|r| r.status == 303 && r.location() == sent[0].location()));
    assert_eq!(app.read(|db| Ok(prescriptions::table.count().get_result::<i64>(db)?)), 1);

    let submit = format!("{}/submit", sent[0].location());
    let sent = join_all((0..8).map(|_| doctor.post(&submit, &[("version", "1")]))).await;
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    let submitted: i64 =
        app.read(|db| Ok(audit_log::table.filter(audit_log::action.eq("submitted")).count().get_result(db)?));
    assert_eq!(submitted, 1);
}

async fn a_stale_draft_shows_both_versions(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = write(&doctor, patient, "").await;
    let edit = format!("{path}/edit");
    let with = |medicine: &'static str| [("version", "1"), UNTIL, ("medicine", medicine)];
    doctor.post(&edit, &with("Theirs")).await.expect(303);
    let stale = doctor.post(&edit, &with("Yours")).await.expect(409);
    assert!(stale.says("Yours") && stale.says("Theirs"));
    // Submitting what somebody has changed meanwhile asks to read it first.
    let submitted = doctor.post(&format!("{path}/submit"), &[("version", "1")]).await.expect(303);
    assert_eq!(submitted.location(), path);
    assert_eq!(status(&app, &path), "draft");
}

async fn a_submitted_one_is_cancelled_with_a_reason_and_never_edited(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = write(&doctor, patient, "submit").await;
    doctor.get(&format!("{path}/edit")).await.expect(409);
    let edited = doctor.post(&format!("{path}/edit"), &[("version", "2"), UNTIL, ("medicine", "Other")]).await;
    assert!(edited.expect(409).says("Other"));
    doctor.post(&format!("{path}/discard"), &[]).await.expect(409);
    let cancel = format!("{path}/cancel");
    doctor.get(&cancel).await.expect(200);
    assert!(doctor.post(&cancel, &[("reason", " ")]).await.expect(422).says("Say why it is cancelled"));
    doctor.post(&cancel, &[("reason", "Rash after the first dose")]).await.expect(303);
    doctor.post(&cancel, &[("reason", "Again")]).await.expect(409);
    assert!(doctor.get(&path).await.expect(200).says("Rash after the first dose"));
    let paper = doctor.get(&format!("{path}/print")).await.expect(200);
    assert!(paper.says("CANCELLED") && paper.says("Rash after the first dose"));

    let draft = write(&doctor, patient, "").await;
    doctor.post(&format!("{draft}/cancel"), &[("reason", "x")]).await.expect(409);
    doctor.post(&format!("{draft}/discard"), &[]).await.expect(303);
    doctor.get(&draft).await.expect(404);
    let id = id_of(&draft);
    let left: i64 = app
        .read(move |db| Ok(test_orders::table.filter(test_orders::prescription_id.eq(id)).count().get_result(db)?));
    assert_eq!(left, 0);
}

async fn each_sees_what_concerns_them(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let (stranger, colleague) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Doctor).await);
    let own = app.sign_in(Role::Patient).await;
    let (now, account, user) = (app.now(), own.user_id, colleague.user_id);
    app.write(move |db| {
        factory::give_record(db, account, patient)?;
        let doctor = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, doctor, now + TimeDelta::hours(3), AppointmentStatus::Scheduled).map(|_| ())
    });
    let own = app.session(own.user_id).await;
    let (desk, pharmacist) = (app.sign_in(Role::Receptionist).await, app.sign_in(Role::Pharmacist).await);
    let other_patient = app.sign_in(Role::Patient).await;
    let path = write(&doctor, patient, "").await;
    for reader in [&stranger, &colleague, &own, &desk, &pharmacist, &other_patient] {
        reader.get(&path).await.expect(404);
        reader.get(&format!("{path}/print")).await.expect(404);
        assert!(!reader.get("/prescriptions").await.expect(200).body.contains(&format!("\"{path}\"")));
    }
    doctor.post(&format!("{path}/submit"), &[("version", "1")]).await.expect(303);
    for reader in [&colleague, &own, &desk, &pharmacist] {
        let page = reader.get(&path).await.expect(200);
        assert!(page.says("Amoxicillin 500 mg") && !page.says("Cancel it"));
        reader.get(&format!("{path}/print")).await.expect(200);
        assert!(reader.get("/prescriptions?status=submitted").await.expect(200).says("Amoxicillin 500 mg"));
    }
    for reader in [&stranger, &other_patient] {
        reader.get(&path).await.expect(404);
        reader.get(&format!("/patients/{patient}/prescriptions")).await.expect(404);
        assert!(!reader.get("/prescriptions").await.expect(200).says("Amoxicillin"));
    }
    for writer in [&stranger, &colleague] {
        writer.post(&format!("{path}/cancel"), &[("reason", "Not mine")]).await.expect(404);
        writer.post(&format!("{path}/submit"), &[("version", "2")]).await.expect(404);
    }
    stranger.get(&format!("/prescriptions/new?patient={patient}")).await.expect(404);
    own.post(&format!("{path}/cancel"), &[("reason", "Mine")]).await.expect(403);
    assert!(own.get(&format!("/patients/{patient}/prescriptions")).await.expect(200).says("Amoxicillin"));

    let code = infirmary::prescriptions::model::PrescriptionId(id_of(&path)).code();
    for (query, found) in [(code.as_str(), true), ("RX999999", false), ("ADA%20pat", true), ("%25", false)] {
        let list = pharmacist.get(&format!("/prescriptions?q={query}")).await.expect(200);
        assert_eq!(list.says("Amoxicillin"), found, "{query}");
    }
}

async fn every_look_at_a_prescription_and_every_change_is_in_the_audit_log(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = write(&doctor, patient, "").await;
    doctor.post(&format!("{path}/submit"), &[("version", "1")]).await.expect(303);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    pharmacist.get(&path).await.expect(200);
    pharmacist.get(&format!("{path}/print")).await.expect(200);
    pharmacist.get("/prescriptions").await.expect(200);
    doctor.post(&format!("{path}/cancel"), &[("reason", "Rash")]).await.expect(303);
    let acts: Vec<(String, String, String)> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::patient_id.eq(patient))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::entity, audit_log::reason))
            .load(db)?)
    });
    let verbs: Vec<(&str, &str)> = acts.iter().map(|(verb, entity, _)| (verb.as_str(), entity.as_str())).collect();
    let expected = [
        ("created", "prescription"),
        ("submitted", "prescription"),
        ("viewed", "prescription"),
        ("printed", "prescription"),
        ("viewed", "patient"),
        ("cancelled", "prescription"),
    ];
    assert_eq!(verbs, expected);
    assert_eq!(acts[5].2, "Rash");
}
