//! A doctor's profile, and the end of their work here.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDateTime;

use super::look_at;
use crate::access::{Actor, Permission, Role, can};
use crate::appointments;
use crate::appointments::model::AppointmentRow;
use crate::doctors::model::{DoctorId, Profile};
use crate::doctors::{actions, queries};
use crate::feedback;
use crate::feedback::model::Rating;
use crate::money::Currency;
use crate::schedule;
use crate::schedule::week::{self, Day};
use crate::time::Zone;
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Flash, Page};

#[derive(Template)]
#[template(path = "doctors/show.html")]
struct ShowPage {
    page: Page,
    profile: Profile,
    /// The next days; nothing for those who may not see the doctor's hours.
    days: Option<Vec<Day>>,
    is_staff: bool,
    is_own: bool,
    may_manage: bool,
    may_see_account: bool,
    may_book: bool,
    currency: Currency,
    /// How patients rate the doctor, in words.
    rating: Option<String>,
    may_read_feedback: bool,
}

#[derive(Template)]
#[template(path = "doctors/remove.html")]
struct RemovePage {
    page: Page,
    profile: Profile,
    booked: Vec<AppointmentRow>,
    zone: Zone,
}

/// Whether a person may see a doctor's hours: doctors their own, others who may see hours all.
fn sees_hours(actor: &Actor, id: DoctorId) -> bool {
    actor.may(Permission::SeeSchedules) && (actor.role != Role::Doctor || actor.doctor_id == Some(id))
}

pub async fn show(cx: Cx<can::SeeDoctors>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DoctorId>("id")?);
    let (zone, today, asking) = (cx.zone(), cx.today(), actor.clone());
    let (profile, days, rating) = cx
        .read(move |db| {
            let profile = queries::profile(db, &asking, id)?;
            let days = if sees_hours(&asking, id) {
                let (from, before) = (zone.day(today).0, zone.day(week::last_day(today)).1);
                let span = appointments::queries::Span { from, to: before };
                let booked = appointments::queries::busy_doctor(db, id, span, None)?;
                let booked: Vec<NaiveDateTime> = booked.iter().map(|span| span.from).collect();
                Some(schedule::queries::week(db, zone, id, today, today, &booked)?)
            } else {
                None
            };
            let rating = feedback::queries::ratings(db, &[id])?.remove(&id).and_then(Rating::text);
            Ok((profile, days, rating))
        })
        .await?;
    let may_manage = cx.may(Permission::ManageDoctors);
    let is_own = actor.doctor_id == Some(id);
    let may_ask = cx.may(Permission::BookOwn) || cx.may(Permission::ManageAppointments);
    cx.html(&ShowPage {
        page: cx.page(&profile.name()),
        is_staff: actor.role.is_staff(),
        is_own,
        may_manage,
        may_see_account: cx.may(Permission::ManageUsers),
        may_book: may_ask && profile.doctor.is_bookable() && profile.department_is_active,
        currency: cx.settings().currency(),
        profile,
        days,
        rating,
        may_read_feedback: cx.may(Permission::SeeFeedback),
    })
}

pub async fn confirm_removal(cx: Cx<can::ManageDoctors>) -> Answer {
    let (actor, id, now) = (cx.actor()?.clone(), cx.id::<DoctorId>("id")?, cx.now());
    let (profile, booked) = cx
        .read(move |db| {
            Ok((queries::profile(db, &actor, id)?, appointments::queries::upcoming_of_doctor(db, id, now)?))
        })
        .await?;
    look_at(&cx, id, &booked).await?;
    cx.html(&remove_page(&cx, profile, booked))
}

fn remove_page(cx: &Cx<can::ManageDoctors>, profile: Profile, booked: Vec<AppointmentRow>) -> RemovePage {
    RemovePage { page: cx.page(&format!("Remove {}?", profile.name())), profile, booked, zone: cx.zone() }
}

pub async fn remove(cx: Cx<can::ManageDoctors>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<DoctorId>("id")?);
    let (profile, booked) = cx
        .write(move |db| {
            let profile = queries::profile(db, &actor, id)?;
            let booked = appointments::queries::upcoming_of_doctor(db, id, by.now)?;
            if booked.is_empty() {
                actions::remove(db, &by, id)?;
            }
            Ok((profile, booked))
        })
        .await?;
    if !booked.is_empty() {
        look_at(&cx, id, &booked).await?;
        return html_with(StatusCode::CONFLICT, &remove_page(&cx, profile, booked));
    }
    let done = Flash::success(format!("{} no longer works here.", profile.name()));
    cx.redirect_with("/doctors", &done.link(format!("/doctors/{id}"), "Show the profile"))
}
