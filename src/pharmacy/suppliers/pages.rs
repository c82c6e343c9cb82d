//! The pages of suppliers.

use askama::Template;

use super::model::{Supplier, SupplierId, SupplierRow};
use super::{actions, forms, queries};
use crate::access::can;
use crate::pharmacy::receipts::model::Receipt;
use crate::pharmacy::receipts::queries as receipts;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// How many of its latest deliveries a supplier's page shows.
const SHOWN: i64 = 10;

#[derive(Template)]
#[template(path = "pharmacy/suppliers.html")]
struct IndexPage {
    page: Page,
    rows: Vec<SupplierRow>,
}

#[derive(Template)]
#[template(path = "pharmacy/supplier.html")]
struct ShowPage {
    page: Page,
    supplier: Supplier,
    latest: Vec<Receipt>,
    count: i64,
}

#[derive(Template)]
#[template(path = "pharmacy/supplier_form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
    back: String,
}

#[derive(Template)]
#[template(path = "pharmacy/supplier_remove.html")]
struct RemovePage {
    page: Page,
    supplier: Supplier,
    count: i64,
}

pub async fn index(cx: Cx<can::ManageStock>) -> Answer {
    let rows = cx.read(|db| Ok(queries::list(db)?)).await?;
    cx.html(&IndexPage { page: cx.page("Suppliers"), rows })
}

pub async fn show(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SupplierId>("id")?;
    let (supplier, latest, count) = cx
        .read(move |db| Ok((queries::find(db, id)?, receipts::latest_of(db, id, SHOWN)?, queries::receipts(db, id)?)))
        .await?;
    cx.html(&ShowPage { page: cx.page(&supplier.name), supplier, latest, count })
}

fn new_page(cx: &Cx<can::ManageStock>, form: Form) -> FormPage {
    let (action, back) = ("/suppliers".to_owned(), "/suppliers".to_owned());
    FormPage { page: cx.page("New supplier"), form, action, back }
}

fn edit_page(cx: &Cx<can::ManageStock>, id: SupplierId, form: Form) -> FormPage {
    let back = format!("/suppliers/{id}");
    FormPage { page: cx.page("Edit supplier"), form, action: format!("{back}/edit"), back }
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&new_page(&cx, forms::empty()))
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&new_page(&cx, form)) };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let created = cx.write_once(move |db| Ok(format!("/suppliers/{}", actions::create(db, &by, &input)?))).await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&new_page(&cx, form))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SupplierId>("id")?;
    let supplier = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    cx.html(&edit_page(&cx, id, forms::filled(&supplier)))
}

pub async fn update(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SupplierId>("id")?;
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&edit_page(&cx, id, form)) };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/suppliers/{id}"), &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&edit_page(&cx, id, form))
        }
    }
}

pub async fn confirm_removal(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<SupplierId>("id")?;
    let (supplier, count) = cx.read(move |db| Ok((queries::find(db, id)?, queries::receipts(db, id)?))).await?;
    cx.html(&RemovePage { page: cx.page(&format!("Remove {}?", supplier.name)), supplier, count })
}

pub async fn remove(cx: Cx<can::ManageStock>) -> Answer {
    let (by, id) = (cx.by.clone(), cx.id::<SupplierId>("id")?);
    cx.write(move |db| actions::remove(db, &by, id)).await?;
    cx.redirect_with("/suppliers", &Flash::success("The supplier was removed."))
}
