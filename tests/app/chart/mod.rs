//! The chart: what is known about a patient, noted once, never deleted, seen by whom it concerns.

mod medications;
mod timeline;
mod vitals;

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::accounts::model::UserId;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{allergies, audit_log, conditions, no_known_allergies, patients};
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;
use infirmary::time::parse_date;

use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, chart, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(an_allergy_is_added_edited_and_marked_as_wrong);
    suite.both(the_same_allergy_sent_ten_times_at_once_is_one);
    suite.both(no_known_allergies_is_said_and_not_assumed);
    suite.both(a_condition_has_its_dates_and_is_resolved);
    suite.both(a_diagnosis_is_noted_as_a_condition_once);
    suite.both(two_people_who_edit_one_entry_see_both_versions);
    suite.both(the_patient_reads_the_own_chart_and_nobody_elses);
    suite.both(only_doctors_in_charge_write_a_chart);
    suite.both(who_has_died_is_not_booked_and_not_measured);
    suite.both(every_look_and_change_of_a_chart_is_in_the_audit_log);
    medications::tests(suite);
    timeline::tests(suite);
    vitals::tests(suite);
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

/// The patient of a chart, signed in.
pub async fn own(app: &TestApp, patient: PatientId) -> Visitor {
    let visitor = app.sign_in(Role::Patient).await;
    let user: UserId = visitor.user_id;
    app.write(move |db| factory::give_record(db, user, patient));
    app.session(user).await
}

const PENICILLIN: [(&str, &str); 3] =
    [("substance", "Penicillin"), ("reaction", "Swelling of the lips"), ("severity", "severe")];

async fn an_allergy_is_added_edited_and_marked_as_wrong(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let chart = format!("/patients/{patient}/chart");
    let form = doctor.get(&format!("/patients/{patient}/allergies/new")).await.expect(200);
    assert!(form.says("Add an allergy"));
    let missing = doctor.post(&format!("/patients/{patient}/allergies"), &[("reaction", "Rash")]).await.expect(422);
    assert!(missing.says("Enter what the patient is allergic to.") && missing.says("Choose how bad"));
    assert_eq!(missing.input("reaction").as_deref(), Some("Rash"), "nothing typed is lost");
    let unknown = [("substance", "Latex"), ("severity", "deadly")];
    doctor.post(&format!("/patients/{patient}/allergies"), &unknown).await.expect(422);

    let added = doctor.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(303);
    assert_eq!(added.location(), chart);
    let again = [("substance", " PENICILLÍN "), ("severity", "mild")];
    let twice = doctor.post(&format!("/patients/{patient}/allergies"), &again).await.expect(422);
    assert!(twice.says("This allergy is on the list already."));
    let page = doctor.get(&chart).await.expect(200);
    assert!(page.says("Swelling of the lips") && page.says("noted 15 Jun 2026 by Dr Robin"), "{}", page.words());

    let id: i64 = app.read(|db| Ok(allergies::table.select(allergies::id).first(db)?));
    let edit = format!("/patients/{patient}/allergies/{id}/edit");
    assert_eq!(doctor.get(&edit).await.expect(200).input("version").as_deref(), Some("1"));
    let changed = [("version", "1"), ("substance", "Penicillin"), ("reaction", "Rash"), ("severity", "mild")];
    doctor.post(&edit, &changed).await.expect(303);
    assert!(doctor.get(&chart).await.expect(200).says("Rash"));

    let wrong = format!("/patients/{patient}/chart/allergies/{id}/in-error");
    assert!(doctor.get(&wrong).await.expect(200).says("Penicillin"));
    assert!(doctor.post(&wrong, &[("reason", "  ")]).await.expect(422).says("Say what was wrong."));
    doctor.post(&wrong, &[("reason", "Meant for her sister")]).await.expect(303);
    doctor.post(&wrong, &[("reason", "Again")]).await.expect(409);
    doctor.post(&edit, &[&[("version", "3")], &changed[1..]].concat()).await.expect(409);
    let page = doctor.get(&chart).await.expect(200);
    assert!(page.says("Entered in error (1)") && page.says("Meant for her sister"));
    assert!(page.says("Allergies not asked"), "what was wrong does not count, and nobody has asked");
    let kept: (String, String) = app.read(|db| {
        Ok(allergies::table.select((allergies::substance, allergies::entered_in_error_reason)).first(db)?)
    });
    assert_eq!(kept, ("Penicillin".to_owned(), "Meant for her sister".to_owned()));
    doctor.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(303);
    // Another patient's entry is not found at this patient's address.
    let (other, stranger) = care(&app).await;
    other.get(&format!("/patients/{stranger}/allergies/{id}/edit")).await.expect(404);
    other.get(&format!("/patients/{stranger}/chart/allergies/{id}/in-error")).await.expect(404);
    other.get(&format!("/patients/{stranger}/chart/nothing/{id}/in-error")).await.expect(404);
}

