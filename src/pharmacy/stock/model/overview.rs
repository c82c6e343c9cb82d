//! How much of a medicine there is, and what needs attention.

use std::str::FromStr;

use chrono::{Days, NaiveDate};

use crate::medicines::model::Medicine;

/// How much of a medicine there is, next to what there should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Enough,
    /// Less than the units below which it is to be ordered.
    Low,
    /// Nothing that may be given to a patient.
    Out,
    /// It was never here, and nobody said that it should be.
    NotStocked,
}

impl Level {
    /// The level of `on_hand` usable units. `was_here` tells whether a batch of it was ever received.
    pub fn of(on_hand: i64, minimum: i32, was_here: bool) -> Self {
        match on_hand {
            0 if minimum == 0 && !was_here => Self::NotStocked,
            0 => Self::Out,
            _ if on_hand < i64::from(minimum) => Self::Low,
            _ => Self::Enough,
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Enough => "Enough",
            Self::Low => "Low",
            Self::Out => "Out",
            Self::NotStocked => "Not stocked",
        }
    }

    /// The sign that stands for it.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Enough => "check",
            Self::Low => "alert-triangle",
            Self::Out => "circle-x",
            Self::NotStocked => "minus",
        }
    }

    /// The colour of its badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Enough => "success",
            Self::Low => "warning",
            Self::Out => "danger",
            Self::NotStocked => "quiet",
        }
    }

    /// The colour of its figure.
    pub fn stat_kind(self) -> &'static str {
        if self == Self::NotStocked { "primary" } else { self.kind() }
    }
}

/// What the overview is narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Show {
    /// What is here or should be.
    #[default]
    Stocked,
    Low,
    Out,
    /// The whole catalogue.
    All,
}

impl Show {
    /// What an address asks for; what is stocked when it asks for nothing we know.
    pub fn asked(text: &str) -> Self {
        Self::from_str(text).unwrap_or_default()
    }

    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Stocked => "Stocked",
            Self::Low => "Low",
            Self::Out => "Out",
            Self::All => "Whole catalogue",
        }
    }
}

/// What the list of expiries is narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
pub enum Within {
    /// Past its day and still on the shelf.
    #[strum(serialize = "expired")]
    Expired,
    #[strum(serialize = "7")]
    Week,
    #[strum(serialize = "30")]
    Month,
    #[default]
    #[strum(serialize = "90")]
    Quarter,
    /// Called back and still on the shelf, whatever its day.
    #[strum(serialize = "recalled")]
    Recalled,
}

impl Within {
    /// What an address asks for; the longest time when it asks for nothing we know.
    pub fn asked(text: &str) -> Self {
        Self::from_str(text).unwrap_or_default()
    }

    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Expired => "Expired",
            Self::Week => "Within 7 days",
            Self::Month => "Within 30 days",
            Self::Quarter => "Within 90 days",
            Self::Recalled => "Recalled",
        }
    }

    /// The shortest time that holds a day; `None` for one that is far away.
    pub fn of(day: NaiveDate, today: NaiveDate) -> Option<Self> {
        match (day - today).num_days() {
            ..0 => Some(Self::Expired),
            0..=7 => Some(Self::Week),
            8..=30 => Some(Self::Month),
            31..=90 => Some(Self::Quarter),
            _ => None,
        }
    }

    /// The last day that counts; `None` for what is not about days to come.
    pub fn until(self, today: NaiveDate) -> Option<NaiveDate> {
        let days = match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Expired | Self::Recalled => return None,
        };
        today.checked_add_days(Days::new(days))
    }
}

/// How urgent an expiry is: a colour, a sign and words; `None` for a day that is far away.
pub fn expiry_mark(expires_on: NaiveDate, today: NaiveDate) -> Option<(&'static str, &'static str, String)> {
    let days = (expires_on - today).num_days();
    match days {
        ..0 => Some(("danger", "calendar-off", "Expired".to_owned())),
        0 => Some(("danger", "hourglass-high", "Last day".to_owned())),
        1 => Some(("danger", "hourglass-high", "1 day left".to_owned())),
        2..=7 => Some(("danger", "hourglass-high", format!("{days} days left"))),
        8..=30 => Some(("warning", "hourglass", format!("{days} days left"))),
        31..=90 => Some(("info", "hourglass", format!("{days} days left"))),
        _ => None,
    }
}

