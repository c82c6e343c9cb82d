-- What reports sum over time stands in the index that finds it.
DROP INDEX ix_bills_issued_at;
CREATE INDEX ix_bills_issued_at ON bills (issued_at, currency, status, credit_of, total, tax);
CREATE INDEX ix_bills_voided_at ON bills (voided_at) WHERE voided_at IS NOT NULL;
-- When a payment counts: as it is decided, else as it is taken.
CREATE INDEX ix_payments_counts_at ON payments (COALESCE(decided_at, taken_at), currency, status, method, kind, amount);
CREATE INDEX ix_bill_lines_sums ON bill_lines (bill_id, charge_item_id, credits_line_id, amount, discount, tax);
-- Receivables: what is open by its due date, and what was credited of it.
DROP INDEX ix_bills_status;
CREATE INDEX ix_bills_status ON bills (status, due_on, currency, credit_of, total);
DROP INDEX ix_bills_credit_of;
CREATE INDEX ix_bills_credit_of ON bills (credit_of, status, total) WHERE credit_of IS NOT NULL;
