DROP INDEX ix_payments_counts_at;
DROP INDEX ix_bills_voided_at;
DROP INDEX ix_bills_issued_at;
CREATE INDEX ix_bills_issued_at ON bills (issued_at);
