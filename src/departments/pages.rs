//! The pages of departments.

use askama::Template;

use super::model::{Department, DepartmentId, DepartmentRow, Member};
use super::{actions, forms, queries};
use crate::access::{Permission, can};
use crate::error::AppError;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "departments/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<DepartmentRow>,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "departments/show.html")]
struct ShowPage {
    page: Page,
    department: Department,
    members: Vec<Member>,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "departments/form.html")]
struct FormPage {
    page: Page,
    form: Form,
    /// Where the form is sent.
    action: String,
    back: String,
    /// Who can be the head, as id and name; nobody for a new department.
    heads: Vec<(String, String)>,
    is_new: bool,
}

#[derive(Template)]
#[template(path = "departments/remove.html")]
struct RemovePage {
    page: Page,
    department: Department,
    members: Vec<Member>,
}

pub async fn index(cx: Cx<can::SeeDepartments>) -> Answer {
    let actor = cx.actor()?.clone();
    let rows = cx.read(move |db| Ok(queries::list(db, &actor)?)).await?;
    cx.html(&IndexPage { page: cx.page("Departments"), rows, may_manage: cx.may(Permission::ManageDepartments) })
}

pub async fn show(cx: Cx<can::SeeDepartments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DepartmentId>("id")?);
    let (department, members) =
        cx.read(move |db| Ok((queries::find(db, &actor, id)?, queries::members(db, id)?))).await?;
    let page = cx.page(&department.name);
    cx.html(&ShowPage { page, department, members, may_manage: cx.may(Permission::ManageDepartments) })
}

pub async fn new(cx: Cx<can::ManageDepartments>) -> Answer {
    cx.html(&new_page(&cx, forms::empty()))
}

fn new_page(cx: &Cx<can::ManageDepartments>, form: Form) -> FormPage {
    let (action, back) = ("/departments".to_owned(), "/departments".to_owned());
    FormPage { page: cx.page("New department"), form, action, back, heads: Vec::new(), is_new: true }
}

pub async fn create(cx: Cx<can::ManageDepartments>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&new_page(&cx, form)) };
    let (by, name) = (cx.by.clone(), input.name.clone());
    let created = cx.write_once(move |db| Ok(format!("/departments/{}", actions::create(db, &by, &input)?))).await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{name} was added."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&new_page(&cx, form))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageDepartments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DepartmentId>("id")?);
    let department = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    let page = edit_page(&cx, id, forms::filled(&department)).await?;
    cx.html(&page)
}

async fn edit_page(cx: &Cx<can::ManageDepartments>, id: DepartmentId, form: Form) -> Result<FormPage, AppError> {
    let members = cx.read(move |db| Ok(queries::members(db, id)?)).await?;
    let heads = members.into_iter().filter(|m| m.is_active).map(|m| (m.id.to_string(), m.name)).collect();
    let back = format!("/departments/{id}");
    Ok(FormPage { page: cx.page("Edit department"), form, action: format!("{back}/edit"), back, heads, is_new: false })
}

pub async fn update(cx: Cx<can::ManageDepartments>) -> Answer {
    let id = cx.id::<DepartmentId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&edit_page(&cx, id, form).await?);
    };
    let (by, actor, version, name) = (cx.by.clone(), cx.actor()?.clone(), form.version(), input.name.clone());
    match cx.write(move |db| actions::update(db, &by, &actor, id, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/departments/{id}"), &Flash::success(format!("{name} was saved."))),
        Err(AppError::Conflict(message)) => {
            form.refuse_field("head_doctor_id", message);
            cx.invalid(&edit_page(&cx, id, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&edit_page(&cx, id, form).await?)
        }
    }
}

pub async fn confirm_removal(cx: Cx<can::ManageDepartments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DepartmentId>("id")?);
    let (department, members) =
        cx.read(move |db| Ok((queries::find(db, &actor, id)?, queries::members(db, id)?))).await?;
    cx.html(&RemovePage { page: cx.page(&format!("Remove {}?", department.name)), department, members })
}

pub async fn remove(cx: Cx<can::ManageDepartments>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<DepartmentId>("id")?);
    cx.write(move |db| actions::remove(db, &by, &actor, id)).await?;
    cx.redirect_with("/departments", &Flash::success("The department was removed."))
}
