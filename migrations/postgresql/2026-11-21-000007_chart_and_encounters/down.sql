DROP TABLE vital_signs;
DROP TABLE encounter_versions;
DROP TABLE encounter_diagnoses;
DROP TABLE encounters;
DROP TABLE conditions;
DROP TABLE allergies;
