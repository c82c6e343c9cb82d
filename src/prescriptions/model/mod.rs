//! What a prescription is: medications and test orders that a doctor signs for.

mod lines;
mod status;
mod warnings;

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use super::whiteboard::Drawing;
use crate::access::Actor;
use crate::appointments::model::AppointmentId;
use crate::codes;
use crate::db::schema::prescriptions;
use crate::doctors::model::DoctorId;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;

pub use lines::{Medication, TestOrder, quantity_text};
pub use status::{PrescriptionStatus, Priority, State};
pub use warnings::{Warning, WarningKind, fingerprint};

/// The id of a prescription.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PrescriptionId(pub i64);

impl From<PrescriptionId> for i64 {
    fn from(id: PrescriptionId) -> Self {
        id.0
    }
}

impl PrescriptionId {
    /// The number that people use: `RX000123`.
    pub fn code(self) -> String {
        codes::write("RX", self.0)
    }

    /// The id behind a number as people type it: `RX000123`, `rx123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        codes::read("RX", code).map(Self)
    }
}

/// A prescription as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
pub struct Prescription {
    pub id: PrescriptionId,
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    pub encounter_id: Option<EncounterId>,
    pub appointment_id: Option<AppointmentId>,
    pub diagnosis: String,
    pub status: PrescriptionStatus,
    pub notes: String,
    /// The last day on which it may be dispensed.
    pub valid_until: Option<NaiveDate>,
    pub submitted_at: Option<NaiveDateTime>,
    pub cancelled_at: Option<NaiveDateTime>,
    pub cancel_reason: String,
    /// Why the doctor submitted it in spite of its warnings; empty when there were none.
    pub override_reason: String,
    /// How soon the pharmacy is to have it ready.
    pub priority: Priority,
    /// Since when nothing of it is left for the pharmacy: every medicine is dispensed or declined.
    pub closed_at: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

impl Prescription {
    /// Whether it is this person's own.
    pub fn is_of(&self, actor: &Actor) -> bool {
        actor.doctor_id == Some(self.doctor_id)
    }

    /// Whether it is this person's own to write on.
    pub fn is_draft_of(&self, actor: &Actor) -> bool {
        self.status == PrescriptionStatus::Draft && self.is_of(actor)
    }

    /// Whether its last day has passed without its being dispensed.
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.is_open() && self.valid_until.is_some_and(|last| last < today)
    }

    /// Whether something of it may still be dispensed, as far as its state says.
    pub fn is_open(&self) -> bool {
        let is_out = matches!(self.status, PrescriptionStatus::Submitted | PrescriptionStatus::PartiallyFulfilled);
        is_out && self.closed_at.is_none()
    }

    /// How it stands, wherever somebody reads it: the status, and that the pharmacy declined all of it.
    pub fn state(&self) -> State {
        if self.status == PrescriptionStatus::Submitted && self.closed_at.is_some() {
            return State { kind: "danger", icon: "ban", label: "Declined by the pharmacy" };
        }
        State { kind: self.status.kind(), icon: self.status.icon(), label: self.status.label() }
    }
}

/// What the doctor writes on a prescription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub diagnosis: String,
    pub notes: String,
    pub valid_until: Option<NaiveDate>,
    /// How soon the pharmacy is to have it ready.
    pub priority: Priority,
    pub medications: Vec<Medication>,
    pub tests: Vec<TestOrder>,
    pub whiteboard: Option<Drawing>,
}

impl Content {
    /// Why it cannot be submitted as it is, with the form field that each reason is about; nothing when it can.
    /// Fields of a line carry its index among the lines that say something.
    pub fn problems(&self, today: NaiveDate) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        if self.medications.is_empty() && self.tests.is_empty() {
            problems.push(("medicine-0".to_owned(), "Write at least one medicine or test.".to_owned()));
        }
        for (index, line) in self.medications.iter().enumerate() {
            if line.instructions.is_empty() && (line.dose.is_empty() || line.frequency.is_empty()) {
                let field = if line.dose.is_empty() { "dose" } else { "frequency" };
                let message = format!("{}: enter dose and frequency, or say in words how it is taken.", line.medicine);
                problems.push((format!("{field}-{index}"), message));
            }
        }
        match self.valid_until {
            None => problems.push(("valid_until".to_owned(), "Enter until when it is valid.".to_owned())),
            Some(last) if last < today => {
                problems.push(("valid_until".to_owned(), "This day has passed already.".to_owned()));
            }
            Some(_) => {}
        }
        problems
    }
}

/// A prescription with everything on it.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub prescription: Prescription,
    pub content: Content,
    /// "Dr First Last".
    pub doctor: String,
    pub license_number: String,
    pub qualifications: String,
    pub department: String,
    /// Those that the doctor met when submitting it.
    pub warnings: Vec<Warning>,
}

/// A prescription in a list.
#[derive(Clone, Debug)]
pub struct PrescriptionRow {
    pub prescription: Prescription,
    pub patient: String,
    pub patient_initials: String,
    pub doctor: String,
    pub medicines: Vec<String>,
    pub tests: Vec<String>,
}

impl PrescriptionRow {
    /// `Amoxicillin 500 mg, Paracetamol 1 g and 2 more`.
    pub fn summary(&self) -> String {
        let names: Vec<&str> = self.medicines.iter().chain(&self.tests).map(String::as_str).collect();
        match names.as_slice() {
            [] => "Nothing written yet".to_owned(),
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                format!("{first}, {second}, {third} and {} more", rest.len())
            }
            few => few.join(", "),
        }
    }
}
