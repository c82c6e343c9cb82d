//! The pages of the calendar.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{Days, NaiveDate, TimeDelta};

use super::model::{self, Begin, Lane, Line, Viewer};
use crate::access::{Actor, Permission, Role, can};
use crate::appointments::board::model::{Choices, Wanted};
use crate::appointments::board::{self, record_look};
use crate::appointments::model::{AppointmentRow, Rules};
use crate::appointments::queries::{self, Filter};
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::schedule;
use crate::schedule::slots::monday;
use crate::time::{Zone, long_date_text};
use crate::web::{Answer, Cx, Page};

/// The page asks for its events at once: that is one look.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(10);

/// What of the calendar is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    wanted: Wanted,
    is_week: bool,
}

impl Shown {
    fn view(self) -> &'static str {
        if self.is_week { "week" } else { "" }
    }

    fn href(self, wanted: Wanted) -> String {
        wanted.href("/calendar", self.view())
    }

    /// The first and the last day shown.
    fn span(self) -> (NaiveDate, NaiveDate) {
        let date = self.wanted.date;
        if !self.is_week {
            return (date, date);
        }
        let first = monday(date);
        (first, first.checked_add_days(Days::new(6)).unwrap_or(first))
    }

    fn step(self, forward: bool) -> Wanted {
        let days = Days::new(if self.is_week { 7 } else { 1 });
        let date = self.wanted.date;
        let to = if forward { date.checked_add_days(days) } else { date.checked_sub_days(days) };
        self.wanted.on(to.unwrap_or(date))
    }

    fn title(self) -> String {
        let (first, last) = self.span();
        if self.is_week {
            format!("{} – {}", first.format("%a %-d %b"), last.format("%a %-d %b %Y"))
        } else {
            long_date_text(first)
        }
    }
}

#[derive(Template)]
#[template(path = "appointments/calendar.html")]
struct CalendarPage {
    page: Page,
    shown: Shown,
    choices: Choices,
    /// Whose calendar it is, for those who see one doctor's only, and in a week.
    doctor: Option<String>,
    lanes: Vec<Lane>,
    lines: Vec<Line>,
    /// Where `calendar.js` finds what it draws.
    source: String,
    here_encoded: String,
    zone: String,
    may_choose: bool,
    may_book: bool,
}

impl CalendarPage {
    fn is_empty(&self) -> bool {
        self.lanes.iter().all(Lane::is_empty)
    }

    /// How a lane is called above its column.
    fn head(&self, lane: &Lane) -> String {
        if self.shown.is_week { lane.date.format("%a %-d %b").to_string() } else { lane.name.clone() }
    }
}

/// What is asked for, within what the person may see: doctors their own calendar, the desk everybody's. A week needs a
/// doctor, so it is the chosen one's or the first one's.
async fn shown(cx: &Cx<can::SeeSchedules>) -> Result<(Shown, Choices), AppError> {
    if !cx.may(Permission::SeeAppointments) {
        return Err(AppError::Forbidden);
    }
    let actor = cx.actor()?;
    let asked = Wanted::read(cx.today(), &cx.query("date"), &cx.query("department"), &cx.query("doctor"));
    let mut shown = Shown { wanted: asked, is_week: cx.query("view") == "week" };
    if let Some(own) = only_own(actor)? {
        if asked.doctor.is_some_and(|doctor| doctor != own) {
            return Err(AppError::NotFound);
        }
        shown.wanted = Wanted { doctor: Some(own), department: None, ..asked };
        return Ok((shown, Choices::default()));
    }
    let choices = cx.read(move |db| Ok(board::queries::choices(db, asked.department)?)).await?;
    if shown.is_week && asked.doctor.is_none() {
        shown.wanted.doctor = choices.doctors.first().map(|d| d.id);
    }
    Ok((shown, choices))
}

/// The one doctor whose calendar somebody may see; `None` for those who see all.
fn only_own(actor: &Actor) -> Result<Option<DoctorId>, AppError> {
    match queries::Scope::of(actor) {
        queries::Scope::All => Ok(None),
        queries::Scope::Doctor(own) if actor.role == Role::Doctor => Ok(Some(own)),
        _ => Err(AppError::Forbidden),
    }
}

