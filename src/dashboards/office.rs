//! The home of everybody else who works here: the pharmacy, the accounts. Shows what each may already do.

use askama::Template;

use super::admin::days_chart;
use super::chart::BarChart;
use super::pages::greeting;
use super::queries;
use crate::access::{Permission, can};
use crate::appointments::model::AppointmentStatus;
use crate::db::DbConnection;
use crate::pharmacy::queue;
use crate::pharmacy::queue::model::Tab;
use crate::pharmacy::stock::model::Alerts;
use crate::pharmacy::stock::queries as stock;
use crate::prescriptions::model::PrescriptionStatus;
use crate::prescriptions::queries as prescriptions;
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
    prescriptions: Option<Submitted>,
    /// What needs attention in the pharmacy, for those who manage its stock.
    stock: Option<Alerts>,
    queue: Option<Queue>,
}

/// Who waits at the pharmacy.
struct Queue {
    waiting: i64,
    in_progress: i64,
}

/// How many prescriptions doctors have submitted.
struct Submitted {
    today: i64,
    /// In the last seven days, today among them.
    week: i64,
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
    let prescriptions = if cx.may(Permission::SeePrescriptions) {
        let actor = cx.actor()?.clone();
        let since = move |days: u64| prescriptions::Filter {
            status: Some(PrescriptionStatus::Submitted),
            submitted_from: Some(zone.day(today - chrono::Days::new(days)).0),
            ..prescriptions::Filter::default()
        };
        let count = move |db: &mut DbConnection| {
            let today = prescriptions::count(db, &actor, &since(0))?;
            Ok(Submitted { today, week: prescriptions::count(db, &actor, &since(6))? })
        };
        Some(cx.read(count).await?)
    } else {
        None
    };
    let stock = if cx.may(Permission::ManageStock) {
        Some(cx.read(move |db| Ok(stock::alerts(db, today)?)).await?)
    } else {
        None
    };
    let queue = if cx.may(Permission::DispensePrescriptions) {
        let actor = cx.actor()?.clone();
        let counts = cx.read(move |db| Ok(queue::queries::counts(db, &actor, today)?)).await?;
        let of = |tab: Tab| counts.iter().find(|(of, _)| *of == tab).map_or(0, |(_, count)| *count);
        Some(Queue { waiting: of(Tab::Waiting), in_progress: of(Tab::InProgress) })
    } else {
        None
    };
    let page = OfficePage {
        stock,
        page: cx.page("Home"),
        greeting: format!("{}, {}", greeting(&cx), cx.actor()?.first_name),
        today: long_date_text(today),
        appointments,
        prescriptions,
        queue,
    };
    cx.html(&page)
}
