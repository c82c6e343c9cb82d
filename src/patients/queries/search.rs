//! Finding patients by what a person at the desk knows of them.
//!
//! A search reads indexes only, which hold all it needs (`ix_patients_name_search`, `ix_patients_phone_digits`), and
//! stops after [`MOST_FOUND`]: with a million patients it takes milliseconds for what is common, and a few tenths of a
//! second for what is rare, since the whole index is read.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::visible_to;
use crate::access::Actor;
use crate::appointments::model::AppointmentStatus::{Completed, Confirmed, InProgress, Scheduled};
use crate::db::fold::contains;
use crate::db::schema::{allergies, appointments, patients};
use crate::db::{DbConnection, MultiBackend};
use crate::patients::model::{Patient, PatientId};
use crate::patients::wanted::{Number, Wanted};

/// How many patients a search gives at most. Whoever wants more narrows it.
pub const MOST_FOUND: i64 = 500;

/// Who was found, in the order of the list.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// At most [`MOST_FOUND`] of them.
    pub ids: Vec<PatientId>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// A patient in a list.
#[derive(Clone, Debug)]
pub struct SearchRow {
    pub patient: Patient,
    /// The last visit that began, and the next that is booked, in UTC.
    pub last_seen: Option<NaiveDateTime>,
    pub next_booked: Option<NaiveDateTime>,
    /// Whether an allergy is known; `None` for those who may not know.
    pub has_allergy: Option<bool>,
}

type Query = patients::BoxedQuery<'static, MultiBackend>;

/// The patients within the person's scope who are wanted, by name; all of them, the newest first, when nothing is.
pub fn search(db: &mut DbConnection, actor: &Actor, wanted: &Wanted) -> QueryResult<Found> {
    let scope = || visible_to(actor).filter(patients::merged_into.is_null());
    if wanted.is_anybody() {
        return cut(load(db, scope().order(patients::id.desc()))?);
    }
    if wanted.is_nobody() {
        return Ok(Found::default());
    }
    let rest = || {
        let mut query = scope();
        for word in &wanted.words {
            query = query.filter(patients::name_search.like(contains(word)).escape('\\'));
        }
        for (from, to) in &wanted.born {
            query = query.filter(patients::date_of_birth.between(*from, *to));
        }
        query
    };
    let Some(number) = &wanted.number else {
        return cut(load(db, rest().order((patients::name_search, patients::id)))?);
    };
    // What a number may mean is asked one by one, so that each has its index; a patient's own number comes first.
    let mut ids: Vec<PatientId> = Vec::new();
    for query in meanings(number, &rest) {
        for id in load(db, query)? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    cut(ids)
}

fn meanings(number: &Number, rest: &impl Fn() -> Query) -> Vec<Query> {
    let mut queries = Vec::new();
    if let Some(id) = number.id {
        queries.push(rest().filter(patients::id.eq(id)));
    }
    if let Some(digits) = &number.phone {
        let phone = patients::phone_digits.like(contains(digits));
        queries.push(rest().filter(phone).order((patients::phone_digits, patients::id)));
    }
    if let Some((from, to)) = year(number) {
        queries.push(rest().filter(patients::date_of_birth.between(from, to)).order(patients::date_of_birth));
    }
    queries
}

fn year(number: &Number) -> Option<(NaiveDate, NaiveDate)> {
    let year = number.year?;
    Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
}

fn load(db: &mut DbConnection, query: Query) -> QueryResult<Vec<PatientId>> {
    query.limit(MOST_FOUND + 1).select(patients::id).load(db)
}

fn cut(mut ids: Vec<PatientId>) -> QueryResult<Found> {
    let most = usize::try_from(MOST_FOUND).unwrap_or(usize::MAX);
    let is_cut = ids.len() > most;
    ids.truncate(most);
    Ok(Found { ids, is_cut })
}

/// What a list shows of these patients, in their order. `sees_allergies` is whether the person may know of them.
pub fn rows(
    db: &mut DbConnection,
    actor: &Actor,
    ids: &[PatientId],
    now: NaiveDateTime,
    sees_allergies: bool,
) -> QueryResult<Vec<SearchRow>> {
    let mut rows = Vec::with_capacity(ids.len());
    // A page has 25 rows; each is three lookups by key or index, which on both engines costs less than one clever join.
    for &id in ids {
        let Some(patient) = super::find(db, actor, id).optional()? else { continue };
        let visits = || appointments::table.filter(appointments::patient_id.eq(id));
        let live = appointments::status.eq(Scheduled).or(appointments::status.eq(Confirmed));
        let came = appointments::status.eq(Completed).or(appointments::status.eq(InProgress));
        let last_seen = visits()
            .filter(came)
            .select(diesel::dsl::max(appointments::starts_at))
            .first::<Option<NaiveDateTime>>(db)?;
        let next_booked = visits()
            .filter(live)
            .filter(appointments::starts_at.ge(now))
            .select(diesel::dsl::min(appointments::starts_at))
            .first::<Option<NaiveDateTime>>(db)?;
        let has_allergy = if sees_allergies {
            let known =
                allergies::table.filter(allergies::patient_id.eq(id)).filter(allergies::entered_in_error_at.is_null());
            Some(diesel::select(diesel::dsl::exists(known)).get_result(db)?)
        } else {
            None
        };
        rows.push(SearchRow { patient, last_seen, next_booked, has_allergy });
    }
    Ok(rows)
}
