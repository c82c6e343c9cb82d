//! Entries of a chart, made with sensible values.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use infirmary::chart::allergies::forms::AllergyInput;
use infirmary::chart::allergies::model::AllergyId;
use infirmary::chart::conditions::forms::ConditionInput;
use infirmary::chart::conditions::model::ConditionId;
use infirmary::chart::medications::forms::StatementInput;
use infirmary::chart::medications::model::{LineId, StatementId, ToldBy};
use infirmary::chart::vital_signs::VitalSigns;
use infirmary::chart::vital_signs::model::VitalsId;
use infirmary::chart::{allergies, conditions, medications, vital_signs};
use infirmary::db::DbConnection;
use infirmary::db::schema::prescription_medications;
use infirmary::error::AppError;
use infirmary::patients::model::{PatientId, Severity};
use infirmary::prescriptions::model::PrescriptionId;

/// A severe allergy.
pub fn allergy(
    db: &mut DbConnection,
    patient: PatientId,
    substance: &str,
    now: NaiveDateTime,
) -> Result<AllergyId, AppError> {
    let input =
        AllergyInput { substance: substance.to_owned(), reaction: "Rash".to_owned(), severity: Severity::Severe };
    Ok(allergies::queries::insert(db, patient, &input, None, now)?)
}

/// An unresolved condition without a code.
pub fn condition(
    db: &mut DbConnection,
    patient: PatientId,
    description: &str,
    now: NaiveDateTime,
) -> Result<ConditionId, AppError> {
    let input = ConditionInput {
        code: String::new(),
        description: description.to_owned(),
        onset_date: None,
        resolved_date: None,
    };
    Ok(conditions::queries::insert(db, patient, &input, None, now)?)
}

/// A medicine that the patient told of.
pub fn told(
    db: &mut DbConnection,
    patient: PatientId,
    medicine: &str,
    now: NaiveDateTime,
) -> Result<StatementId, AppError> {
    let input = StatementInput {
        medicine: medicine.to_owned(),
        directions: "1 tablet in the morning".to_owned(),
        source: ToldBy::Patient,
        started_on: None,
    };
    Ok(medications::queries::insert(db, patient, &input, None, now)?)
}

/// The lines of a prescription.
pub fn lines_of(db: &mut DbConnection, prescription: PrescriptionId) -> Result<Vec<LineId>, AppError> {
    Ok(prescription_medications::table
        .filter(prescription_medications::prescription_id.eq(prescription))
        .order(prescription_medications::position)
        .select(prescription_medications::id)
        .load(db)?)
}

/// A blood pressure and a pulse, taken outside a visit.
pub fn vitals(
    db: &mut DbConnection,
    patient: PatientId,
    (systolic, diastolic): (i32, i32),
    at: NaiveDateTime,
) -> Result<VitalsId, AppError> {
    let values = VitalSigns {
        systolic: Some(systolic),
        diastolic: Some(diastolic),
        pulse: Some(72),
        weight_g: Some(70_000),
        ..VitalSigns::default()
    };
    Ok(vital_signs::queries::insert(db, patient, &values, None, at)?)
}
