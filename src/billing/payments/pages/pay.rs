//! Taking a payment of a bill, and paying something of it back.

use askama::Template;

use crate::access::{Permission, Requirement, can, token};
use crate::audit::Entry;
use crate::billing::bills;
use crate::billing::bills::model::{Bill, BillId};
use crate::billing::cash;
use crate::billing::cash::model::Session;
use crate::billing::model::Payer;
use crate::billing::payments::model::{PaymentKind, PaymentRow, PaymentStatus};
use crate::billing::payments::{actions, forms, queries};
use crate::billing::queries as accounts;
use crate::error::AppError;
use crate::time::Zone;
use crate::web::{Answer, Cx, Flash, Form, Page};

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
    methods: Vec<(&'static str, String)>,
    /// What is held for the patient in the bill's currency, minor units.
    held: i64,
    is_refund: bool,
    sees_bill: bool,
    may_decide: bool,
    /// The person's open cashier's day; without one, cash opens it by the way.
    session: Option<Session>,
}

async fn pay_page<R: Requirement>(
    cx: &Cx<R>,
    id: BillId,
    form: Option<Form>,
    is_refund: bool,
) -> Result<PayPage, AppError> {
    let actor = cx.actor()?.clone();
    let (bill, payer, payments, rest, held, session) = cx
        .read(move |db| {
            let bill = bills::queries::find(db, &actor, id)?;
            let payer = accounts::payer(db, &actor, bill.patient_id)?;
            let rest = bills::queries::rest(db, &bill)?;
            let held = queries::held(db, bill.patient_id)?;
            let session = cash::queries::open_of(db, actor.user_id)?;
            Ok((bill, payer, queries::of_bill(db, id)?, rest, held, session))
        })
        .await?;
    let held = held.iter().find(|(currency, _)| *currency == bill.currency).map_or(0, |(_, sum)| *sum);
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
        payer,
        payments,
        rest,
        zone: cx.zone(),
        methods: if is_refund { forms::ways_back(true) } else { forms::ways_to_pay(Some((&bill, held))) },
        held,
        bill,
        is_refund,
        sees_bill: cx.may(Permission::SeeBills),
        may_decide: cx.may(Permission::TakePayments),
        session,
    })
}

/// The key under which a form counts once: the person's own, so that nobody can take another's place.
pub(super) fn key<R: Requirement>(cx: &Cx<R>) -> String {
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
    let Some(input) = forms::parse_back(&mut form, bill.currency()) else {
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
