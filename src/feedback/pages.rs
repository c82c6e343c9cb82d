//! The patient's page of one visit, and what the administration reads.

use std::collections::BTreeSet;

use askama::Template;

use super::forms;
use super::model::{Feedback, FeedbackRow, Rating, SCALE};
use super::queries::{self, Filter};
use crate::access::can;
use crate::appointments::model::{AppointmentId, AppointmentStatus};
use crate::audit::{self, Entry};
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::time::{Zone, long_date_text};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};
use crate::{doctors, feedback};

#[derive(Template)]
#[template(path = "feedback/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    id: AppointmentId,
    /// The day of the visit and its doctor.
    date: String,
    doctor: String,
    is_completed: bool,
    /// What was said already.
    said: Option<Feedback>,
}

impl ShowPage {
    fn scale(&self) -> Vec<(String, &'static str)> {
        SCALE.iter().map(|(value, words)| (value.to_string(), *words)).collect()
    }
}

#[derive(Template)]
#[template(path = "feedback/index.html")]
struct IndexPage {
    page: Page,
    form: Form,
    rows: Vec<FeedbackRow>,
    paging: Paging,
    doctors: Vec<(String, String)>,
    /// Of the chosen doctor.
    rating: Option<Rating>,
    is_filtered: bool,
    zone: Zone,
}

impl IndexPage {
    fn levels(&self) -> [(&'static str, &'static str); 2] {
        [("2", "Poor and very poor"), ("3", "Fair and worse")]
    }
}

async fn show_page(cx: &Cx<can::OwnRecord>, form: Form) -> Result<ShowPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let (appointment, doctor, said) = cx
        .read(move |db| {
            let appointment = feedback::actions::own(db, &actor, id)?;
            let doctor = doctors::queries::display_name(db, appointment.doctor_id)?;
            Ok((appointment, doctor, queries::of_appointment(db, id)?))
        })
        .await?;
    cx.looked(Entry::viewed("appointment", id, appointment.patient_id)).await?;
    Ok(ShowPage {
        page: cx.page("How was your visit?"),
        form,
        id,
        date: long_date_text(cx.zone().date(appointment.starts_at)),
        doctor,
        is_completed: appointment.status == AppointmentStatus::Completed,
        said,
    })
}

pub async fn show(cx: Cx<can::OwnRecord>) -> Answer {
    cx.html(&show_page(&cx, Form::default()).await?)
}

pub async fn create(cx: Cx<can::OwnRecord>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else { return cx.invalid(&show_page(&cx, form).await?) };
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let rated = cx
        .write_once(move |db| {
            feedback::actions::rate(db, &by, &actor, id, &input)?;
            Ok(format!("/appointments/{id}"))
        })
        .await;
    match rated {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("Thank you. Your rating was kept.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&show_page(&cx, form).await?)
        }
    }
}

pub async fn index(cx: Cx<can::SeeFeedback>) -> Answer {
    let (doctor, level, comment) = (cx.query("doctor"), cx.query("rating"), cx.query("comment"));
    let filter = Filter {
        doctor: doctor.parse().ok().map(DoctorId),
        at_most: level.parse().ok().filter(|level| (1..=5).contains(level)),
        with_comment: !comment.is_empty(),
    };
    let asked = cx.page_number();
    let shown = |id: Option<DoctorId>| id.map(|id| id.to_string()).unwrap_or_default();
    let level = filter.at_most.map(|level| level.to_string()).unwrap_or_default();
    let ticked = if filter.with_comment { "1" } else { "" };
    let base = format!("/feedback?doctor={}&rating={level}&comment={ticked}", shown(filter.doctor));
    let (rows, paging, options, rating) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, filter)?, base);
            let rows = queries::list(db, filter, (paging.offset(), PAGE_SIZE))?;
            let rating = match filter.doctor {
                Some(id) => queries::ratings(db, &[id])?.get(&id).copied(),
                None => None,
            };
            Ok((rows, paging, doctors::queries::options(db)?, rating))
        })
        .await?;
    // It says who was here and when: a look at each of these records.
    let seen: BTreeSet<PatientId> = rows.iter().map(|row| row.feedback.patient_id).collect();
    let by = cx.by.clone();
    cx.write(move |db| {
        for patient in &seen {
            audit::record(db, &by, &Entry::viewed("patient", *patient, *patient).note("page", "feedback"))?;
        }
        Ok(())
    })
    .await?;
    let form = Form::of([("doctor", shown(filter.doctor)), ("rating", level), ("comment", ticked.to_owned())]);
    cx.html(&IndexPage {
        page: cx.page("Ratings"),
        form,
        rows,
        paging,
        doctors: options,
        rating,
        is_filtered: filter.doctor.is_some() || filter.at_most.is_some() || filter.with_comment,
        zone: cx.zone(),
    })
}
