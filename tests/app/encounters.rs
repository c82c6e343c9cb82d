//! The consultation: saved as typed, never lost, signed once, read by whom it concerns.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{appointments, audit_log, conditions, encounter_diagnoses, encounters, vital_signs};
use infirmary::patients::model::PatientId;

use crate::diagnosis_codes;
use crate::support::app::{Reply, Visitor};
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_visit_is_written_signed_and_completes_its_appointment);
    suite.both(what_is_typed_is_saved_and_what_cannot_be_is_flagged);
    suite.both(two_windows_never_overwrite_each_other);
    suite.both(an_ended_session_keeps_what_was_typed);
    suite.both(only_its_doctor_writes_and_others_read_what_is_signed);
    suite.both(a_code_that_does_not_exist_is_said_and_not_signed);
    suite.both(diagnoses_become_conditions_once);
    suite.both(signing_asks_for_something_written_and_happens_once);
    suite.both(any_text_is_kept_as_it_was_typed);
    suite.both(a_walk_in_is_opened_once_and_can_be_discarded);
    suite.both(the_day_shows_who_waits_and_what_is_not_signed);
    suite.both(every_look_and_change_is_in_the_audit_log);
}

/// A doctor with a patient at the door.
pub struct Room {
    pub doctor: Visitor,
    pub patient: PatientId,
    pub appointment: i64,
}

impl Room {
    pub async fn of(app: &TestApp) -> Self {
        let doctor = app.sign_in(Role::Doctor).await;
        let now = app.now();
        let user = doctor.user_id;
        let (patient, appointment) = app.write(move |db| {
            let patient = factory::patient(db, now)?;
            let id = factory::doctor_id(db, user)?;
            Ok((patient, factory::appointment(db, patient, id, now, AppointmentStatus::CheckedIn)?.0))
        });
        Self { doctor, patient, appointment }
    }

    /// Starts the visit: the address of its record.
    pub async fn start(&self) -> String {
        let started = self.doctor.post(&format!("/appointments/{}/encounter", self.appointment), &[]).await;
        started.expect(303).location().to_owned()
    }
}

/// Sends a form as the page does while it is typed.
async fn autosave(who: &Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
    let token = ("_token", who.token.as_str());
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([token]).collect();
    who.post_raw(path, &fields, &[("Sec-Fetch-Site", "same-origin"), ("HX-Request", "true")]).await
}

fn symptoms(app: &TestApp, path: &str) -> String {
    let id = id_of(path);
    app.read(move |db| Ok(encounters::table.find(id).select(encounters::symptoms).first(db)?))
}

/// Code, words, and whether it is the primary one.
fn diagnoses(app: &TestApp, path: &str) -> Vec<(String, String, bool)> {
    let id = id_of(path);
    app.read(move |db| {
        Ok(encounter_diagnoses::table
            .filter(encounter_diagnoses::encounter_id.eq(id))
            .order(encounter_diagnoses::position)
            .select((encounter_diagnoses::code, encounter_diagnoses::description, encounter_diagnoses::is_primary))
            .load(db)?)
    })
}

fn draft_status(app: &TestApp, path: &str) -> String {
    let id = id_of(path);
    app.read(move |db| Ok(encounters::table.find(id).select(encounters::status).first(db)?))
}

pub fn id_of(path: &str) -> i64 {
    path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address that ends with an id")
}

