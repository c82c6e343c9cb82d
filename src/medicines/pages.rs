//! The pages of the catalogue.

use askama::Template;

use super::model::{Medicine, MedicineId, milligrams};
use super::queries::Filter;
use super::{actions, forms, queries};
use crate::access::{Permission, can};
use crate::error::AppError;
use crate::medicines::directions::{ROUTES, route_words};
use crate::pharmacy::stock::shelf::{self, Shelf};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "medicines/index.html", blocks = ["results"])]
struct IndexPage {
    page: Page,
    results: Results,
}

struct Results {
    rows: Vec<Row>,
    paging: Paging,
    words: String,
    with_inactive: bool,
    may_manage: bool,
}

struct Row {
    medicine: Medicine,
    price: String,
    range: String,
}

#[derive(Template)]
#[template(path = "medicines/show.html")]
struct ShowPage {
    page: Page,
    medicine: Medicine,
    contents: Vec<String>,
    price: String,
    range: String,
    route: String,
    in_unit: String,
    may_manage: bool,
    shelf: Shelf,
}

#[derive(Template)]
#[template(path = "medicines/form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
    back: String,
    currency: &'static str,
}

impl FormPage {
    fn routes(&self) -> Vec<(&'static str, &'static str)> {
        ROUTES.to_vec()
    }
}

/// The names that a typed one may mean, for the list under the field.
#[derive(Template)]
#[template(path = "medicines/complete.html")]
struct Completion {
    found: Vec<Medicine>,
    /// Whether the pack's size is said rather than the usual dose.
    with_packs: bool,
}

pub async fn index(cx: Cx<can::SeeMedicines>) -> Answer {
    let filter = Filter { words: cx.query("q"), with_inactive: cx.query("all") == "yes" };
    let asked = cx.page_number();
    let mut base = format!("/medicines?q={}", encode(&filter.words));
    if filter.with_inactive {
        base.push_str("&all=yes");
    }
    let sought = filter.clone();
    let (found, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &sought)?, base);
            Ok((queries::list(db, &sought, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    let currency = cx.settings().currency();
    let rows = found
        .into_iter()
        .map(|medicine| Row { price: currency.text(medicine.price), range: medicine.range_text(), medicine })
        .collect();
    let results = Results {
        rows,
        paging,
        words: filter.words,
        with_inactive: filter.with_inactive,
        may_manage: cx.may(Permission::ManageStock),
    };
    let page = IndexPage { page: cx.page("Medicines"), results };
    if cx.is_htmx() { cx.html(&page.as_results()) } else { cx.html(&page) }
}

/// The names that a typed one may mean: `medicine` is the field of a prescription's line.
pub async fn complete(cx: Cx<can::SeeMedicines>) -> Answer {
    let words = cx.query("medicine");
    let found = if words.trim().chars().count() < 2 {
        Vec::new()
    } else {
        let filter = Filter { words, with_inactive: false };
        cx.read(move |db| Ok(queries::list(db, &filter, 0, 12)?)).await?
    };
    cx.html(&Completion { found, with_packs: cx.query("show") == "packs" })
}

pub async fn show(cx: Cx<can::SeeMedicines>) -> Answer {
    let id = cx.id::<MedicineId>("id")?;
    let (actor, zone, today) = (cx.actor()?.clone(), cx.zone(), cx.today());
    let (medicine, contents, shelf) = cx
        .read(move |db| {
            let medicine = queries::find(db, id)?;
            let shelf = shelf::load(db, &actor, &medicine, zone, today)?;
            Ok((medicine, queries::contents(db, id)?, shelf))
        })
        .await?;
    cx.html(&ShowPage {
        shelf,
        page: cx.page(&medicine.name),
        contents,
        price: cx.settings().currency().text(medicine.price),
        range: medicine.range_text(),
        route: route_words(&medicine.route).to_owned(),
        in_unit: medicine.strength_ng.map(|ng| format!("{} mg", milligrams(ng))).unwrap_or_default(),
        may_manage: cx.may(Permission::ManageStock),
        medicine,
    })
}

fn new_page(cx: &Cx<can::ManageStock>, form: Form) -> Result<FormPage, AppError> {
    let (action, back) = ("/medicines".to_owned(), "/medicines".to_owned());
    let currency = cx.settings().currency().code();
    Ok(FormPage { page: cx.page("New medicine"), form, action, back, currency })
}

fn edit_page(cx: &Cx<can::ManageStock>, id: MedicineId, form: Form) -> Result<FormPage, AppError> {
    let back = format!("/medicines/{id}");
    let currency = cx.settings().currency().code();
    Ok(FormPage { page: cx.page("Edit medicine"), form, action: format!("{back}/edit"), back, currency })
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&new_page(&cx, forms::empty())?)
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, cx.settings().currency()) else {
        return cx.invalid(&new_page(&cx, form)?);
    };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let done = cx.write_once(move |db| actions::create(db, &by, &input).map(|id| format!("/medicines/{id}"))).await;
    match done {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            refuse(&mut form, error)?;
            cx.invalid(&new_page(&cx, form)?)
        }
    }
}

/// What the actions refuse, beside its field.
fn refuse(form: &mut Form, error: AppError) -> Result<(), AppError> {
    match error {
        AppError::Conflict(message) => {
            form.refuse_field("contents", message);
            Ok(())
        }
        error => form.refuse(error),
    }
}

pub async fn edit(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<MedicineId>("id")?;
    let (medicine, contents) = cx.read(move |db| Ok((queries::find(db, id)?, queries::contents(db, id)?))).await?;
    let form = forms::filled(&medicine, &contents, cx.settings().currency());
    cx.html(&edit_page(&cx, id, form)?)
}

pub async fn update(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<MedicineId>("id")?;
    let mut form = cx.form.clone();
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let Some(input) = forms::parse(&mut form, cx.settings().currency()) else {
        return cx.invalid(&edit_page(&cx, id, form)?);
    };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/medicines/{id}"), &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            refuse(&mut form, error)?;
            cx.invalid(&edit_page(&cx, id, form)?)
        }
    }
}

pub async fn start(cx: Cx<can::ManageStock>) -> Answer {
    let by = cx.by.clone();
    let count = cx.write(move |db| actions::start(db, &by)).await?;
    cx.redirect_with("/medicines", &Flash::success(format!("{count} medicines were added. Look them over.")))
}
