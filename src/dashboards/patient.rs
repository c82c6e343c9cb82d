//! A patient's home: the next appointment, what to do, and the way to everything of their own.

use askama::Template;
use chrono::NaiveDateTime;

use super::pages::greeting;
use super::visit::Visit;
use crate::access::can;
use crate::appointments::model::AppointmentStatus;
use crate::appointments::queries as appointments;
use crate::patients::model::PatientId;
use crate::time::long_date_text;
use crate::web::{Answer, Cx, Page};

/// How many coming appointments are shown; the list has all.
const ROWS: i64 = 5;

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
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (actor, now) = (cx.actor()?.clone(), cx.now());
    let patient = actor.patient_id;
    let filter = appointments::Filter {
        from: Some(now - chrono::TimeDelta::hours(1)),
        statuses: AppointmentStatus::LIVE.to_vec(),
        patient,
        ..appointments::Filter::default()
    };
    let rows = match patient {
        Some(_) => cx.read(move |db| Ok(appointments::list(db, &actor, &filter, 0, ROWS)?)).await?,
        None => Vec::new(),
    };
    let (zone, today) = (cx.zone(), cx.today());
    let mut rows = rows.into_iter().map(|r| {
        let time = zone.long_text(r.appointment.starts_at);
        Visit { time, ..Visit::of(r, zone, today) }
    });
    let next = rows.next();
    let latest = |at: NaiveDateTime| at - chrono::TimeDelta::hours(i64::from(cx.settings().cancel_hours_before));
    let page = PatientPage {
        page: cx.page("Home"),
        greeting: format!("{}, {}", greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        patient,
        may_change: next.as_ref().is_some_and(|r| r.status.is_booked() && now <= latest(r.starts_at)),
        next,
        later: rows.collect(),
        phone: cx.settings().phone.clone(),
    };
    cx.html(&page)
}
