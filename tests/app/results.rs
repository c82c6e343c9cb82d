//! Results of tests: entering, amending, reading, and who sees what when.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{audit_log, test_results};
use infirmary::patients::model::PatientId;
use infirmary::prescriptions::model::Priority;
use infirmary::prescriptions::results::model::TestOrderId;

use crate::support::papers::{self, PDF};
use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_result_comes_back_to_its_doctor_and_then_to_the_patient);
    suite.both(the_desk_brings_the_laboratorys_report);
    suite.both(an_amended_result_is_unread_again_and_keeps_the_first);
    suite.both(a_wrong_result_gives_way_to_the_one_before);
    suite.both(a_result_that_is_wrong_comes_back_with_everything_typed);
    suite.both(a_test_has_one_result_that_counts);
    suite.both(what_is_waited_for_stands_by_urgency_and_age);
    suite.both(strangers_know_of_no_test);
}

/// A doctor, a patient in care, and a test that the doctor ordered.
async fn people(app: &TestApp) -> (Visitor, Visitor, PatientId, TestOrderId) {
    let (doctor, patient) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Patient).await);
    let (now, doctor_user, patient_user) = (app.now(), doctor.user_id, patient.user_id);
    let (record, order) = app.write(move |db| {
        let record = factory::patient(db, now)?;
        factory::give_record(db, patient_user, record)?;
        let own = factory::doctor_id(db, doctor_user)?;
        factory::appointment(db, record, own, now, AppointmentStatus::Scheduled)?;
        Ok((record, papers::test_of(db, record, own, ("Electrolytes", Priority::Routine), now)?))
    });
    (doctor, patient, record, order)
}

/// A form with two values, as browsers send it.
fn typed<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("resulted_on", "2026-06-15"), ("resulted_time", "07:30"), ("conclusion", "See potassium")];
    for (name, value) in [("Potassium", "5.9"), ("Sodium", "140"), ("", "")] {
        let (low, high) = if name == "Sodium" { ("135", "145") } else { ("3,5", "5,1") };
        let (low, high) = if name.is_empty() { ("", "") } else { (low, high) };
        fields.extend([("name", name), ("value", value), ("unit", ""), ("low", low), ("high", high), ("flag", "")]);
    }
    fields.extend(more);
    fields
}

/// The result that counts.
fn current(app: &TestApp, order: TestOrderId) -> i64 {
    app.read(move |db| {
        Ok(test_results::table
            .filter(test_results::test_order_id.eq(order))
            .filter(test_results::replaced_at.is_null())
            .filter(test_results::status.ne("entered_in_error"))
            .select(test_results::id)
            .first(db)?)
    })
}

async fn a_result_comes_back_to_its_doctor_and_then_to_the_patient(app: TestApp) {
    let (doctor, patient, record, order) = people(&app).await;
    let page = format!("/test-orders/{order}");
    assert!(doctor.get(&page).await.expect(200).says("No result yet"));
    assert!(doctor.get("/results").await.expect(200).says("Nothing is unread"));
    assert!(patient.get(&page).await.expect(200).says("No result yet"));

    let form = doctor.get(&format!("{page}/result")).await.expect(200);
    assert_eq!(form.input("resulted_on").as_deref(), Some("2026-06-15"));
    doctor.post(&format!("{page}/result"), &typed(&[])).await.expect(303);
    let shown = doctor.get(&page).await.expect(200);
    assert!(shown.says("Potassium") && shown.says("High") && shown.says("135 – 145"), "{}", shown.words());
    assert!(shown.says("15 Jun 2026, 07:30"), "as the laboratory's clock shows it");
    assert!(doctor.get("/results").await.expect(200).says("Electrolytes"));
    assert!(doctor.get("/my-day").await.expect(200).says("1 new result"));
    assert!(doctor.get("/").await.expect(200).says("New results"));

    // Not before a doctor has read it.
    let hidden = patient.get(&page).await.expect(200);
    assert!(hidden.says("The result is in") && !hidden.says("5.9") && !hidden.says("See potassium"));
    let list = format!("/patients/{record}/tests");
    assert!(!patient.get(&list).await.expect(200).says("High"));
    assert!(!patient.get(&format!("/patients/{record}/timeline")).await.expect(200).says("See potassium"));
    assert!(doctor.get(&format!("/patients/{record}/timeline?kind=result")).await.says("See potassium"));

    let result = current(&app, order).to_string();
    let seen = [("result", result.as_str()), ("note_to_patient", "Fewer bananas, please")];
    assert_eq!(doctor.post(&format!("{page}/seen"), &seen).await.expect(303).location(), "/results");
    assert!(doctor.get("/results").await.expect(200).says("Nothing is unread"));
    let shown = patient.get(&page).await.expect(200);
    assert!(shown.says("5.9") && shown.says("Fewer bananas, please") && shown.says("Read by Dr"), "{}", shown.words());
    assert!(patient.get(&list).await.expect(200).says("High"));
    assert!(patient.get(&format!("/patients/{record}/timeline?kind=result")).await.says("See potassium"));
    assert!(patient.get("/").await.expect(200).says("New results"));
    // Said again, it changes nothing.
    doctor.post(&format!("{page}/seen"), &[("result", &result), ("note_to_patient", "Other words")]).await.expect(303);
    assert!(patient.get(&page).await.says("Fewer bananas, please"));
    let acts: Vec<String> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("test_result"))
            .order(audit_log::id)
            .select(audit_log::action)
            .load(db)?)
    });
    assert_eq!(acts, ["entered", "reviewed"]);
}

