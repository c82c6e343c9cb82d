//! Vital signs: how they are typed, what cannot be, and what deserves a second look. Pure rules, no SQL, no HTTP.
//!
//! Values are integers in small units, as stored: millimetres, grams, tenths of a degree Celsius, mmHg, per minute,
//! percent, 0–10. Beyond a hard limit a value is a typing error and is refused; the database holds the same limits
//! (`ck_vital_signs_…`). Beyond a soft limit it is a finding, and is flagged by [`Measure::flag`].

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::vital_signs;
use crate::time;

mod flags;

pub use flags::{Flag, Level, bmi_flag};

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Height,
    Weight,
    Systolic,
    Diastolic,
    Pulse,
    Temperature,
    Respiration,
    OxygenSaturation,
    Pain,
}

/// What was measured at one visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
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

impl Measure {
    /// Every measure, in the order of the form.
    pub const ALL: [Self; 9] = [
        Self::Systolic,
        Self::Diastolic,
        Self::Pulse,
        Self::Temperature,
        Self::Respiration,
        Self::OxygenSaturation,
        Self::Height,
        Self::Weight,
        Self::Pain,
    ];

    /// The name of its form field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Height => "height",
            Self::Weight => "weight",
            Self::Systolic => "systolic",
            Self::Diastolic => "diastolic",
            Self::Pulse => "pulse",
            Self::Temperature => "temperature",
            Self::Respiration => "respiration",
            Self::OxygenSaturation => "oxygen_saturation",
            Self::Pain => "pain",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Height => "Height",
            Self::Weight => "Weight",
            Self::Systolic => "Systolic",
            Self::Diastolic => "Diastolic",
            Self::Pulse => "Pulse",
            Self::Temperature => "Temperature",
            Self::Respiration => "Respiration",
            Self::OxygenSaturation => "SpO₂",
            Self::Pain => "Pain",
        }
    }

    /// The unit in which it is typed and shown.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Height => "cm",
            Self::Weight => "kg",
            Self::Systolic | Self::Diastolic => "mmHg",
            Self::Pulse | Self::Respiration => "/min",
            Self::Temperature => "°C",
            Self::OxygenSaturation => "%",
            Self::Pain => "of 10",
        }
    }

    /// How many digits after the point a typed value may have; the stored integer holds them all.
    fn decimals(self) -> usize {
        match self {
            Self::Height | Self::Temperature => 1,
            Self::Weight => 3,
            _ => 0,
        }
    }

    /// Between these a value can be true of a living person; in the stored unit. The same as the database's checks.
    pub fn limits(self) -> RangeInclusive<i32> {
        match self {
            Self::Height => 200..=2800,
            Self::Weight => 200..=700_000,
            Self::Systolic => 30..=350,
            Self::Diastolic => 10..=250,
            Self::Pulse => 10..=350,
            Self::Temperature => 200..=460,
            Self::Respiration => 2..=120,
            Self::OxygenSaturation => 20..=100,
            Self::Pain => 0..=10,
        }
    }

    /// Reads what was typed, with a comma or a point: `None` for nothing.
    ///
    /// # Errors
    /// What to tell the person.
    pub fn parse(self, typed: &str) -> Result<Option<i32>, String> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let Some(value) = read_decimal(typed, self.decimals()) else {
            return Err(match self.decimals() {
                0 => format!("{}: enter a whole number.", self.label()),
                1 => format!("{}: enter a number with at most one decimal.", self.label()),
                digits => format!("{}: enter a number with at most {digits} decimals.", self.label()),
            });
        };
        let limits = self.limits();
        match i32::try_from(value).ok().filter(|v| limits.contains(v)) {
            Some(value) => Ok(Some(value)),
            None => Err(self.out_of_range(value)),
        }
    }

    /// Says the range, and what the person may have meant when another unit was typed.
    fn out_of_range(self, value: i64) -> String {
        let limits = self.limits();
        let (from, to) = (self.text(*limits.start()), self.text(*limits.end()));
        let range = format!("{} must be between {from} and {to} {}.", self.label(), self.unit());
        match self {
            // 50 to 120 °F.
            Self::Temperature if (500..=1200).contains(&value) => {
                let celsius = i32::try_from((value - 320) * 5 / 9).unwrap_or_default();
                format!("{range} If this is Fahrenheit, enter {}.", self.text(celsius))
            }
            // 0.5 to 2.5, as for metres.
            Self::Height if (5..=25).contains(&value) => format!("{range} Is this in metres? Enter centimetres."),
            _ => range,
        }
    }

    /// A stored value as it is shown and typed: `36.8`, without needless zeros.
    pub fn text(self, value: i32) -> String {
        let digits = self.decimals();
        if digits == 0 {
            return value.to_string();
        }
        let scale = 10_i32.pow(u32::try_from(digits).unwrap_or(0));
        let text = format!("{}.{:0digits$}", value / scale, (value % scale).abs());
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A number without sign, with at most so many decimals, as an integer of its last decimal.
fn read_decimal(typed: &str, decimals: usize) -> Option<i64> {
    let (whole, part) = typed.split_once([',', '.']).unwrap_or((typed, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 9 || !all_digits(whole) || part.len() > decimals || !all_digits(part) {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
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
    fn numbers_are_read_with_comma_or_point_and_shown_without_needless_zeros() {
        assert_eq!(Measure::Height.parse("172,5"), Ok(Some(1725)));
        assert_eq!(Measure::Weight.parse(" 72.4 "), Ok(Some(72_400)));
        assert_eq!(Measure::Weight.parse("3.250"), Ok(Some(3250)));
        assert_eq!(Measure::Temperature.parse("37"), Ok(Some(370)));
        assert_eq!(Measure::Pulse.parse("72.0"), Ok(Some(72)));
        assert_eq!(Measure::Pulse.parse("  "), Ok(None));
        for (measure, value, shown) in [
            (Measure::Height, 1725, "172.5"),
            (Measure::Weight, 72_400, "72.4"),
            (Measure::Weight, 3050, "3.05"),
            (Measure::Temperature, 370, "37"),
        ] {
            assert_eq!(measure.text(value), shown);
            assert_eq!(measure.parse(shown), Ok(Some(value)), "what is shown can be typed");
        }
    }

    #[test]
    fn what_is_no_number_or_cannot_be_true_is_refused() {
        let junk = ["-5", "1e2", "٣٧", "12.34.5", ",5", "abc", "99999999999999999999", "37.25", "½", "NaN"];
        for typed in junk {
            assert!(Measure::Temperature.parse(typed).is_err(), "{typed}");
        }
        for measure in Measure::ALL {
            let (from, to) = (*measure.limits().start(), *measure.limits().end());
            assert_eq!(measure.parse(&measure.text(from)), Ok(Some(from)), "{measure:?}");
            assert_eq!(measure.parse(&measure.text(to)), Ok(Some(to)), "{measure:?}");
            assert!(measure.parse(&measure.text(to + 1)).is_err(), "{measure:?}");
        }
    }

    #[test]
    fn the_wrong_unit_is_recognised() {
        let fahrenheit = Measure::Temperature.parse("98.6").expect_err("too hot");
        assert!(fahrenheit.contains("enter 37."), "{fahrenheit}");
        let metres = Measure::Height.parse("1.7").expect_err("too small");
        assert!(metres.contains("centimetres"), "{metres}");
    }

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
