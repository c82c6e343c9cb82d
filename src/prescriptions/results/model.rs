//! What a test found, and how far each ordered test is (FHIR's ServiceRequest, DiagnosticReport and Observation).

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
use crate::db::schema::{test_result_values, test_results};
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::documents::model::DocumentId;
use crate::patients::model::PatientId;
use crate::prescriptions::model::{PrescriptionId, PrescriptionStatus, Priority};

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

/// How a value stands to its reference range.
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
pub enum Flag {
    /// Nobody said, and it does not follow from the range.
    #[default]
    #[strum(serialize = "")]
    Unsaid,
    Normal,
    Low,
    High,
    Critical,
}

impl Flag {
    /// The flag as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The flag as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unsaid => "From the range",
            Self::Normal => "Normal",
            Self::Low => "Low",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// The shape beside the words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Unsaid => "minus",
            Self::Normal => "check",
            Self::Low => "chevron-down",
            Self::High => "chevron-up",
            Self::Critical => "alert-triangle",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Unsaid | Self::Normal => "neutral",
            Self::Low | Self::High => "warning",
            Self::Critical => "danger",
        }
    }

    /// Whether the value lies outside of what is usual.
    pub fn is_abnormal(self) -> bool {
        matches!(self, Self::Low | Self::High | Self::Critical)
    }
}

impl<DB: Backend> ToSql<Text, DB> for Flag
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Flag
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// One measured value. Laboratories also write `positive`, `< 0.4` or `trace`, so everything is text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = test_result_values)]
pub struct ResultValue {
    pub name: String,
    pub value: String,
    pub unit: String,
    /// The ends of what is usual; either may be empty.
    pub reference_low: String,
    pub reference_high: String,
    pub flag: Flag,
}

impl ResultValue {
    /// What follows from value and range, both read as numbers; `Unsaid` when one of them is none.
    pub fn computed_flag(&self) -> Flag {
        let Some(value) = number(&self.value) else { return Flag::Unsaid };
        let (low, high) = (number(&self.reference_low), number(&self.reference_high));
        match (low, high) {
            (Some(low), _) if value < low => Flag::Low,
            (_, Some(high)) if value > high => Flag::High,
            (None, None) => Flag::Unsaid,
            _ => Flag::Normal,
        }
    }

    /// `3.5 – 5.1`, `from 40`, `up to 5`; empty for none.
    pub fn range(&self) -> String {
        match (self.reference_low.as_str(), self.reference_high.as_str()) {
            ("", "") => String::new(),
            (low, "") => format!("from {low}"),
            ("", high) => format!("up to {high}"),
            (low, high) => format!("{low} – {high}"),
        }
    }

    /// `Potassium 5.6 mmol/l (High)`, for comparing two versions.
    pub fn text(&self) -> String {
        let flag = if self.flag.is_abnormal() { format!(" ({})", self.flag.label()) } else { String::new() };
        format!("{} {} {}", self.name, self.value, self.unit).trim().to_owned() + &flag
    }
}

/// A number as laboratories write it, with a comma or a point.
fn number(text: &str) -> Option<f64> {
    let plain = text.trim().replace(',', ".");
    let is_plain = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
    plain.parse::<f64>().ok().filter(|n| is_plain && n.is_finite())
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

/// The flag that matters most among these.
pub fn worst(flags: impl Iterator<Item = Flag>) -> Flag {
    flags.fold(Flag::Unsaid, |worst, flag| match (worst, flag) {
        (Flag::Critical, _) | (_, Flag::Critical) => Flag::Critical,
        (worst, flag) if flag.is_abnormal() || worst == Flag::Unsaid => flag,
        (worst, _) => worst,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, low: &str, high: &str) -> ResultValue {
        ResultValue {
            name: "Potassium".to_owned(),
            value: value.to_owned(),
            unit: "mmol/l".to_owned(),
            reference_low: low.to_owned(),
            reference_high: high.to_owned(),
            flag: Flag::Unsaid,
        }
    }

    #[test]
    fn a_flag_follows_from_value_and_range_where_both_are_numbers() {
        for (measured, low, high, flag) in [
            ("5.6", "3.5", "5.1", Flag::High),
            ("3,4", "3,5", "5,1", Flag::Low),
            ("3.5", "3.5", "5.1", Flag::Normal),
            ("7", "", "5", Flag::High),
            ("39", "40", "", Flag::Low),
            ("4", "", "", Flag::Unsaid),
            ("positive", "3.5", "5.1", Flag::Unsaid),
            ("< 0.4", "", "0.4", Flag::Unsaid),
            ("inf", "1", "2", Flag::Unsaid),
            ("1e9", "1", "2", Flag::Unsaid),
            ("NaN", "1", "2", Flag::Unsaid),
        ] {
            assert_eq!(value(measured, low, high).computed_flag(), flag, "{measured} in {low}..{high}");
        }
    }

    #[test]
    fn ranges_are_said_with_one_end_or_two() {
        assert_eq!(value("1", "3.5", "5.1").range(), "3.5 – 5.1");
        assert_eq!(value("1", "40", "").range(), "from 40");
        assert_eq!(value("1", "", "5").range(), "up to 5");
        assert_eq!(value("1", "", "").range(), "");
    }

    #[test]
    fn the_worst_flag_is_the_one_that_matters() {
        use Flag::{Critical, High, Low, Normal, Unsaid};
        assert_eq!(worst([Normal, High, Unsaid].into_iter()), High);
        assert_eq!(worst([Low, Critical, Normal].into_iter()), Critical);
        assert_eq!(worst([Unsaid, Normal].into_iter()), Normal);
        assert_eq!(worst(std::iter::empty()), Unsaid);
    }
}
