//! The home of everybody else who works here: the pharmacy, the accounts. Shows what each may already do.

use askama::Template;
use strum::VariantArray;

use super::admin::days_chart;
use super::chart::BarChart;
use super::pages::greeting;
use super::queries;
use crate::access::{Permission, can};
use crate::appointments::model::AppointmentStatus;
use crate::billing::{self, payments};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::pharmacy::queue;
use crate::pharmacy::queue::model::Tab;
use crate::pharmacy::stock::model::Alerts;
use crate::pharmacy::stock::queries as stock;
use crate::prescriptions::model::PrescriptionStatus;
use crate::prescriptions::queries as prescriptions;
use crate::reports::chart::Chart;
use crate::reports::model::{Age, Owed};
use crate::reports::period::Period;
use crate::reports::queries as reports;
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
    /// What the accounts have to do and how the day goes.
    money: Option<Money>,
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

/// The books at a glance. Amounts as text in the hospital's currency.
struct Money {
    taken: String,
    /// Today's takings by method.
    methods: Vec<(&'static str, String)>,
    left: String,
    left_hint: String,
    overdue: String,
    overdue_hint: String,
    to_bill: String,
    to_bill_hint: String,
    claims: i64,
    claims_hint: String,
    refunds: i64,
    refunds_hint: String,
    /// Takings of the last days.
    chart: Chart,
    may_bill: bool,
    may_take: bool,
}

async fn money(cx: &Cx<can::SignedIn>) -> Result<Option<Money>, AppError> {
    if !cx.may(Permission::SeeFinancialReports) {
        return Ok(None);
    }
    let (zone, today, currency) = (cx.zone(), cx.today(), cx.settings().currency());
    let first = today.checked_sub_days(chrono::Days::new(DAYS - 1)).unwrap_or(today);
    let last_days = Period { from: first, to: today };
    let (methods, days, owed, charges, claims, refunds) = cx
        .read(move |db| {
            let code = currency.code();
            let owed: Vec<(Age, Owed)> = Age::VARIANTS
                .iter()
                .map(|age| Ok((*age, reports::owed(db, code, *age, today)?)))
                .collect::<diesel::QueryResult<_>>()?;
            Ok((
                reports::takings_by_method(db, code, zone.day(today))?,
                reports::takings_by_step(db, code, zone, last_days.days())?,
                owed,
                billing::queries::open_charges(db)?,
                payments::queries::waiting_sum(db, code, false)?,
                payments::queries::waiting_sum(db, code, true)?,
            ))
        })
        .await?;
    let sum = |is_counted: fn(Age) -> bool| {
        let own = owed.iter().filter(|(age, _)| is_counted(*age));
        own.fold(Owed::default(), |sum, (_, owed)| sum.plus(*owed))
    };
    let (left, overdue) = (sum(|_| true), sum(|age| age != Age::NotDue));
    let taken: i64 = methods.iter().map(|(_, takings)| takings.total()).sum();
    let values: Vec<(String, String, i64)> =
        days.into_iter().map(|row| (row.short, row.label, row.figures.total())).collect();
    let together: i64 = values.iter().map(|(.., amount)| amount).sum();
    let description = format!("{DAYS} days: {} taken.", currency.text(together));
    let (open, patients, amount) = charges;
    Ok(Some(Money {
        taken: currency.text(taken),
        methods: methods.iter().map(|(method, takings)| (method.label(), currency.text(takings.total()))).collect(),
        left: currency.text(left.rest()),
        left_hint: counted(left.bills, "bill"),
        overdue: currency.text(overdue.rest()),
        overdue_hint: counted(overdue.bills, "bill"),
        to_bill: currency.text(amount),
        to_bill_hint: format!("{} of {}", counted(open, "charge"), counted(patients, "patient")),
        claims: claims.0,
        claims_hint: currency.text(claims.1),
        refunds: refunds.0,
        refunds_hint: currency.text(refunds.1),
        chart: Chart::new("Takings per day".to_owned(), description, currency, &values),
        may_bill: cx.may(Permission::ManageBills),
        may_take: cx.may(Permission::TakePayments),
    }))
}

/// `1 bill`, `2 bills`.
fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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
        money: money(&cx).await?,
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