async fn the_desk_brings_the_laboratorys_report(app: TestApp) {
    let (doctor, patient, record, order) = people(&app).await;
    let desk = app.sign_in(Role::Receptionist).await;
    let page = format!("/test-orders/{order}");
    let upload = |content: &'static [u8]| {
        let (desk, path) = (&desk, format!("{page}/report"));
        async move { desk.upload(&path, &[], ("file", "lab.pdf", content)).await }
    };
    assert!(upload(b"PK\x03\x04").await.expect(422).says("of no kind that is taken"));
    assert!(upload(b"").await.expect(422).says("This file is empty."));
    upload(PDF).await.expect(303);
    let seen_by_desk = desk.get(&page).await.expect(200);
    assert!(seen_by_desk.says("The result is in") && !seen_by_desk.body.contains("/documents/"));
    assert!(doctor.get("/results").await.expect(200).says("Electrolytes"));
    assert!(doctor.get("/notifications").await.expect(200).says("The result of a test that you ordered has come."));
    let documents = format!("/patients/{record}/documents");
    assert!(doctor.get(&documents).await.expect(200).says("Laboratory result"));
    // The patient has the report when the doctor has read it, and not before.
    assert!(patient.get(&documents).await.expect(200).says("No documents yet"));
    patient.get("/documents/1/content").await.expect(404);
    let result = current(&app, order).to_string();
    doctor.post(&format!("{page}/seen"), &[("result", &result)]).await.expect(303);
    assert!(patient.get(&documents).await.expect(200).says("Laboratory result"));
    assert!(patient.get(&page).await.expect(200).says("lab.pdf"));
    assert!(patient.get("/notifications").await.expect(200).says("A doctor has read a test result of yours."));

    // A second report makes the result unread again; the same one does not.
    upload(PDF).await.expect(303);
    assert!(doctor.get("/results").await.expect(200).says("Nothing is unread"));
    upload(b"Corrected: potassium 4.2").await.expect(422);
    let text = desk.upload(&format!("{page}/report"), &[], ("file", "b.txt", b"Corrected: potassium 4.2")).await;
    text.expect(303);
    assert!(!doctor.get("/results").await.says("Nothing is unread"));
    assert!(patient.get(&page).await.expect(200).says("The result is in"));
    patient.upload(&format!("{page}/report"), &[], ("file", "b.txt", b"mine")).await.expect(403);
}

async fn an_amended_result_is_unread_again_and_keeps_the_first(app: TestApp) {
    let (doctor, patient, _, order) = people(&app).await;
    let page = format!("/test-orders/{order}");
    doctor.post(&format!("{page}/result"), &typed(&[])).await.expect(303);
    let first = current(&app, order).to_string();
    doctor.post(&format!("{page}/seen"), &[("result", &first)]).await.expect(303);
    let amend = format!("{page}/amend");
    let form = doctor.get(&amend).await.expect(200);
    assert_eq!(form.input("amends"), Some(first.clone()));
    assert!(form.body.contains("value=\"5.9\""));
    let without = doctor.post(&amend, &typed(&[("amends", &first)])).await.expect(422);
    assert!(without.says("Say why it is amended."));
    let fields = typed(&[("amends", &first), ("reason", "The laboratory took the wrong tube")]);
    let corrected: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *value == "5.9" { "4.4" } else { *value })).collect();
    doctor.post(&amend, &corrected).await.expect(303);
    let shown = doctor.get(&page).await.expect(200);
    assert!(shown.says("4.4") && shown.says("wrong tube") && shown.says("Earlier results of this test (1)"));
    assert!(shown.says("5.9"), "what was read before stays readable");
    assert!(
        doctor.get("/results").await.expect(200).says("To read") && doctor.get("/my-day").await.says("1 new result")
    );
    let hidden = patient.get(&page).await.expect(200);
    assert!(hidden.says("The result is in") && !hidden.says("4.4") && !hidden.says("5.9"));
    // Who still has the first one open neither amends nor confirms it unseen.
    let stale = doctor.post(&amend, &fields).await.expect(409);
    assert!(stale.says("5.9") && stale.says("4.4"), "{}", stale.words());
    let late = doctor.post(&format!("{page}/seen"), &[("result", &first)]).await.expect(303);
    assert!(doctor.get(late.location()).await.expect(200).says("Have you read it?"));
    let second = current(&app, order).to_string();
    let amendments = join_all((0..6).map(|n| {
        let (doctor, amend, second) = (&doctor, &amend, &second);
        async move {
            let reason = format!("Reason {n}");
            doctor.post(amend, &typed(&[("amends", second), ("reason", &reason)])).await
        }
    }))
    .await;
    assert_eq!(amendments.iter().filter(|reply| reply.status == 303).count(), 1);
    assert_eq!(amendments.iter().filter(|reply| reply.status == 409).count(), 5);
    let all: i64 = app.read(|db| Ok(test_results::table.count().get_result(db)?));
    assert_eq!(all, 3);
}

