DROP TRIGGER bills_paid ON bills;
DROP TABLE payments;
DROP FUNCTION check_paid_bill();
DROP FUNCTION change_payment();
DROP FUNCTION begin_payment();
ALTER TABLE settings DROP COLUMN refund_approval_limit;
