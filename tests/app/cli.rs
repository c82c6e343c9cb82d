//! The program as an operator starts it: seeding, the demonstration, settings that are wrong, and its end.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use infirmary::db::schema::{
    allergies, appointment_events, appointments, availability, availability_exceptions, charge_items, conditions,
    dispensing_items, dispensings, doctors, encounter_diagnoses, encounters, medication_statements, no_known_allergies,
    patients, prescription_medications, prescriptions, settings, stock_batches, stock_movements, test_orders, users,
    vital_signs,
};
use infirmary::db::{Db, DbConnection};
use infirmary::doctors::model::DoctorId;
use infirmary::error::AppError;
use infirmary::pharmacy::dispensing::model::outcome;
use infirmary::prescriptions::model::{PrescriptionId, PrescriptionStatus};
use infirmary::time::Zone;
use infirmary::{pharmacy, schedule};

use crate::support::{Suite, TestApp, postgres};

pub fn tests(suite: &mut Suite) {
    suite.once(the_same_arguments_make_the_same_hospital);
    suite.postgres(both_engines_get_the_same_hospital);
    suite.once(a_seeded_hospital_keeps_every_rule);
    suite.once(seed_asks_before_it_mixes_made_up_people_with_real_ones);
    suite.once(a_wrong_argument_gets_one_line_and_changes_nothing);
    suite.once(every_command_has_its_help);
    suite.once(a_table_of_diagnoses_is_imported_from_a_file);
    suite.once(the_demonstration_lets_every_role_in_and_ends_after_its_last_answer);
    suite.once(the_demonstration_touches_no_database_but_its_own);
    suite.once(the_demonstration_is_made_anew_on_another_day);
}

/// A folder of a test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("infirmary-test-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path of ours")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in the system's folder for such things harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, without the settings of whoever runs the tests.
fn infirmary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infirmary"));
    for (name, _) in std::env::vars_os() {
        if name == "DATABASE_URL" || name.to_string_lossy().starts_with("INFIRMARY_") {
            command.env_remove(name);
        }
    }
    command.env("TZ", "Europe/Paris").args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    infirmary(arguments).output().expect("the program starts")
}

fn succeed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The one line that a refused command says.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{arguments:?} went through");
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert!(!said.is_empty() && !said.contains("panicked"), "{arguments:?}: {said:?}");
    said
}

const SMALL: [&str; 12] = [
    "seed",
    "--patients",
    "300",
    "--doctors",
    "13",
    "--appointments",
    "900",
    "--today",
    "2026-11-23",
    "--time-zone",
    "Europe/Paris",
    "--seed",
];

fn seed(url: &str, seed: &str) {
    let arguments = [&SMALL[..], &[seed, "--database-url", url]].concat();
    let said = succeed(&arguments);
    assert!(said.contains("Made 300 patients, 13 doctors and 900 appointments"), "{said}");
}

