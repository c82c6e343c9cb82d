-- A time that somebody is booking right now. Expired rows mean nothing and are removed by the next hold.
CREATE TABLE slot_holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_slot_holds_range CHECK (starts_at < ends_at)
);
CREATE UNIQUE INDEX ux_slot_holds_doctor_id_starts_at ON slot_holds (doctor_id, starts_at);
CREATE INDEX ix_slot_holds_user_id ON slot_holds (user_id);

-- starts_at and ends_at in UTC, at most a day apart (the overlap rules rely on it).
CREATE TABLE appointments (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_appointments_status CHECK (status IN
        ('scheduled', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show')),
    status_since TIMESTAMP NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    symptoms TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL CONSTRAINT ck_appointments_channel CHECK (channel IN ('online', 'desk', 'phone', 'walk_in', 'follow_up')),
    booked_by BIGINT REFERENCES users (id),
    follow_up_of BIGINT REFERENCES appointments (id),
    confirmed_at TIMESTAMP,
    checked_in_at TIMESTAMP,
    started_at TIMESTAMP,
    completed_at TIMESTAMP,
    cancelled_at TIMESTAMP,
    cancelled_by BIGINT REFERENCES users (id),
    cancel_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_appointments_range CHECK (starts_at < ends_at AND ends_at <= datetime(starts_at, '+1 day')),
    CONSTRAINT ck_appointments_cancelled CHECK (status <> 'cancelled' OR cancelled_at IS NOT NULL)
);
CREATE INDEX ix_appointments_doctor_id ON appointments (doctor_id, starts_at);
CREATE INDEX ix_appointments_patient_id ON appointments (patient_id, starts_at);
CREATE INDEX ix_appointments_starts_at ON appointments (starts_at);

-- The history of an appointment: one row for each step, kept for good.
CREATE TABLE appointment_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    appointment_id BIGINT NOT NULL REFERENCES appointments (id),
    kind TEXT NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    user_id BIGINT REFERENCES users (id),
    user_name TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_appointment_events_appointment_id ON appointment_events (appointment_id, id);
-- No two live appointments of one doctor, nor of one patient, overlap.
CREATE TRIGGER ex_appointments_doctor_insert BEFORE INSERT ON appointments WHEN NEW.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
BEGIN
    SELECT RAISE(ABORT, 'ex_appointments_doctor') WHERE EXISTS (
        SELECT 1 FROM appointments a
        WHERE a.doctor_id = NEW.doctor_id AND a.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
          AND a.starts_at < NEW.ends_at AND a.ends_at > NEW.starts_at
          AND a.starts_at > datetime(NEW.starts_at, '-1 day'));
END;
CREATE TRIGGER ex_appointments_doctor_update BEFORE UPDATE ON appointments WHEN NEW.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
BEGIN
    SELECT RAISE(ABORT, 'ex_appointments_doctor') WHERE EXISTS (
        SELECT 1 FROM appointments a
        WHERE a.id <> NEW.id AND a.doctor_id = NEW.doctor_id AND a.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
          AND a.starts_at < NEW.ends_at AND a.ends_at > NEW.starts_at
          AND a.starts_at > datetime(NEW.starts_at, '-1 day'));
END;
CREATE TRIGGER ex_appointments_patient_insert BEFORE INSERT ON appointments WHEN NEW.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
BEGIN
    SELECT RAISE(ABORT, 'ex_appointments_patient') WHERE EXISTS (
        SELECT 1 FROM appointments a
        WHERE a.patient_id = NEW.patient_id AND a.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
          AND a.starts_at < NEW.ends_at AND a.ends_at > NEW.starts_at
          AND a.starts_at > datetime(NEW.starts_at, '-1 day'));
END;
CREATE TRIGGER ex_appointments_patient_update BEFORE UPDATE ON appointments WHEN NEW.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
BEGIN
    SELECT RAISE(ABORT, 'ex_appointments_patient') WHERE EXISTS (
        SELECT 1 FROM appointments a
        WHERE a.id <> NEW.id AND a.patient_id = NEW.patient_id AND a.status IN ('scheduled', 'confirmed', 'checked_in', 'in_progress')
          AND a.starts_at < NEW.ends_at AND a.ends_at > NEW.starts_at
          AND a.starts_at > datetime(NEW.starts_at, '-1 day'));
END;
