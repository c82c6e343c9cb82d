//! The calendar: whose it is, what stands in it, on whose clock, and what dragging sends.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{audit_log, doctors, patients, settings};
use infirmary::doctors::model::DoctorId;
use serde_json::Value;

use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_day_has_its_doctors_side_by_side);
    suite.both(what_is_dropped_is_moved_or_told_why_not);
    suite.both(a_week_belongs_to_one_doctor);
    suite.both(a_doctor_sees_their_own_calendar_only);
    suite.both(events_are_on_the_hospitals_clock_and_slots_are_instants);
    suite.both(a_day_that_changes_the_clocks_keeps_its_hours);
    suite.both(what_does_not_happen_leaves_the_calendar);
    suite.both(a_look_is_recorded_once);
}

/// A doctor with hours from nine to twelve on Mondays, in slots of twenty minutes.
fn doctor(app: &TestApp) -> DoctorId {
    let now = app.now();
    app.write(move |db| {
        let doctor = factory::doctor(db, now)?;
        factory::hours(db, doctor, 1, (9 * 60, 12 * 60, 20), now)?;
        Ok(doctor)
    })
}

fn book(app: &TestApp, name: &'static str, doctor: DoctorId, at: &str, status: AppointmentStatus) -> i64 {
    let (now, at) = (app.now(), app.utc(at));
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        diesel::update(patients::table.find(patient)).set(patients::first_name.eq(name)).execute(db)?;
        Ok(factory::visit(db, patient, doctor, at, status, now)?.0)
    })
}

