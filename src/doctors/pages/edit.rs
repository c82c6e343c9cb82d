//! Editing a doctor: administrators everything, doctors what they say of themselves.

use askama::Template;

use super::{Choices, look_at};
use crate::access::{Actor, Permission, can};
use crate::appointments;
use crate::appointments::model::AppointmentRow;
use crate::doctors::model::{DoctorId, DoctorStatus, Profile};
use crate::doctors::{actions, forms, queries};
use crate::error::AppError;
use crate::money::Currency;
use crate::time::Zone;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "doctors/edit.html")]
struct EditPage {
    page: Page,
    form: Form,
    profile: Profile,
    choices: Choices,
    /// Whether everything can be edited, or only what doctors say of themselves.
    is_whole: bool,
    /// Appointments that keep the doctor active, when that is what was refused.
    booked: Vec<AppointmentRow>,
    currency: Currency,
    zone: Zone,
}

/// Administrators edit everybody, doctors themselves, nobody else anybody.
fn edits_whole(actor: &Actor, id: DoctorId) -> Result<bool, AppError> {
    if actor.may(Permission::ManageDoctors) {
        return Ok(true);
    }
    if actor.doctor_id == Some(id) { Ok(false) } else { Err(AppError::Forbidden) }
}

async fn edit_page(
    cx: &Cx<can::SeeDoctors>,
    id: DoctorId,
    form: Option<Form>,
    booked: Vec<AppointmentRow>,
) -> Result<EditPage, AppError> {
    let actor = cx.actor()?.clone();
    let is_whole = edits_whole(&actor, id)?;
    let (profile, choices) = cx
        .read(move |db| {
            let choices = if is_whole { Choices::load(db, &actor)? } else { Choices::default() };
            Ok((queries::profile(db, &actor, id)?, choices))
        })
        .await?;
    let currency = cx.settings().currency();
    let form = form.unwrap_or_else(|| forms::filled(&profile, currency));
    let title = if is_whole { format!("Edit {}", profile.name()) } else { "Edit your profile".to_owned() };
    Ok(EditPage { page: cx.page(&title), form, profile, choices, is_whole, booked, currency, zone: cx.zone() })
}

pub async fn edit(cx: Cx<can::SeeDoctors>) -> Answer {
    let page = edit_page(&cx, cx.id("id")?, None, Vec::new()).await?;
    cx.html(&page)
}

pub async fn update(cx: Cx<can::SeeDoctors>) -> Answer {
    let id = cx.id::<DoctorId>("id")?;
    if edits_whole(cx.actor()?, id)? { update_whole(&cx, id).await } else { update_own(&cx, id).await }
}

async fn update_whole(cx: &Cx<can::SeeDoctors>, id: DoctorId) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, cx.settings().currency()) else {
        let mut page = edit_page(cx, id, Some(form), Vec::new()).await?;
        page.choices.check(&mut page.form);
        return cx.invalid(&page);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let saved = cx
        .write(move |db| {
            if input.status == DoctorStatus::Inactive {
                let booked = appointments::queries::upcoming_of_doctor(db, id, by.now)?;
                if !booked.is_empty() {
                    return Ok(booked);
                }
            }
            actions::update(db, &by, &actor, id, version, &input).map(|()| Vec::new())
        })
        .await;
    match saved {
        Ok(booked) if booked.is_empty() => {
            cx.redirect_with(&format!("/doctors/{id}"), &Flash::success("The doctor was saved."))
        }
        Ok(booked) => {
            let count = booked.len();
            let what = if count == 1 { "an appointment is".to_owned() } else { format!("{count} appointments are") };
            form.refuse_field("status", format!("The doctor stays active while {what} booked. They are listed here."));
            look_at(cx, id, &booked).await?;
            cx.invalid(&edit_page(cx, id, Some(form), booked).await?)
        }
        Err(error) => {
            let mut page = edit_page(cx, id, Some(form), Vec::new()).await?;
            page.choices.check(&mut page.form);
            if page.form.is_valid() {
                page.form.refuse(error)?;
            }
            cx.invalid(&page)
        }
    }
}

async fn update_own(cx: &Cx<can::SeeDoctors>, id: DoctorId) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_own(&mut form) else {
        return cx.invalid(&edit_page(cx, id, Some(form), Vec::new()).await?);
    };
    let (by, version) = (cx.by.clone(), form.version());
    cx.write(move |db| actions::update_own(db, &by, id, version, &input)).await?;
    cx.redirect_with(&format!("/doctors/{id}"), &Flash::success("Your profile was saved."))
}
