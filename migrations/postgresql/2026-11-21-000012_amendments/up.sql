-- A signed visit that should not count: kept, shown struck through, with who said so and why.
ALTER TABLE encounters ADD COLUMN entered_in_error_at TIMESTAMP;
ALTER TABLE encounters ADD COLUMN entered_in_error_by BIGINT REFERENCES users (id);
ALTER TABLE encounters ADD COLUMN entered_in_error_reason TEXT NOT NULL DEFAULT '';
