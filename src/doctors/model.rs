//! What a doctor is.

use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use super::specializations::model::SpecializationId;
use crate::accounts::model::UserId;
use crate::db::schema::doctors;
use crate::db::text;
use crate::departments::model::DepartmentId;

/// The id of a doctor, who is not the same as the doctor's account.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DoctorId(pub i64);

impl From<DoctorId> for i64 {
    fn from(id: DoctorId) -> Self {
        id.0
    }
}

/// Whether a doctor works here.
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
pub enum DoctorStatus {
    Active,
    Inactive,
}

impl DoctorStatus {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }

    /// As it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl<DB: Backend> ToSql<Text, DB> for DoctorStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for DoctorStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A doctor as stored, without the person's name, which the account holds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = doctors)]
pub struct Doctor {
    pub id: DoctorId,
    pub user_id: UserId,
    pub department_id: DepartmentId,
    pub license_number: String,
    pub qualifications: String,
    pub bio: String,
    pub experience_years: i32,
    /// Minor units of the hospital's currency.
    pub consultation_fee: i64,
    /// Whether new appointments can be booked.
    pub is_available: bool,
    pub status: DoctorStatus,
    pub version: i32,
}

impl Doctor {
    /// Whether the doctor works here.
    pub fn is_active(&self) -> bool {
        self.status == DoctorStatus::Active
    }

    /// Whether somebody can book the doctor now.
    pub fn is_bookable(&self) -> bool {
        self.is_active() && self.is_available
    }
}

/// A doctor with everything that a profile or a list shows.
#[derive(Clone, Debug)]
pub struct Profile {
    pub doctor: Doctor,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub phone: String,
    pub has_picture: bool,
    /// Whether the account can sign in.
    pub account_is_active: bool,
    pub department: String,
    pub department_is_active: bool,
    pub specializations: Vec<Specialty>,
}

impl Profile {
    /// `Dr First Last`.
    pub fn name(&self) -> String {
        doctor_name(&self.first_name, &self.last_name)
    }

    /// The letters for the circle that stands for a picture.
    pub fn initials(&self) -> String {
        crate::web::page::initials(&self.first_name, &self.last_name)
    }

    /// The names of the specializations in one line.
    pub fn specialties(&self) -> String {
        specialties(&self.specializations)
    }
}

/// A specialization as doctors speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specialty {
    pub id: SpecializationId,
    pub name: String,
}

/// A doctor whom patients can book.
#[derive(Clone, Debug)]
pub struct DoctorCard {
    pub id: DoctorId,
    pub user_id: UserId,
    /// `Dr First Last`.
    pub name: String,
    pub initials: String,
    pub has_picture: bool,
    pub department_id: DepartmentId,
    pub department: String,
    /// The names in one line; empty when there are none.
    pub specializations: String,
    pub qualifications: String,
    pub experience_years: i32,
    /// Minor units of the hospital's currency.
    pub consultation_fee: i64,
}

/// How a doctor is called everywhere.
pub fn doctor_name(first_name: &str, last_name: &str) -> String {
    format!("Dr {}", format!("{first_name} {last_name}").trim())
}

/// The names of specializations in one line.
pub fn specialties(list: &[Specialty]) -> String {
    list.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ")
}
