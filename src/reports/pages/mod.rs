//! The pages of reports. What they show is in the hospital's currency and on the hospital's days.

pub mod day_book;
pub mod receivables;
pub mod revenue;
pub mod takings;

use super::period::{PRESETS, Period};
use crate::access::can;
use crate::web::page::encode;
use crate::web::{Answer, Cx, Form};

/// `GET /reports`.
pub async fn home(cx: Cx<can::SeeFinancialReports>) -> Answer {
    cx.redirect("/reports/revenue")
}

/// Which report is open, for the tabs over all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Revenue,
    Takings,
    Receivables,
    DayBook,
}

/// What was asked for: a period, and by what its figures are told apart.
struct Asked {
    /// As it was typed; shows the period that was taken.
    form: Form,
    period: Period,
}

/// Reads the period of the address.
fn asked(cx: &Cx<can::SeeFinancialReports>) -> Asked {
    let names = ["preset", "from", "to", "by"];
    let mut form = Form::of(names.map(|name| (name, cx.query(name))));
    let period = Period::read(&mut form, cx.today());
    if form.is_valid() {
        form.set_all("from", vec![period.from.to_string()]);
        form.set_all("to", vec![period.to.to_string()]);
    }
    Asked { form, period }
}

/// The periods that are one click away.
struct Preset {
    label: &'static str,
    href: String,
    is_chosen: bool,
}

fn presets(address: &str, by: &str, period: Period, today: chrono::NaiveDate) -> Vec<Preset> {
    PRESETS
        .iter()
        .map(|(name, label)| Preset {
            label,
            href: format!("{address}?preset={name}&by={}", encode(by)),
            is_chosen: Period::preset(name, today) == Some(period),
        })
        .collect()
}

/// The address of the same report as a file.
fn file_address(address: &str, by: &str, period: Period) -> String {
    format!("{address}/csv?from={}&to={}&by={}", period.from, period.to, encode(by))
}

/// What a file of a period is called.
fn file_name(report: &str, period: Period) -> String {
    format!("{report}-{}-{}", period.from, period.to)
}
