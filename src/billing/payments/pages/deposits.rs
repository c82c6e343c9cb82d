//! Money taken ahead: what is held for a patient, and giving it back.

use askama::Template;

use super::pay::key;
use crate::access::{Permission, Requirement, can};
use crate::audit::Entry;
use crate::billing::cash;
use crate::billing::cash::model::Session;
use crate::billing::model::Payer;
use crate::billing::payments::model::PaymentRow;
use crate::billing::payments::{actions, forms, queries};
use crate::billing::queries as accounts;
use crate::error::AppError;
use crate::money::Currency;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::{Zone, date_text};
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "billing/deposits.html")]
struct DepositsPage {
    page: Page,
    form: Form,
    /// For those who may open the record; the others see who pays.
    banner: Option<Banner>,
    tab: Tab,
    payer: Payer,
    born: String,
    /// What is held, in words.
    held: String,
    payments: Vec<PaymentRow>,
    methods: Vec<(&'static str, String)>,
    currency: &'static str,
    zone: Zone,
    may_decide: bool,
    /// Whether there is anything to give back, and the person may.
    may_return: bool,
    sees_bills: bool,
    /// The person's open cashier's day; without one, cash opens it by the way.
    session: Option<Session>,
}

/// What is held, in words: nothing in the hospital's currency, when there is none.
pub(in crate::billing) fn held_text(held: &[(String, i64)], own: Currency) -> String {
    if held.is_empty() {
        return own.text(0);
    }
    let text = |(code, sum): &(String, i64)| Currency::named(code).unwrap_or_else(Currency::fallback).text(*sum);
    held.iter().map(text).collect::<Vec<_>>().join(" + ")
}

async fn page<R: Requirement>(cx: &Cx<R>, id: PatientId, form: Form) -> Result<DepositsPage, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let opens_record = cx.may(Permission::SeeRecords);
    let (payer, banner, held, payments, session) = cx
        .read(move |db| {
            let payer = accounts::payer(db, &actor, id)?;
            let banner = if opens_record { Some(banner::load(db, &actor, id, today)?) } else { None };
            let session = cash::queries::open_of(db, actor.user_id)?;
            Ok((payer, banner, queries::held(db, id)?, queries::of_deposit(db, id)?, session))
        })
        .await?;
    let currency = cx.settings().currency();
    Ok(DepositsPage {
        page: cx.page(&format!("Deposit of {}", payer.name())),
        form,
        banner,
        tab: Tab::Deposit,
        born: date_text(payer.date_of_birth),
        payer,
        may_return: cx.may(Permission::CorrectBills) && held.iter().any(|(code, _)| code == currency.code()),
        held: held_text(&held, currency),
        payments,
        methods: forms::ways_to_pay(None),
        currency: currency.code(),
        zone: cx.zone(),
        may_decide: cx.may(Permission::TakePayments),
        sees_bills: cx.may(Permission::SeeBills),
        session,
    })
}

/// `GET /patients/{id}/deposits`: what is held and why, and the form to take more.
pub async fn index(cx: Cx<can::TakePayments>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let page = page(&cx, id, Form::of([("method", "cash".to_owned())])).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "deposits")).await?;
    cx.html(&page)
}

pub async fn take(cx: Cx<can::TakePayments>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let mut form = cx.form.clone();
    let currency = cx.settings().currency();
    let Some(input) = forms::parse_deposit(&mut form, currency) else {
        return cx.invalid(&page(&cx, id, form).await?);
    };
    let (key, change) = (key(&cx), input.given.map_or(0, |given| given - input.amount));
    let taken = cx
        .write_once(move |db| {
            actions::deposit(db, &by, &actor, id, &key, &input)?;
            Ok(format!("/patients/{id}/deposits"))
        })
        .await;
    match taken {
        Ok((location, _)) if change > 0 => {
            let words = format!("Written down. Give back {}.", currency.text(change));
            cx.redirect_with(&location, &Flash::success(words))
        }
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("Written down.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&page(&cx, id, form).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "billing/return_deposit.html")]
struct ReturnPage {
    page: Page,
    form: Form,
    payer: Payer,
    held: String,
    methods: Vec<(&'static str, String)>,
    currency: &'static str,
    session: Option<Session>,
}

async fn return_page<R: Requirement>(cx: &Cx<R>, id: PatientId, form: Option<Form>) -> Result<ReturnPage, AppError> {
    let actor = cx.actor()?.clone();
    let (payer, held, session) = cx
        .read(move |db| {
            let session = cash::queries::open_of(db, actor.user_id)?;
            Ok((accounts::payer(db, &actor, id)?, queries::held(db, id)?, session))
        })
        .await?;
    let currency = cx.settings().currency();
    let own = held.iter().find(|(code, _)| code == currency.code()).map_or(0, |(_, sum)| *sum);
    let form =
        form.unwrap_or_else(|| Form::of([("method", "cash".to_owned()), ("amount", currency.input(own.max(0)))]));
    Ok(ReturnPage {
        page: cx.page("Pay a deposit back"),
        form,
        payer,
        held: held_text(&held, currency),
        methods: forms::ways_back(false),
        currency: currency.code(),
        session,
    })
}

pub async fn offer_return(cx: Cx<can::CorrectBills>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let page = return_page(&cx, id, None).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "deposits")).await?;
    cx.html(&page)
}

pub async fn return_deposit(cx: Cx<can::CorrectBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_back(&mut form, cx.settings().currency()) else {
        return cx.invalid(&return_page(&cx, id, Some(form)).await?);
    };
    let (key, waits) = (key(&cx), input.amount > cx.settings().refund_approval_limit);
    let returned = cx
        .write_once(move |db| {
            actions::return_deposit(db, &by, &actor, id, &key, &input)?;
            Ok(format!("/patients/{id}/deposits"))
        })
        .await;
    match returned {
        Ok((location, _)) => {
            let words = if waits { "Somebody else has to approve it now." } else { "Paid back." };
            cx.redirect_with(&location, &Flash::success(words))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&return_page(&cx, id, Some(form)).await?)
        }
    }
}
