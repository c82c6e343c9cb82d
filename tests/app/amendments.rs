//! What may still happen to a signed visit: amended with its versions kept, or marked as entered in error; and the visit
//! that follows it.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{appointments, audit_log, encounter_versions, encounters, vital_signs};

use crate::encounters::{Room, id_of};
use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(an_amendment_keeps_what_was_signed);
    suite.both(amending_needs_a_reason_and_a_change);
    suite.both(two_amendments_never_overwrite_each_other);
    suite.both(only_its_doctor_amends_and_only_what_is_signed);
    suite.both(what_was_entered_in_error_stays_in_sight_of_those_who_treat);
    suite.both(a_follow_up_is_booked_from_the_consultation_and_shown_on_it);
}

const SIGNED: [(&str, &str); 5] = [
    ("symptoms", "Cough for three days"),
    ("pulse", "72"),
    ("dx_code", "J06.9"),
    ("dx_text", "Common cold"),
    ("treatment_plan", "Rest"),
];

/// A signed visit, its address, and the others who may see it: a colleague in whose care the patient is, and the patient.
async fn signed(app: &TestApp) -> (Room, String, Visitor, Visitor) {
    let room = Room::of(app).await;
    let path = room.start().await;
    let fields = [&[("version", "1")], &SIGNED[..]].concat();
    room.doctor.post(&format!("{path}/sign"), &fields).await.expect(303);
    let (colleague, own) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Patient).await);
    let (now, patient, account, user) = (app.now(), room.patient, own.user_id, colleague.user_id);
    app.write(move |db| {
        factory::give_record(db, account, patient)?;
        let doctor = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, doctor, now + TimeDelta::hours(3), AppointmentStatus::Scheduled).map(|_| ())
    });
    let own = app.session(own.user_id).await;
    (room, path, colleague, own)
}

fn version(app: &TestApp, path: &str) -> String {
    let id = id_of(path);
    let version: i32 = app.read(move |db| Ok(encounters::table.find(id).select(encounters::version).first(db)?));
    version.to_string()
}

fn kept(app: &TestApp, path: &str) -> Vec<(i32, String, String)> {
    let id = id_of(path);
    app.read(move |db| {
        Ok(encounter_versions::table
            .filter(encounter_versions::encounter_id.eq(id))
            .order(encounter_versions::version)
            .select((encounter_versions::version, encounter_versions::content, encounter_versions::reason))
            .load(db)?)
    })
}

/// The signed words with others in the place of some.
fn with<'a>(version: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let word = |(name, value): &(&'a str, &'a str)| {
        (*name, changes.iter().find(|(n, _)| n == name).map_or(*value, |(_, changed)| *changed))
    };
    let new = changes.iter().filter(|(name, _)| !SIGNED.iter().any(|(n, _)| n == name)).copied();
    std::iter::once(("version", version)).chain(SIGNED.iter().map(word)).chain(new).collect()
}

