-- How soon the pharmacy is to have it ready.
ALTER TABLE prescriptions ADD COLUMN priority TEXT NOT NULL DEFAULT 'routine'
    CONSTRAINT ck_prescriptions_priority CHECK (priority IN ('routine', 'urgent', 'stat'));

-- Since when nothing of it is left for the pharmacy to do: every medicine is dispensed or declined.
ALTER TABLE prescriptions ADD COLUMN closed_at TIMESTAMP;

-- The pharmacy's queue: what is open and still valid.
CREATE INDEX ix_prescriptions_open ON prescriptions (valid_until) WHERE closed_at IS NULL;