/// Every seeded row, but for the settings, which say when they were made.
fn dump(url: &str) -> Vec<String> {
    let db = Db::open(url).expect("it opens");
    db.read_now(|db| {
        let mut lines = Vec::new();
        fn add<T: std::fmt::Debug>(lines: &mut Vec<String>, table: &str, rows: Vec<T>) {
            lines.extend(rows.iter().map(|row| format!("{table} {row:?}")));
        }
        let rows: Vec<(i64, String, Option<String>, Option<String>, String, String, String)> = users::table
            .order(users::id)
            .select((
                users::id,
                users::username,
                users::email,
                users::password_hash,
                users::first_name,
                users::last_name,
                users::role,
            ))
            .load(db)?;
        add(&mut lines, "users", rows);
        let rows: Vec<(i64, i64, i64, String, String, i32, i64)> = doctors::table
            .order(doctors::id)
            .select((
                doctors::id,
                doctors::user_id,
                doctors::department_id,
                doctors::license_number,
                doctors::bio,
                doctors::experience_years,
                doctors::consultation_fee,
            ))
            .load(db)?;
        add(&mut lines, "doctors", rows);
        let rows: Vec<(i64, i32, i32, i32, i32)> = availability::table
            .order(availability::id)
            .select((
                availability::doctor_id,
                availability::day_of_week,
                availability::start_minute,
                availability::end_minute,
                availability::slot_minutes,
            ))
            .load(db)?;
        add(&mut lines, "availability", rows);
        let rows: Vec<(i64, String, NaiveDateTime, NaiveDateTime)> = availability_exceptions::table
            .order(availability_exceptions::id)
            .select((
                availability_exceptions::doctor_id,
                availability_exceptions::kind,
                availability_exceptions::starts_at,
                availability_exceptions::ends_at,
            ))
            .load(db)?;
        add(&mut lines, "exceptions", rows);
        let rows: Vec<(i64, (String, String, String), NaiveDate, String, Option<String>)> = patients::table
            .order(patients::id)
            .select((
                patients::id,
                (patients::first_name, patients::last_name, patients::name_search),
                patients::date_of_birth,
                patients::gender,
                patients::blood_group,
            ))
            .load(db)?;
        add(&mut lines, "patients", rows);
        let rows: Vec<(i64, String, String, String, String, String, String, String, NaiveDateTime)> = patients::table
            .order(patients::id)
            .select((
                patients::id,
                patients::phone,
                patients::email,
                patients::address,
                patients::emergency_name,
                patients::emergency_phone,
                patients::insurance_policy_number,
                patients::medical_history,
                patients::created_at,
            ))
            .load(db)?;
        add(&mut lines, "contacts", rows);
        let rows: Vec<(i64, String, String)> = allergies::table
            .order(allergies::id)
            .select((allergies::patient_id, allergies::substance, allergies::severity))
            .load(db)?;
        add(&mut lines, "allergies", rows);
        let rows: Vec<(i64, String, Option<NaiveDate>)> = conditions::table
            .order(conditions::id)
            .select((conditions::patient_id, conditions::code, conditions::onset_date))
            .load(db)?;
        add(&mut lines, "conditions", rows);
        let rows: Vec<(i64, NaiveDateTime)> = no_known_allergies::table
            .order(no_known_allergies::id)
            .select((no_known_allergies::patient_id, no_known_allergies::stated_at))
            .load(db)?;
        assert!(!rows.is_empty(), "some were asked about allergies and have none");
        add(&mut lines, "no known allergies", rows);
        let rows: Vec<(i64, String, Option<NaiveDate>, Option<NaiveDate>)> = medication_statements::table
            .order(medication_statements::id)
            .select((
                medication_statements::patient_id,
                medication_statements::medicine,
                medication_statements::started_on,
                medication_statements::stopped_on,
            ))
            .load(db)?;
        assert!(!rows.is_empty(), "some tell what they take");
        add(&mut lines, "told medicines", rows);
        let rows: Vec<(i64, i64, i64, NaiveDateTime, String, String, NaiveDateTime, Option<i64>)> = appointments::table
            .order(appointments::id)
            .select((
                appointments::id,
                appointments::patient_id,
                appointments::doctor_id,
                appointments::starts_at,
                appointments::status,
                appointments::reason,
                appointments::status_since,
                appointments::follow_up_of,
            ))
            .load(db)?;
        add(&mut lines, "appointments", rows);
        let rows: Vec<(i64, String, String, NaiveDateTime)> = appointment_events::table
            .order(appointment_events::id)
            .select((
                appointment_events::appointment_id,
                appointment_events::kind,
                appointment_events::user_name,
                appointment_events::occurred_at,
            ))
            .load(db)?;
        add(&mut lines, "events", rows);
        let rows: Vec<(i64, Option<i64>, NaiveDate, String, String, String)> = encounters::table
            .order(encounters::id)
            .select((
                encounters::id,
                encounters::appointment_id,
                encounters::visit_date,
                encounters::symptoms,
                encounters::treatment_plan,
                encounters::notes,
            ))
            .load(db)?;
        add(&mut lines, "encounters", rows);
        let rows: Vec<(i64, i32, String, String)> = encounter_diagnoses::table
            .order(encounter_diagnoses::id)
            .select((
                encounter_diagnoses::encounter_id,
                encounter_diagnoses::position,
                encounter_diagnoses::code,
                encounter_diagnoses::description,
            ))
            .load(db)?;
        add(&mut lines, "diagnoses", rows);
        let rows: Vec<(Option<i64>, Option<i32>, Option<i32>, Option<i32>, Option<i32>, Option<i32>)> =
            vital_signs::table
                .order(vital_signs::id)
                .select((
                    vital_signs::encounter_id,
                    vital_signs::height_mm,
                    vital_signs::weight_g,
                    vital_signs::systolic,
                    vital_signs::pulse,
                    vital_signs::temperature_dc,
                ))
                .load(db)?;
        add(&mut lines, "vitals", rows);
        let rows: Vec<(i64, Option<i64>, String, String, Option<NaiveDateTime>)> = prescriptions::table
            .order(prescriptions::id)
            .select((
                prescriptions::id,
                prescriptions::encounter_id,
                prescriptions::diagnosis,
                prescriptions::status,
                prescriptions::submitted_at,
            ))
            .load(db)?;
        add(&mut lines, "prescriptions", rows);
        let rows: Vec<(i64, i32, String, Option<i32>)> = prescription_medications::table
            .order(prescription_medications::id)
            .select((
                prescription_medications::prescription_id,
                prescription_medications::position,
                prescription_medications::medicine,
                prescription_medications::quantity,
            ))
            .load(db)?;
        add(&mut lines, "medications", rows);
        let rows: Vec<(i64, i32, String, String)> = test_orders::table
            .order(test_orders::id)
            .select((test_orders::prescription_id, test_orders::position, test_orders::test, test_orders::priority))
            .load(db)?;
        add(&mut lines, "tests", rows);
        let rows: Vec<(i64, i64, i64, String, NaiveDateTime)> = dispensings::table
            .order(dispensings::id)
            .select((
                dispensings::id,
                dispensings::prescription_id,
                dispensings::pharmacist_id,
                dispensings::status,
                dispensings::started_at,
            ))
            .load(db)?;
        add(&mut lines, "dispensings", rows);
        let rows: Vec<(i64, i64, i64, i64, i32, i64)> = dispensing_items::table
            .order(dispensing_items::id)
            .select((
                dispensing_items::id,
                dispensing_items::dispensing_id,
                dispensing_items::prescription_medication_id,
                dispensing_items::batch_id,
                dispensing_items::quantity,
                dispensing_items::unit_price,
            ))
            .load(db)?;
        add(&mut lines, "handed", rows);
        let rows: Vec<(i64, String, i32, String, NaiveDateTime, Option<i64>)> = stock_movements::table
            .order(stock_movements::id)
            .select((
                stock_movements::batch_id,
                stock_movements::kind,
                stock_movements::quantity,
                stock_movements::reason,
                stock_movements::created_at,
                stock_movements::dispensing_item_id,
            ))
            .load(db)?;
        add(&mut lines, "movements", rows);
        let rows: Vec<(i64, String, i64, Option<i64>, Option<i64>, NaiveDateTime)> = charge_items::table
            .order(charge_items::id)
            .select((
                charge_items::patient_id,
                charge_items::description,
                charge_items::amount,
                charge_items::department_id,
                charge_items::dispensing_item_id,
                charge_items::created_at,
            ))
            .load(db)?;
        add(&mut lines, "charges", rows);
        Ok(lines)
    })
    .expect("the rows can be read")
}

