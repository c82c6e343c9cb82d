//! Booking in steps: the doctor, a free time, the reason. Each step is a page whose address says what was chosen.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::choice::{Booker, Choice};
use super::patient_search;
use crate::access::can;
use crate::appointments::actions::{self, Booking, days_ahead};
use crate::appointments::model::{AppointmentId, Channel};
use crate::appointments::queries::Span;
use crate::appointments::slots::{self, Picker, Search, Slot};
use crate::appointments::{forms, queries};
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::departments::model::DepartmentRow;
use crate::doctors::model::{DoctorCard, DoctorId};
use crate::error::AppError;
use crate::patients::model::{Patient, PatientId};
use crate::time::{Zone, long_date_text};
use crate::web::{Answer, Cx, Form, Page};
use crate::{departments, doctors, patients};

/// For how many doctors the first free time is looked up on the page that lists them.
const MOST_LOOKED_UP: usize = 24;
/// How far ahead it is looked for.
const LOOK_AHEAD_DAYS: i64 = 21;
/// How many other times are offered when the chosen one is gone.
const MOST_ALTERNATIVES: usize = 12;

/// A step in the bar above the pages.
pub(super) struct StepLink {
    pub label: &'static str,
    /// Where the step can be done again; empty for the present and later ones.
    pub href: String,
    pub is_current: bool,
}

/// What the pages of all steps show above their own content.
pub(super) struct Frame {
    pub page: Page,
    pub steps: Vec<StepLink>,
    /// Whom it is for, at the desk.
    pub patient: Option<Patient>,
    pub follow_up_of: Option<AppointmentId>,
    pub is_desk: bool,
}

