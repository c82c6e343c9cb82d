//! The forms of conditions.

use askama::Template;

use super::forms::ConditionInput;
use super::model::ConditionId;
use super::{actions, forms, queries};
use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "chart/condition.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    /// Where the form is sent.
    action: String,
    today: String,
    is_new: bool,
}

/// The form; `None` for a new condition.
async fn form_page(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    condition: Option<ConditionId>,
    form: Form,
) -> Result<FormPage, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "chart")).await?;
    let (title, action) = match condition {
        None => ("Add a condition", format!("/patients/{patient}/conditions")),
        Some(id) => ("Edit a condition", format!("/patients/{patient}/conditions/{id}/edit")),
    };
    let page = cx.page(&format!("{title}: {}", banner.name));
    let (tab, is_new) = (Tab::Chart, condition.is_none());
    Ok(FormPage { page, banner, tab, form, action, today: today.to_string(), is_new })
}

/// Reads what was sent, for a patient in the person's care.
async fn parse(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    form: &mut Form,
) -> Result<Option<ConditionInput>, AppError> {
    let actor = cx.actor()?.clone();
    let born = cx.read(move |db| Ok(patients::queries::find(db, &actor, patient)?.date_of_birth)).await?;
    Ok(forms::parse(form, born, cx.today()))
}

pub async fn new(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    cx.html(&form_page(&cx, id, None, Form::default()).await?)
}

pub async fn create(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = parse(&cx, id, &mut form).await? else {
        return cx.invalid(&form_page(&cx, id, None, form).await?);
    };
    let (by, actor, name) = (cx.by.clone(), cx.actor()?.clone(), input.description.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &actor, id, &input)?;
            Ok(format!("/patients/{id}/chart"))
        })
        .await;
    match created {
        Ok((location, _)) => {
            cx.redirect_with(&location, &Flash::success(format!("{name} was added to the conditions.")))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, None, form).await?)
        }
    }
}

pub async fn edit(cx: Cx<can::WriteChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let condition = cx.id::<ConditionId>("condition")?;
    let mut found = cx
        .read(move |db| {
            patients::queries::find(db, &actor, id)?;
            Ok(queries::find(db, id, condition)?)
        })
        .await?;
    if !cx.query("resolve").is_empty() && found.resolved_date.is_none() {
        found.resolved_date = Some(cx.today());
    }
    cx.html(&form_page(&cx, id, Some(condition), forms::filled(&found)).await?)
}

pub async fn update(cx: Cx<can::WriteChart>) -> Answer {
    let (id, condition) = (cx.id::<PatientId>("id")?, cx.id::<ConditionId>("condition")?);
    let mut form = cx.form.clone();
    let Some(input) = parse(&cx, id, &mut form).await? else {
        return cx.invalid(&form_page(&cx, id, Some(condition), form).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let name = input.description.clone();
    match cx.write(move |db| actions::update(db, &by, &actor, id, condition, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/patients/{id}/chart"), &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, Some(condition), form).await?)
        }
    }
}
