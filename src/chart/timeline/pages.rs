//! The page of the timeline.

use std::str::FromStr;

use askama::Template;
use chrono::NaiveDateTime;
use strum::VariantArray;

use super::model::{Event, Kind, Place};
use super::queries::{self, Filter};
use crate::access::can;
use crate::audit::Entry;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::{Zone, parse_date};
use crate::web::{Answer, Cx, Page};

/// How many events a page has.
const SHOWN: i64 = 30;

#[derive(Template)]
#[template(path = "chart/timeline.html")]
struct TimelinePage {
    page: Page,
    banner: Banner,
    tab: Tab,
    days: Vec<Day>,
    kind: String,
    from: String,
    until: String,
    /// Whether anything but the latest of everything is shown.
    is_filtered: bool,
    /// The address of what came before, if there is more.
    older: Option<String>,
    /// The address of the latest, when this is not the first page.
    latest: Option<String>,
    is_patient: bool,
}

/// What happened on one day.
struct Day {
    /// As it is read: `Saturday, 21 November 2026`.
    date: String,
    events: Vec<Line>,
}

struct Line {
    event: Event,
    /// On the hospital's clock.
    time: String,
}

impl TimelinePage {
    fn is_kind(&self, name: &str) -> bool {
        self.kind == name
    }

    /// What the timeline can be narrowed to.
    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        Kind::VARIANTS.iter().map(|kind| (kind.as_str(), kind.plural())).collect()
    }
}

pub async fn show(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id, zone) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.zone());
    let (kind, from, until, after) = (cx.query("kind"), cx.query("from"), cx.query("until"), cx.query("after"));
    let filter = Filter {
        kind: Kind::from_str(&kind).ok(),
        from: parse_date(&from).map(|date| zone.day(date).0),
        until: parse_date(&until).map(|date| zone.day(date).1),
        after: Place::from_text(&after),
    };
    let (today, reader) = (cx.today(), actor.clone());
    let (banner, mut events) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, id, today)?;
            let born = patients::queries::load(db, id)?.date_of_birth;
            Ok((banner, queries::page(db, &reader, id, born, filter, SHOWN + 1)?))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "timeline")).await?;
    let kind = filter.kind.map_or("", Kind::as_str).to_owned();
    let base = format!("/patients/{id}/timeline?kind={kind}&from={}&until={}", shown(&from), shown(&until));
    let is_more = events.len() > usize::try_from(SHOWN).unwrap_or(0);
    events.truncate(usize::try_from(SHOWN).unwrap_or(0));
    let older = events.last().filter(|_| is_more).map(|last| format!("{base}&after={}", last.place.to_text()));
    cx.html(&TimelinePage {
        page: cx.page(&format!("Timeline: {}", banner.name)),
        banner,
        tab: Tab::Timeline,
        days: days(events, zone),
        is_filtered: filter.kind.is_some() || filter.from.is_some() || filter.until.is_some(),
        kind,
        from: shown(&from),
        until: shown(&until),
        older,
        latest: filter.after.map(|_| base),
        is_patient: actor.patient_id == Some(id),
    })
}

/// A date as it was asked for; empty for what is none.
fn shown(typed: &str) -> String {
    parse_date(typed).map(|date| date.to_string()).unwrap_or_default()
}

fn days(events: Vec<Event>, zone: Zone) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for event in events {
        let date = crate::time::long_date_text(zone.date(event.place.at));
        let line = line(event, zone);
        match days.last_mut() {
            Some(day) if day.date == date => day.events.push(line),
            _ => days.push(Day { date, events: vec![line] }),
        }
    }
    days
}

fn line(event: Event, zone: Zone) -> Line {
    let at: NaiveDateTime = event.place.at;
    Line { time: zone.time_text(at), event }
}
