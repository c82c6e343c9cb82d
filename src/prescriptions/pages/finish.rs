//! What ends the writing of a prescription: submitting, cancelling, discarding; and repeating an earlier one.

use askama::Template;

use crate::access::can;
use crate::error::AppError;
use crate::prescriptions::actions::{self, Override, Submitted};
use crate::prescriptions::model::{Prescription, PrescriptionId};
use crate::prescriptions::queries;
use crate::web::{Answer, Cx, Flash, Form, Page};

type Doctor = Cx<can::WritePrescriptions>;

#[derive(Template)]
#[template(path = "prescriptions/cancel.html")]
struct CancelPage {
    page: Page,
    prescription: Prescription,
    form: Form,
}

/// What is told after a prescription was saved or submitted.
pub(super) fn done(id: PrescriptionId, is_out: bool) -> Flash {
    match is_out {
        true => Flash::success(format!("{} was submitted.", id.code()))
            .link(format!("/prescriptions/{id}/print"), "Print it"),
        false => Flash::success(format!("{} was saved as a draft.", id.code())),
    }
}

pub async fn submit(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let version = cx.form.version();
    let location = format!("/prescriptions/{id}");
    match cx.write(move |db| actions::submit(db, &by, &actor, id, version, &Override::default())).await {
        Ok(Submitted::Now) => cx.redirect_with(&location, &done(id, true)),
        Ok(Submitted::Before) => {
            let flash = Flash::info(format!("{} was submitted already.", id.code()));
            cx.redirect_with(&location, &flash)
        }
        Ok(Submitted::Warned(_)) => {
            let flash = Flash::danger("Read the warnings, and say why you go on. It is still a draft.");
            cx.redirect_with(&format!("{location}/edit"), &flash)
        }
        Err(AppError::Conflict(message)) => cx.redirect_with(&location, &Flash::danger(message)),
        Err(error) => Err(error),
    }
}

pub async fn repeat(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let (location, _) = cx
        .write_once(move |db| {
            let made = actions::repeat(db, &by, &actor, id)?;
            Ok(format!("/prescriptions/{made}/edit"))
        })
        .await?;
    let flash = Flash::info(format!("A new draft with the medicines of {}. Look them over.", id.code()));
    cx.redirect_with(&location, &flash)
}

pub async fn confirm_cancel(cx: Doctor) -> Answer {
    let page = cancel_page(&cx, Form::default()).await?;
    cx.html(&page)
}

async fn cancel_page(cx: &Doctor, form: Form) -> Result<CancelPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let prescription = cx
        .read(move |db| {
            let prescription = queries::find(db, &actor, id)?;
            if !prescription.is_of(&actor) {
                return Err(AppError::NotFound);
            }
            if !prescription.status.may_be_cancelled() {
                let state = prescription.state().label.to_lowercase();
                return Err(AppError::Conflict(format!("{} is {state} and cannot be cancelled.", id.code())));
            }
            Ok(prescription)
        })
        .await?;
    Ok(CancelPage { page: cx.page(&format!("Cancel {}?", id.code())), prescription, form })
}

pub async fn cancel(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", 500, "Say why it is cancelled: patient and pharmacy read it.");
    if !form.is_valid() {
        return cx.invalid(&cancel_page(&cx, form).await?);
    }
    cx.write(move |db| actions::cancel(db, &by, &actor, id, &reason)).await?;
    cx.redirect_with(&format!("/prescriptions/{id}"), &Flash::success(format!("{} was cancelled.", id.code())))
}

pub async fn discard(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let gone = cx.write(move |db| actions::discard(db, &by, &actor, id)).await?;
    let back = match gone.encounter_id {
        Some(encounter) => format!("/encounters/{encounter}"),
        None => format!("/patients/{}/prescriptions", gone.patient_id),
    };
    cx.redirect_with(&back, &Flash::success("The draft was discarded."))
}
