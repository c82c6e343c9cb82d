//! The pages of schedules.

pub mod exceptions;
pub mod hours;
pub mod overview;
mod stranded;

use crate::access::{Actor, Role};
use crate::db::DbConnection;
use crate::doctors;
use crate::doctors::model::DoctorId;
use crate::error::AppError;

/// The name of a doctor whose hours the person may see and, having the permission, change: doctors their own, the
/// others everybody's.
fn whose(db: &mut DbConnection, actor: &Actor, doctor: DoctorId) -> Result<String, AppError> {
    if actor.role == Role::Doctor && actor.doctor_id != Some(doctor) {
        return Err(AppError::NotFound);
    }
    Ok(doctors::queries::profile(db, actor, doctor)?.name())
}

/// The page with a doctor's hours.
fn overview_path(doctor: DoctorId) -> String {
    format!("/doctors/{doctor}/availability")
}
