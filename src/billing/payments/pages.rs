//! Taking payments at the desk and in the office, refunds, and what insurances answer.

use askama::Template;
use chrono::NaiveDate;

use super::forms::{self, BACK, METHODS};
use super::model::{Payment, PaymentId, PaymentKind, PaymentRow, PaymentStatus};
use super::{actions, queries};
use crate::access::{Permission, Requirement, can, token};
use crate::audit::Entry;
use crate::billing::bills;
use crate::billing::bills::model::{Bill, BillId, BillRow};
use crate::billing::bills::queries::Which;
use crate::billing::model::Payer;
use crate::billing::queries as accounts;
use crate::error::AppError;
use crate::time::Zone;
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

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

#[derive(Template)]
#[template(path = "billing/pay.html")]
struct PayPage {
    page: Page,
    form: Form,
    bill: Bill,
    payer: Payer,
    payments: Vec<PaymentRow>,
    rest: i64,
    zone: Zone,
    methods: &'static [(&'static str, &'static str)],
    is_refund: bool,
    sees_bill: bool,
    may_decide: bool,
}

async fn pay_page<R: Requirement>(
    cx: &Cx<R>,
    id: BillId,
    form: Option<Form>,
    is_refund: bool,
) -> Result<PayPage, AppError> {
    let actor = cx.actor()?.clone();
    let (bill, payer, payments, rest) = cx
        .read(move |db| {
            let bill = bills::queries::find(db, &actor, id)?;
            let payer = accounts::payer(db, &actor, bill.patient_id)?;
            let rest = bills::queries::rest(db, &bill)?;
            Ok((bill, payer, queries::of_bill(db, id)?, rest))
        })
        .await?;
    // What waits for an insurance is not asked of anybody else.
    let waits =
        |row: &&PaymentRow| row.payment.status == PaymentStatus::Pending && row.payment.kind == PaymentKind::Payment;
    let claimed: i64 = payments.iter().filter(waits).map(|row| row.payment.amount).sum();
    let asked = if is_refund { (-rest).max(0) } else { (rest - claimed).max(0) };
    let form = form.unwrap_or_else(|| {
        let amount = if asked > 0 { bill.currency().input(asked) } else { String::new() };
        Form::of([("method", "cash".to_owned()), ("amount", amount), ("insurer", payer.insurance_provider.clone())])
    });
    let title = if is_refund { "Refund" } else { "Take a payment" };
    Ok(PayPage {
        page: cx.page(&format!("{title}: {}", id.code())),
        form,
        bill,
        payer,
        payments,
        rest,
        zone: cx.zone(),
        methods: if is_refund { &BACK } else { &METHODS },
        is_refund,
        sees_bill: cx.may(Permission::SeeBills),
        may_decide: cx.may(Permission::TakePayments),
    })
}

/// The key under which a form counts once: the person's own, so that nobody can take another's place.
fn key<R: Requirement>(cx: &Cx<R>) -> String {
    match cx.form.value("_once") {
        "" => token::random(),
        once => token::hash(&format!("{once} {:?} {}", cx.by.user_id(), cx.path("id"))),
    }
}

pub async fn offer(cx: Cx<can::TakePayments>) -> Answer {
    let page = pay_page(&cx, cx.id("id")?, None, false).await?;
    cx.looked(Entry::viewed("bill", page.bill.id, page.bill.patient_id)).await?;
    cx.html(&page)
}