async fn the_same_allergy_sent_ten_times_at_once_is_one(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/allergies");
    let sent = join_all((0..10).map(|_| doctor.post(&path, &PENICILLIN))).await;
    let taken = sent.iter().filter(|reply| reply.status == 303).count();
    assert_eq!(taken, 1, "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert!(sent.iter().all(|reply| matches!(reply.status, 303 | 422)));
    assert_eq!(app.read(|db| Ok(allergies::table.count().get_result::<i64>(db)?)), 1);
    // One form sent ten times is one as well, and says so each time.
    let form = [("_once", "the-same-form"), ("substance", "Latex"), ("severity", "mild")];
    for reply in join_all((0..10).map(|_| doctor.post(&path, &form))).await {
        assert_eq!(reply.status, 303, "{}", reply.words());
    }
    assert_eq!(app.read(|db| Ok(allergies::table.count().get_result::<i64>(db)?)), 2);
}

async fn no_known_allergies_is_said_and_not_assumed(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let desk = app.sign_in(Role::Receptionist).await;
    let record = format!("/patients/{patient}");
    assert!(desk.get(&record).await.expect(200).says("Allergies not asked"));
    let path = format!("/patients/{patient}/allergies/none");
    doctor.post(&path, &[]).await.expect(303);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("Asked on 15 Jun 2026 by Dr Robin"), "{}", page.words());
    let page = desk.get(&record).await.expect(200);
    assert!(page.says("No known allergies") && !page.says("Allergies not asked"));
    doctor.post(&path, &[]).await.expect(303);
    doctor.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(303);
    let refused = doctor.post(&path, &[]).await.expect(409);
    assert!(refused.says("Penicillin is on the list of allergies."));
    let standing: i64 = app.read(|db| {
        Ok(no_known_allergies::table.filter(no_known_allergies::ended_at.is_null()).count().get_result(db)?)
    });
    assert_eq!(standing, 0, "the statement ended with the first allergy");
    // Said ten times at once it stands once.
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/allergies/none");
    for reply in join_all((0..10).map(|_| doctor.post(&path, &[]))).await {
        assert!(matches!(reply.status, 303 | 409), "{}", reply.words());
    }
    let standing: i64 = app.read(move |db| {
        let of_patient = no_known_allergies::table.filter(no_known_allergies::patient_id.eq(patient));
        Ok(of_patient.filter(no_known_allergies::ended_at.is_null()).count().get_result(db)?)
    });
    assert_eq!(standing, 1);
}

async fn a_condition_has_its_dates_and_is_resolved(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/conditions");
    for (onset, resolved, message) in [
        ("1980-05-16", "", "before the patient was born"),
        ("2026-06-16", "", "in the future"),
        ("2020-01-02", "2020-01-01", "cannot be resolved before it began"),
        ("2020-01-02", "2026-06-16", "in the future"),
        ("yesterday", "", "real date"),
    ] {
        let fields = [("description", "Asthma"), ("onset_date", onset), ("resolved_date", resolved)];
        let refused = doctor.post(&path, &fields).await.expect(422);
        assert!(refused.says(message), "{message}: {}", refused.words());
    }
    let fields = [("description", "Asthma"), ("code", "j45.909"), ("onset_date", "2001-03-01")];
    doctor.post(&path, &fields).await.expect(303);
    let twice = doctor.post(&path, &[("description", "Asthma, other"), ("code", "J45.909")]).await.expect(422);
    assert!(twice.says("is on the list already and not resolved"));
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("J45.909") && page.says("since 1 Mar 2001"));
    let id: i64 = app.read(|db| Ok(conditions::table.select(conditions::id).first(db)?));
    let edit = format!("{path}/{id}/edit");
    let asked = doctor.get(&format!("{edit}?resolve=1")).await.expect(200);
    assert_eq!(asked.input("resolved_date").as_deref(), Some("2026-06-15"));
    let resolved = [&[("version", "1"), ("resolved_date", "2026-06-15")], &fields[..]].concat();
    doctor.post(&edit, &resolved).await.expect(303);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("resolved 15 Jun 2026"));
    assert!(!page.body.contains("Condition: </span>"), "the banner shows what lasts");
    // It may come back.
    doctor.post(&path, &fields).await.expect(303);
    let back = [&[("version", "2")], &fields[..]].concat();
    let twice = doctor.post(&edit, &back).await.expect(422);
    assert!(twice.says("is on the list already and not resolved"), "reopened, it would be there twice");
}

