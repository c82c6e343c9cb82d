ALTER TABLE departments DROP CONSTRAINT fk_departments_head_doctor_id;
DROP TABLE doctor_specializations;
DROP TABLE doctors;
DROP TABLE specializations;
DROP TABLE departments;
