//! Rows on their way to the database: a few thousand visits with all they leave behind, written in one transaction.

use super::{papers, rows};
use crate::db::bulk::{self, Bulk, insert};
use crate::error::AppError;

/// Ids of encounters, prescriptions and their lines, tests, results, dispensings and what was handed over count from 0
/// until the batch is written.
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
    pub results: Vec<papers::TestResult>,
    pub values: Vec<papers::ResultValue>,
    pub feedback: Vec<papers::Feedback>,
    pub dispensings: Vec<rows::Dispensing>,
    pub items: Vec<rows::Item>,
    pub declines: Vec<rows::Decline>,
    pub movements: Vec<rows::Movement>,
    pub charges: Vec<rows::Charge>,
}

impl Batch {
    pub fn next_encounter(&self) -> i64 {
        count(&self.encounters)
    }

    pub fn next_prescription(&self) -> i64 {
        count(&self.prescriptions)
    }

    pub fn next_medication(&self) -> i64 {
        count(&self.medications)
    }

    pub fn next_dispensing(&self) -> i64 {
        count(&self.dispensings)
    }

    pub fn next_item(&self) -> i64 {
        count(&self.items)
    }

    pub fn next_test(&self) -> i64 {
        count(&self.tests)
    }

    pub fn next_result(&self) -> i64 {
        count(&self.results)
    }

    /// Writes everything, gives the ids, and is empty again. Says how many rows there were.
    pub fn write(&mut self, bulk: &mut Bulk) -> Result<usize, AppError> {
        let rows = bulk.write(|db| {
            let encounter = bulk::reserve_ids(db, "encounters", count(&self.encounters))?;
            let prescription = bulk::reserve_ids(db, "prescriptions", count(&self.prescriptions))?;
            let test = bulk::reserve_ids(db, "test_orders", count(&self.tests))?;
            let result = bulk::reserve_ids(db, "test_results", count(&self.results))?;
            let medication = bulk::reserve_ids(db, "prescription_medications", count(&self.medications))?;
            let dispensing = bulk::reserve_ids(db, "dispensings", count(&self.dispensings))?;
            let item = bulk::reserve_ids(db, "dispensing_items", count(&self.items))?;
            self.shift(encounter, prescription);
            self.shift_dispensings(prescription, medication, dispensing, item);
            self.shift_tests(test, result);
            let mut rows = insert(db, &self.appointments)?;
            rows += insert(db, &self.events)?;
            rows += insert(db, &self.encounters)?;
            rows += insert(db, &self.diagnoses)?;
            rows += insert(db, &self.vitals)?;
            rows += insert(db, &self.prescriptions)?;
            rows += insert(db, &self.medications)?;
            rows += insert(db, &self.tests)?;
            rows += insert(db, &self.results)?;
            rows += insert(db, &self.values)?;
            rows += insert(db, &self.feedback)?;
            rows += insert(db, &self.dispensings)?;
            rows += insert(db, &self.items)?;
            rows += insert(db, &self.declines)?;
            rows += insert(db, &self.movements)?;
            rows += insert(db, &self.charges)?;
            Ok(rows)
        })?;
        *self = Self::default();
        Ok(rows)
    }

    fn shift_dispensings(&mut self, prescription: i64, medication: i64, dispensing: i64, item: i64) {
        self.medications.iter_mut().for_each(|r| r.id += medication);
        for row in &mut self.dispensings {
            row.id += dispensing;
            row.prescription_id += prescription;
        }
        for row in &mut self.items {
            row.id += item;
            row.dispensing_id += dispensing;
            row.prescription_medication_id += medication;
        }
        for row in &mut self.declines {
            row.dispensing_id += dispensing;
            row.prescription_medication_id += medication;
        }
        self.movements.iter_mut().for_each(|r| r.dispensing_item_id = r.dispensing_item_id.map(|id| id + item));
        self.charges.iter_mut().for_each(|r| r.dispensing_item_id = r.dispensing_item_id.map(|id| id + item));
    }

    fn shift_tests(&mut self, test: i64, result: i64) {
        self.tests.iter_mut().for_each(|r| r.id += test);
        for row in &mut self.results {
            row.id += result;
            row.test_order_id += test;
        }
        self.values.iter_mut().for_each(|r| r.test_result_id += result);
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