async fn a_wrong_result_gives_way_to_the_one_before(app: TestApp) {
    let (doctor, patient, _, order) = people(&app).await;
    let page = format!("/test-orders/{order}");
    doctor.post(&format!("{page}/result"), &typed(&[])).await.expect(303);
    let first = current(&app, order).to_string();
    doctor.post(&format!("{page}/seen"), &[("result", &first)]).await.expect(303);
    let reason = [("amends", first.as_str()), ("reason", "Corrected"), ("conclusion", "x")];
    doctor.post(&format!("{page}/amend"), &typed(&reason)).await.expect(303);
    let second = current(&app, order).to_string();
    let wrong = format!("{page}/in-error");
    assert!(doctor.get(&wrong).await.expect(200).says("counts again"));
    doctor.post(&wrong, &[("result", &second), ("reason", "")]).await.expect(422);
    doctor.post(&wrong, &[("result", &first), ("reason", "Old page")]).await.expect(409);
    doctor.post(&wrong, &[("result", &second), ("reason", "Another patient's")]).await.expect(303);
    assert_eq!(current(&app, order).to_string(), first);
    assert!(patient.get(&page).await.expect(200).says("5.9"));
    doctor.post(&wrong, &[("result", &first), ("reason", "Also wrong")]).await.expect(303);
    assert!(doctor.get(&page).await.expect(200).says("No result yet"));
    assert!(!patient.get(&page).await.expect(200).says("Also wrong"));
    // And a right one can be entered.
    doctor.post(&format!("{page}/result"), &typed(&[])).await.expect(303);
}

async fn a_result_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    let (doctor, _, _, order) = people(&app).await;
    let path = format!("/test-orders/{order}/result");
    let huge = "9".repeat(200_000);
    for (fields, message) in [
        (vec![("resulted_on", "2026-06-15")], "Enter a value or a conclusion"),
        (vec![("resulted_on", ""), ("conclusion", "x")], "Enter the day of the result."),
        (vec![("resulted_on", "2026-06-16"), ("conclusion", "x")], "in the future"),
        (vec![("resulted_on", "2026-02-30"), ("conclusion", "x")], "real date"),
        (vec![("resulted_on", "2026-06-15"), ("name", ""), ("value", "4")], "Enter what was measured."),
        (vec![("resulted_on", "2026-06-15"), ("name", "Iron"), ("value", "")], "Enter the value."),
        (vec![("resulted_on", "2026-06-15"), ("name", "Iron"), ("value", huge.as_str())], "At most 80 characters."),
        (vec![("resulted_on", "2026-06-15"), ("name", "Iron"), ("value", "4"), ("flag", "x")], "one of the list"),
        (vec![("resulted_on", "2026-06-15"), ("conclusion", huge.as_str())], "too long"),
    ] {
        let page = doctor.post(&path, &fields).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
    }
    let kept = doctor.post(&path, &[("name", "<b>Iron"), ("value", "7"), ("conclusion", "Ferritin")]).await.expect(422);
    assert!(kept.body.contains("&#60;b&#62;Iron") && kept.body.contains("Ferritin"));
    let many: Vec<(&str, &str)> = [("name", "a"), ("value", "1")].into_iter().cycle().take(60_000).collect();
    doctor.post(&path, &many).await.expect(422);
    // More rows without JavaScript: nothing is saved, everything typed stays.
    let rows = doctor.post(&path, &typed(&[("then", "row")])).await.expect(200);
    assert!(rows.body.contains("value=\"5.9\"") && rows.body.matches("name=\"value\"").count() >= 6);
    let file = doctor.upload(&path, &[("resulted_on", "2026-06-15")], ("file", "a.pdf", b"PK\x03\x04")).await;
    assert!(file.expect(422).says("of no kind that is taken"));
    assert_eq!(app.read(|db| Ok(test_results::table.count().get_result::<i64>(db)?)), 0);
    // The laboratory's report alone is a result.
    doctor.upload(&path, &[("resulted_on", "2026-06-15")], ("file", "a.pdf", PDF)).await.expect(303);
}

