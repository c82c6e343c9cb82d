//! What comes back after the visits of a made-up hospital: results of the tests, and what patients say.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::{
    ExecuteCopyFromDsl, Insertable, PgConnection, QueryResult, RunQueryDsl, SqliteConnection, copy_from, insert_into,
};

use super::batch::Batch;
use super::rng::Rng;
use super::visits::{Visit, World};
use crate::db::bulk::BulkRow;
use crate::db::schema::{feedback, test_result_values, test_results};

const LABORATORY: u64 = 11;
const FEEDBACK: u64 = 12;

/// Something that a laboratory measures, in units of its last decimal.
struct Analyte {
    name: &'static str,
    unit: &'static str,
    decimals: usize,
    /// The ends of what is usual; 0 for none.
    low: i32,
    high: i32,
    middle: i32,
    spread: i32,
}

const fn measured(
    name: &'static str,
    unit: &'static str,
    decimals: usize,
    (low, high): (i32, i32),
    (middle, spread): (i32, i32),
) -> Analyte {
    Analyte { name, unit, decimals, low, high, middle, spread }
}

/// Usual adult ranges as laboratories print them.
const TESTS: &[(&str, &[Analyte])] = &[
    (
        "Complete blood count",
        &[
            measured("Hemoglobin", "g/dl", 1, (120, 170), (140, 8)),
            measured("White cells", "10⁹/l", 1, (40, 110), (72, 15)),
            measured("Platelets", "10⁹/l", 0, (150, 400), (260, 45)),
        ],
    ),
    (
        "Lipid panel",
        &[
            measured("Total cholesterol", "mg/dl", 0, (0, 200), (202, 20)),
            measured("LDL cholesterol", "mg/dl", 0, (0, 130), (122, 17)),
            measured("HDL cholesterol", "mg/dl", 0, (40, 0), (51, 7)),
            measured("Triglycerides", "mg/dl", 0, (0, 150), (138, 30)),
        ],
    ),
    (
        "Basic metabolic panel",
        &[
            measured("Sodium", "mmol/l", 0, (135, 145), (140, 2)),
            measured("Potassium", "mmol/l", 1, (35, 51), (43, 3)),
            measured("Creatinine", "mg/dl", 2, (60, 130), (95, 14)),
        ],
    ),
    (
        "Liver panel",
        &[
            measured("ALT", "U/l", 0, (0, 45), (30, 8)),
            measured("AST", "U/l", 0, (0, 40), (26, 6)),
            measured("Bilirubin", "mg/dl", 1, (0, 12), (7, 2)),
        ],
    ),
    ("Thyroid-stimulating hormone", &[measured("TSH", "mIU/l", 2, (40, 400), (215, 80))]),
    ("Hemoglobin A1c", &[measured("Hemoglobin A1c", "%", 1, (0, 57), (60, 5))]),
    ("Fasting glucose", &[measured("Glucose", "mg/dl", 0, (70, 99), (101, 9))]),
    ("Vitamin B12", &[measured("Vitamin B12", "pg/ml", 0, (200, 900), (410, 90))]),
    ("Ferritin", &[measured("Ferritin", "ng/ml", 0, (15, 200), (64, 18))]),
    ("25-hydroxy vitamin D", &[measured("25-hydroxy vitamin D", "ng/ml", 0, (30, 100), (30, 6))]),
    ("C-reactive protein", &[measured("C-reactive protein", "mg/l", 1, (0, 50), (60, 18))]),
    ("Troponin", &[measured("Troponin", "ng/l", 0, (0, 14), (8, 2))]),
    ("NT-proBNP", &[measured("NT-proBNP", "pg/ml", 0, (0, 125), (190, 45))]),
    ("Fecal calprotectin", &[measured("Fecal calprotectin", "µg/g", 0, (0, 50), (64, 18))]),
    ("Urine albumin/creatinine ratio", &[measured("Albumin/creatinine", "mg/g", 0, (0, 30), (28, 7))]),
];

