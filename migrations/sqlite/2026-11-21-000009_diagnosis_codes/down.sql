ALTER TABLE encounter_diagnoses DROP COLUMN is_condition;
DROP TABLE diagnosis_editions;
DROP TABLE diagnosis_codes;
