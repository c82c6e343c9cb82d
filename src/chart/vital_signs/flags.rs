//! What deserves attention: values outside the usual range of an age.
//!
//! Sources. From 16 years: NEWS2 (Royal College of Physicians, National Early Warning Score 2, 2017) for respiration,
//! oxygen saturation, pulse, temperature and low blood pressure; high blood pressure by the ESC/ESH guidelines of 2018
//! (from 140/90, grade 3 from 180/110). Below 16: Pediatric Advanced Life Support (American Heart Association, 2020)
//! for pulse, respiration and low blood pressure; high pressure is judged from 13 years on, as in the AAP guideline of
//! 2017, since below that it depends on height. Body mass index: the classes of the World Health Organization for
//! adults from 20 years. Pain from 7 of 10 is severe on the numeric rating scale.

use super::{Age, Measure};

/// On which side of the usual range a value lies, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    VeryLow,
    Low,
    High,
    VeryHigh,
}

impl Level {
    /// Whether it calls for action now.
    pub fn is_extreme(self) -> bool {
        matches!(self, Self::VeryLow | Self::VeryHigh)
    }
}

/// A remark beside a value: a sign, words, and a colour that only helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    pub level: Level,
    pub words: &'static str,
}

impl Flag {
    fn of(level: Level) -> Self {
        let words = match level {
            Level::VeryLow => "Very low",
            Level::Low => "Low",
            Level::High => "High",
            Level::VeryHigh => "Very high",
        };
        Self { level, words }
    }

    fn worded(level: Level, words: &'static str) -> Self {
        Self { level, words }
    }

    /// The kind of badge that shows it.
    pub fn kind(&self) -> &'static str {
        if self.level.is_extreme() { "danger" } else { "warning" }
    }

    /// The sign beside the words.
    pub fn icon(&self) -> &'static str {
        match self.level {
            Level::VeryLow | Level::VeryHigh => "alert-triangle",
            Level::Low => "chevron-down",
            Level::High => "chevron-up",
        }
    }
}

/// The bounds of the usual range and of the alarming one; a bound that does not apply is out of reach.
struct Bounds {
    /// At or below: very low.
    very_low: i32,
    /// At or below: low.
    low: i32,
    /// At or above: high.
    high: i32,
    /// At or above: very high.
    very_high: i32,
}

const NEVER_LOW: i32 = i32::MIN;
const NEVER_HIGH: i32 = i32::MAX;

impl Bounds {
    fn level(&self, value: i32) -> Option<Level> {
        if value <= self.very_low {
            Some(Level::VeryLow)
        } else if value <= self.low {
            Some(Level::Low)
        } else if value >= self.very_high {
            Some(Level::VeryHigh)
        } else if value >= self.high {
            Some(Level::High)
        } else {
            None
        }
    }
}

impl Measure {
    /// What is remarkable about a value (in its stored unit) at this age, if anything is.
    pub fn flag(self, value: i32, age: Age) -> Option<Flag> {
        if self == Self::Pain && value >= 7 {
            return Some(Flag::worded(Level::High, "Severe"));
        }
        self.bounds(age)?.level(value).map(Flag::of)
    }

    /// The usual range at this age, both ends included, in the stored unit; an end that is open is the hard limit.
    pub fn usual(self, age: Age) -> Option<(i32, i32)> {
        let (bounds, limits) = (self.bounds(age)?, self.limits());
        let low = if bounds.low == NEVER_LOW { bounds.very_low } else { bounds.low };
        let from = if low == NEVER_LOW { *limits.start() } else { low + 1 };
        let to = if bounds.high == NEVER_HIGH { *limits.end() } else { bounds.high - 1 };
        Some((from, to))
    }

    fn bounds(self, age: Age) -> Option<Bounds> {
        Some(match self {
            Self::Systolic => systolic(age),
            Self::Diastolic if age.years >= 16 => Bounds { very_low: 40, low: 59, high: 90, very_high: 110 },
            Self::Diastolic if age.years >= 13 => {
                Bounds { very_low: NEVER_LOW, low: NEVER_LOW, high: 90, very_high: 110 }
            }
            Self::Pulse => pulse(age),
            Self::Temperature if age.years >= 16 => Bounds { very_low: 350, low: 360, high: 381, very_high: 391 },
            Self::Temperature => Bounds { very_low: 350, low: 360, high: 380, very_high: 391 },
            Self::Respiration => respiration(age),
            Self::OxygenSaturation => Bounds { very_low: 91, low: 95, high: NEVER_HIGH, very_high: NEVER_HIGH },
            Self::Diastolic | Self::Pain | Self::Height | Self::Weight => return None,
        })
    }
}

fn systolic(age: Age) -> Bounds {
    let (high, very_high) = if age.years >= 13 { (140, 180) } else { (NEVER_HIGH, NEVER_HIGH) };
    if age.years >= 16 {
        return Bounds { very_low: 90, low: 100, high, very_high };
    }
    // PALS: hypotension is below 60 in the first month, 70 in the first year, 70 + 2 × age to ten years, then 90.
    let too_low = match (age.years, age.days) {
        (0, 0..=28) => 60,
        (0, _) => 70,
        (1..=9, _) => 70 + 2 * i32::try_from(age.years).unwrap_or(0),
        _ => 90,
    };
    Bounds { very_low: too_low - 1, low: NEVER_LOW, high, very_high }
}

