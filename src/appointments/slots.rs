//! Free times: the doctor's hours minus live appointments, minus what others hold, minus the past. Never stored.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::model::AppointmentId;
use super::queries::{self, Span};
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::doctors::model::DoctorId;
use crate::schedule;
use crate::time::Zone;
use diesel::QueryResult;

/// A time that can be booked, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
}

/// How times stand in addresses and forms: instants, because a clock shows some hours twice.
const KEY: &str = "%Y-%m-%dT%H:%MZ";

impl Slot {
    /// The slot's name in addresses and forms: `2026-11-23T08:00Z`.
    pub fn key(&self) -> String {
        key(self.starts_at)
    }

    /// Its time of day in the hospital.
    pub fn time(&self, zone: Zone) -> String {
        zone.time_text(self.starts_at)
    }
}

/// An instant as it stands in addresses and forms.
pub fn key(starts_at: NaiveDateTime) -> String {
    starts_at.format(KEY).to_string()
}

/// The instant of a key; `None` for anything else.
pub fn parse_key(text: &str) -> Option<NaiveDateTime> {
    let time = NaiveDateTime::parse_from_str(text.trim(), KEY).ok()?;
    // The years that both engines and people understand.
    crate::time::parse_date(&time.date().to_string()).map(|_| time)
}

/// Whose times are looked for, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    pub doctor: DoctorId,
    /// The first and the last day on the hospital's calendar.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub now: NaiveDateTime,
    /// Whose own hold does not stand in the way.
    pub holder: Option<UserId>,
    /// The appointment that is being moved: its present time is free for it.
    pub moving: Option<AppointmentId>,
}

/// The free times of a doctor from one day to another (both on the hospital's calendar, inclusive), by time.
pub fn free(
    db: &mut DbConnection,
    zone: Zone,
    doctor: DoctorId,
    from: NaiveDate,
    to: NaiveDate,
    now: NaiveDateTime,
    holder: Option<UserId>,
) -> QueryResult<Vec<Slot>> {
    find(db, zone, &Search { doctor, from, to, now, holder, moving: None })
}

/// [`free`] with everything that can be said about it.
pub fn find(db: &mut DbConnection, zone: Zone, search: &Search) -> QueryResult<Vec<Slot>> {
    let times = schedule::queries::times(db, zone, search.doctor, search.from, search.to)?;
    let (Some(first), Some(last)) = (times.first(), times.iter().map(|t| t.ends_at).max()) else {
        return Ok(Vec::new());
    };
    let span = Span { from: first.starts_at.max(search.now), to: last };
    let mut busy = queries::busy_doctor(db, search.doctor, span, search.moving)?;
    busy.extend(queries::held(db, search.doctor, span, search.now, search.holder)?);
    let busy = merged(busy);
    Ok(times
        .into_iter()
        .map(|t| Slot { starts_at: t.starts_at, ends_at: t.ends_at })
        .filter(|slot| slot.starts_at >= search.now && !touches(&busy, *slot))
        .collect())
}

/// Spans in order, those that overlap made one: a year of slots is then compared with a year of bookings quickly.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.from);
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

/// Whether a slot overlaps one of the merged spans.
fn touches(merged: &[Span], slot: Slot) -> bool {
    let first = merged.partition_point(|span| span.to <= slot.starts_at);
    merged.get(first).is_some_and(|span| span.from < slot.ends_at)
}

/// The slots of a day, morning, afternoon and evening apart.
#[derive(Clone, Debug)]
pub struct Part {
    pub label: &'static str,
    pub slots: Vec<Slot>,
}

/// Divides a day's slots by the hospital's clock; parts without a slot are left out.
pub fn parts(zone: Zone, slots: &[Slot]) -> Vec<Part> {
    let hour = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let (noon, evening) = (hour(12), hour(18));
    let within = |label, test: &dyn Fn(NaiveTime) -> bool| Part {
        label,
        slots: slots.iter().filter(|s| test(zone.local(s.starts_at).time())).copied().collect(),
    };
    let parts = [
        within("Morning", &|t| t < noon),
        within("Afternoon", &|t| t >= noon && t < evening),
        within("Evening", &|t| t >= evening),
    ];
    parts.into_iter().filter(|part| !part.slots.is_empty()).collect()
}

