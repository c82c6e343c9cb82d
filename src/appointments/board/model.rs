//! What stands on the board: which day, its columns, and each visit with what can be done now.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use strum::VariantArray;

use crate::access::Actor;
use crate::appointments::model::{AppointmentRow, AppointmentStatus, Rules, Step};
use crate::audit::Entry;
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::time;

/// Which part of which day is wanted. What cannot be read counts as not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// On the hospital's calendar.
    pub date: NaiveDate,
    pub today: NaiveDate,
    pub department: Option<DepartmentId>,
    pub doctor: Option<DoctorId>,
}

impl Wanted {
    /// Reads the query's values; without a date it is today.
    pub fn read(today: NaiveDate, date: &str, department: &str, doctor: &str) -> Self {
        let id = |text: &str| text.parse::<i64>().ok();
        Self {
            date: time::parse_date(date).unwrap_or(today),
            today,
            department: id(department).map(DepartmentId),
            doctor: id(doctor).map(DoctorId),
        }
    }

    /// The same filters on another day.
    pub fn on(self, date: NaiveDate) -> Self {
        Self { date, ..self }
    }

    pub fn previous(self) -> Self {
        self.on(self.date.checked_sub_days(Days::new(1)).unwrap_or(self.date))
    }

    pub fn next(self) -> Self {
        self.on(self.date.checked_add_days(Days::new(1)).unwrap_or(self.date))
    }

    /// The whole hospital on the same day.
    pub fn clear(self) -> Self {
        Self { department: None, doctor: None, ..self }
    }

    /// The look with the filters in it: seeing one doctor's day is not seeing everybody's.
    pub fn noted(self, look: Entry) -> Entry {
        let look = match self.department {
            Some(department) => look.note("department", department.0),
            None => look,
        };
        match self.doctor {
            Some(doctor) => look.note("doctor", doctor.0),
            None => look,
        }
    }

    pub fn is_today(self) -> bool {
        self.date == self.today
    }

    /// An address with these filters and `view`. Today is left out, so that a board left open follows the calendar.
    pub fn href(self, path: &str, view: &str) -> String {
        let mut parts = Vec::new();
        if !self.is_today() {
            parts.push(format!("date={}", self.date));
        }
        if let Some(department) = self.department {
            parts.push(format!("department={department}"));
        }
        if let Some(doctor) = self.doctor {
            parts.push(format!("doctor={doctor}"));
        }
        if !view.is_empty() {
            parts.push(format!("view={view}"));
        }
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

/// Something to choose in a filter.
#[derive(Clone, Debug)]
pub struct Choice<T> {
    pub id: T,
    pub name: String,
}

impl<T: PartialEq> Choice<T> {
    /// Whether it is the one that is wanted.
    pub fn is(&self, wanted: Option<T>) -> bool {
        wanted.as_ref() == Some(&self.id)
    }
}

/// What the filters offer.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub departments: Vec<Choice<DepartmentId>>,
    pub doctors: Vec<Choice<DoctorId>>,
}

/// A column of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Column {
    Booked,
    Confirmed,
    Waiting,
    WithDoctor,
    Done,
    Away,
}

impl Column {
    /// Where an appointment of this state stands.
    pub fn of(status: AppointmentStatus) -> Self {
        match status {
            AppointmentStatus::Scheduled => Self::Booked,
            AppointmentStatus::Confirmed => Self::Confirmed,
            AppointmentStatus::CheckedIn => Self::Waiting,
            AppointmentStatus::InProgress => Self::WithDoctor,
            AppointmentStatus::Completed => Self::Done,
            AppointmentStatus::Cancelled | AppointmentStatus::NoShow => Self::Away,
        }
    }

    /// Whether nobody is expected there any more. These columns share a place, since little is done with them.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Away)
    }

    /// Whether it is the last one.
    pub fn is_away(self) -> bool {
        self == Self::Away
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Booked => "Booked",
            Self::Confirmed => "Confirmed",
            Self::Waiting => "Waiting",
            Self::WithDoctor => "With the doctor",
            Self::Done => "Done",
            Self::Away => "Away",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Booked => "calendar-event",
            Self::Confirmed => "calendar-check",
            Self::Waiting => "hourglass",
            Self::WithDoctor => "stethoscope",
            Self::Done => "circle-check",
            Self::Away => "calendar-off",
        }
    }

    /// The colour, as `board-…` in the style sheet; it only helps.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Booked => "neutral",
            Self::Confirmed => "info",
            Self::Waiting => "warning",
            Self::WithDoctor => "primary",
            Self::Done => "success",
            Self::Away => "danger",
        }
    }

    /// What stands in an empty column.
    pub fn nobody(self) -> &'static str {
        match self {
            Self::Booked => "Nothing to confirm.",
            Self::Confirmed => "Nobody is expected.",
            Self::Waiting => "Nobody is waiting.",
            Self::WithDoctor => "Nobody is in.",
            Self::Done => "No visit is done yet.",
            Self::Away => "Nobody cancelled or stayed away.",
        }
    }
}

