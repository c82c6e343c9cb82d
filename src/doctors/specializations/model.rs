//! What a specialization is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::specializations;

/// The id of a specialization.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct SpecializationId(pub i64);

impl From<SpecializationId> for i64 {
    fn from(id: SpecializationId) -> Self {
        id.0
    }
}

/// A specialization as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = specializations)]
pub struct Specialization {
    pub id: SpecializationId,
    pub name: String,
    pub description: String,
    /// What training or certificates it takes.
    pub requirements: String,
    pub version: i32,
}

/// A specialization in the list.
#[derive(Clone, Debug)]
pub struct SpecializationRow {
    pub specialization: Specialization,
    /// How many doctors have it, inactive ones too.
    pub doctors: i64,
}
