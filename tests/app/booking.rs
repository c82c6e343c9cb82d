//! Booking: by patients, by the desk, walk-ins and follow-ups; holds; and many who want the same time.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::{AppointmentId, AppointmentStatus};
use infirmary::db::schema::{appointments, departments, doctors, settings, slot_holds};

use crate::appointments::{Clinic, events, status};
use crate::support::{Reply, Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_patient_books_through_the_pages_alone);
    suite.both(the_desk_finds_the_patient_first_and_books_any_free_time);
    suite.both(fifty_who_want_one_time_get_it_once);
    suite.both(a_form_sent_twice_books_once);
    suite.both(a_time_that_cannot_be_had_is_refused_beside_its_field);
    suite.both(a_doctor_who_takes_no_bookings_is_not_booked);
    suite.both(nobody_is_in_two_places_at_once);
    suite.both(bookings_are_confirmed_at_once_where_the_hospital_says_so);
    suite.both(a_chosen_time_is_kept_for_some_minutes);
    suite.both(many_who_choose_one_time_hold_it_once);
    suite.both(a_booking_says_nothing_for_others);
    suite.both(a_walk_in_is_checked_in_at_once);
    suite.both(walk_ins_at_once_never_overlap);
    suite.both(a_doctor_books_a_follow_up_with_themselves);
}

const SLOT: &str = "2026-06-16T07:00Z";

fn count(app: &TestApp) -> i64 {
    app.read(|db| Ok(appointments::table.count().get_result(db)?))
}

/// The appointment that a booking led to.
fn booked(reply: &Reply) -> AppointmentId {
    let id = reply.location().split('/').nth(2).and_then(|id| id.parse().ok());
    AppointmentId(id.unwrap_or_else(|| panic!("not booked: {} {}", reply.status, reply.words())))
}

async fn book(who: &Visitor, doctor: impl std::fmt::Display, slot: &str) -> Reply {
    let doctor = doctor.to_string();
    who.post("/book", &[("doctor", &doctor), ("starts_at", slot), ("reason", "Sore throat")]).await
}

async fn a_patient_books_through_the_pages_alone(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let doctors = clinic.patient.get("/book").await.expect(200);
    let link = format!("/book?doctor={}", clinic.doctor_id);
    assert!(doctors.body.contains(&format!("href=\"{link}\"")), "{}", doctors.words());
    assert!(doctors.says("First free"), "{}", doctors.words());

    let times = clinic.patient.get(&format!("{link}&date=2026-06-16")).await.expect(200);
    assert!(times.says("Morning") && times.says("Afternoon") && times.says("28 free"), "{}", times.words());
    assert!(times.body.contains(&format!("value=\"{SLOT}\"")));
    let doctor = clinic.doctor_id.to_string();
    let held = clinic.patient.post("/book/hold", &[("doctor", &doctor), ("starts_at", SLOT)]).await.expect(303);
    let details = clinic.patient.get(held.location()).await.expect(200);
    assert!(details.says("kept for you until 08:05"), "{}", details.words());
    assert_eq!(details.input("starts_at").as_deref(), Some(SLOT));

    let fields = [("doctor", doctor.as_str()), ("starts_at", SLOT), ("symptoms", "<b>Hot")];
    let without = clinic.patient.post("/book", &fields).await.expect(422);
    assert!(without.says("Say in a few words") && without.body.contains("&#60;b&#62;Hot"), "{}", without.words());

    let done = book(&clinic.patient, &doctor, SLOT).await.expect(303);
    let page = clinic.patient.get(done.location()).await.expect(200);
    let id = booked(&done);
    for words in ["Tuesday, 16 June 2026", "09:00", "Paris time", "1 Quay Street", "identity card", "2 hours before"] {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    assert!(page.says(&id.code()) && page.body.contains("calendar.ics"));
    assert_eq!(status(&app, id), AppointmentStatus::Scheduled, "the desk gives its word");
    assert_eq!(events(&app, id), ["booked"]);
    assert_eq!(app.read(|db| Ok(slot_holds::table.count().get_result::<i64>(db)?)), 0, "the hold is let go");
}

async fn the_desk_finds_the_patient_first_and_books_any_free_time(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let name: String = {
        let patient = clinic.patient_id;
        app.read(move |db| Ok(infirmary::patients::queries::load(db, patient)?.last_name))
    };
    assert!(clinic.desk.get("/book").await.expect(200).says("Who is it for?"));
    let found = clinic.desk.get(&format!("/book?q={}&doctor={}", name.to_lowercase(), clinic.doctor_id)).await;
    let next = format!("/book?patient={}&#38;doctor={}", clinic.patient_id, clinic.doctor_id);
    assert!(found.clone().expect(200).body.contains(&next), "{}", found.body);
    assert!(clinic.desk.get("/book?q=nobody-of-this-name").await.expect(200).says("Nobody found"));

    let patient = clinic.patient_id.to_string();
    let doctor = clinic.doctor_id.to_string();
    let details = clinic.desk.get(&format!("/book?patient={patient}&doctor={doctor}&slot={SLOT}")).await.expect(200);
    assert!(details.says("By phone") && details.says("Notes of the desk"), "{}", details.words());
    let fields = [
        ("patient", patient.as_str()),
        ("doctor", doctor.as_str()),
        ("starts_at", SLOT),
        ("reason", "Sore throat"),
        ("notes", "Rings again"),
        ("channel", "phone"),
    ];
    let id = booked(&clinic.desk.post("/book", &fields).await.expect(303));
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed, "what the desk books is agreed");
    assert_eq!(events(&app, id), ["booked", "confirmed"]);
    let mut forged = fields;
    forged[5] = ("channel", "online");
    clinic.desk.post("/book", &forged).await.expect(422);
}

