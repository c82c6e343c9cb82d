//! Soft limits: values that can be true of a living person, but are more often a slip of the hand. The person who typed
//! them is asked, and may say that they are right.
//!
//! They are wider than what deserves a flag (`flags.rs`): a finding is no reason to doubt the person who measured it.

use super::{Age, Measure, VitalSigns};

/// What is typed twice as often as it is true; in the stored unit.
fn usual(measure: Measure, age: Age) -> (i32, i32) {
    match (measure, age.years) {
        (Measure::Height, 0) => (400, 900),
        (Measure::Height, 1..=4) => (600, 1_250),
        (Measure::Height, 5..=15) => (850, 2_000),
        (Measure::Height, _) => (1_200, 2_200),
        (Measure::Weight, 0) => (1_500, 14_000),
        (Measure::Weight, 1..=4) => (6_000, 35_000),
        (Measure::Weight, 5..=15) => (11_000, 120_000),
        (Measure::Weight, _) => (30_000, 200_000),
        (Measure::Systolic, 0..=12) => (50, 160),
        (Measure::Systolic, _) => (70, 230),
        (Measure::Diastolic, 0..=12) => (25, 110),
        (Measure::Diastolic, _) => (35, 140),
        (Measure::Pulse, 0..=4) => (70, 230),
        (Measure::Pulse, _) => (35, 190),
        (Measure::Temperature, _) => (340, 415),
        (Measure::Respiration, 0..=4) => (12, 80),
        (Measure::Respiration, _) => (6, 45),
        (Measure::OxygenSaturation, _) => (80, 100),
        (Measure::Pain, _) => (0, 10),
    }
}

/// What a person who typed these values shall look at again, with its field; `last` is the last known height and weight.
pub fn doubts(taken: &VitalSigns, last: &VitalSigns, age: Age) -> Vec<(Measure, String)> {
    let mut found = Vec::new();
    for measure in Measure::ALL {
        let Some(value) = taken.get(measure) else { continue };
        let (from, to) = usual(measure, age);
        let (label, unit) = (measure.label(), measure.unit());
        if !(from..=to).contains(&value) {
            let (value, from, to) = (measure.text(value), measure.text(from), measure.text(to));
            found.push((measure, format!("{label} {value} {unit}: usually {from} to {to} at this age")));
        } else if let Some(message) = last.get(measure).and_then(|last| leap(measure, value, last, age)) {
            found.push((measure, message));
        }
    }
    if let (Some(systolic), Some(diastolic)) = (taken.systolic, taken.diastolic)
        && (10..15).contains(&(systolic - diastolic))
    {
        found.push((Measure::Diastolic, format!("Blood pressure {systolic}/{diastolic} mmHg: very close together")));
    }
    found
}

/// Grown-ups do not grow, and nobody loses a fifth of the weight unnoticed.
fn leap(measure: Measure, value: i32, last: i32, age: Age) -> Option<String> {
    let (label, unit) = (measure.label(), measure.unit());
    let said =
        |how: String| format!("{label} {} {unit}: {how} the last {} {unit}", measure.text(value), measure.text(last));
    match measure {
        Measure::Height if age.years >= 20 && value.abs_diff(last) > 30 => Some(said(format!(
            "{} cm {}",
            measure.text(i32::try_from(value.abs_diff(last)).unwrap_or(0)),
            than(value, last)
        ))),
        Measure::Height if age.years < 20 && value + 10 < last => Some(said("less than".to_owned())),
        Measure::Weight if age.years >= 16 && i64::from(value.abs_diff(last)) * 5 > i64::from(last) => {
            let percent = i64::from(value.abs_diff(last)) * 100 / i64::from(last.max(1));
            Some(said(format!("{percent} % {}", than(value, last))))
        }
        _ => None,
    }
}

fn than(value: i32, last: i32) -> &'static str {
    if value > last { "more than" } else { "less than" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADULT: Age = Age { years: 40, days: 40 * 365 };
    const CHILD: Age = Age { years: 3, days: 3 * 365 };

    fn asked(taken: VitalSigns, last: VitalSigns, age: Age) -> Vec<&'static str> {
        doubts(&taken, &last, age).into_iter().map(|(measure, _)| measure.field()).collect()
    }

    #[test]
    fn a_finding_is_believed_and_a_slip_is_asked_about() {
        let none = VitalSigns::default();
        let high = VitalSigns { systolic: Some(210), diastolic: Some(120), pulse: Some(150), ..none };
        assert!(asked(high, none, ADULT).is_empty());
        let slip = VitalSigns { weight_g: Some(600_000), temperature_dc: Some(425), ..none };
        assert_eq!(asked(slip, none, ADULT), ["temperature", "weight"]);
        let child = VitalSigns { weight_g: Some(72_000), pulse: Some(150), ..none };
        assert_eq!(asked(child, none, CHILD), ["weight"]);
    }

    #[test]
    fn a_leap_since_the_last_time_is_asked_about() {
        let last = VitalSigns { height_mm: Some(1750), weight_g: Some(72_000), ..VitalSigns::default() };
        let same = VitalSigns { height_mm: Some(1740), weight_g: Some(80_000), ..VitalSigns::default() };
        assert!(asked(same, last, ADULT).is_empty());
        let leap = VitalSigns { height_mm: Some(1570), weight_g: Some(52_000), ..VitalSigns::default() };
        let found = doubts(&leap, &last, ADULT);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].1, "Weight 52 kg: 27 % less than the last 72 kg");
    }
}
