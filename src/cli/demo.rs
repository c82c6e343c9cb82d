//! `infirmary demo`: a filled clinic to try everything in, made anew each day, on this machine only.
//!
//! It has a database of its own, `{data-dir}/demo.db`, and touches no other: a database named in the settings is left
//! alone with a word. A file of that name without our mark is somebody's hospital, and is refused.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, Timelike};
use diesel::prelude::*;
use serde::Serialize;

use super::seed::{self, Options, Progress};
use crate::access::{Role, token};
use crate::accounts::model::{NewUser, UserId};
use crate::accounts::{passwords, queries};
use crate::config::{self, Config};
use crate::db::schema::{appointments, doctors, patients, prescriptions, secrets, users};
use crate::db::{self, Db, DbConnection};
use crate::documents::store::Store;
use crate::error::AppError;
use crate::money::Currency;
use crate::patients::model::PatientId;
use crate::settings;
use crate::time::Zone;

/// Shown on every page.
const NOTICE: &str = "Demonstration: nobody here is real, and everything is made anew each day.";
/// The secret that marks a database as a demonstration's: the day and the time zone it was made for, nothing while it
/// is being made.
const MARK: &str = "demonstration";
const PATIENTS: u64 = 400;
const DOCTORS: usize = 14;
const APPOINTMENTS: u64 = 1300;
/// The hours at which a clinic is lively.
const LIVELY: std::ops::Range<u32> = 9..16;
/// Where it may be such an hour when it is none here.
const ELSEWHERE: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Honolulu",
    "America/Sao_Paulo",
];

#[derive(Serialize)]
struct Login {
    role: &'static str,
    login: String,
    password: String,
}

pub(super) fn run(config: &Config) -> Result<(), String> {
    if !config.bind.ip().is_loopback() {
        return Err(format!("bind: a demonstration is for this machine only, and {} is not 127.0.0.1", config.bind));
    }
    if config.public_url.is_some() {
        return Err("public-url: a demonstration is for this machine only; leave this setting out".to_owned());
    }
    let folder = &config.data_dir;
    let url = config::sqlite_url(folder, "demo.db")?;
    if config.database_url != config::sqlite_url(folder, "infirmary.db")? {
        println!("The demonstration has a database of its own; the one in your settings is not touched.");
    }
    fs::create_dir_all(folder).map_err(|e| format!("data-dir: {}: {e}", folder.display()))?;
    let _lock = lock(&folder.join("demo.lock"))?;
    let db = ready(folder, &url)?;
    let logins = folder.join("demo-logins.json");
    super::serve::serve(config, &db, Some(NOTICE), files(folder), || {
        println!("The demonstration runs on http://{}", config.bind);
        match fs::read_to_string(&logins) {
            Ok(text) => show(&text),
            Err(e) => println!("Its logins cannot be read: {}: {e}", logins.display()),
        }
    })
}

/// Where the demonstration's documents lie, apart from a hospital's in the same folder.
fn files(folder: &Path) -> Store {
    Store::at(folder.join("demo-documents"))
}

/// Keeps a second demonstration from replacing the files under the first.
fn lock(path: &Path) -> Result<File, String> {
    let said = |e: &dyn std::fmt::Display| format!("data-dir: {}: {e}", path.display());
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(|e| said(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err("a demonstration runs in this folder already; choose another with --data-dir".to_owned())
        }
        Err(TryLockError::Error(e)) => Err(said(&e)),
    }
}

/// The demonstration of today: the present one, or one made anew.
fn ready(folder: &Path, url: &str) -> Result<Db, String> {
    let path = folder.join("demo.db");
    if path.exists() {
        let db = Db::open(url).map_err(|e| e.to_string())?;
        let Some(mark) = mark(&db) else {
            return Err(format!(
                "{} is not a demonstration's database, so it is neither served nor replaced; choose another folder \
                 with --data-dir",
                path.display()
            ));
        };
        let is_whole = !db.has_pending_migrations().map_err(|e| e.to_string())?;
        if is_whole && is_of_today(&mark) && folder.join("demo-logins.json").exists() {
            return Ok(db);
        }
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        remove(&PathBuf::from(file))?;
    }
    let old = folder.join("demo-documents");
    match fs::remove_dir_all(&old) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {e}", old.display())),
        _ => {}
    }
    make(folder, url)
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {e}", path.display())),
        _ => Ok(()),
    }
}

/// `None` when it was not made here, also when it is another program's file. One without a hospital is nobody's: its
/// making was cut short.
fn mark(db: &Db) -> Option<String> {
    db.read_now(|db| {
        let found = secrets::table.find(MARK).select(secrets::value).first(db).optional()?;
        let is_nobodys = settings::queries::find(db)?.is_none();
        Ok(found.or_else(|| is_nobodys.then(String::new)))
    })
    .ok()
    .flatten()
}