/// A medicine in the overview.
#[derive(Clone, Debug)]
pub struct StockRow {
    pub medicine: Medicine,
    /// Units that may be given to patients.
    pub on_hand: i64,
    pub level: Level,
    /// When the first of them expires.
    pub next_expiry: Option<NaiveDate>,
    /// Units on the shelf whose day is past.
    pub expired: i64,
    /// Units on the shelf that are called back.
    pub recalled: i64,
}

/// What needs attention. Medicines for `low` and `out`, batches with something in them for the rest; each time to come
/// holds the shorter ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    pub low: i64,
    pub out: i64,
    pub expired: i64,
    pub within_7: i64,
    pub within_30: i64,
    pub within_90: i64,
    pub recalled: i64,
}

impl Alerts {
    /// What needs attention in a line: `2 medicines out, 1 batch expired`. Empty when nothing does.
    pub fn words(&self) -> String {
        let parts = [
            (self.out, "medicine out", "medicines out"),
            (self.low, "medicine low", "medicines low"),
            (self.expired, "batch expired on the shelf", "batches expired on the shelf"),
            (self.within_30, "batch expires within 30 days", "batches expire within 30 days"),
            (self.recalled, "recalled batch on the shelf", "recalled batches on the shelf"),
        ];
        let said = parts.into_iter().filter(|(count, ..)| *count > 0);
        let said = said.map(|(count, one, more)| format!("{count} {}", if count == 1 { one } else { more }));
        said.collect::<Vec<_>>().join(", ")
    }

    /// The shortest time within which something expires; the longest when nothing does.
    pub fn nearest(&self) -> Within {
        match (self.within_7, self.within_30) {
            (0, 0) => Within::Quarter,
            (0, _) => Within::Month,
            _ => Within::Week,
        }
    }
}

/// The colour of a figure that should be nothing.
pub fn alarm(count: i64, kind: &'static str) -> &'static str {
    if count == 0 { "success" } else { kind }
}

/// For how many days the units on hand last at this use; `None` when nothing was used.
pub fn days_left(on_hand: i64, used: i64, in_days: i64) -> Option<i64> {
    (used > 0).then(|| on_hand.max(0).saturating_mul(in_days) / used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_what_may_be_given_next_to_what_should_be_there() {
        assert_eq!(Level::of(0, 0, false), Level::NotStocked);
        assert_eq!(Level::of(0, 0, true), Level::Out);
        assert_eq!(Level::of(0, 10, false), Level::Out);
        assert_eq!(Level::of(9, 10, true), Level::Low);
        assert_eq!(Level::of(10, 10, true), Level::Enough);
        assert_eq!(Level::of(1, 0, true), Level::Enough);
    }

    #[test]
    fn an_expiry_is_marked_the_more_the_nearer_it_is() {
        let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal");
        let today = day("2026-06-15");
        let words = |text| expiry_mark(day(text), today).map(|(_, _, words)| words);
        assert_eq!(words("2026-06-14").as_deref(), Some("Expired"));
        assert_eq!(words("2026-06-15").as_deref(), Some("Last day"));
        assert_eq!(words("2026-06-22").as_deref(), Some("7 days left"));
        assert_eq!(words("2026-09-13").as_deref(), Some("90 days left"));
        assert_eq!(words("2026-09-14"), None);
    }

    #[test]
    fn a_day_is_within_the_shortest_time_that_holds_it() {
        let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal");
        let today = day("2026-06-15");
        let within = |text| Within::of(day(text), today);
        assert_eq!(within("2026-06-14"), Some(Within::Expired));
        assert_eq!(within("2026-06-15"), Some(Within::Week));
        for time in [Within::Week, Within::Month, Within::Quarter] {
            let last = time.until(today).expect("a time to come");
            assert_eq!(Within::of(last, today), Some(time));
            assert_ne!(Within::of(last + Days::new(1), today), Some(time));
        }
        assert_eq!(within("2026-09-14"), None);
    }

    #[test]
    fn what_needs_attention_is_said_in_a_line() {
        assert_eq!(Alerts::default().words(), "");
        let alerts = Alerts { low: 2, expired: 1, within_90: 9, ..Alerts::default() };
        assert_eq!(alerts.words(), "2 medicines low, 1 batch expired on the shelf");
        assert_eq!(alerts.nearest(), Within::Quarter);
    }

    #[test]
    fn stock_lasts_as_long_as_it_was_used() {
        assert_eq!(days_left(100, 90, 90), Some(100));
        assert_eq!(days_left(10, 0, 90), None);
        assert_eq!(days_left(10, -3, 90), None);
        assert_eq!(days_left(0, 5, 90), Some(0));
    }
}