/// `security.md` 33.
async fn fifty_who_want_one_time_get_it_once(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let mut people = Vec::new();
    for _ in 0..50 {
        people.push(app.sign_in(Role::Patient).await);
    }
    let doctor = clinic.doctor_id.to_string();
    let replies = join_all(people.iter().map(|p| book(p, &doctor, SLOT))).await;
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
    for refused in replies.iter().filter(|r| r.status != 303) {
        assert_eq!(refused.status, 422, "{}", refused.words());
        assert!(refused.says("This time has just been taken"), "{}", refused.words());
        assert!(refused.says("Tue 16 Jun 2026, 09:15"), "other free times are shown: {}", refused.words());
        assert!(refused.says("Sore throat"), "what was typed is kept");
    }
    assert_eq!(count(&app), 1);
}

async fn a_form_sent_twice_books_once(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let doctor = clinic.doctor_id.to_string();
    let details = clinic.patient.get(&format!("/book?doctor={doctor}&slot={SLOT}")).await.expect(200);
    let once = details.input("_once").expect("forms carry their key");
    let fields = [("doctor", doctor.as_str()), ("starts_at", SLOT), ("reason", "Cough"), ("_once", once.as_str())];
    let replies = join_all((0..8).map(|_| clinic.patient.post("/book", &fields))).await;
    let places: Vec<&str> = replies.iter().map(|r| r.location()).collect();
    assert!(replies.iter().all(|r| r.status == 303) && places.iter().all(|p| p == &places[0]), "{places:?}");
    assert_eq!(count(&app), 1);
}

async fn a_time_that_cannot_be_had_is_refused_beside_its_field(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    app.write(|db| {
        diesel::update(settings::table).set(settings::booking_days_ahead.eq(30)).execute(db)?;
        Ok(())
    });
    for (slot, message) in [
        ("2026-06-14T07:00Z", "in the past"),
        ("2026-06-16T10:00Z", "no consultation at this time"),
        ("2026-06-16T07:07Z", "no consultation at this time"),
        ("2026-07-16T07:00Z", "until 15 Jul 2026"),
        ("", "Choose a time."),
        ("tomorrow at nine", "Choose a time."),
        ("2026-06-31T07:00Z", "Choose a time."),
        ("99999-06-30T07:00Z", "Choose a time."),
    ] {
        let page = book(&clinic.patient, clinic.doctor_id, slot).await.expect(422);
        assert!(page.says(message), "{slot:?}: {}", page.words());
        assert!(page.body.contains("id=\"errors\"") && page.body.contains("e-starts_at"), "{slot:?}");
    }
    book(&clinic.patient, clinic.doctor_id, "2026-07-15T07:00Z").await.expect(303);
    for doctor in ["", "0", "-1", "x", "99999999999999999999"] {
        let reply = book(&clinic.patient, doctor, SLOT).await;
        assert!((400..500).contains(&reply.status), "{doctor:?}: {}", reply.status);
    }
    for query in [
        "doctor=9999",
        "doctor=x&date=0000-00-00",
        "slot=%F0%9F%95%91",
        "department=999",
        "date=2019-01-01",
        "date=2199-12-31",
    ] {
        clinic.patient.get(&format!("/book?{query}")).await.expect(200);
    }
    assert_eq!(count(&app), 1);
}

