//! Doctors of a made-up hospital with their departments and hours, and the people at its desk.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;

use super::catalogue::Catalogue;
use super::names::Names;
use super::people::login_part;
use super::rng::Rng;
use super::{Options, rows};
use crate::db::DbConnection;
use crate::db::bulk::{self, insert};
use crate::db::fold::name_key;
use crate::db::schema::{departments, doctors, specializations, users};
use crate::error::AppError;
use crate::time::Zone;

const STAFF: u64 = 4;
const LEAVE: u64 = 5;

/// Days of the week on which a doctor works, 1 = Monday: most from Monday to Friday, but somebody on every day.
const WEEKS: [[i32; 5]; 6] =
    [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [1, 4, 5, 6, 7]];

/// Morning and afternoon, in minutes after midnight.
const SESSIONS: [[(i32, i32); 2]; 4] = [
    [(9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60)],
    [(8 * 60, 12 * 60), (13 * 60, 16 * 60)],
    [(8 * 60 + 30, 12 * 60 + 30), (14 * 60, 17 * 60 + 30)],
    [(10 * 60, 13 * 60), (14 * 60, 18 * 60)],
];

pub(super) struct Doctor {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    /// Position in [`Catalogue::departments`].
    pub department: usize,
    days: [i32; 5],
    sessions: [(i32, i32); 2],
    slot_minutes: i32,
    /// Days off with the reason, and days of extra hours in the morning.
    exceptions: BTreeMap<NaiveDate, Change>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Off(&'static str),
    Extra,
}

/// Somebody who books for others.
pub(super) struct Receptionist {
    pub user_id: i64,
    pub name: String,
}

pub(super) struct Staff {
    pub doctors: Vec<Doctor>,
    pub desk: Vec<Receptionist>,
}

impl Doctor {
    /// The sessions of a day, by the hospital's clock.
    fn sessions(&self, date: NaiveDate) -> &[(i32, i32)] {
        let weekday = i32::try_from(date.weekday().number_from_monday()).unwrap_or(1);
        match self.exceptions.get(&date) {
            Some(Change::Off(_)) => &[],
            Some(Change::Extra) => &self.sessions[..1],
            None if self.days.contains(&weekday) => &self.sessions,
            None => &[],
        }
    }

    /// How many times a day has.
    pub fn capacity(&self, date: NaiveDate) -> u64 {
        self.sessions(date)
            .iter()
            .map(|(start, end)| u64::try_from((end - start) / self.slot_minutes).unwrap_or(0))
            .sum()
    }

    /// The times of a day in UTC, in order. A time that the clock leaves out is not one.
    pub fn times(&self, date: NaiveDate, zone: Zone) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let length = TimeDelta::minutes(i64::from(self.slot_minutes));
        let mut times = Vec::new();
        for &(start, end) in self.sessions(date) {
            let mut minute = start;
            while minute + self.slot_minutes <= end {
                let local = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
                if let Some(starts_at) = zone.utc(local) {
                    times.push((starts_at, starts_at + length));
                }
                minute += self.slot_minutes;
            }
        }
        times
    }
}

/// Makes departments that are missing, and new doctors and receptionists.
pub(super) fn create(
    db: &mut DbConnection,
    options: &Options,
    names: &Names,
    catalogue: &Catalogue,
) -> Result<Staff, AppError> {
    let since = (options.today - Days::new(4 * 365)).and_time(NaiveTime::MIN) + TimeDelta::hours(9);
    let homes = homes(catalogue, options.doctors);
    let opened = catalogue.departments.len().min(homes.iter().max().map_or(0, |m| m + 1));
    let mut department_ids = Vec::new();
    for at in 0..opened {
        department_ids.push(department(db, catalogue, at, since)?);
    }
    let count = i64::try_from(options.doctors).unwrap_or(0);
    let first_user = bulk::reserve_ids(db, "users", count)?;
    let first_doctor = bulk::reserve_ids(db, "doctors", count)?;
    let (mut staff, mut accounts, mut people, mut skills) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut hours, mut changes) = (Vec::new(), Vec::new());
    let mut taken = std::collections::HashSet::new();
    for (index, &home) in homes.iter().enumerate() {
        let mut rng = Rng::of(options.seed, STAFF, index as u64);
        let position = i64::try_from(index).unwrap_or(0);
        let (id, user_id) = (first_doctor + position, first_user + position);
        let kind = &catalogue.departments[home];
        let (department_id, specialization_id) = department_ids[home];
        let account = account(db, &mut rng, names, options, user_id, "doctor", since, &mut taken)?;
        let name = format!("{} {}", account.first_name, account.last_name);
        let years = rng.small(3, 34);
        people.push(rows::Doctor {
            id,
            user_id,
            department_id,
            license_number: free_licence(db, id)?,
            qualifications: kind.qualifications.to_owned(),
            bio: format!("{} with {years} years of experience. {}", kind.title, kind.description),
            experience_years: years,
            consultation_fee: (kind.fee + rng.range(-2, 4) * 5) * options.unit,
            is_available: true,
            status: "active",
            created_at: since,
            updated_at: since,
        });
        skills.push(rows::DoctorSpecialization { doctor_id: id, specialization_id });
        let doctor = Doctor {
            id,
            user_id,
            name,
            department: home,
            days: WEEKS[index % WEEKS.len()],
            sessions: *rng.pick(&SESSIONS),
            slot_minutes: kind.slot_minutes,
            exceptions: BTreeMap::new(),
        };
        let doctor = Doctor { exceptions: leave(options, index, &doctor.days), ..doctor };
        for day_of_week in doctor.days {
            for (start_minute, end_minute) in doctor.sessions {
                hours.push(rows::Hours {
                    doctor_id: id,
                    day_of_week,
                    start_minute,
                    end_minute,
                    slot_minutes: doctor.slot_minutes,
                    created_at: since,
                    updated_at: since,
                });
            }
        }
        changes.extend(exceptions(&doctor, options.zone));
        accounts.push(account);
        staff.push(doctor);
    }
    let (desk, desk_accounts) = desk(db, options, names, since, &mut taken)?;
    insert(db, &accounts)?;
    insert(db, &desk_accounts)?;
    insert(db, &people)?;
    insert(db, &skills)?;
    insert(db, &hours)?;
    insert(db, &changes)?;
    for (at, &(department_id, _)) in department_ids.iter().enumerate() {
        if let Some(head) = staff.iter().find(|d| d.department == at) {
            diesel::update(departments::table.find(department_id).filter(departments::head_doctor_id.is_null()))
                .set(departments::head_doctor_id.eq(head.id))
                .execute(db)?;
        }
    }
    Ok(Staff { doctors: staff, desk })
}

