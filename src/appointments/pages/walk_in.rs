//! The walk-in: somebody who stands at the desk and is seen today.

use askama::Template;

use super::book::refuse;
use super::choice::Choice;
use super::patient_search;
use crate::access::can;
use crate::appointments::actions::{self, WalkIn};
use crate::appointments::forms;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients::model::Patient;
use crate::time::date_text;
use crate::web::{Answer, Cx, Flash, Form, Page};
use crate::{doctors, patients};

#[derive(Template)]
#[template(path = "appointments/walk_in.html")]
struct WalkInPage {
    page: Page,
    form: Form,
    patient: Patient,
    born: String,
    /// Each with the next free time of today.
    doctors: Vec<(String, String)>,
    whens: Vec<(&'static str, &'static str)>,
}

const WHENS: [(&str, &str); 2] = [("next", "At the doctor's next free time today"), ("now", "Right now")];

/// `GET /walk-in?patient=`.
pub async fn walk_in_page(cx: Cx<can::ManageAppointments>) -> Answer {
    let choice = Choice::of(|name| cx.query(name));
    if choice.patient.is_none() {
        return patient_search::page(&cx, "/walk-in", choice).await;
    }
    let doctor = choice.doctor.map(|d| d.to_string()).unwrap_or_default();
    let form = Form::of([("when", "next".to_owned()), ("doctor", doctor)]);
    let page = page(&cx, choice, form).await?;
    cx.html(&page)
}

async fn page(cx: &Cx<can::ManageAppointments>, choice: Choice, form: Form) -> Result<WalkInPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), choice.patient.ok_or(AppError::NotFound)?);
    let (by, settings) = (cx.by.clone(), cx.settings().clone());
    let (patient, doctors) = cx
        .read(move |db| {
            let patient = patients::queries::find(db, &actor, id)?;
            let mut doctors = Vec::new();
            for (value, name) in doctors::queries::options(db)? {
                let next = match value.parse().map(crate::doctors::model::DoctorId) {
                    Ok(doctor) => actions::next_free_today(db, &settings, doctor, &by)?,
                    Err(_) => None,
                };
                let words = match next {
                    Some(slot) => format!("{name}, next free {}", slot.time(settings.zone())),
                    None => format!("{name}, no free time today"),
                };
                doctors.push((value, words));
            }
            Ok((patient, doctors))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "walk-in")).await?;
    let born = date_text(patient.date_of_birth);
    Ok(WalkInPage { page: cx.page("Walk-in"), form, patient, born, doctors, whens: WHENS.to_vec() })
}

/// `POST /walk-in`.
pub async fn walk_in(cx: Cx<can::ManageAppointments>) -> Answer {
    let mut form = cx.form.clone();
    let choice = Choice::of(|name| form.value(name).to_owned());
    let Some(patient) = choice.patient else {
        return Err(AppError::Invalid("Choose the patient first.".to_owned()));
    };
    let words = forms::walk_in(&mut form);
    if choice.doctor.is_none() {
        form.refuse_field("doctor", "Choose a doctor.");
    }
    if !WHENS.iter().any(|(value, _)| *value == form.value("when")) {
        form.refuse_field("when", "Choose when the patient is seen.");
    }
    let (Some((reason, notes)), Some(doctor), true) = (words, choice.doctor, form.is_valid()) else {
        return cx.invalid(&page(&cx, choice, form).await?);
    };
    let (by, actor, settings) = (cx.by.clone(), cx.actor()?.clone(), cx.settings().clone());
    let is_now = form.value("when") == "now";
    let taken = cx
        .write_once(move |db| {
            let starts_at = if is_now {
                None
            } else {
                let next = actions::next_free_today(db, &settings, doctor, &by)?;
                let none = "This doctor has no free time left today. Choose right now, or another doctor.";
                Some(next.ok_or_else(|| AppError::Conflict(none.to_owned()))?.starts_at)
            };
            let walk_in = WalkIn { patient, doctor, starts_at, reason: reason.clone(), notes: notes.clone() };
            Ok(format!("/appointments/{}", actions::walk_in(db, &by, &actor, &walk_in)?))
        })
        .await;
    match taken {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("The patient is checked in and waiting.")),
        Err(error) => {
            let mut refused = Form::default();
            refuse(&mut refused, error)?;
            for error in refused.errors {
                form.refuse_field("when", error.message);
            }
            cx.invalid(&page(&cx, choice, form).await?)
        }
    }
}
