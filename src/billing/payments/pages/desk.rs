//! The bills that something is left to pay of.

use askama::Template;
use chrono::NaiveDate;

use crate::access::can;
use crate::audit::Entry;
use crate::billing::bills;
use crate::billing::bills::model::BillRow;
use crate::billing::bills::queries::Which;
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

#[derive(Template)]
#[template(path = "billing/payments.html")]
struct DeskPage {
    page: Page,
    query: String,
    rows: Vec<BillRow>,
    paging: Paging,
    today: NaiveDate,
}

/// `GET /payments?q=`: the bills that something is left to pay of, to find the one in hand.
pub async fn desk(cx: Cx<can::TakePayments>) -> Answer {
    let (query, today, asked) = (cx.query("q"), cx.today(), cx.page_number());
    let base = if query.is_empty() { "/payments".to_owned() } else { format!("/payments?q={}", encode(&query)) };
    let words = query.clone();
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, bills::queries::count(db, Which::Open, &words, today)?, base);
            let rows = bills::queries::list(db, Which::Open, &words, today, (paging.offset(), PAGE_SIZE))?;
            Ok((rows, paging))
        })
        .await?;
    cx.looked(Entry::new("listed", "bill", 0).note("found", rows.len())).await?;
    cx.html(&DeskPage { page: cx.page("Payments"), query, rows, paging, today })
}
