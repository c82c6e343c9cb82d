-- The table of diagnoses in force. Encounters keep the code and the words of their day, so nothing refers to it.
CREATE TABLE diagnosis_codes (
    -- The code's letters and digits alone, in capitals: E119 of E11.9.
    code_key TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Other words for it, with "; " between them.
    terms TEXT NOT NULL DEFAULT '',
    -- Whether it can be billed; the others are headings above those.
    is_billable BOOLEAN NOT NULL
) WITHOUT ROWID;

-- What was imported into it, one row for each time; the newest is in force.
CREATE TABLE diagnosis_editions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    -- The release of the table that is built into the program, as 2026-04-01; empty for a site's own.
    built_in_release TEXT NOT NULL DEFAULT '',
    codes INTEGER NOT NULL,
    imported_at TIMESTAMP NOT NULL
);

-- Ticked by the doctor: it goes onto the patient's list of conditions when the visit is signed.
ALTER TABLE encounter_diagnoses ADD COLUMN is_condition BOOLEAN NOT NULL DEFAULT FALSE;