/// One appointment on the board.
#[derive(Clone, Debug)]
pub struct Visit {
    pub row: AppointmentRow,
    /// From when to when, on the hospital's clock.
    pub time: String,
    pub until: String,
    pub age: String,
    /// What the clock counts: `since` this time, in the words of `since_words`.
    pub since: NaiveDateTime,
    pub since_words: &'static str,
    pub since_text: String,
    /// Whether somebody waits longer than the hospital's limit.
    pub is_late: bool,
    /// The step that usually comes next, if it is this person's to do now.
    pub next: Option<Step>,
    /// The other steps that this person may do now.
    pub others: Vec<Step>,
}

/// Who looks, when, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    pub actor: &'a Actor,
    pub now: NaiveDateTime,
    pub today: NaiveDate,
    pub rules: Rules,
    pub waiting_limit_minutes: i32,
}

impl Visit {
    pub fn new(row: AppointmentRow, now: Now<'_>) -> Self {
        let appointment = &row.appointment;
        let may = |step: &Step| step.check(now.actor, appointment, now.now, now.rules).is_ok();
        let forward = [Step::Confirm, Step::CheckIn, Step::Start, Step::Complete];
        let next = forward.into_iter().find(may);
        let others = Step::VARIANTS.iter().copied().filter(|step| Some(*step) != next && may(step)).collect();
        let is_overdue = appointment.status.is_booked() && appointment.starts_at <= now.now;
        let since = if is_overdue { appointment.starts_at } else { appointment.status_since };
        let limit = TimeDelta::minutes(i64::from(now.waiting_limit_minutes));
        Self {
            time: now.rules.zone.time_text(appointment.starts_at),
            until: now.rules.zone.time_text(appointment.ends_at),
            age: row.age(now.today),
            since,
            since_words: if is_overdue { "overdue" } else { "for" },
            since_text: duration_text(now.now - since),
            is_late: appointment.status == AppointmentStatus::CheckedIn && now.now - since >= limit,
            next,
            others,
            row,
        }
    }

    pub fn column(&self) -> Column {
        Column::of(self.row.appointment.status)
    }

    /// Whether how long it stands there can become too long.
    pub fn is_waiting(&self) -> bool {
        self.column() == Column::Waiting
    }

    /// Whether its column holds several states, so that each says its own.
    pub fn is_away(&self) -> bool {
        self.column() == Column::Away
    }

    /// The time counted from, as `app.js` reads it.
    pub fn since_iso(&self) -> String {
        format!("{}Z", self.since.format("%Y-%m-%dT%H:%M:%S"))
    }

    /// What a search within the day looks at, in lower case.
    pub fn words(&self) -> String {
        let row = &self.row;
        let words = [
            row.patient_name(),
            row.appointment.patient_id.code(),
            row.patient_phone.clone(),
            row.doctor.clone(),
            row.appointment.reason.clone(),
            row.appointment.id.code(),
            self.time.clone(),
        ];
        words.join(" ").to_lowercase()
    }
}

/// How long, as `app.js` says it too.
pub fn duration_text(span: TimeDelta) -> String {
    match span.num_minutes().max(0) {
        minutes @ 0..60 => format!("{minutes} min"),
        minutes @ 60..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

/// A short name of everything that the visits show, without the time that passes: equal as long as nothing changed.
pub fn version(visits: &[Visit]) -> String {
    let mut hasher = DefaultHasher::new();
    for visit in visits {
        let row = &visit.row;
        (i64::from(row.appointment.id), row.appointment.version, row.appointment.status.as_str()).hash(&mut hasher);
        (row.has_allergies, &row.patient_first_name, &row.patient_last_name, &visit.age).hash(&mut hasher);
        (&row.doctor, &row.department, &row.appointment.reason, &visit.time).hash(&mut hasher);
        (visit.is_late, visit.since_words, visit.next.map(Step::path)).hash(&mut hasher);
        visit.others.iter().for_each(|step| step.path().hash(&mut hasher));
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        time::parse_date(text).expect("a test's own date")
    }

    #[test]
    fn what_cannot_be_read_counts_as_not_asked_for() {
        let today = day("2026-06-15");
        let wanted = Wanted::read(today, "2026-02-30", "x", "9999999999999999999999");
        assert_eq!(wanted, Wanted { date: today, today, department: None, doctor: None });
        assert_eq!(wanted.href("/board", ""), "/board");
    }

    #[test]
    fn an_address_keeps_the_filters_and_leaves_out_today() {
        let wanted = Wanted::read(day("2026-06-15"), "", "3", "7");
        assert_eq!(wanted.href("/board", "list"), "/board?department=3&doctor=7&view=list");
        assert_eq!(wanted.next().href("/board", ""), "/board?date=2026-06-16&department=3&doctor=7");
        assert_eq!(wanted.next().previous().href("/board", ""), "/board?department=3&doctor=7");
    }

    #[test]
    fn durations_are_said_as_the_script_says_them() {
        let said: Vec<String> =
            [-5, 0, 59, 60, 61, 1439, 1440, 5000].map(|m| duration_text(TimeDelta::minutes(m))).to_vec();
        assert_eq!(said, ["0 min", "0 min", "59 min", "1 h 0 min", "1 h 1 min", "23 h 59 min", "1 d", "3 d"]);
    }
}
