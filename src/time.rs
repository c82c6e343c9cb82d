//! The hospital's wall clock. Everything is stored in UTC; people see and type the hospital's time.

use std::str::FromStr;

use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub Tz);

impl Zone {
    /// The zone of this name, such as `Europe/Paris`.
    pub fn named(name: &str) -> Option<Self> {
        Tz::from_str(name).ok().map(Self)
    }

    /// The place whose clock it is, for people: `New York` of `America/New_York`.
    pub fn place(self) -> String {
        let name = self.0.name();
        name.rsplit('/').next().unwrap_or(name).replace('_', " ")
    }

    /// What the hospital's clock shows at an instant.
    pub fn local(self, utc: NaiveDateTime) -> NaiveDateTime {
        Utc.from_utc_datetime(&utc).with_timezone(&self.0).naive_local()
    }

    /// The hospital's date at an instant.
    pub fn date(self, utc: NaiveDateTime) -> NaiveDate {
        self.local(utc).date()
    }

    /// The instant at which the hospital's clock shows this time: `None` for the hour that a change to summer time
    /// leaves out, the first of the two where the clock shows it twice.
    pub fn utc(self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.naive_utc()),
            LocalResult::None => None,
        }
    }

    /// [`Zone::utc`], where a time that does not exist means the first instant after the gap.
    pub fn utc_or_later(self, local: NaiveDateTime) -> NaiveDateTime {
        // Gaps are at most a day long (a zone that jumped the date line) and a whole number of minutes.
        (0..=24 * 60).find_map(|minutes| self.utc(local + chrono::TimeDelta::minutes(minutes))).unwrap_or(local)
    }

    /// The instants between which the hospital's calendar shows this date: from, and the first that is past it.
    pub fn day(self, date: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        (self.utc_or_later(date.and_time(NaiveTime::MIN)), self.utc_or_later(next.and_time(NaiveTime::MIN)))
    }

    /// `09:30` on the hospital's clock.
    pub fn time_text(self, utc: NaiveDateTime) -> String {
        self.local(utc).format("%H:%M").to_string()
    }

    /// `21 Nov 2026, 09:30` on the hospital's clock.
    pub fn text(self, utc: NaiveDateTime) -> String {
        self.local(utc).format("%-d %b %Y, %H:%M").to_string()
    }

    /// `Sat 21 Nov 2026, 09:30` on the hospital's clock: where somebody has to come at that time.
    pub fn long_text(self, utc: NaiveDateTime) -> String {
        self.local(utc).format("%a %-d %b %Y, %H:%M").to_string()
    }
}

/// `21 Nov 2026`.
pub fn date_text(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// `Saturday, 21 November 2026`.
pub fn long_date_text(date: NaiveDate) -> String {
    date.format("%A, %-d %B %Y").to_string()
}

/// `09:30` of minutes after midnight; `24:00` for the end of the day.
pub fn minute_text(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Minutes after midnight.
pub fn minute_of(time: NaiveTime) -> i32 {
    i32::try_from(time.num_seconds_from_midnight() / 60).unwrap_or(0)
}

/// A date as browsers send it (`2026-11-21`), within the years that both engines and people understand.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    (1850..=2200).contains(&date.year()).then_some(date)
}

/// A time as browsers send it (`09:30`, also with seconds).
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()
}

/// Whole years between a birthday and a day.
pub fn age(born: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(born).unwrap_or(0)
}

/// An age as clinics say it: days below a month, months below two years, then years.
pub fn age_text(born: NaiveDate, on: NaiveDate) -> String {
    let years = age(born, on);
    if years >= 2 {
        return format!("{years} y");
    }
    let days = (on - born).num_days().max(0);
    if days < 31 {
        return format!("{days} d");
    }
    let months =
        (on.year() - born.year()) * 12 + on.month0() as i32 - born.month0() as i32 - i32::from(on.day() < born.day());
    format!("{months} mo")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a test's own literal")
    }

    #[test]
    fn the_hour_that_does_not_exist_has_no_instant_and_the_double_hour_has_its_first() {
        let paris = Zone::named("Europe/Paris").expect("a real zone");
        assert_eq!(paris.utc(at("2026-03-29 02:30")), None);
        assert_eq!(paris.utc_or_later(at("2026-03-29 02:30")), at("2026-03-29 01:00"));
        assert_eq!(paris.utc(at("2026-10-25 02:30")), Some(at("2026-10-25 00:30")));
        assert_eq!(paris.day(at("2026-03-29 12:00").date()), (at("2026-03-28 23:00"), at("2026-03-29 22:00")));
    }

    #[test]
    fn a_zone_is_called_by_its_place() {
        assert_eq!(Zone::named("America/New_York").map(Zone::place).as_deref(), Some("New York"));
        assert_eq!(Zone::named("America/Argentina/Buenos_Aires").map(Zone::place).as_deref(), Some("Buenos Aires"));
        assert_eq!(Zone::named("UTC").map(Zone::place).as_deref(), Some("UTC"));
    }

    #[test]
    fn ages_are_said_as_clinics_say_them() {
        let born = parse_date("2024-01-31").expect("a date");
        let on = |text| parse_date(text).expect("a date");
        assert_eq!(age_text(born, on("2024-02-10")), "10 d");
        assert_eq!(age_text(born, on("2024-06-30")), "4 mo");
        assert_eq!(age_text(born, on("2026-01-30")), "23 mo");
        assert_eq!(age_text(born, on("2026-01-31")), "2 y");
    }
}
