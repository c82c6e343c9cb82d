-- Weekly hours in the hospital's wall-clock time: minutes after midnight, day_of_week 1 = Monday … 7 = Sunday.
-- valid_from and valid_to are inclusive; NULL is open.
CREATE TABLE availability (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    day_of_week INTEGER NOT NULL CONSTRAINT ck_availability_day_of_week CHECK (day_of_week BETWEEN 1 AND 7),
    start_minute INTEGER NOT NULL CONSTRAINT ck_availability_start_minute CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute INTEGER NOT NULL CONSTRAINT ck_availability_end_minute CHECK (end_minute BETWEEN 1 AND 1440),
    slot_minutes INTEGER NOT NULL CONSTRAINT ck_availability_slot_minutes CHECK (slot_minutes BETWEEN 5 AND 240),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    valid_from DATE,
    valid_to DATE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_availability_hours CHECK (start_minute < end_minute),
    CONSTRAINT ck_availability_validity CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to)
);
CREATE INDEX ix_availability_doctor_id ON availability (doctor_id, day_of_week);

-- Time off or extra hours as instants in UTC; may cross midnight. slot_minutes only for extra hours.
CREATE TABLE availability_exceptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    kind TEXT NOT NULL CONSTRAINT ck_availability_exceptions_kind CHECK (kind IN ('off', 'extra')),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    slot_minutes INTEGER NOT NULL DEFAULT 15 CONSTRAINT ck_availability_exceptions_slot_minutes CHECK (slot_minutes BETWEEN 5 AND 240),
    reason TEXT NOT NULL DEFAULT '',
    created_by BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_availability_exceptions_range CHECK (starts_at < ends_at)
);
CREATE INDEX ix_availability_exceptions_doctor_id ON availability_exceptions (doctor_id, ends_at);

-- One doctor's active hours never overlap on one weekday while both are valid.
CREATE TRIGGER ex_availability_insert BEFORE INSERT ON availability WHEN NEW.is_active
BEGIN
    SELECT RAISE(ABORT, 'ex_availability_overlap') WHERE EXISTS (
        SELECT 1 FROM availability a
        WHERE a.doctor_id = NEW.doctor_id AND a.day_of_week = NEW.day_of_week AND a.is_active
          AND a.start_minute < NEW.end_minute AND a.end_minute > NEW.start_minute
          AND coalesce(a.valid_from, '0001-01-01') <= coalesce(NEW.valid_to, '9999-12-31')
          AND coalesce(a.valid_to, '9999-12-31') >= coalesce(NEW.valid_from, '0001-01-01'));
END;
CREATE TRIGGER ex_availability_update BEFORE UPDATE ON availability WHEN NEW.is_active
BEGIN
    SELECT RAISE(ABORT, 'ex_availability_overlap') WHERE EXISTS (
        SELECT 1 FROM availability a
        WHERE a.id <> NEW.id AND a.doctor_id = NEW.doctor_id AND a.day_of_week = NEW.day_of_week AND a.is_active
          AND a.start_minute < NEW.end_minute AND a.end_minute > NEW.start_minute
          AND coalesce(a.valid_from, '0001-01-01') <= coalesce(NEW.valid_to, '9999-12-31')
          AND coalesce(a.valid_to, '9999-12-31') >= coalesce(NEW.valid_from, '0001-01-01'));
END;
