//! What stands in the calendar: lanes, and the same as a table and as what `calendar.js` draws.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::Serialize;

use crate::access::Actor;
use crate::appointments::model::{AppointmentRow, AppointmentStatus, Rules, Step};
use crate::appointments::slots;
use crate::doctors::model::DoctorId;
use crate::schedule::model::SlotTime;
use crate::time::Zone;

/// One doctor on one day: a column.
#[derive(Clone, Debug)]
pub struct Lane {
    pub doctor: DoctorId,
    /// `Dr First Last`.
    pub name: String,
    /// On the hospital's calendar.
    pub date: NaiveDate,
    /// The times that can be booked, taken or not.
    pub times: Vec<SlotTime>,
    /// Those that take or took the doctor's time, by time.
    pub visits: Vec<AppointmentRow>,
}

impl Lane {
    /// Whether nobody works or comes.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty() && self.visits.is_empty()
    }
}

/// Whether an appointment has a place in the calendar: those that do not happen leave it.
pub fn takes_time(status: AppointmentStatus) -> bool {
    !matches!(status, AppointmentStatus::Cancelled | AppointmentStatus::NoShow)
}

/// A line of the table: a time of day, and for each lane what begins then.
#[derive(Clone, Debug)]
pub struct Line {
    pub time: String,
    pub cells: Vec<Vec<Begin>>,
}

/// What begins at a time.
#[derive(Clone, Debug)]
pub enum Begin {
    Visit {
        visit: Box<AppointmentRow>,
        until: String,
        /// Whether this person may move it now.
        may_move: bool,
    },
    /// A time that can be booked; whether it is past.
    Free { is_past: bool },
}

/// Who looks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    pub actor: &'a Actor,
    pub now: NaiveDateTime,
    pub rules: Rules,
}

impl Viewer<'_> {
    fn zone(&self) -> Zone {
        self.rules.zone
    }

    fn may_move(&self, visit: &AppointmentRow) -> bool {
        Step::Reschedule.check(self.actor, &visit.appointment, self.now, self.rules).is_ok()
    }
}

/// The lanes as a table by time of day. An hour that the clock shows twice is one line with both.
pub fn table(lanes: &[Lane], viewer: Viewer<'_>) -> Vec<Line> {
    let mut lines: BTreeMap<NaiveTime, Vec<Vec<Begin>>> = BTreeMap::new();
    let mut put = |at: NaiveDateTime, lane: usize, begin: Begin| {
        let time = viewer.zone().local(at).time();
        let cells = lines.entry(time).or_insert_with(|| vec![Vec::new(); lanes.len()]);
        if let Some(cell) = cells.get_mut(lane) {
            cell.push(begin);
        }
    };
    for (index, lane) in lanes.iter().enumerate() {
        for visit in &lane.visits {
            let begin = Begin::Visit {
                until: viewer.zone().time_text(visit.appointment.ends_at),
                may_move: viewer.may_move(visit),
                visit: Box::new(visit.clone()),
            };
            put(visit.appointment.starts_at, index, begin);
        }
        for time in free(lane) {
            put(time.starts_at, index, Begin::Free { is_past: time.starts_at < viewer.now });
        }
    }
    lines.into_iter().map(|(time, cells)| Line { time: time.format("%H:%M").to_string(), cells }).collect()
}

/// A lane's times that no appointment touches.
fn free(lane: &Lane) -> impl Iterator<Item = &SlotTime> {
    let taken = |time: &SlotTime| {
        let touches =
            |v: &AppointmentRow| v.appointment.starts_at < time.ends_at && v.appointment.ends_at > time.starts_at;
        lane.visits.iter().any(touches)
    };
    lane.times.iter().filter(move |time| !taken(time))
}

/// Everything that `calendar.js` draws.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    resources: Vec<Resource>,
    events: Vec<Event>,
    slots: Vec<SlotName>,
    /// The part of the day that is shown, such as `07:00`.
    slot_min_time: String,
    slot_max_time: String,
    /// How long the shortest time is, so that it is drawn large enough.
    shortest_minutes: i64,
}

#[derive(Debug, Serialize)]
struct Resource {
    id: String,
    title: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    resource_ids: Vec<String>,
    /// Wall clock, without a zone: it is shown as it is, wherever the browser stands.
    start: String,
    end: String,
    title: String,
    display: &'static str,
    class_names: Vec<String>,
    start_editable: bool,
    extended_props: Details,
}

#[derive(Debug, Default, Serialize)]
struct Details {
    href: String,
    version: i32,
    patient: String,
    status: &'static str,
}

/// A time that an appointment can be dropped on, with the name by which forms know it.
#[derive(Debug, Serialize)]
struct SlotName {
    resource: String,
    start: String,
    end: String,
    key: String,
}

const WALL: &str = "%Y-%m-%dT%H:%M:%S";

