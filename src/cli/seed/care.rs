//! What a completed visit of a made-up hospital leaves in the chart: the signed encounter, its diagnoses, vital signs
//! around the person's own baseline, and often a prescription.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::batch::Batch;
use super::catalogue::{Problem, Signs};
use super::people::{Core, age};
use super::rng::Rng;
use super::visits::{Visit, World};
use super::{papers, rows};
use crate::medicines::directions;

const BODY: u64 = 8;

/// Middle height in millimetres at each year of age up to 18, girls and boys.
const GIRLS: [i32; 19] =
    [620, 760, 865, 950, 1020, 1085, 1150, 1210, 1270, 1330, 1385, 1445, 1510, 1565, 1600, 1615, 1622, 1628, 1632];
const BOYS: [i32; 19] =
    [640, 770, 875, 960, 1030, 1095, 1160, 1220, 1275, 1335, 1385, 1435, 1495, 1565, 1640, 1700, 1735, 1752, 1765];

const NOTES: [&str; 8] = [
    "Findings and plan explained, questions answered.",
    "Agrees with the plan.",
    "Came with a relative, who helps at home.",
    "Examination otherwise unremarkable.",
    "Medicines reviewed; takes them as prescribed.",
    "Told when to come back at once.",
    "Sleeps and eats well, works full time.",
    "",
];

/// Adds all that a completed visit leaves. Ids of encounters and prescriptions count from 0 within the batch.
pub(super) fn record(
    world: &World<'_>,
    rng: &mut Rng,
    visit: &Visit<'_>,
    completed_at: NaiveDateTime,
    comes_back: Option<NaiveDate>,
    batch: &mut Batch,
) {
    let problem = &world.catalogue.problems[visit.problem];
    let visit_date = world.options.zone.date(visit.starts_at);
    let encounter = batch.next_encounter();
    let (patient_id, doctor_id) = (visit.patient_id, visit.doctor.id);
    let is_follow_up = visit.follow_up_of.is_some();
    let symptoms = match (is_follow_up, rng.below(3)) {
        (false, _) => problem.symptoms.to_owned(),
        (true, 0) => format!("Better since the last visit. {}", problem.symptoms),
        (true, 1) => "Feels well, no new complaints".to_owned(),
        (true, _) => format!("Not much change: {}", problem.symptoms.to_lowercase()),
    };
    batch.encounters.push(rows::Encounter {
        id: encounter,
        patient_id,
        doctor_id,
        appointment_id: Some(visit.id),
        visit_date,
        status: "signed",
        symptoms,
        treatment_plan: problem.plan.to_owned(),
        notes: (*rng.pick(&NOTES)).to_owned(),
        follow_up_date: comes_back,
        signed_at: Some(completed_at),
        version: 1,
        created_at: completed_at - TimeDelta::minutes(rng.range(4, 10)),
        updated_at: completed_at,
    });
    let conditions = world.people.conditions(world.catalogue, visit.patient, visit.core);
    diagnoses(world, rng, encounter, problem, &conditions, visit_date, batch);
    if rng.percent(92) {
        batch.vitals.push(vitals(world, rng, visit, visit_date, &conditions, completed_at, encounter));
    }
    if !(problem.medicines.is_empty() && problem.tests.is_empty()) && rng.percent(72) {
        prescribe(world, rng, visit, encounter, visit_date, completed_at, batch);
    }
    papers::rating(world, visit, completed_at, batch);
}

fn diagnoses(
    world: &World<'_>,
    rng: &mut Rng,
    encounter_id: i64,
    problem: &Problem,
    conditions: &[(usize, NaiveDate)],
    visit_date: NaiveDate,
    batch: &mut Batch,
) {
    let mut add = |position, code, description| {
        batch.diagnoses.push(rows::Diagnosis { encounter_id, position, code, description, is_primary: position == 1 });
    };
    add(1, problem.code, problem.diagnosis);
    let mut position = 1;
    for (at, since) in conditions {
        let other = &world.catalogue.problems[*at];
        if *since <= visit_date && other.code != problem.code && position < 4 && rng.percent(35) {
            position += 1;
            add(position, other.code, other.diagnosis);
        }
    }
}

