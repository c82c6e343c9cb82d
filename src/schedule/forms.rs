//! What is typed about hours and exceptions.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::model::{Exception, ExceptionKind, Hours};
use crate::time::{Zone, minute_of, minute_text};
use crate::web::Form;

/// The slot length that a form begins with.
const USUAL_SLOT: &str = "15";
/// The longest exception.
const MOST_DAYS: i64 = 366;
/// The longest extra hours: each of their slots is offered, up to 288 a day.
const MOST_EXTRA_DAYS: i64 = 31;
/// The end of a day in minutes after midnight.
const MIDNIGHT: i32 = 24 * 60;

/// Weekly hours as they shall be, on one weekday or on several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursInput {
    /// 1 is Monday. In order, each once, at least one.
    pub days: Vec<i32>,
    /// Minutes after midnight on the hospital's clock.
    pub start_minute: i32,
    /// Minutes after midnight, up to 1440.
    pub end_minute: i32,
    pub slot_minutes: i32,
    pub is_active: bool,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
}

/// Time off or extra hours as they shall be. UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionInput {
    pub kind: ExceptionKind,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub slot_minutes: i32,
    pub reason: String,
}

/// Reads weekly hours; what is wrong stands in the form afterwards.
pub fn parse_hours(form: &mut Form) -> Option<HoursInput> {
    let chosen: Vec<Option<i32>> =
        form.values("days").map(|day| day.trim().parse().ok().filter(|day| (1..=7).contains(day))).collect();
    let mut days: Vec<i32> = chosen.iter().flatten().copied().collect();
    days.sort_unstable();
    days.dedup();
    if days.is_empty() || chosen.contains(&None) {
        form.refuse_field("days", "Choose at least one weekday.");
    }
    let start = form.time("start");
    let end = form.time("end");
    for (field, time, missing) in
        [("start", start, "Enter when the hours begin."), ("end", end, "Enter when the hours end.")]
    {
        if time.is_none() {
            form.refuse_field(field, missing);
        }
    }
    let slot = slot_minutes(form, true);
    let (start_minute, end_minute) = (start.map_or(0, minute_of), end.map_or(MIDNIGHT, end_of_day));
    if start.is_some() && end.is_some() {
        if end_minute <= start_minute {
            form.refuse_field("end", "The hours end before they begin.");
        } else if slot > end_minute - start_minute {
            form.refuse_field("slot_minutes", "A slot is longer than the hours: none would fit.");
        }
    }
    let (valid_from, valid_to) = (form.date("valid_from"), form.date("valid_to"));
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        form.refuse_field("valid_to", "The last day is before the first.");
    }
    let is_active = form.ticked("is_active");
    form.is_valid().then_some(HoursInput {
        days,
        start_minute,
        end_minute,
        slot_minutes: slot,
        is_active,
        valid_from,
        valid_to,
    })
}

/// Minutes after midnight, where midnight itself is the end of the day.
fn end_of_day(time: NaiveTime) -> i32 {
    if time == NaiveTime::MIN { MIDNIGHT } else { minute_of(time) }
}

fn slot_minutes(form: &mut Form, is_needed: bool) -> i32 {
    let minutes = form.number("slot_minutes", 5..=240);
    if minutes.is_none() && is_needed {
        form.refuse_field("slot_minutes", "Enter how long a slot is, in minutes.");
    }
    minutes.unwrap_or(15)
}

/// Reads an exception; what is wrong stands in the form afterwards.
pub fn parse_exception(form: &mut Form, zone: Zone, now: NaiveDateTime) -> Option<ExceptionInput> {
    let kind: Option<ExceptionKind> = form.choice("kind", "Choose time off or extra hours.");
    let reason = form.text("reason", 300);
    let slot = slot_minutes(form, kind == Some(ExceptionKind::Extra));
    let is_whole = form.ticked("whole_day");
    if is_whole && kind == Some(ExceptionKind::Extra) {
        form.refuse_field("whole_day", "Extra hours need a time to begin and a time to end.");
    }
    let span = if is_whole { whole_days(form, zone) } else { times(form, zone) };
    let (kind, (starts_at, ends_at)) = kind.zip(span)?;
    if ends_at <= now {
        form.refuse_field("from_date", "This time is past already.");
    } else if ends_at - starts_at > TimeDelta::days(MOST_DAYS) {
        form.refuse_field("to_date", "This is longer than a year. Change the weekly hours instead.");
    } else if kind == ExceptionKind::Extra && ends_at - starts_at > TimeDelta::days(MOST_EXTRA_DAYS) {
        let message = format!(
            "Extra hours go on day and night until this day, {MOST_EXTRA_DAYS} days at most. For hours on several days, \
             add each day's, or weekly hours with a first and a last day."
        );
        form.refuse_field("to_date", message);
    } else if kind == ExceptionKind::Extra && TimeDelta::minutes(i64::from(slot)) > ends_at - starts_at {
        form.refuse_field("slot_minutes", "A slot is longer than the extra hours: none would fit.");
    }
    form.is_valid().then_some(ExceptionInput { kind, starts_at, ends_at, slot_minutes: slot, reason })
}

