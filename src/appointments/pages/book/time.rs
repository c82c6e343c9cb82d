//! The second step: a free time of the doctor.

use askama::Template;
use chrono::TimeDelta;

use super::doctor::doctor_step;
use super::frame::{Frame, frame, patient_of};
use crate::access::can;
use crate::appointments::actions::days_ahead;
use crate::appointments::pages::choice::{Booker, Choice};
use crate::appointments::queries;
use crate::appointments::slots::{Picker, Search};
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::time::Zone;
use crate::web::{Answer, Cx, Form, Page};

#[derive(Template)]
#[template(path = "appointments/time.html")]
struct TimePage {
    frame: Frame,
    page: Page,
    form: Form,
    choice: Choice,
    doctor: String,
    department: String,
    picker: Picker,
    zone: Zone,
    base: &'static str,
    change_doctor: String,
}

/// The doctor's name and department, when they can be booked by this person; `None` sends back to the choice.
pub(super) async fn doctor_of(
    cx: &Cx<can::SeeAppointments>,
    booker: Booker,
    choice: &Choice,
) -> Result<Option<(String, String)>, AppError> {
    let Some(id) = choice.doctor else { return Ok(None) };
    let is_new = choice.follow_up_of.is_none() || !matches!(booker, Booker::Doctor(_));
    cx.read(move |db| {
        let Some(openness) = queries::openness(db, id)? else { return Ok(None) };
        if openness.status != doctors::model::DoctorStatus::Active || (is_new && !openness.is_open) {
            return Ok(None);
        }
        Ok(Some((doctors::queries::display_name(db, id)?, openness.department)))
    })
    .await
}

/// The days that this person may book, for one doctor.
pub(super) fn search(cx: &Cx<can::SeeAppointments>, doctor: DoctorId) -> Result<Search, AppError> {
    let (actor, today) = (cx.actor()?, cx.today());
    let to = today + TimeDelta::days(days_ahead(actor, cx.settings()));
    Ok(Search { doctor, from: today, to, now: cx.now(), holder: Some(actor.user_id), moving: None })
}

pub(super) async fn time_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, form: Form) -> Answer {
    let (Some(doctor), Some((name, department))) = (choice.doctor, doctor_of(cx, booker, &choice).await?) else {
        return doctor_step(cx, booker, Choice { doctor: None, ..choice }, true).await;
    };
    let patient = patient_of(cx, booker, &choice).await?;
    let (zone, search, asked) = (cx.zone(), search(cx, doctor)?, choice.date);
    let picker = cx.read(move |db| Ok(Picker::load(db, zone, &search, asked)?)).await?;
    let frame = frame(cx, booker, &choice, patient, 2);
    let page = frame.page.clone();
    let choice = Choice { slot: None, date: None, ..choice };
    let is_valid = form.is_valid();
    let change_doctor = match booker {
        Booker::Doctor(_) => String::new(),
        _ => Choice { doctor: None, ..choice.clone() }.address("/book"),
    };
    let template =
        TimePage { frame, page, form, base: "/book", choice, doctor: name, department, picker, zone, change_doctor };
    if is_valid { cx.html(&template) } else { cx.invalid(&template) }
}