fn assert_same(one: &[String], other: &[String]) {
    let difference = one.iter().zip(other).find(|(a, b)| a != b);
    assert!(difference.is_none(), "{difference:?}");
    assert_eq!(one.len(), other.len());
}

fn the_same_arguments_make_the_same_hospital() -> Result<(), String> {
    let folder = Folder::new();
    let urls: Vec<String> = (0..3).map(|n| format!("sqlite://{}/{n}.db", folder.path())).collect();
    seed(&urls[0], "7");
    seed(&urls[1], "7");
    seed(&urls[2], "8");
    let (first, second, other) = (dump(&urls[0]), dump(&urls[1]), dump(&urls[2]));
    assert_same(&first, &second);
    assert!(first.len() > 5000, "{}", first.len());
    assert_ne!(first, other);
    Ok(())
}

async fn both_engines_get_the_same_hospital(_: TestApp) {
    let folder = Folder::new();
    let sqlite = format!("sqlite://{}/same.db", folder.path());
    let server = postgres::server().expect("it was started before the tests");
    let postgres = server.create_database("seeded").expect("a copy of the template");
    seed(&sqlite, "7");
    seed(&postgres, "7");
    assert_same(&dump(&sqlite), &dump(&postgres));
    // The engine goes on counting where the seeded rows end.
    let db = Db::open(&postgres).expect("it opens");
    let next: i64 = db
        .write_now(|db| {
            let last: NaiveDateTime = patients::table.select(patients::created_at).first(db)?;
            Ok(diesel::insert_into(patients::table)
                .values((
                    patients::first_name.eq("Real"),
                    patients::last_name.eq("Person"),
                    patients::name_search.eq("person real"),
                    patients::date_of_birth.eq(last.date()),
                    patients::gender.eq("unknown"),
                    patients::created_at.eq(last),
                    patients::updated_at.eq(last),
                ))
                .returning(patients::id)
                .get_result(db)?)
        })
        .expect("a person is registered");
    assert_eq!(next, 301);
    drop(db);
    server.drop_database("seeded").expect("nobody uses it any more");
}

#[derive(Queryable)]
struct Visit {
    id: i64,
    patient: i64,
    doctor: i64,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    status: String,
    created_at: NaiveDateTime,
}

fn visits(db: &mut DbConnection) -> QueryResult<Vec<Visit>> {
    appointments::table
        .order(appointments::starts_at)
        .select((
            appointments::id,
            appointments::patient_id,
            appointments::doctor_id,
            appointments::starts_at,
            appointments::ends_at,
            appointments::status,
            appointments::created_at,
        ))
        .load(db)
}

