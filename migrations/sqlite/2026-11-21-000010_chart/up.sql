-- The chart grows: what was noted twice is refused, edits know their version, and medications that patients tell of have a
-- place. What prescriptions say is not copied: the medication list reads them.

ALTER TABLE patients ADD COLUMN deceased_on DATE
    CONSTRAINT ck_patients_deceased_on CHECK (deceased_on IS NULL OR deceased_on >= date_of_birth);

-- substance_key, description_key, medicine_key: as the application folds text to compare it. Rows from before hold their
-- text in lower case, which is the same for plain letters.
ALTER TABLE allergies ADD COLUMN substance_key TEXT NOT NULL DEFAULT '';
ALTER TABLE allergies ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE allergies SET substance_key = lower(trim(substance));
UPDATE allergies SET entered_in_error_at = noted_at, entered_in_error_reason = 'Noted twice.'
    WHERE entered_in_error_at IS NULL AND EXISTS (
        SELECT 1 FROM allergies earlier WHERE earlier.patient_id = allergies.patient_id AND earlier.id < allergies.id
            AND earlier.substance_key = allergies.substance_key AND earlier.entered_in_error_at IS NULL);
CREATE UNIQUE INDEX ux_allergies_patient_id_substance_key ON allergies (patient_id, substance_key)
    WHERE entered_in_error_at IS NULL;

ALTER TABLE conditions ADD COLUMN description_key TEXT NOT NULL DEFAULT '';
ALTER TABLE conditions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE conditions SET description_key = lower(trim(description));
UPDATE conditions SET entered_in_error_at = noted_at, entered_in_error_reason = 'Noted twice.'
    WHERE entered_in_error_at IS NULL AND resolved_date IS NULL AND EXISTS (
        SELECT 1 FROM conditions earlier WHERE earlier.patient_id = conditions.patient_id AND earlier.id < conditions.id
            AND earlier.code = conditions.code
            AND (conditions.code <> '' OR earlier.description_key = conditions.description_key)
            AND earlier.resolved_date IS NULL AND earlier.entered_in_error_at IS NULL);
CREATE UNIQUE INDEX ux_conditions_patient_id_code ON conditions (patient_id, code)
    WHERE code <> '' AND resolved_date IS NULL AND entered_in_error_at IS NULL;
CREATE UNIQUE INDEX ux_conditions_patient_id_description_key ON conditions (patient_id, description_key)
    WHERE code = '' AND resolved_date IS NULL AND entered_in_error_at IS NULL;

-- Somebody asked, and the patient knows of no allergy. It stands until it is asked again or an allergy is noted.
CREATE TABLE no_known_allergies (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    stated_by BIGINT REFERENCES users (id),
    stated_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE UNIQUE INDEX ux_no_known_allergies_patient_id ON no_known_allergies (patient_id) WHERE ended_at IS NULL;
CREATE INDEX ix_no_known_allergies_patient_id ON no_known_allergies (patient_id, stated_at);

-- What the patient takes as somebody told, beside what is prescribed here.
CREATE TABLE medication_statements (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    medicine TEXT NOT NULL,
    medicine_key TEXT NOT NULL,
    directions TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL CONSTRAINT ck_medication_statements_source CHECK (source IN ('patient', 'relative', 'letter', 'other')),
    started_on DATE,
    stopped_on DATE,
    stop_reason TEXT NOT NULL DEFAULT '',
    stopped_by BIGINT REFERENCES users (id),
    stopped_at TIMESTAMP,
    noted_by BIGINT REFERENCES users (id),
    noted_at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT ck_medication_statements_dates CHECK (started_on IS NULL OR stopped_on IS NULL OR started_on <= stopped_on),
    CONSTRAINT ck_medication_statements_stop CHECK (stopped_on IS NULL OR stop_reason <> '')
);
CREATE INDEX ix_medication_statements_patient_id ON medication_statements (patient_id);
CREATE UNIQUE INDEX ux_medication_statements_patient_id_medicine_key ON medication_statements (patient_id, medicine_key)
    WHERE stopped_on IS NULL AND entered_in_error_at IS NULL;

-- A medicine of a prescription that the patient shall not take any more. The prescription itself stays as it was signed.
CREATE TABLE prescription_medication_stops (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    prescription_medication_id BIGINT NOT NULL REFERENCES prescription_medications (id),
    stopped_on DATE NOT NULL,
    reason TEXT NOT NULL CONSTRAINT ck_prescription_medication_stops_reason CHECK (reason <> ''),
    stopped_by BIGINT REFERENCES users (id),
    stopped_at TIMESTAMP NOT NULL,
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ix_prescription_medication_stops_medication ON prescription_medication_stops (prescription_medication_id);
CREATE UNIQUE INDEX ux_prescription_medication_stops_prescription_medication_id
    ON prescription_medication_stops (prescription_medication_id) WHERE entered_in_error_at IS NULL;
