ALTER TABLE encounters DROP COLUMN entered_in_error_reason;
ALTER TABLE encounters DROP COLUMN entered_in_error_by;
ALTER TABLE encounters DROP COLUMN entered_in_error_at;
