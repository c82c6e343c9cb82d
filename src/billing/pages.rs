//! What a patient was charged and owes, and charging by hand.

use askama::Template;

use super::bills::model::BillRow;
use super::model::{ChargeId, ChargeItem, ChargeRow, Payer, UnbilledRow};
use super::payments::model::PaymentRow;
use super::payments::pages::held_text;
use super::prices::model::PriceItem;
use super::{actions, bills, forms, payments, prices, queries};
use crate::access::{Permission, Requirement, can};
use crate::audit::Entry;
use crate::departments;
use crate::error::AppError;
use crate::money::Currency;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::{Zone, date_text};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "billing/account.html")]
struct AccountPage {
    page: Page,
    /// For those who may open the record; the others see who pays.
    banner: Option<Banner>,
    tab: Tab,
    payer: Payer,
    born: String,
    bills: Vec<BillRow>,
    /// What is to be paid of the bills, one amount for each currency.
    owed: String,
    /// What the number is made of.
    owed_hint: String,
    /// It is below nothing: the hospital owes.
    is_credit: bool,
    held: String,
    has_deposit: bool,
    /// What moved the deposit.
    payments: Vec<PaymentRow>,
    may_take: bool,
    may_decide: bool,
    charges: Vec<ChargeRow>,
    open: i64,
    today: chrono::NaiveDate,
    currency: Currency,
    zone: Zone,
    may_manage: bool,
}

/// `GET /patients/{id}/bills`: one number, and the lines that explain it.
pub async fn account(cx: Cx<can::SeeBills>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    let opens_record = cx.may(Permission::SeeRecords);
    let (payer, banner, bills, charges, held, moved) = cx
        .read(move |db| {
            let payer = queries::payer(db, &actor, id)?;
            let banner = if opens_record { Some(banner::load(db, &actor, id, today)?) } else { None };
            let (held, moved) = (payments::queries::held(db, id)?, payments::queries::of_deposit(db, id)?);
            Ok((payer, banner, bills::queries::of_patient(db, &actor, id)?, queries::open_of(db, id)?, held, moved))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "bills")).await?;
    let currency = cx.settings().currency();
    let sums = owed(&bills, &held, currency);
    let is_credit = sums.iter().all(|(_, sum)| *sum <= 0) && sums.iter().any(|(_, sum)| *sum < 0);
    cx.html(&AccountPage {
        page: cx.page(&format!("Bills of {}", payer.name())),
        banner,
        tab: Tab::Bills,
        born: date_text(payer.date_of_birth),
        payer,
        open: charges.iter().map(|row| row.charge.amount).sum(),
        owed: text(&sums, is_credit),
        owed_hint: if held.is_empty() {
            "what is left of the bills below".to_owned()
        } else {
            format!("what is left of the bills below, less {} held", held_text(&held, currency))
        },
        is_credit,
        held: held_text(&held, currency),
        has_deposit: !held.is_empty(),
        payments: moved,
        may_take: cx.may(Permission::TakePayments),
        may_decide: cx.may(Permission::TakePayments),
        bills,
        charges,
        today,
        currency,
        zone: cx.zone(),
        may_manage: cx.may(Permission::ManageBills),
    })
}

/// What is to be paid of these bills, less what is held. There is one currency, unless the hospital's was another once.
fn owed(bills: &[BillRow], held: &[(String, i64)], own: Currency) -> Vec<(Currency, i64)> {
    let mut sums = vec![(own, 0)];
    let rests = bills.iter().map(|row| (row.bill.currency(), row.rest));
    let less = held.iter().filter_map(|(code, sum)| Some((Currency::named(code)?, -sum)));
    for (currency, change) in rests.chain(less) {
        match sums.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, sum)) => *sum += change,
            None => sums.push((currency, change)),
        }
    }
    sums.retain(|(currency, sum)| *currency == own || *sum != 0);
    sums
}

/// Without signs when the words beside say that all of it is the patient's.
fn text(sums: &[(Currency, i64)], is_credit: bool) -> String {
    sums.iter()
        .map(|(currency, sum)| currency.text(if is_credit { -sum } else { *sum }))
        .collect::<Vec<_>>()
        .join(" + ")
}

