DROP INDEX ix_bills_credit_of;
CREATE INDEX ix_bills_credit_of ON bills (credit_of);
DROP INDEX ix_bills_status;
CREATE INDEX ix_bills_status ON bills (status, due_on);
DROP INDEX ix_bill_lines_sums;
DROP INDEX ix_payments_counts_at;
DROP INDEX ix_bills_voided_at;
DROP INDEX ix_bills_issued_at;
CREATE INDEX ix_bills_issued_at ON bills (issued_at);