async fn a_visit_is_written_signed_and_completes_its_appointment(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    assert_eq!(room.start().await, path, "started again, it is the same record");
    let page = room.doctor.get(&path).await.expect(200);
    assert!(page.says("Consultation of") && page.says("Sign and finish"));

    let fields = [
        ("version", "1"),
        ("symptoms", "Cough for three days"),
        ("systolic", "120"),
        ("diastolic", "80"),
        ("weight", "72,4"),
        ("dx_code", "j06.9"),
        ("dx_text", "Common cold"),
        ("dx_code", "R05"),
        ("dx_text", "Cough"),
        ("dx_primary", "yes"),
        ("treatment_plan", "Rest"),
        ("follow_up_date", "2026-06-22"),
    ];
    let saved = room.doctor.post(&path, &fields).await.expect(303);
    assert_eq!(saved.location(), path);
    let page = room.doctor.get(&path).await.expect(200);
    assert_eq!(page.input("weight").as_deref(), Some("72.4"));
    assert_eq!(page.input("version").as_deref(), Some("2"));

    let signed = [&[("version", "2")], &fields[1..]].concat();
    room.doctor.post(&format!("{path}/sign"), &signed).await.expect(303);
    let page = room.doctor.get(&path).await.expect(200);
    assert!(page.says("Signed by") && page.says("120/80") && page.says("Book the follow-up"));
    let appointment = room.appointment;
    let status: String =
        app.read(move |db| Ok(appointments::table.find(appointment).select(appointments::status).first(db)?));
    assert_eq!(status, "completed");
    let id = id_of(&path);
    let primary: Vec<(String, bool)> = app.read(move |db| {
        Ok(encounter_diagnoses::table
            .filter(encounter_diagnoses::encounter_id.eq(id))
            .order(encounter_diagnoses::position)
            .select((encounter_diagnoses::code, encounter_diagnoses::is_primary))
            .load(db)?)
    });
    assert_eq!(primary, [("J06.9".to_owned(), false), ("R05".to_owned(), true)]);
    let paper = room.doctor.get(&format!("{path}/print")).await.expect(200);
    assert!(paper.says("Summary of the visit") && paper.says("Common cold") && paper.says("LIC-"));

    // What is signed is final.
    let late = room.doctor.post(&path, &[("version", "3"), ("symptoms", "Something else")]).await.expect(409);
    assert!(late.says("which is signed now") && late.says("Something else"));
    assert_eq!(symptoms(&app, &path), "Cough for three days");
}

async fn what_is_typed_is_saved_and_what_cannot_be_is_flagged(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let fields = [
        ("version", "1"),
        ("symptoms", "Fever"),
        ("pulse", "7200"),
        ("temperature", "98.6"),
        ("systolic", "185"),
        ("oxygen_saturation", "93"),
        ("height", "175"),
        ("weight", "95"),
        ("follow_up_date", "2020-01-01"),
    ];
    let saved = autosave(&room.doctor, &path, &fields).await.expect(200);
    assert_eq!(saved.input("version").as_deref(), Some("2"));
    assert!(saved.says("Saved 08:00, except") && saved.says("Pulse must be between"));
    assert!(saved.says("If this is Fahrenheit, enter 37"));
    assert!(saved.says("Very high") && saved.says("Low") && saved.says("31.0") && saved.says("Obesity"));
    assert!(saved.says("A follow-up comes after the visit"));
    assert!(!saved.body.contains("<html"), "an answer while typing is only what changed");
    assert_eq!(symptoms(&app, &path), "Fever");
    let id = id_of(&path);
    let stored: (Option<i32>, Option<i32>, Option<i32>) = app.read(move |db| {
        Ok(vital_signs::table
            .filter(vital_signs::encounter_id.eq(id))
            .select((vital_signs::pulse, vital_signs::systolic, vital_signs::weight_g))
            .first(db)?)
    });
    assert_eq!(stored, (None, Some(185), Some(95_000)));

    // The same without JavaScript: the page comes back with everything, and signing waits.
    let page = room.doctor.post(&path, &[&[("version", "2")], &fields[1..]].concat()).await.expect(422);
    assert!(page.says("There are 3 problems") && page.body.contains("value=\"7200\""));
    let unsigned = room.doctor.post(&format!("{path}/sign"), &[&[("version", "2")], &fields[1..]].concat()).await;
    assert!(unsigned.expect(422).body.contains("value=\"7200\""));

    // Emptied again, nothing stays of the measurements.
    autosave(&room.doctor, &path, &[("version", "2"), ("symptoms", "Fever")]).await.expect(200);
    let left: i64 =
        app.read(move |db| Ok(vital_signs::table.filter(vital_signs::encounter_id.eq(id)).count().get_result(db)?));
    assert_eq!(left, 0);
}