async fn a_diagnosis_is_noted_as_a_condition_once(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let by = infirmary::access::By::system(app.now());
    let note = |code: &'static str, text: &'static str| {
        let by = by.clone();
        app.write(move |db| {
            infirmary::chart::actions::note_condition(db, &by, patient, code, text, parse_date("2026-06-15"))
        });
    };
    let count = |app: &TestApp| app.read(|db| Ok(conditions::table.count().get_result::<i64>(db)?));
    note("E11.9", "Type 2 diabetes mellitus");
    note(" e11.9 ", "Diabetes");
    assert_eq!(count(&app), 1);
    note("", "Bad knee");
    note("", "bad  KNEE");
    assert_eq!(count(&app), 2);
    app.write(|db| {
        let resolved = conditions::resolved_date.eq(parse_date("2026-06-15"));
        Ok(diesel::update(conditions::table).set(resolved).execute(db)?)
    });
    note("E11.9", "Type 2 diabetes mellitus");
    assert_eq!(count(&app), 3, "what was resolved has come back");
    assert!(doctor.get(&format!("/patients/{patient}/chart")).await.expect(200).says("E11.9"));
}

async fn two_people_who_edit_one_entry_see_both_versions(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let now = app.now();
    let (allergy, condition, told) = app.write(move |db| {
        let allergy = chart::allergy(db, patient, "Latex", now)?;
        Ok((allergy, chart::condition(db, patient, "Asthma", now)?, chart::told(db, patient, "Ramipril", now)?))
    });
    let first: [(&str, &str); 3] = [("version", "1"), ("severity", "mild"), ("source", "patient")];
    for (path, mine, theirs) in [
        (format!("allergies/{allergy}/edit"), ("substance", "Latex gloves"), ("substance", "Rubber")),
        (format!("conditions/{condition}/edit"), ("description", "Asthma, mild"), ("description", "Allergic asthma")),
        (format!("medications/{told}/edit"), ("medicine", "Ramipril 5 mg"), ("medicine", "Ramipril 10 mg")),
    ] {
        let path = format!("/patients/{patient}/{path}");
        doctor.post(&path, &[&first[..], &[theirs]].concat()).await.expect(303);
        let stale = doctor.post(&path, &[&first[..], &[mine]].concat()).await.expect(409);
        assert!(stale.says(mine.1) && stale.says(theirs.1), "{path}: {}", stale.words());
        doctor.post(&path, &[mine, ("severity", "mild"), ("source", "patient")]).await.expect(409);
    }
}

async fn the_patient_reads_the_own_chart_and_nobody_elses(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let now = app.now();
    app.write(move |db| {
        chart::allergy(db, patient, "Latex", now)?;
        chart::condition(db, patient, "Asthma", now)?;
        Ok(())
    });
    doctor.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(303);
    let wrong: i64 = app.read(|db| {
        Ok(allergies::table.filter(allergies::substance.eq("Penicillin")).select(allergies::id).first(db)?)
    });
    let reason = [("reason", "Meant for another patient")];
    doctor.post(&format!("/patients/{patient}/chart/allergies/{wrong}/in-error"), &reason).await.expect(303);
    let reader = own(&app, patient).await;
    let page = reader.get(&format!("/patients/{patient}/chart")).await.expect(200);
    for words in ["Your allergies", "Latex", "Your conditions", "Asthma", "Your medicines"] {
        assert!(page.says(words), "{words}");
    }
    assert!(!page.says("Penicillin") && !page.says("Entered in error") && !page.says("In error?"));
    assert!(!page.body.contains("/allergies/new"), "there is nothing to write with");
    let timeline = reader.get(&format!("/patients/{patient}/timeline")).await.expect(200);
    assert!(timeline.says("Latex") && !timeline.says("Penicillin"));
    reader.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(403);
    let (_, stranger) = care(&app).await;
    for page in ["chart", "vitals", "timeline"] {
        reader.get(&format!("/patients/{stranger}/{page}")).await.expect(404);
    }
}