/// First and last day; one that is left empty is the same day.
fn dates(form: &mut Form) -> Option<(NaiveDate, NaiveDate)> {
    let from = form.date("from_date");
    if from.is_none() {
        form.refuse_field("from_date", "Enter the first day.");
    }
    let to = form.date("to_date");
    let (from, to) = (from?, to.or(from)?);
    if to < from {
        form.refuse_field("to_date", "The last day is before the first.");
        return None;
    }
    form.error("to_date").is_none().then_some((from, to))
}

fn whole_days(form: &mut Form, zone: Zone) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let (from, to) = dates(form)?;
    Some((zone.day(from).0, zone.day(to).1))
}

fn times(form: &mut Form, zone: Zone) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let days = dates(form);
    let (start, end) = (form.time("from_time"), form.time("to_time"));
    for (field, time) in [("from_time", start), ("to_time", end)] {
        if time.is_none() {
            form.refuse_field(field, "Enter a time, or tick that it is whole days.");
        }
    }
    let ((from, to), start, end) = (days?, start?, end?);
    // Midnight at the end of the same day: nobody means the midnight before.
    let to = if to == from && end == NaiveTime::MIN { to.checked_add_days(Days::new(1))? } else { to };
    if to.and_time(end) <= from.and_time(start) {
        form.refuse_field("to_time", "This ends before it begins. Enter the last day when it goes past midnight.");
        return None;
    }
    let (starts_at, ends_at) = (zone.utc_or_later(from.and_time(start)), zone.utc_or_later(to.and_time(end)));
    if ends_at <= starts_at {
        form.refuse_field("to_time", "This time does not exist on that day: the clocks are changed.");
        return None;
    }
    Some((starts_at, ends_at))
}

/// The form of new hours.
pub fn empty_hours() -> Form {
    Form::of([("slot_minutes", USUAL_SLOT.to_owned()), ("is_active", "yes".to_owned())])
}

/// The form that edits hours.
pub fn filled_hours(hours: &Hours) -> Form {
    let date = |date: Option<NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
    Form::of([
        ("days", hours.day_of_week.to_string()),
        ("start", minute_text(hours.start_minute)),
        ("end", minute_text(hours.end_minute % MIDNIGHT)),
        ("slot_minutes", hours.slot_minutes.to_string()),
        ("is_active", if hours.is_active { "yes".to_owned() } else { String::new() }),
        ("valid_from", date(hours.valid_from)),
        ("valid_to", date(hours.valid_to)),
        ("version", hours.version.to_string()),
    ])
}

/// The form of a new exception.
pub fn empty_exception(kind: ExceptionKind) -> Form {
    let is_whole = if kind == ExceptionKind::Off { "yes" } else { "" };
    Form::of([
        ("kind", kind.as_str().to_owned()),
        ("slot_minutes", USUAL_SLOT.to_owned()),
        ("whole_day", is_whole.to_owned()),
    ])
}