/// What is said of examinations without numbers: words of the test's name, and conclusions.
const CONCLUSIONS: &[(&str, [&str; 3])] = &[
    ("X-ray", ["No fracture, joints in place.", "No acute finding.", "Mild degenerative changes for the age."]),
    ("Electrocardiogram", ["Sinus rhythm, nothing acute.", "Sinus rhythm, single extrasystoles.", "Unremarkable."]),
    ("Echocardiogram", ["Good function of both ventricles.", "Mild hypertrophy, good function.", "Unremarkable."]),
    ("ultrasound", ["Unremarkable.", "No free fluid, organs of usual size.", "Small cyst without consequence."]),
    ("MRI", ["No sign of a tumour or bleeding.", "Disc bulge without pressure on nerves.", "Unremarkable."]),
    ("swab", ["No growth.", "Usual flora only.", "Streptococci, sensitive to penicillin."]),
    ("culture", ["No growth.", "Escherichia coli, sensitive to nitrofurantoin.", "Mixed flora, probably not clean."]),
    ("", ["Unremarkable.", "Nothing abnormal was found.", "Findings fit the diagnosis; no further ones."]),
];

const NOTES: [&str; 6] = [
    "",
    "",
    "",
    "Nothing to worry about.",
    "We talk about it at your next visit.",
    "A little outside of the usual range, which is no cause for concern.",
];

const PRAISE: [&str; 6] = [
    "Took time and explained everything.",
    "Friendly and on time.",
    "I felt listened to.",
    "Very thorough, thank you.",
    "Short wait, clear words.",
    "Would come again.",
];

const CRITICISM: [&str; 4] = [
    "Waited for an hour although I had an appointment.",
    "It felt rushed.",
    "My questions were not answered.",
    "Hard to find the room.",
];

#[derive(Insertable)]
#[diesel(table_name = test_results, treat_none_as_default_value = false)]
pub(super) struct TestResult {
    pub id: i64,
    pub test_order_id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub status: &'static str,
    pub conclusion: &'static str,
    pub resulted_at: NaiveDateTime,
    pub entered_at: NaiveDateTime,
    pub reviewed_at: Option<NaiveDateTime>,
    pub reviewed_by: Option<i64>,
    pub note_to_patient: &'static str,
    pub version: i32,
}

#[derive(Insertable)]
#[diesel(table_name = test_result_values, treat_none_as_default_value = false)]
pub(super) struct ResultValue {
    pub test_result_id: i64,
    pub position: i32,
    pub name: &'static str,
    pub value: String,
    pub unit: &'static str,
    pub reference_low: String,
    pub reference_high: String,
    pub flag: &'static str,
}

#[derive(Insertable)]
#[diesel(table_name = feedback, treat_none_as_default_value = false)]
pub(super) struct Feedback {
    pub appointment_id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub rating: i32,
    pub comment: &'static str,
    pub created_at: NaiveDateTime,
}