/// The lanes as events: hours as background, appointments with the state as a class and in words.
pub fn drawing(lanes: &[Lane], viewer: Viewer<'_>) -> Drawing {
    let wall = |at: NaiveDateTime| viewer.zone().local(at).format(WALL).to_string();
    let mut drawing = Drawing {
        resources: Vec::new(),
        events: Vec::new(),
        slots: Vec::new(),
        slot_min_time: String::new(),
        slot_max_time: String::new(),
        shortest_minutes: shortest_minutes(lanes),
    };
    for lane in lanes {
        let resource = lane.doctor.to_string();
        if drawing.resources.iter().all(|r| r.id != resource) {
            drawing.resources.push(Resource { id: resource.clone(), title: lane.name.clone() });
        }
        for (from, to) in sessions(&lane.times) {
            drawing.events.push(Event {
                id: format!("hours-{resource}-{}", slots::key(from)),
                resource_ids: vec![resource.clone()],
                start: wall(from),
                end: wall(to),
                title: String::new(),
                display: "background",
                class_names: vec!["calendar-hours".to_owned()],
                start_editable: false,
                extended_props: Details::default(),
            });
        }
        for visit in &lane.visits {
            let appointment = &visit.appointment;
            drawing.events.push(Event {
                id: appointment.id.to_string(),
                resource_ids: vec![resource.clone()],
                start: wall(appointment.starts_at),
                end: wall(appointment.ends_at),
                title: format!("{}, {}", visit.patient_name(), appointment.status.label().to_lowercase()),
                display: "auto",
                class_names: vec![format!("calendar-{}", appointment.status.kind())],
                start_editable: viewer.may_move(visit),
                extended_props: Details {
                    href: format!("/appointments/{}", appointment.id),
                    version: appointment.version,
                    patient: visit.patient_name(),
                    status: appointment.status.label(),
                },
            });
        }
        let coming = lane.times.iter().filter(|time| time.starts_at >= viewer.now);
        drawing.slots.extend(coming.map(|time| SlotName {
            resource: resource.clone(),
            start: wall(time.starts_at),
            end: wall(time.ends_at),
            key: slots::key(time.starts_at),
        }));
    }
    let (from, to) = shown_hours(lanes, viewer.zone());
    drawing.slot_min_time = format!("{from:02}:00");
    drawing.slot_max_time = format!("{to:02}:00");
    drawing
}

/// Times that follow each other, as one.
fn sessions(times: &[SlotTime]) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let mut sessions: Vec<(NaiveDateTime, NaiveDateTime)> = Vec::new();
    for time in times {
        match sessions.last_mut() {
            Some((_, end)) if *end >= time.starts_at => *end = time.ends_at.max(*end),
            _ => sessions.push((time.starts_at, time.ends_at)),
        }
    }
    sessions
}

/// The length of the shortest time or visit; half an hour when there is none.
fn shortest_minutes(lanes: &[Lane]) -> i64 {
    let lengths = lanes.iter().flat_map(|lane| {
        let visits = lane.visits.iter().map(|v| v.appointment.ends_at - v.appointment.starts_at);
        lane.times.iter().map(|t| t.ends_at - t.starts_at).chain(visits)
    });
    lengths.map(|length| length.num_minutes()).min().unwrap_or(30).clamp(5, 30)
}

/// From which to which hour of the day something happens; working hours when nothing does.
fn shown_hours(lanes: &[Lane], zone: Zone) -> (u32, u32) {
    let spans = lanes.iter().flat_map(|lane| {
        let visits = lane.visits.iter().map(|v| (v.appointment.starts_at, v.appointment.ends_at));
        lane.times.iter().map(|t| (t.starts_at, t.ends_at)).chain(visits)
    });
    let (mut from, mut to) = (24, 0);
    for (start, end) in spans {
        let (start, end) = (zone.local(start), zone.local(end));
        from = from.min(start.hour());
        let is_past_midnight = end.date() > start.date();
        to = to.max(if is_past_midnight { 24 } else { end.hour() + u32::from(end.minute() > 0) });
    }
    if from < to { (from.min(8), to.max(17)) } else { (8, 18) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a test's own literal")
    }

    fn lane(times: &[(&str, &str)]) -> Lane {
        let times = times.iter().map(|(from, to)| SlotTime { starts_at: at(from), ends_at: at(to) }).collect();
        let date = at("2026-06-15 00:00").date();
        Lane { doctor: DoctorId(1), name: "Dr A".to_owned(), date, times, visits: Vec::new() }
    }

    #[test]
    fn times_that_follow_each_other_are_one_session() {
        let lane = lane(&[
            ("2026-06-15 07:00", "2026-06-15 07:30"),
            ("2026-06-15 07:30", "2026-06-15 08:00"),
            ("2026-06-15 12:00", "2026-06-15 12:30"),
        ]);
        let expected =
            [(at("2026-06-15 07:00"), at("2026-06-15 08:00")), (at("2026-06-15 12:00"), at("2026-06-15 12:30"))];
        assert_eq!(sessions(&lane.times), expected);
    }

    #[test]
    fn the_hours_shown_reach_from_the_first_to_the_last() {
        let zone = Zone::named("Europe/Paris").expect("a real zone");
        assert_eq!(shown_hours(&[lane(&[])], zone), (8, 18));
        assert_eq!(shown_hours(&[lane(&[("2026-06-15 04:30", "2026-06-15 05:00")])], zone), (6, 17));
        assert_eq!(shown_hours(&[lane(&[("2026-06-15 21:30", "2026-06-15 22:30")])], zone), (8, 24));
    }
}
