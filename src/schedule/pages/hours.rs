//! Adding, editing and removing weekly hours.

use actix_web::http::StatusCode;
use askama::Template;

use super::stranded::{Change, ask, ask_removal, is_accepted};
use super::{overview_path, whose};
use crate::access::can;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::schedule::model::{HoursId, WEEKDAYS};
use crate::schedule::{actions, forms, queries};
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "schedule/hours.html")]
struct FormPage {
    page: Page,
    form: Form,
    name: String,
    back: String,
    /// Where the form is sent.
    action: String,
    /// The weekdays with their numbers.
    days: Vec<(String, &'static str)>,
    is_new: bool,
}

fn form_page(
    cx: &Cx<can::ManageSchedules>,
    doctor: DoctorId,
    edited: Option<HoursId>,
    name: String,
    form: Form,
) -> FormPage {
    let back = overview_path(doctor);
    FormPage {
        page: cx.page(if edited.is_some() { "Edit hours" } else { "Add hours" }),
        form,
        name,
        action: edited.map_or_else(|| back.clone(), |hours| format!("{back}/{hours}/edit")),
        back,
        days: (1..).zip(WEEKDAYS).map(|(number, name): (i32, _)| (number.to_string(), name)).collect(),
        is_new: edited.is_none(),
    }
}

/// The doctor's name, once it is known that the person may change the hours.
async fn name_of(cx: &Cx<can::ManageSchedules>, doctor: DoctorId) -> Result<String, AppError> {
    let actor = cx.actor()?.clone();
    cx.read(move |db| whose(db, &actor, doctor)).await
}

/// What keeps hours from being saved goes beside its field; every other error is handed back.
fn refuse(form: &mut Form, error: AppError) -> Result<(), AppError> {
    match error {
        AppError::Conflict(message) if message.starts_with("These hours overlap") => {
            form.refuse_field("start", message);
            Ok(())
        }
        other => form.refuse(other),
    }
}

pub async fn new(cx: Cx<can::ManageSchedules>) -> Answer {
    let doctor = cx.id::<DoctorId>("id")?;
    let name = name_of(&cx, doctor).await?;
    cx.html(&form_page(&cx, doctor, None, name, forms::empty_hours()))
}

pub async fn create(cx: Cx<can::ManageSchedules>) -> Answer {
    let doctor = cx.id::<DoctorId>("id")?;
    let name = name_of(&cx, doctor).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_hours(&mut form) else {
        return cx.invalid(&form_page(&cx, doctor, None, name, form));
    };
    let by = cx.by.clone();
    let added = cx
        .write_once(move |db| {
            actions::add_hours(db, &by, doctor, &input)?;
            Ok(overview_path(doctor))
        })
        .await;
    match added {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("The hours were added.")),
        Err(error) => {
            refuse(&mut form, error)?;
            cx.invalid(&form_page(&cx, doctor, None, name, form))
        }
    }
}

pub async fn edit(cx: Cx<can::ManageSchedules>) -> Answer {
    let (doctor, id) = (cx.id::<DoctorId>("id")?, cx.id::<HoursId>("hours")?);
    let actor = cx.actor()?.clone();
    let (name, hours) =
        cx.read(move |db| Ok((whose(db, &actor, doctor)?, queries::find_hours(db, doctor, id)?))).await?;
    cx.html(&form_page(&cx, doctor, Some(id), name, forms::filled_hours(&hours)))
}

pub async fn update(cx: Cx<can::ManageSchedules>) -> Answer {
    let (doctor, id) = (cx.id::<DoctorId>("id")?, cx.id::<HoursId>("hours")?);
    let actor = cx.actor()?.clone();
    let (name, _) = cx.read(move |db| Ok((whose(db, &actor, doctor)?, queries::find_hours(db, doctor, id)?))).await?;
    let mut form = cx.form.clone();
    let parsed = forms::parse_hours(&mut form);
    if parsed.as_ref().is_some_and(|input| input.days.len() > 1) {
        form.refuse_field("days", "Choose one weekday. Add the hours of other days as new ones.");
    }
    let (Some(input), true) = (parsed, form.is_valid()) else {
        return cx.invalid(&form_page(&cx, doctor, Some(id), name, form));
    };
    let change = Change::EditHours(id, input.clone());
    let action = format!("{}/{id}/edit", overview_path(doctor));
    if let Some(question) = ask(&cx, doctor, &change, action).await? {
        return question;
    }
    let (by, zone, version, sent) = (cx.by.clone(), cx.zone(), form.version(), form.clone());
    let saved = cx
        .write(move |db| {
            change.check(db, zone, doctor, by.now, &sent)?;
            actions::update_hours(db, &by, doctor, id, version, &input)
        })
        .await;
    match saved {
        Ok(()) => cx.redirect_with(&overview_path(doctor), &Flash::success("The hours were saved.")),
        Err(error) => {
            refuse(&mut form, error)?;
            cx.invalid(&form_page(&cx, doctor, Some(id), name, form))
        }
    }
}

/// The question before hours are removed; also the answer when appointments were not accepted.
async fn removal(
    cx: &Cx<can::ManageSchedules>,
    doctor: DoctorId,
    id: HoursId,
) -> Result<super::stranded::ConfirmPage, AppError> {
    let actor = cx.actor()?.clone();
    let (name, hours) =
        cx.read(move |db| Ok((whose(db, &actor, doctor)?, queries::find_hours(db, doctor, id)?))).await?;
    let text = format!("{name} will no longer work on {}, {}.", hours.weekday(), hours.span());
    let action = format!("{}/{id}/remove", overview_path(doctor));
    ask_removal(cx, doctor, Change::RemoveHours(id), "Remove these hours?", text, action).await
}

pub async fn confirm_removal(cx: Cx<can::ManageSchedules>) -> Answer {
    let page = removal(&cx, cx.id("id")?, cx.id("hours")?).await?;
    cx.html(&page)
}

pub async fn remove(cx: Cx<can::ManageSchedules>) -> Answer {
    let (doctor, id) = (cx.id::<DoctorId>("id")?, cx.id::<HoursId>("hours")?);
    let page = removal(&cx, doctor, id).await?;
    if !is_accepted(&cx.form, &page) {
        return html_with(StatusCode::CONFLICT, &page);
    }
    let (by, zone, form) = (cx.by.clone(), cx.zone(), cx.form.clone());
    cx.write(move |db| {
        Change::RemoveHours(id).check(db, zone, doctor, by.now, &form)?;
        actions::remove_hours(db, &by, doctor, id).map(|_| ())
    })
    .await?;
    cx.redirect_with(&overview_path(doctor), &Flash::success("The hours were removed."))
}
