//! The pages of the price list.

use askama::Template;

use super::model::{PriceItemId, PriceRow};
use super::{actions, forms, queries};
use crate::access::{Permission, Requirement, can};
use crate::departments;
use crate::error::AppError;
use crate::money::Currency;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "billing/prices.html")]
struct IndexPage {
    page: Page,
    rows: Vec<PriceRow>,
    currency: Currency,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "billing/price.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
    departments: Vec<(String, String)>,
    currency: &'static str,
}

pub async fn index(cx: Cx<can::SeeBills>) -> Answer {
    let may_manage = cx.may(Permission::ManageBills);
    let mut rows = cx.read(|db| Ok(queries::list(db)?)).await?;
    rows.retain(|row| may_manage || row.item.is_active);
    cx.html(&IndexPage { page: cx.page("Prices"), rows, currency: cx.settings().currency(), may_manage })
}

async fn form_page<R: Requirement>(cx: &Cx<R>, title: &str, action: String, form: Form) -> Result<FormPage, AppError> {
    let actor = cx.actor()?.clone();
    let departments = cx.read(move |db| Ok(departments::queries::names(db, &actor)?)).await?;
    Ok(FormPage { page: cx.page(title), form, action, departments, currency: cx.settings().currency().code() })
}

pub async fn new(cx: Cx<can::ManageBills>) -> Answer {
    let page = form_page(&cx, "New price", "/prices".to_owned(), forms::empty()).await?;
    cx.html(&page)
}

pub async fn create(cx: Cx<can::ManageBills>) -> Answer {
    let mut form = cx.form.clone();
    let title = "New price";
    let Some(input) = forms::parse(&mut form, cx.settings().currency()) else {
        return cx.invalid(&form_page(&cx, title, "/prices".to_owned(), form).await?);
    };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &input)?;
            Ok("/prices".to_owned())
        })
        .await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, title, "/prices".to_owned(), form).await?)
        }
    }
}

pub async fn edit(cx: Cx<can::ManageBills>) -> Answer {
    let id = cx.id::<PriceItemId>("id")?;
    let item = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let form = forms::filled(&item, cx.settings().currency());
    let page = form_page(&cx, "Edit price", format!("/prices/{id}/edit"), form).await?;
    cx.html(&page)
}

pub async fn update(cx: Cx<can::ManageBills>) -> Answer {
    let (id, currency) = (cx.id::<PriceItemId>("id")?, cx.settings().currency());
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let (title, address) = ("Edit price", format!("/prices/{id}/edit"));
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, currency) else {
        return cx.invalid(&form_page(&cx, title, address, form).await?);
    };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input, currency)).await {
        Ok(()) => cx.redirect_with("/prices", &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, title, address, form).await?)
        }
    }
}