fn a_seeded_hospital_keeps_every_rule() -> Result<(), String> {
    let folder = Folder::new();
    let url = format!("sqlite://{}/rules.db", folder.path());
    // Paris changes its clock twice a year within these two years.
    seed(&url, "3");
    let zone = Zone::named("Europe/Paris").expect("a real zone");
    let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
    let now = zone.utc(today.and_hms_opt(11, 0, 0).expect("a time")).expect("it exists");
    let db = Db::open(&url).expect("it opens");
    db.read_now(|db| {
        let visits = visits(db)?;
        assert_eq!(visits.len(), 900);
        within_hours(db, zone, today, &visits)?;
        without_overlap(&visits, |v| v.doctor);
        without_overlap(&visits, |v| v.patient);
        told_by_their_events(db, now, &visits)?;
        charted(db, &visits)?;
        plausible_people(db, today)?;
        assert!(dispensed(db)? > 50);
        let too_soon: i64 = dispensing_items::table
            .inner_join(stock_batches::table)
            .filter(stock_batches::created_at.gt(dispensing_items::created_at))
            .count()
            .get_result(db)?;
        assert_eq!(too_soon, 0, "handed out before it came");
        // A lively day: some are done, some wait, some are still to come.
        let todays: HashSet<&str> =
            visits.iter().filter(|v| zone.date(v.starts_at) == today).map(|v| v.status.as_str()).collect();
        for status in ["completed", "in_progress", "checked_in", "confirmed", "scheduled"] {
            assert!(todays.contains(status), "{status} not among {todays:?}");
        }
        let broken: Vec<Option<i64>> =
            users::table.filter(users::password_hash.is_not_null()).select(users::id.nullable()).load(db)?;
        assert!(broken.is_empty(), "seeded accounts have no password");
        Ok(())
    })
    .map_err(|e| e.to_string())
}

fn within_hours(db: &mut DbConnection, zone: Zone, today: NaiveDate, visits: &[Visit]) -> QueryResult<()> {
    let mut times: HashMap<i64, HashSet<(NaiveDateTime, NaiveDateTime)>> = HashMap::new();
    let ids: Vec<i64> = doctors::table.select(doctors::id).load(db)?;
    for id in ids {
        let (from, to) = (today - TimeDelta::days(731), today + TimeDelta::days(29));
        let all = schedule::queries::times(db, zone, DoctorId(id), from, to)?;
        times.insert(id, all.iter().map(|t| (t.starts_at, t.ends_at)).collect());
    }
    for visit in visits {
        let is_a_time = times.get(&visit.doctor).is_some_and(|t| t.contains(&(visit.starts_at, visit.ends_at)));
        assert!(is_a_time, "appointment {} at {} is outside hours", visit.id, visit.starts_at);
    }
    Ok(())
}

/// Not even those that were cancelled.
fn without_overlap(visits: &[Visit], whose: impl Fn(&Visit) -> i64) {
    let mut until: HashMap<i64, NaiveDateTime> = HashMap::new();
    for visit in visits {
        if let Some(before) = until.insert(whose(visit), visit.ends_at) {
            assert!(before <= visit.starts_at, "appointment {} overlaps another", visit.id);
        }
    }
}

fn told_by_their_events(db: &mut DbConnection, now: NaiveDateTime, visits: &[Visit]) -> QueryResult<()> {
    let events: Vec<(i64, String, NaiveDateTime)> = appointment_events::table
        .order(appointment_events::id)
        .select((appointment_events::appointment_id, appointment_events::kind, appointment_events::occurred_at))
        .load(db)?;
    let mut histories: HashMap<i64, Vec<(String, NaiveDateTime)>> = HashMap::new();
    for (id, kind, at) in events {
        histories.entry(id).or_default().push((kind, at));
    }
    for visit in visits {
        let history = &histories[&visit.id];
        assert!(history.is_sorted_by_key(|(_, at)| *at), "{history:?}");
        assert!(history.iter().all(|(_, at)| *at < now), "{history:?}");
        assert!(visit.created_at < visit.starts_at);
        let kinds: Vec<&str> = history.iter().map(|(kind, _)| kind.as_str()).collect();
        let expected: &[&str] = match visit.status.as_str() {
            "scheduled" => &["booked"],
            "confirmed" => &["booked", "confirmed"],
            "checked_in" => &["booked", "confirmed", "checked_in"],
            "in_progress" => &["booked", "confirmed", "checked_in", "started"],
            "completed" => &["booked", "confirmed", "checked_in", "started", "completed"],
            last => &["booked", "confirmed", last],
        };
        let without_confirmation: Vec<&str> = expected.iter().copied().filter(|k| *k != "confirmed").collect();
        let is_ended = ["cancelled", "no_show"].contains(&visit.status.as_str());
        assert!(kinds == expected || (is_ended && kinds == without_confirmation), "{}: {kinds:?}", visit.status);
        let is_over = ["completed", "no_show"].contains(&visit.status.as_str());
        assert!(!is_over || visit.starts_at < now);
        let is_open = ["scheduled", "confirmed"].contains(&visit.status.as_str());
        assert!(!is_open || visit.starts_at > now, "nobody has heard of {} at {}", visit.id, visit.starts_at);
    }
    Ok(())
}

