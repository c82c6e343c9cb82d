//! Free times: on days when the clock changes, with two sessions, across midnight, and without what is taken.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::appointments::slots;
use infirmary::db::schema::{availability_exceptions, settings, slot_holds};
use infirmary::doctors::model::DoctorId;
use infirmary::time::Zone;

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(two_sessions_a_day_leave_the_break_free);
    suite.both(nine_stays_nine_when_the_clock_changes);
    suite.both(the_hour_that_does_not_exist_makes_no_slot_and_the_double_one_each_once);
    suite.both(an_exception_across_midnight_takes_both_evenings_and_mornings);
    suite.both(what_is_taken_held_or_past_is_not_free);
    suite.both(a_hospital_elsewhere_shows_its_own_clock);
    suite.both(the_page_of_free_times_leads_to_booking);
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a test's own date")
}

/// The free times of a day on the hospital's clock.
fn free(app: &TestApp, doctor: DoctorId, day: &str) -> Vec<String> {
    let (day, now) = (date(day), app.now());
    app.read(move |db| {
        let zone = infirmary::settings::queries::find(db)?.expect("a hospital").zone();
        let found = slots::free(db, zone, doctor, day, day, now, None)?;
        Ok(found.iter().map(|s| s.time(zone)).collect())
    })
}

fn instants(app: &TestApp, doctor: DoctorId, day: &str) -> Vec<NaiveDateTime> {
    let (day, now) = (date(day), app.now());
    app.read(move |db| {
        let zone = infirmary::settings::queries::find(db)?.expect("a hospital").zone();
        Ok(slots::free(db, zone, doctor, day, day, now, None)?.iter().map(|s| s.starts_at).collect())
    })
}

/// A doctor with these hours every day: start, end, slot length in minutes.
fn doctor_with(app: &TestApp, sessions: &'static [(i32, i32, i32)]) -> DoctorId {
    let now = app.now();
    app.write(move |db| {
        let doctor = factory::doctor(db, now)?;
        for day in 1..=7 {
            for session in sessions {
                factory::hours(db, doctor, day, *session, now)?;
            }
        }
        Ok(doctor)
    })
}

async fn two_sessions_a_day_leave_the_break_free(app: TestApp) {
    let doctor = doctor_with(&app, &[(9 * 60, 10 * 60, 20), (14 * 60, 15 * 60, 30)]);
    assert_eq!(free(&app, doctor, "2026-06-16"), ["09:00", "09:20", "09:40", "14:00", "14:30"]);
}

async fn nine_stays_nine_when_the_clock_changes(app: TestApp) {
    app.set_time("2026-03-27 08:00");
    let doctor = doctor_with(&app, &[(9 * 60, 10 * 60, 30)]);
    for day in ["2026-03-28", "2026-03-29", "2026-03-30"] {
        assert_eq!(free(&app, doctor, day), ["09:00", "09:30"], "{day}");
    }
    let [before, after] = ["2026-03-28", "2026-03-29"].map(|day| instants(&app, doctor, day)[0]);
    assert_eq!((after - before).num_hours(), 23);
}

async fn the_hour_that_does_not_exist_makes_no_slot_and_the_double_one_each_once(app: TestApp) {
    app.set_time("2026-03-27 08:00");
    let doctor = doctor_with(&app, &[(60, 4 * 60, 30)]);
    assert_eq!(free(&app, doctor, "2026-03-29"), ["01:00", "01:30", "03:00", "03:30"]);
    let autumn = instants(&app, doctor, "2026-10-25");
    let mut distinct = autumn.clone();
    distinct.dedup();
    assert_eq!(autumn, distinct);
    assert_eq!(free(&app, doctor, "2026-10-25"), ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]);
}

