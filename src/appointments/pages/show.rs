//! One appointment: its facts, its history, and what may be done with it now.

use askama::Template;
use strum::VariantArray;

use crate::access::{Permission, Role, can};
use crate::appointments::model::{AppointmentId, AppointmentRow, AppointmentStatus, Event, Rules, Step};
use crate::appointments::queries;
use crate::audit::Entry;
use crate::feedback;
use crate::time::{Zone, long_date_text};
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "appointments/show.html")]
struct ShowPage {
    page: Page,
    row: AppointmentRow,
    /// `Tuesday, 16 June 2026`.
    date: String,
    /// `09:00–09:15`.
    time: String,
    zone: Zone,
    zone_name: String,
    today: chrono::NaiveDate,
    events: Vec<Event>,
    steps: Vec<Step>,
    is_patient: bool,
    may_see_patient: bool,
    /// The accounts see that there is an appointment, not what for.
    sees_reason: bool,
    /// Symptoms are for those who treat the patient, and for the patient.
    sees_symptoms: bool,
    sees_notes: bool,
    may_follow_up: bool,
    may_print: bool,
    /// Why the patient cannot change it here any more, while it is still to come.
    too_late: Option<String>,
    /// The patient's own rating of the completed visit: from 1 to 5, or 0 for none yet. Nothing for others.
    rating: Option<i32>,
}

/// `GET /appointments/{id}`.
pub async fn show(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let asking = actor.clone();
    let (row, events, rating) = cx
        .read(move |db| {
            let row = queries::find_row(db, &asking, id)?;
            let is_own = asking.patient_id == Some(row.appointment.patient_id) && asking.may(Permission::OwnRecord);
            let rating = if is_own && row.appointment.status == AppointmentStatus::Completed {
                Some(feedback::queries::of_appointment(db, id)?.map_or(0, |said| said.rating))
            } else {
                None
            };
            Ok((row, queries::events(db, id)?, rating))
        })
        .await?;
    cx.looked(Entry::viewed("appointment", id, row.appointment.patient_id)).await?;
    let (rules, now, zone) = (Rules::from(cx.settings()), cx.now(), cx.zone());
    let appointment = &row.appointment;
    let may = |step: Step| step.check(&actor, appointment, now, rules);
    let steps: Vec<Step> = Step::VARIANTS.iter().copied().filter(|s| may(*s).is_ok()).collect();
    let is_patient = actor.role == Role::Patient;
    let is_to_come = is_patient && appointment.status.is_booked() && appointment.starts_at > now;
    let too_late = if is_to_come { may(Step::Cancel).err().map(|r| r.to_string()) } else { None };
    let own_doctor = cx.may(Permission::ConductVisits) && actor.doctor_id == Some(appointment.doctor_id);
    let date = long_date_text(zone.date(appointment.starts_at));
    let time = format!("{}–{}", zone.time_text(appointment.starts_at), zone.time_text(appointment.ends_at));
    let title = format!("Appointment {}", id.code());
    cx.html(&ShowPage {
        page: cx.page(&title),
        date,
        time,
        zone,
        zone_name: zone.place(),
        today: cx.today(),
        events,
        steps,
        is_patient,
        may_see_patient: cx.may(Permission::SeePatients),
        sees_reason: cx.may(Permission::ReadChart) || cx.may(Permission::ManageAppointments),
        sees_symptoms: cx.may(Permission::ReadChart),
        sees_notes: cx.may(Permission::ConductVisits) || cx.may(Permission::ManageAppointments),
        may_follow_up: own_doctor || cx.may(Permission::ManageAppointments),
        may_print: appointment.status.is_live(),
        too_late,
        rating,
        row,
    })
}

#[derive(Template)]
#[template(path = "appointments/booked.html")]
struct BookedPage {
    page: Page,
    row: AppointmentRow,
    date: String,
    time: String,
    zone_name: String,
    address: String,
    phone: String,
    is_patient: bool,
    is_confirmed: bool,
    /// How late it can be cancelled, in words.
    rule: String,
}

/// `GET /appointments/{id}/booked`: what somebody who has just booked wants to know.
pub async fn booked(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let is_patient = actor.role == Role::Patient;
    let row = cx.read(move |db| Ok(queries::find_row(db, &actor, id)?)).await?;
    cx.looked(Entry::viewed("appointment", id, row.appointment.patient_id)).await?;
    if !row.appointment.status.is_booked() {
        return cx.redirect(&format!("/appointments/{id}"));
    }
    let (zone, settings) = (cx.zone(), cx.settings());
    let is_confirmed = row.appointment.confirmed_at.is_some();
    let rule = match settings.cancel_hours_before {
        0 => "You can move or cancel it here until it begins.".to_owned(),
        1 => "You can move or cancel it here until an hour before it begins.".to_owned(),
        hours => format!("You can move or cancel it here until {hours} hours before it begins."),
    };
    cx.html(&BookedPage {
        page: cx.page(if is_patient { "Your appointment is booked" } else { "The appointment is booked" }),
        date: long_date_text(zone.date(row.appointment.starts_at)),
        time: zone.time_text(row.appointment.starts_at),
        zone_name: zone.place(),
        address: settings.address.clone(),
        phone: settings.phone.clone(),
        is_patient,
        is_confirmed,
        rule,
        row,
    })
}
