-- name_key: the name in lower case, so that a name is taken whatever its case, on both engines alike.
CREATE TABLE departments (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    head_doctor_id BIGINT REFERENCES doctors (id),
    location TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_departments_name_key ON departments (name_key);

CREATE TABLE specializations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    requirements TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_specializations_name_key ON specializations (name_key);

-- consultation_fee: minor units of the hospital's currency.
CREATE TABLE doctors (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    department_id BIGINT NOT NULL REFERENCES departments (id),
    license_number TEXT NOT NULL,
    qualifications TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',
    experience_years INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_doctors_experience_years CHECK (experience_years BETWEEN 0 AND 80),
    consultation_fee BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_doctors_consultation_fee CHECK (consultation_fee >= 0),
    is_available BOOLEAN NOT NULL DEFAULT TRUE,
    status TEXT NOT NULL DEFAULT 'active' CONSTRAINT ck_doctors_status CHECK (status IN ('active', 'inactive')),
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_doctors_user_id ON doctors (user_id);
CREATE UNIQUE INDEX ux_doctors_license_number ON doctors (license_number);
CREATE INDEX ix_doctors_department_id ON doctors (department_id);

CREATE TABLE doctor_specializations (
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    specialization_id BIGINT NOT NULL REFERENCES specializations (id),
    PRIMARY KEY (doctor_id, specialization_id)
);
CREATE INDEX ix_doctor_specializations_specialization_id ON doctor_specializations (specialization_id);
