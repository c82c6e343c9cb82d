//! What a booking has chosen so far. It stands in the address, so that a step can be reloaded, shared and gone back to.

use chrono::{NaiveDate, NaiveDateTime};

use crate::access::{Permission, Requirement};
use crate::appointments::model::AppointmentId;
use crate::appointments::slots;
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::time::parse_date;
use crate::web::Cx;

/// Who books: each sees other steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Booker {
    /// A patient for themselves.
    Own(PatientId),
    /// The desk for anybody.
    Desk,
    /// A doctor a follow-up with themselves.
    Doctor(DoctorId),
}

impl Booker {
    pub(super) fn of<R: Requirement>(cx: &Cx<R>) -> Result<Self, AppError> {
        let actor = cx.actor()?;
        if actor.may(Permission::ManageAppointments) {
            return Ok(Self::Desk);
        }
        if actor.may(Permission::BookOwn) {
            let words = "Your account opens no patient record yet. Please ask the desk to join the two.";
            return actor.patient_id.map(Self::Own).ok_or_else(|| AppError::Conflict(words.to_owned()));
        }
        match actor.doctor_id {
            Some(doctor) if actor.may(Permission::ConductVisits) => Ok(Self::Doctor(doctor)),
            _ => Err(AppError::Forbidden),
        }
    }

    pub(super) fn is_desk(self) -> bool {
        self == Self::Desk
    }
}

/// What has been chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub patient: Option<PatientId>,
    pub department: Option<DepartmentId>,
    pub doctor: Option<DoctorId>,
    pub date: Option<NaiveDate>,
    /// UTC.
    pub slot: Option<NaiveDateTime>,
    pub follow_up_of: Option<AppointmentId>,
}

fn id<T: From<i64>>(text: &str) -> Option<T> {
    text.parse::<i64>().ok().map(T::from)
}

impl Choice {
    /// Reads the address or a form. What is no choice at all is no choice yet.
    pub(super) fn of(value: impl Fn(&str) -> String) -> Self {
        let starts_at = value("starts_at");
        Self {
            patient: id(&value("patient")),
            department: id(&value("department")),
            doctor: id(&value("doctor")),
            date: parse_date(&value("date")),
            slot: slots::parse_key(if starts_at.is_empty() { value("slot") } else { starts_at }.as_str()),
            follow_up_of: id(&value("follow_up_of")),
        }
    }

    /// The address of the step that follows from it.
    pub(super) fn address(&self, base: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                parts.push(format!("{name}={}", crate::web::page::encode(&value)));
            }
        };
        add("patient", self.patient.map(|v| v.to_string()));
        add("department", self.department.map(|v| v.to_string()));
        add("doctor", self.doctor.map(|v| v.to_string()));
        add("date", self.date.map(|v| v.to_string()));
        add("slot", self.slot.map(slots::key));
        add("follow_up_of", self.follow_up_of.map(|v| v.to_string()));
        if parts.is_empty() { base.to_owned() } else { format!("{base}?{}", parts.join("&")) }
    }

    /// The chosen parts as hidden fields, without the time.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("patient", self.patient.map(|v| v.to_string())),
            ("department", self.department.map(|v| v.to_string())),
            ("doctor", self.doctor.map(|v| v.to_string())),
            ("follow_up_of", self.follow_up_of.map(|v| v.to_string())),
        ];
        all.into_iter().filter_map(|(name, value)| value.map(|v| (name, v))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_every_choice_and_nonsense_is_none() {
        let typed = |name: &str| {
            match name {
                "patient" => "3",
                "doctor" => "4",
                "date" => "2026-06-16",
                "slot" => "2026-06-16T07:00Z",
                "department" => "x",
                _ => "",
            }
            .to_owned()
        };
        let choice = Choice::of(typed);
        assert_eq!(choice.address("/book"), "/book?patient=3&doctor=4&date=2026-06-16&slot=2026-06-16T07%3A00Z");
        assert_eq!(Choice::of(|_| "\u{202e}1; DROP".to_owned()).address("/book"), "/book");
    }
}
