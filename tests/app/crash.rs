//! `kill -9` while people book (`security.md` 31): whatever was answered is there, and nothing is half there.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{Days, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::slots;
use infirmary::db::schema::{appointment_events, appointments, audit_log, availability};
use infirmary::doctors::model::DoctorId;

use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(bookings_that_were_answered_survive_a_kill);
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
