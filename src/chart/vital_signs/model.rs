//! Measurements as they stand in the chart.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use super::{Measure, VitalSigns};
use crate::accounts::model::UserId;
use crate::db::schema::vital_signs;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;

/// The id of the measurements of one moment.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct VitalsId(pub i64);

impl From<VitalsId> for i64 {
    fn from(id: VitalsId) -> Self {
        id.0
    }
}

/// What was measured at one moment.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = vital_signs)]
pub struct Taken {
    pub id: VitalsId,
    pub patient_id: PatientId,
    /// The visit that they belong to; `None` for those taken outside one.
    pub encounter_id: Option<EncounterId>,
    #[diesel(embed)]
    pub values: VitalSigns,
    pub recorded_by: Option<UserId>,
    /// In UTC.
    pub recorded_at: NaiveDateTime,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
}

/// Somebody's height may be this old and still serve for the body mass index: a child grows.
const CHILDS_HEIGHT_DAYS: i64 = 120;
const GROWN_YEARS: u32 = 20;

/// The body mass index of each moment at which a weight was taken (in tenths of kg/m²), from the last height until then.
/// `taken` goes from the first to the last; `age` says how old the patient was.
pub fn body_mass_indices(taken: &[Taken], age: impl Fn(NaiveDateTime) -> u32) -> Vec<(NaiveDateTime, i32)> {
    let mut height: Option<(i32, NaiveDateTime)> = None;
    let mut found = Vec::new();
    for row in taken {
        if let Some(now) = row.values.height_mm {
            height = Some((now, row.recorded_at));
        }
        let Some((height, at)) = height else { continue };
        let is_old = (row.recorded_at - at).num_days() > CHILDS_HEIGHT_DAYS && age(row.recorded_at) < GROWN_YEARS;
        let values = VitalSigns { height_mm: Some(height), ..row.values };
        if let Some(bmi) = values.bmi().filter(|_| !is_old) {
            found.push((row.recorded_at, bmi));
        }
    }
    found
}

/// The last value of each measure, and when it was taken. `taken` goes from the first to the last.
pub fn latest(taken: &[Taken]) -> Vec<(Measure, i32, NaiveDateTime)> {
    let last = |measure: Measure| {
        taken.iter().rev().find_map(|row| row.values.get(measure).map(|value| (measure, value, row.recorded_at)))
    };
    Measure::ALL.into_iter().filter_map(last).collect()
}
