//! What an encounter is: the record of one visit.

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::appointments::model::AppointmentId;
use crate::chart::vital_signs::VitalSigns;
use crate::db::schema::{encounter_diagnoses, encounters};
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// The id of an encounter.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct EncounterId(pub i64);

impl From<EncounterId> for i64 {
    fn from(id: EncounterId) -> Self {
        id.0
    }
}

/// How far the record of a visit is.
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
pub enum EncounterStatus {
    /// Being written; only its doctor sees it.
    Draft,
    /// Final: part of the patient's record.
    Signed,
    /// Opened by mistake and kept: a draft is shown to nobody, a signed one struck through to those who treat the patient.
    EnteredInError,
}

impl<DB: Backend> ToSql<Text, DB> for EncounterStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for EncounterStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// An encounter as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = encounters)]
pub struct Encounter {
    pub id: EncounterId,
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    /// `None` for a walk-in.
    pub appointment_id: Option<AppointmentId>,
    /// The hospital's date of the visit.
    pub visit_date: NaiveDate,
    pub status: EncounterStatus,
    pub symptoms: String,
    pub treatment_plan: String,
    pub notes: String,
    pub follow_up_date: Option<NaiveDate>,
    pub signed_at: Option<NaiveDateTime>,
    pub version: i32,
    pub updated_at: NaiveDateTime,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_reason: String,
}

impl Encounter {
    /// Whether it is this person's own to write on.
    pub fn is_draft_of(&self, actor: &Actor) -> bool {
        self.status == EncounterStatus::Draft && actor.doctor_id == Some(self.doctor_id)
    }
}

/// A diagnosis of a visit: a code of ICD-10-CM where the doctor gave one, and words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, Serialize, Deserialize)]
#[serde(default)]
#[diesel(table_name = encounter_diagnoses)]
pub struct Diagnosis {
    pub code: String,
    pub description: String,
    /// At most one of a visit.
    pub is_primary: bool,
    /// Whether it goes onto the patient's list of conditions when the visit is signed.
    pub is_condition: bool,
}

impl Diagnosis {
    /// `J06.9 Acute upper respiratory infection`, or the words alone.
    pub fn text(&self) -> String {
        format!("{} {}", self.code, self.description).trim().to_owned()
    }
}

/// What the doctor writes about a visit. Older versions are stored as its JSON, so a field that is added has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    pub symptoms: String,
    pub vital_signs: VitalSigns,
    /// In the order they were written, at most one of them primary.
    pub diagnoses: Vec<Diagnosis>,
    pub treatment_plan: String,
    pub notes: String,
    pub follow_up_date: Option<NaiveDate>,
}

impl Content {
    /// Whether it says enough to be signed: what was complained of, found or noted.
    pub fn says_something(&self) -> bool {
        !self.symptoms.is_empty() || !self.diagnoses.is_empty() || !self.notes.is_empty()
    }

    /// The diagnoses, one per line, the primary one marked: for comparing two versions.
    pub fn diagnoses_text(&self) -> String {
        let line = |d: &Diagnosis| {
            let primary = if d.is_primary { " (primary)" } else { "" };
            let condition = if d.is_condition { " (kept as a condition)" } else { "" };
            format!("{}{primary}{condition}", d.text())
        };
        self.diagnoses.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// An encounter with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Visit {
    pub encounter: Encounter,
    pub content: Content,
    /// "Dr First Last".
    pub doctor: String,
    pub license_number: String,
    pub department: String,
}

/// What a signed visit said before it was amended.
#[derive(Clone, Debug)]
pub struct Version {
    pub version: i32,
    pub content: Content,
    /// Who amended it, why, and when in UTC.
    pub author: String,
    pub reason: String,
    pub amended_at: NaiveDateTime,
}

/// A visit in a list.
#[derive(Clone, Debug)]
pub struct VisitRow {
    pub id: EncounterId,
    pub patient_id: PatientId,
    pub visit_date: NaiveDate,
    pub status: EncounterStatus,
    pub doctor: String,
    pub department: String,
    pub symptoms: String,
    pub treatment_plan: String,
    pub diagnoses: Vec<Diagnosis>,
}

impl VisitRow {
    /// What it was about in a line: the primary diagnosis, else the first, else the symptoms.
    pub fn title(&self) -> String {
        let main = self.diagnoses.iter().find(|d| d.is_primary).or(self.diagnoses.first());
        match main {
            Some(diagnosis) => diagnosis.text(),
            None if !self.symptoms.is_empty() => self.symptoms.lines().next().unwrap_or_default().to_owned(),
            None => "Visit".to_owned(),
        }
    }
}

/// A draft that its doctor has not signed yet.
#[derive(Clone, Debug)]
pub struct DraftRow {
    pub id: EncounterId,
    pub patient_id: PatientId,
    pub patient: String,
    pub visit_date: NaiveDate,
    pub updated_at: NaiveDateTime,
}
