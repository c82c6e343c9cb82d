//! What hours and exceptions are.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use super::forms::HoursInput;
use crate::db::schema::{availability, availability_exceptions};
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::time::{date_text, minute_text};

/// The names of the weekdays, Monday first, as the week is stored.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The id of weekly hours.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct HoursId(pub i64);

impl From<HoursId> for i64 {
    fn from(id: HoursId) -> Self {
        id.0
    }
}

/// The id of an exception.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ExceptionId(pub i64);

impl From<ExceptionId> for i64 {
    fn from(id: ExceptionId) -> Self {
        id.0
    }
}

/// Hours of one weekday, week after week.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = availability)]
pub struct Hours {
    pub id: HoursId,
    pub doctor_id: DoctorId,
    /// 1 is Monday, 7 Sunday.
    pub day_of_week: i32,
    /// Minutes after midnight on the hospital's clock.
    pub start_minute: i32,
    /// Minutes after midnight, up to 1440: the end of the day.
    pub end_minute: i32,
    pub slot_minutes: i32,
    pub is_active: bool,
    /// The first day on which they hold; open when `None`.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which they hold; open when `None`.
    pub valid_to: Option<NaiveDate>,
    pub version: i32,
}

impl Hours {
    /// Whether somebody works these hours on this day.
    pub fn hold_on(&self, date: NaiveDate) -> bool {
        self.is_active
            && date.weekday().number_from_monday().cast_signed() == self.day_of_week
            && self.valid_from.is_none_or(|from| from <= date)
            && self.valid_to.is_none_or(|to| date <= to)
    }

    /// Whether these hours and new ones would both be worked at some time. Paused hours are in nobody's way.
    pub fn overlaps(&self, input: &HoursInput) -> bool {
        let begins_in_time = |from: Option<NaiveDate>, to: Option<NaiveDate>| match (from, to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        self.is_active
            && input.days.contains(&self.day_of_week)
            && self.start_minute < input.end_minute
            && input.start_minute < self.end_minute
            && begins_in_time(self.valid_from, input.valid_to)
            && begins_in_time(input.valid_from, self.valid_to)
    }

    /// `09:00 – 12:00`.
    pub fn span(&self) -> String {
        format!("{} – {}", minute_text(self.start_minute), minute_text(self.end_minute))
    }

    /// `Monday`.
    pub fn weekday(&self) -> &'static str {
        weekday(self.day_of_week)
    }

    /// How many slots they make on an ordinary day.
    pub fn slots(&self) -> i32 {
        (self.end_minute - self.start_minute) / self.slot_minutes.max(1)
    }

    /// When they hold, as people say it; empty when always.
    pub fn validity(&self) -> String {
        match (self.valid_from, self.valid_to) {
            (None, None) => String::new(),
            (Some(from), None) => format!("from {}", date_text(from)),
            (None, Some(to)) => format!("until {}", date_text(to)),
            (Some(from), Some(to)) => format!("{} to {}", date_text(from), date_text(to)),
        }
    }
}

/// The name of a weekday from 1, Monday.
pub fn weekday(day_of_week: i32) -> &'static str {
    usize::try_from(day_of_week - 1).ok().and_then(|day| WEEKDAYS.get(day)).copied().unwrap_or("")
}

/// What an exception does to the week.
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
pub enum ExceptionKind {
    /// No slots in this time, whatever the week says.
    Off,
    /// Slots beside those of the week.
    Extra,
}

impl ExceptionKind {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "Time off",
            Self::Extra => "Extra hours",
        }
    }

    /// As it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl<DB: Backend> ToSql<Text, DB> for ExceptionKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for ExceptionKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// Time off or extra hours.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = availability_exceptions)]
pub struct Exception {
    pub id: ExceptionId,
    pub doctor_id: DoctorId,
    pub kind: ExceptionKind,
    /// UTC.
    pub starts_at: NaiveDateTime,
    /// UTC.
    pub ends_at: NaiveDateTime,
    /// Only of extra hours.
    pub slot_minutes: i32,
    pub reason: String,
}

/// A time that a doctor can be booked for, booked or not. UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotTime {
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
}