async fn an_amendment_keeps_what_was_signed(app: TestApp) {
    let (room, path, colleague, own) = signed(&app).await;
    let amend = format!("{path}/amend");
    let form = room.doctor.get(&amend).await.expect(200);
    assert!(form.says("Cough for three days") && form.body.contains("value=\"J06.9\""));
    app.set_time("2026-06-15 08:12");
    let before = version(&app, &path);
    let changes = [("symptoms", "Cough for five days"), ("pulse", "88"), ("reason", "The other patient's words")];
    let fields = with(&before, &changes);
    let sent = join_all((0..4).map(|_| room.doctor.post(&amend, &fields))).await;
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());

    let versions = kept(&app, &path);
    assert_eq!(versions.len(), 1, "sent again, it counts once");
    assert!(versions[0].1.contains("Cough for three days") && versions[0].1.contains("\"pulse\":72"));
    assert!(versions[0].1.contains("J06.9"), "diagnoses and vital signs are part of what is kept");
    let id = id_of(&path);
    let (pulse, measured): (Option<i32>, chrono::NaiveDateTime) = app.read(move |db| {
        Ok(vital_signs::table
            .filter(vital_signs::encounter_id.eq(id))
            .select((vital_signs::pulse, vital_signs::recorded_at))
            .first(db)?)
    });
    assert_eq!((pulse, measured), (Some(88), app.utc("2026-06-15 08:00")), "what was measured keeps its time");
    let acts: Vec<(String, String)> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("amended").and(audit_log::entity_id.eq(id)))
            .select((audit_log::reason, audit_log::changes))
            .load(db)?)
    });
    assert_eq!(acts.len(), 1);
    assert!(acts[0].0.contains("other patient") && acts[0].1.contains("symptoms") && !acts[0].1.contains("Cough"));

    let page = colleague.get(&path).await.expect(200);
    assert!(page.says("Cough for five days") && page.says("because: The other patient's words"));
    assert!(!page.body.contains("/amend\""), "a colleague amends nothing");
    let page = own.get(&path).await.expect(200);
    assert!(page.says("Cough for five days") && page.says("Amended on 15 Jun 2026") && !page.says("other patient"));
    own.get(&format!("{path}/versions")).await.expect(404);
    assert!(own.get(&format!("{path}/print")).await.expect(200).says("Amended 15 Jun 2026"));

    let now = version(&app, &path);
    let again = [("symptoms", "Cough for five days"), ("treatment_plan", "Rest and tea"), ("reason", "Tea forgotten")];
    room.doctor.post(&amend, &with(&now, &again)).await.expect(303);
    let page = colleague.get(&format!("{path}/versions")).await.expect(200);
    assert!(page.says("From version 2 to version 3") && page.body.contains("<ins>") && page.says("tea"));
    assert!(page.says("The other patient's words") && page.says("Tea forgotten"));
    let page = colleague.get(&format!("{path}/versions?from=1&to=3")).await.expect(200);
    assert!(page.body.contains("three</del>") || page.body.contains("three<span"), "{}", page.words());
    for odd in ["from=0&to=99", "from=x&to=", "from=3&to=1", "from=99999999999999999999"] {
        colleague.get(&format!("{path}/versions?{odd}")).await.expect(200);
    }
}

async fn amending_needs_a_reason_and_a_change(app: TestApp) {
    let (room, path, ..) = signed(&app).await;
    let (amend, seen) = (format!("{path}/amend"), version(&app, &path));
    let refused = room.doctor.post(&amend, &with(&seen, &[("symptoms", "Fever")])).await.expect(422);
    assert!(refused.says("Say why it is amended") && refused.says("Fever"));
    let refused = room.doctor.post(&amend, &with(&seen, &[("reason", "No reason")])).await.expect(422);
    assert!(refused.says("Nothing is changed yet."));
    let empty = [("version", seen.as_str()), ("reason", "Emptied")];
    assert!(room.doctor.post(&amend, &empty).await.expect(422).says("Write symptoms, a diagnosis or notes"));
    let wrong = with(&seen, &[("pulse", "7200"), ("reason", "Pulse")]);
    assert!(room.doctor.post(&amend, &wrong).await.expect(422).body.contains("value=\"7200\""));
    let more = with(&seen, &[("then", "row"), ("reason", "More")]);
    assert_eq!(room.doctor.post(&amend, &more).await.expect(200).body.matches("name=\"dx_code\"").count(), 3);
    assert_eq!(kept(&app, &path), []);
    // A code of the record is right whatever table is in force now; another one has to be in it.
    crate::diagnosis_codes::import(&app, "Another", &[("X1", "Something", true)]);
    let unknown = with(&seen, &[("dx_code", "Q99"), ("reason", "Code")]);
    assert!(room.doctor.post(&amend, &unknown).await.expect(422).says("Q99 is not in Another"));
    let same_code = with(&seen, &[("dx_text", "Cold"), ("reason", "Words")]);
    room.doctor.post(&amend, &same_code).await.expect(303);
}

async fn two_amendments_never_overwrite_each_other(app: TestApp) {
    let (room, path, ..) = signed(&app).await;
    let (amend, seen) = (format!("{path}/amend"), version(&app, &path));
    let texts: Vec<String> = (0..8).map(|n| format!("Window {n}")).collect();
    let forms: Vec<_> =
        texts.iter().map(|text| with(&seen, &[("symptoms", text.as_str()), ("reason", "Both at once")])).collect();
    let sent = join_all(forms.iter().map(|fields| room.doctor.post(&amend, fields))).await;
    assert_eq!(sent.iter().filter(|r| r.status == 303).count(), 1);
    let stale: Vec<_> = sent.iter().filter(|r| r.status == 409).collect();
    assert_eq!(stale.len(), 7);
    let winner = sent.iter().position(|r| r.status == 303).expect("one got through");
    assert!(stale.iter().all(|r| r.says(&texts[winner]) && r.says("Window")), "both texts are shown");
    assert_eq!(kept(&app, &path).len(), 1);
}

