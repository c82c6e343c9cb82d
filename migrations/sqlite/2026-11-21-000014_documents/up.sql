-- Uploaded files. The bytes lie in the data folder under storage_name; file_name is what the browser called it and is only
-- shown. media_type is what the content is, sha256 that of the stored bytes. What was wrong is marked and kept.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    encounter_id BIGINT REFERENCES encounters (id),
    test_order_id BIGINT REFERENCES test_orders (id),
    kind TEXT NOT NULL CONSTRAINT ck_documents_kind CHECK (kind IN
        ('report', 'image', 'letter', 'laboratory', 'prescription', 'consent', 'other')),
    title TEXT NOT NULL CONSTRAINT ck_documents_title CHECK (title <> ''),
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL CONSTRAINT ck_documents_media_type CHECK (media_type IN
        ('application/pdf', 'image/png', 'image/jpeg', 'text/plain')),
    bytes BIGINT NOT NULL CONSTRAINT ck_documents_bytes CHECK (bytes > 0),
    sha256 TEXT NOT NULL CONSTRAINT ck_documents_sha256 CHECK (length(sha256) = 64),
    storage_name TEXT NOT NULL,
    from_patient BOOLEAN NOT NULL DEFAULT FALSE,
    author_id BIGINT REFERENCES users (id),
    uploaded_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL DEFAULT 'current' CONSTRAINT ck_documents_status CHECK (status IN ('current', 'entered_in_error')),
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT ck_documents_entered_in_error CHECK ((status = 'entered_in_error') = (entered_in_error_at IS NOT NULL))
);
CREATE UNIQUE INDEX ux_documents_storage_name ON documents (storage_name);
CREATE UNIQUE INDEX ux_documents_patient_id_sha256 ON documents (patient_id, sha256) WHERE status = 'current';
CREATE INDEX ix_documents_patient_id ON documents (patient_id, uploaded_at);
CREATE INDEX ix_documents_encounter_id ON documents (encounter_id);
CREATE INDEX ix_documents_test_order_id ON documents (test_order_id);

-- What a test found. An amendment is a row of its own that names the one it replaces, so nothing that a doctor has read
-- changes under them; it is unread again. resulted_at: when the laboratory says; entered_at: when it was typed here.
CREATE TABLE test_results (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    test_order_id BIGINT NOT NULL REFERENCES test_orders (id),
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    status TEXT NOT NULL CONSTRAINT ck_test_results_status CHECK (status IN ('final', 'amended', 'entered_in_error')),
    conclusion TEXT NOT NULL DEFAULT '',
    document_id BIGINT REFERENCES documents (id),
    amends_id BIGINT REFERENCES test_results (id),
    amend_reason TEXT NOT NULL DEFAULT '',
    replaced_at TIMESTAMP,
    resulted_at TIMESTAMP NOT NULL,
    entered_at TIMESTAMP NOT NULL,
    entered_by BIGINT REFERENCES users (id),
    reviewed_at TIMESTAMP,
    reviewed_by BIGINT REFERENCES users (id),
    note_to_patient TEXT NOT NULL DEFAULT '',
    entered_in_error_at TIMESTAMP,
    entered_in_error_by BIGINT REFERENCES users (id),
    entered_in_error_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT ck_test_results_note CHECK (note_to_patient = '' OR reviewed_at IS NOT NULL),
    CONSTRAINT ck_test_results_amends CHECK (amends_id IS NULL OR amend_reason <> ''),
    CONSTRAINT ck_test_results_entered_in_error CHECK ((status = 'entered_in_error') = (entered_in_error_at IS NOT NULL))
);
CREATE UNIQUE INDEX ux_test_results_test_order_id ON test_results (test_order_id)
    WHERE status <> 'entered_in_error' AND replaced_at IS NULL;
CREATE UNIQUE INDEX ux_test_results_amends_id ON test_results (amends_id) WHERE status <> 'entered_in_error';
CREATE INDEX ix_test_results_test_order_id ON test_results (test_order_id, id);
CREATE INDEX ix_test_results_patient_id ON test_results (patient_id, resulted_at);
CREATE INDEX ix_test_results_document_id ON test_results (document_id);
CREATE INDEX ix_test_results_unread ON test_results (doctor_id, resulted_at)
    WHERE reviewed_at IS NULL AND status <> 'entered_in_error' AND replaced_at IS NULL;

-- value and the ends of the reference range are texts: laboratories also write "positive", "< 0.4", "trace".
CREATE TABLE test_result_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    test_result_id BIGINT NOT NULL REFERENCES test_results (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    reference_low TEXT NOT NULL DEFAULT '',
    reference_high TEXT NOT NULL DEFAULT '',
    flag TEXT NOT NULL DEFAULT '' CONSTRAINT ck_test_result_values_flag CHECK (flag IN
        ('', 'normal', 'low', 'high', 'critical'))
);
CREATE UNIQUE INDEX ux_test_result_values_test_result_id_position ON test_result_values (test_result_id, position);

-- What a patient says of a completed visit, once.
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    appointment_id BIGINT NOT NULL REFERENCES appointments (id),
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    rating INTEGER NOT NULL CONSTRAINT ck_feedback_rating CHECK (rating BETWEEN 1 AND 5),
    comment TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_feedback_appointment_id ON feedback (appointment_id);
CREATE INDEX ix_feedback_doctor_id ON feedback (doctor_id, rating);
CREATE INDEX ix_feedback_created_at ON feedback (created_at);
CREATE INDEX ix_feedback_patient_id ON feedback (patient_id);
