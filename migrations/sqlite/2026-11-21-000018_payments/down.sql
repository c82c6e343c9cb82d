DROP TRIGGER bills_paid;
DROP TABLE payments;
ALTER TABLE settings DROP COLUMN refund_approval_limit;
