//! The life cycle of an appointment, and the words for its parts.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use crate::db::text;

/// Where an appointment stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum AppointmentStatus {
    Scheduled,
    Confirmed,
    CheckedIn,
    InProgress,
    Completed,
    Cancelled,
    NoShow,
}

impl AppointmentStatus {
    /// Those that take a doctor's and a patient's time. The database's rules against overlaps name the same four.
    pub const LIVE: [Self; 4] = [Self::Scheduled, Self::Confirmed, Self::CheckedIn, Self::InProgress];

    /// Whether the life cycle leads from this state to `next` in one step.
    pub fn may_become(self, next: Self) -> bool {
        use AppointmentStatus::{Cancelled, CheckedIn, Completed, Confirmed, InProgress, NoShow, Scheduled};
        matches!(
            (self, next),
            (Scheduled, Confirmed | Cancelled | NoShow)
                | (Confirmed, CheckedIn | Cancelled | NoShow)
                | (CheckedIn, InProgress | Cancelled)
                | (InProgress, Completed)
        )
    }

    /// Whether it takes the doctor's and the patient's time.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Whether the patient has not come yet, so that it can still be moved.
    pub fn is_booked(self) -> bool {
        matches!(self, Self::Scheduled | Self::Confirmed)
    }

    /// The state as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The state as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Scheduled => "Booked",
            Self::Confirmed => "Confirmed",
            Self::CheckedIn => "Waiting",
            Self::InProgress => "With the doctor",
            Self::Completed => "Done",
            Self::Cancelled => "Cancelled",
            Self::NoShow => "Did not come",
        }
    }

    /// The state within a sentence: "it is …".
    pub fn words(self) -> &'static str {
        match self {
            Self::Scheduled => "booked and not confirmed yet",
            Self::Confirmed => "confirmed",
            Self::CheckedIn => "checked in and waiting",
            Self::InProgress => "with the doctor",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "marked as not come",
        }
    }

    /// The state's picture beside its label.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Scheduled => "calendar-event",
            Self::Confirmed => "calendar-check",
            Self::CheckedIn => "hourglass",
            Self::InProgress => "stethoscope",
            Self::Completed => "circle-check",
            Self::Cancelled => "calendar-off",
            Self::NoShow => "user-off",
        }
    }

    /// The kind of badge (`ui::badge`) and of the board's column.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Scheduled => "neutral",
            Self::Confirmed => "info",
            Self::CheckedIn => "warning",
            Self::InProgress => "primary",
            Self::Completed => "success",
            Self::Cancelled => "quiet",
            Self::NoShow => "danger",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for AppointmentStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for AppointmentStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// The way an appointment was made.
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
pub enum Channel {
    Online,
    Desk,
    Phone,
    WalkIn,
    FollowUp,
}

impl Channel {
    /// The channel as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The channel as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Online => "Online",
            Self::Desk => "At the desk",
            Self::Phone => "By phone",
            Self::WalkIn => "Walk-in",
            Self::FollowUp => "Follow-up",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for Channel
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Channel
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// What a step in the history was.
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
pub enum EventKind {
    Booked,
    Confirmed,
    CheckedIn,
    Started,
    Completed,
    Cancelled,
    NoShow,
    Rescheduled,
}

impl EventKind {
    /// The step as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Booked => "Booked",
            Self::Confirmed => "Confirmed",
            Self::CheckedIn => "Checked in",
            Self::Started => "Went in to the doctor",
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::NoShow => "Did not come",
            Self::Rescheduled => "Moved",
        }
    }

    /// The step's picture.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Booked => "calendar-plus",
            Self::Confirmed => "calendar-check",
            Self::CheckedIn => "hourglass",
            Self::Started => "stethoscope",
            Self::Completed => "circle-check",
            Self::Cancelled => "calendar-off",
            Self::NoShow => "user-off",
            Self::Rescheduled => "calendar-time",
        }
    }

    /// The stored word, which is also the audit log's verb.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl<DB: Backend> ToSql<Text, DB> for EventKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for EventKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::AppointmentStatus::{self, Cancelled, CheckedIn, Completed, Confirmed, InProgress, NoShow, Scheduled};

    #[test]
    fn the_life_cycle_is_the_one_of_the_domain_and_no_step_can_be_skipped() {
        let allowed = [
            (Scheduled, Confirmed),
            (Scheduled, Cancelled),
            (Scheduled, NoShow),
            (Confirmed, CheckedIn),
            (Confirmed, Cancelled),
            (Confirmed, NoShow),
            (CheckedIn, InProgress),
            (CheckedIn, Cancelled),
            (InProgress, Completed),
        ];
        for &from in AppointmentStatus::VARIANTS {
            for &to in AppointmentStatus::VARIANTS {
                assert_eq!(from.may_become(to), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }
}
