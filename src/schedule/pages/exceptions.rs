//! Time off and extra hours.

use actix_web::http::StatusCode;
use askama::Template;

use super::stranded::{Change, ConfirmPage, ask, ask_removal, is_accepted};
use super::{overview_path, whose};
use crate::access::can;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::schedule::model::{ExceptionId, ExceptionKind};
use crate::schedule::{actions, forms, queries};
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "schedule/exception.html")]
struct FormPage {
    page: Page,
    form: Form,
    name: String,
    back: String,
    /// Where the form is sent.
    action: String,
    kinds: [(&'static str, &'static str); 2],
    /// The first day that can be chosen.
    today: String,
}

async fn form_page(cx: &Cx<can::ManageSchedules>, doctor: DoctorId, form: Form) -> Result<FormPage, AppError> {
    let actor = cx.actor()?.clone();
    let name = cx.read(move |db| whose(db, &actor, doctor)).await?;
    Ok(FormPage {
        page: cx.page(if form.is("kind", "extra") { "Extra hours" } else { "Time off" }),
        form,
        name,
        back: overview_path(doctor),
        action: format!("/doctors/{doctor}/exceptions"),
        kinds: [ExceptionKind::Off, ExceptionKind::Extra].map(|kind| (kind.as_str(), kind.label())),
        today: cx.today().to_string(),
    })
}

pub async fn new(cx: Cx<can::ManageSchedules>) -> Answer {
    let kind = if cx.query("kind") == "extra" { ExceptionKind::Extra } else { ExceptionKind::Off };
    let page = form_page(&cx, cx.id("id")?, forms::empty_exception(kind)).await?;
    cx.html(&page)
}

pub async fn create(cx: Cx<can::ManageSchedules>) -> Answer {
    let (actor, doctor) = (cx.actor()?.clone(), cx.id::<DoctorId>("id")?);
    cx.read(move |db| whose(db, &actor, doctor)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_exception(&mut form, cx.zone(), cx.now()) else {
        return cx.invalid(&form_page(&cx, doctor, form).await?);
    };
    let change = Change::AddException(input.clone());
    if let Some(question) = ask(&cx, doctor, &change, format!("/doctors/{doctor}/exceptions")).await? {
        return question;
    }
    let (by, zone, kind) = (cx.by.clone(), cx.zone(), input.kind);
    let (location, _) = cx
        .write_once(move |db| {
            change.check(db, zone, doctor, by.now, &form)?;
            actions::add_exception(db, &by, doctor, &input)?;
            Ok(overview_path(doctor))
        })
        .await?;
    cx.redirect_with(&location, &Flash::success(format!("{} added.", kind.label())))
}

async fn removal(cx: &Cx<can::ManageSchedules>, doctor: DoctorId, id: ExceptionId) -> Result<ConfirmPage, AppError> {
    let actor = cx.actor()?.clone();
    let (name, exception) =
        cx.read(move |db| Ok((whose(db, &actor, doctor)?, queries::find_exception(db, doctor, id)?))).await?;
    let when = forms::when(&exception, cx.zone());
    let text = match exception.kind {
        ExceptionKind::Off => format!("The weekly hours of {name} hold again: {when}."),
        ExceptionKind::Extra => format!("{name} will not work these extra hours: {when}."),
    };
    let title = match exception.kind {
        ExceptionKind::Off => "Remove this time off?",
        ExceptionKind::Extra => "Remove these extra hours?",
    };
    let action = format!("/doctors/{doctor}/exceptions/{id}/remove");
    ask_removal(cx, doctor, Change::RemoveException(id), title, text, action).await
}

pub async fn confirm_removal(cx: Cx<can::ManageSchedules>) -> Answer {
    let page = removal(&cx, cx.id("id")?, cx.id("exception")?).await?;
    cx.html(&page)
}

pub async fn remove(cx: Cx<can::ManageSchedules>) -> Answer {
    let (doctor, id) = (cx.id::<DoctorId>("id")?, cx.id::<ExceptionId>("exception")?);
    let page = removal(&cx, doctor, id).await?;
    if !is_accepted(&cx.form, &page) {
        return html_with(StatusCode::CONFLICT, &page);
    }
    let (by, zone, form) = (cx.by.clone(), cx.zone(), cx.form.clone());
    cx.write(move |db| {
        Change::RemoveException(id).check(db, zone, doctor, by.now, &form)?;
        actions::remove_exception(db, &by, doctor, id)
    })
    .await?;
    cx.redirect_with(&overview_path(doctor), &Flash::success("It was removed."))
}