async fn a_doctor_who_takes_no_bookings_is_not_booked(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let doctor = clinic.doctor_id;
    app.write(move |db| {
        diesel::update(doctors::table.find(doctor)).set(doctors::is_available.eq(false)).execute(db)?;
        Ok(())
    });
    let page = book(&clinic.patient, doctor, SLOT).await.expect(422);
    assert!(page.says("takes no new bookings") || page.says("cannot be booked"), "{}", page.words());
    let page = clinic.patient.get(&format!("/book?doctor={doctor}&slot={SLOT}")).await.expect(200);
    assert!(page.says("cannot be booked at the moment"), "{}", page.words());
    app.write(move |db| {
        diesel::update(doctors::table.find(doctor)).set(doctors::is_available.eq(true)).execute(db)?;
        diesel::update(departments::table).set(departments::is_active.eq(false)).execute(db)?;
        Ok(())
    });
    book(&clinic.patient, doctor, SLOT).await.expect(422);
    assert_eq!(count(&app), 0);
}

async fn nobody_is_in_two_places_at_once(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let now = app.now();
    let other = app.write(move |db| factory::working_doctor(db, now));
    book(&clinic.patient, clinic.doctor_id, SLOT).await.expect(303);
    let page = book(&clinic.patient, other, SLOT).await.expect(422);
    assert!(page.says("already has an appointment at this time, at 09:00"), "{}", page.words());
    // The same at once, where only the database can tell.
    let slot = "2026-06-16T08:00Z";
    let (one, two) = (clinic.doctor_id.to_string(), other.to_string());
    let both = join_all([&one, &two].map(|doctor| book(&clinic.patient, doctor, slot))).await;
    assert_eq!(both.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(both.iter().filter(|r| r.status == 422).count(), 1);
    assert_eq!(count(&app), 2);
}

async fn bookings_are_confirmed_at_once_where_the_hospital_says_so(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    app.write(|db| {
        diesel::update(settings::table).set(settings::auto_confirm.eq(true)).execute(db)?;
        Ok(())
    });
    let id = booked(&book(&clinic.patient, clinic.doctor_id, SLOT).await);
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed);
    assert_eq!(events(&app, id), ["booked", "confirmed"]);
}

async fn a_chosen_time_is_kept_for_some_minutes(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let other = app.sign_in(Role::Patient).await;
    let doctor = clinic.doctor_id.to_string();
    let choose = |slot: &'static str| [("doctor", doctor.clone()), ("starts_at", slot.to_owned())];
    let hold = async |who: &Visitor, slot: &'static str| {
        let fields = choose(slot);
        who.post("/book/hold", &fields.each_ref().map(|(n, v)| (*n, v.as_str()))).await
    };
    hold(&clinic.patient, SLOT).await.expect(303);
    let refused = hold(&other, SLOT).await.expect(422);
    assert!(refused.says("Somebody else is booking this time right now"), "{}", refused.words());
    assert!(!refused.body.contains(&format!("value=\"{SLOT}\"")), "it is not offered either");
    assert!(book(&other, &doctor, SLOT).await.expect(422).says("Somebody else is booking this time"));

    // Choosing another time lets the first go.
    hold(&clinic.patient, "2026-06-16T07:15Z").await.expect(303);
    hold(&other, SLOT).await.expect(303);
    assert_eq!(app.read(|db| Ok(slot_holds::table.count().get_result::<i64>(db)?)), 2);

    // A hold frees itself, and whoever held it can still book what is free.
    app.set_time("2026-06-15 08:06");
    book(&clinic.patient, &doctor, SLOT).await.expect(303);
    let gone = book(&other, &doctor, SLOT).await.expect(422);
    assert!(gone.says("This time has just been taken"), "{}", gone.words());
}

async fn many_who_choose_one_time_hold_it_once(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let mut people = Vec::new();
    for _ in 0..20 {
        people.push(app.sign_in(Role::Patient).await);
    }
    let doctor = clinic.doctor_id.to_string();
    let fields = [("doctor", doctor.as_str()), ("starts_at", SLOT)];
    let replies = join_all(people.iter().map(|p| p.post("/book/hold", &fields))).await;
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(replies.iter().filter(|r| r.status == 422).count(), 19);
    assert_eq!(app.read(|db| Ok(slot_holds::table.count().get_result::<i64>(db)?)), 1);
}

/// Extra fields set nothing (`security.md` 19).
async fn a_booking_says_nothing_for_others(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let now = app.now();
    let stranger = app.write(move |db| factory::patient(db, now)).to_string();
    let doctor = clinic.doctor_id.to_string();
    let fields = [
        ("patient", stranger.as_str()),
        ("doctor", doctor.as_str()),
        ("starts_at", SLOT),
        ("reason", "Sore throat"),
        ("channel", "desk"),
        ("status", "completed"),
        ("notes", "Free of charge"),
    ];
    let id = booked(&clinic.patient.post("/book", &fields).await.expect(303));
    let (patient, channel, state, notes): (infirmary::patients::model::PatientId, String, String, String) =
        app.read(move |db| {
            let columns = (appointments::patient_id, appointments::channel, appointments::status, appointments::notes);
            Ok(appointments::table.find(id).select(columns).first(db)?)
        });
    assert_eq!(patient, clinic.patient_id);
    assert_eq!((channel.as_str(), state.as_str(), notes.as_str()), ("online", "scheduled", ""));
}

