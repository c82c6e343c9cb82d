//! The buttons of an appointment: each sends the version that its page showed.

use askama::Template;

use super::back_to;
use crate::access::{Permission, Requirement, can};
use crate::appointments::model::{AppointmentId, AppointmentRow, Rules, Step};
use crate::appointments::{actions, forms, queries};
use crate::audit::Entry;
use crate::encounters;
use crate::error::AppError;
use crate::web::{Answer, Cx, Flash, Form, Page};

pub async fn confirm(cx: Cx<can::ManageAppointments>) -> Answer {
    take(cx, Step::Confirm).await
}

pub async fn check_in(cx: Cx<can::ManageAppointments>) -> Answer {
    take(cx, Step::CheckIn).await
}

/// Begins the visit, and leads those who write its record to it.
pub async fn start(cx: Cx<can::ConductVisits>) -> Answer {
    let id = cx.id::<AppointmentId>("id")?;
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), Some(cx.form.version()));
    let (writes, elsewhere) = (cx.may(Permission::WriteEncounters), back(&cx, id));
    let (location, _) = cx
        .write_once(move |db| {
            actions::take(db, &by, &actor, id, version, Step::Start, "")?;
            if !writes {
                return Ok(elsewhere.clone());
            }
            let encounter = encounters::actions::open_for_appointment(db, &by, &actor, id)?;
            Ok(format!("/encounters/{encounter}"))
        })
        .await?;
    cx.redirect(&location)
}

pub async fn complete(cx: Cx<can::ConductVisits>) -> Answer {
    take(cx, Step::Complete).await
}

pub async fn no_show(cx: Cx<can::SeeAppointments>) -> Answer {
    take(cx, Step::NoShow).await
}

/// Does a step that needs nothing but the button. The form may name the page to go back to in `next`.
async fn take<R: Requirement>(cx: Cx<R>, step: Step) -> Answer {
    let id = cx.id::<AppointmentId>("id")?;
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), Some(cx.form.version()));
    let location = back(&cx, id);
    let (location, _) = cx
        .write_once(move |db| {
            actions::take(db, &by, &actor, id, version, step, "")?;
            Ok(location.clone())
        })
        .await?;
    let done = match step {
        Step::Confirm => "was confirmed",
        Step::CheckIn => "was checked in",
        Step::Complete => "was completed",
        _ => "was marked as not come",
    };
    let flash = Flash::success(format!("{} {done}.", id.code())).link(format!("/appointments/{id}"), "Open");
    cx.redirect_with(&location, &flash)
}

/// The local page that the form names, else the appointment.
fn back<R: Requirement>(cx: &Cx<R>, id: AppointmentId) -> String {
    back_to(cx.form.value("next"), id)
}

#[derive(Template)]
#[template(path = "appointments/cancel.html")]
struct CancelPage {
    page: Page,
    form: Form,
    row: AppointmentRow,
    /// Where the person came from.
    back: String,
    when: String,
    /// Why it cannot be cancelled.
    refused: Option<String>,
}

async fn cancel_form(cx: &Cx<can::SeeAppointments>, form: Form) -> Result<CancelPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let asking = actor.clone();
    let row = cx.read(move |db| Ok(queries::find_row(db, &asking, id)?)).await?;
    cx.looked(Entry::viewed("appointment", id, row.appointment.patient_id)).await?;
    let rules = Rules::from(cx.settings());
    let refused = match Step::Cancel.check(&actor, &row.appointment, cx.now(), rules) {
        Ok(()) => None,
        Err(crate::appointments::model::Refusal::NotYours) => return Err(AppError::Forbidden),
        Err(refusal) => Some(refusal.to_string()),
    };
    let when = cx.zone().long_text(row.appointment.starts_at);
    let page = cx.page(&format!("Cancel {}?", id.code()));
    Ok(CancelPage { page, back: back_to(form.value("next"), id), form, row, when, refused })
}

/// `GET /appointments/{id}/cancel`: asks for the reason and says what will happen.
pub async fn cancel_page(cx: Cx<can::SeeAppointments>) -> Answer {
    let mut page = cancel_form(&cx, Form::of([("next", cx.query("next"))])).await?;
    page.form.push("version", page.row.appointment.version.to_string());
    cx.html(&page)
}

/// `POST /appointments/{id}/cancel`.
pub async fn cancel(cx: Cx<can::SeeAppointments>) -> Answer {
    let id = cx.id::<AppointmentId>("id")?;
    let mut form = cx.form.clone();
    let Some(reason) = forms::cancel_reason(&mut form) else {
        return cx.invalid(&cancel_form(&cx, form).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), Some(form.version()));
    let location = back(&cx, id);
    let (location, _) = cx
        .write_once(move |db| {
            actions::take(db, &by, &actor, id, version, Step::Cancel, &reason)?;
            Ok(location.clone())
        })
        .await?;
    let flash = Flash::success(format!("{} was cancelled. The time is free again.", id.code()));
    cx.redirect_with(&location, &flash.link("/book", "Book another time"))
}