fn is_of_today(mark: &str) -> bool {
    let Some((date, zone)) = mark.split_once(' ') else { return false };
    Zone::named(zone).is_some_and(|zone| zone.date(db::now()).to_string() == date)
}

fn make(folder: &Path, url: &str) -> Result<Db, String> {
    println!("Making the demonstration, which takes a moment …");
    let db = Db::open(url).map_err(|e| e.to_string())?;
    db.migrate().map_err(|e| e.to_string())?;
    let now = db::now();
    write_mark(&db, String::new(), now)?;
    let zone = zone_of_the_moment(now);
    let options = Options {
        patients: PATIENTS,
        doctors: DOCTORS,
        appointments: APPOINTMENTS,
        seed: 7,
        today: zone.date(now),
        now,
        zone,
        unit: 10_i64.pow(Currency::fallback().decimals()),
        settings: Some(seed::new_settings("Riverside General Hospital", zone, Currency::fallback())),
    };
    seed::fill(&db, &options, &Progress::none())?;
    let (logins, doctor, patient) = make_logins(&db, zone, now)?;
    super::demo_papers::add(&db, &files(folder), patient, doctor, now)?;
    super::demo_pharmacy::fill(&db, zone, now)?;
    super::demo_money::fill(&db, zone, options.unit, now)?;
    write_logins(&folder.join("demo-logins.json"), &logins)?;
    write_mark(&db, format!("{} {}", options.today, zone.0.name()), now)?;
    Ok(db)
}

fn write_mark(db: &Db, value: String, now: NaiveDateTime) -> Result<(), String> {
    db.write_now(move |db| {
        diesel::delete(secrets::table.find(MARK)).execute(db)?;
        diesel::insert_into(secrets::table)
            .values((secrets::name.eq(MARK), secrets::value.eq(&value), secrets::created_at.eq(now)))
            .execute(db)?;
        Ok(())
    })
    .map_err(|e| e.to_string())
}

/// This machine's time zone while a clinic here would be open, else one where it is: an empty board shows nothing.
fn zone_of_the_moment(now: NaiveDateTime) -> Zone {
    let here = std::env::var("TZ").ok().and_then(|name| Zone::named(name.trim_start_matches(':'))).or_else(|| {
        let link = fs::read_link("/etc/localtime").ok()?;
        Zone::named(link.to_str()?.split_once("zoneinfo/")?.1)
    });
    let here = here.filter(|zone| !zone.0.name().starts_with("Etc/")).unwrap_or(Zone(chrono_tz::UTC));
    let is_lively = |zone: &Zone| LIVELY.contains(&zone.local(now).hour());
    std::iter::once(here).chain(ELSEWHERE.iter().filter_map(|name| Zone::named(name))).find(is_lively).unwrap_or(here)
}

/// Somebody of each role to sign in as; the doctor among them, and the patient with the record.
fn make_logins(db: &Db, zone: Zone, now: NaiveDateTime) -> Result<(Vec<Login>, UserId, (PatientId, UserId)), String> {
    let said = |e: AppError| e.to_string();
    let (doctor, desk, patient) =
        db.read_now(move |db| Ok((doctor(db, zone, now)?, desk(db)?, patient(db, now)?))).map_err(said)?;
    let mut logins = Vec::new();
    let mut add = |role: Role, login: String| -> Result<String, String> {
        let password = passphrase();
        let hash = passwords::hash_now(&password).map_err(|e| e.to_string())?;
        logins.push(Login { role: role.as_str(), login, password });
        Ok(hash)
    };
    let admin = add(Role::Admin, "admin".to_owned())?;
    let existing = [(doctor.0, add(Role::Doctor, doctor.1)?), (desk.0, add(Role::Receptionist, desk.1)?)];
    let colleague = |role: Role, name: (&str, &str), hash: String, designation: &str, license: &str| NewUser {
        username: role.as_str().to_owned(),
        email: Some(format!("{}@example.org", role.as_str())),
        password_hash: Some(hash),
        first_name: name.0.to_owned(),
        last_name: name.1.to_owned(),
        phone: String::new(),
        role,
        designation: designation.to_owned(),
        license_number: license.to_owned(),
        created_at: now,
        updated_at: now,
    };
    let mut people = vec![colleague(Role::Admin, ("Robin", "Hartwell"), admin, "Hospital administrator", "")];
    for (role, name, license) in [
        (Role::Pharmacist, ("Noor", "Castellan"), "PH-004417"),
        (Role::Accountant, ("Imre", "Solberg"), ""),
        (Role::BillingManager, ("Thea", "Okonjo"), ""),
    ] {
        let hash = add(role, role.as_str().to_owned())?;
        people.push(colleague(role, name, hash, "", license));
    }
    let hash = add(Role::Patient, "patient".to_owned())?;
    let own = NewUser {
        phone: patient.phone,
        ..colleague(Role::Patient, (&patient.first_name, &patient.last_name), hash, "", "")
    };
    let (patient_id, doctor_user) = (patient.id, doctor.0);
    let patient_user = db
        .write_now(move |db| {
            for (id, hash) in &existing {
                queries::set_password_hash(db, *id, hash, now)?;
            }
            for person in &people {
                queries::insert(db, person)?;
            }
            let user = queries::insert(db, &own)?;
            diesel::update(patients::table.find(patient_id)).set(patients::user_id.eq(user.0)).execute(db)?;
            Ok(user)
        })
        .map_err(said)?;
    Ok((logins, doctor_user, (PatientId(patient_id), patient_user)))
}

