//! The forms of allergies.

use askama::Template;

use super::model::AllergyId;
use super::{actions, forms, queries};
use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::model::{PatientId, Severity};
use crate::patients::tabs::Tab;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "chart/allergy.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    /// Where the form is sent.
    action: String,
    severities: Vec<(&'static str, &'static str)>,
    is_new: bool,
}

/// The form; `None` for a new allergy.
async fn form_page(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    allergy: Option<AllergyId>,
    form: Form,
) -> Result<FormPage, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "chart")).await?;
    let (title, action) = match allergy {
        None => ("Add an allergy", format!("/patients/{patient}/allergies")),
        Some(id) => ("Edit an allergy", format!("/patients/{patient}/allergies/{id}/edit")),
    };
    let page = cx.page(&format!("{title}: {}", banner.name));
    let severities = Severity::options();
    Ok(FormPage { page, banner, tab: Tab::Chart, form, action, severities, is_new: allergy.is_none() })
}

pub async fn new(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    cx.html(&form_page(&cx, id, None, Form::default()).await?)
}

pub async fn create(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&form_page(&cx, id, None, form).await?) };
    let (by, actor, substance) = (cx.by.clone(), cx.actor()?.clone(), input.substance.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &actor, id, &input)?;
            Ok(format!("/patients/{id}/chart"))
        })
        .await;
    match created {
        Ok((location, _)) => {
            cx.redirect_with(&location, &Flash::success(format!("{substance} was added to the allergies.")))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, None, form).await?)
        }
    }
}

pub async fn edit(cx: Cx<can::WriteChart>) -> Answer {
    let (actor, id, allergy) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.id::<AllergyId>("allergy")?);
    let found = cx
        .read(move |db| {
            crate::patients::queries::find(db, &actor, id)?;
            Ok(queries::find(db, id, allergy)?)
        })
        .await?;
    cx.html(&form_page(&cx, id, Some(allergy), forms::filled(&found)).await?)
}

pub async fn update(cx: Cx<can::WriteChart>) -> Answer {
    let (id, allergy) = (cx.id::<PatientId>("id")?, cx.id::<AllergyId>("allergy")?);
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&form_page(&cx, id, Some(allergy), form).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let substance = input.substance.clone();
    match cx.write(move |db| actions::update(db, &by, &actor, id, allergy, version, &input)).await {
        Ok(()) => {
            cx.redirect_with(&format!("/patients/{id}/chart"), &Flash::success(format!("{substance} was saved.")))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, Some(allergy), form).await?)
        }
    }
}

/// The patient was asked, and knows of no allergy.
pub async fn none_known(cx: Cx<can::WriteChart>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (location, _) = cx
        .write_once(move |db| {
            actions::state_none_known(db, &by, &actor, id)?;
            Ok(format!("/patients/{id}/chart"))
        })
        .await?;
    cx.redirect_with(&location, &Flash::success("Noted: no known allergies."))
}