/// A doctor to choose.
struct DoctorChoice {
    card: DoctorCard,
    href: String,
    /// `Tue 16 Jun 2026, 09:00`, or nothing within the next weeks.
    first_free: Option<String>,
    fee: String,
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

#[derive(Template)]
#[template(path = "appointments/time.html")]
struct TimePage {
    frame: Frame,
    page: Page,
    form: Form,
    choice: Choice,
    doctor: String,
    department: String,
    picker: Picker,
    zone: Zone,
    base: &'static str,
    change_doctor: String,
}

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

/// `GET /book`: the first step that is not done yet.
pub async fn book(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let choice = complete(&cx, booker, Choice::of(|name| cx.query(name))).await?;
    if booker.is_desk() && choice.patient.is_none() {
        return patient_search::page(&cx, "/book", choice).await;
    }
    match (choice.doctor, choice.slot) {
        (None, _) => doctor_step(&cx, booker, choice, false).await,
        (Some(_), None) => time_step(&cx, booker, choice, Form::default()).await,
        (Some(_), Some(_)) => {
            let form = Form::of([("channel", Channel::Desk.as_str().to_owned())]);
            details_step(&cx, booker, choice, form).await
        }
    }
}

/// Fills in what follows from who books: patients book for themselves, whatever the address says, doctors with
/// themselves, and a follow-up is for the same patient.
async fn complete(cx: &Cx<can::SeeAppointments>, booker: Booker, mut choice: Choice) -> Result<Choice, AppError> {
    if matches!(booker, Booker::Own(_)) {
        return Ok(Choice { patient: None, follow_up_of: None, ..choice });
    }
    if let Some(id) = choice.follow_up_of {
        let actor = cx.actor()?.clone();
        let earlier = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
        choice.patient = Some(earlier.patient_id);
        choice.doctor = choice.doctor.or(Some(earlier.doctor_id));
    }
    if let Booker::Doctor(doctor) = booker {
        if choice.follow_up_of.is_none() {
            return Err(AppError::Forbidden);
        }
        choice.doctor = Some(doctor);
    }
    Ok(choice)
}

/// Whom it is for.
fn whose(booker: Booker, choice: &Choice) -> Option<PatientId> {
    match booker {
        Booker::Own(patient) => Some(patient),
        _ => choice.patient,
    }
}

/// What stands above a step: 1 the doctor, 2 the time, 3 the details.
fn frame(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: &Choice, patient: Patient, step: usize) -> Frame {
    let title = match booker {
        Booker::Own(_) => "Book an appointment",
        Booker::Desk => "New appointment",
        Booker::Doctor(_) => "Book a follow-up",
    };
    let only = |patient, doctor| Choice {
        patient,
        doctor,
        follow_up_of: choice.follow_up_of,
        department: choice.department,
        ..Choice::default()
    };
    // Each with the choice that leads back to it.
    let (all, at) = match booker {
        Booker::Own(_) => {
            let first = ("Doctor", Choice { department: choice.department, ..Choice::default() });
            (vec![first, ("Time", only(None, choice.doctor)), ("Reason", choice.clone())], step - 1)
        }
        Booker::Desk => {
            let first = ("Patient", Choice { doctor: choice.doctor, slot: choice.slot, ..Choice::default() });
            let second = ("Free time", only(choice.patient, choice.doctor));
            (vec![first, second, ("Details", choice.clone())], (step - 1).max(1))
        }
        Booker::Doctor(_) => (vec![("Time", only(None, None)), ("Reason", choice.clone())], step.saturating_sub(2)),
    };
    let steps = all
        .into_iter()
        .enumerate()
        .map(|(n, (label, choice))| StepLink {
            label,
            href: if n < at { choice.address("/book") } else { String::new() },
            is_current: n == at,
        })
        .collect();
    Frame {
        page: cx.page(title),
        steps,
        patient: (!matches!(booker, Booker::Own(_))).then_some(patient),
        follow_up_of: choice.follow_up_of,
        is_desk: booker.is_desk(),
    }
}

/// The patient whom it is for, within what the person may see; staff's look at who it is is recorded.
async fn patient_of(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: &Choice) -> Result<Patient, AppError> {
    let (actor, id) = (cx.actor()?.clone(), whose(booker, choice).ok_or(AppError::NotFound)?);
    let patient = cx.read(move |db| Ok(patients::queries::find(db, &actor, id)?)).await?;
    if !matches!(booker, Booker::Own(_)) {
        cx.looked(Entry::viewed("patient", id, id).note("page", "booking")).await?;
    }
    Ok(patient)
}

async fn doctor_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, gone: bool) -> Answer {
    let patient = patient_of(cx, booker, &choice).await?;
    let (actor, query) = (cx.actor()?.clone(), cx.query("q"));
    let (settings, now) = (cx.settings().clone(), cx.now());
    let (wanted, department) = (fold(&query), choice.department);
    let ahead = days_ahead(&actor, &settings).min(LOOK_AHEAD_DAYS);
    let user = actor.user_id;
    let (departments, cards) = cx
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
            Ok((departments, found))
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

/// The doctor's name and department, when they can be booked by this person; `None` sends back to the choice.
async fn doctor_of(
    cx: &Cx<can::SeeAppointments>,
    booker: Booker,
    choice: &Choice,
) -> Result<Option<(String, String)>, AppError> {
    let Some(id) = choice.doctor else { return Ok(None) };
    let is_new = choice.follow_up_of.is_none() || !matches!(booker, Booker::Doctor(_));
    cx.read(move |db| {
        let Some(openness) = queries::openness(db, id)? else { return Ok(None) };
        if openness.status != doctors::model::DoctorStatus::Active || (is_new && !openness.is_open) {
            return Ok(None);
        }
        Ok(Some((doctors::queries::display_name(db, id)?, openness.department)))
    })
    .await
}

/// The days that this person may book, for one doctor.
fn search(cx: &Cx<can::SeeAppointments>, doctor: DoctorId) -> Result<Search, AppError> {
    let (actor, today) = (cx.actor()?, cx.today());
    let to = today + TimeDelta::days(days_ahead(actor, cx.settings()));
    Ok(Search { doctor, from: today, to, now: cx.now(), holder: Some(actor.user_id), moving: None })
}

async fn time_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, form: Form) -> Answer {
    let (Some(doctor), Some((name, department))) = (choice.doctor, doctor_of(cx, booker, &choice).await?) else {
        return doctor_step(cx, booker, Choice { doctor: None, ..choice }, true).await;
    };
    let patient = patient_of(cx, booker, &choice).await?;
    let (zone, search, asked) = (cx.zone(), search(cx, doctor)?, choice.date);
    let picker = cx.read(move |db| Ok(Picker::load(db, zone, &search, asked)?)).await?;
    let frame = frame(cx, booker, &choice, patient, 2);
    let page = frame.page.clone();
    let choice = Choice { slot: None, date: None, ..choice };
    let is_valid = form.is_valid();
    let change_doctor = match booker {
        Booker::Doctor(_) => String::new(),
        _ => Choice { doctor: None, ..choice.clone() }.address("/book"),
    };
    let template =
        TimePage { frame, page, form, base: "/book", choice, doctor: name, department, picker, zone, change_doctor };
    if is_valid { cx.html(&template) } else { cx.invalid(&template) }
}

