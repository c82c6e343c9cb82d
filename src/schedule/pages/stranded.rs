//! Appointments that a change of hours would leave outside of them: shown before, and kept.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};

use super::overview_path;
use crate::access::Requirement;
use crate::appointments;
use crate::appointments::model::AppointmentRow;
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::schedule::forms::{ExceptionInput, HoursInput};
use crate::schedule::model::{Exception, ExceptionId, Hours, HoursId};
use crate::schedule::{queries, slots};
use crate::time::Zone;
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Form, Page};

/// A change that can leave appointments outside the hours.
#[derive(Clone)]
pub enum Change {
    EditHours(HoursId, HoursInput),
    RemoveHours(HoursId),
    AddException(ExceptionInput),
    RemoveException(ExceptionId),
}

impl Change {
    /// The schedule as it would be.
    fn apply(&self, doctor: DoctorId, hours: &mut Vec<Hours>, exceptions: &mut Vec<Exception>) {
        match self {
            Self::EditHours(id, input) => {
                for hours in hours.iter_mut().filter(|hours| hours.id == *id) {
                    hours.day_of_week = input.days.first().copied().unwrap_or(hours.day_of_week);
                    hours.start_minute = input.start_minute;
                    hours.end_minute = input.end_minute;
                    hours.slot_minutes = input.slot_minutes;
                    hours.is_active = input.is_active;
                    hours.valid_from = input.valid_from;
                    hours.valid_to = input.valid_to;
                }
            }
            Self::RemoveHours(id) => hours.retain(|hours| hours.id != *id),
            Self::AddException(input) => exceptions.push(Exception {
                id: ExceptionId(0),
                doctor_id: doctor,
                kind: input.kind,
                starts_at: input.starts_at,
                ends_at: input.ends_at,
                slot_minutes: input.slot_minutes,
                reason: String::new(),
            }),
            Self::RemoveException(id) => exceptions.retain(|exception| exception.id != *id),
        }
    }

    /// The live appointments to come that lie within the hours now and would not after the change.
    pub fn strands(
        &self,
        db: &mut DbConnection,
        zone: Zone,
        doctor: DoctorId,
        now: NaiveDateTime,
    ) -> Result<Vec<AppointmentRow>, AppError> {
        let hours = queries::hours(db, doctor)?;
        // An appointment that is not over began a day ago at most.
        let exceptions = queries::exceptions(db, doctor, now - TimeDelta::days(1), None)?;
        let (mut new_hours, mut new_exceptions) = (hours.clone(), exceptions.clone());
        self.apply(doctor, &mut new_hours, &mut new_exceptions);
        let mut rows = appointments::queries::upcoming_of_doctor(db, doctor, now)?;
        rows.retain(|row| {
            let (from, to) = (row.appointment.starts_at, row.appointment.ends_at);
            slots::covers(zone, from, to, &hours, &exceptions)
                && !slots::covers(zone, from, to, &new_hours, &new_exceptions)
        });
        Ok(rows)
    }

    /// Refuses the change within its own transaction when it strands an appointment that the person was not shown.
    ///
    /// # Errors
    /// `Conflict` in that case: somebody booked while the page was read.
    pub fn check(
        &self,
        db: &mut DbConnection,
        zone: Zone,
        doctor: DoctorId,
        now: NaiveDateTime,
        form: &Form,
    ) -> Result<(), AppError> {
        if are_accepted(form, &self.strands(db, zone, doctor, now)?) {
            return Ok(());
        }
        let message = "Somebody booked an appointment in this time just now. Please send the form again to see it.";
        Err(AppError::Conflict(message.to_owned()))
    }
}

/// Whether the person ticked that these appointments are kept. The tick's value says which ones were shown.
fn are_accepted(form: &Form, rows: &[AppointmentRow]) -> bool {
    let shown: Vec<&str> = form.value("keep").split(',').collect();
    rows.iter().all(|row| shown.contains(&row.appointment.id.to_string().as_str()))
}

/// What a change would do, with a button that does it.
#[derive(Template)]
#[template(path = "schedule/confirm.html")]
pub struct ConfirmPage {
    page: Page,
    form: Form,
    /// What will happen.
    text: String,
    button: &'static str,
    action: String,
    back: String,
    /// What was typed before, sent again.
    typed: Vec<(String, String)>,
    booked: Vec<AppointmentRow>,
    /// The ids of `booked`, as the tick sends them.
    keep: String,
    zone: Zone,
}

impl ConfirmPage {
    pub fn new<R: Requirement>(
        cx: &Cx<R>,
        doctor: DoctorId,
        title: &str,
        text: String,
        button: &'static str,
        action: String,
        booked: Vec<AppointmentRow>,
    ) -> Self {
        let mut form = cx.form.clone();
        if !booked.is_empty() && form.ticked("asked") {
            form.refuse_field("keep", "Tick this to go on, or change what you typed.");
        }
        let typed = form.typed().into_iter().filter(|(name, _)| name != "keep" && name != "asked").collect();
        let keep: Vec<String> = booked.iter().map(|row| row.appointment.id.to_string()).collect();
        Self {
            page: cx.page(title),
            form,
            text,
            button,
            action,
            back: overview_path(doctor),
            typed,
            booked,
            keep: keep.join(","),
            zone: cx.zone(),
        }
    }
}

/// Records that somebody was shown the appointments of a doctor's patients that a change would leave behind.
async fn look_at<R: Requirement>(cx: &Cx<R>, doctor: DoctorId, rows: &[AppointmentRow]) -> Result<(), AppError> {
    if rows.is_empty() {
        return Ok(());
    }
    cx.looked(Entry::new("viewed", "booked_appointments", doctor).note("count", rows.len())).await
}

/// Asks before a change that strands appointments; `None` when it strands none, or only those that were accepted.
pub async fn ask<R: Requirement>(
    cx: &Cx<R>,
    doctor: DoctorId,
    change: &Change,
    action: String,
) -> Result<Option<Answer>, AppError> {
    let (zone, now, asked) = (cx.zone(), cx.now(), change.clone());
    let rows = cx.read(move |db| asked.strands(db, zone, doctor, now)).await?;
    if are_accepted(&cx.form, &rows) {
        return Ok(None);
    }
    look_at(cx, doctor, &rows).await?;
    let text = "These appointments are booked and would be outside the doctor's hours. They stay booked until \
                somebody moves or cancels them."
        .to_owned();
    let page = ConfirmPage::new(cx, doctor, "Appointments outside the hours", text, "Save the hours", action, rows);
    Ok(Some(html_with(StatusCode::CONFLICT, &page)))
}

/// The question before something is removed, with the appointments that it would strand.
pub async fn ask_removal<R: Requirement>(
    cx: &Cx<R>,
    doctor: DoctorId,
    change: Change,
    title: &str,
    text: String,
    action: String,
) -> Result<ConfirmPage, AppError> {
    let (zone, now) = (cx.zone(), cx.now());
    let rows = cx.read(move |db| change.strands(db, zone, doctor, now)).await?;
    look_at(cx, doctor, &rows).await?;
    Ok(ConfirmPage::new(cx, doctor, title, text, "Remove", action, rows))
}

/// Whether a removal that strands appointments was accepted.
pub fn is_accepted(form: &Form, page: &ConfirmPage) -> bool {
    are_accepted(form, &page.booked)
}