async fn an_exception_across_midnight_takes_both_evenings_and_mornings(app: TestApp) {
    let doctor = doctor_with(&app, &[(0, 60, 30), (23 * 60, 24 * 60, 30)]);
    let (from, to, now) = (app.utc("2026-06-16 23:15"), app.utc("2026-06-17 00:15"), app.now());
    app.write(move |db| {
        diesel::insert_into(availability_exceptions::table)
            .values((
                availability_exceptions::doctor_id.eq(doctor),
                availability_exceptions::kind.eq("off"),
                availability_exceptions::starts_at.eq(from),
                availability_exceptions::ends_at.eq(to),
                availability_exceptions::created_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
    assert_eq!(free(&app, doctor, "2026-06-16"), ["00:00", "00:30"], "the evening is gone");
    assert_eq!(free(&app, doctor, "2026-06-17"), ["00:30", "23:00", "23:30"], "and the first half hour after it");
}

async fn what_is_taken_held_or_past_is_not_free(app: TestApp) {
    let doctor = doctor_with(&app, &[(9 * 60, 12 * 60, 30)]);
    let now = app.now();
    let visitor = app.sign_in(Role::Patient).await;
    let at = |local| app.utc(local);
    let (taken, cancelled, held, expired) =
        (at("2026-06-15 09:30"), at("2026-06-15 10:30"), at("2026-06-15 10:00"), at("2026-06-15 11:00"));
    let holder = visitor.user_id;
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        factory::appointment(db, patient, doctor, taken, AppointmentStatus::Scheduled)?;
        factory::appointment(db, patient, doctor, cancelled, AppointmentStatus::Cancelled)?;
        for (start, minutes) in [(held, 3), (expired, -1)] {
            diesel::insert_into(slot_holds::table)
                .values((
                    slot_holds::doctor_id.eq(doctor),
                    slot_holds::starts_at.eq(start),
                    slot_holds::ends_at.eq(start + chrono::TimeDelta::minutes(30)),
                    slot_holds::user_id.eq(holder),
                    slot_holds::expires_at.eq(now + chrono::TimeDelta::minutes(minutes)),
                ))
                .execute(db)?;
        }
        Ok(())
    });
    assert_eq!(free(&app, doctor, "2026-06-15"), ["09:00", "10:30", "11:00", "11:30"]);
    app.set_time("2026-06-15 10:40");
    assert_eq!(free(&app, doctor, "2026-06-15"), ["11:00", "11:30"], "the past is gone");
    assert_eq!(free(&app, doctor, "2026-06-14"), [""; 0]);
}

async fn a_hospital_elsewhere_shows_its_own_clock(app: TestApp) {
    app.write(|db| {
        diesel::update(settings::table).set(settings::time_zone.eq("Pacific/Auckland")).execute(db)?;
        Ok(())
    });
    let doctor = doctor_with(&app, &[(9 * 60, 10 * 60, 30)]);
    assert_eq!(free(&app, doctor, "2026-06-17"), ["09:00", "09:30"]);
    let auckland = Zone::named("Pacific/Auckland").expect("a real zone");
    let nine = instants(&app, doctor, "2026-06-17")[0];
    assert_eq!(auckland.long_text(nine), "Wed 17 Jun 2026, 09:00");
    assert_eq!(nine.to_string(), "2026-06-16 21:00:00", "the day before in UTC");
    let patient = app.sign_in(Role::Patient).await;
    let page = patient.get(&format!("/slots?doctor={doctor}&date=2026-06-17")).await.expect(200);
    assert!(page.says("Wednesday, 17 June 2026") && page.says("09:30"), "{}", page.words());
}

async fn the_page_of_free_times_leads_to_booking(app: TestApp) {
    let doctor = doctor_with(&app, &[(9 * 60, 10 * 60, 30), (19 * 60, 20 * 60, 30)]);
    let patient = app.sign_in(Role::Patient).await;
    assert!(patient.get("/slots").await.expect(200).says("Whose times?"));
    let page = patient.get(&format!("/slots?doctor={doctor}")).await.expect(200);
    assert!(
        page.says("Monday, 15 June 2026") && page.says("Morning") && page.says("Evening") && !page.says("Afternoon")
    );
    let link = format!("/book?doctor={doctor}&#38;slot=2026-06-15T07%3A00Z");
    assert!(page.body.contains(&link), "{}", page.body);
    let full = doctor_with(&app, &[]);
    assert!(patient.get(&format!("/slots?doctor={full}")).await.expect(200).says("No free time"));
    for nonsense in ["x", "0", "-1", "99999999999999999999"] {
        patient.get(&format!("/slots?doctor={nonsense}")).await.expect(404);
    }
    patient.get(&format!("/slots?doctor={doctor}&date=2026-13-45")).await.expect(200);
}
