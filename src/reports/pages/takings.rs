//! What was paid: by day, month or method.

use std::str::FromStr;

use askama::Template;

use super::{Preset, Tab, asked, file_address, file_name, presets};
use crate::access::can;
use crate::audit::Entry;
use crate::csv::{Cell, File};
use crate::error::AppError;
use crate::money::Currency;
use crate::reports::chart::Chart;
use crate::reports::model::{Row, Takings};
use crate::reports::period::{MOST_DAYS, Period};
use crate::reports::queries;
use crate::web::{Answer, Cx, Form, Page};

const ADDRESS: &str = "/reports/takings";

/// By what takings are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum By {
    #[default]
    Day,
    Month,
    Method,
}

const BYS: [(&str, &str); 3] = [("day", "By day"), ("month", "By month"), ("method", "By method")];

impl By {
    fn label(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Month => "Month",
            Self::Method => "Method",
        }
    }

    /// Whether time runs along its rows.
    fn is_time(self) -> bool {
        self != Self::Method
    }
}

#[derive(Template)]
#[template(path = "reports/takings.html")]
struct TakingsPage {
    page: Page,
    tab: Tab,
    form: Form,
    by: By,
    bys: &'static [(&'static str, &'static str)],
    presets: Vec<Preset>,
    period: String,
    rows: Vec<Row<Takings>>,
    total: Takings,
    chart: Chart,
    /// The most of a row, for bars beside names.
    most: i64,
    currency: Currency,
    file: String,
}

async fn rows(cx: &Cx<can::SeeFinancialReports>, by: By, period: Period) -> Result<Vec<Row<Takings>>, AppError> {
    let (zone, currency) = (cx.zone(), cx.settings().currency().code());
    let span = period.span(zone);
    cx.read(move |db| {
        Ok(match by {
            By::Day => queries::takings_by_step(db, currency, zone, period.days())?,
            By::Month => queries::takings_by_step(db, currency, zone, period.months())?,
            By::Method => queries::takings_by_method(db, currency, span)?
                .into_iter()
                .map(|(method, figures)| Row { label: method.label().to_owned(), short: String::new(), figures })
                .collect(),
        })
    })
    .await
}

/// What is asked for; a period that is too long for days is shown by months.
fn chosen(cx: &Cx<can::SeeFinancialReports>) -> (Form, By, Period) {
    let super::Asked { mut form, period } = asked(cx);
    let mut by = By::from_str(form.value("by")).unwrap_or_default();
    if by == By::Day && period.days_count() > MOST_DAYS {
        by = By::Month;
    }
    let name: &'static str = by.into();
    form.set_all("by", vec![name.to_owned()]);
    (form, by, period)
}

/// `GET /reports/takings?preset=&from=&to=&by=`.
pub async fn show(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (form, by, period) = chosen(&cx);
    let (currency, name) = (cx.settings().currency(), <&'static str>::from(by));
    let rows = rows(&cx, by, period).await?;
    let total = rows.iter().fold(Takings::default(), |sum, row| sum.plus(row.figures));
    let values: Vec<(String, String, i64)> =
        rows.iter().map(|row| (row.short.clone(), row.label.clone(), row.figures.total())).collect();
    let description = format!("{}: {} in {} rows.", period.words(), currency.text(total.total()), rows.len());
    let is_valid = form.is_valid();
    let page = TakingsPage {
        page: cx.page("Takings"),
        tab: Tab::Takings,
        form,
        by,
        bys: &BYS,
        presets: presets(ADDRESS, name, period, cx.today()),
        period: period.words(),
        most: rows.iter().map(|row| row.figures.total()).max().unwrap_or(0).max(1),
        chart: Chart::new(format!("Takings by {name}"), description, currency, &values),
        rows,
        total,
        currency,
        file: file_address(ADDRESS, name, period),
    };
    if is_valid { cx.html(&page) } else { cx.invalid(&page) }
}

/// The same as a file.
pub async fn file(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (_, by, period) = chosen(&cx);
    let (currency, name) = (cx.settings().currency(), <&'static str>::from(by));
    let rows = rows(&cx, by, period).await?;
    cx.looked(Entry::new("exported", "report", 0).note("report", "takings").note("period", period.words())).await?;
    let mut file = File::new([name, "payments", "received", "refunds", "paid_back", "takings", "currency"]);
    for row in &rows {
        let takings = row.figures;
        file.push([
            Cell::words(row.label.as_str()),
            Cell::count(takings.payments),
            Cell::money(takings.received, currency),
            Cell::count(takings.refunds),
            Cell::money(takings.paid_back, currency),
            Cell::money(takings.total(), currency),
            Cell::words(currency.code()),
        ]);
    }
    file.answer(&file_name(&format!("takings-by-{name}"), period))
}
