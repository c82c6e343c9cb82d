//! Booking in steps: the doctor, a free time, the reason. Each step is a page whose address says what was chosen.

mod details;
mod doctor;
mod frame;
mod time;

use chrono::NaiveDateTime;

use super::choice::{Booker, Choice};
use super::patient_search;
use crate::access::can;
use crate::appointments::actions::{self, Booking};
use crate::appointments::model::{AppointmentId, Channel};
use crate::appointments::{forms, queries};
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::web::{Answer, Cx, Form};
use details::details_step;
use doctor::doctor_step;
use time::time_step;

/// How far ahead the first free time, or another one, is looked for.
const LOOK_AHEAD_DAYS: i64 = 21;

/// `GET /book`: the first step that is not done yet.
pub async fn book(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let choice = complete(&cx, booker, Choice::of(|name| cx.query(name))).await?;
    if booker.is_desk() && choice.patient.is_none() {
        return patient_search::page(&cx, "/book", choice).await;
    }
    match (choice.doctor, choice.slot) {
        (None, _) => doctor_step(&cx, booker, choice, false).await,
        (Some(_), None) => time_step(&cx, booker, choice, Form::default()).await,
        (Some(_), Some(_)) => {
            let form = Form::of([("channel", Channel::Desk.as_str().to_owned())]);
            details_step(&cx, booker, choice, form).await
        }
    }
}

/// Fills in what follows from who books: patients book for themselves, whatever the address says, doctors with
/// themselves, and a follow-up is for the same patient.
async fn complete(cx: &Cx<can::SeeAppointments>, booker: Booker, mut choice: Choice) -> Result<Choice, AppError> {
    if matches!(booker, Booker::Own(_)) {
        return Ok(Choice { patient: None, follow_up_of: None, ..choice });
    }
    if let Some(id) = choice.follow_up_of {
        let actor = cx.actor()?.clone();
        let earlier = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
        choice.patient = Some(earlier.patient_id);
        choice.doctor = choice.doctor.or(Some(earlier.doctor_id));
    }
    if let Booker::Doctor(doctor) = booker {
        if choice.follow_up_of.is_none() {
            return Err(AppError::Forbidden);
        }
        choice.doctor = Some(doctor);
    }
    Ok(choice)
}

/// Whom it is for.
fn whose(booker: Booker, choice: &Choice) -> Option<PatientId> {
    match booker {
        Booker::Own(patient) => Some(patient),
        _ => choice.patient,
    }
}

/// `POST /book/hold`: keeps a free time while the form is filled.
pub async fn hold(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let form = cx.form.clone();
    let choice = complete(&cx, booker, Choice::of(|name| form.value(name).to_owned())).await?;
    let (Some(doctor), Some(slot), Some(_)) = (choice.doctor, choice.slot, whose(booker, &choice)) else {
        return cx.redirect(&choice.address("/book"));
    };
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    match cx.write(move |db| actions::hold(db, &by, &actor, doctor, slot)).await {
        Ok(_) => cx.redirect(&choice.address("/book")),
        Err(error) => {
            let mut form = form;
            refuse(&mut form, error)?;
            let date = Some(cx.zone().date(slot));
            time_step(&cx, booker, Choice { slot: None, date, ..choice }, form).await
        }
    }
}

/// What stands in the way of a time goes beside the time; everything else is an error of its own.
pub(super) fn refuse(form: &mut Form, error: AppError) -> Result<(), AppError> {
    match error {
        AppError::Conflict(words) => {
            form.refuse_field("starts_at", words);
            Ok(())
        }
        other => form.refuse(other),
    }
}

/// `POST /book`.
pub async fn create(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let mut form = cx.form.clone();
    let choice = complete(&cx, booker, Choice::of(|name| form.value(name).to_owned())).await?;
    let channel = match booker {
        Booker::Own(_) => Some(Channel::Online),
        Booker::Doctor(_) => Some(Channel::FollowUp),
        Booker::Desk if choice.follow_up_of.is_some() => Some(Channel::FollowUp),
        Booker::Desk => None,
    };
    let (Some(patient), Some(doctor), Some(slot)) = (whose(booker, &choice), choice.doctor, choice.slot) else {
        return incomplete(&cx, booker, choice, form).await;
    };
    let Some(details) = forms::details(&mut form, channel) else {
        return details_step(&cx, booker, choice, form).await;
    };
    let booking = booking(patient, doctor, slot, choice.follow_up_of, details);
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let booked = cx
        .write_once(move |db| Ok(format!("/appointments/{}/booked", actions::book(db, &by, &actor, &booking)?)))
        .await;
    match booked {
        Ok((location, _)) => cx.redirect(&location),
        Err(error) => {
            refuse(&mut form, error)?;
            details_step(&cx, booker, choice, form).await
        }
    }
}

fn booking(
    patient: PatientId,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
    follow_up_of: Option<AppointmentId>,
    details: forms::Details,
) -> Booking {
    Booking {
        patient,
        doctor,
        starts_at,
        reason: details.reason,
        symptoms: details.symptoms,
        notes: details.notes,
        channel: details.channel,
        // Patients do not say what follows what.
        follow_up_of: if details.channel == Channel::FollowUp { follow_up_of } else { None },
    }
}

/// A form that says too little: the first step that is missing, which says so.
async fn incomplete(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, mut form: Form) -> Answer {
    if whose(booker, &choice).is_none() || choice.doctor.is_none() {
        return Err(AppError::Invalid("Choose the patient and the doctor first.".to_owned()));
    }
    form.refuse_field("starts_at", "Choose a time.");
    time_step(cx, booker, choice, form).await
}
