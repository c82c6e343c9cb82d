-- Payments of bills, and deposits that are held for bills to come. All amounts are minor units of the payment's currency.

-- Above refund_approval_limit, a refund waits for a second person.
ALTER TABLE settings ADD COLUMN refund_approval_limit BIGINT NOT NULL DEFAULT 0
    CONSTRAINT ck_settings_refund_approval_limit CHECK (refund_approval_limit BETWEEN 0 AND 1000000000000);

-- given: what was handed over in cash. claimed: what the insurance was asked for; amount is what counts.
-- needs_approval: somebody else than taken_by decides. A deposit is of no bill; method 'deposit' pays a bill out of what
-- is held, or puts a refund into it.
CREATE TABLE payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    bill_id BIGINT REFERENCES bills (id),
    kind TEXT NOT NULL CONSTRAINT ck_payments_kind CHECK (kind IN ('payment', 'refund', 'deposit', 'deposit_return')),
    method TEXT NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash', 'credit_card', 'bank_transfer', 'insurance', 'deposit')),
    status TEXT NOT NULL CONSTRAINT ck_payments_status CHECK (status IN ('pending', 'success', 'failed')),
    currency TEXT NOT NULL CONSTRAINT ck_payments_currency CHECK (length(currency) = 3),
    amount BIGINT NOT NULL CONSTRAINT ck_payments_amount CHECK (amount BETWEEN 1 AND 10000000000000000),
    claimed BIGINT,
    given BIGINT,
    transaction_id TEXT NOT NULL DEFAULT '',
    insurer TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    idempotency_key TEXT NOT NULL,
    needs_approval BOOLEAN NOT NULL DEFAULT FALSE,
    taken_by BIGINT NOT NULL REFERENCES users (id),
    taken_at TIMESTAMP NOT NULL,
    decided_by BIGINT REFERENCES users (id),
    decided_at TIMESTAMP,
    CONSTRAINT ck_payments_of CHECK ((bill_id IS NULL) = (kind IN ('deposit', 'deposit_return'))),
    CONSTRAINT ck_payments_held CHECK (bill_id IS NOT NULL OR method NOT IN ('deposit', 'insurance')),
    CONSTRAINT ck_payments_given CHECK (given IS NULL OR (method = 'cash' AND kind IN ('payment', 'deposit') AND given >= amount)),
    CONSTRAINT ck_payments_claimed CHECK ((claimed IS NOT NULL) = (method = 'insurance' AND kind = 'payment') AND (claimed IS NULL OR claimed >= amount)),
    CONSTRAINT ck_payments_pending CHECK (status <> 'pending' OR needs_approval OR claimed IS NOT NULL),
    CONSTRAINT ck_payments_approval CHECK (NOT needs_approval OR kind IN ('refund', 'deposit_return')),
    CONSTRAINT ck_payments_decided CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT ck_payments_four_eyes CHECK (NOT needs_approval OR status <> 'success' OR (decided_by IS NOT NULL AND decided_by <> taken_by)),
    CONSTRAINT ck_payments_refund_note CHECK (kind IN ('payment', 'deposit') OR note <> '')
);
CREATE UNIQUE INDEX ux_payments_idempotency_key ON payments (idempotency_key);
CREATE INDEX ix_payments_bill_id ON payments (bill_id, id);
CREATE INDEX ix_payments_patient_id ON payments (patient_id, id);
CREATE INDEX ix_payments_taken_at ON payments (taken_at);
CREATE INDEX ix_payments_pending ON payments (status, id) WHERE status = 'pending';

