-- Money: price list, tax rates, bills. All amounts are minor units of the bill's currency, all rates basis points.

-- follow_up_free_days: a follow-up within so many days costs nothing; 0 for never. payment_days: until a bill is due.
ALTER TABLE settings ADD COLUMN follow_up_free_days INTEGER NOT NULL DEFAULT 0
    CONSTRAINT ck_settings_follow_up_free_days CHECK (follow_up_free_days BETWEEN 0 AND 365);
ALTER TABLE settings ADD COLUMN payment_days INTEGER NOT NULL DEFAULT 14
    CONSTRAINT ck_settings_payment_days CHECK (payment_days BETWEEN 0 AND 365);
ALTER TABLE settings ADD COLUMN tax_number TEXT NOT NULL DEFAULT '';

-- name_key: folded as db::fold says. A test of this name is charged with the price.
CREATE TABLE price_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL CONSTRAINT ck_price_items_name CHECK (name_key <> ''),
    department_id BIGINT REFERENCES departments (id),
    price BIGINT NOT NULL CONSTRAINT ck_price_items_price CHECK (price BETWEEN 0 AND 1000000000000),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_price_items_name_key ON price_items (name_key);
CREATE INDEX ix_price_items_department_id ON price_items (department_id);

CREATE TABLE tax_rates (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL CONSTRAINT ck_tax_rates_name CHECK (name_key <> ''),
    basis_points INTEGER NOT NULL CONSTRAINT ck_tax_rates_basis_points CHECK (basis_points BETWEEN 0 AND 10000),
    is_default BOOLEAN NOT NULL DEFAULT FALSE,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_tax_rates_default CHECK (NOT is_default OR is_active)
);
CREATE UNIQUE INDEX ux_tax_rates_name_key ON tax_rates (name_key);
CREATE UNIQUE INDEX ux_tax_rates_is_default ON tax_rates (is_default) WHERE is_default;

-- A credit note is a bill with credit_of, whose amounts are negative. discount_rate: where the discount was given in percent.
CREATE TABLE bills (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    appointment_id BIGINT REFERENCES appointments (id),
    credit_of BIGINT REFERENCES bills (id),
    status TEXT NOT NULL DEFAULT 'draft' CONSTRAINT ck_bills_status CHECK (status IN ('draft', 'unpaid', 'pending', 'paid', 'void')),
    currency TEXT NOT NULL CONSTRAINT ck_bills_currency CHECK (length(currency) = 3),
    subtotal BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_bills_subtotal CHECK (subtotal BETWEEN -1000000000000000 AND 1000000000000000),
    discount BIGINT NOT NULL DEFAULT 0,
    discount_rate INTEGER CONSTRAINT ck_bills_discount_rate CHECK (discount_rate BETWEEN 0 AND 10000),
    discount_reason TEXT NOT NULL DEFAULT '',
    tax BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    issued_by BIGINT REFERENCES users (id),
    issued_at TIMESTAMP,
    due_on DATE,
    voided_by BIGINT REFERENCES users (id),
    voided_at TIMESTAMP,
    reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_bills_total CHECK (total = subtotal - discount + tax),
    CONSTRAINT ck_bills_sign CHECK (
        (credit_of IS NULL AND subtotal >= 0 AND discount BETWEEN 0 AND subtotal AND tax >= 0)
        OR (credit_of IS NOT NULL AND subtotal <= 0 AND discount BETWEEN subtotal AND 0 AND tax <= 0)),
    CONSTRAINT ck_bills_discount_reason CHECK (credit_of IS NOT NULL OR discount_reason <> '' OR discount = 0),
    CONSTRAINT ck_bills_issued_at CHECK ((status = 'draft') = (issued_at IS NULL) AND (status = 'draft') = (due_on IS NULL)),
    CONSTRAINT ck_bills_voided_at CHECK ((status = 'void') = (voided_at IS NOT NULL)),
    CONSTRAINT ck_bills_reason CHECK (reason <> '' OR (status <> 'void' AND credit_of IS NULL))
);
CREATE INDEX ix_bills_patient_id ON bills (patient_id, id);
CREATE INDEX ix_bills_status ON bills (status, due_on);
CREATE INDEX ix_bills_credit_of ON bills (credit_of);
CREATE INDEX ix_bills_issued_at ON bills (issued_at);
CREATE INDEX ix_bills_appointment_id ON bills (appointment_id);

