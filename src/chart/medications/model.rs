//! What a medication in the list is (FHIR's MedicationStatement).

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;
use strum::VariantArray;

use crate::accounts::model::UserId;
use crate::chart::record::InError;
use crate::db::fold::fold;
use crate::db::schema::medication_statements;
use crate::db::text;
use crate::patients::model::PatientId;
use crate::prescriptions::model::PrescriptionId;

/// The id of what somebody told about a medicine.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct StatementId(pub i64);

impl From<StatementId> for i64 {
    fn from(id: StatementId) -> Self {
        id.0
    }
}

/// The id of a line of a prescription.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct LineId(pub i64);

impl From<LineId> for i64 {
    fn from(id: LineId) -> Self {
        id.0
    }
}

/// The id of a stop of a prescribed medicine.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct StopId(pub i64);

impl From<StopId> for i64 {
    fn from(id: StopId) -> Self {
        id.0
    }
}

/// Who told of a medicine.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum ToldBy {
    Patient,
    Relative,
    Letter,
    Other,
}

impl ToldBy {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As people read it, after "told by" or on its own.
    pub fn label(self) -> &'static str {
        match self {
            Self::Patient => "The patient",
            Self::Relative => "A relative or carer",
            Self::Letter => "A letter or another record",
            Self::Other => "Somebody else",
        }
    }

    /// Stored names and labels, for a choice in a form.
    pub fn options() -> Vec<(&'static str, &'static str)> {
        Self::VARIANTS.iter().map(|v| (v.as_str(), v.label())).collect()
    }
}

impl<DB: Backend> ToSql<Text, DB> for ToldBy
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for ToldBy
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// What somebody told, as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = medication_statements)]
pub struct Statement {
    pub id: StatementId,
    pub patient_id: PatientId,
    pub medicine: String,
    /// Dose and how it is taken, in words.
    pub directions: String,
    pub source: ToldBy,
    pub started_on: Option<NaiveDate>,
    pub stopped_on: Option<NaiveDate>,
    pub stop_reason: String,
    pub stopped_by: Option<UserId>,
    pub stopped_at: Option<NaiveDateTime>,
    pub noted_by: Option<UserId>,
    pub noted_at: NaiveDateTime,
    pub version: i32,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
}

/// Where an entry of the list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Prescribed { prescription: PrescriptionId, line: LineId },
    Told { statement: StatementId, by: ToldBy },
}

/// That a medicine shall not be taken any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Of a prescribed medicine's stop; `None` where the stop is part of what was told.
    pub id: Option<StopId>,
    pub on: NaiveDate,
    pub reason: String,
    /// A name; empty for what came with the record.
    pub by: String,
}

/// A medicine in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medicine {
    pub origin: Origin,
    pub medicine: String,
    pub directions: String,
    /// More to the directions, in the doctor's own words.
    pub instructions: String,
    pub started_on: Option<NaiveDate>,
    /// The last day on which it is taken, as far as that follows from the prescription.
    pub ends_on: Option<NaiveDate>,
    pub stop: Option<Stop>,
    /// Who prescribed or noted it.
    pub by: String,
    pub in_error: Option<InError>,
}

impl Medicine {
    /// Whether the patient takes it on this day.
    pub fn is_current(&self, today: NaiveDate) -> bool {
        let is_stopped = self.stop.as_ref().is_some_and(|stop| stop.on <= today);
        self.in_error.is_none() && !is_stopped && self.ends_on.is_none_or(|last| last >= today)
    }

    /// The last day on which it was taken, for a medicine of the past.
    pub fn ended(&self) -> Option<NaiveDate> {
        let stop = self.stop.as_ref().map(|stop| stop.on);
        [stop, self.ends_on].into_iter().flatten().min()
    }

    /// `RX000123`, for what is prescribed here.
    pub fn code(&self) -> Option<String> {
        match self.origin {
            Origin::Prescribed { prescription, .. } => Some(prescription.code()),
            Origin::Told { .. } => None,
        }
    }
}

