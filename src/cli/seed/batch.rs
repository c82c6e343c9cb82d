//! Rows on their way to the database: a few thousand visits with all they leave behind, written in one transaction.

use super::rows;
use crate::db::bulk::{self, Bulk, insert};
use crate::error::AppError;

/// Ids of encounters and prescriptions count from 0 until the batch is written.
#[derive(Default)]
pub(super) struct Batch {
    pub appointments: Vec<rows::Appointment>,
    pub events: Vec<rows::Event>,
    pub encounters: Vec<rows::Encounter>,
    pub diagnoses: Vec<rows::Diagnosis>,
    pub vitals: Vec<rows::Vitals>,
    pub prescriptions: Vec<rows::Prescription>,
    pub medications: Vec<rows::Medication>,
    pub tests: Vec<rows::TestOrder>,
}

impl Batch {
    pub fn next_encounter(&self) -> i64 {
        count(&self.encounters)
    }

    pub fn next_prescription(&self) -> i64 {
        count(&self.prescriptions)
    }

    /// Writes everything, gives the ids, and is empty again. Says how many rows there were.
    pub fn write(&mut self, bulk: &mut Bulk) -> Result<usize, AppError> {
        let rows = bulk.write(|db| {
            let encounter = bulk::reserve_ids(db, "encounters", count(&self.encounters))?;
            let prescription = bulk::reserve_ids(db, "prescriptions", count(&self.prescriptions))?;
            self.shift(encounter, prescription);
            let mut rows = insert(db, &self.appointments)?;
            rows += insert(db, &self.events)?;
            rows += insert(db, &self.encounters)?;
            rows += insert(db, &self.diagnoses)?;
            rows += insert(db, &self.vitals)?;
            rows += insert(db, &self.prescriptions)?;
            rows += insert(db, &self.medications)?;
            rows += insert(db, &self.tests)?;
            Ok(rows)
        })?;
        *self = Self::default();
        Ok(rows)
    }

    fn shift(&mut self, encounter: i64, prescription: i64) {
        self.encounters.iter_mut().for_each(|r| r.id += encounter);
        self.diagnoses.iter_mut().for_each(|r| r.encounter_id += encounter);
        self.vitals.iter_mut().for_each(|r| r.encounter_id = r.encounter_id.map(|id| id + encounter));
        for row in &mut self.prescriptions {
            row.id += prescription;
            row.encounter_id = row.encounter_id.map(|id| id + encounter);
        }
        self.medications.iter_mut().for_each(|r| r.prescription_id += prescription);
        self.tests.iter_mut().for_each(|r| r.prescription_id += prescription);
    }
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(0)
}
