//! A doctor's free times, day by day.

use askama::Template;
use chrono::TimeDelta;

use super::choice::Choice;
use crate::access::{Permission, can};
use crate::appointments::actions::days_ahead;
use crate::appointments::queries;
use crate::appointments::slots::{Picker, Search};
use crate::doctors;
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::error::AppError;
use crate::time::{Zone, parse_date};
use crate::web::{Answer, Cx, Form, Page};

#[derive(Template)]
#[template(path = "appointments/slots.html")]
struct SlotsPage {
    page: Page,
    form: Form,
    options: Vec<(String, String)>,
    shown: Option<Shown>,
    zone: Zone,
    may_book: bool,
    /// The address of a day ends in `date=…`.
    days_href: String,
}

/// The times of the chosen doctor.
struct Shown {
    doctor: DoctorId,
    name: String,
    department: String,
    picker: Picker,
}

impl Shown {
    /// Where choosing a time leads.
    fn href(&self, slot: &crate::appointments::slots::Slot) -> String {
        let choice = Choice { doctor: Some(self.doctor), slot: Some(slot.starts_at), ..Choice::default() };
        choice.address("/book")
    }
}

/// `GET /slots?doctor=&date=`.
pub async fn slots(cx: Cx<can::SeeDoctors>) -> Answer {
    let (actor, zone, now) = (cx.actor()?.clone(), cx.zone(), cx.now());
    let chosen = cx.query("doctor");
    let doctor = match chosen.as_str() {
        "" => None,
        text => Some(text.parse::<i64>().map(DoctorId).map_err(|_| AppError::NotFound)?),
    };
    let (today, asked) = (cx.today(), parse_date(&cx.query("date")));
    let to = today + TimeDelta::days(days_ahead(&actor, cx.settings()));
    let (options, shown) = cx
        .read(move |db| {
            let options = doctors::queries::options(db)?;
            let Some(doctor) = doctor else { return Ok((options, None)) };
            let openness = queries::openness(db, doctor)?.ok_or(AppError::NotFound)?;
            if openness.status != DoctorStatus::Active {
                return Err(AppError::NotFound);
            }
            let search = Search { doctor, from: today, to, now, holder: Some(actor.user_id), moving: None };
            let shown = Shown {
                doctor,
                name: doctors::queries::display_name(db, doctor)?,
                department: openness.department,
                picker: Picker::load(db, zone, &search, asked)?,
            };
            Ok((options, Some(shown)))
        })
        .await?;
    let title = shown.as_ref().map_or("Free times".to_owned(), |s| format!("Free times of {}", s.name));
    cx.html(&SlotsPage {
        page: cx.page(&title),
        form: Form::of([("doctor", chosen.clone())]),
        options,
        shown,
        zone,
        may_book: cx.may(Permission::BookOwn) || cx.may(Permission::ManageAppointments),
        days_href: format!("/slots?doctor={}&", crate::web::page::encode(&chosen)),
    })
}
