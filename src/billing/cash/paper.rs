//! The handover of a cashier's day: what the drawer held, with the signatures of who gives it and who takes it.

use super::model::{self, Session, SessionId, Taking};
use super::{pages, queries};
use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::paper::{self, Cell, Column, Paper, Part, Table};
use crate::web::print::Qr;
use crate::web::{Answer, Cx};

/// The handover to print.
pub async fn print(cx: Cx<can::SignedIn>) -> Answer {
    let (id, paper) = handover(&cx, "printed").await?;
    paper::page(&cx, paper, format!("/cash-sessions/{id}"), format!("/cash-sessions/{id}/pdf"))
}

/// The same as a file.
pub async fn pdf(cx: Cx<can::SignedIn>) -> Answer {
    let (id, paper) = handover(&cx, "downloaded").await?;
    paper::file(&cx, paper, &id.code()).await
}

async fn handover(cx: &Cx<can::SignedIn>, verb: &'static str) -> Result<(SessionId, Paper), AppError> {
    pages::check(cx)?;
    let (actor, id) = (cx.actor()?.clone(), cx.id::<SessionId>("id")?);
    let (session, cashier, sums) = cx
        .read(move |db| {
            let session = queries::find(db, &actor, id)?;
            if session.is_open() {
                let words = "This day is still open. Its handover is printed once the drawer is counted.";
                return Err(AppError::Conflict(words.to_owned()));
            }
            let cashier = queries::cashier(db, session.user_id)?;
            Ok((session, cashier, queries::sums(db, id)?))
        })
        .await?;
    cx.looked(Entry::new(verb, "cash_session", id)).await?;
    let zone = cx.zone();
    let mut parts = vec![
        Part::Heading("Takings".to_owned()),
        Part::Table(takings(&session, &model::takings(&sums))),
        Part::Heading("The drawer".to_owned()),
        Part::Table(drawer(&session, &model::takings(&sums))),
    ];
    if !session.note.is_empty() {
        parts.push(Part::Heading("Note".to_owned()));
        parts.push(Part::Prose(session.note.clone()));
    }
    parts.push(Part::Signatures([format!("Handed over by {cashier}"), "Taken over by".to_owned()]));
    let address = format!("{}/cash-sessions/{id}", cx.base_url());
    let paper = Paper {
        title: format!("Cashier\u{2019}s day {}", id.code()),
        under: vec![
            format!("Opened {}", zone.long_text(session.opened_at)),
            session.closed_at.map(|at| format!("Closed {}", zone.long_text(at))).unwrap_or_default(),
        ],
        mark: String::new(),
        code: Some((Qr::of(&address)?, format!("The address of {}", id.code()))),
        facts: vec![("Cashier", cashier), ("Currency", session.currency.clone())],
        parts,
        signature: Vec::new(),
        foot: format!("{}, printed {}", id.code(), zone.text(cx.now())),
    };
    Ok((id, paper))
}

fn takings(session: &Session, takings: &[Taking]) -> Table {
    let counted = |count: i64, noun: &str| match count {
        0 => String::new(),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    };
    let row = |taking: &Taking| -> Vec<Cell> {
        vec![
            taking.method.label().into(),
            Cell::from(session.text(taking.received)).remark(counted(taking.payments, "payment")),
            Cell::from(session.text(taking.paid_back)).remark(counted(taking.refunds, "refund")),
            session.text(taking.net()).into(),
        ]
    };
    Table {
        columns: vec![
            Column::words("Method", 1.6),
            Column::number("Received", 1.7),
            Column::number("Paid back", 1.7),
            Column::number("Together", 1.7),
        ],
        rows: takings.iter().map(row).collect(),
    }
}

fn drawer(session: &Session, takings: &[Taking]) -> Table {
    let cash = takings.first();
    let (received, paid_back) = cash.map_or((0, 0), |taking| (taking.received, taking.paid_back));
    let difference = session.difference().map_or_else(String::new, |difference| {
        format!("{} ({})", difference.signed(session.currency()), difference.words().to_lowercase())
    });
    let rows = [
        ("Float", session.text(session.opening_float)),
        ("Cash received", session.text(received)),
        ("Cash paid back", session.text(-paid_back)),
        ("Expected", session.text(session.expected.unwrap_or_default())),
        ("Counted", session.text(session.counted.unwrap_or_default())),
        ("Difference", difference),
    ];
    Table {
        columns: vec![Column::words("", 3.0), Column::number("", 2.0)],
        rows: rows.into_iter().map(|(label, amount)| vec![label.into(), amount.into()]).collect(),
    }
}
