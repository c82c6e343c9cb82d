//! The doctor's day: who comes, who waits, and what is still to be signed.

use askama::Template;
use chrono::{Days, NaiveDate};

use crate::access::can;
use crate::appointments;
use crate::appointments::model::{AppointmentId, AppointmentRow, AppointmentStatus};
use crate::audit::Entry;
use crate::encounters::model::{DraftRow, EncounterId, EncounterStatus};
use crate::encounters::queries;
use crate::error::AppError;
use crate::prescriptions::results;
use crate::time::{date_text, long_date_text, parse_date};
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "encounters/my_day.html")]
struct MyDayPage {
    page: Page,
    date: String,
    is_today: bool,
    previous: String,
    next: String,
    /// In the order of the day; those who wait come first in the list above it.
    rows: Vec<Row>,
    /// Unsigned drafts of other days and walk-ins.
    drafts: Vec<Draft>,
    counts: Counts,
    /// Results of tests that nobody has read.
    results: i64,
    late_after: i32,
}

/// One visit of the day.
struct Row {
    row: AppointmentRow,
    time: String,
    age: String,
    /// Since when the patient waits, for the browser's clock.
    waiting_since: Option<String>,
    waited: String,
    is_late: bool,
    encounter: Option<EncounterId>,
    is_signed: bool,
}

struct Draft {
    row: DraftRow,
    date: String,
}

/// How the day stands.
#[derive(Default)]
struct Counts {
    waiting: usize,
    to_come: usize,
    done: usize,
}

impl Row {
    fn id(&self) -> AppointmentId {
        self.row.appointment.id
    }

    fn status(&self) -> AppointmentStatus {
        self.row.appointment.status
    }

    fn is_waiting(&self) -> bool {
        self.status() == AppointmentStatus::CheckedIn
    }

    fn is_inside(&self) -> bool {
        self.status() == AppointmentStatus::InProgress
    }

    fn is_over(&self) -> bool {
        matches!(self.status(), AppointmentStatus::Completed | AppointmentStatus::Cancelled | AppointmentStatus::NoShow)
    }
}

pub async fn show(cx: Cx<can::ConductVisits>) -> Answer {
    let actor = cx.actor()?.clone();
    let Some(doctor) = actor.doctor_id else { return Err(AppError::NotFound) };
    let (zone, today, now) = (cx.zone(), cx.today(), cx.now());
    let date = parse_date(&cx.query("date")).unwrap_or(today);
    let (rows, encounters, drafts, results) = cx
        .read(move |db| {
            let rows = appointments::queries::day(db, &actor, zone, date, None, Some(doctor))?;
            let ids: Vec<AppointmentId> = rows.iter().map(|row| row.appointment.id).collect();
            let results = results::queries::unread_count(db, doctor)?;
            Ok((rows, queries::of_appointments(db, &ids)?, queries::drafts_of(db, doctor)?, results))
        })
        .await?;
    cx.looked(Entry::new("viewed", "my_day", 0).note("date", date).note("appointments", rows.len())).await?;
    let limit = cx.settings().waiting_limit_minutes;
    let row = |row: AppointmentRow| {
        let known = encounters.get(&row.appointment.id);
        let waiting = row.appointment.status == AppointmentStatus::CheckedIn;
        let minutes = (now - row.appointment.status_since).num_minutes().max(0);
        Row {
            time: zone.time_text(row.appointment.starts_at),
            age: row.age(today),
            waiting_since: waiting.then(|| row.appointment.status_since.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            waited: format!("{minutes} min"),
            is_late: waiting && minutes >= i64::from(limit),
            encounter: known.map(|(id, _)| *id),
            is_signed: known.is_some_and(|(_, status)| *status == EncounterStatus::Signed),
            row,
        }
    };
    let rows: Vec<Row> = rows.into_iter().map(row).collect();
    let in_day: Vec<EncounterId> = rows.iter().filter_map(|row| row.encounter).collect();
    let drafts = drafts
        .into_iter()
        .filter(|draft| !in_day.contains(&draft.id))
        .map(|row| Draft { date: date_text(row.visit_date), row })
        .collect();
    let counts = Counts {
        waiting: rows.iter().filter(|row| row.is_waiting()).count(),
        to_come: rows.iter().filter(|row| row.status().is_booked()).count(),
        done: rows.iter().filter(|row| row.status() == AppointmentStatus::Completed).count(),
    };
    let beside = |day: Option<NaiveDate>| day.unwrap_or(date).to_string();
    cx.html(&MyDayPage {
        page: cx.page("My day"),
        date: long_date_text(date),
        is_today: date == today,
        previous: beside(date.checked_sub_days(Days::new(1))),
        next: beside(date.checked_add_days(Days::new(1))),
        rows,
        drafts,
        counts,
        results,
        late_after: limit,
    })
}
