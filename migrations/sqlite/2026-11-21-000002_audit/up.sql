-- What was done and who looked. Append-only: the triggers below refuse every change.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    user_id BIGINT REFERENCES users (id),
    user_name TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    admin_action TEXT,
    entity TEXT NOT NULL,
    entity_id BIGINT,
    patient_id BIGINT,
    changes TEXT NOT NULL DEFAULT '{}',
    reason TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ix_audit_log_patient_id ON audit_log (patient_id, id);
CREATE INDEX ix_audit_log_user_id ON audit_log (user_id, id);
CREATE INDEX ix_audit_log_entity ON audit_log (entity, entity_id, id);
CREATE INDEX ix_audit_log_admin_action ON audit_log (id) WHERE admin_action IS NOT NULL;

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'ck_audit_log_append_only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'ck_audit_log_append_only'); END;