async fn two_windows_never_overwrite_each_other(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    autosave(&room.doctor, &path, &[("version", "1"), ("symptoms", "From the first")]).await.expect(200);
    let stale = autosave(&room.doctor, &path, &[("version", "1"), ("symptoms", "From the second")]).await.expect(409);
    assert!(stale.says("From the first") && stale.says("From the second"));
    assert!(stale.body.contains("data-conflict") && stale.body.contains("data-keep-mine=\"2\""));
    let page = room.doctor.post(&path, &[("version", "1"), ("symptoms", "From the third")]).await.expect(409);
    assert!(page.says("From the first") && page.says("From the third"));
    assert_eq!(symptoms(&app, &path), "From the first");
    // An answer that got lost: the same words again, with the version of before.
    let again = autosave(&room.doctor, &path, &[("version", "1"), ("symptoms", "From the first")]).await.expect(200);
    assert_eq!(again.input("version").as_deref(), Some("2"));

    // Many windows at once: one gets through, and nothing of the others is half there.
    let texts: Vec<String> = (0..10).map(|n| format!("Window {n}")).collect();
    let fields: Vec<[(&str, &str); 2]> =
        texts.iter().map(|text| [("version", "2"), ("symptoms", text.as_str())]).collect();
    let sent = join_all(fields.iter().map(|fields| autosave(&room.doctor, &path, fields))).await;
    assert_eq!(sent.iter().filter(|r| r.status == 200).count(), 1);
    assert_eq!(sent.iter().filter(|r| r.status == 409).count(), 9);
    let winner = sent.iter().position(|r| r.status == 200).expect("one got through");
    assert_eq!(symptoms(&app, &path), texts[winner]);
}

async fn an_ended_session_keeps_what_was_typed(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let fields = [("version", "1"), ("symptoms", "Typed for ten minutes"), ("pulse", "72")];
    // The page that saves as one types learns that nobody is signed in; it then sends the form as a whole.
    assert_eq!(autosave(&app.nobody(), &path, &fields).await.status, 401);
    let page = app.nobody().post(&path, &fields).await.expect(401);
    assert!(page.says("Please sign in again") && page.says("Typed for ten minutes"));
    assert_eq!(page.input("resume.pulse").as_deref(), Some("72"));
    // Signed in anew, the form of the old session is offered again, and then taken.
    let again = app.session(room.doctor.user_id).await;
    let mut old_token = again.clone();
    old_token.token = room.doctor.token.clone();
    assert!(old_token.post(&path, &fields).await.expect(409).says("Typed for ten minutes"));
    again.post(&path, &fields).await.expect(303);
    assert_eq!(symptoms(&app, &path), "Typed for ten minutes");
}

async fn only_its_doctor_writes_and_others_read_what_is_signed(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let (stranger, colleague) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Doctor).await);
    let own = app.sign_in(Role::Patient).await;
    let (now, patient, account, user) = (app.now(), room.patient, own.user_id, colleague.user_id);
    app.write(move |db| {
        factory::give_record(db, account, patient)?;
        let doctor = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, doctor, now + TimeDelta::hours(3), AppointmentStatus::Scheduled).map(|_| ())
    });
    let own = app.session(own.user_id).await;
    let visits = format!("/patients/{patient}/visits");
    for reader in [&stranger, &colleague, &own] {
        reader.get(&path).await.expect(404);
        reader.get(&format!("{path}/print")).await.expect(404);
    }
    for writer in [&stranger, &colleague] {
        writer.post(&path, &[("version", "1"), ("symptoms", "Not mine")]).await.expect(404);
        writer.post(&format!("{path}/sign"), &[("version", "1"), ("symptoms", "Not mine")]).await.expect(404);
        writer.post(&format!("{path}/discard"), &[]).await.expect(404);
    }
    assert!(own.get(&visits).await.expect(200).says("No visits yet"));

    let words = [("version", "1"), ("symptoms", "A secret between us"), ("notes", "Told to rest")];
    room.doctor.post(&format!("{path}/sign"), &words).await.expect(303);
    for reader in [&colleague, &own] {
        assert!(reader.get(&path).await.expect(200).says("A secret between us"));
        assert!(reader.get(&visits).await.expect(200).says("A secret between us"));
        reader.get(&format!("{path}/print")).await.expect(200);
    }
    assert!(!own.get(&path).await.says("Write a prescription"), "a patient has nothing to do there");
    stranger.get(&path).await.expect(404);
    stranger.get(&visits).await.expect(404);
    app.sign_in(Role::Patient).await.get(&path).await.expect(404);
    for role in [Role::Admin, Role::Receptionist, Role::Pharmacist, Role::Accountant] {
        app.sign_in(role).await.get(&path).await.expect(403);
    }
    colleague.post(&path, &[("version", "2"), ("symptoms", "Mine now")]).await.expect(404);
    // Somebody else's appointment is no way in.
    stranger.post(&format!("/appointments/{}/encounter", room.appointment), &[]).await.expect(404);
    stranger.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(404);
}

