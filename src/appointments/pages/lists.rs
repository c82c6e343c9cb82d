//! Appointments in lists: everybody's, one's own, and those of a patient's record.

use std::str::FromStr;

use askama::Template;
use strum::VariantArray;

use crate::access::{Permission, Role, can};
use crate::appointments::model::{AppointmentId, AppointmentRow, AppointmentStatus};
use crate::appointments::queries::{self, Filter};
use crate::audit::Entry;
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::{Zone, parse_date};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Form, Page, Paging};

/// How many past appointments a patient's own page shows; the record has them all.
const PAST: i64 = 25;

#[derive(Template)]
#[template(path = "appointments/index.html")]
struct IndexPage {
    page: Page,
    form: Form,
    rows: Vec<AppointmentRow>,
    paging: Paging,
    zone: Zone,
    today: chrono::NaiveDate,
    doctors: Vec<(String, String)>,
    statuses: Vec<(&'static str, &'static str)>,
    is_filtered: bool,
    sees_reason: bool,
    may_book: bool,
}

#[derive(Template)]
#[template(path = "appointments/mine.html")]
struct MinePage {
    page: Page,
    upcoming: Vec<AppointmentRow>,
    past: Vec<AppointmentRow>,
    more_href: Option<String>,
    zone: Zone,
    may_book: bool,
}

/// `GET /appointments?from=&to=&status=&doctor=`: what the person may see, from today on unless the address says more.
pub async fn index(cx: Cx<can::SeeAppointments>) -> Answer {
    let actor = cx.actor()?.clone();
    if actor.role == Role::Patient {
        return mine(cx).await;
    }
    let code = cx.query("code");
    if let Some(id) = AppointmentId::from_code(&code) {
        return cx.redirect(&format!("/appointments/{id}"));
    }
    let mut form = Form::default();
    let mut address = Vec::new();
    for name in ["from", "to", "status", "doctor"] {
        let value = cx.query(name);
        if !value.is_empty() {
            address.push(format!("{name}={}", encode(&value)));
        }
        form.push(name, value);
    }
    form.push("code", code);
    let is_filtered = !address.is_empty();
    if !is_filtered {
        form = Form::of([("from", cx.today().to_string())]);
    }
    let zone = cx.zone();
    let (from, to) = (parse_date(form.value("from")), parse_date(form.value("to")));
    let filter = Filter {
        from: from.map(|d| zone.day(d).0),
        before: to.map(|d| zone.day(d).1),
        statuses: AppointmentStatus::from_str(form.value("status")).into_iter().collect(),
        doctor: form.value("doctor").parse().ok().map(DoctorId),
        ..Filter::default()
    };
    let base =
        if address.is_empty() { "/appointments".to_owned() } else { format!("/appointments?{}", address.join("&")) };
    let (asked, is_doctor) = (cx.page_number(), actor.role == Role::Doctor);
    let (rows, paging, doctors) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &actor, &filter)?, base);
            let rows = queries::list(db, &actor, &filter, paging.offset(), PAGE_SIZE)?;
            let doctors = if is_doctor { Vec::new() } else { doctors::queries::options(db)? };
            Ok((rows, paging, doctors))
        })
        .await?;
    cx.looked(Entry::new("listed", "appointment", 0).note("found", rows.len())).await?;
    let may_book = cx.may(Permission::ManageAppointments);
    cx.html(&IndexPage {
        page: cx.page("Appointments"),
        form,
        rows,
        paging,
        zone,
        today: cx.today(),
        doctors,
        statuses: AppointmentStatus::VARIANTS.iter().map(|s| (s.as_str(), s.label())).collect(),
        is_filtered,
        sees_reason: cx.may(Permission::ReadChart) || may_book,
        may_book,
    })
}

/// A patient's own appointments: what is to come, then what was.
async fn mine(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, zone) = (cx.actor()?.clone(), cx.zone());
    let (today, _) = zone.day(cx.today());
    let patient = actor.patient_id;
    let (upcoming, past, total) = cx
        .read(move |db| {
            let live = AppointmentStatus::LIVE.to_vec();
            let next = Filter { from: Some(today), statuses: live, ..Filter::default() };
            let upcoming = queries::list(db, &actor, &next, 0, i64::from(i32::MAX))?;
            let before = Filter { latest_first: true, ..Filter::default() };
            let mut past = queries::list(db, &actor, &before, 0, PAST + upcoming.len() as i64)?;
            past.retain(|row| !upcoming.iter().any(|u| u.appointment.id == row.appointment.id));
            past.truncate(PAST as usize);
            Ok((upcoming, past, queries::count(db, &actor, &Filter::default())?))
        })
        .await?;
    if let Some(id) = patient {
        cx.looked(Entry::viewed("appointments", id, id)).await?;
    }
    let shown = (upcoming.len() + past.len()) as i64;
    let more_href = patient.filter(|_| total > shown).map(|id| format!("/patients/{id}/appointments"));
    cx.html(&MinePage {
        page: cx.page("My appointments"),
        upcoming,
        past,
        more_href,
        zone,
        may_book: cx.may(Permission::BookOwn) && patient.is_some(),
    })
}

#[derive(Template)]
#[template(path = "appointments/of_patient.html")]
struct OfPatientPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    rows: Vec<AppointmentRow>,
    paging: Paging,
    zone: Zone,
    sees_reason: bool,
    book_href: String,
}

/// `GET /patients/{id}/appointments`.
pub async fn of_patient(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    let asked = cx.page_number();
    let (banner, rows, paging) = cx
        .read(move |db| {
            let banner = banner::load(db, &actor, id, today)?;
            let filter = Filter { patient: Some(id), latest_first: true, ..Filter::default() };
            let base = format!("/patients/{id}/appointments");
            let paging = Paging::new(asked, queries::count(db, &actor, &filter)?, base);
            let rows = queries::list(db, &actor, &filter, paging.offset(), PAGE_SIZE)?;
            Ok((banner, rows, paging))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "appointments")).await?;
    let book_href = if cx.may(Permission::ManageAppointments) {
        format!("/book?patient={id}")
    } else if cx.may(Permission::BookOwn) {
        "/book".to_owned()
    } else {
        String::new()
    };
    let page = cx.page(&format!("Appointments of {}", banner.name));
    cx.html(&OfPatientPage {
        page,
        banner,
        tab: Tab::Appointments,
        rows,
        paging,
        zone: cx.zone(),
        sees_reason: cx.may(Permission::ReadChart) || cx.may(Permission::ManageAppointments),
        book_href,
    })
}
