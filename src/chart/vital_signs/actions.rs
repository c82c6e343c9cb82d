//! Taking vital signs outside a visit.

use super::model::VitalsId;
use super::{VitalSigns, queries};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients;
use crate::patients::model::PatientId;

/// Adds measurements to the chart of a patient in the person's care. Limits were checked when they were read.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` for somebody who has died.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    values: &VitalSigns,
) -> Result<VitalsId, AppError> {
    let found = patients::queries::find(db, actor, patient)?;
    if found.deceased_on.is_some() {
        return Err(AppError::Conflict(format!("{} has died. No vital signs can be recorded.", found.name())));
    }
    let id = queries::insert(db, patient, values, by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("created", "vital_signs", id).patient(patient))?;
    Ok(id)
}
