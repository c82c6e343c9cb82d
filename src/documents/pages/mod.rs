//! The pages of documents.

pub mod change;
pub mod list;
pub mod show;

use strum::VariantArray;

use super::model::DocumentKind;
use crate::access::{Actor, Permission};
use crate::db::DbConnection;
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::time::date_text;

/// How many of a patient's last visits can be chosen for a document.
const VISITS: i64 = 30;

/// The kinds, for a choice.
fn kinds() -> Vec<(&'static str, &'static str)> {
    DocumentKind::VARIANTS.iter().map(|kind| (kind.as_str(), kind.label())).collect()
}

/// The patient's last visits that the person may read, for a choice; `chosen` is among them however old it is.
fn visits(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    chosen: Option<EncounterId>,
) -> Result<Vec<(String, String)>, AppError> {
    if !actor.may(Permission::ReadChart) {
        return Ok(Vec::new());
    }
    let rows = encounters::queries::for_patient(db, actor, patient, 0, VISITS)?;
    let mut options: Vec<(String, String)> = rows
        .into_iter()
        .map(|visit| (visit.id.to_string(), format!("{}, {}", date_text(visit.visit_date), visit.doctor)))
        .collect();
    if let Some(id) = chosen.filter(|id| !options.iter().any(|(value, _)| *value == id.to_string())) {
        let visit = encounters::queries::find(db, actor, id)?;
        options.push((id.to_string(), date_text(visit.visit_date)));
    }
    Ok(options)
}

/// The visit, if it is one of this patient's that the person may read.
///
/// # Errors
/// `NotFound` for anybody else's.
fn check_visit(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    visit: Option<EncounterId>,
) -> Result<(), AppError> {
    match visit {
        Some(id) if encounters::queries::find(db, actor, id)?.patient_id != patient => Err(AppError::NotFound),
        _ => Ok(()),
    }
}
