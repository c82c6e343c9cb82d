-- The hospital itself: one row, made by the set-up page.
CREATE TABLE settings (
    id BIGINT NOT NULL PRIMARY KEY CONSTRAINT ck_settings_id CHECK (id = 1),
    hospital_name TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    website TEXT NOT NULL DEFAULT '',
    established_year INTEGER,
    licence_number TEXT NOT NULL DEFAULT '',
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT ck_settings_currency CHECK (length(currency) = 3),
    booking_days_ahead INTEGER NOT NULL DEFAULT 60 CONSTRAINT ck_settings_booking_days_ahead CHECK (booking_days_ahead BETWEEN 1 AND 730),
    cancel_hours_before INTEGER NOT NULL DEFAULT 2 CONSTRAINT ck_settings_cancel_hours_before CHECK (cancel_hours_before BETWEEN 0 AND 336),
    auto_confirm BOOLEAN NOT NULL DEFAULT FALSE,
    slot_hold_minutes INTEGER NOT NULL DEFAULT 5 CONSTRAINT ck_settings_slot_hold_minutes CHECK (slot_hold_minutes BETWEEN 1 AND 60),
    waiting_limit_minutes INTEGER NOT NULL DEFAULT 30 CONSTRAINT ck_settings_waiting_limit_minutes CHECK (waiting_limit_minutes BETWEEN 1 AND 600),
    idle_minutes INTEGER NOT NULL DEFAULT 15 CONSTRAINT ck_settings_idle_minutes CHECK (idle_minutes BETWEEN 1 AND 240),
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Keys that every process of one hospital shares, such as the one that signs cookies.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- username and email are stored in lower case: unique without regard to case.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username TEXT NOT NULL,
    email TEXT,
    password_hash TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('admin', 'doctor', 'receptionist', 'pharmacist', 'accountant', 'billing_manager', 'patient')),
    designation TEXT NOT NULL DEFAULT '',
    license_number TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL DEFAULT '{}',
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    has_picture BOOLEAN NOT NULL DEFAULT FALSE,
    last_login_at TIMESTAMP,
    password_changed_at TIMESTAMP,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_users_username CHECK (username = lower(username) AND username <> ''),
    CONSTRAINT ck_users_email CHECK (email = lower(email) AND email <> '')
);
CREATE UNIQUE INDEX ux_users_username ON users (username);
CREATE UNIQUE INDEX ux_users_email ON users (email);
CREATE INDEX ix_users_role ON users (role, last_name);

-- Profile pictures, decoded and encoded anew by us, so the bytes are ours.
CREATE TABLE user_pictures (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- token_hash: hex SHA-256 of the cookie's token, which itself is never stored.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    state TEXT NOT NULL,
    user_agent TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

-- Single-use links: the first set-up, invitations, password resets. Only the hash of the link's token is kept.
CREATE TABLE access_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_access_links_kind CHECK (kind IN ('setup', 'invitation', 'reset')),
    token_hash TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id),
    patient_id BIGINT REFERENCES patients (id),
    created_by BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE UNIQUE INDEX ux_access_links_token_hash ON access_links (token_hash);
CREATE INDEX ix_access_links_user_id ON access_links (user_id);
CREATE INDEX ix_access_links_patient_id ON access_links (patient_id);

-- Failed sign-ins by account and by address; key is a hash, so no address or name is kept in clear.
CREATE TABLE login_throttles (
    throttle_key TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failure_at TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP NOT NULL
);

-- A form that was sent twice gives one result: the key of the rendered form and where its first result went.
CREATE TABLE form_submissions (
    once_key TEXT NOT NULL PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    location TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_form_submissions_created_at ON form_submissions (created_at);
