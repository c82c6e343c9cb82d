//! The hospital that is asked: made by `seed`, with somebody of each role who can sign in, a day of 200 appointments, and
//! a patient with a long chart.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::accounts::model::{NewUser, UserId};
use infirmary::accounts::passwords;
use infirmary::appointments::model::{AppointmentStatus, Channel};
use infirmary::appointments::slots;
use infirmary::chart::vital_signs::{self, VitalSigns};
use infirmary::db::schema::{appointments, doctors, patients, users};
use infirmary::db::{self, Db, DbConnection};
use infirmary::doctors::model::{DoctorId, DoctorStatus};
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;
use infirmary::prescriptions::model::{Content, Medication};
use infirmary::prescriptions::queries::Occasion;
use infirmary::{accounts, encounters, prescriptions, schedule, settings};

use crate::Options;
use crate::server::BINARY;

pub const PASSWORD: &str = "seventeen wet badgers";
/// Whoever is there has been made by an earlier run.
const MARK: &str = "load-admin";
const ON_THE_BOARD: i64 = 200;
const VISITS: u64 = 500;
const MEASUREMENTS: u64 = 2000;
const PRESCRIPTIONS: u64 = 300;

/// What rows are about.
pub struct World {
    pub logins: Vec<(Role, String)>,
    pub doctor: DoctorId,
    /// Of the doctor's, with few entries.
    pub patient: PatientId,
    /// Of the doctor's, with many.
    pub long: PatientId,
    /// Three letters, two words and a number that find somebody.
    pub searches: [String; 3],
    /// The day with many appointments.
    pub busy_day: NaiveDate,
    /// A day that can be booked.
    pub free_day: NaiveDate,
    /// Free times, each for another patient.
    pub bookings: Vec<(PatientId, DoctorId, String)>,
}

/// The database of this size, made now unless it is there.
pub fn database(options: &Options, folder: &Path) -> Result<String, String> {
    let url = match options.engine.as_str() {
        "postgresql" => std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL names no empty database".to_owned())?,
        _ => {
            let today = db::now().date();
            format!("sqlite://{}", folder.join(format!("{}-{today}.db", options.patients)).display())
        }
    };
    let is_there = Db::open(&url)
        .ok()
        .is_some_and(|db| db.read_now(|db| Ok(settings::queries::find(db)?)).is_ok_and(|s| s.is_some()));
    if !is_there {
        let number = |n: u64| n.to_string();
        let doctors = (options.patients / 500).max(20);
        let made = Command::new(BINARY)
            .args(["seed", "--database-url", &url, "--seed", "7", "--patients", &number(options.patients)])
            .args(["--doctors", &number(doctors), "--appointments", &number(10 * options.patients)])
            .status()
            .map_err(|e| format!("{BINARY}: {e}"))?;
        if !made.success() {
            return Err("the database could not be filled".to_owned());
        }
    }
    Ok(url)
}

impl World {
    pub fn prepare(url: &str) -> Result<Self, String> {
        let db = Db::open(url).map_err(|e| e.to_string())?;
        let said = |e: AppError| e.to_string();
        let now = db::now();
        let is_made = db.read_now(|db| Ok(accounts::queries::by_login(db, MARK)?.is_some())).map_err(said)?;
        if !is_made {
            let hash = passwords::hash_now(PASSWORD).map_err(said)?;
            db.write_now(move |db| make(db, &hash, now)).map_err(said)?;
        }
        db.read_now(|db| find(db, now)).map_err(said)
    }
}

/// A day that is further ahead than `seed` books, so that it has our appointments only.
fn busy_day(today: NaiveDate) -> NaiveDate {
    today + Days::new(200)
}

/// The doctor with the most appointments, and the account.
fn doctor(db: &mut DbConnection) -> QueryResult<(DoctorId, UserId)> {
    let id: DoctorId = appointments::table
        .group_by(appointments::doctor_id)
        .order(diesel::dsl::count_star().desc())
        .select(appointments::doctor_id)
        .first(db)?;
    Ok((id, doctors::table.find(id).select(doctors::user_id).first(db)?))
}