async fn only_doctors_in_charge_write_a_chart(app: TestApp) {
    let (_, patient) = care(&app).await;
    let stranger = app.sign_in(Role::Doctor).await;
    for page in ["chart", "vitals", "timeline", "allergies/new", "vitals/new"] {
        stranger.get(&format!("/patients/{patient}/{page}")).await.expect(404);
    }
    stranger.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(404);
    stranger.post(&format!("/patients/{patient}/allergies/none"), &[]).await.expect(404);
    stranger.post(&format!("/patients/{patient}/conditions"), &[("description", "Asthma")]).await.expect(404);
    stranger.post(&format!("/patients/{patient}/vitals"), &[("pulse", "72")]).await.expect(404);
    for role in [Role::Admin, Role::Receptionist, Role::Pharmacist] {
        let person = app.sign_in(role).await;
        person.get(&format!("/patients/{patient}/chart")).await.expect(403);
        person.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(403);
    }
    assert_eq!(app.read(|db| Ok(allergies::table.count().get_result::<i64>(db)?)), 0);
    assert_eq!(app.read(|db| Ok(no_known_allergies::table.count().get_result::<i64>(db)?)), 0);
}

async fn who_has_died_is_not_booked_and_not_measured(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let desk = app.sign_in(Role::Receptionist).await;
    let edit = format!("/patients/{patient}/edit");
    let fields = |died: &'static str| {
        [
            ("version", "1"),
            ("first_name", "Ada"),
            ("last_name", "Byron"),
            ("date_of_birth", "1980-05-17"),
            ("gender", "female"),
            ("deceased_on", died),
        ]
    };
    assert!(desk.post(&edit, &fields("2026-06-16")).await.expect(422).says("in the future"));
    assert!(desk.post(&edit, &fields("1980-05-16")).await.expect(422).says("before the date of birth"));
    desk.post(&edit, &fields("2026-06-14")).await.expect(303);
    let page = doctor.get(&format!("/patients/{patient}/vitals")).await.expect(200);
    assert!(page.says("Died 14 Jun 2026") && !page.says("Record vital signs"));
    let refused = doctor.post(&format!("/patients/{patient}/vitals"), &[("pulse", "72")]).await.expect(422);
    assert!(refused.says("has died. No vital signs can be recorded."));
    doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(409);
    let now = app.now();
    let other = app.write(move |db| factory::working_doctor(db, now));
    let booking = [
        ("patient", patient.to_string()),
        ("doctor", other.to_string()),
        ("when", "next".to_owned()),
        ("reason", "Check-up".to_owned()),
    ];
    let booking: Vec<(&str, &str)> = booking.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = desk.post("/walk-in", &booking).await;
    assert!(matches!(refused.status, 409 | 422) && refused.says("has died"), "{}", refused.words());
    let died: Option<chrono::NaiveDate> =
        app.read(move |db| Ok(patients::table.find(patient).select(patients::deceased_on).first(db)?));
    assert_eq!(died, parse_date("2026-06-14"));
    // The database holds it too.
    let before_birth = app.db.write_now(move |db| {
        let died = patients::deceased_on.eq(parse_date("1979-01-01"));
        Ok(diesel::update(patients::table.find(patient)).set(died).execute(db)?)
    });
    assert!(matches!(before_birth, Err(AppError::Constraint(name)) if name == "ck_patients_deceased_on"));
}

async fn every_look_and_change_of_a_chart_is_in_the_audit_log(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    doctor.post(&format!("/patients/{patient}/allergies/none"), &[]).await.expect(303);
    doctor.post(&format!("/patients/{patient}/allergies"), &PENICILLIN).await.expect(303);
    doctor.post(&format!("/patients/{patient}/conditions"), &[("description", "Asthma")]).await.expect(303);
    doctor.post(&format!("/patients/{patient}/vitals"), &[("pulse", "72")]).await.expect(303);
    for page in ["chart", "vitals", "timeline"] {
        doctor.get(&format!("/patients/{patient}/{page}")).await.expect(200);
    }
    let rows: Vec<(String, String, String)> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::patient_id.eq(patient))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::entity, audit_log::changes))
            .load(db)?)
    });
    let said: Vec<(&str, &str)> = rows.iter().map(|(action, entity, _)| (action.as_str(), entity.as_str())).collect();
    let expected = [
        ("stated", "no_known_allergies"),
        ("created", "allergy"),
        ("created", "condition"),
        ("created", "vital_signs"),
        ("viewed", "patient"),
        ("viewed", "patient"),
        ("viewed", "patient"),
    ];
    assert_eq!(said, expected);
    let all = rows.into_iter().map(|(_, _, changes)| changes).collect::<String>();
    assert!(!all.contains("Penicillin") && !all.contains("Asthma"), "the words themselves stay in the chart");
}
