//! The chart at a glance: allergies, medicines, conditions, the last vital signs.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use super::allergies::model::AllergyRow;
use super::allergies::queries as allergies;
use super::conditions::model::ConditionRow;
use super::conditions::queries as conditions;
use super::medications::model::{MedicationList, Medicine, Origin, ToldBy};
use super::medications::queries as medications;
use super::trends::{self, LineChart, Period};
use super::vital_signs::model::{Taken, body_mass_indices, latest};
use super::vital_signs::{Age, Flag, Measure, VitalSigns, bmi_flag, queries as vital_signs, tenths};
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::{PatientId, Severity};
use crate::patients::tabs::Tab;
use crate::time::{self, Zone, date_text};
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "chart/show.html")]
struct ChartPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    zone: Zone,
    allergies: Vec<AllergyRow>,
    /// Who stated when that none is known, if that stands.
    none_known: String,
    conditions: Vec<ConditionRow>,
    medications: MedicationList,
    latest: Vec<Latest>,
    /// The blood pressure, if it was taken often enough to have a course.
    charts: Vec<LineChart>,
    wrong_allergies: Vec<AllergyRow>,
    wrong_conditions: Vec<ConditionRow>,
    may_write: bool,
    may_record: bool,
    may_prescribe: bool,
    is_patient: bool,
}

/// The last value of a measure.
pub(super) struct Latest {
    pub label: &'static str,
    pub value: String,
    pub unit: &'static str,
    pub flag: Option<Flag>,
    /// The day on which it was taken.
    pub on: String,
}

impl ChartPage {
    fn date(&self, at: &NaiveDateTime) -> String {
        self.zone.text(*at)
    }

    fn day(&self, at: &NaiveDateTime) -> String {
        date_text(self.zone.date(*at))
    }

    fn on(&self, date: &NaiveDate) -> String {
        date_text(*date)
    }

    fn has_errors(&self) -> bool {
        !(self.wrong_allergies.is_empty() && self.wrong_conditions.is_empty() && self.medications.in_error.is_empty())
    }

    /// Where a medicine comes from, in words.
    fn origin(&self, medicine: &Medicine) -> String {
        match medicine.origin {
            Origin::Prescribed { .. } => format!("Prescribed by {}", medicine.by),
            Origin::Told { by: ToldBy::Patient, .. } if self.is_patient => "As you told us".to_owned(),
            Origin::Told { by, .. } => format!("Told by: {}", by.label().to_lowercase()),
        }
    }

    /// The address of what stops a medicine.
    fn stop_address(&self, medicine: &Medicine) -> String {
        let id = self.banner.id;
        match medicine.origin {
            Origin::Prescribed { line, .. } => format!("/patients/{id}/prescribed/{line}/stop"),
            Origin::Told { statement, .. } => format!("/patients/{id}/medications/{statement}/stop"),
        }
    }

    /// The address of the prescription.
    fn prescription(&self, medicine: &Medicine) -> Option<String> {
        match medicine.origin {
            Origin::Prescribed { prescription, .. } => Some(format!("/prescriptions/{prescription}")),
            Origin::Told { .. } => None,
        }
    }

    /// The address of the form that edits what somebody told.
    fn edit_address(&self, medicine: &Medicine) -> Option<String> {
        match medicine.origin {
            Origin::Prescribed { .. } => None,
            Origin::Told { statement, .. } => {
                Some(format!("/patients/{}/medications/{statement}/edit", self.banner.id))
            }
        }
    }

    /// The address at which what somebody told, or a stop, is marked as entered in error.
    fn error_address(&self, medicine: &Medicine) -> Option<String> {
        let base = format!("/patients/{}/chart", self.banner.id);
        match (medicine.origin, medicine.stop.as_ref().and_then(|stop| stop.id)) {
            (Origin::Told { statement, .. }, _) => Some(format!("{base}/medications/{statement}/in-error")),
            (Origin::Prescribed { .. }, Some(stop)) => Some(format!("{base}/stops/{stop}/in-error")),
            (Origin::Prescribed { .. }, None) => None,
        }
    }
}