/// Two patients of the doctor's.
fn patients_of(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<Vec<PatientId>> {
    appointments::table
        .filter(appointments::doctor_id.eq(doctor))
        .group_by(appointments::patient_id)
        .order(appointments::patient_id)
        .select(appointments::patient_id)
        .limit(3)
        .load(db)
}

fn make(db: &mut DbConnection, hash: &str, now: NaiveDateTime) -> Result<(), AppError> {
    let (doctor, doctor_user) = doctor(db)?;
    accounts::queries::set_password_hash(db, doctor_user, hash, now)?;
    let theirs = patients_of(db, doctor)?;
    let [_, long, own] = theirs.as_slice() else { return Err(AppError::NotFound) };
    for role in
        [Role::Admin, Role::Receptionist, Role::Pharmacist, Role::Accountant, Role::BillingManager, Role::Patient]
    {
        let person = NewUser {
            username: format!("load-{}", role.as_str().replace('_', "-")),
            email: None,
            password_hash: Some(hash.to_owned()),
            first_name: "Load".to_owned(),
            last_name: role.label().to_owned(),
            phone: String::new(),
            role,
            designation: String::new(),
            license_number: String::new(),
            created_at: now,
            updated_at: now,
        };
        let user = accounts::queries::insert(db, &person)?;
        if role == Role::Patient {
            diesel::update(patients::table.find(own)).set(patients::user_id.eq(user)).execute(db)?;
        }
    }
    fill_day(db, now)?;
    fill_chart(db, *long, doctor, now)
}

/// Many appointments on one day, ten for each doctor and patient once.
fn fill_day(db: &mut DbConnection, now: NaiveDateTime) -> Result<(), AppError> {
    let all: Vec<DoctorId> = doctors::table
        .filter(doctors::status.eq(DoctorStatus::Active))
        .select(doctors::id)
        .order(doctors::id)
        .limit(20)
        .load(db)?;
    let people: Vec<PatientId> =
        patients::table.select(patients::id).order(patients::id).limit(ON_THE_BOARD).load(db)?;
    let zone = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone();
    let (morning, _) = zone.day(busy_day(zone.date(now)));
    for (index, patient) in (0_i32..).zip(&people) {
        let doctor = all[index as usize % all.len()];
        let starts_at = morning + TimeDelta::hours(8) + TimeDelta::minutes(i64::from(index / all.len() as i32) * 20);
        diesel::insert_into(appointments::table)
            .values((
                appointments::patient_id.eq(patient),
                appointments::doctor_id.eq(doctor),
                appointments::starts_at.eq(starts_at),
                appointments::ends_at.eq(starts_at + TimeDelta::minutes(20)),
                appointments::status.eq(AppointmentStatus::Confirmed),
                appointments::status_since.eq(now),
                appointments::reason.eq("Follow-up of the blood pressure"),
                appointments::channel.eq(Channel::Desk),
                appointments::created_at.eq(now),
                appointments::updated_at.eq(now),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Years of visits, measurements and prescriptions of one patient.
fn fill_chart(db: &mut DbConnection, patient: PatientId, doctor: DoctorId, now: NaiveDateTime) -> Result<(), AppError> {
    for index in 0..VISITS {
        let at = now - Days::new(3 * index + 1);
        let id = encounters::queries::insert(db, patient, doctor, None, at.date(), at)?;
        encounters::queries::sign(db, id, 1, at)?;
    }
    for index in 0..MEASUREMENTS {
        let values = VitalSigns {
            systolic: Some(110 + (index % 40) as i32),
            diastolic: Some(70 + (index % 20) as i32),
            pulse: Some(60 + (index % 30) as i32),
            ..VitalSigns::default()
        };
        vital_signs::queries::insert(db, patient, &values, None, now - TimeDelta::hours(18 * index as i64 + 1))?;
    }
    for index in 0..PRESCRIPTIONS {
        let at = now - Days::new(5 * index + 1);
        let line = Medication {
            medicine: format!("Medicine {index} 10 mg"),
            dose: "1".to_owned(),
            unit: "tablet".to_owned(),
            frequency: "od".to_owned(),
            duration_days: Some(5),
            ..Medication::default()
        };
        let content = Content { medications: vec![line], ..Content::default() };
        let occasion = Occasion { patient, encounter: None, appointment: None };
        let id = prescriptions::queries::insert(db, doctor, occasion, &content, at)?;
        prescriptions::queries::submit(db, id, 1, &[], "", at)?;
    }
    Ok(())
}

fn find(db: &mut DbConnection, now: NaiveDateTime) -> Result<World, AppError> {
    let (doctor, doctor_user) = doctor(db)?;
    let theirs = patients_of(db, doctor)?;
    let [patient, long, _] = theirs.as_slice() else { return Err(AppError::NotFound) };
    let login: String = users::table.find(doctor_user).select(users::username).first(db)?;
    let mut logins = vec![(Role::Doctor, login)];
    for role in
        [Role::Admin, Role::Receptionist, Role::Pharmacist, Role::Accountant, Role::BillingManager, Role::Patient]
    {
        logins.push((role, format!("load-{}", role.as_str().replace('_', "-"))));
    }
    let (first, last): (String, String) =
        patients::table.find(patient).select((patients::first_name, patients::last_name)).first(db)?;
    let letters: String = last.chars().take(3).collect();
    let zone = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone();
    let today = zone.date(now);
    Ok(World {
        logins,
        doctor,
        patient: *patient,
        long: *long,
        searches: [letters, format!("{first} {last}"), patient.code()],
        busy_day: busy_day(today),
        free_day: today + Days::new(3),
        bookings: bookings(db, zone, today)?,
    })
}

/// Free times of all doctors within the weeks that can be booked, each with another patient.
fn bookings(
    db: &mut DbConnection,
    zone: infirmary::time::Zone,
    today: NaiveDate,
) -> Result<Vec<(PatientId, DoctorId, String)>, AppError> {
    let all: Vec<DoctorId> = doctors::table
        .filter(doctors::status.eq(DoctorStatus::Active))
        .filter(doctors::is_available.eq(true))
        .select(doctors::id)
        .order(doctors::id)
        .limit(200)
        .load(db)?;
    let (from, to) = (today + Days::new(2), today + Days::new(56));
    let taken: Vec<(DoctorId, NaiveDateTime, NaiveDateTime)> = appointments::table
        .filter(appointments::starts_at.ge(zone.day(from).0))
        .filter(appointments::starts_at.lt(zone.day(to).1))
        .select((appointments::doctor_id, appointments::starts_at, appointments::ends_at))
        .load(db)?;
    let people: Vec<PatientId> = patients::table
        .filter(patients::deceased_on.is_null())
        .select(patients::id)
        .order(patients::id.desc())
        .limit(50_000)
        .load(db)?;
    let mut free: Vec<(DoctorId, NaiveDateTime)> = Vec::new();
    for (doctor, time) in schedule::queries::times_of(db, zone, &all, from, to)? {
        let is_taken =
            taken.iter().any(|(whose, from, to)| *whose == doctor && *from < time.ends_at && *to > time.starts_at);
        if !is_taken {
            free.push((doctor, time.starts_at));
        }
    }
    // By time, so that nobody has two at once: those of one time go to patients one after the other.
    free.sort_by_key(|(doctor, at)| (*at, doctor.0));
    let pair = |(index, (doctor, at)): (usize, (DoctorId, NaiveDateTime))| {
        (people[index % people.len()], doctor, slots::key(at))
    };
    let mut made: Vec<_> = free.into_iter().enumerate().map(pair).collect();
    // Neighbours in time would queue at one patient's or doctor's rule; people at a desk do not book in that order.
    let stride = made.len() / 7 + 1;
    made = (0..stride).flat_map(|start| made.iter().skip(start).step_by(stride).cloned().collect::<Vec<_>>()).collect();
    Ok(made)
}

/// What the engine and the disk can do: single rows a second, each with a durable commit of its own.
pub fn bare_commits(folder: &Path, seconds: u64) -> Result<f64, String> {
    let path = folder.join("bare.db");
    let _ = std::fs::remove_file(&path);
    let url = path.display().to_string();
    let mut db = SqliteConnection::establish(&url).map_err(|e| e.to_string())?;
    let mut run = |sql: &'static str| diesel::sql_query(sql).execute(&mut db).map_err(|e| e.to_string());
    run("PRAGMA journal_mode = WAL")?;
    run("PRAGMA synchronous = FULL")?;
    run("CREATE TABLE bare (id INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL)")?;
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < Duration::from_secs(seconds) {
        run("INSERT INTO bare (at, what) VALUES ('2026-01-01T00:00:00', 'an appointment')")?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
