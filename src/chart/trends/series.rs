//! Which lines are drawn of a patient's vital signs, and over what time.

use chrono::{Months, NaiveDate, NaiveDateTime};

use super::line::{LineChart, Plan, Series};
use crate::chart::vital_signs::model::{Taken, body_mass_indices};
use crate::chart::vital_signs::{Age, Measure, usual_bmi};
use crate::time::{self, Zone};

/// How far back a chart goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
pub enum Period {
    #[strum(serialize = "3m")]
    ThreeMonths,
    #[strum(serialize = "1y")]
    Year,
    #[strum(serialize = "all")]
    All,
}

impl Period {
    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::ThreeMonths => "3 months",
            Self::Year => "1 year",
            Self::All => "All",
        }
    }

    /// The first instant of the period; `None` when it has none.
    pub fn begin(self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::ThreeMonths => now.checked_sub_months(Months::new(3)),
            Self::Year => now.checked_sub_months(Months::new(12)),
            Self::All => None,
        }
    }
}

/// The part of what was taken (from the first to the last) that lies in the period.
pub fn within(taken: &[Taken], begin: Option<NaiveDateTime>) -> &[Taken] {
    let from = begin.map_or(0, |begin| taken.partition_point(|row| row.recorded_at < begin));
    taken.get(from..).unwrap_or_default()
}

/// The charts of a patient's vital signs, as many as have values in the period; `taken` goes from the first to the last.
pub fn charts(taken: &[Taken], born: NaiveDate, period: Period, now: NaiveDateTime, zone: Zone) -> Vec<LineChart> {
    let begin = period.begin(now);
    let shown = within(taken, begin);
    let Some(first) = shown.first() else { return Vec::new() };
    let from = begin.unwrap_or(first.recorded_at);
    let age = Age::on(born, zone.date(now));
    let long = (now - from).num_days() > 400;
    let date = |at: NaiveDateTime| zone.local(at).format(if long { "%b %Y" } else { "%-d %b" }).to_string();
    let of = |measure: Measure| {
        let points = shown.iter().filter_map(|row| Some((row.recorded_at, row.values.get(measure)?))).collect();
        Series { name: measure.label(), points }
    };
    let band = |measure: Measure| measure.usual(age).into_iter().collect::<Vec<_>>();
    let chart = |id, title, unit, series, bands, scale| {
        LineChart::new(Plan { id, title, unit, series, bands, scale, from, to: now }, date)
    };
    let single = |id, measure: Measure| {
        chart(id, measure.label(), measure.unit(), vec![of(measure)], band(measure), measure.parts())
    };
    let bmi: Vec<(NaiveDateTime, i32)> = body_mass_indices(taken, |at| time::age(born, zone.date(at)))
        .into_iter()
        .filter(|(at, _)| *at >= from)
        .collect();
    let bmi = vec![Series { name: "BMI", points: bmi }];
    let both = [band(Measure::Systolic), band(Measure::Diastolic)].concat();
    let pressure = vec![of(Measure::Systolic), of(Measure::Diastolic)];
    [
        chart("trend-pressure", "Blood pressure", "mmHg", pressure, both, 1),
        single("trend-pulse", Measure::Pulse),
        single("trend-weight", Measure::Weight),
        chart("trend-bmi", "Body mass index", "kg/m²", bmi, usual_bmi(age).into_iter().collect(), 10),
        single("trend-temperature", Measure::Temperature),
        single("trend-saturation", Measure::OxygenSaturation),
        single("trend-respiration", Measure::Respiration),
        // A grown-up's height is a number and no trend.
        if age.years < 20 { single("trend-height", Measure::Height) } else { None },
        single("trend-pain", Measure::Pain),
    ]
    .into_iter()
    .flatten()
    .collect()
}