/// When an exception is, as people say it: whole days by their dates.
pub fn when(exception: &Exception, zone: Zone) -> String {
    let (start, end) = (zone.local(exception.starts_at), zone.local(exception.ends_at));
    let last = end - TimeDelta::minutes(1);
    let day = |at: NaiveDateTime| at.format("%a %-d %b %Y").to_string();
    let is_whole = start.time() == NaiveTime::MIN && end.time() == NaiveTime::MIN;
    match (is_whole, start.date() == last.date()) {
        (true, true) => format!("{}, all day", day(start)),
        (true, false) => format!("{} – {}, all day", day(start), day(last)),
        (false, true) => format!("{}, {} – {}", day(start), start.format("%H:%M"), end.format("%H:%M")),
        (false, false) => format!("{}, {} – {}, {}", day(start), start.format("%H:%M"), day(end), end.format("%H:%M")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        Form::new(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(), Vec::new())
    }

    #[test]
    fn hours_say_what_is_wrong_with_them() {
        let good = [("days", "1"), ("days", "5"), ("start", "09:00"), ("end", "12:00"), ("slot_minutes", "20")];
        let input = parse_hours(&mut form(&good)).expect("good hours");
        assert_eq!((input.days, input.start_minute, input.end_minute), (vec![1, 5], 540, 720));
        for (changed, field) in [
            (("days", "8"), "days"),
            (("start", "12:00"), "end"),
            (("start", "25:00"), "start"),
            (("end", ""), "end"),
            (("slot_minutes", "181"), "slot_minutes"),
            (("slot_minutes", "4"), "slot_minutes"),
            (("slot_minutes", "x"), "slot_minutes"),
        ] {
            let mut fields = vec![changed];
            fields.extend(good.iter().filter(|(name, _)| *name != changed.0));
            let mut form = form(&fields);
            assert_eq!(parse_hours(&mut form), None, "{changed:?}");
            assert!(form.error(field).is_some(), "{changed:?}: {:?}", form.errors);
        }
    }

    #[test]
    fn hours_until_midnight_end_with_the_day() {
        let fields = [("days", "1"), ("start", "20:00"), ("end", "00:00"), ("slot_minutes", "30")];
        assert_eq!(parse_hours(&mut form(&fields)).map(|h| h.end_minute), Some(1440));
    }

    #[test]
    fn extra_hours_go_on_for_a_month_at_most_and_time_off_for_a_year() {
        let zone = Zone::named("Europe/Paris").expect("a real zone");
        let now = NaiveDate::from_ymd_opt(2026, 6, 1).expect("a real date").and_time(NaiveTime::MIN);
        for (kind, last, is_taken) in [
            ("extra", "2026-07-16", true),
            ("extra", "2026-07-17", false),
            ("off", "2026-07-17", true),
            ("off", "2027-06-16", true),
            ("off", "2027-06-18", false),
        ] {
            let mut form = form(&[
                ("kind", kind),
                ("from_date", "2026-06-15"),
                ("from_time", "09:00"),
                ("to_date", last),
                ("to_time", "09:00"),
                ("slot_minutes", "15"),
            ]);
            assert_eq!(parse_exception(&mut form, zone, now).is_some(), is_taken, "{kind} until {last}");
            assert_eq!(form.error("to_date").is_none(), is_taken, "{:?}", form.errors);
        }
    }

    #[test]
    fn exceptions_cross_midnight_and_whole_days_end_with_their_last() {
        let zone = Zone::named("Europe/Paris").expect("a real zone");
        let at = |text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a test's own literal");
        let now = at("2026-06-01 10:00");
        let span = |fields: &[(&str, &str)]| {
            let mut form = form(fields);
            parse_exception(&mut form, zone, now).map(|e| (e.starts_at, e.ends_at)).ok_or(form.errors)
        };
        let night = [
            ("kind", "off"),
            ("from_date", "2026-06-15"),
            ("from_time", "22:00"),
            ("to_date", "2026-06-16"),
            ("to_time", "02:00"),
        ];
        assert_eq!(span(&night), Ok((at("2026-06-15 20:00"), at("2026-06-16 00:00"))));
        let day = [("kind", "off"), ("from_date", "2026-06-15"), ("whole_day", "yes")];
        assert_eq!(span(&day), Ok((at("2026-06-14 22:00"), at("2026-06-15 22:00"))));
        let evening = [("kind", "off"), ("from_date", "2026-06-15"), ("from_time", "22:00"), ("to_time", "00:00")];
        assert_eq!(span(&evening), Ok((at("2026-06-15 20:00"), at("2026-06-15 22:00"))));
        for (field, wrong) in [
            ("to_time", [("from_date", "2026-06-15"), ("from_time", "09:00"), ("to_time", "09:00")]),
            ("from_date", [("from_date", "2026-05-15"), ("from_time", "09:00"), ("to_time", "10:00")]),
            ("from_date", [("from_date", ""), ("from_time", "09:00"), ("to_time", "10:00")]),
            ("to_time", [("from_date", "2026-06-15"), ("from_time", "09:00"), ("to_time", "")]),
        ] {
            let mut fields = wrong.to_vec();
            fields.push(("kind", "off"));
            let errors = span(&fields).expect_err("it is wrong");
            assert!(errors.iter().any(|e| e.field == field), "{wrong:?}: {errors:?}");
        }
    }
}
