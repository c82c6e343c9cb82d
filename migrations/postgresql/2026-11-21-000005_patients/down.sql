ALTER TABLE access_links DROP CONSTRAINT fk_access_links_patient_id;
DROP TABLE patients;
