//! All bills, filtered by the address.

use std::str::FromStr;

use askama::Template;
use chrono::NaiveDate;

use crate::access::{Role, can};
use crate::audit::Entry;
use crate::billing::bills::model::BillRow;
use crate::billing::bills::queries::{self, Which};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Form, Page, Paging};

const FILTERS: [(&str, &str); 6] = [
    ("open", "To be paid"),
    ("overdue", "Overdue"),
    ("paid", "Paid"),
    ("draft", "Drafts"),
    ("void", "Void"),
    ("credit", "Credit notes"),
];

#[derive(Template)]
#[template(path = "billing/bills.html")]
struct IndexPage {
    page: Page,
    form: Form,
    rows: Vec<BillRow>,
    paging: Paging,
    filters: [(&'static str, &'static str); 6],
    today: NaiveDate,
    is_filtered: bool,
}

/// `GET /bills?which=&q=`. Patients are led to their own.
pub async fn index(cx: Cx<can::SeeBills>) -> Answer {
    let actor = cx.actor()?.clone();
    if actor.role == Role::Patient {
        return match actor.patient_id {
            Some(id) => cx.redirect(&format!("/patients/{id}/bills")),
            None => cx.redirect("/my-record"),
        };
    }
    let (which, words, today) = (cx.query("which"), cx.query("q"), cx.today());
    let form = Form::of([("which", which.clone()), ("q", words.clone())]);
    let base = format!("/bills?which={}&q={}", encode(&which), encode(&words));
    let is_filtered = !which.is_empty() || !words.is_empty();
    let (filter, asked) = (Which::from_str(&which).unwrap_or_default(), cx.page_number());
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, filter, &words, today)?, base);
            let rows = queries::list(db, filter, &words, today, (paging.offset(), PAGE_SIZE))?;
            Ok((rows, paging))
        })
        .await?;
    cx.looked(Entry::new("listed", "bill", 0).note("found", rows.len())).await?;
    cx.html(&IndexPage { page: cx.page("Bills"), form, rows, paging, filters: FILTERS, today, is_filtered })
}
