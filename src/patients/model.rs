//! What a patient is.

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;
use strum::VariantArray;

use crate::accounts::model::UserId;
use crate::codes;
use crate::db::schema::patients;
use crate::db::{fold, text};
use crate::web::page;

/// The id of a patient.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PatientId(pub i64);

impl From<PatientId> for i64 {
    fn from(id: PatientId) -> Self {
        id.0
    }
}

impl PatientId {
    /// The number that people use: `PAT000123`.
    pub fn code(self) -> String {
        codes::write("PAT", self.0)
    }

    /// The id behind a number as people type it: `PAT000123`, `pat123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        codes::read("PAT", code).map(Self)
    }
}

/// The administrative gender (FHIR's `AdministrativeGender`): for identifying a person, not for treating one.
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
pub enum Gender {
    Female,
    Male,
    Other,
    Unknown,
}

impl Gender {
    /// The gender as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Female => "Female",
            Self::Male => "Male",
            Self::Other => "Other",
            Self::Unknown => "Unknown",
        }
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Stored names and labels, for a choice in a form.
    pub fn options() -> Vec<(&'static str, &'static str)> {
        Self::VARIANTS.iter().map(|v| (v.as_str(), v.label())).collect()
    }
}

impl<DB: Backend> ToSql<Text, DB> for Gender
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Gender
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A blood group of the ABO and Rhesus systems, stored as it is said: `A+`, `O-`.
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
pub enum BloodGroup {
    #[strum(serialize = "A+")]
    APositive,
    #[strum(serialize = "A-")]
    ANegative,
    #[strum(serialize = "B+")]
    BPositive,
    #[strum(serialize = "B-")]
    BNegative,
    #[strum(serialize = "AB+")]
    AbPositive,
    #[strum(serialize = "AB-")]
    AbNegative,
    #[strum(serialize = "O+")]
    OPositive,
    #[strum(serialize = "O-")]
    ONegative,
}

impl BloodGroup {
    /// The group as it is stored: `A+`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The group as it is printed, with a real minus sign, which is easier to see.
    pub fn label(self) -> String {
        self.as_str().replace('-', "−")
    }

    /// Stored names and labels, for a choice in a form.
    pub fn options() -> Vec<(&'static str, String)> {
        Self::VARIANTS.iter().map(|v| (v.as_str(), v.label())).collect()
    }
}

impl<DB: Backend> ToSql<Text, DB> for BloodGroup
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for BloodGroup
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How bad an allergic reaction is.
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
pub enum Severity {
    Mild,
    Moderate,
    Severe,
    Unknown,
}

impl Severity {
    /// The severity as people read it, after the substance.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
            Self::Unknown => "severity unknown",
        }
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Where it stands among others, the worst first. One of unknown severity may be the worst.
    pub fn rank(self) -> u8 {
        match self {
            Self::Severe => 0,
            Self::Unknown => 1,
            Self::Moderate => 2,
            Self::Mild => 3,
        }
    }

    /// Stored names and labels, for a choice in a form.
    pub fn options() -> Vec<(&'static str, &'static str)> {
        let label = |severity: Self| if severity == Self::Unknown { "not known" } else { severity.label() };
        Self::VARIANTS.iter().map(|v| (v.as_str(), label(*v))).collect()
    }
}

impl<DB: Backend> ToSql<Text, DB> for Severity
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Severity
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A patient as stored. What search is made of (`name_search`, `phone_digits`) stays in the database.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = patients)]
pub struct Patient {
    pub id: PatientId,
    /// The account that opens this record as its own, if the person has one.
    pub user_id: Option<UserId>,
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: NaiveDate,
    pub gender: Gender,
    pub blood_group: Option<BloodGroup>,
    pub phone: String,
    /// Lower case; empty for none.
    pub email: String,
    pub address: String,
    pub emergency_name: String,
    pub emergency_relation: String,
    pub emergency_phone: String,
    pub insurance_provider: String,
    pub insurance_policy_number: String,
    /// The last day that the insurance pays for.
    pub insurance_valid_until: Option<NaiveDate>,
    /// General medical history, as free text. Part of the chart: not for everybody who sees the rest.
    pub medical_history: String,
    pub version: i32,
    pub created_at: NaiveDateTime,
    /// The day of death; `None` for the living.
    pub deceased_on: Option<NaiveDate>,
}

impl Patient {
    /// First and last name.
    pub fn name(&self) -> String {
        full_name(&self.first_name, &self.last_name)
    }

    /// The first letters of the names, for the circle that stands for a picture.
    pub fn initials(&self) -> String {
        page::initials(&self.first_name, &self.last_name)
    }

    /// Whether an insurance is known and no longer pays on this day.
    pub fn insurance_has_ended(&self, today: NaiveDate) -> bool {
        self.insurance_valid_until.is_some_and(|until| until < today)
    }
}

/// First and last name in one; a person may have only one of them.
pub fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

/// What `name_search` holds: last and first name as search and sorting compare them.
pub fn name_search(first: &str, last: &str) -> String {
    searchable(&format!("{last} {first}"))
}

/// A name as search compares it: plain lower-case words, without accents, apostrophes and hyphens. `O’Brien-Łuk`
/// becomes `obrien luk`.
pub fn searchable(name: &str) -> String {
    let folded = fold::fold(name).replace('\'', "");
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for written in ["PAT000123", "pat123", " Pat0123 "] {
            assert_eq!(PatientId::from_code(written), Some(PatientId(123)), "{written:?}");
        }
        for other in ["", "PAT", "123", "APT000123", "PAT12x", "PAT9999999999999999"] {
            assert_eq!(PatientId::from_code(other), None, "{other:?}");
        }
    }

    #[test]
    fn blood_groups_keep_their_names() {
        for group in BloodGroup::VARIANTS {
            assert_eq!(BloodGroup::from_str(group.as_str()), Ok(*group));
        }
        assert_eq!(BloodGroup::AbNegative.as_str(), "AB-");
        assert_eq!(BloodGroup::AbNegative.label(), "AB−");
    }

    #[test]
    fn names_are_searched_without_case_and_accents() {
        assert_eq!(name_search("Zoë", "Łukasz-Ñúñez"), "lukasz nunez zoe");
        assert_eq!(name_search("Seán", "O’Brien"), "obrien sean");
        assert_eq!(name_search("%", "_"), "");
    }
}
