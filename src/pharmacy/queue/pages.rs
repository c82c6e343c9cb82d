//! The pages of the queue.

use std::str::FromStr;

use actix_web::HttpResponse;
use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};
use strum::VariantArray;

use super::model::{Filter, Row, Tab};
use super::queries;
use crate::access::{can, token};
use crate::audit::{self, Entry};
use crate::error::AppError;
use crate::pharmacy::dispensing::actions;
use crate::prescriptions::model::{Priority, State};
use crate::time::{Zone, age_text, date_text};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Page, Paging};

/// For how long a person who has opened the queue is known to be looking at it.
const ONE_LOOK: TimeDelta = TimeDelta::minutes(30);
/// Longer searches are not by hand.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "pharmacy/queue.html", blocks = ["queue"])]
struct QueuePage {
    page: Page,
    filter: Filter,
    tabs: Vec<TabView>,
    rows: Vec<RowView>,
    paging: Paging,
    /// Where the queue's part is asked for again.
    refresh: String,
    late_after: i32,
    is_filtered: bool,
}

struct TabView {
    tab: Tab,
    href: String,
    /// Empty where nobody counts.
    count: String,
    is_shown: bool,
}

/// A row with its times as they are read.
struct RowView {
    row: Row,
    age: String,
    /// When it came to stand where it stands.
    at: String,
    since: String,
    since_iso: String,
    is_late: bool,
    valid_until: String,
    state: State,
    supply: State,
}

impl QueuePage {
    fn priorities(&self) -> &'static [Priority] {
        Priority::VARIANTS
    }

    fn is_priority(&self, priority: &Priority) -> bool {
        self.filter.priority == Some(*priority)
    }
}

/// How long ago, as the script keeps it right afterwards.
fn since_text(since: NaiveDateTime, now: NaiveDateTime) -> String {
    match (now - since).num_minutes().max(0) {
        minutes @ ..60 => format!("{minutes} min"),
        minutes @ ..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

fn view(row: Row, zone: Zone, now: NaiveDateTime, late_after: i32) -> RowView {
    let since = row.since();
    RowView {
        age: age_text(row.patient.date_of_birth, zone.date(now)),
        at: zone.text(since),
        since: since_text(since, now),
        since_iso: since.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        is_late: (now - since).num_minutes() >= i64::from(late_after),
        valid_until: row.prescription.valid_until.map(date_text).unwrap_or_default(),
        state: match &row.dispensing {
            Some((dispensing, _)) => dispensing.status.state(),
            None => row.prescription.state(),
        },
        supply: row.supply.state(),
        row,
    }
}

fn address(filter: &Filter, tab: Tab) -> String {
    let mut address = format!("/pharmacy?tab={}", tab.as_str());
    if let Some(priority) = filter.priority {
        address.push_str(&format!("&priority={}", priority.as_str()));
    }
    if !filter.words.is_empty() {
        address.push_str(&format!("&q={}", encode(&filter.words)));
    }
    address
}

pub async fn show(cx: Cx<can::DispensePrescriptions>) -> Answer {
    let filter = Filter {
        tab: Tab::from_str(&cx.query("tab")).unwrap_or_default(),
        priority: Priority::from_str(&cx.query("priority")).ok(),
        words: cx.query("q").chars().take(LONGEST).collect(),
    };
    let (actor, today, asked, sought) = (cx.actor()?.clone(), cx.today(), cx.page_number(), filter.clone());
    let base = address(&filter, filter.tab);
    let here = base.clone();
    let (rows, paging, counts) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &actor, &sought, today)?, base);
            let rows = queries::list(db, &actor, &sought, today, (paging.offset(), PAGE_SIZE))?;
            Ok((rows, paging, queries::counts(db, &actor, today)?))
        })
        .await?;
    let late_after = cx.settings().waiting_limit_minutes;
    let (zone, now) = (cx.zone(), cx.now());
    let rows: Vec<RowView> = rows.into_iter().map(|row| view(row, zone, now, late_after)).collect();
    let version = version(&rows, &paging, &counts);
    let is_fragment = cx.is_htmx();
    if is_fragment && cx.query("seen") == version {
        return Ok(HttpResponse::NoContent().finish());
    }
    look(&cx, filter.tab, rows.len(), is_fragment).await?;
    let tabs = Tab::VARIANTS
        .iter()
        .map(|tab| TabView {
            tab: *tab,
            href: address(&filter, *tab),
            count: counts.iter().find(|(of, _)| of == tab).map(|(_, count)| count.to_string()).unwrap_or_default(),
            is_shown: *tab == filter.tab,
        })
        .collect();
    let page = QueuePage {
        page: cx.page("Pharmacy queue"),
        tabs,
        rows,
        refresh: format!("{here}&page={}&seen={version}", paging.page),
        paging,
        late_after,
        is_filtered: filter.priority.is_some() || !filter.words.is_empty(),
        filter,
    };
    if is_fragment { cx.html(&page.as_queue()) } else { cx.html(&page) }
}

/// Stands for what is shown, so that a page that asks again is only answered when something has changed.
fn version(rows: &[RowView], paging: &Paging, counts: &[(Tab, i64)]) -> String {
    let mut all = format!("{} {} {counts:?}", paging.total, paging.page);
    for view in rows {
        let (id, version) = (view.row.prescription.id, view.row.prescription.version);
        let hand = view.row.dispensing.as_ref().map(|(dispensing, _)| dispensing.version);
        all.push_str(&format!(";{id} {version} {hand:?} {} {}", view.supply.label, view.row.open));
    }
    token::hash(&all).chars().take(16).collect()
}

/// The queue names patients: it is a look. A page that asks again by itself is one look.
async fn look(cx: &Cx<can::DispensePrescriptions>, tab: Tab, count: usize, is_fragment: bool) -> Result<(), AppError> {
    let look = Entry::new("viewed", "pharmacy_queue", 0).note("tab", tab.as_str()).note("count", count);
    if is_fragment {
        let (by, look, since) = (cx.by.clone(), look.clone(), cx.now() - ONE_LOOK);
        if cx.read(move |db| Ok(audit::recorded_since(db, &by, &look, since)?)).await? {
            return Ok(());
        }
    }
    cx.looked(look).await
}

/// Takes the next of those who wait in hand.
pub async fn next(cx: Cx<can::DispensePrescriptions>) -> Answer {
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let taken = cx
        .write_once(move |db| {
            let next = actions::next(db, &by, &actor)?;
            Ok(next.map_or_else(|| "/pharmacy".to_owned(), |id| format!("/pharmacy/{id}")))
        })
        .await?;
    match taken.0.as_str() {
        "/pharmacy" => cx.redirect_with("/pharmacy", &Flash::info("Nobody is waiting.")),
        location => cx.redirect(location),
    }
}
