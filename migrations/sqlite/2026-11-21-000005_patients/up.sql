-- name_search and phone_digits are made by the application: last and first name folded to plain lower-case ASCII, digits only.
-- Their indexes hold all that a search for a part of them reads.
CREATE TABLE patients (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT REFERENCES users (id),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    name_search TEXT NOT NULL,
    date_of_birth DATE NOT NULL,
    gender TEXT NOT NULL CONSTRAINT ck_patients_gender CHECK (gender IN ('female', 'male', 'other', 'unknown')),
    blood_group TEXT CONSTRAINT ck_patients_blood_group CHECK (blood_group IN ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
    phone TEXT NOT NULL DEFAULT '',
    phone_digits TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    emergency_name TEXT NOT NULL DEFAULT '',
    emergency_relation TEXT NOT NULL DEFAULT '',
    emergency_phone TEXT NOT NULL DEFAULT '',
    insurance_provider TEXT NOT NULL DEFAULT '',
    insurance_policy_number TEXT NOT NULL DEFAULT '',
    insurance_valid_until DATE,
    medical_history TEXT NOT NULL DEFAULT '',
    registered_by BIGINT REFERENCES users (id),
    merged_into BIGINT REFERENCES patients (id),
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_patients_user_id ON patients (user_id);
CREATE INDEX ix_patients_date_of_birth ON patients (date_of_birth);
CREATE INDEX ix_patients_name_search ON patients (name_search, id, merged_into);
CREATE INDEX ix_patients_phone_digits ON patients (phone_digits, id, merged_into);
CREATE INDEX ix_patients_email ON patients (email);
