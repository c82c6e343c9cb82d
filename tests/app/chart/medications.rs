//! One list of medicines, from prescriptions and as told.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::schema::{medication_statements, prescription_medication_stops, prescription_medications};
use infirmary::patients::model::PatientId;

use super::{care, own};
use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, chart};

pub fn tests(suite: &mut Suite) {
    suite.both(the_list_follows_the_prescriptions);
    suite.both(what_is_told_is_noted_once_and_stopped_with_a_reason);
    suite.both(a_stop_of_a_prescribed_medicine_shows_on_both_pages);
    suite.both(ten_stops_at_once_are_one);
}

/// Writes and submits a prescription of one medicine; its id.
async fn prescribe(doctor: &Visitor, patient: PatientId, medicine: &str, days: &str) -> String {
    let patient = patient.to_string();
    let fields = [
        ("patient", patient.as_str()),
        ("valid_until", "2026-09-15"),
        ("medicine", medicine),
        ("dose", "1"),
        ("unit", "tablet"),
        ("route", "oral"),
        ("frequency", "tds"),
        ("duration", days),
        ("quantity", ""),
        ("instructions", ""),
        ("then", "submit"),
    ];
    let location = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();
    location.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The part of the chart that says what is taken now.
fn current(page: &str) -> String {
    let from = page.split_once("id=\"medicines\"").map_or("", |(_, rest)| rest);
    from.split("id=\"conditions\"").next().and_then(|part| part.split("class=\"past\"").next()).unwrap_or("").to_owned()
}

async fn the_list_follows_the_prescriptions(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/chart");
    let id = prescribe(&doctor, patient, "Amoxicillin 500 mg", "5").await;
    let page = doctor.get(&path).await.expect(200);
    let now = current(&page.body);
    assert!(now.contains("Amoxicillin 500 mg") && now.contains("until 19 Jun 2026"), "{}", page.words());
    // The fifth day is the last.
    app.set_time("2026-06-19 23:30");
    let doctor = app.session(doctor.user_id).await;
    assert!(current(&doctor.get(&path).await.expect(200).body).contains("Amoxicillin"));
    app.set_time("2026-06-20 08:00");
    let doctor = app.session(doctor.user_id).await;
    let page = doctor.get(&path).await.expect(200);
    assert!(!current(&page.body).contains("Amoxicillin") && page.says("Past medicines (1)"));
    // A cancelled prescription never was a medicine of the list, a draft is none yet.
    app.set_time("2026-06-16 08:00");
    let doctor = app.session(doctor.user_id).await;
    assert!(current(&doctor.get(&path).await.expect(200).body).contains("Amoxicillin"));
    doctor.post(&format!("/prescriptions/{id}/cancel"), &[("reason", "Wrong dose")]).await.expect(303);
    let page = doctor.get(&path).await.expect(200);
    assert!(!page.says("Amoxicillin 500 mg") && page.says("None at present."), "{}", page.words());
}

async fn what_is_told_is_noted_once_and_stopped_with_a_reason(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/medications");
    let fields = [("medicine", "Ramipril 5 mg"), ("directions", "1 in the morning"), ("source", "relative")];
    assert!(doctor.post(&path, &fields[1..]).await.expect(422).says("Enter the medicine"));
    let future = [&fields[..], &[("started_on", "2026-06-16")]].concat();
    assert!(doctor.post(&path, &future).await.expect(422).says("in the future"));
    let begun = [&fields[..], &[("started_on", "2026-01-10")]].concat();
    doctor.post(&path, &begun).await.expect(303);
    let twice = [("medicine", "RAMIPRIL  5 mg"), ("source", "patient")];
    assert!(doctor.post(&path, &twice).await.expect(422).says("is on the list already"));
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("Told by: a relative or carer") && page.says("since 10 Jan 2026"));

    let id: i64 = app.read(|db| Ok(medication_statements::table.select(medication_statements::id).first(db)?));
    let stop = format!("{path}/{id}/stop");
    assert!(doctor.get(&stop).await.expect(200).says("Stop Ramipril 5 mg"));
    for (on, reason, message) in [
        ("2026-06-15", " ", "Say why it is stopped."),
        ("2026-06-16", "Cough", "in the future"),
        ("2026-01-09", "Cough", "before it was begun"),
        ("", "Cough", "Enter the day"),
    ] {
        let refused = doctor.post(&stop, &[("stopped_on", on), ("reason", reason)]).await.expect(422);
        assert!(refused.says(message), "{message}: {}", refused.words());
    }
    doctor.post(&stop, &[("stopped_on", "2026-06-15"), ("reason", "Dry cough")]).await.expect(303);
    doctor.post(&stop, &[("stopped_on", "2026-06-15"), ("reason", "Dry cough")]).await.expect(409);
    doctor.post(&format!("{path}/{id}/edit"), &[&[("version", "2")], &fields[..]].concat()).await.expect(409);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("Past medicines (1)") && page.says("Dry cough") && page.says("None at present."));
    // It may be begun again, and what was wrong is struck out.
    doctor.post(&path, &fields).await.expect(303);
    let id: i64 = app.read(|db| {
        let ids = medication_statements::table.select(medication_statements::id);
        Ok(ids.order(medication_statements::id.desc()).first(db)?)
    });
    let wrong = format!("/patients/{patient}/chart/medications/{id}/in-error");
    doctor.post(&wrong, &[("reason", "Her husband takes it")]).await.expect(303);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("Her husband takes it") && page.says("None at present."));
}

