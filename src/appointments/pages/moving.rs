//! Moving an appointment: its free times, then a look at before and after.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::back_to;
use super::book::refuse;
use crate::access::{Permission, can};
use crate::appointments::actions::{self, Move, days_ahead};
use crate::appointments::model::{AppointmentId, AppointmentRow, Refusal, Rules, Step};
use crate::appointments::queries;
use crate::appointments::slots::{self, Picker, Search, Slot};
use crate::audit::Entry;
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::time::{Zone, parse_date};
use crate::web::page::encode;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "appointments/reschedule.html")]
struct ReschedulePage {
    page: Page,
    form: Form,
    row: AppointmentRow,
    /// Where the person came from.
    back: String,
    before: String,
    /// The doctor whose times are shown.
    doctor: DoctorId,
    doctor_name: String,
    department: String,
    /// For the desk, which may change the doctor.
    options: Vec<(String, String)>,
    picker: Picker,
    zone: Zone,
    days_href: String,
    /// The chosen time: key and words.
    chosen: Option<(String, String)>,
    refused: Option<String>,
}

impl ReschedulePage {
    /// Where choosing a time leads.
    fn href(&self, slot: &Slot) -> String {
        format!("{}date={}&slot={}#chosen", self.days_href, self.picker.date, encode(&slot.key()))
    }
}

/// Which doctor's times of which day, and which of them.
struct Asked {
    doctor: Option<DoctorId>,
    date: Option<NaiveDate>,
    slot: Option<NaiveDateTime>,
}

impl Asked {
    fn of(value: impl Fn(&str) -> String) -> Self {
        let slot =
            slots::parse_key(if value("starts_at").is_empty() { value("slot") } else { value("starts_at") }.as_str());
        let doctor = value("doctor").parse::<i64>().ok().map(DoctorId);
        Self { doctor, date: parse_date(&value("date")), slot }
    }
}

async fn page(cx: &Cx<can::SeeAppointments>, asked: Asked, form: Form) -> Result<ReschedulePage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let (zone, today, now) = (cx.zone(), cx.today(), cx.now());
    let is_desk = cx.may(Permission::ManageAppointments);
    let to = today + TimeDelta::days(days_ahead(&actor, cx.settings()));
    let asking = actor.clone();
    let slot = asked.slot;
    let date = asked.date.or(slot.map(|s| zone.date(s)));
    let (row, doctor, names, options, picker) = cx
        .read(move |db| {
            let row = queries::find_row(db, &asking, id)?;
            let doctor = asked.doctor.filter(|_| is_desk).unwrap_or(row.appointment.doctor_id);
            let openness = queries::openness(db, doctor)?.ok_or(AppError::NotFound)?;
            let names = (doctors::queries::display_name(db, doctor)?, openness.department);
            let options = if is_desk { doctors::queries::options(db)? } else { Vec::new() };
            let search = Search { doctor, from: today, to, now, holder: Some(asking.user_id), moving: Some(id) };
            let mut picker = Picker::load(db, zone, &search, date)?;
            if doctor == row.appointment.doctor_id {
                picker.leave_out(row.appointment.starts_at);
            }
            Ok((row, doctor, names, options, picker))
        })
        .await?;
    cx.looked(Entry::viewed("appointment", id, row.appointment.patient_id)).await?;
    let refused = match Step::Reschedule.check(&actor, &row.appointment, now, Rules::from(cx.settings())) {
        Ok(()) => None,
        Err(Refusal::NotYours) => return Err(AppError::Forbidden),
        Err(refusal) => Some(refusal.to_string()),
    };
    let mut form = form;
    if form.value("version").is_empty() {
        form.push("version", row.appointment.version.to_string());
    }
    if form.value("doctor").is_empty() {
        form.push("doctor", doctor.to_string());
    }
    let next = match form.value("next") {
        "" => String::new(),
        next => format!("next={}&", encode(next)),
    };
    let is_gone = form.error("starts_at").is_some();
    Ok(ReschedulePage {
        page: cx.page(&format!("Move {}", id.code())),
        back: back_to(form.value("next"), id),
        form,
        before: zone.long_text(row.appointment.starts_at),
        doctor,
        doctor_name: names.0,
        department: names.1,
        options,
        picker,
        zone,
        days_href: format!("/appointments/{id}/reschedule?doctor={doctor}&{next}"),
        chosen: slot.filter(|_| !is_gone).map(|s| (slots::key(s), zone.long_text(s))),
        refused,
        row,
    })
}

/// `GET /appointments/{id}/reschedule?doctor=&date=&slot=`.
pub async fn reschedule_page(cx: Cx<can::SeeAppointments>) -> Answer {
    let form = Form::of([("next", cx.query("next"))]);
    let page = page(&cx, Asked::of(|name| cx.query(name)), form).await?;
    cx.html(&page)
}

/// `POST /appointments/{id}/reschedule`.
pub async fn reschedule(cx: Cx<can::SeeAppointments>) -> Answer {
    let id = cx.id::<AppointmentId>("id")?;
    let mut form = cx.form.clone();
    let asked = Asked::of(|name| form.value(name).to_owned());
    let Some(starts_at) = asked.slot else {
        form.refuse_field("starts_at", "Choose a time.");
        return cx.invalid(&page(&cx, asked, form).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), Some(form.version()));
    let to = Move { doctor: asked.doctor, starts_at };
    let location = back_to(form.value("next"), id);
    let moved = cx
        .write_once(move |db| {
            actions::reschedule(db, &by, &actor, id, version, to)?;
            Ok(location.clone())
        })
        .await;
    match moved {
        Ok((location, _)) => {
            let words = format!("{} was moved to {}.", id.code(), cx.zone().long_text(starts_at));
            cx.redirect_with(&location, &Flash::success(words))
        }
        Err(error) => {
            refuse(&mut form, error)?;
            cx.invalid(&page(&cx, asked, form).await?)
        }
    }
}
