-- What reports sum over time stands in the index that finds it.
DROP INDEX ix_bills_issued_at;
CREATE INDEX ix_bills_issued_at ON bills (issued_at, currency, status, credit_of, total, tax);
CREATE INDEX ix_bills_voided_at ON bills (voided_at) WHERE voided_at IS NOT NULL;
-- When a payment counts: as it is decided, else as it is taken.
CREATE INDEX ix_payments_counts_at ON payments ((COALESCE(decided_at, taken_at)), status, method, kind, amount, bill_id);
