//! What is to be paid.

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
use crate::appointments::model::AppointmentId;
use crate::db::schema::charge_items;
use crate::db::text;
use crate::departments::model::DepartmentId;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;
use crate::pharmacy::stock::model::DispensingItemId;
use crate::prescriptions::results::model::TestOrderId;

/// The id of a charge item.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ChargeId(pub i64);

impl From<ChargeId> for i64 {
    fn from(id: ChargeId) -> Self {
        id.0
    }
}

/// What is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum ChargeKind {
    Visit,
    Dispensing,
    Test,
    Manual,
}

impl ChargeKind {
    /// What it is for, as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visit => "Visit",
            Self::Dispensing => "Medicine",
            Self::Test => "Test",
            Self::Manual => "Service",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for ChargeKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for ChargeKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How far a charge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum ChargeStatus {
    /// On no bill yet.
    Open,
    /// On a bill: only the bill's own corrections change what is paid.
    Billed,
    Cancelled,
}

impl<DB: Backend> ToSql<Text, DB> for ChargeStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for ChargeStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A charge item as stored. Prices and amounts are minor units of the hospital's currency.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = charge_items)]
pub struct ChargeItem {
    pub id: ChargeId,
    pub patient_id: PatientId,
    pub kind: ChargeKind,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    /// Quantity times price.
    pub amount: i64,
    pub status: ChargeStatus,
    pub dispensing_item_id: Option<DispensingItemId>,
    /// In UTC.
    pub created_at: NaiveDateTime,
}

/// A charge for what was handed over, to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = charge_items)]
pub struct NewDispensingCharge {
    pub patient_id: PatientId,
    pub kind: ChargeKind,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub amount: i64,
    pub department_id: Option<DepartmentId>,
    pub doctor_id: Option<DoctorId>,
    pub dispensing_item_id: Option<DispensingItemId>,
    pub status: ChargeStatus,
    pub created_by: Option<UserId>,
    pub created_at: NaiveDateTime,
}

/// A charge of any other kind, to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = charge_items)]
pub struct NewCharge {
    pub patient_id: PatientId,
    pub kind: ChargeKind,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub amount: i64,
    pub department_id: Option<DepartmentId>,
    pub doctor_id: Option<DoctorId>,
    pub appointment_id: Option<AppointmentId>,
    pub test_order_id: Option<TestOrderId>,
    pub status: ChargeStatus,
    pub created_by: Option<UserId>,
    pub created_at: NaiveDateTime,
}

/// A charge in a list.
#[derive(Clone, Debug)]
pub struct ChargeRow {
    pub charge: ChargeItem,
    /// The department that it is for; empty for none.
    pub department: String,
}

/// Who pays: a patient as the accounts know them.
#[derive(Clone, Debug, Queryable)]
pub struct Payer {
    pub id: PatientId,
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: chrono::NaiveDate,
    pub address: String,
    pub insurance_provider: String,
    pub insurance_policy_number: String,
}

impl Payer {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// A patient who was charged for something that stands on no bill yet.
#[derive(Clone, Debug)]
pub struct UnbilledRow {
    pub patient: PatientId,
    pub name: String,
    /// When the first of it was charged, in UTC.
    pub since: Option<NaiveDateTime>,
    /// How many.
    pub charges: i64,
    /// What they come to, minor units of the hospital's currency.
    pub amount: i64,
}
