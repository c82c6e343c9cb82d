//! A patient's home: the next appointment, what to do, and the way to everything of their own.

use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};

use super::pages::greeting;
use super::visit::Visit;
use crate::access::can;
use crate::appointments::model::{AppointmentId, AppointmentStatus};
use crate::appointments::queries as appointments;
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::patients::model::PatientId;
use crate::prescriptions::results;
use crate::prescriptions::results::model::TestOrderId;
use crate::time::{date_text, long_date_text};
use crate::web::{Answer, Cx, Page};
use crate::{doctors, feedback};

/// How many coming appointments are shown; the list has all.
const ROWS: i64 = 5;
/// For how long a completed visit and a new result stand on the home page.
const LATELY_DAYS: i64 = 30;
const TO_RATE: i64 = 2;
const RESULTS: i64 = 5;

#[derive(Template)]
#[template(path = "dashboards/patient.html")]
struct PatientPage {
    page: Page,
    greeting: String,
    today: String,
    patient: Option<PatientId>,
    next: Option<Visit>,
    later: Vec<Visit>,
    /// Whether the next appointment can still be moved or cancelled by the patient.
    may_change: bool,
    phone: String,
    /// Completed visits that could be rated: id, day and doctor.
    to_rate: Vec<(AppointmentId, String, String)>,
    /// Results that a doctor has read lately: id of the test, its name, the day.
    results: Vec<(TestOrderId, String, String)>,
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (actor, now) = (cx.actor()?.clone(), cx.now());
    let patient = actor.patient_id;
    let filter = appointments::Filter {
        from: Some(now - TimeDelta::hours(1)),
        statuses: AppointmentStatus::LIVE.to_vec(),
        patient,
        ..appointments::Filter::default()
    };
    let (zone, today) = (cx.zone(), cx.today());
    let lately = now - TimeDelta::days(LATELY_DAYS);
    let load = move |db: &mut DbConnection| {
        let Some(patient) = patient else { return Ok((Vec::new(), Vec::new(), Vec::new())) };
        let rows = appointments::list(db, &actor, &filter, 0, ROWS)?;
        let mut to_rate = Vec::new();
        for visit in feedback::queries::unrated(db, &actor, patient, lately, TO_RATE)? {
            let doctor = doctors::queries::display_name(db, visit.doctor_id)?;
            to_rate.push((visit.id, date_text(zone.date(visit.starts_at)), doctor));
        }
        let results = results::queries::reviewed_since(db, &actor, patient, lately, RESULTS)?;
        Ok((rows, to_rate, results))
    };
    let (rows, to_rate, results) = cx.read(load).await?;
    let results = results.into_iter().map(|(id, test, at)| (id, test, date_text(zone.date(at)))).collect::<Vec<_>>();
    if let Some(patient) = patient.filter(|_| !results.is_empty()) {
        cx.looked(Entry::viewed("patient", patient, patient).note("page", "home")).await?;
    }
    let mut rows = rows.into_iter().map(|r| {
        let time = zone.long_text(r.appointment.starts_at);
        Visit { time, ..Visit::of(r, zone, today) }
    });
    let next = rows.next();
    let latest = |at: NaiveDateTime| at - TimeDelta::hours(i64::from(cx.settings().cancel_hours_before));
    let page = PatientPage {
        page: cx.page("Home"),
        greeting: format!("{}, {}", greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        patient,
        may_change: next.as_ref().is_some_and(|r| r.status.is_booked() && now <= latest(r.starts_at)),
        next,
        later: rows.collect(),
        phone: cx.settings().phone.clone(),
        to_rate,
        results,
    };
    cx.html(&page)
}