/// The doctor with the most patients today.
fn doctor(db: &mut DbConnection, zone: Zone, now: NaiveDateTime) -> Result<(UserId, String), AppError> {
    let (from, to) = zone.day(zone.date(now));
    let busy: Vec<i64> = appointments::table
        .filter(appointments::starts_at.ge(from))
        .filter(appointments::starts_at.lt(to))
        .filter(appointments::status.ne("cancelled"))
        .select(appointments::doctor_id)
        .load(db)?;
    let busiest = busy.iter().max_by_key(|id| (busy.iter().filter(|other| other == id).count(), **id)).copied();
    let found = doctors::table.inner_join(users::table.on(users::id.eq(doctors::user_id)));
    Ok(match busiest {
        Some(id) => found.filter(doctors::id.eq(id)).select((users::id, users::username)).first(db)?,
        None => found.order(doctors::id).select((users::id, users::username)).first(db)?,
    })
}

fn desk(db: &mut DbConnection) -> Result<(UserId, String), AppError> {
    Ok(users::table
        .filter(users::role.eq(Role::Receptionist))
        .order(users::id)
        .select((users::id, users::username))
        .first(db)?)
}

#[derive(Queryable)]
struct Visitor {
    id: i64,
    first_name: String,
    last_name: String,
    phone: String,
}

/// A grown-up with much behind and something ahead: visits, prescriptions and an appointment to come.
fn patient(db: &mut DbConnection, now: NaiveDateTime) -> Result<Visitor, AppError> {
    let coming: Vec<i64> = appointments::table
        .filter(appointments::starts_at.gt(now + chrono::TimeDelta::hours(26)))
        .filter(appointments::status.eq_any(["scheduled", "confirmed"]))
        .select(appointments::patient_id)
        .load(db)?;
    let prescribed: Vec<i64> = prescriptions::table
        .filter(prescriptions::status.ne("cancelled"))
        .select(prescriptions::patient_id)
        .load(db)?;
    let visits = |id: &i64| prescribed.iter().filter(|other| *other == id).count();
    let grown_up = zone_free_adult(now);
    let mut wanted: Vec<i64> = coming.into_iter().filter(|id| visits(id) > 0).collect();
    wanted.sort_unstable_by_key(|id| (std::cmp::Reverse(visits(id)), *id));
    wanted.dedup();
    for id in wanted {
        let found = patients::table
            .find(id)
            .filter(patients::date_of_birth.lt(grown_up))
            .select((patients::id, patients::first_name, patients::last_name, patients::phone))
            .first(db)
            .optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(AppError::Internal("the demonstration has no patient with visits and an appointment to come".to_owned()))
}

/// Whoever was born before is an adult, wherever the hospital stands.
fn zone_free_adult(now: NaiveDateTime) -> chrono::NaiveDate {
    now.date() - chrono::Months::new(18 * 12)
}

/// A password that a person can read off a terminal: no secret worth more protects people who are not real.
fn passphrase() -> String {
    let random = token::random();
    format!("{}-{}-{}", &random[..5], &random[5..10], &random[10..15])
}

/// For the owner's eyes only.
fn write_logins(path: &Path, logins: &[Login]) -> Result<(), String> {
    let said = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let text = serde_json::to_string_pretty(logins).map_err(|e| said(&e))?;
    // A new file, so that nobody's rights to an old one stay.
    remove(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| said(&e))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| said(&e))
}

fn show(logins: &str) {
    let logins: Vec<serde_json::Value> = serde_json::from_str(logins).unwrap_or_default();
    println!("  {:<16} {:<24} password", "role", "login");
    for login in logins {
        let field = |name| login[name].as_str().unwrap_or_default().to_owned();
        println!("  {:<16} {:<24} {}", field("role"), field("login"), field("password"));
    }
}
