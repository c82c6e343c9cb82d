//! Writing doctors.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{doctor_specializations, doctors};
use crate::doctors::forms::{DoctorInput, OwnInput};
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::doctors::specializations::model::SpecializationId;

/// Adds a doctor.
pub fn insert(db: &mut DbConnection, user: UserId, input: &DoctorInput, now: NaiveDateTime) -> QueryResult<DoctorId> {
    diesel::insert_into(doctors::table)
        .values((
            doctors::user_id.eq(user),
            doctors::department_id.eq(input.department_id),
            doctors::license_number.eq(&input.license_number),
            doctors::qualifications.eq(&input.qualifications),
            doctors::bio.eq(&input.bio),
            doctors::experience_years.eq(input.experience_years),
            doctors::consultation_fee.eq(input.consultation_fee),
            doctors::is_available.eq(input.is_available),
            doctors::status.eq(input.status),
            doctors::created_at.eq(now),
            doctors::updated_at.eq(now),
        ))
        .returning(doctors::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: DoctorId,
    version: i32,
    input: &DoctorInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(doctors::table.find(id).filter(doctors::version.eq(version)))
        .set((
            doctors::department_id.eq(input.department_id),
            doctors::license_number.eq(&input.license_number),
            doctors::qualifications.eq(&input.qualifications),
            doctors::bio.eq(&input.bio),
            doctors::experience_years.eq(input.experience_years),
            doctors::consultation_fee.eq(input.consultation_fee),
            doctors::is_available.eq(input.is_available),
            doctors::status.eq(input.status),
            doctors::version.eq(version + 1),
            doctors::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Saves what doctors change of themselves; `false` when somebody else saved first.
pub fn update_own(
    db: &mut DbConnection,
    id: DoctorId,
    version: i32,
    input: &OwnInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(doctors::table.find(id).filter(doctors::version.eq(version)))
        .set((
            doctors::qualifications.eq(&input.qualifications),
            doctors::bio.eq(&input.bio),
            doctors::version.eq(version + 1),
            doctors::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// The doctor no longer works here.
pub fn set_inactive(db: &mut DbConnection, id: DoctorId, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(doctors::table.find(id))
        .set((
            doctors::status.eq(DoctorStatus::Inactive),
            doctors::is_available.eq(false),
            doctors::version.eq(doctors::version + 1),
            doctors::updated_at.eq(now),
        ))
        .execute(db)
        .map(|_| ())
}

/// The doctor has exactly these specializations from now on.
pub fn set_specializations(db: &mut DbConnection, id: DoctorId, chosen: &[SpecializationId]) -> QueryResult<()> {
    diesel::delete(doctor_specializations::table.filter(doctor_specializations::doctor_id.eq(id))).execute(db)?;
    for specialization in chosen {
        diesel::insert_into(doctor_specializations::table)
            .values((
                doctor_specializations::doctor_id.eq(id),
                doctor_specializations::specialization_id.eq(specialization),
            ))
            .execute(db)?;
    }
    Ok(())
}
