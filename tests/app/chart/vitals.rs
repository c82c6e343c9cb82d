//! Vital signs outside visits: refused, asked about, flagged, drawn.

use chrono::TimeDelta;
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::vital_signs;

use super::{care, own};
use crate::support::{Suite, TestApp, chart, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(what_cannot_be_is_refused_and_what_is_unusual_is_asked);
    suite.both(values_are_flagged_and_the_body_mass_index_uses_the_last_height);
    suite.both(what_was_measured_in_error_is_struck_out);
    suite.both(a_draft_of_a_consultation_stays_its_doctors);
    suite.both(thousands_of_measurements_make_small_pictures);
}

async fn what_cannot_be_is_refused_and_what_is_unusual_is_asked(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/vitals");
    assert!(doctor.get(&format!("{path}/new")).await.expect(200).says("Record vital signs"));
    assert!(doctor.post(&path, &[]).await.expect(422).says("Enter at least one value."));
    for (field, typed, message) in [
        ("height", "1.75", "did you mean 175?"),
        ("weight", "72400", "did you mean 72.4?"),
        ("oxygen_saturation", "0.98", "did you mean 98?"),
        ("temperature", "98.6", "If this is Fahrenheit"),
        ("pulse", "7200", "between"),
        ("pulse", "fast", "enter a whole number"),
        ("pulse", "-72", "enter a whole number"),
    ] {
        let refused = doctor.post(&path, &[(field, typed), ("pain", "3")]).await.expect(422);
        assert!(refused.says(message), "{typed}: {}", refused.words());
        assert_eq!(refused.input(field).as_deref(), Some(typed), "nothing typed is lost");
        assert_eq!(refused.input("pain").as_deref(), Some("3"));
    }
    let crossed = [("systolic", "80"), ("diastolic", "120")];
    assert!(doctor.post(&path, &crossed).await.expect(422).says("Diastolic must be below systolic."));

    let unusual = [("weight", "250"), ("pulse", "72")];
    let asked = doctor.post(&path, &unusual).await.expect(422);
    assert!(asked.says("Is this right?") && asked.says("Weight 250 kg: usually 30 to 200"), "{}", asked.words());
    assert_eq!(asked.input("pulse").as_deref(), Some("72"));
    let tick = asked.input("confirmed").expect("a tick for these values");
    assert_eq!(app.read(|db| Ok(vital_signs::table.count().get_result::<i64>(db)?)), 0);
    // The tick is for these values and for no others.
    doctor.post(&path, &[("weight", "350"), ("confirmed", &tick)]).await.expect(422);
    doctor.post(&path, &[("confirmed", tick.as_str()), unusual[0], unusual[1]]).await.expect(303);
    let leap = doctor.post(&path, &[("weight", "80")]).await.expect(422);
    assert!(leap.says("68 % less than the last 250 kg"), "{}", leap.words());
}

async fn values_are_flagged_and_the_body_mass_index_uses_the_last_height(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let path = format!("/patients/{patient}/vitals");
    doctor.post(&path, &[("height", "175"), ("weight", "70")]).await.expect(303);
    app.set_time("2026-06-15 08:05");
    doctor
        .post(&path, &[("weight", "80"), ("systolic", "185"), ("diastolic", "95"), ("pulse", "72")])
        .await
        .expect(303);
    let page = doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
    assert!(page.says("26.1") && page.says("Overweight"), "80 kg at 1.75 m: {}", page.words());
    assert!(page.says("Very high"), "the sign and the word, not only a colour");
    let trends = doctor.get(&path).await.expect(200);
    assert!(trends.body.contains("<svg class=\"chart line-chart\"") && trends.says("Usual range"));
    assert!(trends.says("Weight: from 70 to 80 kg, last 80."), "{}", trends.words());
    for period in ["3m", "1y", "all", "nonsense"] {
        doctor.get(&format!("{path}?period={period}")).await.expect(200);
    }
    app.set_time("2028-06-15 08:00");
    let doctor = app.session(doctor.user_id).await;
    assert!(doctor.get(&path).await.expect(200).says("Nothing was measured in this time"));
    assert!(doctor.get(&format!("{path}?period=all")).await.expect(200).says("last 80"));
}

