DROP TRIGGER payments_session_change;
DROP TRIGGER payments_session_begin;
DROP INDEX ix_payments_session_id;
ALTER TABLE payments DROP COLUMN session_id;
DROP TABLE cash_sessions;
