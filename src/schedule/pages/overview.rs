//! A doctor's hours at a glance: the resulting week, the weekly hours, the exceptions.

use askama::Template;
use chrono::NaiveDateTime;

use super::{overview_path, whose};
use crate::access::{Permission, can};
use crate::appointments;
use crate::doctors::model::DoctorId;
use crate::schedule::model::{Exception, Hours};
use crate::schedule::week::{self, Day};
use crate::schedule::{forms, queries};
use crate::time::{date_text, parse_date};
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "schedule/index.html")]
struct IndexPage {
    page: Page,
    name: String,
    /// The doctor's profile.
    profile: String,
    /// This page.
    path: String,
    days: Vec<Day>,
    /// `15 Jun 2026 – 21 Jun 2026`.
    range: String,
    prev: String,
    next: String,
    is_now: bool,
    /// The weekdays that have hours, in order, each with its own.
    hours: Vec<(&'static str, Vec<Hours>)>,
    /// Those that are not over, with their times in words.
    exceptions: Vec<(Exception, String)>,
    may_change: bool,
}

/// A doctor's own hours; everybody else begins with the list of doctors.
pub async fn own(cx: Cx<can::SeeSchedules>) -> Answer {
    match cx.actor()?.doctor_id {
        Some(doctor) => cx.redirect(&overview_path(doctor)),
        None => cx.redirect("/doctors"),
    }
}

pub async fn index(cx: Cx<can::SeeSchedules>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DoctorId>("id")?);
    let (zone, now, today) = (cx.zone(), cx.now(), cx.today());
    let from = parse_date(&cx.query("week")).unwrap_or(today);
    let to = week::last_day(from);
    let is_own = actor.doctor_id == Some(id);
    let (name, days, hours, exceptions) = cx
        .read(move |db| {
            let name = whose(db, &actor, id)?;
            let span = appointments::queries::Span { from: zone.day(from).0, to: zone.day(to).1 };
            let booked = appointments::queries::busy_doctor(db, id, span, None)?;
            let booked: Vec<NaiveDateTime> = booked.iter().map(|span| span.from).collect();
            let days = queries::week(db, zone, id, from, today, &booked)?;
            Ok((name, days, queries::hours(db, id)?, queries::exceptions(db, id, now, None)?))
        })
        .await?;
    let (before, after) = week::neighbours(from);
    let path = overview_path(id);
    let title = if is_own { "My hours".to_owned() } else { format!("Hours of {name}") };
    cx.html(&IndexPage {
        page: cx.page(&title),
        name,
        profile: format!("/doctors/{id}"),
        days,
        range: format!("{} – {}", date_text(from), date_text(to)),
        prev: format!("{path}?week={before}"),
        next: format!("{path}?week={after}"),
        is_now: from == today,
        path,
        hours: by_weekday(hours),
        exceptions: exceptions.into_iter().map(|e| (e.clone(), forms::when(&e, zone))).collect(),
        may_change: cx.may(Permission::ManageSchedules),
    })
}

/// Hours in the order of the week, by weekday.
fn by_weekday(hours: Vec<Hours>) -> Vec<(&'static str, Vec<Hours>)> {
    let mut days: Vec<(&'static str, Vec<Hours>)> = Vec::new();
    for hours in hours {
        match days.last_mut().filter(|(day, _)| *day == hours.weekday()) {
            Some((_, same_day)) => same_day.push(hours),
            None => days.push((hours.weekday(), vec![hours])),
        }
    }
    days
}