-- discount: the line's share of the bill's. tax: of what is left, rounded half up. is_live: the bill is not void.
CREATE TABLE bill_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    bill_id BIGINT NOT NULL REFERENCES bills (id),
    position INTEGER NOT NULL,
    charge_item_id BIGINT REFERENCES charge_items (id),
    credits_line_id BIGINT REFERENCES bill_lines (id),
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL CONSTRAINT ck_bill_lines_quantity CHECK (quantity BETWEEN 1 AND 1000000),
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_bill_lines_most CHECK (amount BETWEEN -10000000000000 AND 10000000000000),
    discount BIGINT NOT NULL DEFAULT 0,
    tax_name TEXT NOT NULL DEFAULT '',
    tax_rate INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_bill_lines_tax_rate CHECK (tax_rate BETWEEN 0 AND 10000),
    tax BIGINT NOT NULL DEFAULT 0,
    is_live BOOLEAN NOT NULL DEFAULT TRUE,
    CONSTRAINT ck_bill_lines_source CHECK ((charge_item_id IS NULL) = (credits_line_id IS NOT NULL)),
    CONSTRAINT ck_bill_lines_amount CHECK (amount = quantity * unit_price),
    CONSTRAINT ck_bill_lines_discount CHECK (
        (credits_line_id IS NULL AND amount >= 0 AND discount BETWEEN 0 AND amount)
        OR (credits_line_id IS NOT NULL AND amount <= 0 AND discount BETWEEN amount AND 0)),
    CONSTRAINT ck_bill_lines_tax CHECK (tax = CASE WHEN credits_line_id IS NULL
        THEN ((amount - discount) * tax_rate + 5000) / 10000
        ELSE -(((discount - amount) * tax_rate + 5000) / 10000) END)
);
CREATE UNIQUE INDEX ux_bill_lines_bill_id_position ON bill_lines (bill_id, position);
CREATE UNIQUE INDEX ux_bill_lines_charge_item_id ON bill_lines (charge_item_id) WHERE is_live;
CREATE UNIQUE INDEX ux_bill_lines_credits_line_id ON bill_lines (credits_line_id) WHERE is_live;
CREATE INDEX ix_bill_lines_charge_item_id ON bill_lines (charge_item_id);

-- A bill begins as a draft; a credit note is of an issued bill of the same patient in the same currency.
CREATE TRIGGER bills_begin BEFORE INSERT ON bills
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_begin') WHERE NEW.status <> 'draft';
    SELECT RAISE(ABORT, 'ck_bills_credit') WHERE NEW.credit_of IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM bills b WHERE b.id = NEW.credit_of AND b.credit_of IS NULL AND b.status NOT IN ('draft', 'void')
          AND b.patient_id = NEW.patient_id AND b.currency = NEW.currency);
END;
-- What is issued adds up.
CREATE TRIGGER bills_issue BEFORE UPDATE ON bills WHEN OLD.status = 'draft' AND NEW.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_step') WHERE NEW.status <> CASE WHEN NEW.total > 0 THEN 'unpaid' ELSE 'paid' END;
    SELECT RAISE(ABORT, 'ck_bills_lines') WHERE NOT EXISTS (SELECT 1 FROM bill_lines l WHERE l.bill_id = NEW.id);
    SELECT RAISE(ABORT, 'ck_bills_sum') WHERE EXISTS (
        SELECT 1 FROM (SELECT SUM(l.amount) AS amount, SUM(l.discount) AS discount, SUM(l.tax) AS tax
            FROM bill_lines l WHERE l.bill_id = NEW.id) s
        WHERE s.amount <> NEW.subtotal OR s.discount <> NEW.discount OR s.tax <> NEW.tax);
END;
-- What is issued stays, but for its status.
CREATE TRIGGER bills_issued BEFORE UPDATE ON bills
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_owner') WHERE NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id
        OR NEW.currency <> OLD.currency OR NEW.credit_of IS NOT OLD.credit_of OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'ck_bills_final') WHERE OLD.status = 'void';
    SELECT RAISE(ABORT, 'ck_bills_issued') WHERE OLD.status <> 'draft' AND (NEW.status = 'draft'
        OR NEW.appointment_id IS NOT OLD.appointment_id OR NEW.subtotal <> OLD.subtotal OR NEW.discount <> OLD.discount
        OR NEW.discount_rate IS NOT OLD.discount_rate OR NEW.discount_reason <> OLD.discount_reason
        OR NEW.tax <> OLD.tax OR NEW.total <> OLD.total OR NEW.issued_by IS NOT OLD.issued_by
        OR NEW.issued_at <> OLD.issued_at OR NEW.due_on <> OLD.due_on);
    SELECT RAISE(ABORT, 'ck_bills_credited') WHERE NEW.status = 'void' AND (NEW.credit_of IS NOT NULL OR EXISTS (
        SELECT 1 FROM bills c WHERE c.credit_of = NEW.id));
