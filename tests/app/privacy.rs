//! What is not shown to those whom it does not concern.

use chrono::NaiveDate;
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{appointments, doctors, encounters, vital_signs};

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(vital_signs_of_an_unsigned_consultation_are_its_doctors_alone);
    suite.both(a_doctor_does_not_read_what_a_colleague_is_consulted_for);
    suite.both(who_is_no_longer_a_doctor_here_acts_as_none);
    suite.both(a_dose_without_end_is_no_dose);
}

async fn vital_signs_of_an_unsigned_consultation_are_its_doctors_alone(app: TestApp) {
    let (doctor, patient) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Patient).await);
    let (now, doctor_user, patient_user) = (app.now(), doctor.user_id, patient.user_id);
    let record = app.write(move |db| {
        let own = factory::doctor_id(db, doctor_user)?;
        let record = factory::patient(db, now)?;
        factory::give_record(db, patient_user, record)?;
        let date = NaiveDate::from_ymd_opt(2026, 6, 15);
        let draft: i64 = diesel::insert_into(encounters::table)
            .values((
                encounters::patient_id.eq(record),
                encounters::doctor_id.eq(own),
                encounters::visit_date.eq(date.unwrap_or_default()),
                encounters::status.eq("draft"),
                encounters::created_at.eq(now),
                encounters::updated_at.eq(now),
            ))
            .returning(encounters::id)
            .get_result(db)?;
        diesel::insert_into(vital_signs::table)
            .values((
                vital_signs::patient_id.eq(record),
                vital_signs::encounter_id.eq(draft),
                vital_signs::pulse.eq(137),
                vital_signs::recorded_at.eq(now),
            ))
            .execute(db)?;
        Ok(record)
    });
    let path = format!("/patients/{record}");
    assert!(doctor.get(&path).await.expect(200).says("137"));
    assert!(!patient.get(&path).await.expect(200).says("137"));
    app.write(move |db| {
        let signed = (encounters::status.eq("signed"), encounters::signed_at.eq(now));
        Ok(diesel::update(encounters::table).set(signed).execute(db)?)
    });
    assert!(patient.get(&path).await.expect(200).says("137"));
}

async fn a_doctor_does_not_read_what_a_colleague_is_consulted_for(app: TestApp) {
    let (doctor, colleague, desk) =
        (app.sign_in(Role::Doctor).await, app.sign_in(Role::Doctor).await, app.sign_in(Role::Receptionist).await);
    let (now, doctor_user, colleague_user) = (app.now(), doctor.user_id, colleague.user_id);
    let (own_time, other_time) = (app.utc("2026-06-16 09:00"), app.utc("2026-06-17 09:00"));
    let patient = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        for (user, at, reason) in [(doctor_user, own_time, "Itchy skin"), (colleague_user, other_time, "Dark thoughts")]
        {
            let doctor = factory::doctor_id(db, user)?;
            let id = factory::visit(db, patient, doctor, at, AppointmentStatus::Confirmed, now)?;
            diesel::update(appointments::table.find(id)).set(appointments::reason.eq(reason)).execute(db)?;
        }
        Ok(patient)
    });
    let path = format!("/patients/{patient}");
    let page = doctor.get(&path).await.expect(200);
    assert!(page.says("Itchy skin") && !page.says("Dark thoughts"), "{}", page.words());
    assert!(desk.get(&path).await.expect(200).says("Dark thoughts"));
}

async fn who_is_no_longer_a_doctor_here_acts_as_none(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), doctor.user_id);
    let patient = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let own = factory::doctor_id(db, user)?;
        factory::visit(db, patient, own, now + chrono::TimeDelta::days(1), AppointmentStatus::Confirmed, now)?;
        Ok(patient)
    });
    let path = format!("/patients/{patient}");
    doctor.get(&path).await.expect(200);
    app.write(move |db| {
        let own = doctors::table.filter(doctors::user_id.eq(user));
        Ok(diesel::update(own).set(doctors::status.eq("inactive")).execute(db)?)
    });
    doctor.get(&path).await.expect(404);
    doctor.get("/my-day").await.expect(404);
    doctor.get("/").await.expect(200);
    doctor.post(&format!("{path}/encounters"), &[]).await.expect(403);
}

/// A dose of many hyphens was once read by recursion, which ended the whole process.
async fn a_dose_without_end_is_no_dose(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    let endless = "1-".repeat(15_000);
    let preview = doctor.get(&format!("/prescriptions/preview?unit=tablet&frequency=od&dose={endless}1")).await;
    assert!(preview.status < 500, "{}", preview.status);
    app.nobody().get("/healthz").await.expect(200);
}
