//! What an insurance answered to a claim, and what a second person says of money that goes out.

use askama::Template;

use crate::access::{Permission, Requirement, can};
use crate::billing::cash;
use crate::billing::cash::model::Session;
use crate::billing::payments::model::{Method, Payment, PaymentId};
use crate::billing::payments::{actions, forms};
use crate::error::AppError;
use crate::money::Currency;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "billing/decide.html")]
struct DecidePage {
    page: Page,
    form: Form,
    payment: Payment,
    /// The page of what it is of.
    back: String,
    /// Minor units are typed in this one.
    currency: Currency,
    is_refund: bool,
    answers: &'static [(&'static str, &'static str)],
    /// Whether approving it takes cash out of the person's drawer.
    is_cash: bool,
    /// The person's open cashier's day.
    session: Option<Session>,
}

const ANSWERS: [(&str, &str); 3] = [("approved", "Granted"), ("partly", "Granted in part"), ("denied", "Denied")];
const REFUND_ANSWERS: [(&str, &str); 2] = [("approved", "Approve"), ("denied", "Refuse")];

async fn decide_page<R: Requirement>(cx: &Cx<R>, id: PaymentId, form: Form) -> Result<DecidePage, AppError> {
    let actor = cx.actor()?.clone();
    let (payment, bill, session) = cx
        .read(move |db| {
            let (payment, bill) = actions::seen(db, &actor, id)?;
            Ok((payment, bill, cash::queries::open_of(db, actor.user_id)?))
        })
        .await?;
    let is_refund = payment.kind.goes_out();
    if is_refund && !cx.may(Permission::CorrectBills) {
        return Err(AppError::Forbidden);
    }
    let title = if is_refund { "Approve a refund" } else { "What the insurance answered" };
    let answers: &'static [_] = if is_refund { &REFUND_ANSWERS } else { &ANSWERS };
    let back = match bill {
        Some(bill) if cx.may(Permission::SeeBills) => format!("/bills/{}", bill.id),
        Some(bill) => format!("/bills/{}/pay", bill.id),
        None => format!("/patients/{}/deposits", payment.patient_id),
    };
    let currency = Currency::named(&payment.currency).unwrap_or_else(Currency::fallback);
    let is_cash = is_refund && payment.method == Method::Cash;
    Ok(DecidePage { page: cx.page(title), form, payment, back, currency, is_refund, answers, is_cash, session })
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
    let Some(granted) = forms::parse_decision(&mut form, shown.currency, shown.payment.amount) else {
        return cx.invalid(&decide_page(&cx, id, form).await?);
    };
    if shown.is_refund && granted > 0 && granted < shown.payment.amount {
        form.refuse_field("decision", "A refund is approved as a whole, or refused.");
        return cx.invalid(&decide_page(&cx, id, form).await?);
    }
    let float = cash::forms::opening_by_the_way(&mut form, shown.currency);
    if !form.is_valid() {
        return cx.invalid(&decide_page(&cx, id, form).await?);
    }
    if let Err(error) = cx.write(move |db| actions::decide(db, &by, &actor, id, granted, float)).await {
        form.refuse(error)?;
        return cx.invalid(&decide_page(&cx, id, form).await?);
    }
    cx.redirect_with(&shown.back, &Flash::success("Written down."))
}
