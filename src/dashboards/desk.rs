//! The desk's home: who waits, who comes next, what has to be confirmed.

use askama::Template;

use super::chart::{Bar, BarChart};
use super::pages::greeting;
use super::visit::Visit;
use crate::access::can;
use crate::appointments::model::{AppointmentRow, AppointmentStatus};
use crate::appointments::queries;
use crate::audit::Entry;
use crate::time::{Zone, long_date_text};
use crate::web::{Answer, Cx, Page};

/// How many rows each list shows; the board has all.
const ROWS: usize = 8;

#[derive(Template)]
#[template(path = "dashboards/desk.html")]
struct DeskPage {
    page: Page,
    greeting: String,
    today: String,
    counts: [i64; 5],
    longest_wait: String,
    waiting: Vec<Visit>,
    next: Vec<Visit>,
    to_confirm: Vec<Visit>,
    limit: i32,
    chart: BarChart,
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (actor, zone, today, now) = (cx.actor()?.clone(), cx.zone(), cx.today(), cx.now());
    let (day, to_confirm) = cx
        .read(move |db| {
            let filter = queries::Filter {
                from: Some(now),
                statuses: vec![AppointmentStatus::Scheduled],
                ..queries::Filter::default()
            };
            let to_confirm = queries::list(db, &actor, &filter, 0, i64::try_from(ROWS).unwrap_or(8))?;
            Ok((queries::day(db, &actor, zone, today, None, None)?, to_confirm))
        })
        .await?;
    // One row for the list of names; each record that is opened has its own.
    cx.looked(Entry::new("viewed", "desk_home", 0).note("date", today).note("appointments", day.len())).await?;

    use AppointmentStatus::{CheckedIn, Completed, Confirmed, InProgress, Scheduled};
    let count = |status| i64::try_from(day.iter().filter(|r| r.appointment.status == status).count()).unwrap_or(0);
    let counts = [Scheduled, Confirmed, CheckedIn, InProgress, Completed].map(count);
    let chart = hours_chart(zone, &day);
    let mut waiting: Vec<AppointmentRow> = day.iter().filter(|r| r.appointment.status == CheckedIn).cloned().collect();
    waiting.sort_by_key(|r| r.appointment.status_since);
    let longest_wait = match waiting.first() {
        Some(first) => format!("longest {} min", (now - first.appointment.status_since).num_minutes().max(0)),
        None => "nobody".to_owned(),
    };
    let visits = |rows: Vec<AppointmentRow>| rows.into_iter().take(ROWS).map(|r| Visit::of(r, zone, today)).collect();
    let next: Vec<AppointmentRow> =
        day.into_iter().filter(|r| r.appointment.status.is_booked() && r.appointment.ends_at > now).collect();
    let page = DeskPage {
        page: cx.page("Home"),
        greeting: format!("{}, {}", greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        counts,
        longest_wait,
        waiting: visits(waiting),
        next: visits(next),
        to_confirm: visits(to_confirm),
        limit: cx.settings().waiting_limit_minutes,
        chart,
    };
    cx.html(&page)
}

/// How many come in each hour of the hospital's day.
fn hours_chart(zone: Zone, day: &[AppointmentRow]) -> BarChart {
    use chrono::Timelike;
    let lost = [AppointmentStatus::Cancelled, AppointmentStatus::NoShow];
    let hours: Vec<u32> = day
        .iter()
        .filter(|r| !lost.contains(&r.appointment.status))
        .map(|r| zone.local(r.appointment.starts_at).hour())
        .collect();
    let (first, last) = (hours.iter().min().copied().unwrap_or(8), hours.iter().max().copied().unwrap_or(17));
    let bars = (first..=last).map(|hour| Bar {
        label: format!("{hour}"),
        long_label: format!("{hour:02}:00 to {hour:02}:59"),
        values: vec![i64::try_from(hours.iter().filter(|h| **h == hour).count()).unwrap_or(0)],
    });
    let description = format!("{} appointments between {first}:00 and {last}:59.", hours.len());
    BarChart::new("hours", "Appointments by hour", description, vec!["Appointments"], bars.collect())
}