fn charted(db: &mut DbConnection, visits: &[Visit]) -> QueryResult<()> {
    let signed: Vec<(Option<i64>, i64, i64)> = encounters::table
        .filter(encounters::status.eq("signed"))
        .select((encounters::appointment_id, encounters::patient_id, encounters::doctor_id))
        .load(db)?;
    let completed: HashSet<(Option<i64>, i64, i64)> =
        visits.iter().filter(|v| v.status == "completed").map(|v| (Some(v.id), v.patient, v.doctor)).collect();
    assert_eq!(signed.len(), completed.len());
    assert_eq!(signed.into_iter().collect::<HashSet<_>>(), completed);
    let primary: i64 = encounter_diagnoses::table.filter(encounter_diagnoses::is_primary).count().get_result(db)?;
    assert_eq!(usize::try_from(primary).ok(), Some(completed.len()));
    let empty: i64 = prescriptions::table
        .filter(
            prescriptions::id.ne_all(prescription_medications::table.select(prescription_medications::prescription_id)),
        )
        .filter(prescriptions::id.ne_all(test_orders::table.select(test_orders::prescription_id)))
        .count()
        .get_result(db)?;
    assert_eq!(empty, 0, "every prescription prescribes something");
    Ok(())
}

/// What was handed out is in the ledger and on the bill, and the prescriptions say so; how many dispensings there are.
fn dispensed(db: &mut DbConnection) -> Result<usize, AppError> {
    let batches: Vec<(i64, i32)> =
        stock_batches::table.select((stock_batches::id, stock_batches::quantity)).load(db)?;
    let ledger: Vec<(i64, i32, String, Option<i64>, NaiveDateTime)> = stock_movements::table
        .order(stock_movements::id)
        .select((
            stock_movements::batch_id,
            stock_movements::quantity,
            stock_movements::kind,
            stock_movements::dispensing_item_id,
            stock_movements::created_at,
        ))
        .load(db)?;
    let mut sums: HashMap<i64, i32> = HashMap::new();
    for (batch, quantity, ..) in &ledger {
        *sums.entry(*batch).or_default() += quantity;
    }
    assert!(batches.iter().all(|(id, quantity)| *quantity >= 0 && sums.get(id).copied().unwrap_or(0) == *quantity));
    let handed: Vec<(i64, i64, i64, i32, i64)> = dispensing_items::table
        .order(dispensing_items::id)
        .select((
            dispensing_items::id,
            dispensing_items::dispensing_id,
            dispensing_items::batch_id,
            dispensing_items::quantity,
            dispensing_items::unit_price,
        ))
        .load(db)?;
    let moved: HashMap<Option<i64>, (i64, i32)> = ledger
        .iter()
        .filter(|(_, _, kind, ..)| kind == "dispensed")
        .map(|(batch, quantity, _, item, _)| (*item, (*batch, *quantity)))
        .collect();
    let charges: Vec<(Option<i64>, i64, i64, i64)> = charge_items::table
        .filter(charge_items::kind.eq("dispensing"))
        .select((
            charge_items::dispensing_item_id,
            charge_items::quantity,
            charge_items::unit_price,
            charge_items::amount,
        ))
        .load(db)?;
    let charges: HashMap<Option<i64>, (i64, i64, i64)> =
        charges.into_iter().map(|(item, quantity, price, amount)| (item, (quantity, price, amount))).collect();
    assert_eq!((moved.len(), charges.len()), (handed.len(), handed.len()));
    for (id, _, batch, quantity, price) in &handed {
        assert_eq!(moved.get(&Some(*id)), Some(&(*batch, -quantity)));
        let units = i64::from(*quantity);
        assert_eq!(charges.get(&Some(*id)), Some(&(units, *price, units * price)));
    }
    let completed: Vec<(i64, i64, NaiveDateTime, Option<NaiveDateTime>)> = dispensings::table
        .filter(dispensings::status.eq("completed"))
        .select((dispensings::id, dispensings::prescription_id, dispensings::started_at, dispensings::finished_at))
        .load(db)?;
    let of: HashSet<i64> = handed.iter().map(|(_, dispensing, ..)| *dispensing).collect();
    assert!(completed.iter().all(|(id, _, started, finished)| of.contains(id) && Some(*started) <= *finished));
    // Each prescription stands as its lines do.
    let today = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date");
    let stored: Vec<(PrescriptionId, PrescriptionStatus, Option<NaiveDateTime>)> = prescriptions::table
        .filter(prescriptions::status.ne("cancelled"))
        .filter(
            prescriptions::id.eq_any(prescription_medications::table.select(prescription_medications::prescription_id)),
        )
        .select((prescriptions::id, prescriptions::status, prescriptions::closed_at))
        .load(db)?;
    for (id, status, closed_at) in stored {
        let lines = pharmacy::dispensing::queries::of_prescription(db, id, today)?;
        assert_eq!((status, closed_at.is_some()), outcome(&lines), "{id}");
    }
    Ok(completed.len())
}

