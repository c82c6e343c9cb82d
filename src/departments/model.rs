//! What a department is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::departments;
use crate::doctors::model::DoctorId;

/// The id of a department.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DepartmentId(pub i64);

impl From<DepartmentId> for i64 {
    fn from(id: DepartmentId) -> Self {
        id.0
    }
}

/// A department as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = departments)]
pub struct Department {
    pub id: DepartmentId,
    pub name: String,
    pub description: String,
    pub head_doctor_id: Option<DoctorId>,
    /// Where in the building.
    pub location: String,
    pub phone: String,
    /// Whether patients see it and can book there.
    pub is_active: bool,
    pub version: i32,
}

/// A department in a list.
#[derive(Clone, Debug)]
pub struct DepartmentRow {
    pub department: Department,
    /// The head's name, if it has one.
    pub head: Option<String>,
    /// How many active doctors belong to it.
    pub doctors: i64,
}

/// A doctor as departments speak of them.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: DoctorId,
    pub name: String,
    pub qualifications: String,
    pub is_active: bool,
    pub is_head: bool,
}
