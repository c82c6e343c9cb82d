DROP INDEX ix_prescriptions_open;
ALTER TABLE prescriptions DROP COLUMN closed_at;
ALTER TABLE prescriptions DROP COLUMN priority;
