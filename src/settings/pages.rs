//! The page of the settings.

use askama::Template;
use chrono::Datelike;

use super::{actions, forms, queries};
use crate::access::can;
use crate::error::AppError;
use crate::money::Currency;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "settings/edit.html")]
struct EditPage {
    page: Page,
    form: Form,
    zones: Vec<(String, String)>,
    currencies: Vec<(String, String)>,
    /// There are amounts already, so the currency stays.
    is_currency_fixed: bool,
    this_year: String,
}

async fn edit_page(cx: &Cx<can::ManageSettings>, form: Form) -> Result<EditPage, AppError> {
    let is_currency_fixed = cx.read(|db| Ok(queries::amounts_exist(db)?)).await?;
    let own = cx.settings().currency.clone();
    let mut currencies = Currency::all();
    currencies.retain(|(code, _)| !is_currency_fixed || *code == own);
    Ok(EditPage {
        page: cx.page("Settings"),
        form,
        zones: chrono_tz::TZ_VARIANTS.iter().map(|z| (z.name().to_owned(), z.name().replace('_', " "))).collect(),
        currencies,
        is_currency_fixed,
        this_year: cx.today().year().to_string(),
    })
}

pub async fn edit(cx: Cx<can::ManageSettings>) -> Answer {
    let page = edit_page(&cx, forms::filled(cx.settings())).await?;
    cx.html(&page)
}

pub async fn update(cx: Cx<can::ManageSettings>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, cx.today().year()) else {
        return cx.invalid(&edit_page(&cx, form).await?);
    };
    let (by, version) = (cx.by.clone(), form.version());
    match cx.write(move |db| actions::update(db, &by, version, &input)).await {
        Ok(()) => cx.redirect_with("/settings", &Flash::success("The settings were saved. They hold at once.")),
        Err(AppError::Conflict(message)) => {
            form.refuse_field("currency", message);
            cx.invalid(&edit_page(&cx, form).await?)
        }
        Err(error) => Err(error),
    }
}