/// Where each doctor works: every department gets one while there are enough, the rest go by the departments' shares.
fn homes(catalogue: &Catalogue, doctors: usize) -> Vec<usize> {
    let kinds = catalogue.departments.len();
    let mut count = vec![0_u64; kinds];
    (0..doctors)
        .map(|index| {
            let home = if index < kinds {
                index
            } else {
                // The department that is furthest below its share.
                let wanted = |at: &usize| {
                    u64::from(catalogue.departments[*at].share) * 1000 / (count.get(*at).copied().unwrap_or(0) + 1)
                };
                (0..kinds).max_by_key(|at| (wanted(at), kinds - at)).unwrap_or(0)
            };
            count[home] += 1;
            home
        })
        .collect()
}

fn department(
    db: &mut DbConnection,
    catalogue: &Catalogue,
    at: usize,
    since: NaiveDateTime,
) -> Result<(i64, i64), AppError> {
    let kind = &catalogue.departments[at];
    let key = name_key(kind.name);
    let found: Option<i64> =
        departments::table.filter(departments::name_key.eq(&key)).select(departments::id).first(db).optional()?;
    let department_id = match found {
        Some(id) => id,
        None => diesel::insert_into(departments::table)
            .values((
                departments::name.eq(kind.name),
                departments::name_key.eq(&key),
                departments::description.eq(kind.description),
                departments::location.eq(kind.location),
                departments::phone.eq(format!("+1 555 200 {:04}", 1000 + at)),
                departments::created_at.eq(since),
                departments::updated_at.eq(since),
            ))
            .returning(departments::id)
            .get_result(db)?,
    };
    let key = name_key(kind.title);
    let found: Option<i64> = specializations::table
        .filter(specializations::name_key.eq(&key))
        .select(specializations::id)
        .first(db)
        .optional()?;
    let specialization_id = match found {
        Some(id) => id,
        None => diesel::insert_into(specializations::table)
            .values((
                specializations::name.eq(kind.title),
                specializations::name_key.eq(&key),
                specializations::description.eq(kind.description),
                specializations::requirements.eq(kind.qualifications),
                specializations::created_at.eq(since),
                specializations::updated_at.eq(since),
            ))
            .returning(specializations::id)
            .get_result(db)?,
    };
    Ok((department_id, specialization_id))
}

#[expect(clippy::too_many_arguments, reason = "one caller's loop, cut in two for reading")]
fn account(
    db: &mut DbConnection,
    rng: &mut Rng,
    names: &Names,
    options: &Options,
    id: i64,
    role: &'static str,
    since: NaiveDateTime,
    taken: &mut std::collections::HashSet<String>,
) -> Result<rows::User, AppError> {
    let is_female = rng.percent(50);
    let born = options.today.year() - rng.small(29, 64);
    let (mut origin, mut first, mut last);
    loop {
        origin = names.origin(rng);
        first = names.first(rng, origin, is_female, born);
        last = names.last(rng, origin);
        // Colleagues write their names so that every patient can read them.
        if first.chars().chain(last.chars()).all(|c| u32::from(c) < 0x250 || ('\u{1e00}'..='\u{1eff}').contains(&c)) {
            break;
        }
    }
    let plain = format!("{}.{}", login_part(first), login_part(last));
    let mut username = plain.clone();
    let mut number = 1;
    while taken.contains(&username) || is_taken(db, &username)? {
        number += 1;
        username = format!("{plain}{number}");
    }
    taken.insert(username.clone());
    Ok(rows::User {
        id,
        email: Some(format!("{username}@example.org")),
        username,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        phone: super::people::phone(rng),
        role,
        designation: if role == "receptionist" { "Front desk" } else { "" },
        license_number: String::new(),
        created_at: since,
        updated_at: since,
    })
}

