//! The last step: what the visit is for. When the time is gone meanwhile, others are offered.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::LOOK_AHEAD_DAYS;
use super::doctor::doctor_step;
use super::frame::{Frame, frame, patient_of};
use super::time::{doctor_of, search, time_step};
use crate::access::can;
use crate::appointments::pages::choice::{Booker, Choice};
use crate::appointments::queries::Span;
use crate::appointments::slots::{self, Search, Slot};
use crate::appointments::{forms, queries};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::time::{Zone, long_date_text};
use crate::web::{Answer, Cx, Form, Page};

/// How many other times are offered when the chosen one is gone.
const MOST_ALTERNATIVES: usize = 12;

#[derive(Template)]
#[template(path = "appointments/details.html")]
struct DetailsPage {
    frame: Frame,
    page: Page,
    form: Form,
    choice: Choice,
    doctor: String,
    department: String,
    /// `Tuesday, 16 June 2026`.
    date: String,
    time: String,
    slot_key: String,
    /// `10:25`, while the time is kept.
    held_until: Option<String>,
    /// Other times, when the chosen one is gone: key and words.
    alternatives: Vec<(String, String)>,
    change_time: String,
    channels: Vec<(&'static str, &'static str)>,
}

pub(super) async fn details_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, form: Form) -> Answer {
    let (Some(doctor), Some((name, department))) = (choice.doctor, doctor_of(cx, booker, &choice).await?) else {
        return doctor_step(cx, booker, Choice { doctor: None, ..choice }, true).await;
    };
    let Some(slot) = choice.slot else { return time_step(cx, booker, choice, form).await };
    let patient = patient_of(cx, booker, &choice).await?;
    let (zone, search, user) = (cx.zone(), search(cx, doctor)?, cx.actor()?.user_id);
    let (is_gone, now, for_whom) = (form.error("starts_at").is_some(), cx.now(), patient.id);
    let (held, others) = cx
        .read(move |db| {
            let held = queries::held_until(db, user, doctor, slot, now)?;
            Ok((held, if is_gone { alternatives(db, zone, &search, (slot, for_whom))? } else { Vec::new() }))
        })
        .await?;
    let frame = frame(cx, booker, &choice, patient, 3);
    let page = frame.page.clone();
    let is_valid = form.is_valid();
    let template = DetailsPage {
        frame,
        page,
        form,
        doctor: name,
        department,
        date: long_date_text(zone.date(slot)),
        time: zone.time_text(slot),
        slot_key: slots::key(slot),
        held_until: held.map(|t| zone.time_text(t)),
        alternatives: others.iter().map(|s| (s.key(), zone.long_text(s.starts_at))).collect(),
        change_time: Choice { slot: None, date: Some(zone.date(slot)), ..choice.clone() }.address("/book"),
        channels: forms::desk_channels(),
        choice,
    };
    if is_valid { cx.html(&template) } else { cx.invalid(&template) }
}

/// Other times, from the wanted one's day on, that are free for the doctor and for the patient.
fn alternatives(
    db: &mut DbConnection,
    zone: Zone,
    search: &Search,
    (wanted, patient): (NaiveDateTime, PatientId),
) -> Result<Vec<Slot>, AppError> {
    let day = zone.date(wanted).clamp(search.from, search.to);
    let until: NaiveDate = (day + TimeDelta::days(LOOK_AHEAD_DAYS)).min(search.to);
    let mut found = slots::find(db, zone, &Search { from: day, to: until, ..*search })?;
    if let (Some(first), Some(last)) = (found.first(), found.last()) {
        let span = Span { from: first.starts_at, to: last.ends_at };
        let busy = queries::busy_patient(db, patient, span, None)?;
        found.retain(|s| !busy.iter().any(|b| b.from < s.ends_at && b.to > s.starts_at));
    }
    found.truncate(MOST_ALTERNATIVES);
    Ok(found)
}