-- A payment is of an issued bill, and never more than is left of it; a refund never more than was paid; what is held is
-- used and given back once.
CREATE TRIGGER payments_begin BEFORE INSERT ON payments
BEGIN
    SELECT RAISE(ABORT, 'ck_payments_bill') WHERE NEW.bill_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM bills b WHERE b.id = NEW.bill_id AND b.status IN ('unpaid', 'pending', 'paid') AND b.credit_of IS NULL
          AND b.patient_id = NEW.patient_id AND b.currency = NEW.currency);
    SELECT RAISE(ABORT, 'ck_payments_rest') WHERE NEW.kind = 'payment' AND NEW.status <> 'failed'
        AND NEW.amount > (SELECT b.total + COALESCE((SELECT SUM(c.total) FROM bills c WHERE c.credit_of = b.id AND c.status <> 'draft'), 0)
            FROM bills b WHERE b.id = NEW.bill_id)
            - (SELECT COALESCE(SUM(CASE WHEN p.kind = 'payment' THEN p.amount ELSE -p.amount END), 0) FROM payments p
            WHERE p.bill_id = NEW.bill_id AND (p.status = 'success' OR (p.status = 'pending' AND p.kind = 'payment')));
    SELECT RAISE(ABORT, 'ck_payments_refund') WHERE NEW.kind = 'refund' AND NEW.status <> 'failed' AND NEW.amount >
        (SELECT COALESCE(SUM(CASE WHEN p.kind = 'payment' THEN p.amount ELSE -p.amount END), 0) FROM payments p
         WHERE p.bill_id = NEW.bill_id AND (p.status = 'success' OR (p.status = 'pending' AND p.kind = 'refund')));
    SELECT RAISE(ABORT, 'ck_payments_deposit') WHERE NEW.status <> 'failed'
        AND (NEW.kind = 'deposit_return' OR (NEW.kind = 'payment' AND NEW.method = 'deposit'))
        AND NEW.amount > (SELECT COALESCE(SUM(CASE
            WHEN p.kind = 'deposit' AND p.status = 'success' THEN p.amount
            WHEN p.kind = 'deposit_return' THEN -p.amount
            WHEN p.kind = 'payment' AND p.method = 'deposit' THEN -p.amount
            WHEN p.kind = 'refund' AND p.method = 'deposit' AND p.status = 'success' THEN p.amount
            ELSE 0 END), 0)
         FROM payments p
         WHERE p.patient_id = NEW.patient_id AND p.currency = NEW.currency AND p.status <> 'failed');
END;
CREATE TRIGGER payments_change BEFORE UPDATE ON payments
BEGIN
    SELECT RAISE(ABORT, 'ck_payments_final') WHERE OLD.status <> 'pending';
    SELECT RAISE(ABORT, 'ck_payments_final') WHERE NEW.id <> OLD.id OR NEW.bill_id IS NOT OLD.bill_id
        OR NEW.patient_id <> OLD.patient_id OR NEW.currency <> OLD.currency OR NEW.kind <> OLD.kind
        OR NEW.method <> OLD.method OR NEW.amount > OLD.amount OR NEW.claimed IS NOT OLD.claimed
        OR NEW.given IS NOT OLD.given OR NEW.needs_approval <> OLD.needs_approval OR NEW.taken_by <> OLD.taken_by
        OR NEW.taken_at <> OLD.taken_at OR NEW.idempotency_key <> OLD.idempotency_key;
END;
CREATE TRIGGER payments_delete BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'ck_payments_append_only'); END;
-- Paid is what nothing is left of; void is what nothing was paid of.
CREATE TRIGGER bills_paid BEFORE UPDATE ON bills WHEN OLD.status NOT IN ('draft', 'void')
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_paid') WHERE NEW.status = 'paid' AND NEW.credit_of IS NULL
        AND (SELECT b.total + COALESCE((SELECT SUM(c.total) FROM bills c WHERE c.credit_of = b.id AND c.status <> 'draft'), 0)
            FROM bills b WHERE b.id = NEW.id)
            > (SELECT COALESCE(SUM(CASE WHEN p.kind = 'payment' THEN p.amount ELSE -p.amount END), 0) FROM payments p
            WHERE p.bill_id = NEW.id AND p.status = 'success');
    SELECT RAISE(ABORT, 'ck_bills_taken') WHERE NEW.status = 'void' AND EXISTS (
        SELECT 1 FROM payments p WHERE p.bill_id = NEW.id AND p.status <> 'failed');
END;
