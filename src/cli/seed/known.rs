//! What is known about made-up people beside their visits: that no allergy is known, what they take, what they once had,
//! and the blood pressure that is taken between visits.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::catalogue::Catalogue;
use super::people::{Chart, Population, age};
use super::rng::Rng;
use super::rows;
use crate::db::fold::fold;

const KNOWN: u64 = 10;

/// Medicine, how it is taken, from which age on, weight.
const TOLD: [(&str, &str, u32, u32); 10] = [
    ("Vitamin D 1000 IU", "1 capsule a day", 20, 20),
    ("Ibuprofen 400 mg", "1 tablet when needed", 16, 18),
    ("Paracetamol 500 mg", "1 to 2 tablets when needed", 6, 16),
    ("Levothyroxine 50 mcg", "1 tablet in the morning, fasting", 30, 8),
    ("Omeprazole 20 mg", "1 capsule before breakfast", 30, 10),
    ("Magnesium 300 mg", "1 tablet in the evening", 20, 8),
    ("Multivitamin", "1 tablet a day", 10, 8),
    ("Loratadine 10 mg", "1 tablet a day in spring", 6, 8),
    ("Aspirin 100 mg", "1 tablet a day", 55, 9),
    ("St John's wort 300 mg", "1 tablet twice a day", 25, 3),
];

const STOPS: [&str; 5] =
    ["Not needed any more", "Upset stomach", "Replaced by what is prescribed here", "Headache", "Patient's own wish"];

/// Code, name, from which age on, how long it lasts in days.
const PAST: [(&str, &str, u32, i64); 6] = [
    ("J18.9", "Pneumonia, unspecified organism", 3, 21),
    ("K35.80", "Unspecified acute appendicitis", 8, 14),
    ("B02.9", "Zoster without complications", 40, 28),
    ("N20.0", "Calculus of kidney", 25, 12),
    ("D50.9", "Iron deficiency anemia, unspecified", 14, 180),
    ("S52.501A", "Unspecified fracture of the lower end of right radius", 6, 60),
];

/// Adds what is known about the person at this position, whose allergies and conditions are in `chart` already.
pub(super) fn add(people: &Population, catalogue: &Catalogue, index: u64, chart: &mut Chart) {
    let mut rng = Rng::of(people.seed, KNOWN, index);
    let (patient_id, registered, core) = (people.id(index), people.registered(index), people.core(index));
    let years = age(core.born, people.today);
    let is_allergic = chart.allergies.last().is_some_and(|a| a.patient_id == patient_id);
    if rng.percent(76) && !is_allergic {
        chart.none_known.push(rows::NoneKnown { patient_id, stated_by: None, stated_at: registered, ended_at: None });
    }
    let told = if rng.percent(18 + years.min(80) / 3) { 1 + rng.below(2) } else { 0 };
    let first = rng.weighted(TOLD.iter().map(|t| t.3));
    for n in 0..usize::try_from(told).unwrap_or(0) {
        let (medicine, directions, youngest, _) = TOLD[(first + n * 3) % TOLD.len()];
        let (is_stopped, reason) = (rng.percent(25), *rng.pick(&STOPS));
        let (begun, ended) = stretch(&mut rng, core.born, people.today);
        if years >= youngest {
            chart.told.push(rows::Told {
                patient_id,
                medicine,
                medicine_key: fold(medicine),
                directions,
                source: if rng.percent(85) { "patient" } else { "relative" },
                started_on: Some(begun),
                stopped_on: is_stopped.then_some(ended),
                stop_reason: if is_stopped { reason } else { "" },
                stopped_by: None,
                stopped_at: is_stopped.then_some(registered.max(ended.and_time(registered.time()))),
                noted_by: None,
                noted_at: registered,
            });
        }
    }
    if rng.percent(14 + years.min(80) / 4) {
        let (code, description, youngest, lasts) = *rng.pick(&PAST);
        let (onset, _) = stretch(&mut rng, core.born, people.today);
        let resolved = onset + TimeDelta::days(lasts);
        if age(core.born, onset) >= youngest && resolved <= people.today {
            chart.conditions.push(rows::Condition {
                patient_id,
                code,
                description,
                description_key: fold(description),
                onset_date: Some(onset),
                resolved_date: Some(resolved),
                noted_by: None,
                noted_at: registered.max(onset.and_time(registered.time())),
            });
        }
    }
    pressure(people, catalogue, index, &mut rng, chart);
}

/// Two days in a life: something began and ended between them.
fn stretch(rng: &mut Rng, born: NaiveDate, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let life = (today - born).num_days();
    let begun = born + TimeDelta::days(rng.range(life * 3 / 4, life.max(1)).min(life));
    let ended = begun + TimeDelta::days(rng.range(0, (today - begun).num_days()));
    (begun, ended)
}

/// The blood pressure of those who have it taken between visits.
fn pressure(people: &Population, catalogue: &Catalogue, index: u64, rng: &mut Rng, chart: &mut Chart) {
    let core = people.core(index);
    let conditions = people.conditions(catalogue, index, core);
    let is_watched = conditions.iter().any(|(at, _)| matches!(catalogue.problems[*at].code, "I10" | "E11.9"));
    if !is_watched || !rng.percent(70) {
        return;
    }
    let (from, count) = (people.registered(index), rng.range(4, 12));
    // At the hour of the registration, which is one at which the hospital is open.
    let days = (people.today - from.date()).num_days();
    let (mut systolic, base) = (rng.around(148, 6), rng.around(72, 4));
    for n in 0..count {
        // Treated, it falls from one year to the next.
        systolic = (systolic - rng.small(0, 4) + rng.around(0, 3)).clamp(112, 190);
        let recorded_at: NaiveDateTime = from + TimeDelta::days(days * n / count);
        chart.vitals.push(rows::Vitals {
            patient_id: people.id(index),
            encounter_id: None,
            height_mm: None,
            weight_g: None,
            systolic: Some(systolic),
            diastolic: Some(systolic * 61 / 100 + rng.small(-3, 3)),
            pulse: Some(base + rng.small(-5, 5)),
            temperature_dc: None,
            respiration: None,
            oxygen_saturation: None,
            pain: None,
            recorded_by: None,
            recorded_at,
        });
    }
}
