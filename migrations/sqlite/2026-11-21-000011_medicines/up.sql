-- What medicines contain. name_key: folded as db::fold says, so that a name is taken whatever its case and accents.
CREATE TABLE substances (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    other_names TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_substances_name CHECK (name_key <> '')
);
CREATE UNIQUE INDEX ux_substances_name_key ON substances (name_key);

-- class: counts for allergies, the same kind twice, interactions. cross_reactive: for allergies only. property: for
-- interactions only.
CREATE TABLE substance_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    substance_id BIGINT NOT NULL REFERENCES substances (id),
    kind TEXT NOT NULL CONSTRAINT ck_substance_groups_kind CHECK (kind IN ('class', 'cross_reactive', 'property')),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL
);
CREATE UNIQUE INDEX ux_substance_groups_substance_id_kind_name_key ON substance_groups (substance_id, kind, name_key);

-- The catalogue. price: minor units for one base unit. *_ng: nanograms of the (first) active substance, in one base
-- unit, and the usual range of one dose and of a day.
CREATE TABLE medicines (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    generic_name TEXT NOT NULL,
    name_search TEXT NOT NULL,
    form TEXT NOT NULL,
    strength TEXT NOT NULL,
    unit TEXT NOT NULL,
    route TEXT NOT NULL DEFAULT '',
    pack_size INTEGER NOT NULL DEFAULT 1 CONSTRAINT ck_medicines_pack_size CHECK (pack_size BETWEEN 1 AND 100000),
    price BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_medicines_price CHECK (price >= 0),
    minimum_stock INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_medicines_minimum_stock CHECK (minimum_stock >= 0),
    strength_ng BIGINT CONSTRAINT ck_medicines_strength_ng CHECK (strength_ng > 0),
    least_dose_ng BIGINT CONSTRAINT ck_medicines_least_dose_ng CHECK (least_dose_ng > 0),
    most_dose_ng BIGINT CONSTRAINT ck_medicines_most_dose_ng CHECK (most_dose_ng > 0),
    most_daily_ng BIGINT CONSTRAINT ck_medicines_most_daily_ng CHECK (most_daily_ng > 0),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_medicines_dose_range CHECK (least_dose_ng IS NULL OR most_dose_ng IS NULL OR least_dose_ng <= most_dose_ng)
);
CREATE UNIQUE INDEX ux_medicines_name_key ON medicines (name_key);

CREATE TABLE medicine_substances (
    medicine_id BIGINT NOT NULL REFERENCES medicines (id),
    substance_id BIGINT NOT NULL REFERENCES substances (id),
    PRIMARY KEY (medicine_id, substance_id)
);
CREATE INDEX ix_medicine_substances_substance_id ON medicine_substances (substance_id);

-- What does not go together: each side is the name of a class, a property or a substance. one_key <= other_key, so
-- that a pair is there once.
CREATE TABLE interactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    one TEXT NOT NULL,
    one_key TEXT NOT NULL,
    other TEXT NOT NULL,
    other_key TEXT NOT NULL,
    severity TEXT NOT NULL CONSTRAINT ck_interactions_severity CHECK (severity IN ('contraindicated', 'serious', 'caution')),
    effect TEXT NOT NULL,
    advice TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL CONSTRAINT ck_interactions_source CHECK (source <> ''),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_interactions_order CHECK (one_key <= other_key)
);
CREATE UNIQUE INDEX ux_interactions_one_key_other_key ON interactions (one_key, other_key);

-- The catalogue's medicine of a line; none for what the doctor wrote freely.
ALTER TABLE prescription_medications ADD COLUMN medicine_id BIGINT REFERENCES medicines (id);
CREATE INDEX ix_prescription_medications_medicine_id ON prescription_medications (medicine_id);

-- Why the doctor submitted in spite of the warnings.
ALTER TABLE prescriptions ADD COLUMN override_reason TEXT NOT NULL DEFAULT '';

-- The warnings that the doctor met when submitting, as they were shown.
CREATE TABLE prescription_warnings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    prescription_id BIGINT NOT NULL REFERENCES prescriptions (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_prescription_warnings_kind CHECK (kind IN ('allergy', 'duplicate', 'interaction', 'dose')),
    severity TEXT NOT NULL CONSTRAINT ck_prescription_warnings_severity CHECK (severity IN ('contraindicated', 'serious', 'caution')),
    medicine TEXT NOT NULL,
    message TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE UNIQUE INDEX ux_prescription_warnings_prescription_id_position ON prescription_warnings (prescription_id, position);

-- Lines that a doctor likes to write again. diagnosis: empty, or the diagnosis for which it is offered first.
CREATE TABLE prescription_favourites (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    doctor_id BIGINT NOT NULL REFERENCES doctors (id),
    diagnosis TEXT NOT NULL DEFAULT '',
    line_key TEXT NOT NULL,
    medicine TEXT NOT NULL,
    dose TEXT NOT NULL DEFAULT '',
    unit TEXT NOT NULL DEFAULT '',
    route TEXT NOT NULL DEFAULT '',
    frequency TEXT NOT NULL DEFAULT '',
    duration_days INTEGER CONSTRAINT ck_prescription_favourites_duration_days CHECK (duration_days BETWEEN 1 AND 730),
    quantity INTEGER CONSTRAINT ck_prescription_favourites_quantity CHECK (quantity BETWEEN 1 AND 100000),
    instructions TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_prescription_favourites_doctor_id_line_key ON prescription_favourites (doctor_id, line_key);
