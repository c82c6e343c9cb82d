//! When a made-up doctor works: two sessions a day on five days a week, holidays and other exceptions.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::rng::Rng;
use super::{Options, rows};
use crate::time::Zone;

const LEAVE: u64 = 5;

/// Days of the week on which a doctor works, 1 = Monday: most from Monday to Friday, but somebody on every day.
pub(super) const WEEKS: [[i32; 5]; 6] =
    [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [1, 4, 5, 6, 7]];

/// Morning and afternoon, in minutes after midnight.
pub(super) const SESSIONS: [[(i32, i32); 2]; 4] = [
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
    pub days: [i32; 5],
    pub sessions: [(i32, i32); 2],
    pub slot_minutes: i32,
    /// Days off with the reason, and days of extra hours in the morning.
    pub exceptions: BTreeMap<NaiveDate, Change>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Off(&'static str),
    Extra,
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

/// Holidays, sick days, conferences, and an extra morning now and then, in the last two years and the next weeks.
pub(super) fn leave(options: &Options, index: usize, days: &[i32; 5]) -> BTreeMap<NaiveDate, Change> {
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
pub(super) fn exceptions(doctor: &Doctor, zone: Zone) -> Vec<rows::Exception> {
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
