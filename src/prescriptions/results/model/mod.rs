//! What a test found, and how far each ordered test is (FHIR's ServiceRequest, DiagnosticReport and Observation).

mod value;

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::db::schema::test_results;
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::documents::model::DocumentId;
use crate::patients::model::PatientId;
use crate::prescriptions::model::{PrescriptionId, PrescriptionStatus, Priority};

pub use value::{Flag, ResultValue, worst};

/// The id of an ordered test.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct TestOrderId(pub i64);

impl From<TestOrderId> for i64 {
    fn from(id: TestOrderId) -> Self {
        id.0
    }
}

/// The id of a result.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ResultId(pub i64);

impl From<ResultId> for i64 {
    fn from(id: ResultId) -> Self {
        id.0
    }
}

/// What a result is among those of its test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum ResultStatus {
    /// The first one.
    Final,
    /// It replaced an earlier one.
    Amended,
    EnteredInError,
}

impl<DB: Backend> ToSql<Text, DB> for ResultStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for ResultStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A result as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = test_results)]
pub struct TestResult {
    pub id: ResultId,
    pub test_order_id: TestOrderId,
    pub patient_id: PatientId,
    /// Who ordered the test, and has it among the unread ones.
    pub doctor_id: DoctorId,
    pub status: ResultStatus,
    pub conclusion: String,
    /// The laboratory's own report.
    pub document_id: Option<DocumentId>,
    /// The result that it replaced.
    pub amends_id: Option<ResultId>,
    pub amend_reason: String,
    /// When it was replaced by an amendment.
    pub replaced_at: Option<NaiveDateTime>,
    /// When the laboratory reported it, in UTC.
    pub resulted_at: NaiveDateTime,
    /// When it was entered here.
    pub entered_at: NaiveDateTime,
    pub entered_by: Option<UserId>,
    /// When a doctor read it: from then on the patient sees it.
    pub reviewed_at: Option<NaiveDateTime>,
    pub reviewed_by: Option<UserId>,
    /// What the doctor says to the patient about it.
    pub note_to_patient: String,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
    pub version: i32,
}

impl TestResult {
    /// Whether it is the one that counts.
    pub fn is_current(&self) -> bool {
        self.replaced_at.is_none() && self.status != ResultStatus::EnteredInError
    }

    /// Whether a doctor has read it.
    pub fn is_reviewed(&self) -> bool {
        self.reviewed_at.is_some()
    }
}

/// What a result says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// In UTC.
    pub resulted_at: NaiveDateTime,
    pub conclusion: String,
    pub values: Vec<ResultValue>,
}

impl Findings {
    /// All values in lines, for comparing two versions.
    pub fn values_text(&self) -> String {
        self.values.iter().map(ResultValue::text).collect::<Vec<_>>().join("\n")
    }
}

/// A result with its values and the names of those who had to do with it.
#[derive(Clone, Debug)]
pub struct ResultRow {
    pub result: TestResult,
    pub values: Vec<ResultValue>,
    /// A name; empty for the system.
    pub entered_by: String,
    pub reviewed_by: String,
    pub wrong_by: String,
}

impl ResultRow {
    /// What it says.
    pub fn findings(&self) -> Findings {
        Findings {
            resulted_at: self.result.resulted_at,
            conclusion: self.result.conclusion.clone(),
            values: self.values.clone(),
        }
    }

    /// The worst flag among the values.
    pub fn worst(&self) -> Flag {
        worst(self.values.iter().map(|v| v.flag))
    }
}

/// An ordered test of a prescription that is out.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: TestOrderId,
    pub test: String,
    pub instructions: String,
    pub priority: Priority,
    pub prescription_id: PrescriptionId,
    pub prescription_status: PrescriptionStatus,
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    /// In UTC.
    pub ordered_at: NaiveDateTime,
}

/// How far an ordered test is, for lists.
#[derive(Clone, Debug)]
pub struct OrderRow {
    pub order: Order,
    pub patient: String,
    pub patient_initials: String,
    /// "Dr First Last".
    pub doctor: String,
    /// The one that counts, if there is one.
    pub result: Option<TestResult>,
    /// The worst flag among its values.
    pub worst: Flag,
}

impl OrderRow {
    /// How far it is: the kind of badge, its shape and its words. A patient is not told of values that no doctor has
    /// read.
    pub fn state(&self) -> (&'static str, &'static str, &'static str) {
        match &self.result {
            None if self.order.prescription_status == PrescriptionStatus::Cancelled => {
                ("quiet", "circle-x", "Cancelled")
            }
            None => ("info", "hourglass", "Waiting for the result"),
            Some(result) if !result.is_reviewed() => ("violet", "inbox", "To be read by the doctor"),
            Some(_) => ("success", "circle-check", "Read by the doctor"),
        }
    }

    /// The worst flag, for those who may know it.
    pub fn shown_flag(&self, is_patient: bool) -> Option<Flag> {
        let is_known = self.result.as_ref().is_some_and(|result| !is_patient || result.is_reviewed());
        Some(self.worst).filter(|flag| is_known && flag.is_abnormal())
    }
}
