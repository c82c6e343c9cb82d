//! Each role's home page.

use chrono::TimeDelta;
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::{appointments, audit_log};
use infirmary::doctors::model::DoctorId;
use infirmary::patients::model::PatientId;

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_new_hospital_shows_what_is_still_to_be_set_up);
    suite.both(the_desk_sees_who_waits_and_for_how_long);
    suite.both(a_doctor_sees_their_own_patients_only);
    suite.both(a_patient_sees_the_next_appointment_and_what_can_be_done);
    suite.both(everybody_else_has_a_home_too);
}

/// An appointment at a hospital time, in a state since another.
fn appointment(app: &TestApp, doctor: DoctorId, patient: PatientId, at: &str, status: &'static str, since: &str) {
    let (starts_at, status_since, now) = (app.utc(at), app.utc(since), app.now());
    app.write(move |db| {
        diesel::insert_into(appointments::table)
            .values((
                appointments::patient_id.eq(patient),
                appointments::doctor_id.eq(doctor),
                appointments::starts_at.eq(starts_at),
                appointments::ends_at.eq(starts_at + TimeDelta::minutes(20)),
                appointments::status.eq(status),
                appointments::status_since.eq(status_since),
                appointments::channel.eq("desk"),
                appointments::reason.eq("Headache"),
                appointments::created_at.eq(now),
                appointments::updated_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
}

async fn a_new_hospital_shows_what_is_still_to_be_set_up(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let home = admin.get("/").await.expect(200);
    for step in ["Add your departments", "Invite your doctors", "Set the hours they work", "Invite the reception"] {
        assert!(home.says(step), "{step}: {}", home.words());
    }
    assert!(!home.says("(done)"));
    admin.post("/departments", &[("name", "Cardiology"), ("is_active", "yes")]).await.expect(303);
    let home = admin.get("/").await.expect(200);
    assert!(home.says("(done)"), "a step that is done is ticked off");
    assert!(home.says("add department"), "and the act is listed: {}", home.words());
}

async fn the_desk_sees_who_waits_and_for_how_long(app: TestApp) {
    let now = app.now();
    let (doctor, waiting, coming, tomorrow) = app.write(move |db| {
        let doctor = factory::doctor(db, now)?;
        Ok((doctor, factory::patient(db, now)?, factory::patient(db, now)?, factory::patient(db, now)?))
    });
    app.set_time("2026-06-15 10:00");
    appointment(&app, doctor, waiting, "2026-06-15 09:00", "checked_in", "2026-06-15 09:15");
    appointment(&app, doctor, coming, "2026-06-15 11:00", "confirmed", "2026-06-15 08:00");
    appointment(&app, doctor, tomorrow, "2026-06-16 09:00", "scheduled", "2026-06-15 08:00");
    let home = app.sign_in(Role::Receptionist).await.get("/").await.expect(200);
    assert!(home.says("longest 45 min"), "{}", home.words());
    assert!(home.words().contains("waiting since 09:15"), "{}", home.words());
    assert!(home.says("16 Jun 2026, 09:00"), "what is to be confirmed has its date: {}", home.words());
    let looks: i64 =
        app.read(|db| Ok(audit_log::table.filter(audit_log::entity.eq("desk_home")).count().get_result(db)?));
    assert_eq!(looks, 1, "names were shown, so a look is recorded");
}

async fn a_doctor_sees_their_own_patients_only(app: TestApp) {
    let visitor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), visitor.user_id);
    let (own, other, mine, theirs) = app.write(move |db| {
        use infirmary::db::schema::doctors;
        let own: DoctorId = doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?;
        Ok((own, factory::doctor(db, now)?, factory::patient(db, now)?, factory::patient(db, now)?))
    });
    appointment(&app, own, mine, "2026-06-15 09:00", "confirmed", "2026-06-15 07:00");
    appointment(&app, other, theirs, "2026-06-15 09:00", "confirmed", "2026-06-15 07:00");
    let home = visitor.get("/").await.expect(200);
    assert_eq!(home.body.matches("Ada Patient").count(), 1, "{}", home.words());
    assert!(home.says("Everything is signed"));
}

async fn a_patient_sees_the_next_appointment_and_what_can_be_done(app: TestApp) {
    let visitor = app.sign_in(Role::Patient).await;
    assert!(visitor.get("/").await.expect(200).says("No appointment booked"));
    let (now, user) = (app.now(), visitor.user_id);
    let (doctor, patient) = app.write(move |db| {
        use infirmary::db::schema::patients;
        let patient: PatientId = patients::table.filter(patients::user_id.eq(user)).select(patients::id).first(db)?;
        Ok((factory::doctor(db, now)?, patient))
    });
    appointment(&app, doctor, patient, "2026-06-15 12:00", "confirmed", "2026-06-15 07:00");
    let early = visitor.get("/").await.expect(200);
    assert!(early.says("Mon 15 Jun 2026, 12:00") && early.says("Move"), "{}", early.words());
    app.set_time("2026-06-15 11:00");
    let late = app.session(user).await.get("/").await.expect(200);
    assert!(late.says("too near to be changed online") && !late.body.contains("/reschedule"), "{}", late.words());
}

async fn everybody_else_has_a_home_too(app: TestApp) {
    // One prescription of yesterday and two of today, and the pharmacy counts by the hospital's days.
    for day in [1, 0, 0] {
        let at = app.now() - TimeDelta::days(day);
        app.write(move |db| {
            let patient = factory::patient(db, at)?;
            factory::submitted_prescription(db, patient, at)
        });
    }
    let pharmacist = app.sign_in(Role::Pharmacist).await.get("/").await.expect(200);
    assert!(pharmacist.body.contains("href=\"/prescriptions\""));
    let words = pharmacist.words();
    assert!(words.contains("Prescriptions today 2") && words.contains("In seven days 3"), "{words}");
    let accountant = app.sign_in(Role::Accountant).await.get("/").await.expect(200);
    assert!(accountant.says("Appointments per day") && !accountant.body.contains("href=\"/prescriptions\""));
}
