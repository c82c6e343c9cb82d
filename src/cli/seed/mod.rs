//! `infirmary seed`: fills a database with a made-up hospital that looks like a real one, in bulk.
//!
//! Invariants: the same arguments give the same data, row for row (everything is drawn from `rng.rs`, and the time is a
//! fixed one of the given day); all constraints stay on; memory does not grow with the number of people.
//!
//! This is the only module that writes other domains' tables itself. It makes years of finished work in which each step
//! happened in the past, millions of rows at once; the domains' actions do one thing now, for one person, with an audit
//! row, and refuse what lies in the past. What they guarantee, the database's constraints and tests/app/cli.rs hold here.

mod batch;
mod calendar;
mod care;
mod catalogue;
mod dispensary;
mod hours;
mod known;
mod names;
mod papers;
mod people;
mod rng;
mod rows;
mod staff;
mod stock;
mod visits;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use clap::Args;
use diesel::prelude::*;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::config::Config;
use crate::db::bulk::{self, Bulk, insert};
use crate::db::schema::{doctors, patients};
use crate::db::{self, Db, DbConnection};
use crate::error::AppError;
use crate::medicines::starter;
use crate::money::Currency;
use crate::settings::model::NewSettings;
use crate::time::Zone;
use crate::{medicines, settings, time};
use batch::Batch;
use catalogue::Catalogue;
use dispensary::Dispensary;
use names::Names;
use people::{Chart, Population};
use stock::Stock;
use visits::{Visits, World};

/// People, and visits, that are written in one transaction.
const PEOPLE_AT_ONCE: u64 = 10_000;
const VISITS_AT_ONCE: usize = 8_000;
/// The time of day at which a seeded hospital stands still: the morning is half done.
const NOON: i64 = 11;

