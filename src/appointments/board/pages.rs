//! The pages of the board.

use actix_web::HttpResponse;
use askama::Template;
use chrono::TimeDelta;
use strum::VariantArray;

use super::model::{self, Choices, Column, Now, Visit, Wanted};
use super::queries;
use crate::access::{Permission, can};
use crate::appointments;
use crate::appointments::model::{Rules, Step};
use crate::audit::{self, Entry};
use crate::error::AppError;
use crate::time::long_date_text;
use crate::web::page::encode;
use crate::web::print::Letterhead;
use crate::web::{Answer, Cx, Page};

/// For how long a person who has opened a day is known to be looking at it.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(30);

#[derive(Template)]
#[template(path = "appointments/board.html", blocks = ["day"])]
struct BoardPage {
    page: Page,
    wanted: Wanted,
    choices: Choices,
    columns: Vec<(Column, Vec<Visit>)>,
    visits: usize,
    is_list: bool,
    /// This very page, where a step leads back to.
    here: String,
    here_encoded: String,
    /// Where the day's part is asked for again; empty for a day that does not change any more.
    refresh: String,
    waiting_limit_minutes: i32,
    /// Only the day's part is sent, so the message of the last step goes with it.
    is_fragment: bool,
    may_register: bool,
    may_book: bool,
}

impl BoardPage {
    fn view(&self) -> &'static str {
        if self.is_list { "list" } else { "" }
    }

    fn day_name(&self) -> String {
        long_date_text(self.wanted.date)
    }

    /// All visits by time, for the list.
    fn by_time(&self) -> Vec<&Visit> {
        let mut all: Vec<&Visit> = self.columns.iter().flat_map(|(_, visits)| visits).collect();
        all.sort_by_key(|v| (v.row.appointment.starts_at, i64::from(v.row.appointment.id)));
        all
    }
}

fn wanted<R: crate::access::Requirement>(cx: &Cx<R>) -> Wanted {
    Wanted::read(cx.today(), &cx.query("date"), &cx.query("department"), &cx.query("doctor"))
}

/// The day's visits within what the person may see, by time.
async fn visits(cx: &Cx<can::SeeBoard>, wanted: Wanted) -> Result<Vec<Visit>, AppError> {
    let (actor, zone) = (cx.actor()?.clone(), cx.zone());
    let rows = cx
        .read(move |db| {
            Ok(appointments::queries::day(db, &actor, zone, wanted.date, wanted.department, wanted.doctor)?)
        })
        .await?;
    let now = Now {
        actor: cx.actor()?,
        now: cx.now(),
        today: cx.today(),
        rules: Rules::from(cx.settings()),
        waiting_limit_minutes: cx.settings().waiting_limit_minutes,
    };
    Ok(rows.into_iter().map(|row| Visit::new(row, now)).collect())
}

pub async fn show(cx: Cx<can::SeeBoard>) -> Answer {
    let wanted = wanted(&cx);
    let is_list = cx.query("view") == "list";
    let visits = visits(&cx, wanted).await?;
    let version = model::version(&visits);
    let is_fragment = cx.is_htmx();
    if is_fragment && cx.query("seen") == version {
        return Ok(HttpResponse::NoContent().finish());
    }
    let look = wanted.noted(Entry::new("viewed", "day_board", 0).note("date", wanted.date)).note("count", visits.len());
    record_look(&cx, look, is_fragment.then_some(ONE_LOOK)).await?;

    let choices = match is_fragment {
        true => Choices::default(),
        false => cx.read(move |db| Ok(queries::choices(db, wanted.department)?)).await?,
    };
    let here = wanted.href("/board", if is_list { "list" } else { "" });
    let separator = if here.contains('?') { '&' } else { '?' };
    let total = visits.len();
    let mut columns: Vec<(Column, Vec<Visit>)> = Column::VARIANTS.iter().map(|c| (*c, Vec::new())).collect();
    for visit in visits {
        if let Some((_, column)) = columns.iter_mut().find(|(column, _)| *column == visit.column()) {
            column.push(visit);
        }
    }
    let board = BoardPage {
        page: cx.page("Day board"),
        wanted,
        choices,
        columns,
        visits: total,
        is_list,
        here_encoded: encode(&here),
        refresh: format!("{here}{separator}seen={version}"),
        here,
        waiting_limit_minutes: cx.settings().waiting_limit_minutes,
        is_fragment,
        may_register: cx.may(Permission::RegisterPatients),
        may_book: cx.may(Permission::ManageAppointments),
    };
    if is_fragment { cx.html(&board.as_day()) } else { cx.html(&board) }
}

/// Records that the person looks at a day. A page that refreshes itself is one look: with `unless_within`, nothing is
/// recorded when the same look was recorded that short a time ago.
pub(in crate::appointments) async fn record_look<R: crate::access::Requirement>(
    cx: &Cx<R>,
    look: Entry,
    unless_within: Option<TimeDelta>,
) -> Result<(), AppError> {
    if let Some(within) = unless_within {
        let (by, look) = (cx.by.clone(), look.clone());
        let since = cx.now() - within;
        if cx.read(move |db| Ok(audit::recorded_since(db, &by, &look, since)?)).await? {
            return Ok(());
        }
    }
    cx.looked(look).await
}

#[derive(Template)]
#[template(path = "appointments/board_print.html")]
struct PrintPage {
    letterhead: Letterhead,
    back: String,
    day: String,
    printed: String,
    /// Doctor, department with its place, and the visits by time.
    doctors: Vec<(String, String, Vec<Visit>)>,
    visits: usize,
}

pub async fn print(cx: Cx<can::SeeBoard>) -> Answer {
    let wanted = wanted(&cx);
    let mut visits = visits(&cx, wanted).await?;
    let look =
        wanted.noted(Entry::new("printed", "day_board", 0).note("date", wanted.date)).note("count", visits.len());
    cx.looked(look).await?;
    let total = visits.len();
    visits.sort_by(|a, b| {
        let key = |v: &Visit| (v.row.department.clone(), v.row.doctor.clone(), i64::from(v.row.appointment.doctor_id));
        key(a).cmp(&key(b)).then(a.row.appointment.starts_at.cmp(&b.row.appointment.starts_at))
    });
    let mut doctors: Vec<(String, String, Vec<Visit>)> = Vec::new();
    for visit in visits {
        match doctors.last_mut() {
            Some((_, _, list))
                if list.last().is_some_and(|v| v.row.appointment.doctor_id == visit.row.appointment.doctor_id) =>
            {
                list.push(visit);
            }
            _ => {
                let place = [visit.row.department.as_str(), visit.row.location.as_str()];
                let place: Vec<&str> = place.into_iter().filter(|p| !p.is_empty()).collect();
                doctors.push((visit.row.doctor.clone(), place.join(", "), vec![visit]));
            }
        }
    }
    cx.html(&PrintPage {
        letterhead: Letterhead::from(cx.settings()),
        back: wanted.href("/board", ""),
        day: long_date_text(wanted.date),
        printed: cx.zone().text(cx.now()),
        doctors,
        visits: total,
    })
}
