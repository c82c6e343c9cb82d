//! A span of the hospital's days, and how it is cut into days and months.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime};

use crate::time::{Zone, date_text};
use crate::web::Form;

/// From a day to a day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// A part of a period with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub period: Period,
    /// Under a bar.
    pub short: String,
    /// In a table.
    pub long: String,
}

/// The longest period that is looked at, in days.
const LONGEST: i64 = 3_660;
/// The longest period that is shown day by day.
pub const MOST_DAYS: i64 = 366;

/// The periods that are one click away, as value and label.
pub const PRESETS: [(&str, &str); 5] = [
    ("today", "Today"),
    ("week", "This week"),
    ("month", "This month"),
    ("last_month", "Last month"),
    ("year", "This year"),
];

impl Period {
    /// One of [`PRESETS`]; `None` for a name that is none.
    pub fn preset(name: &str, today: NaiveDate) -> Option<Self> {
        let first = today.with_day(1)?;
        let (from, to) = match name {
            "today" => (today, today),
            "week" => {
                let monday = today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
                (monday, monday.checked_add_days(Days::new(6))?)
            }
            "month" => (first, first.checked_add_months(Months::new(1))?.pred_opt()?),
            "last_month" => (first.checked_sub_months(Months::new(1))?, first.pred_opt()?),
            "year" => (NaiveDate::from_ymd_opt(today.year(), 1, 1)?, NaiveDate::from_ymd_opt(today.year(), 12, 31)?),
            _ => return None,
        };
        Some(Self { from, to })
    }

    /// Reads `preset`, or `from` and `to`; without any, this month. What is wrong stands in the form afterwards, and
    /// the form shows the period that was taken.
    pub fn read(form: &mut Form, today: NaiveDate) -> Self {
        let usual = Self::preset("month", today).unwrap_or(Self { from: today, to: today });
        let (from, to) = (form.date("from"), form.date("to"));
        let period = match Self::preset(form.value("preset"), today) {
            Some(preset) => preset,
            None => Self {
                from: from.unwrap_or(usual.from),
                to: to.unwrap_or(if from.is_some() { today } else { usual.to }),
            },
        };
        if period.to < period.from {
            form.refuse_field("to", "The end is before the beginning.");
        } else if period.days_count() > LONGEST {
            form.refuse_field("to", "At most ten years at once.");
        }
        if form.is_valid() { period } else { usual }
    }

    /// How many days it has.
    pub fn days_count(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// From its first instant to the first that is past it, in UTC.
    pub fn span(self, zone: Zone) -> (NaiveDateTime, NaiveDateTime) {
        (zone.day(self.from).0, zone.day(self.to).1)
    }

    /// Its days.
    pub fn days(self) -> Vec<Step> {
        let days = self.from.iter_days().take_while(|day| *day <= self.to);
        days.map(|day| Step {
            period: Self { from: day, to: day },
            short: day.format("%-d %b").to_string(),
            long: day.format("%a %-d %b %Y").to_string(),
        })
        .collect()
    }

    /// Its months, the first and the last as far as they are in it.
    pub fn months(self) -> Vec<Step> {
        let mut months = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let next = from.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
            let last = next.and_then(|next| next.pred_opt()).map_or(self.to, |last| last.min(self.to));
            months.push(Step {
                period: Self { from, to: last },
                short: from.format("%b %y").to_string(),
                long: from.format("%B %Y").to_string(),
            });
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        months
    }

    /// `1 Nov 2026 – 30 Nov 2026`, or the one day.
    pub fn words(self) -> String {
        if self.from == self.to {
            date_text(self.from)
        } else {
            format!("{} \u{2013} {}", date_text(self.from), date_text(self.to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        crate::time::parse_date(text).expect("a test's own literal")
    }

    #[test]
    fn presets_are_whole_weeks_months_and_years() {
        let of = |name: &str, today: &str| {
            let period = Period::preset(name, day(today)).expect("a preset");
            (period.from.to_string(), period.to.to_string())
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(of("week", "2026-06-21"), pair("2026-06-15", "2026-06-21"));
        assert_eq!(of("month", "2028-02-10"), pair("2028-02-01", "2028-02-29"));
        assert_eq!(of("last_month", "2026-01-31"), pair("2025-12-01", "2025-12-31"));
        assert_eq!(of("year", "2026-06-15"), pair("2026-01-01", "2026-12-31"));
        assert_eq!(Period::preset("decade", day("2026-06-15")), None);
    }

    #[test]
    fn a_period_is_cut_into_all_of_its_days_and_months() {
        let period = Period { from: day("2026-01-30"), to: day("2026-03-02") };
        assert_eq!(period.days().len(), 32);
        let months: Vec<(String, i64)> =
            period.months().into_iter().map(|step| (step.long, step.period.days_count())).collect();
        let expected = [("January 2026", 2), ("February 2026", 28), ("March 2026", 2)];
        assert_eq!(months, expected.map(|(name, days)| (name.to_owned(), days)));
    }

    #[test]
    fn what_is_no_period_is_said_and_the_month_is_shown() {
        let read = |from: &str, to: &str| {
            let mut form = Form::of([("from", from.to_owned()), ("to", to.to_owned())]);
            let period = Period::read(&mut form, day("2026-06-15"));
            (period.from.to_string(), form.errors.first().map(|error| error.field.clone()))
        };
        assert_eq!(read("2026-06-10", ""), ("2026-06-10".to_owned(), None));
        assert_eq!(read("", ""), ("2026-06-01".to_owned(), None));
        for (from, to, field) in
            [("2026-02-30", "", "from"), ("2026-06-10", "2026-06-09", "to"), ("1900-01-01", "2026-01-01", "to")]
        {
            assert_eq!(read(from, to), ("2026-06-01".to_owned(), Some(field.to_owned())));
        }
    }
}