async fn a_code_that_does_not_exist_is_said_and_not_signed(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    diagnosis_codes::import(&app, "Our own 2026", &diagnosis_codes::FEW);
    let fields = [
        ("version", "1"),
        ("dx_code", "e119"),
        ("dx_text", ""),
        ("dx_code", "Q99.99"),
        ("dx_text", "Something rare"),
        ("dx_primary", "yes"),
        ("dx_code", ""),
        ("dx_text", "Tiredness"),
    ];
    let saved = autosave(&room.doctor, &path, &fields).await.expect(200);
    assert!(saved.says("Q99.99 is not in Our own 2026. Find it by words, or leave the code empty."));
    assert!(saved.says("E11.9 Type 2 diabetes mellitus without complications") && saved.says("No code"));
    assert_eq!(saved.body.matches("data-row-mark").count(), 3, "a word for each row");
    // Everything is kept, also what is still being looked for; the code is as the table has it.
    let stored = diagnoses(&app, &path);
    assert_eq!(stored[0], ("E11.9".to_owned(), "Type 2 diabetes mellitus without complications".to_owned(), false));
    assert_eq!(stored[1], ("Q99.99".to_owned(), "Something rare".to_owned(), true));
    assert_eq!(stored[2], (String::new(), "Tiredness".to_owned(), false));
    let page = room.doctor.get(&path).await.expect(200);
    assert!(page.says("Q99.99 is not in Our own 2026") && page.body.contains("value=\"Q99.99\""));
    // Without JavaScript, and when it shall be signed.
    let again = [&[("version", "2")], &fields[1..]].concat();
    let refused = room.doctor.post(&path, &again).await.expect(422);
    assert!(
        refused.says("There is a problem") && refused.body.contains("href=\"#f-dx_code-1\""),
        "{}",
        refused.words()
    );
    let unsigned = room.doctor.post(&format!("{path}/sign"), &again).await.expect(422);
    assert!(unsigned.says("Q99.99 is not in") && unsigned.body.contains("value=\"Q99.99\""));
    assert_eq!(draft_status(&app, &path), "draft");

    let right =
        [("version", "2"), ("dx_code", "E11.9"), ("dx_text", "Diabetes"), ("dx_code", ""), ("dx_text", "Tired")];
    room.doctor.post(&format!("{path}/sign"), &right).await.expect(303);
    let page = room.doctor.get(&path).await.expect(200);
    assert!(page.says("No code") && page.says("Diabetes"));
    // Another table changes nothing about what is written.
    diagnosis_codes::import(&app, "Another", &[("X1", "Something else", true)]);
    assert!(room.doctor.get(&path).await.expect(200).says("E11.9"));
}

