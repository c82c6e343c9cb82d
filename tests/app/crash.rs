//! `kill -9` while people book (`security.md` 31): whatever was answered is there, and nothing is half there.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{Days, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::slots;
use infirmary::db::schema::{
    appointment_events, appointments, audit_log, availability, charge_items, dispensing_items, dispensings,
    prescriptions, stock_batches, stock_movements,
};
use infirmary::doctors::model::DoctorId;

use crate::support::{Suite, TestApp, Visitor, factory, pharmacy};

pub fn tests(suite: &mut Suite) {
    suite.both(bookings_that_were_answered_survive_a_kill);
    suite.both(no_dispensing_is_half_done_after_a_kill);
}

/// Patients who book at once.
const PEOPLE: usize = 12;
/// Bookings answered before the process is killed in the midst of others.
const ANSWERED: usize = 60;

/// The real binary on a database.
struct Server {
    process: Child,
    address: std::net::SocketAddr,
}

impl Server {
    async fn start(url: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("it is bound");
        drop(free);
        let process = Command::new(env!("CARGO_BIN_EXE_infirmary"))
            .args(["--bind", &address.to_string(), "--database-url", url])
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let server = Self { process, address };
        let client = awc::Client::default();
        let begun = Instant::now();
        while client.get(format!("http://{address}/readyz")).send().await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server answers");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// `kill -9`.
    fn kill(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Also when the test fails: a server left behind would outlive the run.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn bookings_that_were_answered_survive_a_kill(app: TestApp) {
    // The binary has the real clock, so these hours lie in its future.
    app.clock.stop_at(infirmary::db::now());
    let now = app.now();
    let (doctors, patients) = app.write(move |db| {
        let mut doctors = Vec::new();
        for _ in 0..PEOPLE {
            let doctor = factory::doctor(db, now)?;
            for day in 1..=7 {
                diesel::insert_into(availability::table)
                    .values((
                        availability::doctor_id.eq(doctor),
                        availability::day_of_week.eq(day),
                        availability::start_minute.eq(0),
                        availability::end_minute.eq(1440),
                        availability::slot_minutes.eq(5),
                        availability::created_at.eq(now),
                        availability::updated_at.eq(now),
                    ))
                    .execute(db)?;
            }
            doctors.push(doctor);
        }
        let patients = (0..PEOPLE).map(|_| factory::patient(db, now)).collect::<Result<Vec<_>, _>>()?;
        Ok((doctors, patients))
    });
    let desk = app.sign_in(Role::Receptionist).await;
    let server = Server::start(&app.url).await;
    let first_day = now.date().checked_add_days(Days::new(2)).expect("a date").and_hms_opt(6, 0, 0).expect("a time");

    // Each person books one free time after the other, until the process is gone.
    let answered = std::cell::Cell::new(0);
    let server = std::cell::RefCell::new(Some(server));
    let visitor = desk.at(server.borrow().as_ref().expect("it runs").address);
    let people = doctors.iter().zip(&patients).map(|(doctor, patient)| {
        let (visitor, answered, server) = (&visitor, &answered, &server);
        async move {
            let mut booked = Vec::new();
            for slot in 0..200 {
                let starts_at = first_day + TimeDelta::minutes(5 * slot);
                let Some(status) = book(visitor, *doctor, &patient.to_string(), starts_at).await else { break };
                assert_eq!(status, 303, "a free time is booked");
                booked.push((*doctor, starts_at));
                answered.set(answered.get() + 1);
                if answered.get() == ANSWERED
                    && let Some(server) = server.borrow_mut().take()
                {
                    server.kill();
                }
            }
            booked
        }
    });
    let booked: Vec<_> = join_all(people).await.into_iter().flatten().collect();
    assert!(booked.len() >= ANSWERED && booked.len() < PEOPLE * 200, "it was killed in the midst: {}", booked.len());

    let again = Server::start(&app.url).await;
    let page = desk.at(again.address).get("/appointments").await;
    page.expect(200);
    again.kill();
    app.read(|db| {
        let stored: Vec<(i64, DoctorId, chrono::NaiveDateTime)> = appointments::table
            .select((appointments::id, appointments::doctor_id, appointments::starts_at))
            .load(db)?;
        for (doctor, starts_at) in &booked {
            assert!(stored.iter().any(|(_, d, s)| d == doctor && s == starts_at), "an answered booking is there");
        }
        for (id, ..) in &stored {
            let events: i64 = appointment_events::table
                .filter(appointment_events::appointment_id.eq(id))
                .filter(appointment_events::kind.eq("booked"))
                .count()
                .get_result(db)?;
            let audited: i64 = audit_log::table
                .filter(audit_log::entity.eq("appointment"))
                .filter(audit_log::entity_id.eq(id))
                .count()
                .get_result(db)?;
            assert!(events == 1 && audited > 0, "no booking is half there: {events} events, {audited} audit rows");
        }
        Ok(())
    });
}

/// `None` when nobody answered.
async fn book(visitor: &Visitor, doctor: DoctorId, patient: &str, starts_at: chrono::NaiveDateTime) -> Option<u16> {
    let (doctor, slot) = (doctor.to_string(), slots::key(starts_at));
    let fields =
        [("patient", patient), ("doctor", &doctor), ("starts_at", &slot), ("channel", "desk"), ("reason", "Check-up")];
    visitor.try_post("/book", &fields).await.map(|reply| reply.status)
}

/// Prescriptions that are handed out at once, by how many, and after how many answers the process is killed.
const PRESCRIPTIONS: usize = 120;
const AT_ONCE: usize = 6;
const HANDED_OUT: usize = 25;

async fn no_dispensing_is_half_done_after_a_kill(app: TestApp) {
    app.clock.stop_at(infirmary::db::now());
    let now = app.now();
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let user = pharmacist.user_id;
    // Each takes three of one batch and two of another.
    let (batches, all) = app.write(move |db| {
        let (one, other) = (pharmacy::medicine(db, "One", "5 mg", now)?, pharmacy::medicine(db, "Other", "5 mg", now)?);
        let batches =
            [pharmacy::batch(db, one, "2199-01-01", 1000, now)?, pharmacy::batch(db, other, "2199-01-01", 1000, now)?];
        let mut all = Vec::new();
        for _ in 0..PRESCRIPTIONS {
            let patient = factory::patient(db, now)?;
            let lines = vec![pharmacy::line(db, one, Some(3))?, pharmacy::line(db, other, Some(2))?];
            let (id, lines) = pharmacy::prescription(db, patient, lines, "2199-01-01", now)?;
            pharmacy::dispensing(db, id, user, now)?;
            all.push((id, lines));
        }
        Ok((batches, all))
    });
    let server = Server::start(&app.url).await;
    let visitor = pharmacist.at(server.address);
    let server = std::cell::RefCell::new(Some(server));
    let answered = std::cell::Cell::new(0);
    let hands = all.chunks(PRESCRIPTIONS / AT_ONCE).map(|own| {
        let (visitor, answered, server) = (&visitor, &answered, &server);
        async move {
            let mut done = Vec::new();
            for (id, lines) in own {
                let [a, b] = batches.map(|batch| batch.to_string());
                let [first, second] = [lines[0].to_string(), lines[1].to_string()];
                let fields: [(&str, &str); 16] = [
                    ("then", "complete"),
                    ("version", "1"),
                    ("line", &first),
                    ("wish", "hand"),
                    ("medicine", ""),
                    ("reason", ""),
                    ("line", &second),
                    ("wish", "hand"),
                    ("medicine", ""),
                    ("reason", ""),
                    ("part_of", &first),
                    ("batch", &a),
                    ("quantity", "3"),
                    ("part_of", &second),
                    ("batch", &b),
                    ("quantity", "2"),
                ];
                let Some(reply) = visitor.try_post(&format!("/pharmacy/{id}"), &fields).await else { break };
                assert_eq!(reply.status, 303, "{}", reply.words());
                done.push(*id);
                answered.set(answered.get() + 1);
                if answered.get() == HANDED_OUT
                    && let Some(server) = server.borrow_mut().take()
                {
                    server.kill();
                }
            }
            done
        }
    });
    let done: Vec<_> = join_all(hands).await.into_iter().flatten().collect();
    assert!((HANDED_OUT..PRESCRIPTIONS).contains(&done.len()), "it was killed in the midst: {}", done.len());

    let again = Server::start(&app.url).await;
    pharmacist.at(again.address).get("/pharmacy").await.expect(200);
    again.kill();
    app.read(|db| {
        let mut whole = 0;
        for (id, _) in &all {
            let (dispensing, status): (i64, String) = dispensings::table
                .filter(dispensings::prescription_id.eq(id.0))
                .select((dispensings::id, dispensings::status))
                .first(db)?;
            let items: Vec<i64> = dispensing_items::table
                .filter(dispensing_items::dispensing_id.eq(dispensing))
                .select(dispensing_items::id)
                .load(db)?;
            let some: Vec<Option<i64>> = items.iter().copied().map(Some).collect();
            let moved: i64 = stock_movements::table
                .filter(stock_movements::dispensing_item_id.eq_any(some.clone()))
                .count()
                .get_result(db)?;
            let charged: i64 =
                charge_items::table.filter(charge_items::dispensing_item_id.eq_any(some)).count().get_result(db)?;
            let audited: i64 = audit_log::table
                .filter(audit_log::entity.eq("dispensing"))
                .filter(audit_log::entity_id.eq(dispensing))
                .filter(audit_log::action.eq("completed"))
                .count()
                .get_result(db)?;
            let standing: String = prescriptions::table.find(id.0).select(prescriptions::status).first(db)?;
            let found = (status.as_str(), items.len(), moved, charged, audited, standing.as_str());
            if done.contains(id) || status == "completed" {
                assert_eq!(found, ("completed", 2, 2, 2, 1, "fulfilled"), "all of {id}");
                whole += 1;
            } else {
                assert_eq!(found, ("in_progress", 0, 0, 0, 0, "submitted"), "nothing of {id}");
            }
        }
        let left: Vec<i32> = stock_batches::table.order(stock_batches::id).select(stock_batches::quantity).load(db)?;
        assert_eq!(left, [1000 - 3 * whole, 1000 - 2 * whole]);
        Ok(())
    });
}
