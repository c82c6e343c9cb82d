//! What an appointment is.

mod status;
mod steps;

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

pub use status::{AppointmentStatus, Channel, EventKind};
pub use steps::{Refusal, Rules, Step};

use crate::accounts::model::UserId;
use crate::codes;
use crate::db::schema::{appointment_events, appointments};
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;
use crate::time;

/// The id of an appointment.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct AppointmentId(pub i64);

impl From<AppointmentId> for i64 {
    fn from(id: AppointmentId) -> Self {
        id.0
    }
}

impl AppointmentId {
    /// The number that people use: `APT000123`.
    pub fn code(self) -> String {
        codes::write("APT", self.0)
    }

    /// The id behind a number as people type it: `APT000123`, `apt123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        codes::read("APT", code).map(Self)
    }
}

/// An appointment as stored. All times are UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = appointments)]
pub struct Appointment {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub status: AppointmentStatus,
    /// Since when it has this status: how long somebody has waited.
    pub status_since: NaiveDateTime,
    pub reason: String,
    pub symptoms: String,
    /// The desk's own words; patients do not see them.
    pub notes: String,
    pub channel: Channel,
    pub booked_by: Option<UserId>,
    pub follow_up_of: Option<AppointmentId>,
    pub confirmed_at: Option<NaiveDateTime>,
    pub checked_in_at: Option<NaiveDateTime>,
    pub started_at: Option<NaiveDateTime>,
    pub completed_at: Option<NaiveDateTime>,
    pub cancelled_at: Option<NaiveDateTime>,
    pub cancelled_by: Option<UserId>,
    pub cancel_reason: String,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

/// An appointment in a list, with what people need to know of its patient and doctor.
#[derive(Clone, Debug)]
pub struct AppointmentRow {
    pub appointment: Appointment,
    pub patient_first_name: String,
    pub patient_last_name: String,
    pub date_of_birth: chrono::NaiveDate,
    pub patient_phone: String,
    /// Whether an allergy is known: the mark beside the name. Always `false` for those who may not know.
    pub has_allergies: bool,
    /// `Dr First Last`.
    pub doctor: String,
    pub department_id: DepartmentId,
    pub department: String,
    /// Where in the building the department is.
    pub location: String,
}

impl AppointmentRow {
    /// The patient's first and last name.
    pub fn patient_name(&self) -> String {
        format!("{} {}", self.patient_first_name, self.patient_last_name)
    }

    /// The patient's letters, for the circle that stands for a picture.
    pub fn patient_initials(&self) -> String {
        crate::web::page::initials(&self.patient_first_name, &self.patient_last_name)
    }

    /// The patient's age as clinics say it.
    pub fn age(&self, today: chrono::NaiveDate) -> String {
        time::age_text(self.date_of_birth, today)
    }
}

/// One step in an appointment's history.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = appointment_events)]
pub struct Event {
    pub kind: EventKind,
    /// When the appointment was to begin after this step.
    pub starts_at: NaiveDateTime,
    pub note: String,
    pub user_name: String,
    pub occurred_at: NaiveDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_back_to_its_appointment_however_it_is_typed() {
        assert_eq!(AppointmentId(123).code(), "APT000123");
        for typed in ["APT000123", " apt123 ", "Apt0123"] {
            assert_eq!(AppointmentId::from_code(typed), Some(AppointmentId(123)), "{typed:?}");
        }
        for other in ["", "APT", "123", "PAT000123", "APT12x", "APT9999999999999999"] {
            assert_eq!(AppointmentId::from_code(other), None, "{other:?}");
        }
    }
}
