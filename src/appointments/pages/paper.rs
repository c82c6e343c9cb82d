//! What is taken along: the slip on paper and the entry for a calendar.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use chrono::TimeZone;
use icalendar::{Alarm, Calendar, Component, Event, EventLike, EventStatus};

use crate::access::can;
use crate::appointments::model::{AppointmentId, AppointmentRow, AppointmentStatus};
use crate::appointments::queries;
use crate::audit::Entry;
use crate::time::long_date_text;
use crate::web::print::{Letterhead, Qr};
use crate::web::{Answer, Cx};

#[derive(Template)]
#[template(path = "appointments/slip.html")]
struct SlipPage {
    letterhead: Letterhead,
    row: AppointmentRow,
    date: String,
    time: String,
    zone_name: String,
    born: String,
    qr: Qr,
    printed: String,
    cancel_hours: i32,
}

/// `GET /appointments/{id}/slip`.
pub async fn slip(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let row = cx.read(move |db| Ok(queries::find_row(db, &actor, id)?)).await?;
    let look = Entry::new("printed", "appointment", id).patient(row.appointment.patient_id);
    cx.looked(look).await?;
    let zone = cx.zone();
    cx.html(&SlipPage {
        letterhead: Letterhead::from(cx.settings()),
        date: long_date_text(zone.date(row.appointment.starts_at)),
        time: zone.time_text(row.appointment.starts_at),
        zone_name: zone.place(),
        born: crate::time::date_text(row.date_of_birth),
        qr: Qr::of(&format!("{}/appointments/{id}", cx.base_url()))?,
        printed: zone.text(cx.now()),
        cancel_hours: cx.settings().cancel_hours_before,
        row,
    })
}

/// `GET /appointments/{id}/calendar.ics`: the entry keeps its identity, so that a moved appointment replaces its
/// earlier entry. It says where and with whom, and nothing clinical.
pub async fn calendar_file(cx: Cx<can::SeeAppointments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let row = cx.read(move |db| Ok(queries::find_row(db, &actor, id)?)).await?;
    let look = Entry::new("exported", "appointment", id).patient(row.appointment.patient_id);
    cx.looked(look).await?;
    let settings = cx.settings();
    let (appointment, base) = (&row.appointment, cx.base_url());
    let host = base.split("://").nth(1).unwrap_or("localhost");
    let place: Vec<&str> = [settings.hospital_name.as_str(), &row.department, &row.location, &settings.address]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let status = match appointment.status {
        AppointmentStatus::Scheduled => EventStatus::Tentative,
        AppointmentStatus::Cancelled | AppointmentStatus::NoShow => EventStatus::Cancelled,
        _ => EventStatus::Confirmed,
    };
    let at = |time| chrono::Utc.from_utc_datetime(&time);
    let mut event = Event::new();
    event
        .uid(&format!("{}@{host}", id.code()))
        .sequence(u32::try_from(appointment.version).unwrap_or(0))
        .timestamp(at(cx.now()))
        .starts(at(appointment.starts_at))
        .ends(at(appointment.ends_at))
        .summary(&format!("Appointment with {}", row.doctor))
        .description(&format!("{} at {}. Phone: {}", id.code(), settings.hospital_name, settings.phone))
        .location(&place.join(", "))
        .url(&format!("{base}/appointments/{id}"))
        .status(status);
    if appointment.status.is_booked() {
        event.alarm(Alarm::display("Appointment in two hours", -chrono::Duration::hours(2)));
    }
    let calendar = Calendar::new().push(event.done()).done();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", id.code())))
        .body(calendar.to_string()))
}
