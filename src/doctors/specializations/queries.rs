//! SQL of specializations.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::SpecializationInput;
use super::model::{Specialization, SpecializationId, SpecializationRow};
use crate::db::DbConnection;
use crate::db::fold::name_key;
use crate::db::schema::{doctor_specializations, doctors, specializations, users};
use crate::doctors::model::{DoctorId, doctor_name};

/// A specialization. Everybody who sees doctors sees all of them.
pub fn find(db: &mut DbConnection, id: SpecializationId) -> QueryResult<Specialization> {
    specializations::table.find(id).select(Specialization::as_select()).first(db)
}

/// All specializations by name, with the number of doctors who have them.
pub fn list(db: &mut DbConnection) -> QueryResult<Vec<SpecializationRow>> {
    let found: Vec<Specialization> =
        specializations::table.order(specializations::name_key).select(Specialization::as_select()).load(db)?;
    let sizes: Vec<(SpecializationId, i64)> = doctor_specializations::table
        .group_by(doctor_specializations::specialization_id)
        .select((doctor_specializations::specialization_id, diesel::dsl::count_star()))
        .load(db)?;
    let row = |specialization: Specialization| SpecializationRow {
        doctors: sizes.iter().find(|(id, _)| *id == specialization.id).map_or(0, |(_, size)| *size),
        specialization,
    };
    Ok(found.into_iter().map(row).collect())
}

/// All specializations by name, for a choice: id and name.
pub fn options(db: &mut DbConnection) -> QueryResult<Vec<(String, String)>> {
    let rows: Vec<(SpecializationId, String)> = specializations::table
        .order(specializations::name_key)
        .select((specializations::id, specializations::name))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The doctors who have a specialization, by name, inactive ones too.
pub fn doctors_with(db: &mut DbConnection, id: SpecializationId) -> QueryResult<Vec<(DoctorId, String)>> {
    let rows: Vec<(DoctorId, String, String)> = doctor_specializations::table
        .inner_join(doctors::table.inner_join(users::table))
        .filter(doctor_specializations::specialization_id.eq(id))
        .order((users::last_name, users::first_name, doctors::id))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, first, last)| (id, doctor_name(&first, &last))).collect())
}

/// Adds a specialization.
pub fn insert(db: &mut DbConnection, input: &SpecializationInput, now: NaiveDateTime) -> QueryResult<SpecializationId> {
    diesel::insert_into(specializations::table)
        .values((
            specializations::name.eq(&input.name),
            specializations::name_key.eq(name_key(&input.name)),
            specializations::description.eq(&input.description),
            specializations::requirements.eq(&input.requirements),
            specializations::created_at.eq(now),
            specializations::updated_at.eq(now),
        ))
        .returning(specializations::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: SpecializationId,
    version: i32,
    input: &SpecializationInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(specializations::table.find(id).filter(specializations::version.eq(version)))
        .set((
            specializations::name.eq(&input.name),
            specializations::name_key.eq(name_key(&input.name)),
            specializations::description.eq(&input.description),
            specializations::requirements.eq(&input.requirements),
            specializations::version.eq(version + 1),
            specializations::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes a specialization. One that doctors have is kept by its foreign keys.
pub fn delete(db: &mut DbConnection, id: SpecializationId) -> QueryResult<()> {
    diesel::delete(specializations::table.find(id)).execute(db).map(|_| ())
}
