//! What an allergy is (FHIR's AllergyIntolerance).

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::chart::record::InError;
use crate::db::schema::allergies;
use crate::patients::model::{PatientId, Severity};

/// The id of an allergy.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct AllergyId(pub i64);

impl From<AllergyId> for i64 {
    fn from(id: AllergyId) -> Self {
        id.0
    }
}

/// An allergy as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = allergies)]
pub struct Allergy {
    pub id: AllergyId,
    pub patient_id: PatientId,
    pub substance: String,
    /// What happened; may be empty.
    pub reaction: String,
    pub severity: Severity,
    pub noted_by: Option<UserId>,
    pub noted_at: NaiveDateTime,
    pub version: i32,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
}

/// An allergy in the chart.
#[derive(Clone, Debug)]
pub struct AllergyRow {
    pub allergy: Allergy,
    /// Who noted it; empty for what came with the record.
    pub noted_by: String,
    pub in_error: Option<InError>,
}

/// That somebody asked and no allergy is known.
#[derive(Clone, Debug)]
pub struct NoneKnown {
    /// A name; empty for what came with the record.
    pub by: String,
    /// In UTC.
    pub at: NaiveDateTime,
}
