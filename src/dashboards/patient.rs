//! A patient's home: the next appointment, what to do, and the way to everything of their own.

use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::pages::greeting;
use super::visit::Visit;
use crate::access::can;
use crate::appointments::model::{AppointmentId, AppointmentStatus};
use crate::appointments::queries as appointments;
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::patients::model::PatientId;
use crate::pharmacy::dispensing;
use crate::pharmacy::dispensing::model::Handover;
use crate::prescriptions::model::PrescriptionId;
use crate::prescriptions::results;
use crate::prescriptions::results::model::TestOrderId;
use crate::time::{Zone, date_text, long_date_text};
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
    /// What the pharmacy did lately, the latest first.
    handovers: Vec<FromPharmacy>,
}

/// What came of a prescription at the pharmacy.
struct FromPharmacy {
    prescription: PrescriptionId,
    at: String,
    /// What was handed out; empty for nothing.
    items: Vec<String>,
    /// What is still to come of the prescription.
    open: Vec<String>,
}

/// For how long the pharmacy's doings are news, and how many of them are shown.
const NEWS: TimeDelta = TimeDelta::days(30);
const MOST_NEWS: i64 = 3;

fn from_pharmacy(
    db: &mut DbConnection,
    patient: PatientId,
    now: NaiveDateTime,
    zone: Zone,
) -> QueryResult<Vec<FromPharmacy>> {
    let found = dispensing::queries::recent(db, patient, now - NEWS, MOST_NEWS)?;
    let ids: Vec<PrescriptionId> = found.iter().map(|handover| handover.dispensing.prescription_id).collect();
    let lines = dispensing::queries::of_prescriptions(db, &ids, zone.date(now))?;
    let news = |handover: Handover| {
        let prescription = handover.dispensing.prescription_id;
        let open = lines.iter().filter(|(of, line)| *of == prescription && line.is_open());
        FromPharmacy {
            prescription,
            at: handover.dispensing.finished_at.map(|at| date_text(zone.date(at))).unwrap_or_default(),
            items: handover.items.iter().map(|item| format!("{} of {}", item.quantity_text(), item.medicine)).collect(),
            open: open.map(|(_, line)| format!("{} of {}", line.left_text(), line.medication.medicine)).collect(),
        }
    };
    Ok(found.into_iter().map(news).collect())
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
    let handovers = match patient {
        Some(id) => cx.read(move |db| Ok(from_pharmacy(db, id, now, zone)?)).await?,
        None => Vec::new(),
    };
    if let Some(patient) = patient.filter(|_| !results.is_empty() || !handovers.is_empty()) {
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
        handovers,
        phone: cx.settings().phone.clone(),
        to_rate,
        results,
    };
    cx.html(&page)
}
