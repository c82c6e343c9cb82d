//! The pages of interactions.

use askama::Template;
use strum::VariantArray;

use super::model::{Interaction, InteractionId, Severity};
use super::{actions, forms, queries};
use crate::access::{Permission, can};
use crate::error::AppError;
use crate::medicines::substances;
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "medicines/interactions.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Interaction>,
    paging: Paging,
    words: String,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "medicines/interaction_form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
    /// What a side may be.
    terms: Vec<String>,
    severities: Vec<(&'static str, &'static str)>,
}

pub async fn index(cx: Cx<can::SeeMedicines>) -> Answer {
    let (words, asked) = (cx.query("q"), cx.page_number());
    let base =
        if words.is_empty() { "/interactions".to_owned() } else { format!("/interactions?q={}", encode(&words)) };
    let sought = words.clone();
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &sought)?, base);
            Ok((queries::list(db, &sought, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    let may_manage = cx.may(Permission::ManageStock);
    cx.html(&IndexPage { page: cx.page("Interactions"), rows, paging, words, may_manage })
}

async fn terms(cx: &Cx<can::ManageStock>) -> Result<Vec<String>, AppError> {
    cx.read(|db| Ok(substances::queries::terms(db)?)).await
}

fn form_page(cx: &Cx<can::ManageStock>, form: Form, terms: Vec<String>, id: Option<InteractionId>) -> FormPage {
    let severities = Severity::VARIANTS.iter().map(|s| (s.as_str(), s.label())).collect();
    let (title, action) = match id {
        Some(id) => ("Edit interaction", format!("/interactions/{id}/edit")),
        None => ("New interaction", "/interactions".to_owned()),
    };
    FormPage { page: cx.page(title), form, action, terms, severities }
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    let terms = terms(&cx).await?;
    cx.html(&form_page(&cx, forms::empty(), terms, None))
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    let terms = terms(&cx).await?;
    let Some(input) = forms::parse(&mut form, &terms) else {
        return cx.invalid(&form_page(&cx, form, terms, None));
    };
    let by = cx.by.clone();
    let done = cx
        .write_once(move |db| {
            actions::create(db, &by, &input).map(|_| format!("/interactions?q={}", encode(&input.one)))
        })
        .await;
    match done {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("The interaction was added.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, form, terms, None))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<InteractionId>("id")?;
    let interaction = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let terms = terms(&cx).await?;
    cx.html(&form_page(&cx, forms::filled(&interaction), terms, Some(id)))
}

pub async fn update(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<InteractionId>("id")?;
    let mut form = cx.form.clone();
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let terms = terms(&cx).await?;
    let Some(input) = forms::parse(&mut form, &terms) else {
        return cx.invalid(&form_page(&cx, form, terms, Some(id)));
    };
    let (by, version) = (cx.by.clone(), form.version());
    let location = format!("/interactions?q={}", encode(&input.one));
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with(&location, &Flash::success("The interaction was saved.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, form, terms, Some(id)))
        }
    }
}
