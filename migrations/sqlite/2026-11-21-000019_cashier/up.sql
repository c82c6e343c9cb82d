-- A cashier's day: what came into a drawer and went out of it between opening and counting. Minor units of its currency.

-- counted: what was found in the drawer; expected: the float with all cash that came, less all that went.
CREATE TABLE cash_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    currency TEXT NOT NULL CONSTRAINT ck_cash_sessions_currency CHECK (length(currency) = 3),
    opening_float BIGINT NOT NULL CONSTRAINT ck_cash_sessions_float CHECK (opening_float BETWEEN 0 AND 1000000000000000),
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    counted BIGINT CONSTRAINT ck_cash_sessions_counted CHECK (counted BETWEEN 0 AND 1000000000000000),
    expected BIGINT,
    note TEXT NOT NULL DEFAULT '',
    CONSTRAINT ck_cash_sessions_whole CHECK ((closed_at IS NULL) = (counted IS NULL) AND (closed_at IS NULL) = (expected IS NULL)),
    CONSTRAINT ck_cash_sessions_note CHECK (closed_at IS NULL OR counted = expected OR note <> '')
);
CREATE UNIQUE INDEX ux_cash_sessions_user_id ON cash_sessions (user_id) WHERE closed_at IS NULL;
CREATE INDEX ix_cash_sessions_user_id ON cash_sessions (user_id, id);

-- Where a payment counts: in the open session of whoever took it, or of whoever decided it.
ALTER TABLE payments ADD COLUMN session_id BIGINT REFERENCES cash_sessions (id);
CREATE INDEX ix_payments_session_id ON payments (session_id, kind, method) WHERE session_id IS NOT NULL;

CREATE TRIGGER payments_session_begin BEFORE INSERT ON payments
BEGIN
    SELECT RAISE(ABORT, 'ck_payments_cash') WHERE NEW.method = 'cash' AND NEW.status = 'success' AND NEW.session_id IS NULL;
    SELECT RAISE(ABORT, 'ck_payments_session') WHERE NEW.session_id IS NOT NULL AND (NEW.status <> 'success' OR NOT EXISTS (
        SELECT 1 FROM cash_sessions s
        WHERE s.id = NEW.session_id AND s.closed_at IS NULL AND s.currency = NEW.currency AND NEW.method <> 'deposit'
          AND s.user_id = COALESCE(NEW.decided_by, NEW.taken_by)));
END;
CREATE TRIGGER payments_session_change BEFORE UPDATE ON payments
BEGIN
    SELECT RAISE(ABORT, 'ck_payments_cash') WHERE NEW.method = 'cash' AND NEW.status = 'success' AND NEW.session_id IS NULL;
    SELECT RAISE(ABORT, 'ck_payments_session') WHERE NEW.session_id IS NOT NULL AND (NEW.status <> 'success' OR NOT EXISTS (
        SELECT 1 FROM cash_sessions s
        WHERE s.id = NEW.session_id AND s.closed_at IS NULL AND s.currency = NEW.currency AND NEW.method <> 'deposit'
          AND s.user_id = COALESCE(NEW.decided_by, NEW.taken_by)));
END;

-- A session begins open, is closed once with the sum of what is in it, and stays.
CREATE TRIGGER cash_sessions_begin BEFORE INSERT ON cash_sessions
BEGIN SELECT RAISE(ABORT, 'ck_cash_sessions_begin') WHERE NEW.closed_at IS NOT NULL; END;
CREATE TRIGGER cash_sessions_change BEFORE UPDATE ON cash_sessions
BEGIN
    SELECT RAISE(ABORT, 'ck_cash_sessions_final') WHERE OLD.closed_at IS NOT NULL;
    SELECT RAISE(ABORT, 'ck_cash_sessions_owner') WHERE NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id
        OR NEW.currency <> OLD.currency OR NEW.opening_float <> OLD.opening_float OR NEW.opened_at <> OLD.opened_at;
    SELECT RAISE(ABORT, 'ck_cash_sessions_expected') WHERE NEW.expected <> NEW.opening_float + (
        SELECT COALESCE(SUM(CASE WHEN p.kind IN ('payment', 'deposit') THEN p.amount ELSE -p.amount END), 0) FROM payments p
        WHERE p.session_id = NEW.id AND p.method = 'cash');
END;
CREATE TRIGGER cash_sessions_delete BEFORE DELETE ON cash_sessions
BEGIN SELECT RAISE(ABORT, 'ck_cash_sessions_append_only'); END;
