//! The measurements of one moment, and what follows from them.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Flag, Measure, bmi_flag};
use crate::db::schema::vital_signs;
use crate::time;

/// What was measured at one moment.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize, Deserialize,
)]
#[serde(default)]
#[diesel(table_name = vital_signs, treat_none_as_null = true)]
pub struct VitalSigns {
    pub height_mm: Option<i32>,
    pub weight_g: Option<i32>,
    pub systolic: Option<i32>,
    pub diastolic: Option<i32>,
    pub pulse: Option<i32>,
    /// Tenths of a degree Celsius.
    pub temperature_dc: Option<i32>,
    pub respiration: Option<i32>,
    pub oxygen_saturation: Option<i32>,
    pub pain: Option<i32>,
}

impl VitalSigns {
    /// The value of one measure, in its stored unit.
    pub fn get(&self, measure: Measure) -> Option<i32> {
        match measure {
            Measure::Height => self.height_mm,
            Measure::Weight => self.weight_g,
            Measure::Systolic => self.systolic,
            Measure::Diastolic => self.diastolic,
            Measure::Pulse => self.pulse,
            Measure::Temperature => self.temperature_dc,
            Measure::Respiration => self.respiration,
            Measure::OxygenSaturation => self.oxygen_saturation,
            Measure::Pain => self.pain,
        }
    }

    /// Sets one measure, in its stored unit.
    pub fn set(&mut self, measure: Measure, value: Option<i32>) {
        let place = match measure {
            Measure::Height => &mut self.height_mm,
            Measure::Weight => &mut self.weight_g,
            Measure::Systolic => &mut self.systolic,
            Measure::Diastolic => &mut self.diastolic,
            Measure::Pulse => &mut self.pulse,
            Measure::Temperature => &mut self.temperature_dc,
            Measure::Respiration => &mut self.respiration,
            Measure::OxygenSaturation => &mut self.oxygen_saturation,
            Measure::Pain => &mut self.pain,
        };
        *place = value;
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The body mass index in tenths of kg/m², when height and weight are known.
    pub fn bmi(&self) -> Option<i32> {
        let (height, weight) = (i64::from(self.height_mm?), i64::from(self.weight_g?));
        // g / mm² is 1,000 kg/m²; in tenths 10,000, rounded to the nearest.
        i32::try_from((weight * 10_000 + height * height / 2) / (height * height)).ok()
    }

    /// One measure per line, for comparing two versions.
    pub fn text(&self) -> String {
        let line = |m: &Measure| self.get(*m).map(|v| format!("{} {} {}", m.label(), m.text(v), m.unit()));
        Measure::ALL.iter().filter_map(line).collect::<Vec<_>>().join("\n")
    }

    /// Everything measured, with what deserves attention in somebody born on that day: for reading.
    pub fn readings(&self, born: NaiveDate, on: NaiveDate) -> Vec<Reading> {
        let age = Age::on(born, on);
        let mut readings = Vec::new();
        if let (Some(systolic), Some(diastolic)) = (self.systolic, self.diastolic) {
            let worse = [Measure::Systolic.flag(systolic, age), Measure::Diastolic.flag(diastolic, age)];
            let flag = worse.into_iter().flatten().max_by_key(|f| f.level.is_extreme());
            readings.push(Reading {
                label: "Blood pressure",
                value: format!("{systolic}/{diastolic}"),
                unit: "mmHg",
                flag,
            });
        }
        for measure in Measure::ALL {
            let in_pair = matches!(measure, Measure::Systolic | Measure::Diastolic)
                && self.systolic.is_some()
                && self.diastolic.is_some();
            if let Some(value) = self.get(measure).filter(|_| !in_pair) {
                let (label, unit) = (measure.label(), measure.unit());
                readings.push(Reading { label, value: measure.text(value), unit, flag: measure.flag(value, age) });
            }
        }
        if let Some(bmi) = self.bmi() {
            readings.push(Reading { label: "BMI", value: tenths(bmi), unit: "kg/m²", flag: bmi_flag(bmi, age) });
        }
        readings
    }
}

/// A measured value as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub label: &'static str,
    pub value: String,
    pub unit: &'static str,
    pub flag: Option<Flag>,
}

/// Tenths with one decimal: `23.4`.
pub fn tenths(value: i32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// How old somebody was when measured; the normal ranges depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub years: u32,
    pub days: i64,
}

impl Age {
    pub fn on(born: NaiveDate, on: NaiveDate) -> Self {
        Self { years: time::age(born, on), days: (on - born).num_days().max(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_mass_index_is_computed_from_height_and_weight() {
        let mut vitals = VitalSigns { height_mm: Some(1750), weight_g: Some(70_000), ..VitalSigns::default() };
        assert_eq!(vitals.bmi(), Some(229));
        vitals.height_mm = None;
        assert_eq!(vitals.bmi(), None);
        let extreme = VitalSigns { height_mm: Some(200), weight_g: Some(700_000), ..VitalSigns::default() };
        assert_eq!(extreme.bmi(), Some(175_000));
    }
}
