//! One bill: a draft to work on, or what was issued.

use askama::Template;
use chrono::NaiveDate;

use crate::access::{Permission, Requirement, can};
use crate::audit::Entry;
use crate::billing::bills::model::{Bill, BillId, BillStatus, Line, LineId};
use crate::billing::bills::{forms, queries};
use crate::billing::model::Payer;
use crate::billing::payments::model::{PaymentRow, PaymentStatus};
use crate::billing::prices::model::PriceItem;
use crate::billing::taxes::model::{TaxRate, percent};
use crate::billing::{payments, prices, queries as accounts, taxes};
use crate::error::AppError;
use crate::time::{Zone, date_text};
use crate::web::{Answer, Cx, Form, Page};

#[derive(Template)]
#[template(path = "billing/bill.html")]
pub(super) struct ShowPage {
    page: Page,
    /// What was typed into the draft's forms.
    form: Form,
    bill: Bill,
    payer: Payer,
    lines: Vec<Line>,
    credits: Vec<Bill>,
    credited: Vec<LineId>,
    rest: i64,
    today: NaiveDate,
    issued_on: String,
    due_on: String,
    /// Entries of the price list with their prices, as id and words; for drafts.
    items: Vec<(String, String)>,
    rates: Vec<TaxRate>,
    is_draft: bool,
    may_manage: bool,
    may_correct: bool,
    /// Whether a line can still be taken back.
    may_credit: bool,
    /// Whether something was paid that can be paid back.
    may_refund: bool,
    /// Nothing was paid or credited.
    may_void: bool,
    payments: Vec<PaymentRow>,
    zone: Zone,
    may_take: bool,
    may_decide: bool,
}

impl ShowPage {
    /// The tax of a line in words; empty for none.
    fn tax_words(&self, line: &Line) -> String {
        match (line.tax_rate, line.tax_name.is_empty()) {
            (0, true) => String::new(),
            (rate, _) => format!("{} {}", line.tax_name, percent(rate)),
        }
    }

    /// Whether a line bears this rate.
    fn bears(&self, line: &Line, rate: &TaxRate) -> bool {
        line.tax_name == rate.name && line.tax_rate == rate.basis_points
    }

    /// Whether a line bears a tax that cannot be chosen any more.
    fn bears_closed(&self, line: &Line) -> bool {
        !line.tax_name.is_empty() && !self.rates.iter().any(|rate| self.bears(line, rate))
    }

    /// Whether a credit note took the line back.
    fn is_credited(&self, line: &Line) -> bool {
        self.credited.contains(&line.id)
    }
}

/// The page of a bill with these words in its forms; those that are stored, when there are none.
pub(super) async fn page<R: Requirement>(cx: &Cx<R>, id: BillId, form: Option<Form>) -> Result<ShowPage, AppError> {
    let (actor, currency) = (cx.actor()?.clone(), cx.settings().currency());
    let (bill, payer, lines, credits, (credited, paid), rest, items, rates) = cx
        .read(move |db| {
            let bill = queries::find(db, &actor, id)?;
            let is_draft = bill.status == BillStatus::Draft;
            let payer = accounts::payer(db, &actor, bill.patient_id)?;
            let items = if is_draft { prices::queries::offered(db)? } else { Vec::new() };
            let rates = if is_draft { taxes::queries::offered(db)? } else { Vec::new() };
            let rest = queries::rest(db, &bill)?;
            let (lines, credits) = (queries::lines(db, id)?, queries::credits(db, id)?);
            let more = (queries::credited_lines(db, id)?, payments::queries::of_bill(db, id)?);
            Ok((bill, payer, lines, credits, more, rest, items, rates))
        })
        .await?;
    let zone = cx.zone();
    let words = |item: PriceItem| (item.id.to_string(), format!("{} – {}", item.name, currency.text(item.price)));
    let form = form
        .unwrap_or_else(|| forms::filled(bill.discount, bill.discount_rate, &bill.discount_reason, bill.currency()));
    Ok(ShowPage {
        page: cx.page(&bill.title()),
        form,
        is_draft: bill.status == BillStatus::Draft,
        may_manage: cx.may(Permission::ManageBills),
        may_correct: cx.may(Permission::CorrectBills) && bill.counts() && bill.credit_of.is_none(),
        may_credit: credited.len() < lines.len(),
        may_refund: paid.iter().any(|row| row.payment.status == PaymentStatus::Success),
        may_void: credits.is_empty() && paid.iter().all(|row| row.payment.status == PaymentStatus::Failed),
        may_take: cx.may(Permission::TakePayments) && bill.counts() && bill.credit_of.is_none() && rest > 0,
        may_decide: cx.may(Permission::TakePayments),
        issued_on: bill.issued_at.map(|at| date_text(zone.date(at))).unwrap_or_default(),
        due_on: bill.due_on.map(date_text).unwrap_or_default(),
        today: cx.today(),
        items: items.into_iter().map(words).collect(),
        bill,
        payer,
        lines,
        credits,
        credited,
        rest,
        rates,
        payments: paid,
        zone,
    })
}

pub async fn show(cx: Cx<can::SeeBills>) -> Answer {
    let id = cx.id::<BillId>("id")?;
    let page = page(&cx, id, None).await?;
    cx.looked(Entry::viewed("bill", id, page.bill.patient_id)).await?;
    cx.html(&page)
}
