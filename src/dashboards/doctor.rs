//! A doctor's home: who waits, who is next, what is not signed yet.

use askama::Template;

use super::admin::days_chart;
use super::chart::BarChart;
use super::pages::greeting;
use super::queries;
use super::visit::Visit;
use crate::access::can;
use crate::appointments::model::{AppointmentRow, AppointmentStatus};
use crate::appointments::queries as appointments;
use crate::audit::Entry;
use crate::encounters::model::EncounterId;
use crate::encounters::queries as encounters;
use crate::error::AppError;
use crate::prescriptions::results;
use crate::time::{date_text, long_date_text};
use crate::web::{Answer, Cx, Page};

const DAYS: u64 = 14;

#[derive(Template)]
#[template(path = "dashboards/doctor.html")]
struct DoctorPage {
    page: Page,
    greeting: String,
    today: String,
    total: usize,
    waiting: usize,
    done: usize,
    visits: Vec<Visit>,
    drafts: Vec<Draft>,
    /// Results of tests that nobody has read.
    results: i64,
    limit: i32,
    chart: BarChart,
}

/// A consultation that is not signed yet.
struct Draft {
    id: EncounterId,
    patient: String,
    date: String,
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (actor, zone, today) = (cx.actor()?.clone(), cx.zone(), cx.today());
    let doctor = actor.doctor_id.ok_or(AppError::NotFound)?;
    let (day, drafts, days, results) = cx
        .read(move |db| {
            Ok((
                appointments::day(db, &actor, zone, today, None, Some(doctor))?,
                encounters::drafts_of(db, doctor)?,
                queries::days(db, zone, today, DAYS, Some(doctor))?,
                results::queries::unread_count(db, doctor)?,
            ))
        })
        .await?;
    cx.looked(Entry::new("viewed", "doctor_home", 0).note("date", today).note("appointments", day.len())).await?;

    use AppointmentStatus::{CheckedIn, Completed, InProgress};
    let count = |status| day.iter().filter(|r| r.appointment.status == status).count();
    let (waiting, done) = (count(CheckedIn), count(Completed));
    let total = day.iter().filter(|r| r.appointment.status.is_live() || r.appointment.status == Completed).count();
    let mut rows: Vec<AppointmentRow> = day.into_iter().filter(|r| r.appointment.status.is_live()).collect();
    // Those inside, then those who wait, then those who are still to come.
    rows.sort_by_key(|r| match r.appointment.status {
        InProgress => (0, r.appointment.starts_at),
        CheckedIn => (1, r.appointment.status_since),
        _ => (2, r.appointment.starts_at),
    });
    let page = DoctorPage {
        page: cx.page("Home"),
        greeting: format!("{}, Dr {}", greeting(&cx), cx.actor()?.last_name),
        today: long_date_text(today),
        total,
        waiting,
        done,
        // All of them are this doctor's.
        visits: rows.into_iter().map(|r| Visit { doctor: String::new(), ..Visit::of(r, zone, today) }).collect(),
        drafts: drafts
            .into_iter()
            .map(|d| Draft { id: d.id, patient: d.patient, date: date_text(d.visit_date) })
            .collect(),
        results,
        limit: cx.settings().waiting_limit_minutes,
        chart: days_chart("Your appointments per day", &days),
    };
    cx.html(&page)
}