/// Every doctor's day, or a doctor's days, with hours and appointments.
fn lanes(db: &mut DbConnection, actor: &Actor, zone: Zone, shown: Shown) -> Result<Vec<Lane>, AppError> {
    let (first, last) = shown.span();
    let filter = Filter {
        from: Some(zone.day(first).0),
        before: Some(zone.day(last).1),
        doctor: shown.wanted.doctor,
        department: shown.wanted.department,
        ..Filter::default()
    };
    let mut visits = queries::list(db, actor, &filter, 0, i64::from(i32::MAX))?;
    visits.retain(|v| model::takes_time(v.appointment.status));

    let mut people: Vec<(DoctorId, String)> = match shown.wanted.doctor {
        Some(doctor) => vec![(doctor, doctors::queries::display_name(db, doctor)?)],
        None => {
            let choices = board::queries::choices(db, shown.wanted.department)?;
            choices.doctors.into_iter().map(|d| (d.id, d.name)).collect()
        }
    };
    // Whoever has left since then still has the appointments of those days.
    for visit in &visits {
        if people.iter().all(|(id, _)| *id != visit.appointment.doctor_id) {
            people.push((visit.appointment.doctor_id, visit.doctor.clone()));
        }
    }
    let ids: Vec<DoctorId> = people.iter().map(|(id, _)| *id).collect();
    let times = schedule::queries::times_of(db, zone, &ids, first, last)?;

    let mut lanes = Vec::new();
    for (doctor, name) in people {
        for date in first.iter_days().take_while(|date| *date <= last) {
            let (from, before) = zone.day(date);
            let within = |at| from <= at && at < before;
            let own = |v: &&AppointmentRow| v.appointment.doctor_id == doctor && within(v.appointment.starts_at);
            lanes.push(Lane {
                doctor,
                name: name.clone(),
                date,
                times: times
                    .iter()
                    .filter(|(id, time)| *id == doctor && within(time.starts_at))
                    .map(|(_, time)| *time)
                    .collect(),
                visits: visits.iter().filter(own).cloned().collect(),
            });
        }
    }
    // Side by side stand those who work or have somebody; a week has all its days.
    if !shown.is_week && shown.wanted.doctor.is_none() {
        lanes.retain(|lane| !lane.is_empty());
    }
    Ok(lanes)
}

async fn load(cx: &Cx<can::SeeSchedules>, shown: Shown) -> Result<Vec<Lane>, AppError> {
    let (actor, zone) = (cx.actor()?.clone(), cx.zone());
    cx.read(move |db| lanes(db, &actor, zone, shown)).await
}

fn look(shown: Shown, lanes: &[Lane]) -> Entry {
    let (first, last) = shown.span();
    let count: usize = lanes.iter().map(|lane| lane.visits.len()).sum();
    let look = Entry::new("viewed", "calendar", 0).note("date", format!("{first}/{last}"));
    shown.wanted.noted(look).note("count", count)
}

pub async fn show(cx: Cx<can::SeeSchedules>) -> Answer {
    let (shown, choices) = shown(&cx).await?;
    // A week of nobody: there is no doctor yet.
    let lanes = if shown.is_week && shown.wanted.doctor.is_none() { Vec::new() } else { load(&cx, shown).await? };
    record_look(&cx, look(shown, &lanes), None).await?;
    let viewer = Viewer { actor: cx.actor()?, now: cx.now(), rules: Rules::from(cx.settings()) };
    let here = shown.href(shown.wanted);
    let page = CalendarPage {
        page: cx.page("Calendar"),
        shown,
        choices,
        doctor: shown.wanted.doctor.and(lanes.first()).map(|lane| lane.name.clone()),
        lines: model::table(&lanes, viewer),
        lanes,
        source: shown.wanted.href("/calendar/events", shown.view()),
        here_encoded: crate::web::page::encode(&here),
        zone: cx.settings().time_zone.clone(),
        may_choose: only_own(cx.actor()?)?.is_none(),
        may_book: cx.may(Permission::ManageAppointments),
    };
    cx.html(&page)
}

pub async fn events(cx: Cx<can::SeeSchedules>) -> Answer {
    let (shown, _) = shown(&cx).await?;
    let lanes = if shown.is_week && shown.wanted.doctor.is_none() { Vec::new() } else { load(&cx, shown).await? };
    record_look(&cx, look(shown, &lanes), Some(ONE_LOOK)).await?;
    let viewer = Viewer { actor: cx.actor()?, now: cx.now(), rules: Rules::from(cx.settings()) };
    Ok(HttpResponse::Ok().json(model::drawing(&lanes, viewer)))
}
