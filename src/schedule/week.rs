//! The days that hours and exceptions come to, as people look at them.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::model::{Exception, ExceptionKind, SlotTime};
use crate::time::{Zone, minute_of};

/// How many days are shown at once.
pub const DAYS: u64 = 7;

/// One day of a doctor's week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    /// `Mon 15 Jun`.
    pub label: String,
    pub is_today: bool,
    /// What is worked without a pause.
    pub spans: Vec<Span>,
    /// How many slots the day has, booked ones too.
    pub slots: usize,
    /// How many live appointments begin on it.
    pub booked: usize,
    /// Why there is time off, or `Time off`; empty when there is none.
    pub off: String,
}

/// Work without a pause, on the hospital's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `09:00 – 12:00`.
    pub text: String,
    /// Minutes after midnight, for drawing.
    pub start_minute: i32,
    /// For drawing: what goes beyond midnight is cut off.
    pub minutes: i32,
}

/// The last day that is shown with this first one.
pub fn last_day(from: NaiveDate) -> NaiveDate {
    from.checked_add_days(Days::new(DAYS - 1)).unwrap_or(from)
}

/// The days from `from`, with their slots (`times`), their time off and the beginnings of their appointments.
pub fn days(
    zone: Zone,
    from: NaiveDate,
    today: NaiveDate,
    times: &[SlotTime],
    exceptions: &[Exception],
    booked: &[NaiveDateTime],
) -> Vec<Day> {
    let shown = from.iter_days().take_while(|date| *date <= last_day(from));
    let day = |date: NaiveDate| {
        let (begin, end) = zone.day(date);
        let of_day: Vec<SlotTime> =
            times.iter().filter(|slot| begin <= slot.starts_at && slot.starts_at < end).copied().collect();
        let off = exceptions
            .iter()
            .find(|e| e.kind == ExceptionKind::Off && e.starts_at < end && e.ends_at > begin)
            .map(|e| if e.reason.is_empty() { e.kind.label().to_owned() } else { e.reason.clone() });
        Day {
            date,
            label: date.format("%a %-d %b").to_string(),
            is_today: date == today,
            spans: spans(zone, &of_day),
            slots: of_day.len(),
            booked: booked.iter().filter(|at| begin <= **at && **at < end).count(),
            off: off.unwrap_or_default(),
        }
    };
    shown.map(day).collect()
}

/// Joins slots that follow each other without a pause.
fn spans(zone: Zone, slots: &[SlotTime]) -> Vec<Span> {
    let mut joined: Vec<SlotTime> = Vec::new();
    for slot in slots {
        match joined.last_mut() {
            Some(last) if last.ends_at == slot.starts_at => last.ends_at = slot.ends_at,
            _ => joined.push(*slot),
        }
    }
    let span = |work: SlotTime| {
        let start_minute = minute_of(zone.local(work.starts_at).time());
        let minutes = i32::try_from((work.ends_at - work.starts_at).num_minutes()).unwrap_or(0);
        Span {
            text: format!("{} – {}", zone.time_text(work.starts_at), zone.time_text(work.ends_at)),
            start_minute,
            minutes: minutes.min(24 * 60 - start_minute),
        }
    };
    joined.into_iter().map(span).collect()
}

/// The first days of the weeks before and after.
pub fn neighbours(from: NaiveDate) -> (NaiveDate, NaiveDate) {
    let week = TimeDelta::days(7);
    (from - week, from + week)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctors::model::DoctorId;
    use crate::schedule::model::{Hours, HoursId};
    use crate::schedule::slots::slots;

    #[test]
    fn a_week_shows_its_sessions_time_off_and_bookings() {
        let zone = Zone::named("Europe/Paris").expect("a real zone");
        let monday = NaiveDate::from_ymd_opt(2026, 6, 15).expect("a date");
        let session = |start: i32, end: i32| Hours {
            id: HoursId(1),
            doctor_id: DoctorId(1),
            day_of_week: 1,
            start_minute: start * 60,
            end_minute: end * 60,
            slot_minutes: 30,
            is_active: true,
            valid_from: None,
            valid_to: None,
            version: 1,
        };
        let times = slots(zone, monday, last_day(monday), &[session(9, 12), session(14, 16)], &[]);
        let week = days(zone, monday, monday, &times, &[], &[times[0].starts_at]);
        assert_eq!(week.len(), 7);
        let texts: Vec<&str> = week[0].spans.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["09:00 – 12:00", "14:00 – 16:00"]);
        assert_eq!((week[0].slots, week[0].booked, week[0].is_today), (10, 1, true));
        assert_eq!((week[0].spans[1].start_minute, week[0].spans[1].minutes), (840, 120));
        assert_eq!((week[1].slots, week[1].is_today), (0, false));
    }
}