fn plausible_people(db: &mut DbConnection, today: NaiveDate) -> QueryResult<()> {
    let people: Vec<(NaiveDate, String, NaiveDateTime, String)> = patients::table
        .select((patients::date_of_birth, patients::email, patients::created_at, patients::phone))
        .load(db)?;
    for (born, email, registered, phone) in &people {
        assert!(*born <= registered.date() && registered.date() <= today);
        assert!(infirmary::time::age(*born, today) < 105);
        let is_example = ["@example.org", "@example.com", "@example.net"].iter().any(|d| email.ends_with(d));
        assert!(email.is_empty() || (is_example && email.is_ascii() && !email.starts_with('.')), "{email}");
        assert!(phone.is_empty() || phone.starts_with("+1 555 "), "{phone}");
    }
    let children = people.iter().filter(|p| infirmary::time::age(p.0, today) < 16).count();
    let old = people.iter().filter(|p| infirmary::time::age(p.0, today) > 65).count();
    assert!((20..120).contains(&children) && (20..120).contains(&old), "{children} children, {old} old people");
    Ok(())
}

fn seed_asks_before_it_mixes_made_up_people_with_real_ones() -> Result<(), String> {
    let folder = Folder::new();
    let url = format!("sqlite://{}/mixed.db", folder.path());
    seed(&url, "1");
    let again = [&SMALL[..], &["1", "--database-url", &url]].concat();
    let said = refused(&again);
    assert!(said.contains("300 patients and 13 doctors") && said.contains("--yes-add-to-existing"), "{said}");
    assert_eq!(said.lines().count(), 1);
    succeed(&[&again[..], &["--yes-add-to-existing"]].concat());
    let db = Db::open(&url).map_err(|e| e.to_string())?;
    let counts: (i64, i64, i64) = db
        .read_now(|db| {
            Ok((
                patients::table.count().get_result(db)?,
                doctors::table.count().get_result(db)?,
                settings::table.count().get_result(db)?,
            ))
        })
        .map_err(|e| e.to_string())?;
    assert_eq!(counts, (600, 26, 1));
    let zone = [&again[..9], &["--time-zone", "Asia/Tokyo", "--database-url", &url, "--yes-add-to-existing"]].concat();
    assert!(refused(&zone).contains("has Europe/Paris already"));
    Ok(())
}

fn a_wrong_argument_gets_one_line_and_changes_nothing() -> Result<(), String> {
    let folder = Folder::new();
    let data = ["--data-dir", folder.path()];
    let mut cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["--bind", "somewhere"], "bind:"),
        (vec!["--bind", "0.0.0.0:8080"], "bind:"),
        (vec!["--database-url", "mysql://x/y"], "database-url:"),
        (vec!["--database-url", "postgres://127.0.0.1:1/none", "migrate"], "the database cannot be opened"),
        (vec!["--config", "/nowhere/infirmary.toml"], "config:"),
        (vec!["--workers", "0"], "workers:"),
        (vec!["--public-url", "clinic"], "public-url:"),
        (vec!["seed", "--today", "yesterday"], "today:"),
        (vec!["seed", "--time-zone", "Riverside/Main"], "time-zone:"),
        (vec!["seed", "--currency", "EURO"], "currency:"),
        (vec!["seed", "--hospital", " "], "hospital:"),
        (vec!["seed", "--patients", "2", "--appointments", "5000"], "patients:"),
        (vec!["seed", "--doctors", "1", "--appointments", "500000"], "appointments:"),
        (vec!["import-diagnoses", "--file", "/nowhere/codes.csv"], "file:"),
        (vec!["demo", "--bind", "0.0.0.0:8080"], "bind:"),
        (vec!["demo", "--public-url", "https://clinic.example.org"], "public-url:"),
    ];
    // These are clap's own: it says the wrong word first, and how to ask for help after it.
    let usage = [vec!["seed", "--patients", "many"], vec!["seed", "--patients", "0"], vec!["sow"], vec!["--colour"]];
    for (case, field) in &mut cases {
        case.extend(data);
        let said = refused(case);
        assert!(said.contains(*field) && said.lines().count() == 1, "{case:?}: {said}");
    }
    for mut case in usage {
        case.extend(data);
        assert!(refused(&case).starts_with("error: "), "{case:?}");
    }
    let wrong = folder.0.join("wrong.toml");
    fs::write(&wrong, "bnid = \"127.0.0.1:80\"\n").map_err(|e| e.to_string())?;
    let said = refused(&["--config", wrong.to_str().unwrap_or_default()]);
    assert!(said.contains("bnid") && said.lines().count() == 1, "{said}");
    assert!(!folder.0.join("demo.db").exists());
    let db = Db::open(&format!("sqlite://{}/infirmary.db", folder.path())).map_err(|e| e.to_string())?;
    let hospitals: i64 = db.read_now(|db| Ok(settings::table.count().get_result(db)?)).map_err(|e| e.to_string())?;
    assert_eq!(hospitals, 0, "a refused seed has set nothing up");
    Ok(())
}

