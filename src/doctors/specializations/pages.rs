//! The pages of specializations.

use askama::Template;

use super::model::{Specialization, SpecializationId, SpecializationRow};
use super::{actions, forms, queries};
use crate::access::{Permission, can};
use crate::doctors::model::DoctorId;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "specializations/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<SpecializationRow>,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "specializations/form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
}

#[derive(Template)]
#[template(path = "specializations/remove.html")]
struct RemovePage {
    page: Page,
    specialization: Specialization,
    doctors: Vec<(DoctorId, String)>,
}

pub async fn index(cx: Cx<can::SeeDepartments>) -> Answer {
    let rows = cx.read(|db| Ok(queries::list(db)?)).await?;
    cx.html(&IndexPage { page: cx.page("Specializations"), rows, may_manage: cx.may(Permission::ManageDepartments) })
}

pub async fn new(cx: Cx<can::ManageDepartments>) -> Answer {
    cx.html(&new_page(&cx, Form::default()))
}

fn new_page(cx: &Cx<can::ManageDepartments>, form: Form) -> FormPage {
    FormPage { page: cx.page("New specialization"), form, action: "/specializations".to_owned() }
}

pub async fn create(cx: Cx<can::ManageDepartments>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&new_page(&cx, form)) };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &input)?;
            Ok("/specializations".to_owned())
        })
        .await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&new_page(&cx, form))
        }
    }
}

fn edit_page(cx: &Cx<can::ManageDepartments>, id: SpecializationId, form: Form) -> FormPage {
    FormPage { page: cx.page("Edit specialization"), form, action: format!("/specializations/{id}/edit") }
}

pub async fn edit(cx: Cx<can::ManageDepartments>) -> Answer {
    let id = cx.id::<SpecializationId>("id")?;
    let specialization = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    cx.html(&edit_page(&cx, id, forms::filled(&specialization)))
}

pub async fn update(cx: Cx<can::ManageDepartments>) -> Answer {
    let id = cx.id::<SpecializationId>("id")?;
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&edit_page(&cx, id, form)) };
    let (by, version, name) = (cx.by.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with("/specializations", &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&edit_page(&cx, id, form))
        }
    }
}

pub async fn confirm_removal(cx: Cx<can::ManageDepartments>) -> Answer {
    let id = cx.id::<SpecializationId>("id")?;
    let (specialization, doctors) =
        cx.read(move |db| Ok((queries::find(db, id)?, queries::doctors_with(db, id)?))).await?;
    cx.html(&RemovePage { page: cx.page(&format!("Remove {}?", specialization.name)), specialization, doctors })
}

pub async fn remove(cx: Cx<can::ManageDepartments>) -> Answer {
    let (by, id) = (cx.by.clone(), cx.id::<SpecializationId>("id")?);
    cx.write(move |db| actions::remove(db, &by, id)).await?;
    cx.redirect_with("/specializations", &Flash::success("The specialization was removed."))
}