async fn a_walk_in_is_checked_in_at_once(app: TestApp) {
    app.set_time("2026-06-15 09:07");
    let clinic = Clinic::open(&app).await;
    let (patient, doctor) = (clinic.patient_id.to_string(), clinic.doctor_id.to_string());
    let page = clinic.desk.get(&format!("/walk-in?patient={patient}")).await.expect(200);
    assert!(page.says("next free 09:15"), "{}", page.words());
    let walk_in = async |patient: &str, when: &str| {
        let fields = [("patient", patient), ("doctor", doctor.as_str()), ("when", when), ("reason", "Cut finger")];
        clinic.desk.post("/walk-in", &fields).await
    };
    let now = booked(&walk_in(&patient, "now").await.expect(303));
    assert_eq!(status(&app, now), AppointmentStatus::CheckedIn);
    assert_eq!(events(&app, now), ["booked", "confirmed", "checked_in"]);
    assert!(clinic.desk.get(&format!("/appointments/{now}")).await.says("09:05–09:20"), "rounded, as long as a slot");

    let time = app.now();
    let other = app.write(move |db| factory::patient(db, time)).to_string();
    let busy = walk_in(&other, "now").await.expect(422);
    assert!(busy.says("The doctor is booked until 09:20. The next free time is 09:30."), "{}", busy.words());
    let next = booked(&walk_in(&other, "next").await.expect(303));
    assert!(clinic.desk.get(&format!("/appointments/{next}")).await.says("09:30–09:45"));
    walk_in(&other, "tomorrow").await.expect(422);
    walk_in("999999", "now").await.expect(404);
}

async fn walk_ins_at_once_never_overlap(app: TestApp) {
    app.set_time("2026-06-15 09:00");
    let clinic = Clinic::open(&app).await;
    let now = app.now();
    let patients: Vec<String> = app.write(move |db| {
        let mut made = Vec::new();
        for _ in 0..10 {
            made.push(factory::patient(db, now)?.to_string());
        }
        Ok(made)
    });
    let doctor = clinic.doctor_id.to_string();
    let replies = join_all(patients.iter().map(|patient| {
        let (desk, doctor) = (&clinic.desk, doctor.as_str());
        async move {
            let fields = [("patient", patient.as_str()), ("doctor", doctor), ("when", "now"), ("reason", "Cut")];
            desk.post("/walk-in", &fields).await
        }
    }))
    .await;
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(replies.iter().filter(|r| r.status == 422).count(), 9);
    assert_eq!(count(&app), 1);
}

async fn a_doctor_books_a_follow_up_with_themselves(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let earlier = clinic.appointment(&app, "2026-06-10 09:00", AppointmentStatus::Completed);
    let page = clinic.doctor.get(&format!("/book?follow_up_of={earlier}&date=2026-06-16")).await.expect(200);
    assert!(page.says("Book a follow-up") && page.body.contains(SLOT), "{}", page.words());
    let follows = earlier.to_string();
    let fields = [("follow_up_of", follows.as_str()), ("starts_at", SLOT), ("reason", "Look at the wound")];
    let id = booked(&clinic.doctor.post("/book", &fields).await.expect(303));
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed);
    assert!(clinic.patient.get(&format!("/appointments/{id}")).await.expect(200).says(&earlier.code()));

    let stranger = app.sign_in(Role::Doctor).await;
    stranger.get(&format!("/book?follow_up_of={earlier}")).await.expect(404);
    stranger.post("/book", &fields).await.expect(404);
    clinic.doctor.get("/book").await.expect(403);
    // A doctor books nobody else's time.
    let now = app.now();
    let other = app.write(move |db| factory::working_doctor(db, now)).to_string();
    let fields = [
        ("follow_up_of", follows.as_str()),
        ("doctor", other.as_str()),
        ("starts_at", "2026-06-16T08:00Z"),
        ("reason", "x"),
    ];
    let id = booked(&clinic.doctor.post("/book", &fields).await.expect(303));
    let with: infirmary::doctors::model::DoctorId =
        app.read(move |db| Ok(appointments::table.find(id).select(appointments::doctor_id).first(db)?));
    assert_eq!(with, clinic.doctor_id);
}