/// What `infirmary seed` can be told.
#[derive(Args, Debug)]
pub(super) struct SeedArgs {
    /// How many patients
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    patients: u64,
    /// How many doctors, in up to twelve departments
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    doctors: u32,
    /// How many appointments, from two years ago to four weeks ahead
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    appointments: u64,
    /// The same number gives the same hospital
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The day that counts as today, such as 2026-11-21 [default: today by the hospital's clock]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    /// The hospital's name, when it is not set up yet
    #[arg(long, value_name = "NAME", default_value = "Riverside General Hospital")]
    hospital: String,
    /// Its time zone, when it is not set up yet [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Its currency, when it is not set up yet [default: USD]
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Add made-up people even where patients or doctors are already
    #[arg(long)]
    yes_add_to_existing: bool,
}

/// What to make.
pub(super) struct Options {
    pub patients: u64,
    pub doctors: usize,
    pub appointments: u64,
    pub seed: u64,
    pub today: NaiveDate,
    /// The time at which the hospital stands still, in UTC: what begins later has not happened.
    pub now: NaiveDateTime,
    pub zone: Zone,
    /// Minor units in one unit of the currency.
    pub unit: i64,
    /// Of a hospital that is not set up yet.
    pub settings: Option<NewSettings>,
}

pub(super) fn run(config: &Config, args: &SeedArgs) -> Result<(), String> {
    let db = super::open(config)?;
    let (people, staff) = db
        .read_now(|db| Ok((patients::table.count().get_result(db)?, doctors::table.count().get_result(db)?)))
        .map_err(|e: AppError| e.to_string())?;
    if (people, staff) != (0_i64, 0_i64) && !args.yes_add_to_existing {
        return Err(format!(
            "this database has {people} patients and {staff} doctors, and made-up people would stand among them for \
             good; if that is what you want, say --yes-add-to-existing"
        ));
    }
    let (zone, currency, settings) = hospital(&db, args)?;
    let today = match &args.today {
        Some(text) => {
            time::parse_date(text).ok_or_else(|| format!("today: {text:?} is not a date such as 2026-11-21"))?
        }
        None => zone.date(db::now()),
    };
    let options = Options {
        patients: args.patients,
        doctors: usize::try_from(args.doctors).unwrap_or(usize::MAX),
        appointments: args.appointments,
        seed: args.seed,
        today,
        now: zone.utc_or_later(today.and_time(NaiveTime::MIN) + TimeDelta::hours(NOON)),
        zone,
        unit: 10_i64.pow(currency.decimals()),
        settings,
    };
    let begun = std::time::Instant::now();
    let rows = fill(&db, &options, &Progress::new(&options))?;
    println!(
        "Made {} patients, {} doctors and {} appointments: {} rows in {:.1} s.",
        HumanCount(options.patients),
        HumanCount(options.doctors as u64),
        HumanCount(options.appointments),
        HumanCount(rows as u64),
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The hospital's clock and currency: its own when it is set up, else those asked for, with the settings to be made.
fn hospital(db: &Db, args: &SeedArgs) -> Result<(Zone, Currency, Option<NewSettings>), String> {
    let found = db.read_now(|db| Ok(settings::queries::find(db)?)).map_err(|e| e.to_string())?;
    if let Some(found) = found {
        for (name, wanted, present) in
            [("time-zone", &args.time_zone, &found.time_zone), ("currency", &args.currency, &found.currency)]
        {
            if wanted.as_ref().is_some_and(|w| w != present) {
                return Err(format!("{name}: this hospital has {present} already; change it in its settings"));
            }
        }
        return Ok((found.zone(), found.currency(), None));
    }
    let zone_name = args.time_zone.as_deref().unwrap_or("UTC");
    let zone =
        Zone::named(zone_name).ok_or_else(|| format!("time-zone: {zone_name:?} is none, such as Europe/Paris"))?;
    let code = args.currency.as_deref().unwrap_or("USD");
    let currency = Currency::named(code).ok_or_else(|| format!("currency: {code:?} is none, such as EUR"))?;
    let name = args.hospital.trim();
    if name.is_empty() || name.chars().count() > 120 {
        return Err("hospital: its name has between 1 and 120 characters".to_owned());
    }
    Ok((zone, currency, Some(new_settings(name, zone, currency))))
}

/// The settings of a hospital that is not set up yet.
pub(super) fn new_settings(name: &str, zone: Zone, currency: Currency) -> NewSettings {
    let now = db::now();
    NewSettings {
        id: 1,
        hospital_name: name.to_owned(),
        address: "1 Riverside Walk, Riverside".to_owned(),
        phone: "+1 555 200 1000".to_owned(),
        time_zone: zone.0.name().to_owned(),
        currency: currency.code().to_owned(),
        created_at: now,
        updated_at: now,
    }
}

/// Fills the database and says how many rows it wrote.
///
/// # Errors
/// One line: what was asked for does not fit together, or what the database said. What was written until then stays.
pub(super) fn fill(db: &Db, options: &Options, progress: &Progress) -> Result<usize, String> {
    let said = |error: AppError| error.to_string();
    let (names, mut catalogue) = (Names::load(), Catalogue::load()?);
    let mut bulk = db.bulk().map_err(|e| e.to_string())?;
    let (plan, staff, people, first_visit) = bulk.write(|db| prepare(db, options, &names, &catalogue)).map_err(said)?;
    bulk.write(|db| catalogue.link(db)).map_err(said)?;
    let mut rows = fill_people(&mut bulk, &names, &catalogue, &people, progress).map_err(said)?;
    let world = World { options, names: &names, catalogue: &catalogue, people: &people, staff: &staff };
    let mut visits = Visits::new(world, first_visit);
    let mut stock = bulk.write(|db| Stock::begin(db, options)).map_err(said)?;
    let dispensary = bulk.write(|db| Dispensary::open(db, world)).map_err(said)?;
    let mut batch = Batch::default();
    progress.begin("Visits", options.appointments);
    for (date, count) in plan.days {
        // The ledger is written in the order of time.
        if date <= options.today && stock.is_due(date) {
            rows += batch.write(&mut bulk).map_err(said)?;
            bulk.write(|db| stock.until(db, date)).map_err(said)?;
        }
        let before = batch.prescriptions.len();
        visits.day(date, count, &mut batch);
        dispensary.day(date, before, &mut stock, &mut batch);
        progress.advance(count);
        if batch.appointments.len() >= VISITS_AT_ONCE {
            rows += batch.write(&mut bulk).map_err(said)?;
        }
    }
    rows += batch.write(&mut bulk).map_err(said)?;
    rows += bulk.write(|db| stock.finish(db)).map_err(said)?;
    progress.begin("Statistics", 1);
    bulk.finish().map_err(said)?;
    progress.finish();
    Ok(rows)
}

/// The staff, and ids for all that follows. Nothing is written when what was asked for does not fit together.
fn prepare(
    db: &mut DbConnection,
    options: &Options,
    names: &Names,
    catalogue: &Catalogue,
) -> Result<(calendar::Plan, staff::Staff, Population, i64), AppError> {
    if let Some(new) = &options.settings {
        settings::queries::insert(db, new)?;
    }
    starter::add_knowledge(db, options.now)?;
    if medicines::queries::is_empty(db)? {
        starter::add_medicines(db, options.now)?;
    }
    let staff = staff::create(db, options, names, catalogue)?;
    let plan = calendar::plan(&staff.doctors, options.today, options.appointments, options.patients)
        .map_err(AppError::Invalid)?;
    let ids = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let first_id = bulk::reserve_ids(db, "patients", ids(options.patients))?;
    let first_visit = bulk::reserve_ids(db, "appointments", ids(options.appointments))?;
    let people = Population { seed: options.seed, today: options.today, count: options.patients, first_id };
    Ok((plan, staff, people, first_visit))
}

fn fill_people(
    bulk: &mut Bulk,
    names: &Names,
    catalogue: &Catalogue,
    people: &Population,
    progress: &Progress,
) -> Result<usize, AppError> {
    let mut rows = 0;
    progress.begin("Patients", people.count);
    let mut from = 0;
    while from < people.count {
        let to = (from + PEOPLE_AT_ONCE).min(people.count);
        let mut chart = Chart::default();
        let person = |index| {
            let row = people.person(names, catalogue, index, &mut chart);
            known::add(people, catalogue, index, &mut chart);
            row
        };
        let chunk: Vec<rows::Patient> = (from..to).map(person).collect();
        rows += bulk.write(|db| {
            let people = insert(db, &chunk)? + insert(db, &chart.allergies)? + insert(db, &chart.conditions)?;
            Ok(people + insert(db, &chart.none_known)? + insert(db, &chart.told)? + insert(db, &chart.vitals)?)
        })?;
        progress.advance(to - from);
        from = to;
    }
    Ok(rows)
}

/// What the person at the terminal sees: a bar, or a line for each tenth where there is no terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    is_shown: bool,
    told: std::cell::Cell<u64>,
}

impl Progress {
    fn new(options: &Options) -> Self {
        let bar = ProgressBar::new(options.patients);
        if let Ok(style) = ProgressStyle::with_template("{msg:10} {wide_bar} {human_pos}/{human_len}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, is_shown: true, told: std::cell::Cell::new(0) }
    }

    /// For work that takes a moment.
    pub fn none() -> Self {
        Self { bar: ProgressBar::hidden(), is_shown: false, told: std::cell::Cell::new(0) }
    }

    fn begin(&self, what: &'static str, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
        self.bar.set_message(what);
        self.told.set(0);
    }

    fn advance(&self, by: u64) {
        self.bar.inc(by);
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(1).max(1));
        let tenth = done * 10 / total;
        if self.is_shown && self.bar.is_hidden() && tenth > self.told.get() {
            self.told.set(tenth);
            println!("{}: {} of {}", self.bar.message(), HumanCount(done), HumanCount(total));
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
