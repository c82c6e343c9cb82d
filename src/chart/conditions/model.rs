//! What a condition is (FHIR's Condition, on the problem list).

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::chart::record::InError;
use crate::db::schema::conditions;
use crate::patients::model::PatientId;

/// The id of a condition.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct ConditionId(pub i64);

impl From<ConditionId> for i64 {
    fn from(id: ConditionId) -> Self {
        id.0
    }
}

/// A condition as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = conditions)]
pub struct Condition {
    pub id: ConditionId,
    pub patient_id: PatientId,
    /// ICD-10-CM, in capitals; empty when none was chosen.
    pub code: String,
    pub description: String,
    pub onset_date: Option<NaiveDate>,
    pub resolved_date: Option<NaiveDate>,
    pub noted_by: Option<UserId>,
    pub noted_at: NaiveDateTime,
    pub version: i32,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
}

impl Condition {
    /// The code with the words, as far as there is one.
    pub fn text(&self) -> String {
        if self.code.is_empty() { self.description.clone() } else { format!("{} {}", self.code, self.description) }
    }
}

/// A condition in the chart.
#[derive(Clone, Debug)]
pub struct ConditionRow {
    pub condition: Condition,
    /// Who noted it; empty for what came with the record.
    pub noted_by: String,
    pub in_error: Option<InError>,
}
