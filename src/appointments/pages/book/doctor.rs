//! The first step: the doctor, with the first free time of each.

use askama::Template;
use chrono::TimeDelta;

use super::LOOK_AHEAD_DAYS;
use super::frame::{Frame, frame, patient_of};
use crate::access::can;
use crate::appointments::actions::days_ahead;
use crate::appointments::pages::choice::{Booker, Choice};
use crate::appointments::slots;
use crate::db::fold::fold;
use crate::departments::model::DepartmentRow;
use crate::doctors::model::{DoctorCard, DoctorId};
use crate::web::{Answer, Cx, Page};
use crate::{departments, doctors, feedback};

/// For how many doctors the first free time is looked up on the page that lists them.
const MOST_LOOKED_UP: usize = 24;

/// A doctor to choose.
struct DoctorChoice {
    card: DoctorCard,
    href: String,
    /// `Tue 16 Jun 2026, 09:00`, or nothing within the next weeks.
    first_free: Option<String>,
    fee: String,
    /// `4.6`; nothing for a doctor whom nobody has rated.
    rating: Option<String>,
}

#[derive(Template)]
#[template(path = "appointments/doctor.html")]
struct DoctorPage {
    frame: Frame,
    page: Page,
    choice: Choice,
    query: String,
    departments: Vec<(DepartmentRow, String)>,
    department: Option<String>,
    all_href: String,
    doctors: Vec<DoctorChoice>,
    gone: bool,
}

pub(super) async fn doctor_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, gone: bool) -> Answer {
    let patient = patient_of(cx, booker, &choice).await?;
    let (actor, query) = (cx.actor()?.clone(), cx.query("q"));
    let (settings, now) = (cx.settings().clone(), cx.now());
    let (wanted, department) = (fold(&query), choice.department);
    let ahead = days_ahead(&actor, &settings).min(LOOK_AHEAD_DAYS);
    let user = actor.user_id;
    let (departments, cards, ratings) = cx
        .read(move |db| {
            let departments = departments::queries::list(db, &actor)?;
            let mut cards = doctors::queries::cards(db, department)?;
            cards.retain(|c| {
                let text = fold(&format!("{} {} {}", c.name, c.department, c.specializations));
                wanted.split(' ').all(|word| text.contains(word))
            });
            let zone = settings.zone();
            let today = zone.date(now);
            let mut found = Vec::with_capacity(cards.len());
            for (n, card) in cards.into_iter().enumerate() {
                let first = if n < MOST_LOOKED_UP {
                    let until = today + TimeDelta::days(ahead);
                    slots::free(db, zone, card.id, today, until, now, Some(user))?.first().copied()
                } else {
                    None
                };
                found.push((card, first));
            }
            let ids: Vec<DoctorId> = found.iter().map(|(card, _)| card.id).collect();
            Ok((departments, found, feedback::queries::ratings(db, &ids)?))
        })
        .await?;
    let (zone, currency) = (cx.zone(), cx.settings().currency());
    let without_time = Choice { slot: None, date: None, ..choice.clone() };
    let doctors = cards
        .into_iter()
        .map(|(card, first)| DoctorChoice {
            href: Choice { doctor: Some(card.id), ..without_time.clone() }.address("/book"),
            first_free: first.map(|s| zone.long_text(s.starts_at)),
            fee: if card.consultation_fee > 0 { currency.text(card.consultation_fee) } else { String::new() },
            rating: ratings.get(&card.id).and_then(|rating| rating.average()),
            card,
        })
        .collect();
    let named = departments.iter().find(|d| Some(d.department.id) == department).map(|d| d.department.name.clone());
    let departments = departments
        .into_iter()
        .filter(|d| d.department.is_active && d.doctors > 0)
        .map(|d| {
            let href = Choice { department: Some(d.department.id), ..without_time.clone() }.address("/book");
            (d, href)
        })
        .collect();
    let frame = frame(cx, booker, &choice, patient, 1);
    let page = frame.page.clone();
    let all_href = Choice { department: None, ..without_time }.address("/book");
    let template = DoctorPage { frame, page, choice, query, departments, department: named, all_href, doctors, gone };
    // A form was sent for a doctor who cannot be booked.
    let is_refused = gone && !cx.form.typed().is_empty();
    if is_refused { cx.invalid(&template) } else { cx.html(&template) }
}
