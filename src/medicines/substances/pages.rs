//! The pages of substances.

use askama::Template;

use super::model::{SubstanceId, SubstanceRow};
use super::{actions, forms, queries};
use crate::access::{Permission, can};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "medicines/substances.html")]
struct IndexPage {
    page: Page,
    rows: Vec<SubstanceRow>,
    paging: Paging,
    words: String,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "medicines/substance_form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
}

pub async fn index(cx: Cx<can::SeeMedicines>) -> Answer {
    let (words, asked) = (cx.query("q"), cx.page_number());
    let base = if words.is_empty() { "/substances".to_owned() } else { format!("/substances?q={}", encode(&words)) };
    let sought = words.clone();
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &sought)?, base);
            Ok((queries::list(db, &sought, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    let may_manage = cx.may(Permission::ManageStock);
    cx.html(&IndexPage { page: cx.page("Substances"), rows, paging, words, may_manage })
}

fn new_page(cx: &Cx<can::ManageStock>, form: Form) -> FormPage {
    FormPage { page: cx.page("New substance"), form, action: "/substances".to_owned() }
}

fn edit_page(cx: &Cx<can::ManageStock>, id: SubstanceId, form: Form) -> FormPage {
    FormPage { page: cx.page("Edit substance"), form, action: format!("/substances/{id}/edit") }
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&new_page(&cx, Form::default()))
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&new_page(&cx, form));
    };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let done = cx
        .write_once(move |db| {
            actions::create(db, &by, &input).map(|_| format!("/substances?q={}", encode(&input.name)))
        })
        .await;
    match done {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&new_page(&cx, form))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SubstanceId>("id")?;
    let row = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    cx.html(&edit_page(&cx, id, forms::filled(&row)))
}

pub async fn update(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SubstanceId>("id")?;
    let mut form = cx.form.clone();
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&edit_page(&cx, id, form));
    };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => {
            cx.redirect_with(&format!("/substances?q={}", encode(&name)), &Flash::success(format!("{name} was saved.")))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&edit_page(&cx, id, form))
        }
    }
}
