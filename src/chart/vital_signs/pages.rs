//! The pages of vital signs: the trends with all measurements, and the form that takes new ones.

use std::str::FromStr;

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};
use strum::VariantArray;

use super::forms::{self, CONFIRMED, Read};
use super::model::Taken;
use super::{Age, Measure, Reading, VitalSigns, actions, queries};
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::chart::record::Names;
use crate::chart::trends::{self, LineChart, Period};
use crate::error::AppError;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::Zone;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "chart/vitals.html")]
struct VitalsPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    zone: Zone,
    period: Period,
    charts: Vec<LineChart>,
    rows: Vec<Row>,
    paging: Paging,
    in_error: Vec<ErrorRow>,
    /// Whether anything was ever measured.
    is_empty: bool,
    is_patient: bool,
    may_record: bool,
}

/// What was measured at one moment, as it is read.
struct Row {
    taken: Taken,
    at: String,
    by: String,
    readings: Vec<Reading>,
}

struct ErrorRow {
    at: String,
    values: String,
    by: String,
    reason: String,
}

impl VitalsPage {
    fn periods(&self) -> &'static [Period] {
        Period::VARIANTS
    }

    fn is_shown(&self, period: &Period) -> bool {
        self.period == *period
    }

    fn date(&self, at: &NaiveDateTime) -> String {
        self.zone.text(*at)
    }
}

#[derive(Template)]
#[template(path = "chart/vitals_form.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    /// What the person is asked to look at again; empty when nothing is unusual.
    doubts: Vec<String>,
    /// The value of the tick for the values that are shown.
    fingerprint: String,
}

pub async fn index(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (today, now, zone, asked) = (cx.today(), cx.now(), cx.zone(), cx.page_number());
    let period = Period::from_str(&cx.query("period")).unwrap_or(Period::Year);
    let may_write = cx.may(Permission::WriteChart);
    let reader = actor.clone();
    let (banner, patient, taken, wrong) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, id, today)?;
            let wrong = if may_write { queries::in_error(db, id)? } else { Vec::new() };
            Ok((banner, patients::queries::load(db, id)?, queries::all(db, &reader, id)?, wrong))
        })
        .await?;
    let count = i64::try_from(taken.len()).unwrap_or(0);
    let paging = Paging::new(asked, count, format!("/patients/{id}/vitals?period={}", period.as_str()));
    let offset = usize::try_from(paging.offset()).unwrap_or(0);
    let shown: Vec<Taken> =
        taken.iter().rev().skip(offset).take(usize::try_from(PAGE_SIZE).unwrap_or(0)).cloned().collect();
    let people: Vec<_> =
        shown.iter().map(|t| t.recorded_by).chain(wrong.iter().map(|t| t.entered_in_error_by)).collect();
    let names = cx.read(move |db| Ok(Names::load(db, people)?)).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "vital signs")).await?;
    let born = patient.date_of_birth;
    let row = |taken: Taken| Row {
        at: zone.text(taken.recorded_at),
        by: names.of(taken.recorded_by),
        readings: taken.values.readings(born, zone.date(taken.recorded_at)),
        taken,
    };
    let error = |taken: &Taken| ErrorRow {
        at: zone.text(taken.recorded_at),
        values: taken.values.text().replace('\n', ", "),
        by: names.of(taken.entered_in_error_by),
        reason: taken.entered_in_error_reason.clone(),
    };
    cx.html(&VitalsPage {
        page: cx.page(&format!("Vital signs: {}", banner.name)),
        banner,
        tab: Tab::Vitals,
        zone,
        period,
        charts: trends::charts(&taken, born, period, now, zone),
        is_empty: taken.is_empty(),
        in_error: wrong.iter().map(error).collect(),
        rows: shown.into_iter().map(row).collect(),
        paging,
        is_patient: actor.patient_id == Some(id),
        may_record: may_write && patient.deceased_on.is_none(),
    })
}

async fn form_page(
    cx: &Cx<can::WriteChart>,
    patient: PatientId,
    form: Form,
    doubts: Vec<String>,
    fingerprint: String,
) -> Result<FormPage, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "vital signs")).await?;
    let page = cx.page(&format!("Record vital signs: {}", banner.name));
    Ok(FormPage { page, banner, tab: Tab::Vitals, form, doubts, fingerprint })
}

impl FormPage {
    fn measures(&self) -> [Measure; 9] {
        Measure::ALL
    }
}

pub async fn new(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    cx.html(&form_page(&cx, id, Form::default(), Vec::new(), String::new()).await?)
}

pub async fn create(cx: Cx<can::WriteChart>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let (last, born) = body(&cx, id).await?;
    let mut form = cx.form.clone();
    let values = match forms::parse(&mut form, &last, Age::on(born, cx.today())) {
        Read::Sure(values) => values,
        Read::Wrong => return cx.invalid(&form_page(&cx, id, form, Vec::new(), String::new()).await?),
        Read::Ask(doubts) => {
            let fingerprint = forms::fingerprint(&forms::values(&mut form));
            let message = "Some values are unusual: correct them, or tick that they are right.";
            form.refuse_field(CONFIRMED, message);
            return cx.invalid(&form_page(&cx, id, form, doubts, fingerprint).await?);
        }
    };
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let created = cx
        .write_once(move |db| {
            actions::create(db, &by, &actor, id, &values)?;
            Ok(format!("/patients/{id}/vitals"))
        })
        .await;
    match created {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("The vital signs were recorded.")),
        Err(AppError::Conflict(message)) => {
            form.refuse_field("", message);
            cx.invalid(&form_page(&cx, id, form, Vec::new(), String::new()).await?)
        }
        Err(error) => Err(error),
    }
}

/// The last known height and weight of a patient in the person's care, and the birthday.
async fn body(cx: &Cx<can::WriteChart>, id: PatientId) -> Result<(VitalSigns, NaiveDate), AppError> {
    let actor = cx.actor()?.clone();
    cx.read(move |db| {
        let born = patients::queries::find(db, &actor, id)?.date_of_birth;
        Ok((queries::last_body(db, &actor, id, None)?, born))
    })
    .await
}
