//! What a prescription is: medications and test orders that a doctor signs for.

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use super::whiteboard::Drawing;
use crate::access::{Actor, token};
use crate::appointments::model::AppointmentId;
use crate::codes;
use crate::db::schema::{prescription_medications, prescription_warnings, prescriptions, test_orders};
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::encounters::model::EncounterId;
use crate::medicines::directions;
use crate::medicines::interactions::model::Severity;
use crate::medicines::model::MedicineId;
use crate::patients::model::PatientId;

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

/// How far a prescription is. A draft is its doctor's alone.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum PrescriptionStatus {
    Draft,
    Submitted,
    PartiallyFulfilled,
    Fulfilled,
    Cancelled,
}

impl PrescriptionStatus {
    /// The status as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Submitted => "Submitted",
            Self::PartiallyFulfilled => "Partly dispensed",
            Self::Fulfilled => "Dispensed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The shape beside the words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Draft => "pencil",
            Self::Submitted => "send",
            Self::PartiallyFulfilled => "circle-dashed",
            Self::Fulfilled => "circle-check",
            Self::Cancelled => "circle-x",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Draft => "warning",
            Self::Submitted => "info",
            Self::PartiallyFulfilled => "violet",
            Self::Fulfilled => "success",
            Self::Cancelled => "danger",
        }
    }

    /// Whether its doctor may still take it back: nothing has been handed out.
    pub fn may_be_cancelled(self) -> bool {
        self == Self::Submitted
    }
}

impl<DB: Backend> ToSql<Text, DB> for PrescriptionStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PrescriptionStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How soon a test is wanted.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum Priority {
    #[default]
    Routine,
    Urgent,
    Stat,
}

impl Priority {
    /// The priority as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The priority as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Routine => "Routine",
            Self::Urgent => "Urgent",
            Self::Stat => "At once (stat)",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Routine => "neutral",
            Self::Urgent => "warning",
            Self::Stat => "danger",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for Priority
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Priority
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
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

/// How something stands, as a badge says it: the words and a shape; the colour only helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub kind: &'static str,
    pub icon: &'static str,
    pub label: &'static str,
}

/// A medicine and how it is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = prescription_medications)]
pub struct Medication {
    /// The name with its strength, as the doctor wrote it.
    pub medicine: String,
    pub dose: String,
    pub unit: String,
    /// A name of `directions::ROUTES`, or empty.
    pub route: String,
    /// A code of `directions::FREQUENCIES`, or the doctor's own words.
    pub frequency: String,
    pub duration_days: Option<i32>,
    /// In base units: tablets, millilitres.
    pub quantity: Option<i32>,
    /// Whether the quantity follows from the rest, rather than having been typed.
    pub quantity_is_computed: bool,
    pub instructions: String,
    /// The catalogue's medicine of this name; `None` for what was written freely.
    pub medicine_id: Option<MedicineId>,
}

impl Medication {
    /// `1 tablet by mouth, three times a day, for 5 days`.
    pub fn directions(&self) -> String {
        directions::words(&self.dose, &self.unit, &self.route, &self.frequency, self.duration_days)
    }

    /// Lets the quantity follow from the rest, unless one was typed.
    pub fn compute_quantity(&mut self) {
        let computed = directions::quantity(&self.dose, &self.unit, &self.frequency, self.duration_days);
        if self.quantity.is_none() || self.quantity_is_computed {
            self.quantity = computed;
            self.quantity_is_computed = computed.is_some();
        }
    }

    /// `15 tablets`; empty when nobody said how much.
    pub fn quantity_text(&self) -> String {
        self.quantity.map(|q| quantity_text(q, &self.unit)).unwrap_or_default()
    }

    /// The whole line, for comparing two versions.
    pub fn text(&self) -> String {
        let parts = [self.medicine.clone(), self.directions(), self.quantity_text(), self.instructions.clone()];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// A quantity with its unit, where the unit is one that is counted out: a dose in milligrams says nothing about it.
pub fn quantity_text(quantity: i32, unit: &str) -> String {
    let is_counted =
        directions::UNITS.iter().any(|(name, counted)| *counted && *name == directions::unit_after(false, unit));
    if is_counted { format!("{quantity} {}", directions::unit_after(quantity > 1, unit)) } else { quantity.to_string() }
}

/// An examination that the doctor asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = test_orders)]
pub struct TestOrder {
    pub test: String,
    pub instructions: String,
    pub priority: Priority,
}

impl TestOrder {
    /// The whole line, for comparing two versions.
    pub fn text(&self) -> String {
        let parts = [self.test.as_str(), self.priority.label(), &self.instructions];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum WarningKind {
    Allergy,
    Duplicate,
    Interaction,
    Dose,
}

impl WarningKind {
    /// The kind as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Allergy => "Allergy",
            Self::Duplicate => "Twice",
            Self::Interaction => "Interaction",
            Self::Dose => "Dose",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for WarningKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for WarningKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// What speaks against a line, as it was shown to the doctor.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = prescription_warnings)]
pub struct Warning {
    pub kind: WarningKind,
    pub severity: Severity,
    /// The line's medicine.
    pub medicine: String,
    /// Why.
    pub message: String,
    /// From where.
    pub source: String,
}

/// Stands for exactly these warnings, so that a reason counts for those that were read; empty for none.
pub fn fingerprint(warnings: &[Warning]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let all: Vec<String> =
        warnings.iter().map(|w| [w.medicine.as_str(), &w.message, &w.source].join("\u{1f}")).collect();
    token::hash(&all.join("\u{1e}"))
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