fn every_command_has_its_help() -> Result<(), String> {
    let all = succeed(&["--help"]);
    for command in ["serve", "demo", "migrate", "import-diagnoses", "seed"] {
        assert!(all.contains(command), "{all}");
        let help = succeed(&[command, "--help"]);
        assert!(help.contains("Examples:") && help.contains(&format!("infirmary {command}")), "{help}");
    }
    Ok(())
}

fn a_table_of_diagnoses_is_imported_from_a_file() -> Result<(), String> {
    let folder = Folder::new();
    let file = folder.0.join("icd-10-gm.csv");
    let from_file = ["import-diagnoses", "--data-dir", folder.path(), "--file", file.to_str().expect("a path of ours")];
    let built_in = ["import-diagnoses", "--data-dir", folder.path()];
    let write = |text: &[u8]| fs::write(&file, text).map_err(|e| e.to_string());

    write(b"code,description\nA00,Cholera\nA00.0,Klassische Cholera\nA00.0,Again\n")?;
    let said = refused(&from_file);
    assert!(said.contains("line 4: A00.0 stands on line 3 already") && said.lines().count() == 1, "{said}");
    write(b"code,description\nA00,Chol\xe9ra\n")?;
    let said = refused(&from_file);
    assert!(said.contains("line 2: this is not UTF-8"), "{said}");
    assert!(!folder.0.join("infirmary.db").exists(), "a file that is refused touches nothing");

    write("code,description\nA00,Cholera\nA00.0,\"Klassische Cholera, grün\"\n".as_bytes())?;
    let said = succeed(&from_file);
    assert!(said.contains("2 codes of icd-10-gm are in force now"), "{said}");
    let said = succeed(&[&from_file[..], &["--name", "ICD-10-GM 2026"]].concat());
    assert!(said.contains("2 codes of ICD-10-GM 2026 are in force now"), "{said}");
    let said = refused(&[&built_in[..], &["--name", "Without a file"]].concat());
    assert!(said.contains("--file"), "{said}");
    let said = succeed(&built_in);
    assert!(said.contains("98186 codes of ICD-10-CM 2026 are in force now"), "{said}");
    Ok(())
}

/// A running `infirmary demo`.
struct Demo {
    child: Child,
    address: SocketAddr,
    printed: JoinHandle<String>,
    complained: JoinHandle<String>,
}

impl Demo {
    /// Starts it and waits until it has printed its logins.
    fn start(folder: &Folder, environment: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let bind = format!("127.0.0.1:{port}");
        let mut command = infirmary(&["demo", "--bind", &bind, "--data-dir", folder.path()]);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let complained = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        let mut printed = String::new();
        while !printed.contains("\n  patient ") {
            if lines.read_line(&mut printed).expect("it prints text") == 0 {
                panic!("it ended: {printed} {}", complained.join().unwrap_or_default());
            }
        }
        let printed =
            std::thread::spawn(move || lines.read_to_string(&mut printed).map(|_| printed).unwrap_or_default());
        Self { child, address: bind.parse().expect("an address"), printed, complained }
    }

    fn get(&self, path: &str, cookie: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("it listens");
        answer(stream)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        stream
    }

    /// The head and the body of a sign-in.
    fn sign_in(&self, login: &str, password: &str) -> (String, String) {
        let body = format!("login={login}&password={password}");
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {1}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        (head, body)
    }

    /// Asks it to end, and gives what it printed.
    fn stop(mut self) -> String {
        self.terminate();
        let status = self.child.wait().expect("it ends");
        let complained = self.complained.join().expect("it was read");
        assert_eq!(status.code(), Some(0), "{complained}");
        assert!(!complained.contains("panicked"), "{complained}");
        self.printed.join().expect("it was read")
    }

    fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(killed.expect("there is a kill command").success());
    }
}

fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the whole answer arrives");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn logins(folder: &Path) -> HashMap<String, (String, String)> {
    let text = fs::read_to_string(folder.join("demo-logins.json")).expect("the logins were written");
    let logins: Vec<HashMap<String, String>> = serde_json::from_str(&text).expect("they are JSON");
    logins
        .into_iter()
        .map(|mut l| {
            let mut take = |name: &str| l.remove(name).expect("each login has all three");
            (take("role"), (take("login"), take("password")))
        })
        .collect()
}

