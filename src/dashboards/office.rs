//! The home of everybody else who works here: the pharmacy, the accounts. Shows what each may already do.

use askama::Template;

use super::admin::days_chart;
use super::chart::BarChart;
use super::pages::greeting;
use super::queries;
use crate::access::{Permission, can};
use crate::appointments::model::AppointmentStatus;
use crate::time::long_date_text;
use crate::web::{Answer, Cx, Page};

const DAYS: u64 = 14;

#[derive(Template)]
#[template(path = "dashboards/office.html")]
struct OfficePage {
    page: Page,
    greeting: String,
    today: String,
    appointments: Option<Appointments>,
    sees_prescriptions: bool,
}

/// What the accounts see of the day.
struct Appointments {
    done: i64,
    booked: i64,
    lost: i64,
    chart: BarChart,
}

pub(super) async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let (zone, today) = (cx.zone(), cx.today());
    let appointments = if cx.may(Permission::SeeAppointments) {
        let days = cx.read(move |db| Ok(queries::days(db, zone, today, DAYS, None)?)).await?;
        let of_today = days.last().map(|(_, counts)| counts.clone()).unwrap_or_default();
        Some(Appointments {
            done: of_today.of(&[AppointmentStatus::Completed]),
            booked: of_today.kept(),
            lost: of_today.lost(),
            chart: days_chart("Appointments per day", &days),
        })
    } else {
        None
    };
    let page = OfficePage {
        page: cx.page("Home"),
        greeting: format!("{}, {}", greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        appointments,
        sees_prescriptions: cx.may(Permission::SeePrescriptions),
    };
    cx.html(&page)
}
