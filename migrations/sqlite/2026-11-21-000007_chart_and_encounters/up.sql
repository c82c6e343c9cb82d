CREATE TABLE allergies (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    substance TEXT NOT NULL,
    reaction TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL CONSTRAINT ck_allergies_severity CHECK (severity IN ('mild', 'moderate', 'severe', 'unknown')),
    noted_by BIGINT REFERENCES users (id),
    noted_at TIMESTAMP NOT NULL,
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ix_allergies_patient_id ON allergies (patient_id);

CREATE TABLE conditions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    code TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL,
    onset_date DATE,
    resolved_date DATE,
    noted_by BIGINT REFERENCES users (id),
    noted_at TIMESTAMP NOT NULL,
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT ck_conditions_dates CHECK (onset_date IS NULL OR resolved_date IS NULL OR onset_date <= resolved_date)
);
CREATE INDEX ix_conditions_patient_id ON conditions (patient_id);

-- The medical record of one visit. A draft belongs to its doctor; a signed one is final.
CREATE TABLE encounters (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    appointment_id BIGINT REFERENCES appointments (id),
    visit_date DATE NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_encounters_status CHECK (status IN ('draft', 'signed', 'entered_in_error')),
    symptoms TEXT NOT NULL DEFAULT '',
    treatment_plan TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    follow_up_date DATE,
    signed_at TIMESTAMP,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_encounters_signed CHECK (status <> 'signed' OR signed_at IS NOT NULL)
);
CREATE UNIQUE INDEX ux_encounters_appointment_id ON encounters (appointment_id);
CREATE INDEX ix_encounters_patient_id ON encounters (patient_id, visit_date);
CREATE INDEX ix_encounters_doctor_id ON encounters (doctor_id, status);

CREATE TABLE encounter_diagnoses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    encounter_id BIGINT NOT NULL REFERENCES encounters (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX ux_encounter_diagnoses_encounter_id_position ON encounter_diagnoses (encounter_id, position);
CREATE UNIQUE INDEX ux_encounter_diagnoses_primary ON encounter_diagnoses (encounter_id) WHERE is_primary;

-- What an encounter said before it was amended: one row for each older version, as JSON.
CREATE TABLE encounter_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    encounter_id BIGINT NOT NULL REFERENCES encounters (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    author_id BIGINT REFERENCES users (id),
    reason TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_encounter_versions_encounter_id_version ON encounter_versions (encounter_id, version);

-- Integers in small units: millimetres, grams, tenths of a degree Celsius, mmHg, per minute, percent, 0–10.
-- The hard limits are those of vital_signs.rs: beyond them a value is a typing error, not a finding.
CREATE TABLE vital_signs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    encounter_id BIGINT REFERENCES encounters (id),
    height_mm INTEGER CONSTRAINT ck_vital_signs_height_mm CHECK (height_mm BETWEEN 200 AND 2800),
    weight_g INTEGER CONSTRAINT ck_vital_signs_weight_g CHECK (weight_g BETWEEN 200 AND 700000),
    systolic INTEGER CONSTRAINT ck_vital_signs_systolic CHECK (systolic BETWEEN 30 AND 350),
    diastolic INTEGER CONSTRAINT ck_vital_signs_diastolic CHECK (diastolic BETWEEN 10 AND 250),
    pulse INTEGER CONSTRAINT ck_vital_signs_pulse CHECK (pulse BETWEEN 10 AND 350),
    temperature_dc INTEGER CONSTRAINT ck_vital_signs_temperature_dc CHECK (temperature_dc BETWEEN 200 AND 460),
    respiration INTEGER CONSTRAINT ck_vital_signs_respiration CHECK (respiration BETWEEN 2 AND 120),
    oxygen_saturation INTEGER CONSTRAINT ck_vital_signs_oxygen_saturation CHECK (oxygen_saturation BETWEEN 20 AND 100),
    pain INTEGER CONSTRAINT ck_vital_signs_pain CHECK (pain BETWEEN 0 AND 10),
    recorded_by BIGINT REFERENCES users (id),
    recorded_at TIMESTAMP NOT NULL,
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT '',
    CONSTRAINT ck_vital_signs_pressure CHECK (systolic IS NULL OR diastolic IS NULL OR diastolic < systolic)
);
CREATE INDEX ix_vital_signs_patient_id ON vital_signs (patient_id, recorded_at);
CREATE UNIQUE INDEX ux_vital_signs_encounter_id ON vital_signs (encounter_id);