impl BulkRow for TestResult {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(test_results::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(test_results::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for ResultValue {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(test_result_values::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(test_result_values::table).from_insertable(rows).execute(postgres)
    }
}

impl BulkRow for Feedback {
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        insert_into(feedback::table).values(self).execute(sqlite)
    }

    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize> {
        copy_from(feedback::table).from_insertable(rows).execute(postgres)
    }
}

/// The result of a test ordered at `ordered`, when it has come by now: most come within days, and doctors read them soon.
pub(super) fn result(
    world: &World<'_>,
    visit: &Visit<'_>,
    (order, position, test, priority): (i64, i32, &str, &str),
    ordered: NaiveDateTime,
    batch: &mut Batch,
) {
    let index = visit.id.unsigned_abs() * 16 + u64::from(position.unsigned_abs());
    let mut rng = Rng::of(world.options.seed, LABORATORY, index);
    let minutes = match priority {
        "stat" => rng.range(25, 120),
        "urgent" => rng.range(120, 1300),
        _ => rng.range(900, 5000),
    };
    let resulted = ordered + TimeDelta::minutes(minutes);
    let reviewed = resulted + TimeDelta::minutes(rng.range(30, 2600));
    let (is_lost, note) = (rng.percent(6), *rng.pick(&NOTES));
    if is_lost || resulted > world.options.now {
        return;
    }
    let is_read = reviewed <= world.options.now;
    let id = batch.next_result();
    let known = TESTS.iter().find(|(name, _)| *name == test);
    let conclusion = match known {
        Some(_) => "",
        None => CONCLUSIONS.iter().find(|(word, _)| test.contains(word)).map_or("", |(_, said)| *rng.pick(said)),
    };
    batch.results.push(TestResult {
        id,
        test_order_id: order,
        patient_id: visit.patient_id,
        doctor_id: visit.doctor.id,
        status: "final",
        conclusion,
        resulted_at: resulted,
        entered_at: resulted,
        reviewed_at: is_read.then_some(reviewed),
        reviewed_by: is_read.then_some(visit.doctor.user_id),
        note_to_patient: if is_read { note } else { "" },
        version: if is_read { 2 } else { 1 },
    });
    for (position, analyte) in (0_i32..).zip(known.map_or(&[][..], |(_, analytes)| analytes)) {
        let value = rng.around(analyte.middle, analyte.spread).max(1);
        let flag = match (analyte.low, analyte.high) {
            (low, _) if value < low => "low",
            (_, high) if high > 0 && value > high => "high",
            _ => "normal",
        };
        let end = |end: i32| if end == 0 { String::new() } else { decimal(end, analyte.decimals) };
        batch.values.push(ResultValue {
            test_result_id: id,
            position,
            name: analyte.name,
            value: decimal(value, analyte.decimals),
            unit: analyte.unit,
            reference_low: end(analyte.low),
            reference_high: end(analyte.high),
            flag,
        });
    }
}

/// A number of units of the last decimal, as it is written.
fn decimal(value: i32, decimals: usize) -> String {
    let divisor = 10_i32.pow(u32::try_from(decimals).unwrap_or(0));
    match decimals {
        0 => value.to_string(),
        _ => format!("{}.{:0decimals$}", value / divisor, value % divisor),
    }
}

/// What the patient says of a completed visit, if anything.
pub(super) fn rating(world: &World<'_>, visit: &Visit<'_>, completed_at: NaiveDateTime, batch: &mut Batch) {
    let mut rng = Rng::of(world.options.seed, FEEDBACK, visit.id.unsigned_abs());
    let said_at = completed_at + TimeDelta::minutes(rng.range(90, 6000));
    if !rng.percent(22) || said_at > world.options.now {
        return;
    }
    let rating = match rng.below(100) {
        0..3 => 1,
        3..8 => 2,
        8..19 => 3,
        19..47 => 4,
        _ => 5,
    };
    let comment = match (rng.percent(30), rating) {
        (false, _) => "",
        (true, 4..) => *rng.pick(&PRAISE),
        (true, _) => *rng.pick(&CRITICISM),
    };
    batch.feedback.push(Feedback {
        appointment_id: visit.id,
        patient_id: visit.patient_id,
        doctor_id: visit.doctor.id,
        rating,
        comment,
        created_at: said_at,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_their_decimals() {
        assert_eq!(decimal(140, 1), "14.0");
        assert_eq!(decimal(95, 2), "0.95");
        assert_eq!(decimal(205, 2), "2.05");
        assert_eq!(decimal(260, 0), "260");
    }

    #[test]
    fn every_test_with_numbers_is_one_that_doctors_order() {
        let ordered = include_str!("problems.txt");
        for (test, _) in TESTS {
            assert!(ordered.contains(test), "{test}");
        }
    }
}