async fn diagnoses_become_conditions_once(app: TestApp) {
    let room = Room::of(&app).await;
    let patient = room.patient;
    let path = room.start().await;
    let sign = format!("{path}/sign");
    let fields = [
        ("version", "1"),
        ("dx_code", "E11.9"),
        ("dx_text", "Type 2 diabetes"),
        ("dx_condition", "yes"),
        ("dx_code", "R05.9"),
        ("dx_text", "Cough"),
        ("dx_code", ""),
        ("dx_text", "Bad knees"),
        ("dx_condition", "yes"),
    ];
    autosave(&room.doctor, &path, &fields).await.expect(200);
    let noted = |app: &TestApp| -> Vec<(String, String, Option<chrono::NaiveDate>)> {
        app.read(move |db| {
            Ok(conditions::table
                .filter(conditions::patient_id.eq(patient))
                .order(conditions::id)
                .select((conditions::code, conditions::description, conditions::onset_date))
                .load(db)?)
        })
    };
    assert_eq!(noted(&app), [], "a draft notes nothing");
    let page = room.doctor.get(&path).await.expect(200);
    assert_eq!(page.body.matches("name=\"dx_condition\" value=\"yes\" checked").count(), 2);
    let signing = [&[("version", "2")], &fields[1..]].concat();
    let sent = join_all((0..5).map(|_| room.doctor.post(&sign, &signing))).await;
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 15);
    let expected =
        [("E11.9".to_owned(), "Type 2 diabetes".to_owned(), day), (String::new(), "Bad knees".to_owned(), day)];
    assert_eq!(noted(&app), expected);

    // What the patient suffers from already is not noted again.
    let walk_in = room.doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(303);
    let next = [&[("version", "1")], &fields[1..]].concat();
    room.doctor.post(&format!("{}/sign", walk_in.location()), &next).await.expect(303);
    assert_eq!(noted(&app), expected);
}

async fn signing_asks_for_something_written_and_happens_once(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let sign = format!("{path}/sign");
    let empty = room.doctor.post(&sign, &[("version", "1"), ("symptoms", "  "), ("pulse", "72")]).await.expect(422);
    assert!(empty.says("Write symptoms, a diagnosis or notes before signing."));
    let version = empty.input("version").expect("the page carries the new version");
    let fields = [("version", version.as_str()), ("dx_code", ""), ("dx_text", "Common cold"), ("pulse", "72")];
    let sent = join_all((0..6).map(|_| room.doctor.post(&sign, &fields))).await;
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    let signed: i64 =
        app.read(|db| Ok(audit_log::table.filter(audit_log::action.eq("signed")).count().get_result(db)?));
    assert_eq!(signed, 1);
    let other = room.doctor.post(&sign, &[("version", "2"), ("dx_code", ""), ("dx_text", "Measles")]).await;
    assert!(other.expect(409).says("Measles"));
}

async fn any_text_is_kept_as_it_was_typed(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    let odd = "Šíp \u{202e}محمد 医生 🩺 <script>alert(1)</script> & \"quotes\"\n\n  indented";
    let long = "x".repeat(90_000);
    let fields = [("version", "1"), ("symptoms", odd), ("notes", long.as_str()), ("dx_code", ""), ("dx_text", odd)];
    autosave(&room.doctor, &path, &fields).await.expect(200);
    assert_eq!(symptoms(&app, &path), odd);
    let page = room.doctor.get(&path).await.expect(200);
    assert!(!page.body.contains("<script>alert"), "it is escaped");
    let huge = "y".repeat(100_001);
    let refused = autosave(&room.doctor, &path, &[("version", "2"), ("symptoms", "Kept"), ("notes", &huge)]).await;
    assert!(refused.expect(200).says("This is too long"));
    let id = id_of(&path);
    let notes: String = app.read(move |db| Ok(encounters::table.find(id).select(encounters::notes).first(db)?));
    assert_eq!((symptoms(&app, &path).as_str(), notes.len()), ("Kept", long.len()), "the rest is saved");
    let rows: Vec<(&str, &str)> =
        (0..2_000).flat_map(|_| [("dx_code", "far too long a code"), ("dx_text", "x")]).collect();
    let fields = [&[("version", "3"), ("symptoms", "Kept")], &rows[..]].concat();
    let many = room.doctor.post(&path, &fields).await.expect(422);
    assert!(many.says("The rows beyond are left out.") && many.says("Kept"));
    assert_eq!(
        many.body.matches("name=\"dx_code\" value=\"far too long a code\"").count(),
        100,
        "as far as they are read"
    );
    let enormous = "z".repeat(3 * 1024 * 1024);
    room.doctor.post(&path, &[("version", "3"), ("notes", &enormous)]).await.expect(413);
    let rows: Vec<(&str, &str)> = (0..51).flat_map(|_| [("dx_code", "A01"), ("dx_text", "x")]).collect();
    let many = autosave(&room.doctor, &path, &[&[("version", "3"), ("symptoms", "Kept")], &rows[..]].concat()).await;
    assert!(many.expect(200).says("At most 50 diagnoses."));
}