END;
CREATE TRIGGER bills_void AFTER UPDATE ON bills WHEN NEW.status = 'void' AND OLD.status <> 'void'
BEGIN
    UPDATE bill_lines SET is_live = FALSE WHERE bill_id = NEW.id;
    UPDATE charge_items SET status = 'open'
    WHERE id IN (SELECT l.charge_item_id FROM bill_lines l WHERE l.bill_id = NEW.id);
END;
CREATE TRIGGER bills_delete BEFORE DELETE ON bills WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, 'ck_bills_issued'); END;

-- A line belongs to a draft, and says what its charge, or the line that it takes back, says.
CREATE TRIGGER bill_lines_begin BEFORE INSERT ON bill_lines
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_issued') WHERE NOT NEW.is_live
        OR (SELECT b.status FROM bills b WHERE b.id = NEW.bill_id) <> 'draft';
    SELECT RAISE(ABORT, 'ck_bill_lines_charge') WHERE NEW.charge_item_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM charge_items c JOIN bills b ON b.id = NEW.bill_id
        WHERE c.id = NEW.charge_item_id AND c.status = 'open' AND c.patient_id = b.patient_id AND b.credit_of IS NULL
          AND c.quantity = NEW.quantity AND c.unit_price = NEW.unit_price);
    SELECT RAISE(ABORT, 'ck_bill_lines_credit') WHERE NEW.credits_line_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM bill_lines l JOIN bills b ON b.id = NEW.bill_id
        WHERE l.id = NEW.credits_line_id AND l.bill_id = b.credit_of AND l.amount = -NEW.amount
          AND l.discount = -NEW.discount AND l.tax = -NEW.tax);
END;
CREATE TRIGGER bill_lines_added AFTER INSERT ON bill_lines WHEN NEW.charge_item_id IS NOT NULL
BEGIN UPDATE charge_items SET status = 'billed' WHERE id = NEW.charge_item_id; END;
CREATE TRIGGER bill_lines_change BEFORE UPDATE ON bill_lines
BEGIN
    SELECT RAISE(ABORT, 'ck_bill_lines_charge') WHERE NEW.id <> OLD.id OR NEW.bill_id <> OLD.bill_id
        OR NEW.charge_item_id IS NOT OLD.charge_item_id OR NEW.credits_line_id IS NOT OLD.credits_line_id
        OR NEW.quantity <> OLD.quantity OR NEW.unit_price <> OLD.unit_price;
    SELECT RAISE(ABORT, 'ck_bills_issued') WHERE (SELECT b.status FROM bills b WHERE b.id = NEW.bill_id) <> 'draft'
        AND NOT (OLD.is_live AND NOT NEW.is_live AND (SELECT b.status FROM bills b WHERE b.id = NEW.bill_id) = 'void'
            AND NEW.position = OLD.position AND NEW.description = OLD.description AND NEW.discount = OLD.discount
            AND NEW.tax_name = OLD.tax_name AND NEW.tax_rate = OLD.tax_rate AND NEW.tax = OLD.tax);
    SELECT RAISE(ABORT, 'ck_bills_issued') WHERE NOT NEW.is_live
        AND (SELECT b.status FROM bills b WHERE b.id = NEW.bill_id) = 'draft';
END;
CREATE TRIGGER bill_lines_remove BEFORE DELETE ON bill_lines
BEGIN
    SELECT RAISE(ABORT, 'ck_bills_issued') WHERE (SELECT b.status FROM bills b WHERE b.id = OLD.bill_id) <> 'draft';
END;
CREATE TRIGGER bill_lines_removed AFTER DELETE ON bill_lines WHEN OLD.charge_item_id IS NOT NULL
BEGIN UPDATE charge_items SET status = 'open' WHERE id = OLD.charge_item_id; END;

-- A charge is billed exactly while it stands on a bill that is not void, and stays as it is meanwhile.
CREATE TRIGGER charge_items_billed BEFORE UPDATE ON charge_items
BEGIN
    SELECT RAISE(ABORT, 'ck_charge_items_final') WHERE OLD.status = 'cancelled';
    SELECT RAISE(ABORT, 'ck_charge_items_billed') WHERE (NEW.status = 'billed') <> EXISTS (
        SELECT 1 FROM bill_lines l WHERE l.charge_item_id = NEW.id AND l.is_live);
    SELECT RAISE(ABORT, 'ck_charge_items_billed') WHERE NEW.status = 'billed' AND (NEW.quantity <> OLD.quantity
        OR NEW.unit_price <> OLD.unit_price OR NEW.patient_id <> OLD.patient_id);
END;
CREATE TRIGGER charge_items_begin BEFORE INSERT ON charge_items WHEN NEW.status = 'billed'
BEGIN SELECT RAISE(ABORT, 'ck_charge_items_billed'); END;
