//! The pages of tax rates.

use askama::Template;

use super::model::{TaxRate, TaxRateId};
use super::{actions, forms, queries};
use crate::access::can;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "billing/tax_rates.html")]
struct IndexPage {
    page: Page,
    rows: Vec<TaxRate>,
}

#[derive(Template)]
#[template(path = "billing/tax_rate.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
}

pub async fn index(cx: Cx<can::ManageSettings>) -> Answer {
    let rows = cx.read(|db| Ok(queries::list(db)?)).await?;
    cx.html(&IndexPage { page: cx.page("Tax rates"), rows })
}

fn form_page(cx: &Cx<can::ManageSettings>, title: &str, action: String, form: Form) -> FormPage {
    FormPage { page: cx.page(title), form, action }
}

pub async fn new(cx: Cx<can::ManageSettings>) -> Answer {
    cx.html(&form_page(&cx, "New tax rate", "/tax-rates".to_owned(), forms::empty()))
}

pub async fn create(cx: Cx<can::ManageSettings>) -> Answer {
    let mut form = cx.form.clone();
    let (title, address) = ("New tax rate", "/tax-rates".to_owned());
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&form_page(&cx, title, address, form));
    };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &input)?;
            Ok("/tax-rates".to_owned())
        })
        .await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, title, address, form))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageSettings>) -> Answer {
    let id = cx.id::<TaxRateId>("id")?;
    let rate = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    cx.html(&form_page(&cx, "Edit tax rate", format!("/tax-rates/{id}/edit"), forms::filled(&rate)))
}

pub async fn update(cx: Cx<can::ManageSettings>) -> Answer {
    let id = cx.id::<TaxRateId>("id")?;
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let (title, address) = ("Edit tax rate", format!("/tax-rates/{id}/edit"));
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&form_page(&cx, title, address, form));
    };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with("/tax-rates", &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, title, address, form))
        }
    }
}
