//! What waits to be decided: claims by their insurance, refunds by a second person.

use askama::Template;

use super::payments::model::Waiting;
use super::payments::queries;
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::time::Zone;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

#[derive(Template)]
#[template(path = "billing/waiting.html")]
struct WaitingPage {
    page: Page,
    rows: Vec<Waiting>,
    paging: Paging,
    is_refunds: bool,
    claims: i64,
    refunds: i64,
    zone: Zone,
    /// Whether the person decides what is listed.
    may_decide: bool,
    sees_bills: bool,
}

/// `GET /payments/waiting?kind=refund`: claims that no insurance has answered, or refunds that nobody has approved.
pub async fn waiting(cx: Cx<can::TakePayments>) -> Answer {
    let (asked, is_refunds) = (cx.page_number(), cx.query("kind") == "refund");
    let base = if is_refunds { "/payments/waiting?kind=refund" } else { "/payments/waiting" };
    let (rows, paging, claims, refunds) = cx
        .read(move |db| {
            let (claims, refunds) = (queries::waiting_count(db, false)?, queries::waiting_count(db, true)?);
            let paging = Paging::new(asked, if is_refunds { refunds } else { claims }, base.to_owned());
            let rows = queries::waiting(db, is_refunds, (paging.offset(), PAGE_SIZE))?;
            Ok((rows, paging, claims, refunds))
        })
        .await?;
    cx.looked(Entry::new("listed", "payment", 0).note("found", rows.len())).await?;
    cx.html(&WaitingPage {
        page: cx.page(if is_refunds { "Refunds to approve" } else { "Claims that wait" }),
        rows,
        paging,
        is_refunds,
        claims,
        refunds,
        zone: cx.zone(),
        may_decide: !is_refunds || cx.may(Permission::CorrectBills),
        sees_bills: cx.may(Permission::SeeBills),
    })
}