async fn drawing(visitor: &Visitor, query: &str) -> Value {
    let reply = visitor.get(&format!("/calendar/events{query}")).await.expect(200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    serde_json::from_str(&reply.body).expect("it is JSON")
}

fn event(drawing: &Value, id: i64) -> &Value {
    let events = drawing["events"].as_array().expect("a list");
    let id = id.to_string();
    events.iter().find(|e| e["id"] == id).expect("the appointment is drawn")
}

async fn a_day_has_its_doctors_side_by_side(app: TestApp) {
    let (one, other, idle) = (doctor(&app), doctor(&app), doctor(&app));
    let now = app.now();
    app.write(move |db| {
        use infirmary::db::schema::availability;
        diesel::update(availability::table.filter(availability::doctor_id.eq(idle)))
            .set(availability::day_of_week.eq(2))
            .execute(db)?;
        factory::hours(db, other, 1, (13 * 60, 15 * 60, 30), now)
    });
    let anna = book(&app, "Anna", one, "2026-06-15 09:20", AppointmentStatus::Confirmed);
    let berta = book(&app, "Berta", other, "2026-06-15 13:00", AppointmentStatus::CheckedIn);
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/calendar").await.expect(200);
    assert!(page.says("Monday, 15 June 2026") && page.says("Anna") && page.says("Berta"));
    assert!(
        page.body.contains(&format!("href=\"/appointments/{anna}/reschedule?next=/calendar\"")),
        "moving by a form"
    );
    assert!(!page.body.contains(&format!("/appointments/{berta}/reschedule")), "who has come is not moved");
    assert_eq!(page.body.matches("<th scope=\"col\">").count(), 3, "the time and two doctors; one is not here today");

    let drawn = drawing(&desk, "").await;
    assert_eq!(drawn["resources"].as_array().map(Vec::len), Some(2));
    let event = event(&drawn, anna);
    assert_eq!(event["start"], "2026-06-15T09:20:00");
    assert_eq!(event["resourceIds"][0], one.to_string());
    assert_eq!(event["startEditable"], true);
    assert_eq!(event["extendedProps"]["version"], 1);
    let hours: Vec<&Value> =
        drawn["events"].as_array().expect("a list").iter().filter(|e| e["display"] == "background").collect();
    assert_eq!(hours.len(), 3, "a session of the one and two of the other");
    assert_eq!(hours[0]["end"], "2026-06-15T12:00:00");

    let filtered = drawing(&desk, &format!("?doctor={one}")).await;
    assert_eq!(filtered["resources"].as_array().map(Vec::len), Some(1));
    assert!(desk.get("/calendar?date=2026-06-21").await.expect(200).says("Nobody works here then"));
    desk.get("/calendar?doctor=99999").await.expect(404);
}

async fn what_is_dropped_is_moved_or_told_why_not(app: TestApp) {
    let (one, other) = (doctor(&app), doctor(&app));
    let anna = book(&app, "Anna", one, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    book(&app, "Berta", other, "2026-06-15 09:40", AppointmentStatus::Confirmed);
    let desk = app.sign_in(Role::Receptionist).await;
    let drawn = drawing(&desk, "").await;
    let key = |doctor: DoctorId, start: &str| {
        let slots = drawn["slots"].as_array().expect("a list");
        let slot = slots.iter().find(|s| s["resource"] == doctor.to_string() && s["start"] == start);
        slot.and_then(|s| s["key"].as_str()).expect("the time can be dropped on").to_owned()
    };
    let version = event(&drawn, anna)["extendedProps"]["version"].to_string();
    let target = format!("{}/reschedule", event(&drawn, anna)["extendedProps"]["href"].as_str().unwrap_or_default());
    let doctor = other.to_string();
    let drop = |key: String, version: String| {
        let (desk, target, doctor) = (desk.clone(), target.clone(), doctor.clone());
        async move {
            let fields =
                [("version", version.as_str()), ("doctor", &doctor), ("starts_at", &key), ("next", "/calendar")];
            desk.post(&target, &fields).await
        }
    };
    let taken = drop(key(other, "2026-06-15T09:40:00"), version.clone()).await.expect(422);
    assert!(taken.says("This time has just been taken."), "{}", taken.words());
    let moved = drop(key(other, "2026-06-15T10:20:00"), version.clone()).await.expect(303);
    assert_eq!(moved.location(), "/calendar");
    let now = drawing(&desk, "").await;
    assert_eq!(event(&now, anna)["start"], "2026-06-15T10:20:00");
    assert_eq!(event(&now, anna)["resourceIds"][0], other.to_string());
    // A calendar drawn before that move is told so and changes nothing.
    drop(key(other, "2026-06-15T11:00:00"), version).await.expect(409);
    assert_eq!(event(&drawing(&desk, "").await, anna)["start"], "2026-06-15T10:20:00");
}

async fn a_week_belongs_to_one_doctor(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    assert!(desk.get("/calendar?view=week").await.expect(200).says("No doctor yet"));
    assert_eq!(drawing(&desk, "?view=week").await["events"], serde_json::json!([]));
    let (one, other) = (doctor(&app), doctor(&app));
    book(&app, "Anna", one, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    book(&app, "Berta", other, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let page = desk.get(&format!("/calendar?view=week&date=2026-06-18&doctor={other}")).await.expect(200);
    assert!(page.says("Mon 15 Jun") && page.says("Sun 21 Jun 2026"), "{}", page.words());
    assert!(page.says("Berta") && !page.says("Anna"));
    assert_eq!(page.body.matches("<th scope=\"col\">").count(), 8);
}

async fn a_doctor_sees_their_own_calendar_only(app: TestApp) {
    let other = doctor(&app);
    book(&app, "Berta", other, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let visitor = app.sign_in(Role::Doctor).await;
    let user = visitor.user_id;
    let own: DoctorId =
        app.read(move |db| Ok(doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?));
    book(&app, "Anna", own, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    for view in ["", "?view=week"] {
        let page = visitor.get(&format!("/calendar{view}")).await.expect(200);
        assert!(page.says("Anna") && !page.says("Berta"), "{}", page.words());
        assert!(!page.body.contains("name=\"doctor\"") && !page.body.contains("/reschedule"), "moving is the desk's");
        assert!(!drawing(&visitor, view).await.to_string().contains("Berta"));
    }
    for path in ["/calendar", "/calendar/events"] {
        visitor.get(&format!("{path}?doctor={other}")).await.expect(404);
    }
    let denied = app.sign_in(Role::Doctor).await;
    let user = denied.user_id;
    app.write(move |db| {
        use infirmary::db::schema::users;
        let none = r#"{"grant":[],"deny":["SeeAppointments"]}"#;
        diesel::update(users::table.find(user)).set(users::permissions.eq(none)).execute(db)?;
        Ok(())
    });
    denied.get("/calendar").await.expect(403);
}

async fn events_are_on_the_hospitals_clock_and_slots_are_instants(app: TestApp) {
    app.write(|db| {
        diesel::update(settings::table).set(settings::time_zone.eq("Asia/Kolkata")).execute(db)?;
        Ok(())
    });
    let doctor = doctor(&app);
    // Half past three in UTC is nine o'clock there.
    let now = app.now();
    let at = chrono::NaiveDate::from_ymd_opt(2026, 6, 22).and_then(|d| d.and_hms_opt(3, 30, 0)).expect("a time");
    let id = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        Ok(factory::visit(db, patient, doctor, at, AppointmentStatus::Scheduled, now)?.0)
    });
    let drawn = drawing(&app.sign_in(Role::Receptionist).await, "?date=2026-06-22").await;
    assert_eq!(event(&drawn, id)["start"], "2026-06-22T09:00:00");
    let slots = drawn["slots"].as_array().expect("a list");
    assert_eq!(
        (slots[0]["start"].as_str(), slots[0]["key"].as_str()),
        (Some("2026-06-22T09:00:00"), Some("2026-06-22T03:30Z"))
    );
    assert_eq!(slots.len(), 9);
}

async fn a_day_that_changes_the_clocks_keeps_its_hours(app: TestApp) {
    // Sunday 25 October 2026 has two o'clock twice in Paris, 28 March 2027 not at all.
    let now = app.now();
    let doctor = app.write(move |db| {
        let doctor = factory::doctor(db, now)?;
        factory::hours(db, doctor, 7, (60, 4 * 60, 60), now)?;
        Ok(doctor)
    });
    let first = book(&app, "Anna", doctor, "2026-10-25 01:00", AppointmentStatus::Scheduled);
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/calendar?date=2026-10-25").await.expect(200);
    assert!(page.says("Sunday, 25 October 2026"));
    for time in ["01:00", "02:00", "03:00"] {
        assert_eq!(page.body.matches(&format!("<th scope=\"row\">{time}</th>")).count(), 1, "{time}");
    }
    let drawn = drawing(&desk, "?date=2026-10-25").await;
    assert_eq!(event(&drawn, first)["start"], "2026-10-25T01:00:00");
    let starts: Vec<&str> =
        drawn["slots"].as_array().expect("a list").iter().filter_map(|s| s["start"].as_str()).collect();
    assert_eq!(starts, ["2026-10-25T01:00:00", "2026-10-25T02:00:00", "2026-10-25T03:00:00"]);
    let spring = desk.get("/calendar?date=2027-03-28").await.expect(200);
    assert!(spring.body.contains("row\">01:00<") && !spring.body.contains("row\">02:00<"), "{}", spring.words());
}

async fn what_does_not_happen_leaves_the_calendar(app: TestApp) {
    let doctor = doctor(&app);
    book(&app, "Anna", doctor, "2026-06-15 09:00", AppointmentStatus::Cancelled);
    book(&app, "Berta", doctor, "2026-06-15 09:20", AppointmentStatus::NoShow);
    book(&app, "Clara", doctor, "2026-06-15 09:40", AppointmentStatus::Completed);
    let page = app.sign_in(Role::Admin).await.get("/calendar").await.expect(200);
    assert!(!page.says("Anna") && !page.says("Berta") && page.says("Clara"));
    assert_eq!(page.body.matches(">free<").count(), 8, "their times are free again");
}

async fn a_look_is_recorded_once(app: TestApp) {
    let doctor = doctor(&app);
    book(&app, "Anna", doctor, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let rows = || -> i64 {
        app.read(|db| Ok(audit_log::table.filter(audit_log::entity.eq("calendar")).count().get_result(db)?))
    };
    let desk = app.sign_in(Role::Receptionist).await;
    desk.get("/calendar").await.expect(200);
    drawing(&desk, "").await;
    assert_eq!(rows(), 1, "the page and what it draws are one look");
    drawing(&desk, "?date=2026-06-22").await;
    assert_eq!(rows(), 2, "another day without its page is recorded all the same");
    drawing(&desk, &format!("?doctor={doctor}")).await;
    drawing(&desk, &format!("?doctor={doctor}")).await;
    assert_eq!(rows(), 3, "and so is one doctor's day, once");
}