/// The last day on which a prescribed medicine is taken: a single dose on its day, a course to its end, and what has no
/// end as long as the prescription is valid.
pub fn last_day(
    started: NaiveDate,
    frequency: &str,
    duration_days: Option<i32>,
    valid_until: Option<NaiveDate>,
) -> Option<NaiveDate> {
    if frequency == "stat" {
        return Some(started);
    }
    match duration_days {
        Some(days) => Some(started + chrono::TimeDelta::days(i64::from(days.max(1)) - 1)),
        None => valid_until,
    }
}

/// A medicine of the past, with how often it was taken.
#[derive(Clone, Debug)]
pub struct PastMedicine {
    /// The last time.
    pub last: Medicine,
    pub times: usize,
}

/// The list as it is read.
#[derive(Clone, Debug, Default)]
pub struct MedicationList {
    /// By name.
    pub current: Vec<Medicine>,
    /// Each medicine once that is not taken now, the latest first.
    pub past: Vec<PastMedicine>,
    pub in_error: Vec<Medicine>,
}

impl MedicationList {
    /// Sorts all entries of a chart into what is taken now and what was.
    pub fn of(all: Vec<Medicine>, today: NaiveDate) -> Self {
        let (in_error, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|m| m.in_error.is_some());
        let (mut current, mut earlier): (Vec<_>, Vec<_>) = rest.into_iter().partition(|m| m.is_current(today));
        current.sort_by_cached_key(|m| (fold(&m.medicine), m.started_on));
        earlier.sort_by_key(|m| std::cmp::Reverse((m.ended(), m.started_on)));
        let taken_now: BTreeSet<String> = current.iter().map(|m| fold(&m.medicine)).collect();
        let mut past: Vec<(String, PastMedicine)> = Vec::new();
        for medicine in earlier {
            let key = fold(&medicine.medicine);
            // A stop says something of its own, also where the medicine was begun again.
            if taken_now.contains(&key) && medicine.stop.is_none() {
                continue;
            }
            match past.iter_mut().find(|(other, _)| *other == key) {
                Some((_, known)) => known.times += 1,
                None => past.push((key, PastMedicine { last: medicine, times: 1 })),
            }
        }
        Self { current, past: past.into_iter().map(|(_, past)| past).collect(), in_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).expect("a date")
    }

    fn medicine(name: &str, started: &str, ends: Option<&str>, stop: Option<&str>) -> Medicine {
        Medicine {
            origin: Origin::Prescribed { prescription: PrescriptionId(1), line: LineId(1) },
            medicine: name.to_owned(),
            directions: String::new(),
            instructions: String::new(),
            started_on: Some(date(started)),
            ends_on: ends.map(date),
            stop: stop.map(|on| Stop { id: None, on: date(on), reason: "Rash".to_owned(), by: String::new() }),
            by: String::new(),
            in_error: None,
        }
    }

    #[test]
    fn a_course_runs_through_its_last_day() {
        let started = date("2026-06-01");
        assert_eq!(last_day(started, "tds", Some(5), Some(date("2026-09-01"))), Some(date("2026-06-05")));
        assert_eq!(last_day(started, "od", None, Some(date("2026-09-01"))), Some(date("2026-09-01")));
        assert_eq!(last_day(started, "stat", None, Some(date("2026-09-01"))), Some(started));
        assert_eq!(last_day(started, "od", None, None), None);
        let course = medicine("Amoxicillin", "2026-06-01", Some("2026-06-05"), None);
        assert!(course.is_current(date("2026-06-05")) && !course.is_current(date("2026-06-06")));
        let stopped = medicine("Amoxicillin", "2026-06-01", Some("2026-06-30"), Some("2026-06-03"));
        assert!(stopped.is_current(date("2026-06-02")) && !stopped.is_current(date("2026-06-03")));
    }

    #[test]
    fn what_was_taken_many_times_stands_once_among_the_past() {
        let list = MedicationList::of(
            vec![
                medicine("Metformin", "2026-06-01", None, None),
                medicine("Metformin", "2026-03-01", Some("2026-05-30"), None),
                medicine("Ibuprofen", "2026-01-01", Some("2026-01-05"), None),
                medicine("ibuprofen", "2026-02-01", Some("2026-02-05"), None),
            ],
            date("2026-06-15"),
        );
        assert_eq!(list.current.len(), 1);
        assert_eq!(list.past.len(), 1);
        assert_eq!((list.past[0].times, list.past[0].last.started_on), (2, Some(date("2026-02-01"))));
    }
}
