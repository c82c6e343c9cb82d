//! Making slots of hours: the pure rule, without the database.
//!
//! Slots are counted on the hospital's wall clock and then placed in time. So a slot of an hour that the change to
//! summer time leaves out is not made, and the hour that the change back shows twice makes each of its slots once.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::model::{Exception, ExceptionKind, Hours, SlotTime};
use crate::time::{Zone, minute_of};

/// The slots of the hospital's dates `from` to `to`, both included, in order. Those of the week that time off touches
/// are left out; extra hours add theirs, also within time off, wherever no other slot stands.
pub fn slots(zone: Zone, from: NaiveDate, to: NaiveDate, hours: &[Hours], exceptions: &[Exception]) -> Vec<SlotTime> {
    let mut made = Vec::new();
    for date in from.iter_days().take_while(|date| *date <= to) {
        for hours in hours.iter().filter(|hours| hours.hold_on(date)) {
            let midnight = date.and_time(NaiveTime::MIN);
            let at = |minute| midnight + TimeDelta::minutes(i64::from(minute));
            made.extend(cut(zone, at(hours.start_minute), at(hours.end_minute), hours.slot_minutes));
        }
    }
    let (off, extra): (Vec<&Exception>, Vec<&Exception>) =
        exceptions.iter().partition(|exception| exception.kind == ExceptionKind::Off);
    made.retain(|slot| !off.iter().any(|off| slot.starts_at < off.ends_at && slot.ends_at > off.starts_at));

    let (begin, end) = (zone.day(from).0, zone.day(to).1);
    let mut made: BTreeSet<SlotTime> = made.into_iter().collect();
    // What a slot can touch began no longer before it than the longest one lasts: so each looks at its neighbours only.
    let lengths = made.iter().map(|slot| slot.ends_at - slot.starts_at).max().into_iter();
    let longest = lengths.chain(extra.iter().map(|extra| slot_length(extra.slot_minutes))).max().unwrap_or_default();
    for extra in extra {
        for slot in cut_within(zone, extra, from, to).filter(|slot| begin <= slot.starts_at && slot.starts_at < end) {
            let earliest = SlotTime { starts_at: slot.starts_at - longest, ends_at: NaiveDateTime::MIN };
            let mut near = made.range(earliest..).take_while(|other| other.starts_at < slot.ends_at);
            if near.all(|other| other.ends_at <= slot.starts_at) {
                made.insert(slot);
            }
        }
    }
    made.into_iter().collect()
}

/// The slots of extra hours that can begin on the hospital's dates `from` to `to`. Those before are not counted one by
/// one, and a day more on either side leaves room for changes of the clock.
fn cut_within(zone: Zone, extra: &Exception, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = SlotTime> {
    let (mut starts, ends) = (zone.local(extra.starts_at), zone.local(extra.ends_at));
    let length = slot_length(extra.slot_minutes);
    let eve = from.and_time(NaiveTime::MIN) - TimeDelta::days(1);
    if starts < eve {
        let before = (eve - starts).num_minutes() / length.num_minutes();
        starts += TimeDelta::minutes(before * length.num_minutes());
    }
    let last = to.and_time(NaiveTime::MIN) + TimeDelta::days(2);
    cut(zone, starts, ends, extra.slot_minutes).take_while(move |slot| zone.local(slot.starts_at) < last)
}

fn slot_length(minutes: i32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes.max(1)))
}

/// The slots between two wall-clock times. What is left over at the end is too short for one.
fn cut(zone: Zone, from: NaiveDateTime, to: NaiveDateTime, minutes: i32) -> impl Iterator<Item = SlotTime> {
    let length = slot_length(minutes);
    let starts = std::iter::successors(Some(from), move |start| Some(*start + length));
    starts.take_while(move |start| *start + length <= to).filter_map(move |start| {
        let last_minute = TimeDelta::minutes(1);
        let starts_at = zone.utc(start)?;
        let until = zone.utc(start + length - last_minute)? + last_minute;
        // A slot into which the missing hour falls would reach into the next one.
        (until - starts_at >= length).then_some(SlotTime { starts_at, ends_at: starts_at + length })
    })
}