fn the_demonstration_lets_every_role_in_and_ends_after_its_last_answer() -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let demo = Demo::start(&folder, &[]);
    let mode = fs::metadata(folder.0.join("demo-logins.json")).map_err(|e| e.to_string())?.permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the logins are their owner's alone");
    let all = logins(&folder.0);
    assert_eq!(all.len(), 7);
    for (role, (login, password)) in &all {
        let (head, body) = demo.sign_in(login, password);
        let mut stream = demo.connect();
        stream.write_all((head + &body).as_bytes()).map_err(|e| e.to_string())?;
        let answer = answer(stream);
        assert!(answer.starts_with("HTTP/1.1 303"), "{role}: {answer}");
        let cookie = answer.lines().find_map(|l| l.strip_prefix("set-cookie: session=")).expect("a session");
        let cookie = cookie.split(';').next().unwrap_or_default();
        let home = demo.get("/", &format!("session={cookie}"));
        assert!(home.starts_with("HTTP/1.1 200") && home.contains("nobody here is real"), "{role}: {home}");
    }

    // 38: a request that is under way when the program is asked to end gets its answer.
    let (head, body) = demo.sign_in("admin", &all["admin"].1);
    let mut stream = demo.connect();
    let (first, rest) = body.split_at(8);
    stream.write_all((head + first).as_bytes()).map_err(|e| e.to_string())?;
    // Another answer shows that the first part has been taken in: it was sent before.
    assert!(demo.get("/healthz", "").starts_with("HTTP/1.1 200"));
    demo.terminate();
    while TcpStream::connect(demo.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(rest.as_bytes()).map_err(|e| e.to_string())?;
    assert!(answer(stream).starts_with("HTTP/1.1 303"));
    let printed = demo.stop();
    for (login, password) in all.values() {
        assert!(printed.contains(login) && printed.contains(password), "{printed}");
    }

    // Started again on the same day it is the same clinic, with the same logins.
    let again = Demo::start(&folder, &[]);
    assert_eq!(logins(&folder.0), all);
    let said = refused(&["demo", "--bind", "127.0.0.1:0", "--data-dir", folder.path()]);
    assert!(said.contains("runs in this folder already"), "{said}");
    again.stop();

    let db = Db::open(&format!("sqlite://{}/demo.db", folder.path())).map_err(|e| e.to_string())?;
    db.read_now(|db| {
        let patient: i64 = patients::table.filter(patients::user_id.is_not_null()).select(patients::id).first(db)?;
        let of = |status: &'static str| {
            appointments::table.filter(appointments::patient_id.eq(patient)).filter(appointments::status.eq(status))
        };
        assert!(of("completed").count().get_result::<i64>(db)? > 3);
        let coming = of("scheduled").count().get_result::<i64>(db)? + of("confirmed").count().get_result::<i64>(db)?;
        assert!(coming > 0);
        let prescribed = prescriptions::table
            .filter(prescriptions::patient_id.eq(patient))
            .filter(prescriptions::status.ne("cancelled"));
        assert!(prescribed.count().get_result::<i64>(db)? > 0);
        // Whoever handed it out, the seed or the demonstration's own pharmacist.
        dispensed(db)?;
        Ok(())
    })
    .map_err(|e| e.to_string())
}

fn the_demonstration_touches_no_database_but_its_own() -> Result<(), String> {
    let folder = Folder::new();
    let real = format!("sqlite://{}/hospital.db", folder.path());
    let demo = Demo::start(&folder, &[("DATABASE_URL", &real)]);
    let printed = demo.stop();
    assert!(printed.contains("the one in your settings is not touched"), "{printed}");
    assert!(!folder.0.join("hospital.db").exists());

    // A hospital that happens to be kept under this name is neither served nor replaced.
    let folder = Folder::new();
    let named_so = format!("sqlite://{}/demo.db", folder.path());
    seed(&named_so, "1");
    let said = refused(&["demo", "--bind", "127.0.0.1:0", "--data-dir", folder.path()]);
    assert!(said.contains("is not a demonstration's database") && said.lines().count() == 1, "{said}");
    assert!(dump(&named_so).len() > 5000);
    Ok(())
}

fn the_demonstration_is_made_anew_on_another_day() -> Result<(), String> {
    use infirmary::db::schema::secrets;

    let folder = Folder::new();
    Demo::start(&folder, &[]).stop();
    let before = logins(&folder.0);
    let db = Db::open(&format!("sqlite://{}/demo.db", folder.path())).map_err(|e| e.to_string())?;
    db.write_now(|db| {
        let marked = diesel::update(secrets::table.find("demonstration"))
            .set(secrets::value.eq("2026-01-01 Europe/Paris"))
            .execute(db)?;
        assert_eq!(marked, 1);
        Ok(())
    })
    .map_err(|e| e.to_string())?;
    drop(db);
    Demo::start(&folder, &[]).stop();
    assert_ne!(logins(&folder.0), before);
    Ok(())
}