async fn a_test_has_one_result_that_counts(app: TestApp) {
    let (doctor, _, _, order) = people(&app).await;
    let path = format!("/test-orders/{order}/result");
    let sent = join_all((0..10).map(|_| {
        let (doctor, path) = (&doctor, &path);
        async move { doctor.post(path, &typed(&[])).await }
    }))
    .await;
    assert_eq!(sent.iter().filter(|reply| reply.status == 303).count(), 1);
    let others: Vec<_> = sent.iter().filter(|reply| reply.status == 422).collect();
    assert_eq!(others.len(), 9);
    assert!(others[0].says("Somebody has just entered a result of this test."));
    assert_eq!(app.read(|db| Ok(test_results::table.count().get_result::<i64>(db)?)), 1);
    assert_eq!(doctor.get(&path).await.expect(303).location(), format!("/test-orders/{order}"));
}

async fn what_is_waited_for_stands_by_urgency_and_age(app: TestApp) {
    let (doctor, _, record, _) = people(&app).await;
    let (now, user) = (app.now(), doctor.user_id);
    app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        for (test, priority, days) in [
            ("Young routine", Priority::Routine, 1),
            ("Old routine", Priority::Routine, 40),
            ("Urgent one", Priority::Urgent, 2),
            ("Stat one", Priority::Stat, 0),
            ("Ancient one", Priority::Stat, 200),
        ] {
            papers::test_of(db, record, own, (test, priority), now - chrono::TimeDelta::days(days))?;
        }
        Ok(())
    });
    let at = |page: &str, test: &str| page.find(test).unwrap_or(usize::MAX);
    let page = doctor.get("/results").await.expect(200).body;
    let order = ["Stat one", "Urgent one", "Old routine", "Young routine"];
    assert!(order.is_sorted_by_key(|test| at(&page, test)) && at(&page, order[3]) < usize::MAX);
    assert_eq!(at(&page, "Ancient one"), usize::MAX);
    let all = doctor.get("/results?waiting=all").await.expect(200).body;
    assert!(at(&all, "Ancient one") < at(&all, "Stat one"));
    // A colleague waits for their own.
    let colleague = app.sign_in(Role::Doctor).await;
    assert!(colleague.get("/results").await.expect(200).says("Nothing is waited for"));
}

async fn strangers_know_of_no_test(app: TestApp) {
    let (_, _, record, order) = people(&app).await;
    let (colleague, other, _, _) = people(&app).await;
    let page = format!("/test-orders/{order}");
    for path in ["", "/result", "/amend", "/in-error"] {
        colleague.get(&format!("{page}{path}")).await.expect(404);
        let status = other.get(&format!("{page}{path}")).await.status;
        assert!([403, 404].contains(&status), "{path}: {status}");
    }
    colleague.post(&format!("{page}/result"), &typed(&[])).await.expect(404);
    colleague.post(&format!("{page}/seen"), &[("result", "1")]).await.expect(404);
    colleague.upload(&format!("{page}/report"), &[], ("file", "a.pdf", PDF)).await.expect(404);
    colleague.get(&format!("/patients/{record}/tests")).await.expect(404);
    app.sign_in(Role::Pharmacist).await.get(&page).await.expect(403);
    // The test of a draft is its doctor's alone, and waits for nothing.
    let now = app.now();
    let draft = app.write(move |db| {
        use infirmary::prescriptions::model::{Content, TestOrder};
        let doctor = factory::doctor(db, now)?;
        let tests = vec![TestOrder { test: "Secret".to_owned(), ..TestOrder::default() }];
        let occasion =
            infirmary::prescriptions::queries::Occasion { patient: record, encounter: None, appointment: None };
        let content = Content { tests, ..Content::default() };
        let id = infirmary::prescriptions::queries::insert(db, doctor, occasion, &content, now)?;
        use infirmary::db::schema::test_orders;
        let of_draft = test_orders::table.filter(test_orders::prescription_id.eq(id));
        Ok(of_draft.select(test_orders::id).first::<i64>(db)?)
    });
    app.sign_in(Role::Receptionist).await.get(&format!("/test-orders/{draft}")).await.expect(404);
}