/// Whether a doctor works from one instant to another: within extra hours, or within weekly hours and no time off.
pub fn covers(zone: Zone, from: NaiveDateTime, to: NaiveDateTime, hours: &[Hours], exceptions: &[Exception]) -> bool {
    let is_extra = |e: &Exception| e.kind == ExceptionKind::Extra && e.starts_at <= from && to <= e.ends_at;
    let is_off = |e: &Exception| e.kind == ExceptionKind::Off && e.starts_at < to && e.ends_at > from;
    if exceptions.iter().any(is_extra) {
        return true;
    }
    if exceptions.iter().any(is_off) {
        return false;
    }
    let local = zone.local(from);
    let start = minute_of(local.time());
    let end = i64::from(start) + (to - from).num_minutes();
    hours.iter().any(|h| h.hold_on(local.date()) && h.start_minute <= start && end <= i64::from(h.end_minute))
}

/// The Monday of the week that a day is in.
pub fn monday(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctors::model::DoctorId;
    use crate::schedule::model::{ExceptionId, HoursId};

    const SUNDAY: i32 = 7;
    const MONDAY: i32 = 1;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a real zone")
    }

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal")
    }

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a test's own literal")
    }

    /// Hours from `start` to `end` o'clock.
    fn hours(day_of_week: i32, start: i32, end: i32, slot_minutes: i32) -> Hours {
        Hours {
            id: HoursId(1),
            doctor_id: DoctorId(1),
            day_of_week,
            start_minute: start * 60,
            end_minute: end * 60,
            slot_minutes,
            is_active: true,
            valid_from: None,
            valid_to: None,
            version: 1,
        }
    }

    /// An exception between two times of UTC.
    fn exception(kind: ExceptionKind, from: &str, to: &str) -> Exception {
        Exception {
            id: ExceptionId(1),
            doctor_id: DoctorId(1),
            kind,
            starts_at: at(from),
            ends_at: at(to),
            slot_minutes: 30,
            reason: String::new(),
        }
    }

    /// The beginnings of the slots on the hospital's clock.
    fn clock(zone: Zone, slots: &[SlotTime]) -> Vec<String> {
        slots.iter().map(|slot| zone.local(slot.starts_at).format("%d %H:%M").to_string()).collect()
    }

    fn are_in_order_and_apart(slots: &[SlotTime]) -> bool {
        slots.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at)
    }

    #[test]
    fn the_hour_that_does_not_exist_makes_no_slot() {
        let paris = zone("Europe/Paris");
        let date = day("2026-03-29");
        let made = slots(paris, date, date, &[hours(SUNDAY, 1, 4, 30)], &[]);
        assert_eq!(clock(paris, &made), ["29 01:00", "29 01:30", "29 03:00", "29 03:30"]);
        assert_eq!(made[1].ends_at, made[2].starts_at, "half past one ends when three begins");
        // Slots that the gap would shorten are not made either, so none reaches into the next.
        for length in [20, 25, 40, 50, 90, 180, 240] {
            let made = slots(paris, date, date, &[hours(SUNDAY, 0, 12, length)], &[]);
            assert!(are_in_order_and_apart(&made), "{length} minutes: {made:?}");
            assert!(made.iter().all(|s| s.ends_at - s.starts_at == TimeDelta::minutes(i64::from(length))));
        }
    }

    #[test]
    fn the_hour_that_exists_twice_makes_each_slot_once() {
        let paris = zone("Europe/Paris");
        let date = day("2026-10-25");
        let made = slots(paris, date, date, &[hours(SUNDAY, 1, 4, 30)], &[]);
        assert_eq!(
            clock(paris, &made),
            ["25 01:00", "25 01:30", "25 02:00", "25 02:30", "25 03:00", "25 03:30"],
            "each time of the clock once"
        );
        assert!(are_in_order_and_apart(&made));
        // 02:30 is the first of the two, in summer time.
        assert_eq!(made[3].starts_at, at("2026-10-25 00:30"));
        // Extra hours are counted on the same clock.
        let extra = [exception(ExceptionKind::Extra, "2026-10-24 23:00", "2026-10-25 03:00")];
        assert_eq!(slots(paris, date, date, &[], &extra), made);
    }

    #[test]
    fn nine_o_clock_stays_nine_over_the_year() {
        let paris = zone("Europe/Paris");
        let week = [hours(MONDAY, 9, 10, 60)];
        let made = slots(paris, day("2026-03-23"), day("2026-03-30"), &week, &[]);
        assert_eq!(clock(paris, &made), ["23 09:00", "30 09:00"]);
        assert_eq!(made[0].starts_at, at("2026-03-23 08:00"));
        assert_eq!(made[1].starts_at, at("2026-03-30 07:00"));
    }

    #[test]
    fn two_sessions_a_day_leave_the_pause_between_them_free() {
        let paris = zone("Europe/Paris");
        let date = day("2026-06-15");
        let week = [hours(MONDAY, 14, 15, 20), hours(MONDAY, 9, 10, 25)];
        let made = slots(paris, date, date, &week, &[]);
        assert_eq!(clock(paris, &made), ["15 09:00", "15 09:25", "15 14:00", "15 14:20", "15 14:40"]);
    }

    #[test]
    fn time_off_across_midnight_takes_from_both_days() {
        let paris = zone("Europe/Paris");
        let week = [hours(MONDAY, 20, 24, 60), hours(2, 0, 4, 60)];
        // From 22:30 on Monday to 01:30 on Tuesday, in the hospital.
        let off = [exception(ExceptionKind::Off, "2026-06-15 20:30", "2026-06-15 23:30")];
        let made = slots(paris, day("2026-06-15"), day("2026-06-16"), &week, &off);
        assert_eq!(clock(paris, &made), ["15 20:00", "15 21:00", "16 02:00", "16 03:00"]);
        // Each day asked for by itself gives its own part.
        let tuesday = slots(paris, day("2026-06-16"), day("2026-06-16"), &week, &off);
        assert_eq!(clock(paris, &tuesday), ["16 02:00", "16 03:00"]);
    }

    #[test]
    fn hours_hold_from_their_first_day_to_their_last() {
        let paris = zone("Europe/Paris");
        let mut week = hours(MONDAY, 9, 10, 60);
        week.valid_from = Some(day("2026-06-15"));
        week.valid_to = Some(day("2026-06-22"));
        let made = slots(paris, day("2026-06-01"), day("2026-07-31"), &[week.clone()], &[]);
        assert_eq!(clock(paris, &made), ["15 09:00", "22 09:00"]);
        week.is_active = false;
        assert_eq!(slots(paris, day("2026-06-01"), day("2026-07-31"), &[week], &[]), []);
    }

    #[test]
    fn extra_hours_add_to_the_week_and_never_double_it() {
        let paris = zone("Europe/Paris");
        let sunday = day("2026-06-14");
        let outside = [exception(ExceptionKind::Extra, "2026-06-14 08:00", "2026-06-14 09:15")];
        let made = slots(paris, sunday, sunday, &[hours(MONDAY, 9, 12, 30)], &outside);
        assert_eq!(clock(paris, &made), ["14 10:00", "14 10:30"], "what is left over is too short for a slot");
        // Over the week's own hours: 11:30 to 13:00 in the hospital, of which half is there already.
        let monday = day("2026-06-15");
        let over = [exception(ExceptionKind::Extra, "2026-06-15 09:30", "2026-06-15 11:00")];
        let made = slots(paris, monday, monday, &[hours(MONDAY, 11, 12, 20)], &over);
        assert!(are_in_order_and_apart(&made));
        assert_eq!(clock(paris, &made), ["15 11:00", "15 11:20", "15 11:40", "15 12:00", "15 12:30"]);
        // Extra hours within time off are kept: somebody asked for just these.
        let both = [
            exception(ExceptionKind::Off, "2026-06-14 22:00", "2026-06-15 22:00"),
            over.into_iter().next().expect("one"),
        ];
        let made = slots(paris, monday, monday, &[hours(MONDAY, 9, 17, 20)], &both);
        assert_eq!(clock(paris, &made), ["15 11:30", "15 12:00", "15 12:30"]);
    }

    #[test]
    fn a_month_of_extra_hours_is_the_same_seen_day_by_day() {
        let paris = zone("Europe/Paris");
        // Over the change to winter time, beside the week's own hours.
        let week = [hours(MONDAY, 9, 12, 25), hours(SUNDAY, 1, 4, 30)];
        let mut extra = exception(ExceptionKind::Extra, "2026-10-10 06:10", "2026-11-10 06:10");
        for length in [5, 7, 45, 240] {
            extra.slot_minutes = length;
            let extra = std::slice::from_ref(&extra);
            let (first, last) = (day("2026-10-09"), day("2026-11-11"));
            let all = slots(paris, first, last, &week, extra);
            assert!(are_in_order_and_apart(&all), "{length} minutes");
            let days: Vec<SlotTime> = first
                .iter_days()
                .take_while(|date| *date <= last)
                .flat_map(|date| slots(paris, date, date, &week, extra))
                .collect();
            assert!(days.windows(2).all(|pair| pair[0].starts_at < pair[1].starts_at), "{length} minutes");
            // A slot over midnight is seen on the day that it begins; only such can differ by what stands beside it.
            assert!(all.iter().all(|slot| days.contains(slot)), "{length} minutes");
        }
    }

    #[test]
    fn a_hospital_elsewhere_has_its_own_midnight() {
        let new_york = zone("America/New_York");
        let date = day("2026-06-15");
        let made = slots(new_york, date, date, &[hours(MONDAY, 20, 24, 60)], &[]);
        assert_eq!(clock(new_york, &made), ["15 20:00", "15 21:00", "15 22:00", "15 23:00"]);
        // Eight in the evening of Monday there is Tuesday in UTC.
        assert_eq!(made[0].starts_at, at("2026-06-16 00:00"));
        let tuesday = day("2026-06-16");
        assert_eq!(slots(new_york, tuesday, tuesday, &[hours(MONDAY, 20, 24, 60)], &[]), []);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(monday(day("2026-06-21")), day("2026-06-15"));
        assert_eq!(monday(day("2026-06-15")), day("2026-06-15"));
    }

    #[test]
    fn an_appointment_is_covered_by_hours_or_extra_hours_and_not_by_time_off() {
        let paris = zone("Europe/Paris");
        let week = [hours(MONDAY, 9, 12, 20)];
        let is_covered = |from, to, exceptions: &[Exception]| covers(paris, at(from), at(to), &week, exceptions);
        // Nine in Paris is seven in UTC.
        assert!(is_covered("2026-06-15 07:00", "2026-06-15 07:30", &[]));
        assert!(!is_covered("2026-06-15 09:50", "2026-06-15 10:10", &[]), "it goes beyond noon");
        assert!(!is_covered("2026-06-16 07:00", "2026-06-16 07:30", &[]), "that is a Tuesday");
        let off = exception(ExceptionKind::Off, "2026-06-15 07:10", "2026-06-15 08:00");
        assert!(!is_covered("2026-06-15 07:00", "2026-06-15 07:30", std::slice::from_ref(&off)));
        let extra = exception(ExceptionKind::Extra, "2026-06-15 07:00", "2026-06-15 10:30");
        assert!(is_covered("2026-06-15 07:00", "2026-06-15 07:30", &[off, extra]));
    }
}