fn is_taken(db: &mut DbConnection, username: &str) -> Result<bool, AppError> {
    let email = format!("{username}@example.org");
    let holders = users::table.filter(users::username.eq(username).or(users::email.eq(email)));
    Ok(diesel::select(diesel::dsl::exists(holders)).get_result(db)?)
}

fn free_licence(db: &mut DbConnection, id: i64) -> Result<String, AppError> {
    let mut number = id + 20_400;
    loop {
        let licence = format!("MD-{number:06}");
        let holders = doctors::table.filter(doctors::license_number.eq(&licence));
        if !diesel::select(diesel::dsl::exists(holders)).get_result::<bool>(db)? {
            return Ok(licence);
        }
        number += 100_000;
    }
}

fn desk(
    db: &mut DbConnection,
    options: &Options,
    names: &Names,
    since: NaiveDateTime,
    taken: &mut std::collections::HashSet<String>,
) -> Result<(Vec<Receptionist>, Vec<rows::User>), AppError> {
    let count = (options.doctors / 6).clamp(2, 40);
    let first = bulk::reserve_ids(db, "users", i64::try_from(count).unwrap_or(0))?;
    let (mut desk, mut accounts) = (Vec::new(), Vec::new());
    for index in 0..count {
        let mut rng = Rng::of(options.seed, STAFF, 1_000_000_000 + index as u64);
        let id = first + i64::try_from(index).unwrap_or(0);
        let account = account(db, &mut rng, names, options, id, "receptionist", since, taken)?;
        desk.push(Receptionist { user_id: id, name: format!("{} {}", account.first_name, account.last_name) });
        accounts.push(account);
    }
    Ok((desk, accounts))
}

/// Holidays, sick days, conferences, and an extra morning now and then, in the last two years and the next weeks.
fn leave(options: &Options, index: usize, days: &[i32; 5]) -> BTreeMap<NaiveDate, Change> {
    let mut rng = Rng::of(options.seed, LEAVE, index as u64);
    let mut changes = BTreeMap::new();
    let mut off = |from: NaiveDate, days: u64, reason| {
        for day in 0..days {
            let date = from + Days::new(day);
            // The day that everybody looks at stays full.
            if date != options.today {
                changes.insert(date, Change::Off(reason));
            }
        }
    };
    for year in 0..2_u64 {
        for _ in 0..2 {
            let from = options.today - Days::new(year * 365 + 10 + rng.below(340));
            off(from, 5 + rng.below(10), "Holiday");
        }
        off(options.today - Days::new(year * 365 + rng.below(350)), 1 + rng.below(3), "Sick leave");
        off(options.today - Days::new(year * 365 + rng.below(350)), 2, "Conference");
    }
    if rng.percent(30) {
        off(options.today + Days::new(4 + rng.below(20)), 3 + rng.below(5), "Holiday");
    }
    for _ in 0..rng.below(4) {
        let date = options.today + Days::new(20) - Days::new(rng.below(300));
        let weekday = i32::try_from(date.weekday().number_from_monday()).unwrap_or(1);
        if !days.contains(&weekday) && date != options.today {
            changes.entry(date).or_insert(Change::Extra);
        }
    }
    changes
}

/// The rows of a doctor's exceptions, neighbouring days off in one.
fn exceptions(doctor: &Doctor, zone: Zone) -> Vec<rows::Exception> {
    let at = |date: NaiveDate, minute: i32| {
        zone.utc_or_later(date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute)))
    };
    let mut made: Vec<rows::Exception> = Vec::new();
    let mut until = None;
    for (&date, change) in &doctor.exceptions {
        let announced = |date: NaiveDate| (date - Days::new(30)).and_time(NaiveTime::MIN) + TimeDelta::hours(10);
        match change {
            Change::Off(reason) => {
                let ends_at = at(date + Days::new(1), 0);
                match made.last_mut() {
                    Some(last) if until == Some(date) && last.reason == *reason => last.ends_at = ends_at,
                    _ => made.push(rows::Exception {
                        doctor_id: doctor.id,
                        kind: "off",
                        starts_at: at(date, 0),
                        ends_at,
                        slot_minutes: 15,
                        reason,
                        created_at: announced(date),
                    }),
                }
                until = Some(date + Days::new(1));
            }
            Change::Extra => {
                let (start, end) = doctor.sessions[0];
                made.push(rows::Exception {
                    doctor_id: doctor.id,
                    kind: "extra",
                    starts_at: at(date, start),
                    ends_at: at(date, end),
                    slot_minutes: doctor.slot_minutes,
                    reason: "Extra morning",
                    created_at: announced(date),
                });
            }
        }
    }
    made
}