fn pulse(age: Age) -> Bounds {
    // PALS, awake: from–to.
    let (from, to) = match (age.years, age.days) {
        (0, 0..=28) => (100, 205),
        (0, _) => (100, 180),
        (1..=2, _) => (98, 140),
        (3..=5, _) => (80, 120),
        (6..=11, _) => (75, 118),
        (12..=15, _) => (60, 100),
        _ => return Bounds { very_low: 40, low: 50, high: 101, very_high: 131 },
    };
    Bounds { very_low: NEVER_LOW, low: from - 1, high: to + 1, very_high: NEVER_HIGH }
}

fn respiration(age: Age) -> Bounds {
    // PALS: from–to.
    let (from, to) = match age.years {
        0 => (30, 53),
        1..=2 => (22, 37),
        3..=5 => (20, 28),
        6..=11 => (18, 25),
        12..=15 => (12, 20),
        _ => return Bounds { very_low: 8, low: 11, high: 21, very_high: 25 },
    };
    Bounds { very_low: NEVER_LOW, low: from - 1, high: to + 1, very_high: NEVER_HIGH }
}

/// What is remarkable about a body mass index in tenths; nothing is said of anybody below 20 years.
pub fn bmi_flag(bmi: i32, age: Age) -> Option<Flag> {
    if age.years < 20 {
        return None;
    }
    match bmi {
        ..185 => Some(Flag::worded(Level::Low, "Underweight")),
        185..250 => None,
        250..300 => Some(Flag::worded(Level::High, "Overweight")),
        300.. => Some(Flag::worded(Level::High, "Obesity")),
    }
}

/// The usual body mass index of grown-ups in tenths, both ends included.
pub fn usual_bmi(age: Age) -> Option<(i32, i32)> {
    (age.years >= 20).then_some((185, 249))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADULT: Age = Age { years: 40, days: 40 * 365 };
    const NEWBORN: Age = Age { years: 0, days: 10 };
    const CHILD: Age = Age { years: 5, days: 5 * 365 };

    fn words(measure: Measure, value: i32, age: Age) -> &'static str {
        measure.flag(value, age).map_or("", |f| f.words)
    }

    #[test]
    fn adults_are_judged_by_news2_and_the_pressure_guideline() {
        let cases = [
            (Measure::Systolic, [90, 100, 120, 139, 140, 180], ["Very low", "Low", "", "", "High", "Very high"]),
            (Measure::Pulse, [40, 50, 51, 100, 101, 131], ["Very low", "Low", "", "", "High", "Very high"]),
            (Measure::Temperature, [350, 360, 361, 380, 381, 391], ["Very low", "Low", "", "", "High", "Very high"]),
            (Measure::Respiration, [8, 11, 12, 20, 21, 25], ["Very low", "Low", "", "", "High", "Very high"]),
            (Measure::OxygenSaturation, [91, 95, 96, 97, 99, 100], ["Very low", "Low", "", "", "", ""]),
            (Measure::Pain, [0, 3, 6, 7, 9, 10], ["", "", "", "Severe", "Severe", "Severe"]),
        ];
        for (measure, values, expected) in cases {
            for (value, words_expected) in values.into_iter().zip(expected) {
                assert_eq!(words(measure, value, ADULT), words_expected, "{measure:?} {value}");
            }
        }
    }

    #[test]
    fn what_is_high_in_an_adult_is_usual_in_a_newborn() {
        assert_eq!(words(Measure::Pulse, 150, ADULT), "Very high");
        assert_eq!(words(Measure::Pulse, 150, NEWBORN), "");
        assert_eq!(words(Measure::Respiration, 40, NEWBORN), "");
        assert_eq!(words(Measure::Systolic, 65, NEWBORN), "");
        assert_eq!(words(Measure::Systolic, 79, CHILD), "Very low");
        assert_eq!(words(Measure::Systolic, 80, CHILD), "");
        assert_eq!(words(Measure::Systolic, 150, CHILD), "");
    }

    #[test]
    fn the_usual_range_is_what_has_no_flag() {
        for measure in Measure::ALL {
            let Some((from, to)) = measure.usual(ADULT) else { continue };
            assert!((from..=to).all(|value| measure.flag(value, ADULT).is_none()), "{measure:?}");
            assert!(measure.flag(from - 1, ADULT).is_some(), "{measure:?}");
        }
        assert_eq!(Measure::Systolic.usual(ADULT), Some((101, 139)));
        assert_eq!(Measure::OxygenSaturation.usual(ADULT), Some((96, 100)));
    }

    #[test]
    fn the_body_mass_index_is_classed_for_adults_only() {
        let class = |bmi, age| bmi_flag(bmi, age).map_or("", |f| f.words);
        assert_eq!(class(184, ADULT), "Underweight");
        assert_eq!(class(249, ADULT), "");
        assert_eq!(class(250, ADULT), "Overweight");
        assert_eq!(class(300, ADULT), "Obesity");
        assert_eq!(class(160, CHILD), "");
    }
}
