DROP TRIGGER payments_session ON payments;
DROP FUNCTION join_session();
ALTER TABLE payments DROP COLUMN session_id;
DROP TABLE cash_sessions;
DROP FUNCTION check_cash_session();
