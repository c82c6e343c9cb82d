//! What is left to pay today, by how long it is overdue.

use std::str::FromStr;

use askama::Template;
use chrono::NaiveDate;
use strum::VariantArray;

use super::Tab;
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::billing::bills::model::BillRow;
use crate::csv::{Cell, File};
use crate::money::Currency;
use crate::reports::chart::Chart;
use crate::reports::model::{Age, Owed};
use crate::reports::queries;
use crate::time::long_date_text;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

/// How many bills a file is written from at a time.
const CHUNK: i64 = 500;

#[derive(Template)]
#[template(path = "reports/receivables.html")]
struct ReceivablesPage {
    page: Page,
    tab: Tab,
    ages: Vec<(Age, Owed)>,
    total: Owed,
    overdue: Owed,
    chart: Chart,
    /// The age that the list is narrowed to.
    age: Option<Age>,
    rows: Vec<BillRow>,
    paging: Paging,
    today: NaiveDate,
    today_text: String,
    currency: Currency,
    sees_bills: bool,
    file: String,
}

impl ReceivablesPage {
    /// For how many days a bill has been overdue.
    fn days(&self, row: &BillRow) -> i64 {
        row.bill.due_on.map_or(0, |due| (self.today - due).num_days().max(0))
    }
}

/// The due dates of an age; all of them without one.
fn due(age: Option<Age>, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    match age {
        Some(age) => age.due(today),
        None => (Age::Older.due(today).0, Age::NotDue.due(today).1),
    }
}

/// `GET /reports/receivables?age=`.
pub async fn show(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (today, currency, asked) = (cx.today(), cx.settings().currency(), cx.page_number());
    let age = Age::from_str(&cx.query("age")).ok();
    let (ages, rows, paging) = cx
        .read(move |db| {
            let ages: Vec<(Age, Owed)> = Age::VARIANTS
                .iter()
                .map(|age| Ok((*age, queries::owed(db, currency.code(), *age, today)?)))
                .collect::<diesel::QueryResult<_>>()?;
            let count =
                ages.iter().filter(|(of, _)| age.is_none_or(|age| age == *of)).map(|(_, owed)| owed.bills).sum();
            let base = match age {
                Some(age) => format!("/reports/receivables?age={}", age.as_str()),
                None => "/reports/receivables".to_owned(),
            };
            let paging = Paging::new(asked, count, base);
            let rows = queries::open_bills(db, currency.code(), due(age, today), (paging.offset(), PAGE_SIZE))?;
            Ok((ages, rows, paging))
        })
        .await?;
    cx.looked(Entry::new("listed", "bill", 0).note("found", rows.len())).await?;
    let sum =
        |ages: &mut dyn Iterator<Item = &(Age, Owed)>| ages.fold(Owed::default(), |sum, (_, owed)| sum.plus(*owed));
    let total = sum(&mut ages.iter());
    let overdue = sum(&mut ages.iter().filter(|(age, _)| *age != Age::NotDue));
    let values: Vec<(String, String, i64)> =
        ages.iter().map(|(age, owed)| (age.short().to_owned(), age.label().to_owned(), owed.rest())).collect();
    let description =
        format!("{} are left to pay, {} of it overdue.", currency.text(total.rest()), currency.text(overdue.rest()));
    cx.html(&ReceivablesPage {
        page: cx.page("Receivables"),
        tab: Tab::Receivables,
        chart: Chart::new("Receivables by age".to_owned(), description, currency, &values),
        ages,
        total,
        overdue,
        age,
        rows,
        paging,
        today,
        today_text: long_date_text(today),
        currency,
        sees_bills: cx.may(Permission::SeeBills),
        file: format!("/reports/receivables/csv?age={}", age.map(Age::as_str).unwrap_or_default()),
    })
}

/// The bills that something is left to pay of, as a file.
pub async fn file(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (today, zone, currency) = (cx.today(), cx.zone(), cx.settings().currency());
    let age = Age::from_str(&cx.query("age")).ok();
    cx.looked(Entry::new("exported", "report", 0).note("report", "receivables")).await?;
    let file = cx
        .read(move |db| {
            let mut file =
                File::new(["bill", "patient", "issued", "due", "days_overdue", "total", "left_to_pay", "currency"]);
            let mut offset = 0;
            loop {
                let rows = queries::open_bills(db, currency.code(), due(age, today), (offset, CHUNK))?;
                offset += CHUNK;
                for row in &rows {
                    let issued = row.bill.issued_at.map(|at| zone.date(at).to_string()).unwrap_or_default();
                    let days = row.bill.due_on.map_or(0, |due| (today - due).num_days().max(0));
                    file.push([
                        Cell::words(row.bill.id.code()),
                        Cell::words(row.bill.patient_id.code()),
                        Cell::words(issued),
                        Cell::words(row.bill.due_on.map(|due| due.to_string()).unwrap_or_default()),
                        Cell::count(days),
                        Cell::money(row.bill.total, currency),
                        Cell::money(row.rest, currency),
                        Cell::words(currency.code()),
                    ]);
                }
                if rows.is_empty() {
                    return Ok(file);
                }
            }
        })
        .await?;
    file.answer(&format!("receivables-{today}"))
}
