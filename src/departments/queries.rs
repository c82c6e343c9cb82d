//! SQL of departments.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::DepartmentInput;
use super::model::{Department, DepartmentId, DepartmentRow, Member};
use crate::access::{Actor, Permission};
use crate::db::fold::name_key;
use crate::db::schema::{departments, doctors, users};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::{DoctorId, DoctorStatus};

/// The departments that a person may see: administrators all, everybody else the active ones.
pub fn visible_to(actor: &Actor) -> departments::BoxedQuery<'static, MultiBackend> {
    let query = departments::table.into_boxed();
    if actor.may(Permission::ManageDepartments) { query } else { query.filter(departments::is_active.eq(true)) }
}

/// A department that the person may see.
pub fn find(db: &mut DbConnection, actor: &Actor, id: DepartmentId) -> QueryResult<Department> {
    visible_to(actor).filter(departments::id.eq(id)).select(Department::as_select()).first(db)
}

/// The departments that the person may see, with their heads and sizes, by name.
pub fn list(db: &mut DbConnection, actor: &Actor) -> QueryResult<Vec<DepartmentRow>> {
    let found: Vec<Department> =
        visible_to(actor).order(departments::name_key).select(Department::as_select()).load(db)?;
    let sizes: Vec<(DepartmentId, i64)> = doctors::table
        .filter(doctors::status.eq(DoctorStatus::Active))
        .group_by(doctors::department_id)
        .select((doctors::department_id, diesel::dsl::count_star()))
        .load(db)?;
    let heads: Vec<(DepartmentId, String, String)> = departments::table
        .inner_join(doctors::table.on(departments::head_doctor_id.eq(doctors::id.nullable())))
        .inner_join(users::table.on(doctors::user_id.eq(users::id)))
        .select((departments::id, users::first_name, users::last_name))
        .load(db)?;
    let row = |department: Department| DepartmentRow {
        head: heads.iter().find(|(id, ..)| *id == department.id).map(|(_, first, last)| format!("Dr {first} {last}")),
        doctors: sizes.iter().find(|(id, _)| *id == department.id).map_or(0, |(_, size)| *size),
        department,
    };
    Ok(found.into_iter().map(row).collect())
}

/// The departments that are open to patients, as id and name for a choice.
pub fn names(db: &mut DbConnection, actor: &Actor) -> QueryResult<Vec<(String, String)>> {
    let found: Vec<(DepartmentId, String)> = visible_to(actor)
        .filter(departments::is_active.eq(true))
        .order(departments::name_key)
        .select((departments::id, departments::name))
        .load(db)?;
    Ok(found.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The doctors of a department by name, inactive ones too.
pub fn members(db: &mut DbConnection, id: DepartmentId) -> QueryResult<Vec<Member>> {
    let head: Option<DoctorId> = departments::table.find(id).select(departments::head_doctor_id).first(db)?;
    let rows: Vec<(DoctorId, String, String, String, DoctorStatus)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::department_id.eq(id))
        .order((users::last_name, users::first_name, doctors::id))
        .select((doctors::id, users::first_name, users::last_name, doctors::qualifications, doctors::status))
        .load(db)?;
    let member = |(id, first, last, qualifications, status): (DoctorId, String, String, String, DoctorStatus)| Member {
        id,
        name: format!("Dr {first} {last}"),
        qualifications,
        is_active: status == DoctorStatus::Active,
        is_head: head == Some(id),
    };
    Ok(rows.into_iter().map(member).collect())
}

/// Adds a department.
pub fn insert(db: &mut DbConnection, input: &DepartmentInput, now: NaiveDateTime) -> QueryResult<DepartmentId> {
    diesel::insert_into(departments::table)
        .values((
            departments::name.eq(&input.name),
            departments::name_key.eq(name_key(&input.name)),
            departments::description.eq(&input.description),
            departments::head_doctor_id.eq(input.head_doctor_id),
            departments::location.eq(&input.location),
            departments::phone.eq(&input.phone),
            departments::is_active.eq(input.is_active),
            departments::created_at.eq(now),
            departments::updated_at.eq(now),
        ))
        .returning(departments::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: DepartmentId,
    version: i32,
    input: &DepartmentInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(departments::table.find(id).filter(departments::version.eq(version)))
        .set((
            departments::name.eq(&input.name),
            departments::name_key.eq(name_key(&input.name)),
            departments::description.eq(&input.description),
            departments::head_doctor_id.eq(input.head_doctor_id),
            departments::location.eq(&input.location),
            departments::phone.eq(&input.phone),
            departments::is_active.eq(input.is_active),
            departments::version.eq(version + 1),
            departments::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes a department. One that is in use is kept by its foreign keys.
pub fn delete(db: &mut DbConnection, id: DepartmentId) -> QueryResult<()> {
    diesel::delete(departments::table.find(id)).execute(db).map(|_| ())
}

/// A department's name, for those who choose one: the scope was checked with the choice.
pub fn name(db: &mut DbConnection, id: DepartmentId) -> QueryResult<String> {
    departments::table.find(id).select(departments::name).first(db)
}

/// The doctor no longer heads any department but `except`.
pub fn end_headships(
    db: &mut DbConnection,
    doctor: DoctorId,
    except: Option<DepartmentId>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let headed = departments::table
        .filter(departments::head_doctor_id.eq(doctor))
        .filter(departments::id.ne(except.unwrap_or(DepartmentId(0))));
    diesel::update(headed)
        .set((
            departments::head_doctor_id.eq(None::<DoctorId>),
            departments::version.eq(departments::version + 1),
            departments::updated_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}
