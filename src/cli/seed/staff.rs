//! Doctors of a made-up hospital with their departments, and the people at its desk.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, Days, NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;

use super::catalogue::Catalogue;
use super::hours::{Doctor, SESSIONS, WEEKS, exceptions, leave};
use super::names::Names;
use super::people::login_part;
use super::rng::Rng;
use super::{Options, rows};
use crate::db::DbConnection;
use crate::db::bulk::{self, insert};
use crate::db::fold::name_key;
use crate::db::schema::{departments, doctors, specializations, users};
use crate::error::AppError;

const STAFF: u64 = 4;
const ACCOUNT: u64 = 9;

/// Somebody who books for others.
pub(super) struct Receptionist {
    pub user_id: i64,
    pub name: String,
}

pub(super) struct Staff {
    pub doctors: Vec<Doctor>,
    pub desk: Vec<Receptionist>,
    pub pharmacists: Vec<i64>,
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
    let mut making = Accounts { options, names, since, taken: HashSet::new() };
    for (index, &home) in homes.iter().enumerate() {
        let mut rng = Rng::of(options.seed, STAFF, index as u64);
        let position = i64::try_from(index).unwrap_or(0);
        let (id, user_id) = (first_doctor + position, first_user + position);
        let kind = &catalogue.departments[home];
        let (department_id, specialization_id) = department_ids[home];
        let account = making.make(db, index as u64, user_id, "doctor")?;
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
    let (desk, desk_accounts) = making.desk(db)?;
    let pharmacist_accounts = making.pharmacists(db)?;
    insert(db, &accounts)?;
    insert(db, &desk_accounts)?;
    insert(db, &pharmacist_accounts)?;
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
    Ok(Staff { doctors: staff, desk, pharmacists: pharmacist_accounts.iter().map(|account| account.id).collect() })
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

/// Makes accounts without a password, each with a user name of its own.
struct Accounts<'a> {
    options: &'a Options,
    names: &'a Names,
    since: NaiveDateTime,
    taken: HashSet<String>,
}

impl Accounts<'_> {
    fn make(&mut self, db: &mut DbConnection, index: u64, id: i64, role: &'static str) -> Result<rows::User, AppError> {
        let rng = &mut Rng::of(self.options.seed, ACCOUNT, index);
        let is_female = rng.percent(50);
        let born = self.options.today.year() - rng.small(29, 64);
        let (first, last) = loop {
            let origin = self.names.origin(rng);
            let (first, last) = (self.names.first(rng, origin, is_female, born), self.names.last(rng, origin));
            // Colleagues write their names so that every patient can read them.
            if first.chars().chain(last.chars()).all(is_latin) {
                break (first, last);
            }
        };
        let plain = format!("{}.{}", login_part(first), login_part(last));
        let mut username = plain.clone();
        let mut number = 1;
        while self.taken.contains(&username) || is_taken(db, &username)? {
            number += 1;
            username = format!("{plain}{number}");
        }
        self.taken.insert(username.clone());
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
            created_at: self.since,
            updated_at: self.since,
        })
    }

    /// The people at the desk.
    fn desk(&mut self, db: &mut DbConnection) -> Result<(Vec<Receptionist>, Vec<rows::User>), AppError> {
        let count = (self.options.doctors / 6).clamp(2, 40);
        let first = bulk::reserve_ids(db, "users", i64::try_from(count).unwrap_or(0))?;
        let (mut desk, mut accounts) = (Vec::new(), Vec::new());
        for index in 0..count {
            let id = first + i64::try_from(index).unwrap_or(0);
            let account = self.make(db, 1_000_000_000 + index as u64, id, "receptionist")?;
            desk.push(Receptionist { user_id: id, name: format!("{} {}", account.first_name, account.last_name) });
            accounts.push(account);
        }
        Ok((desk, accounts))
    }

    /// The people in the pharmacy.
    fn pharmacists(&mut self, db: &mut DbConnection) -> Result<Vec<rows::User>, AppError> {
        let count = i64::try_from(self.options.doctors / 15).unwrap_or(0).clamp(2, 20);
        let first = bulk::reserve_ids(db, "users", count)?;
        (0..count)
            .map(|position| {
                let account = self.make(db, 2_000_000_000 + position.unsigned_abs(), first + position, "pharmacist")?;
                Ok(rows::User { license_number: format!("PH-{:06}", 1200 + first + position), ..account })
            })
            .collect()
    }
}

/// Latin letters with whatever marks, and what stands between them in names.
fn is_latin(c: char) -> bool {
    u32::from(c) < 0x250 || ('\u{1e00}'..='\u{1eff}').contains(&c)
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
