//! Finding records that may be of the same person.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use super::visible_to;
use crate::access::Actor;
use crate::db::DbConnection;
use crate::db::fold::{contains, digits};
use crate::db::schema::patients;
use crate::patients::forms::Likeness;
use crate::patients::model::{Patient, name_search, searchable};

/// A record that may be of this very person, and why it seems so.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub patient: Patient,
    pub reasons: Vec<&'static str>,
}

/// How many candidates are worth reading.
const MOST: usize = 5;
/// How many rows one sign of likeness may bring: a family shares a phone, a hostel an address.
const PER_SIGN: i64 = 50;
/// A shorter number is an extension that many share.
const SHORTEST_PHONE: usize = 6;

/// The records that may be of this person, the likeliest first: the same name (in either order) with the same or a
/// mistyped date of birth, the same birthday and last name, the same phone or the same e-mail address.
/// Every sign is looked up by an index.
pub fn duplicates(db: &mut DbConnection, actor: &Actor, like: &Likeness) -> QueryResult<Vec<Candidate>> {
    let mut found: Vec<Candidate> = Vec::new();
    let (first, last) = (searchable(&like.first_name), searchable(&like.last_name));
    if !first.is_empty() && !last.is_empty() {
        let same = patients::name_search
            .eq(name_search(&like.first_name, &like.last_name))
            .or(patients::name_search.eq(name_search(&like.last_name, &like.first_name)));
        for patient in some(db, visible_to(actor).filter(same))? {
            match like.date_of_birth {
                None => add(&mut found, patient, "same name"),
                Some(born) if born == patient.date_of_birth => {
                    add(&mut found, patient, "same name and date of birth");
                }
                Some(born) if is_near(born, patient.date_of_birth) => {
                    add(&mut found, patient, "same name, similar date of birth");
                }
                Some(_) => {}
            }
        }
    }
    if let Some(born) = like.date_of_birth.filter(|_| !last.is_empty()) {
        let named = patients::name_search.like(contains(&last)).escape('\\');
        for patient in some(db, visible_to(actor).filter(patients::date_of_birth.eq(born)).filter(named))? {
            if searchable(&patient.last_name) == last {
                add(&mut found, patient, "same last name and date of birth");
            }
        }
    }
    let phone = digits(&like.phone);
    if phone.len() >= SHORTEST_PHONE {
        for patient in some(db, visible_to(actor).filter(patients::phone_digits.eq(phone)))? {
            add(&mut found, patient, "same phone");
        }
    }
    let email = like.email.trim().to_lowercase();
    if !email.is_empty() {
        for patient in some(db, visible_to(actor).filter(patients::email.eq(email)))? {
            add(&mut found, patient, "same e-mail");
        }
    }
    found.sort_by_key(|c| std::cmp::Reverse(c.reasons.len()));
    found.truncate(MOST);
    Ok(found)
}

type Query = patients::BoxedQuery<'static, crate::db::MultiBackend>;

fn some(db: &mut DbConnection, query: Query) -> QueryResult<Vec<Patient>> {
    query
        .filter(patients::merged_into.is_null())
        .order(patients::id)
        .limit(PER_SIGN)
        .select(Patient::as_select())
        .load(db)
}

fn add(found: &mut Vec<Candidate>, patient: Patient, reason: &'static str) {
    match found.iter_mut().find(|c| c.patient.id == patient.id) {
        Some(known) => {
            // The same last name says nothing new where the whole name is the same.
            if !(reason.contains("last name") && known.reasons.iter().any(|r| r.starts_with("same name"))) {
                known.reasons.push(reason);
            }
        }
        None => found.push(Candidate { patient, reasons: vec![reason] }),
    }
}

/// Whether one date may be the other mistyped: day and month swapped, one of the three parts wrong, or close together.
fn is_near(a: NaiveDate, b: NaiveDate) -> bool {
    let (day, month, year) = (a.day() == b.day(), a.month() == b.month(), a.year() == b.year());
    let swapped = year && a.day() == b.month() && a.month() == b.day();
    let two_of_three = [day, month, year].iter().filter(|same| **same).count() >= 2;
    swapped || two_of_three || (a - b).num_days().abs() <= 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    #[test]
    fn a_mistyped_birthday_is_near() {
        let date = |text| parse_date(text).expect("a date");
        let born = date("1980-03-12");
        for near in ["1980-12-03", "1981-03-12", "1980-04-12", "1980-03-21", "1908-03-12", "1980-03-01"] {
            assert!(is_near(born, date(near)), "{near}");
        }
        for far in ["1985-07-30", "1981-04-12"] {
            assert!(!is_near(born, date(far)), "{far}");
        }
    }
}
