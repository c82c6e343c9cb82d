//! The doctor's results: what is new, what is waited for, what was read; and the tests of one patient.

use std::collections::BTreeSet;

use askama::Template;
use chrono::TimeDelta;

use crate::access::{Permission, can};
use crate::audit::{self, Entry};
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::prescriptions::model::Priority;
use crate::prescriptions::results::model::OrderRow;
use crate::prescriptions::results::queries;
use crate::time::Zone;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

/// How many unread results are shown at once: reading them brings up the next.
const UNREAD: i64 = 100;
/// How many of those read last are shown.
const LATELY: i64 = 8;
/// What is waited for is asked for within so many days, unless all is wanted.
const WAITING_DAYS: i64 = 90;

#[derive(Template)]
#[template(path = "results/index.html")]
struct IndexPage {
    page: Page,
    unread: Vec<OrderRow>,
    /// Of all, shown or not.
    unread_count: i64,
    waiting: Vec<OrderRow>,
    paging: Paging,
    lately: Vec<OrderRow>,
    shows_all: bool,
    zone: Zone,
    now: chrono::NaiveDateTime,
}

impl IndexPage {
    /// How long something has been waited for, in words.
    fn age(&self, row: &OrderRow) -> String {
        let waited = self.now - row.order.ordered_at;
        match (waited.num_days(), waited.num_hours()) {
            (0, 0) => "less than an hour".to_owned(),
            (0, 1) => "an hour".to_owned(),
            (0, hours) => format!("{hours} hours"),
            (1, _) => "a day".to_owned(),
            (days, _) => format!("{days} days"),
        }
    }

    /// Whether an answer is overdue: what is wanted at once after an hour, what is urgent after a day.
    fn is_late(&self, row: &OrderRow) -> bool {
        let waited = self.now - row.order.ordered_at;
        match row.order.priority {
            Priority::Stat => waited > TimeDelta::hours(1),
            Priority::Urgent => waited > TimeDelta::days(1),
            Priority::Routine => waited > TimeDelta::days(14),
        }
    }
}

#[derive(Template)]
#[template(path = "results/of_patient.html")]
struct OfPatientPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    rows: Vec<OrderRow>,
    paging: Paging,
    is_patient: bool,
    may_order: bool,
    zone: Zone,
}

pub async fn index(cx: Cx<can::WritePrescriptions>) -> Answer {
    let Some(doctor) = cx.actor()?.doctor_id else { return Err(AppError::NotFound) };
    let (asked, shows_all) = (cx.page_number(), cx.query("waiting") == "all");
    let since = (!shows_all).then(|| cx.now() - TimeDelta::days(WAITING_DAYS));
    let base = if shows_all { "/results?waiting=all" } else { "/results" }.to_owned();
    let (unread, unread_count, waiting, paging, lately) = cx
        .read(move |db| {
            let unread = queries::unread_of(db, doctor, UNREAD)?;
            let unread_count = queries::unread_count(db, doctor)?;
            let total = queries::waiting_count(db, doctor, since)?;
            let paging = Paging::new(asked, total, base);
            let waiting = queries::waiting_of(db, doctor, since, (paging.offset(), PAGE_SIZE))?;
            Ok((unread, unread_count, waiting, paging, queries::read_lately(db, doctor, LATELY)?))
        })
        .await?;
    // The lists name patients and their tests: a look at each of these records.
    let seen: BTreeSet<PatientId> =
        unread.iter().chain(&waiting).chain(&lately).map(|row| row.order.patient_id).collect();
    let by = cx.by.clone();
    cx.write(move |db| {
        for patient in &seen {
            audit::record(db, &by, &Entry::viewed("patient", *patient, *patient).note("page", "results list"))?;
        }
        Ok(())
    })
    .await?;
    cx.html(&IndexPage {
        page: cx.page("Results"),
        unread,
        unread_count,
        waiting,
        paging,
        lately,
        shows_all,
        zone: cx.zone(),
        now: cx.now(),
    })
}

/// All tests of a patient that the person may see, with how far each is.
pub async fn of_patient(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    if !actor.may(Permission::SeePrescriptions) {
        return Err(AppError::Forbidden);
    }
    let (asked, reader) = (cx.page_number(), actor.clone());
    let (banner, rows, paging) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, id, today)?;
            let total = queries::count_for_patient(db, &reader, id)?;
            let paging = Paging::new(asked, total, format!("/patients/{id}/tests"));
            Ok((banner, queries::for_patient(db, &reader, id, (paging.offset(), PAGE_SIZE))?, paging))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "tests")).await?;
    cx.html(&OfPatientPage {
        page: cx.page(&format!("Tests: {}", banner.name)),
        banner,
        tab: Tab::Tests,
        rows,
        paging,
        is_patient: actor.patient_id == Some(id),
        may_order: actor.may(Permission::WritePrescriptions) && actor.doctor_id.is_some(),
        zone: cx.zone(),
    })
}