async fn a_walk_in_is_opened_once_and_can_be_discarded(app: TestApp) {
    let room = Room::of(&app).await;
    let open = format!("/patients/{}/encounters", room.patient);
    let opened = join_all((0..5).map(|_| room.doctor.post(&open, &[]))).await;
    let path = opened[0].location().to_owned();
    assert!(opened.iter().all(|r| r.status == 303 && r.location() == path), "{opened:?}");
    assert!(room.doctor.get(&path).await.expect(200).says("walk-in"));
    autosave(&room.doctor, &path, &[("version", "1"), ("symptoms", "Wrong patient"), ("pulse", "72")])
        .await
        .expect(200);
    room.doctor.post(&format!("{path}/discard"), &[]).await.expect(303);
    room.doctor.get(&path).await.expect(404);
    assert!(!room.doctor.get("/my-day").await.says("Not signed yet"));
    // A visit with an appointment took place.
    let real = room.start().await;
    room.doctor.post(&format!("{real}/discard"), &[]).await.expect(409);
}

async fn the_day_shows_who_waits_and_what_is_not_signed(app: TestApp) {
    let room = Room::of(&app).await;
    let page = room.doctor.get("/my-day").await.expect(200);
    assert!(page.says("Waiting") && page.says("Start") && page.says("Monday, 15 June 2026"));
    let path = room.start().await;
    assert!(room.doctor.get("/my-day").await.expect(200).says("Continue"));
    app.set_time("2026-06-16 09:00");
    let doctor = app.session(room.doctor.user_id).await;
    let next_day = doctor.get("/my-day").await.expect(200);
    assert!(next_day.says("Not signed yet") && next_day.body.contains(&path));
    assert!(next_day.says("No visits on this day"));
    assert!(doctor.get("/my-day?date=2026-06-15").await.expect(200).says("Continue"));
    doctor.get("/my-day?date=nonsense").await.expect(200);
    let colleague = app.sign_in(Role::Doctor).await;
    assert!(!colleague.get("/my-day?date=2026-06-15").await.expect(200).body.contains(&path));
}

async fn every_look_and_change_is_in_the_audit_log(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    room.doctor.get(&path).await.expect(200);
    autosave(&room.doctor, &path, &[("version", "1"), ("symptoms", "A private matter")]).await.expect(200);
    autosave(&room.doctor, &path, &[("version", "2"), ("symptoms", "A private matter")]).await.expect(200);
    room.doctor.post(&format!("{path}/sign"), &[("version", "2"), ("symptoms", "A private matter")]).await.expect(303);
    room.doctor.get(&path).await.expect(200);
    room.doctor.get(&format!("{path}/print")).await.expect(200);
    let (id, patient) = (id_of(&path), room.patient);
    let acts: Vec<(String, String)> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("encounter").and(audit_log::entity_id.eq(id)))
            .filter(audit_log::patient_id.eq(patient))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::changes))
            .load(db)?)
    });
    let verbs: Vec<&str> = acts.iter().map(|(verb, _)| verb.as_str()).collect();
    assert_eq!(
        verbs,
        ["opened", "viewed", "updated", "signed", "viewed", "printed"],
        "what changes nothing adds nothing"
    );
    assert!(acts.iter().all(|(_, changes)| !changes.contains("private")), "the words are in the record alone");
    assert!(acts[2].1.contains("symptoms"));
}
