//! SQL of the board's own: what its filters offer.

use diesel::prelude::*;

use super::model::{Choice, Choices};
use crate::db::DbConnection;
use crate::db::schema::{departments, doctors, users};
use crate::departments::model::DepartmentId;
use crate::doctors::model::{DoctorId, DoctorStatus, doctor_name};

/// The departments that have doctors, and the active doctors, those of the chosen department only. By name.
pub fn choices(db: &mut DbConnection, department: Option<DepartmentId>) -> QueryResult<Choices> {
    let found: Vec<(DoctorId, String, String, DepartmentId, String)> = doctors::table
        .inner_join(users::table)
        .inner_join(departments::table.on(departments::id.eq(doctors::department_id)))
        .filter(doctors::status.eq(DoctorStatus::Active))
        .order((departments::name_key, departments::id, users::last_name, users::first_name, doctors::id))
        .select((doctors::id, users::first_name, users::last_name, departments::id, departments::name))
        .load(db)?;
    let mut choices = Choices::default();
    for (doctor, first, last, its_department, name) in found {
        if choices.departments.last().is_none_or(|d| d.id != its_department) {
            choices.departments.push(Choice { id: its_department, name });
        }
        if department.is_none_or(|wanted| wanted == its_department) {
            choices.doctors.push(Choice { id: doctor, name: doctor_name(&first, &last) });
        }
    }
    Ok(choices)
}