#[derive(Template)]
#[template(path = "billing/unbilled.html")]
struct UnbilledPage {
    page: Page,
    rows: Vec<UnbilledRow>,
    paging: Paging,
    currency: Currency,
    zone: Zone,
}

/// `GET /charges`: who was charged for something that stands on no bill yet.
pub async fn open(cx: Cx<can::ManageBills>) -> Answer {
    let asked = cx.page_number();
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count_unbilled(db)?, "/charges".to_owned());
            Ok((queries::unbilled(db, (paging.offset(), PAGE_SIZE))?, paging))
        })
        .await?;
    cx.looked(Entry::new("listed", "charge_item", 0).note("found", rows.len())).await?;
    let currency = cx.settings().currency();
    cx.html(&UnbilledPage { page: cx.page("To bill"), rows, paging, currency, zone: cx.zone() })
}

#[derive(Template)]
#[template(path = "billing/charge.html")]
struct ChargePage {
    page: Page,
    form: Form,
    payer: Payer,
    /// Entries of the price list with their prices, as id and words.
    items: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    currency: &'static str,
}

async fn charge_page<R: Requirement>(cx: &Cx<R>, id: PatientId, form: Form) -> Result<ChargePage, AppError> {
    let (actor, currency) = (cx.actor()?.clone(), cx.settings().currency());
    let (payer, items, departments) = cx
        .read(move |db| {
            let payer = queries::payer(db, &actor, id)?;
            Ok((payer, prices::queries::offered(db)?, departments::queries::names(db, &actor)?))
        })
        .await?;
    let words = |item: PriceItem| (item.id.to_string(), format!("{} – {}", item.name, currency.text(item.price)));
    Ok(ChargePage {
        page: cx.page("New charge"),
        form,
        payer,
        items: items.into_iter().map(words).collect(),
        departments,
        currency: currency.code(),
    })
}

pub async fn new(cx: Cx<can::ManageBills>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let page = charge_page(&cx, id, Form::of([("quantity", "1".to_owned())])).await?;
    cx.html(&page)
}

pub async fn create(cx: Cx<can::ManageBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let mut form = cx.form.clone();
    let items = cx.read(|db| Ok(prices::queries::offered(db)?)).await?;
    let Some(input) = forms::parse(&mut form, &items, cx.settings().currency()) else {
        return cx.invalid(&charge_page(&cx, id, form).await?);
    };
    let (by, name) = (cx.by.clone(), input.description.clone());
    let charged = cx
        .write_once(move |db| {
            actions::charge_manually(db, &by, &actor, id, &input)?;
            Ok(format!("/patients/{id}/bills"))
        })
        .await;
    match charged {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was charged."))),
        Err(AppError::Constraint(name)) if name == "foreign_key" => {
            form.refuse_field("department_id", "Choose one of the list.");
            cx.invalid(&charge_page(&cx, id, form).await?)
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "billing/cancel_charge.html")]
struct CancelPage {
    page: Page,
    form: Form,
    charge: ChargeItem,
    amount: String,
}

async fn cancel_page<R: Requirement>(cx: &Cx<R>, id: ChargeId, form: Form) -> Result<CancelPage, AppError> {
    let actor = cx.actor()?.clone();
    let charge = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    let amount = cx.settings().currency().text(charge.amount);
    Ok(CancelPage { page: cx.page("Cancel a charge"), form, charge, amount })
}

pub async fn confirm_cancelling(cx: Cx<can::ManageBills>) -> Answer {
    let page = cancel_page(&cx, cx.id("id")?, Form::default()).await?;
    cx.html(&page)
}

pub async fn cancel(cx: Cx<can::ManageBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<ChargeId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", 300, "Say why, so that the books explain it.");
    if !form.is_valid() {
        return cx.invalid(&cancel_page(&cx, id, form).await?);
    }
    let by = cx.by.clone();
    let patient = cx.write(move |db| actions::cancel_charge(db, &by, &actor, id, &reason)).await?;
    cx.redirect_with(&format!("/patients/{patient}/bills"), &Flash::success("The charge was cancelled."))
}