async fn details_step(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, form: Form) -> Answer {
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

/// `POST /book/hold`: keeps a free time while the form is filled.
pub async fn hold(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let form = cx.form.clone();
    let choice = complete(&cx, booker, Choice::of(|name| form.value(name).to_owned())).await?;
    let (Some(doctor), Some(slot), Some(_)) = (choice.doctor, choice.slot, whose(booker, &choice)) else {
        return cx.redirect(&choice.address("/book"));
    };
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    match cx.write(move |db| actions::hold(db, &by, &actor, doctor, slot)).await {
        Ok(_) => cx.redirect(&choice.address("/book")),
        Err(error) => {
            let mut form = form;
            refuse(&mut form, error)?;
            let date = Some(cx.zone().date(slot));
            time_step(&cx, booker, Choice { slot: None, date, ..choice }, form).await
        }
    }
}

/// What stands in the way of a time goes beside the time; everything else is an error of its own.
pub(super) fn refuse(form: &mut Form, error: AppError) -> Result<(), AppError> {
    match error {
        AppError::Conflict(words) => {
            form.refuse_field("starts_at", words);
            Ok(())
        }
        other => form.refuse(other),
    }
}

/// `POST /book`.
pub async fn create(cx: Cx<can::SeeAppointments>) -> Answer {
    let booker = Booker::of(&cx)?;
    let mut form = cx.form.clone();
    let choice = complete(&cx, booker, Choice::of(|name| form.value(name).to_owned())).await?;
    let channel = match booker {
        Booker::Own(_) => Some(Channel::Online),
        Booker::Doctor(_) => Some(Channel::FollowUp),
        Booker::Desk if choice.follow_up_of.is_some() => Some(Channel::FollowUp),
        Booker::Desk => None,
    };
    let (Some(patient), Some(doctor), Some(slot)) = (whose(booker, &choice), choice.doctor, choice.slot) else {
        return incomplete(&cx, booker, choice, form).await;
    };
    let Some(details) = forms::details(&mut form, channel) else {
        return details_step(&cx, booker, choice, form).await;
    };
    let booking = booking(patient, doctor, slot, choice.follow_up_of, details);
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let booked = cx
        .write_once(move |db| Ok(format!("/appointments/{}/booked", actions::book(db, &by, &actor, &booking)?)))
        .await;
    match booked {
        Ok((location, _)) => cx.redirect(&location),
        Err(error) => {
            refuse(&mut form, error)?;
            details_step(&cx, booker, choice, form).await
        }
    }
}

fn booking(
    patient: PatientId,
    doctor: DoctorId,
    starts_at: NaiveDateTime,
    follow_up_of: Option<AppointmentId>,
    details: forms::Details,
) -> Booking {
    Booking {
        patient,
        doctor,
        starts_at,
        reason: details.reason,
        symptoms: details.symptoms,
        notes: details.notes,
        channel: details.channel,
        // Patients do not say what follows what.
        follow_up_of: if details.channel == Channel::FollowUp { follow_up_of } else { None },
    }
}

/// A form that says too little: the first step that is missing, which says so.
async fn incomplete(cx: &Cx<can::SeeAppointments>, booker: Booker, choice: Choice, mut form: Form) -> Answer {
    if whose(booker, &choice).is_none() || choice.doctor.is_none() {
        return Err(AppError::Invalid("Choose the patient and the doctor first.".to_owned()));
    }
    form.refuse_field("starts_at", "Choose a time.");
    time_step(cx, booker, choice, form).await
}