pub async fn take(cx: Cx<can::TakePayments>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let scope = actor.clone();
    let bill = cx.read(move |db| Ok(bills::queries::find(db, &scope, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, bill.currency()) else {
        return cx.invalid(&pay_page(&cx, id, Some(form), false).await?);
    };
    let (key, change) = (key(&cx), input.given.map_or(0, |given| given - input.amount));
    let taken = cx
        .write_once(move |db| {
            let payment = actions::take(db, &by, &actor, id, &key, &input)?;
            Ok(format!("/bills/{id}/pay?taken={payment}"))
        })
        .await;
    match taken {
        Ok((_, _)) if change > 0 => {
            let words = format!("Written down. Give back {}.", bill.text(change));
            cx.redirect_with(&format!("/bills/{id}/pay"), &Flash::success(words))
        }
        Ok((_, _)) => cx.redirect_with(&format!("/bills/{id}/pay"), &Flash::success("Written down.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&pay_page(&cx, id, Some(form), false).await?)
        }
    }
}

pub async fn offer_refund(cx: Cx<can::CorrectBills>) -> Answer {
    let page = pay_page(&cx, cx.id("id")?, None, true).await?;
    cx.looked(Entry::viewed("bill", page.bill.id, page.bill.patient_id)).await?;
    cx.html(&page)
}

pub async fn refund(cx: Cx<can::CorrectBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let scope = actor.clone();
    let bill = cx.read(move |db| Ok(bills::queries::find(db, &scope, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_refund(&mut form, bill.currency()) else {
        return cx.invalid(&pay_page(&cx, id, Some(form), true).await?);
    };
    let (key, waits) = (key(&cx), input.amount > cx.settings().refund_approval_limit);
    let refunded = cx
        .write_once(move |db| {
            let payment = actions::refund(db, &by, &actor, id, &key, &input)?;
            Ok(format!("/bills/{id}#{payment}"))
        })
        .await;
    match refunded {
        Ok(_) => {
            let words = if waits { "Somebody else has to approve it now." } else { "Paid back." };
            cx.redirect_with(&format!("/bills/{id}"), &Flash::success(words))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&pay_page(&cx, id, Some(form), true).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "billing/decide.html")]
struct DecidePage {
    page: Page,
    form: Form,
    payment: Payment,
    bill: Bill,
    is_refund: bool,
    answers: &'static [(&'static str, &'static str)],
}

const ANSWERS: [(&str, &str); 3] = [("approved", "Granted"), ("partly", "Granted in part"), ("denied", "Denied")];
const REFUND_ANSWERS: [(&str, &str); 2] = [("approved", "Approve"), ("denied", "Refuse")];

async fn decide_page<R: Requirement>(cx: &Cx<R>, id: PaymentId, form: Form) -> Result<DecidePage, AppError> {
    let actor = cx.actor()?.clone();
    let (payment, bill) = cx.read(move |db| actions::seen(db, &actor, id)).await?;
    let is_refund = payment.kind == PaymentKind::Refund;
    if is_refund && !cx.may(Permission::CorrectBills) {
        return Err(AppError::Forbidden);
    }
    let title = if is_refund { "Approve a refund" } else { "What the insurance answered" };
    let answers: &'static [_] = if is_refund { &REFUND_ANSWERS } else { &ANSWERS };
    Ok(DecidePage { page: cx.page(title), form, payment, bill, is_refund, answers })
}

/// Claims are for those who take payments, refunds for those who correct bills.
pub async fn offer_decision(cx: Cx<can::TakePayments>) -> Answer {
    let page = decide_page(&cx, cx.id("id")?, Form::default()).await?;
    cx.html(&page)
}

pub async fn decide(cx: Cx<can::TakePayments>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PaymentId>("id")?);
    // It also says whether the person may decide this one.
    let shown = decide_page(&cx, id, Form::default()).await?;
    let mut form = cx.form.clone();
    let Some(granted) = forms::parse_decision(&mut form, shown.bill.currency(), shown.payment.amount) else {
        return cx.invalid(&decide_page(&cx, id, form).await?);
    };
    if shown.is_refund && granted > 0 && granted < shown.payment.amount {
        form.refuse_field("decision", "A refund is approved as a whole, or refused.");
        return cx.invalid(&decide_page(&cx, id, form).await?);
    }
    let bill = cx.write(move |db| actions::decide(db, &by, &actor, id, granted)).await?;
    let back = if cx.may(Permission::SeeBills) { format!("/bills/{bill}") } else { format!("/bills/{bill}/pay") };
    cx.redirect_with(&back, &Flash::success("Written down."))
}
