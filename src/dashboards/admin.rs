//! The administrator's home: how the hospital stands, and what is still to be set up.

use askama::Template;
use chrono::Days;

use super::chart::{Bar, BarChart};
use super::queries::{self, ByStatus, Inventory};
use crate::access::can;
use crate::appointments::model::AppointmentStatus::{Completed, InProgress};
use crate::pharmacy::stock::queries as stock;
use crate::time::{date_text, long_date_text};
use crate::web::{Answer, Cx, Page};

/// How many days the chart looks back.
const DAYS: u64 = 14;

#[derive(Template)]
#[template(path = "dashboards/admin.html")]
struct AdminPage {
    page: Page,
    greeting: String,
    today: String,
    booked: i64,
    inventory: Inventory,
    hints: Hints,
    steps: Vec<Step>,
    chart: BarChart,
    departments: Vec<(String, i64)>,
    acts: Vec<ActRow>,
    /// What needs attention in the pharmacy, in a line.
    pharmacy: String,
}

/// The small print below the figures.
struct Hints {
    done: String,
    patients: String,
    doctors: String,
    staff: String,
}

/// Something that a new hospital still needs.
struct Step {
    is_done: bool,
    title: &'static str,
    text: &'static str,
    href: &'static str,
}

struct ActRow {
    at: String,
    who: String,
    what: String,
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (zone, today, now) = (cx.zone(), cx.today(), cx.now());
    let (inventory, days, departments, acts, alerts) = cx
        .read(move |db| {
            let week_ago = now - chrono::TimeDelta::days(7);
            let month_ago = zone.day(today.checked_sub_days(Days::new(30)).unwrap_or(today)).0;
            Ok((
                queries::inventory(db, week_ago, now)?,
                queries::days(db, zone, today, DAYS, None)?,
                queries::by_department(db, (month_ago, zone.day(today).1))?,
                queries::latest_acts(db, 8)?,
                stock::alerts(db, today)?,
            ))
        })
        .await?;
    let nothing = ByStatus::default();
    let of_today = days.last().map_or(&nothing, |(_, counts)| counts);
    let acts = acts.into_iter().map(|act| ActRow {
        at: zone.text(act.at),
        who: act.user_name,
        what: act.action.unwrap_or_default().replace('_', " "),
    });
    let steps = steps(&inventory);
    let page = AdminPage {
        page: cx.page("Home"),
        greeting: format!("{}, {}", super::pages::greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        booked: of_today.kept(),
        steps: if steps.iter().all(|s| s.is_done) { Vec::new() } else { steps },
        hints: Hints {
            done: format!("{} begun or done", of_today.of(&[Completed, InProgress])),
            patients: format!("{} new in seven days", inventory.new_patients),
            doctors: format!("{} with hours", inventory.doctors_with_hours),
            staff: format!("{} open invitations", inventory.open_invitations),
        },
        inventory,
        pharmacy: alerts.words(),
        chart: days_chart("Appointments per day", &days),
        departments,
        acts: acts.collect(),
    };
    cx.html(&page)
}

/// Appointments per day, those that fell through on top.
pub(super) fn days_chart(title: &'static str, days: &[(chrono::NaiveDate, ByStatus)]) -> BarChart {
    let bars = days
        .iter()
        .map(|(date, counts)| Bar {
            label: date.format("%-d %b").to_string(),
            long_label: date_text(*date),
            values: vec![counts.kept(), counts.lost()],
        })
        .collect();
    let (kept, lost) = days.iter().fold((0, 0), |sums, (_, c)| (sums.0 + c.kept(), sums.1 + c.lost()));
    let description = format!("{} days: {kept} kept, {lost} cancelled or missed.", days.len());
    BarChart::new("days", title, description, vec!["Kept", "Cancelled or missed"], bars)
}

fn steps(inventory: &Inventory) -> Vec<Step> {
    vec![
        Step {
            is_done: inventory.departments > 0,
            title: "Add your departments",
            text: "What patients choose from, and what every doctor belongs to.",
            href: "/departments/new",
        },
        Step {
            is_done: inventory.doctors > 0,
            title: "Invite your doctors",
            text: "Each gets a link to choose a password.",
            href: "/doctors/new",
        },
        Step {
            is_done: inventory.doctors > 0 && inventory.doctors_with_hours >= inventory.doctors,
            title: "Set the hours they work",
            text: "Free times are made of them; without hours nobody can book.",
            href: "/doctors",
        },
        Step {
            is_done: inventory.receptionists > 0,
            title: "Invite the reception",
            text: "They register patients and run the day.",
            href: "/users/new",
        },
    ]
}
