CREATE TABLE prescriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    encounter_id BIGINT REFERENCES encounters (id),
    appointment_id BIGINT REFERENCES appointments (id),
    diagnosis TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CONSTRAINT ck_prescriptions_status CHECK (status IN
        ('draft', 'submitted', 'partially_fulfilled', 'fulfilled', 'cancelled')),
    notes TEXT NOT NULL DEFAULT '',
    valid_until DATE,
    whiteboard TEXT,
    submitted_at TIMESTAMP,
    cancelled_at TIMESTAMP,
    cancelled_by BIGINT REFERENCES users (id),
    cancel_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_prescriptions_submitted CHECK (status IN ('draft', 'cancelled') OR submitted_at IS NOT NULL),
    CONSTRAINT ck_prescriptions_cancelled CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL)
);
CREATE INDEX ix_prescriptions_patient_id ON prescriptions (patient_id, id);
CREATE INDEX ix_prescriptions_doctor_id ON prescriptions (doctor_id, status);
CREATE INDEX ix_prescriptions_encounter_id ON prescriptions (encounter_id);
CREATE INDEX ix_prescriptions_status ON prescriptions (status, submitted_at);

-- quantity: in base units (tablets, millilitres …); quantity_is_computed tells whether a person changed it.
CREATE TABLE prescription_medications (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    prescription_id BIGINT NOT NULL REFERENCES prescriptions (id),
    position INTEGER NOT NULL,
    medicine TEXT NOT NULL,
    dose TEXT NOT NULL DEFAULT '',
    unit TEXT NOT NULL DEFAULT '',
    route TEXT NOT NULL DEFAULT '',
    frequency TEXT NOT NULL DEFAULT '',
    duration_days INTEGER CONSTRAINT ck_prescription_medications_duration_days CHECK (duration_days BETWEEN 1 AND 730),
    quantity INTEGER CONSTRAINT ck_prescription_medications_quantity CHECK (quantity BETWEEN 1 AND 100000),
    quantity_is_computed BOOLEAN NOT NULL DEFAULT FALSE,
    instructions TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX ux_prescription_medications_prescription_id_position ON prescription_medications (prescription_id, position);

CREATE TABLE test_orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    prescription_id BIGINT NOT NULL REFERENCES prescriptions (id),
    position INTEGER NOT NULL,
    test TEXT NOT NULL,
    instructions TEXT NOT NULL DEFAULT '',
    priority TEXT NOT NULL CONSTRAINT ck_test_orders_priority CHECK (priority IN ('routine', 'urgent', 'stat'))
);
CREATE UNIQUE INDEX ux_test_orders_prescription_id_position ON test_orders (prescription_id, position);