async fn what_was_measured_in_error_is_struck_out(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let now = app.now();
    let (wrong, _) = app.write(move |db| {
        let earlier = now - TimeDelta::days(1);
        Ok((chart::vitals(db, patient, (191, 117), now)?, chart::vitals(db, patient, (118, 76), earlier)?))
    });
    let path = format!("/patients/{patient}/vitals");
    assert!(doctor.get(&path).await.expect(200).says("191/117"));
    let mark = format!("/patients/{patient}/chart/vitals/{wrong}/in-error");
    doctor.post(&mark, &[("reason", "Another patient's cuff")]).await.expect(303);
    let page = doctor.get(&path).await.expect(200);
    assert!(!page.says("191/117") && page.says("Entered in error (1)") && page.says("Another patient's cuff"));
    assert!(doctor.get(&format!("/patients/{patient}/chart")).await.expect(200).says("118/76"), "the banner too");
    let reader = own(&app, patient).await;
    let page = reader.get(&path).await.expect(200);
    assert!(!page.says("Another patient's cuff") && page.says("118/76"));
    // What belongs to a visit is corrected by amending the visit.
    let visit = app.write(move |db| {
        let encounter = factory::signed_visit(db, patient, now)?;
        let id = chart::vitals(db, patient, (120, 80), now)?;
        diesel::update(vital_signs::table.find(id)).set(vital_signs::encounter_id.eq(encounter)).execute(db)?;
        Ok(id)
    });
    doctor.get(&format!("/patients/{patient}/chart/vitals/{visit}/in-error")).await.expect(404);
}

async fn a_draft_of_a_consultation_stays_its_doctors(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let location = doctor.post(&format!("/patients/{patient}/encounters"), &[]).await.expect(303).location().to_owned();
    doctor.post(&location, &[("version", "1"), ("systolic", "177"), ("diastolic", "99")]).await.expect(303);
    let colleague = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), colleague.user_id);
    app.write(move |db| {
        let id = factory::doctor_id(db, user)?;
        let at = now + TimeDelta::days(3);
        factory::appointment(db, patient, id, at, infirmary::appointments::model::AppointmentStatus::Confirmed)
    });
    let reader = own(&app, patient).await;
    // With its slash, since names and tokens of the page hold numbers too.
    for page in ["vitals", "chart", "timeline"] {
        let path = format!("/patients/{patient}/{page}");
        assert!(doctor.get(&path).await.expect(200).says("177/99"), "{page}");
        assert!(!colleague.get(&path).await.expect(200).says("177/99"), "{page}");
        assert!(!reader.get(&path).await.expect(200).says("177/99"), "{page}");
    }
}

async fn thousands_of_measurements_make_small_pictures(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let now = app.now();
    app.write(move |db| {
        for n in 0..2000_i32 {
            let at = now - TimeDelta::hours(i64::from(n) * 4);
            let peak = if n == 700 { 77 } else { 0 };
            chart::vitals(db, patient, (110 + n % 23 + peak, 70 + n % 11), at)?;
        }
        Ok(())
    });
    let page = doctor.get(&format!("/patients/{patient}/vitals?period=all")).await.expect(200);
    assert!(
        page.says("2000 measurements") && page.says("Page 1 of 80") || page.says("of <b>80</b>"),
        "{}",
        page.words()
    );
    assert!(page.says("to 197 mmHg"), "no peak is lost: {}", page.words());
    assert!(page.body.len() < 200_000, "{} bytes before compression", page.body.len());
    doctor.get(&format!("/patients/{patient}/vitals?period=all&page=80")).await.expect(200);
    doctor.get(&format!("/patients/{patient}/chart")).await.expect(200);
}