async fn a_stop_of_a_prescribed_medicine_shows_on_both_pages(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let id = prescribe(&doctor, patient, "Amoxicillin 500 mg", "10").await;
    let line: i64 =
        app.read(|db| Ok(prescription_medications::table.select(prescription_medications::id).first(db)?));
    let stop = format!("/patients/{patient}/prescribed/{line}/stop");
    assert!(doctor.get(&stop).await.expect(200).says("Stop Amoxicillin 500 mg"));
    doctor.post(&stop, &[("stopped_on", "2026-06-15"), ("reason", "Rash on the arms")]).await.expect(303);
    let chart_page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(chart_page.says("Past medicines (1)") && chart_page.says("Rash on the arms"));
    let sheet = doctor.get(&format!("/prescriptions/{id}")).await.expect(200);
    assert!(sheet.says("Stopped") && sheet.says("Rash on the arms"), "{}", sheet.words());
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get(&format!("/prescriptions/{id}")).await.expect(200).says("Rash on the arms"));
    let reader = own(&app, patient).await;
    assert!(reader.get(&format!("/patients/{patient}/chart")).await.expect(200).says("Rash on the arms"));
    doctor.post(&stop, &[("stopped_on", "2026-06-15"), ("reason", "Again")]).await.expect(409);
    // The stop itself may have been wrong: then the medicine is taken again.
    let stop_id: i64 =
        app.read(|db| Ok(prescription_medication_stops::table.select(prescription_medication_stops::id).first(db)?));
    let wrong = format!("/patients/{patient}/chart/stops/{stop_id}/in-error");
    assert!(doctor.get(&wrong).await.expect(200).says("Stop of Amoxicillin 500 mg"));
    doctor.post(&wrong, &[("reason", "Another patient's rash")]).await.expect(303);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(current(&page.body).contains("Amoxicillin") && !page.says("Rash on the arms"));
    assert!(!doctor.get(&format!("/prescriptions/{id}")).await.expect(200).says("Rash on the arms"));
    // Another patient's line, and one of a draft, are not found.
    let (other, stranger) = care(&app).await;
    other.get(&format!("/patients/{stranger}/prescribed/{line}/stop")).await.expect(404);
}

async fn ten_stops_at_once_are_one(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    prescribe(&doctor, patient, "Amoxicillin 500 mg", "10").await;
    let now = app.now();
    let told = app.write(move |db| chart::told(db, patient, "Ramipril", now));
    let line: i64 =
        app.read(|db| Ok(prescription_medications::table.select(prescription_medications::id).first(db)?));
    for path in [format!("prescribed/{line}"), format!("medications/{told}")] {
        let path = format!("/patients/{patient}/{path}/stop");
        let fields = [("stopped_on", "2026-06-15"), ("reason", "Rash")];
        let sent = join_all((0..10).map(|_| doctor.post(&path, &fields))).await;
        let taken = sent.iter().filter(|reply| reply.status == 303).count();
        assert_eq!(taken, 1, "{path}: {:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
        assert!(sent.iter().all(|reply| matches!(reply.status, 303 | 409 | 422)));
    }
    assert_eq!(app.read(|db| Ok(prescription_medication_stops::table.count().get_result::<i64>(db)?)), 1);
}