/// Vital signs on that day: the person's baseline, a little of the day, and what the illness does.
fn vitals(
    world: &World<'_>,
    rng: &mut Rng,
    visit: &Visit<'_>,
    visit_date: NaiveDate,
    conditions: &[(usize, NaiveDate)],
    completed_at: NaiveDateTime,
    encounter: i64,
) -> rows::Vitals {
    let signs = world.catalogue.problems[visit.problem].signs;
    let has = |code: &str| conditions.iter().any(|(at, _)| world.catalogue.problems[*at].code == code);
    let Core { is_female, born, .. } = visit.core;
    let years = age(born, visit_date);
    let at = i32::try_from(years).unwrap_or(40);
    let mut body = Rng::of(world.options.seed, BODY, visit.patient);
    let growth = usize::try_from(years).unwrap_or(18).min(18);
    let middle = if is_female { GIRLS[growth] } else { BOYS[growth] };
    // Tall people were tall children: the same part of the middle height at every age.
    let height = middle + middle * body.around(0, 22) / 1000 - (at - 60).max(0) * 2;
    let adult_bmi = 248 + body.around(0, 22) + (at - 18).clamp(0, 40) / 2 + if has("E66.9") { 80 } else { 0 };
    // Body mass index, in tenths: falls after infancy, rises from six years on.
    let bmi = match at {
        0..2 => 170,
        2..6 => 160,
        6..18 => 155 + (at - 6) * 5 + body.around(0, 8),
        _ => adult_bmi.max(172),
    };
    let grams = i64::from(height) * i64::from(height) * i64::from(bmi) / 10_000;
    let weight_g = i32::try_from(grams).unwrap_or(70_000);
    let weight_g = weight_g + rng.around(0, weight_g / 250);
    let baseline = match at {
        0..4 => 90,
        4..18 => 94 + at,
        _ => 108 + at * 3 / 10,
    };
    let raised = if has("I10") { 12 } else { 0 } + if signs == Signs::Pressure { 10 } else { 0 };
    let systolic = (baseline + body.around(0, 4) + raised + rng.around(0, 4)).clamp(72, 210);
    let diastolic = (systolic * 62 / 100 + rng.around(0, 2)).clamp(40, systolic - 18);
    let resting = match at {
        0..1 => 128,
        1..4 => 110,
        4..12 => 92,
        _ => 72,
    };
    let fever = signs == Signs::Fever && rng.percent(65);
    let fast = if signs == Signs::Fast { 24 } else { 0 } + if fever { 14 } else { 0 };
    let breath = signs == Signs::Breath;
    let calm = match at {
        0..1 => 38,
        1..4 => 28,
        4..12 => 21,
        _ => 15,
    };
    let pain = match signs {
        Signs::Pain(pain) => Some((pain + rng.small(-2, 2)).clamp(0, 10)),
        _ => rng.percent(40).then_some(0),
    };
    rows::Vitals {
        patient_id: visit.patient_id,
        encounter_id: Some(encounter),
        height_mm: (at < 18 || rng.percent(60)).then_some(height / 5 * 5),
        weight_g: Some((weight_g / 100 * 100).max(2500)),
        systolic: (at >= 3).then_some(systolic),
        diastolic: (at >= 3).then_some(diastolic),
        pulse: Some(resting + body.around(0, 3) + rng.around(0, 3) + fast),
        temperature_dc: Some(if fever { 382 + rng.around(0, 4) } else { 367 + rng.around(0, 1) }),
        respiration: Some(calm + rng.around(0, 1) + if breath { 5 } else { 0 }),
        oxygen_saturation: Some((if breath { 94 } else { 98 } + rng.around(0, 1)).min(100)),
        pain,
        recorded_by: Some(visit.doctor.user_id),
        recorded_at: completed_at - TimeDelta::minutes(3),
    }
}

fn prescribe(
    world: &World<'_>,
    rng: &mut Rng,
    visit: &Visit<'_>,
    encounter: i64,
    visit_date: NaiveDate,
    completed_at: NaiveDateTime,
    batch: &mut Batch,
) {
    let problem = &world.catalogue.problems[visit.problem];
    let prescription = batch.next_prescription();
    let submitted = completed_at - TimeDelta::minutes(1);
    let is_cancelled = rng.permille(15);
    let cancelled_at = is_cancelled.then_some(completed_at);
    batch.prescriptions.push(rows::Prescription {
        id: prescription,
        patient_id: visit.patient_id,
        doctor_id: visit.doctor.id,
        encounter_id: Some(encounter),
        appointment_id: Some(visit.id),
        diagnosis: problem.diagnosis,
        status: if is_cancelled { "cancelled" } else { "submitted" },
        notes: "",
        valid_until: Some(visit_date + TimeDelta::days(90)),
        submitted_at: Some(submitted),
        cancelled_at,
        cancelled_by: cancelled_at.map(|_| visit.doctor.user_id),
        cancel_reason: if is_cancelled { "Written for the wrong dose, written anew" } else { "" },
        closed_at: None,
        version: if is_cancelled { 3 } else { 2 },
        created_at: submitted - TimeDelta::minutes(2),
        updated_at: cancelled_at.unwrap_or(submitted),
    });
    let mut position = 0;
    for &at in &problem.medicines {
        if position > 0 && rng.percent(35) {
            continue;
        }
        position += 1;
        let medicine = &world.catalogue.medicines[at];
        let days = Some(medicine.days);
        let computed = directions::quantity(medicine.dose, medicine.unit, medicine.frequency, days);
        let id = batch.next_medication();
        batch.medications.push(rows::Medication {
            id,
            prescription_id: prescription,
            position,
            medicine: medicine.medicine,
            dose: medicine.dose,
            unit: medicine.unit,
            route: medicine.route,
            frequency: medicine.frequency,
            duration_days: days,
            quantity: computed.or(medicine.quantity),
            quantity_is_computed: computed.is_some(),
            instructions: medicine.instructions,
            medicine_id: medicine.id,
        });
    }
    let mut position = 0;
    for &test in &problem.tests {
        if position == 0 || rng.percent(60) {
            position += 1;
            let priority = match rng.below(20) {
                0 => "stat",
                1..4 => "urgent",
                _ => "routine",
            };
            let instructions =
                if test.contains("Fasting") || test == "Lipid panel" { "Fasting for ten hours" } else { "" };
            let id = batch.next_test();
            batch.tests.push(rows::TestOrder {
                id,
                prescription_id: prescription,
                position,
                test,
                instructions,
                priority,
            });
            if !is_cancelled {
                papers::result(world, visit, (id, position, test, priority), submitted, batch);
            }
        }
    }
}