async fn only_its_doctor_amends_and_only_what_is_signed(app: TestApp) {
    let (room, path, colleague, own) = signed(&app).await;
    let stranger = app.sign_in(Role::Doctor).await;
    let seen = version(&app, &path);
    let fields = with(&seen, &[("symptoms", "Not mine"), ("reason", "Because")]);
    for who in [&colleague, &stranger] {
        for part in ["amend", "entered-in-error"] {
            who.get(&format!("{path}/{part}")).await.expect(404);
            who.post(&format!("{path}/{part}"), &fields).await.expect(404);
        }
    }
    own.get(&format!("{path}/amend")).await.expect(403);
    stranger.get(&format!("{path}/versions")).await.expect(404);
    let draft = room.doctor.post(&format!("/patients/{}/encounters", room.patient), &[]).await.expect(303);
    room.doctor.get(&format!("{}/amend", draft.location())).await.expect(409);
    room.doctor.post(&format!("{}/amend", draft.location()), &fields).await.expect(409);
    room.doctor.post(&format!("{}/entered-in-error", draft.location()), &fields).await.expect(409);
    assert_eq!(kept(&app, &path), []);
}

async fn what_was_entered_in_error_stays_in_sight_of_those_who_treat(app: TestApp) {
    let (room, path, colleague, own) = signed(&app).await;
    let mark = format!("{path}/entered-in-error");
    assert!(room.doctor.get(&mark).await.expect(200).says("Mark as entered in error"));
    let seen = version(&app, &path);
    room.doctor.post(&mark, &[("version", &seen), ("reason", " ")]).await.expect(422);
    room.doctor.post(&mark, &[("version", "0"), ("reason", "Wrong patient")]).await.expect(409);
    own.get(&path).await.expect(200);
    let fields = [("version", seen.as_str()), ("reason", "Written for the wrong patient")];
    room.doctor.post(&mark, &fields).await.expect(303);
    for reader in [&room.doctor, &colleague] {
        let page = reader.get(&path).await.expect(200);
        assert!(page.says("Entered in error") && page.says("Written for the wrong patient"));
        assert!(page.body.contains("in-error") && page.says("Cough for three days"), "it is kept, struck through");
        assert!(!page.body.contains("/amend\""));
        let list = reader.get(&format!("/patients/{}/visits", room.patient)).await.expect(200);
        assert!(list.says("Entered in error"));
        reader.get(&format!("{path}/print")).await.expect(409);
    }
    own.get(&path).await.expect(404);
    assert!(own.get(&format!("/patients/{}/visits", room.patient)).await.expect(200).says("No visits yet"));
    room.doctor.get(&format!("{path}/amend")).await.expect(409);
    let id = id_of(&path);
    let reason: String = app.read(move |db| {
        Ok(vital_signs::table
            .filter(vital_signs::encounter_id.eq(id))
            .select(vital_signs::entered_in_error_reason)
            .first(db)?)
    });
    assert_eq!(reason, "Written for the wrong patient", "its measurements count no longer");
}

async fn a_follow_up_is_booked_from_the_consultation_and_shown_on_it(app: TestApp) {
    let room = Room::of(&app).await;
    let path = room.start().await;
    assert!(room.doctor.get(&path).await.expect(200).says("Save and book the follow-up"));
    let fields = [("version", "1"), ("symptoms", "Cough"), ("follow_up_date", "2026-06-22"), ("then", "follow-up")];
    let booking = room.doctor.post(&path, &fields).await.expect(303);
    let expected = format!("/book?follow_up_of={}&date=2026-06-22", room.appointment);
    assert_eq!(booking.location(), expected);
    room.doctor.get(&expected).await.expect(200);
    let (patient, user, earlier, at) =
        (room.patient, room.doctor.user_id, room.appointment, app.utc("2026-06-22 10:00"));
    app.write(move |db| {
        let doctor = factory::doctor_id(db, user)?;
        let id = factory::appointment(db, patient, doctor, at, AppointmentStatus::Scheduled)?;
        diesel::update(appointments::table.find(id)).set(appointments::follow_up_of.eq(earlier)).execute(db)?;
        Ok(())
    });
    room.doctor.post(&format!("{path}/sign"), &[("version", "2"), ("symptoms", "Cough")]).await.expect(303);
    let page = room.doctor.get(&path).await.expect(200);
    assert!(page.says("Follow-up booked") && page.says("22 Jun 2026"));
}
