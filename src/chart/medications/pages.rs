//! The forms of medications: what somebody told, and why a medicine is stopped.

use askama::Template;
use chrono::NaiveDate;

use super::forms::StatementInput;
use super::model::{LineId, StatementId, ToldBy};
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
#[template(path = "chart/medication.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    /// Where the form is sent.
    action: String,
    sources: Vec<(&'static str, &'static str)>,
    today: String,
    is_new: bool,
}

#[derive(Template)]
#[template(path = "chart/stop.html")]
struct StopPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    action: String,
    medicine: String,
    directions: String,
    /// The number of its prescription; empty for what somebody told.
    code: String,
    started_on: String,
    today: String,
}

/// What shall be stopped.
#[derive(Clone, Copy)]
enum Target {
    Told(StatementId),
    Prescribed(LineId),
}

/// The form of what somebody told; `None` for something new.
async fn form_page(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    statement: Option<StatementId>,
    form: Form,
) -> Result<FormPage, AppError> {
    let banner = open(cx, patient).await?;
    let (title, action) = match statement {
        None => ("Add a medicine", format!("/patients/{patient}/medications")),
        Some(id) => ("Edit a medicine", format!("/patients/{patient}/medications/{id}/edit")),
    };
    Ok(FormPage {
        page: cx.page(&format!("{title}: {}", banner.name)),
        banner,
        tab: Tab::Chart,
        form,
        action,
        sources: ToldBy::options(),
        today: cx.today().to_string(),
        is_new: statement.is_none(),
    })
}

/// The banner of a patient in the person's care, and the look recorded.
async fn open(cx: &Cx<can::WriteChart>, patient: PatientId) -> Result<Banner, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "chart")).await?;
    Ok(banner)
}

async fn parse(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    form: &mut Form,
) -> Result<Option<StatementInput>, AppError> {
    let actor = cx.actor()?.clone();
    let born = cx.read(move |db| Ok(patients::queries::find(db, &actor, patient)?.date_of_birth)).await?;
    Ok(forms::parse(form, born, cx.today()))
}

pub async fn new(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    cx.html(&form_page(&cx, id, None, forms::empty()).await?)
}

pub async fn create(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = parse(&cx, id, &mut form).await? else {
        return cx.invalid(&form_page(&cx, id, None, form).await?);
    };
    let (by, actor, name) = (cx.by.clone(), cx.actor()?.clone(), input.medicine.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &actor, id, &input)?;
            Ok(format!("/patients/{id}/chart"))
        })
        .await;
    match created {
        Ok((location, _)) => {
            cx.redirect_with(&location, &Flash::success(format!("{name} was added to the medicines.")))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, None, form).await?)
        }
    }
}

pub async fn edit(cx: Cx<can::WriteChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let statement = cx.id::<StatementId>("statement")?;
    let found = cx
        .read(move |db| {
            patients::queries::find(db, &actor, id)?;
            Ok(queries::find(db, id, statement)?)
        })
        .await?;
    cx.html(&form_page(&cx, id, Some(statement), forms::filled(&found)).await?)
}

pub async fn update(cx: Cx<can::WriteChart>) -> Answer {
    let (id, statement) = (cx.id::<PatientId>("id")?, cx.id::<StatementId>("statement")?);
    let mut form = cx.form.clone();
    let Some(input) = parse(&cx, id, &mut form).await? else {
        return cx.invalid(&form_page(&cx, id, Some(statement), form).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let name = input.medicine.clone();
    match cx.write(move |db| actions::update(db, &by, &actor, id, statement, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/patients/{id}/chart"), &Flash::success(format!("{name} was saved."))),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, id, Some(statement), form).await?)
        }
    }
}

/// What a stop is about, as it is shown.
struct Stopping {
    medicine: String,
    directions: String,
    code: String,
    started_on: Option<NaiveDate>,
}

async fn stopping(cx: &Cx<can::WriteChart>, patient: PatientId, target: Target) -> Result<Stopping, AppError> {
    let (actor, zone) = (cx.actor()?.clone(), cx.zone());
    cx.read(move |db| {
        patients::queries::find(db, &actor, patient)?;
        Ok(match target {
            Target::Told(id) => {
                let told = queries::find(db, patient, id)?;
                Stopping {
                    medicine: told.medicine,
                    directions: told.directions,
                    code: String::new(),
                    started_on: told.started_on,
                }
            }
            Target::Prescribed(line) => {
                let found = queries::find_prescribed(db, patient, line, zone)?;
                let code = found.code().unwrap_or_default();
                Stopping { medicine: found.medicine, directions: found.directions, code, started_on: found.started_on }
            }
        })
    })
    .await
}

async fn stop_page(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    target: Target,
    form: Form,
) -> Result<StopPage, AppError> {
    let stopping = stopping(cx, patient, target).await?;
    let banner = open(cx, patient).await?;
    let action = match target {
        Target::Told(id) => format!("/patients/{patient}/medications/{id}/stop"),
        Target::Prescribed(line) => format!("/patients/{patient}/prescribed/{line}/stop"),
    };
    Ok(StopPage {
        page: cx.page(&format!("Stop {}: {}", stopping.medicine, banner.name)),
        banner,
        tab: Tab::Chart,
        form,
        action,
        medicine: stopping.medicine,
        directions: stopping.directions,
        code: stopping.code,
        started_on: stopping.started_on.map(crate::time::date_text).unwrap_or_default(),
        today: cx.today().to_string(),
    })
}

async fn ask_stop(cx: Cx<can::WriteChart>, target: Target) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let form = Form::of([("stopped_on", cx.today().to_string())]);
    cx.html(&stop_page(&cx, id, target, form).await?)
}

async fn take_stop(cx: Cx<can::WriteChart>, target: Target) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let stopping = stopping(&cx, id, target).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_stop(&mut form, stopping.started_on, cx.today()) else {
        return cx.invalid(&stop_page(&cx, id, target, form).await?);
    };
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let stopped = cx
        .write_once(move |db| {
            match target {
                Target::Told(statement) => actions::stop(db, &by, &actor, id, statement, &input)?,
                Target::Prescribed(line) => actions::stop_prescribed(db, &by, &actor, id, line, &input)?,
            }
            Ok(format!("/patients/{id}/chart"))
        })
        .await;
    match stopped {
        Ok((location, _)) => {
            cx.redirect_with(&location, &Flash::success(format!("{} was stopped.", stopping.medicine)))
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&stop_page(&cx, id, target, form).await?)
        }
    }
}

pub async fn ask_stop_told(cx: Cx<can::WriteChart>) -> Answer {
    let target = Target::Told(cx.id("statement")?);
    ask_stop(cx, target).await
}

pub async fn stop_told(cx: Cx<can::WriteChart>) -> Answer {
    let target = Target::Told(cx.id("statement")?);
    take_stop(cx, target).await
}

pub async fn ask_stop_prescribed(cx: Cx<can::WriteChart>) -> Answer {
    let target = Target::Prescribed(cx.id("line")?);
    ask_stop(cx, target).await
}

pub async fn stop_prescribed(cx: Cx<can::WriteChart>) -> Answer {
    let target = Target::Prescribed(cx.id("line")?);
    take_stop(cx, target).await
}