pub async fn show(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (today, now, zone, may_write) = (cx.today(), cx.now(), cx.zone(), cx.may(Permission::WriteChart));
    let reader = actor.clone();
    let (banner, patient, mut allergies, none_known, mut conditions, medications, taken) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, id, today)?;
            Ok((
                banner,
                patients::queries::load(db, id)?,
                allergies::all(db, id, may_write)?,
                allergies::none_known(db, id)?,
                conditions::all(db, id, may_write)?,
                medications::list(db, id, today, zone, may_write)?,
                vital_signs::all(db, &reader, id)?,
            ))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "chart")).await?;
    let wrong_allergies = allergies.extract_if(.., |row| row.in_error.is_some()).collect();
    let wrong_conditions = conditions.extract_if(.., |row| row.in_error.is_some()).collect();
    let none_known = none_known.map(|stated| {
        let by = if stated.by.is_empty() { String::new() } else { format!(" by {}", stated.by) };
        format!("Asked on {}{by}", date_text(zone.date(stated.at)))
    });
    let charts = trends::charts(&taken, patient.date_of_birth, Period::Year, now, zone);
    let has_course = |chart: &LineChart| chart.id == "trend-pressure" && chart.rows.len() > 1;
    cx.html(&ChartPage {
        page: cx.page(&format!("Chart: {}", banner.name)),
        banner,
        tab: Tab::Chart,
        zone,
        allergies,
        none_known: none_known.unwrap_or_default(),
        conditions,
        medications,
        latest: latest_of(&taken, patient.date_of_birth, zone),
        charts: charts.into_iter().filter(has_course).collect(),
        wrong_allergies,
        wrong_conditions,
        may_write,
        may_record: may_write && patient.deceased_on.is_none(),
        may_prescribe: cx.may(Permission::WritePrescriptions) && actor.doctor_id.is_some(),
        is_patient: actor.patient_id == Some(id),
    })
}

/// The last value of each measure, each with the day on which it was taken.
pub(super) fn latest_of(taken: &[Taken], born: NaiveDate, zone: Zone) -> Vec<Latest> {
    let age = |at: NaiveDateTime| Age::on(born, zone.date(at));
    let on = |at: NaiveDateTime| date_text(zone.date(at));
    let last = latest(taken);
    let of = |wanted: Measure| last.iter().find(|(measure, ..)| *measure == wanted);
    let pressure = match (of(Measure::Systolic), of(Measure::Diastolic)) {
        // Taken together, they are read together.
        (Some((_, systolic, at)), Some((_, diastolic, same))) if at == same => {
            let both = VitalSigns { systolic: Some(*systolic), diastolic: Some(*diastolic), ..VitalSigns::default() };
            both.readings(born, zone.date(*at)).into_iter().next().map(|reading| (reading, *at))
        }
        _ => None,
    };
    let in_pair = |measure: Measure| pressure.is_some() && matches!(measure, Measure::Systolic | Measure::Diastolic);
    let single = last.iter().copied().filter(|(measure, ..)| !in_pair(*measure)).collect::<Vec<_>>();
    let mut rows: Vec<Latest> = pressure
        .map(|(reading, at)| Latest {
            label: reading.label,
            value: reading.value,
            unit: reading.unit,
            flag: reading.flag,
            on: on(at),
        })
        .into_iter()
        .chain(single.into_iter().map(|(measure, value, at)| Latest {
            label: measure.label(),
            value: measure.text(value),
            unit: measure.unit(),
            flag: measure.flag(value, age(at)),
            on: on(at),
        }))
        .collect();
    let bmi = body_mass_indices(taken, |at| time::age(born, zone.date(at))).pop();
    rows.extend(bmi.map(|(at, bmi)| Latest {
        label: "BMI",
        value: tenths(bmi),
        unit: "kg/m²",
        flag: bmi_flag(bmi, age(at)),
        on: on(at),
    }));
    rows
}