/// A day in the strip above the times.
#[derive(Clone, Debug)]
pub struct Day {
    pub date: NaiveDate,
    pub free: usize,
    pub is_chosen: bool,
}

impl Day {
    /// `Mon`.
    pub fn weekday(&self) -> String {
        self.date.format("%a").to_string()
    }

    /// `23`.
    pub fn number(&self) -> String {
        self.date.format("%-d").to_string()
    }

    /// `Nov`.
    pub fn month(&self) -> String {
        self.date.format("%b").to_string()
    }

    /// `Monday, 23 November 2026`.
    pub fn long(&self) -> String {
        crate::time::long_date_text(self.date)
    }
}

/// A week of days with the times of the chosen one.
#[derive(Clone, Debug)]
pub struct Picker {
    /// Seven days, as far as they may be booked.
    pub days: Vec<Day>,
    /// The chosen day: the one asked for, else the first with a free time, else the first.
    pub date: NaiveDate,
    pub parts: Vec<Part>,
    /// The first day of the week before and after, where there is one to book.
    pub previous: Option<NaiveDate>,
    pub next: Option<NaiveDate>,
    /// The first day from the chosen one on that has a free time, when the chosen one has none.
    pub next_free: Option<NaiveDate>,
    /// The last day that may be booked.
    pub last: NaiveDate,
}

const WEEK: i64 = 7;

impl Picker {
    /// The week around `asked`, of which the days from today to `last` may be booked.
    pub fn load(db: &mut DbConnection, zone: Zone, search: &Search, asked: Option<NaiveDate>) -> QueryResult<Self> {
        let (today, last) = (search.from, search.to);
        let slots = find(db, zone, search)?;
        let first_free = slots.first().map(|s| zone.date(s.starts_at));
        let date = asked.map(|d| d.clamp(today, last)).or(first_free).unwrap_or(today);
        let start = date - TimeDelta::days((date - today).num_days() % WEEK);
        let on = |date| slots.iter().filter(move |s| zone.date(s.starts_at) == date);
        let days = (0..WEEK)
            .map(|n| start + TimeDelta::days(n))
            .filter(|d| *d <= last)
            .map(|d| Day { date: d, free: on(d).count(), is_chosen: d == date })
            .collect();
        let chosen: Vec<Slot> = on(date).copied().collect();
        let later = slots.iter().map(|s| zone.date(s.starts_at)).find(|d| *d > date);
        Ok(Self {
            days,
            date,
            next_free: if chosen.is_empty() { later.or(first_free) } else { None },
            parts: parts(zone, &chosen),
            previous: (start > today).then(|| start - TimeDelta::days(WEEK)),
            next: (start + TimeDelta::days(WEEK) <= last).then(|| start + TimeDelta::days(WEEK)),
            last,
        })
    }

    /// Does not offer this time: an appointment that is being moved is there already.
    pub fn leave_out(&mut self, starts_at: NaiveDateTime) {
        for part in &mut self.parts {
            part.slots.retain(|slot| slot.starts_at != starts_at);
        }
        self.parts.retain(|part| !part.slots.is_empty());
    }

    /// `Monday, 23 November 2026`.
    pub fn long_date(&self) -> String {
        crate::time::long_date_text(self.date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_taken_when_any_of_its_minutes_is() {
        let at = |minute: i64| NaiveDateTime::default() + TimeDelta::minutes(minute);
        let span = |from, to| Span { from: at(from), to: at(to) };
        let busy = merged(vec![span(60, 90), span(0, 10), span(80, 100), span(10, 20)]);
        assert_eq!(busy, [span(0, 20), span(60, 100)]);
        for (from, to, taken) in [(20, 60, false), (19, 30, true), (50, 61, true), (100, 110, false), (95, 99, true)] {
            assert_eq!(touches(&busy, Slot { starts_at: at(from), ends_at: at(to) }), taken, "{from}–{to}");
        }
    }

    #[test]
    fn a_key_leads_back_to_its_instant_and_nothing_else_is_one() {
        let at = parse_key("2026-11-23T08:00Z").expect("a key");
        assert_eq!(key(at), "2026-11-23T08:00Z");
        for other in ["", "2026-11-23T08:00", "2026-11-23 08:00", "2026-02-30T08:00Z", "9999-01-01T00:00Z", "x\0"] {
            assert_eq!(parse_key(other), None, "{other:?}");
        }
    }
}
