-- Pharmacy. All quantities are whole base units (the medicine's `unit`), all money is in minor units.

-- barcode: what a scanner types for a pack of the medicine; empty for none.
ALTER TABLE medicines ADD COLUMN barcode TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX ux_medicines_barcode ON medicines (barcode) WHERE barcode <> '';

-- name_key: folded as db::fold says.
CREATE TABLE suppliers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL CONSTRAINT ck_suppliers_name CHECK (name_key <> ''),
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_suppliers_name_key ON suppliers (name_key);

-- What lies on the shelf: a lot of a medicine. quantity is the sum of the batch's movements; the triggers below see to it.
-- unit_cost: what one unit cost when it was last received, rounded. expires_on: the last day on which it may be given.
CREATE TABLE stock_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    medicine_id BIGINT NOT NULL REFERENCES medicines (id),
    lot TEXT NOT NULL,
    lot_key TEXT NOT NULL CONSTRAINT ck_stock_batches_lot CHECK (lot_key <> ''),
    expires_on DATE NOT NULL,
    unit_cost BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_stock_batches_unit_cost CHECK (unit_cost >= 0),
    quantity INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_stock_batches_quantity CHECK (quantity >= 0)
        CONSTRAINT ck_stock_batches_most CHECK (quantity <= 1000000000),
    status TEXT NOT NULL DEFAULT 'available' CONSTRAINT ck_stock_batches_status CHECK (status IN ('available', 'recalled')),
    recall_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_stock_batches_recall CHECK (status <> 'recalled' OR recall_reason <> '')
);
CREATE UNIQUE INDEX ux_stock_batches_medicine_id_lot_key_expires_on ON stock_batches (medicine_id, lot_key, expires_on);
CREATE INDEX ix_stock_batches_expires_on ON stock_batches (expires_on) WHERE quantity > 0;

CREATE TABLE stock_receipts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
    reference TEXT NOT NULL,
    reference_key TEXT NOT NULL CONSTRAINT ck_stock_receipts_reference CHECK (reference_key <> ''),
    received_on DATE NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    user_id BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_stock_receipts_supplier_id_reference_key ON stock_receipts (supplier_id, reference_key);
CREATE INDEX ix_stock_receipts_received_on ON stock_receipts (received_on, id);

-- total_cost: of the whole line, exactly as the delivery note says it.
CREATE TABLE stock_receipt_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    receipt_id BIGINT NOT NULL REFERENCES stock_receipts (id),
    position INTEGER NOT NULL,
    batch_id BIGINT NOT NULL REFERENCES stock_batches (id),
    quantity INTEGER NOT NULL CONSTRAINT ck_stock_receipt_lines_quantity CHECK (quantity BETWEEN 1 AND 1000000000),
    total_cost BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_stock_receipt_lines_total_cost CHECK (total_cost >= 0)
);
CREATE UNIQUE INDEX ux_stock_receipt_lines_receipt_id_position ON stock_receipt_lines (receipt_id, position);
CREATE INDEX ix_stock_receipt_lines_batch_id ON stock_receipt_lines (batch_id);

-- words and letter narrow which medicines are counted: words of the name, the name's first letter; empty for all.
CREATE TABLE stocktakes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    status TEXT NOT NULL CONSTRAINT ck_stocktakes_status CHECK (status IN ('open', 'posted', 'cancelled')),
    words TEXT NOT NULL DEFAULT '',
    letter TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    started_by BIGINT REFERENCES users (id),
    started_at TIMESTAMP NOT NULL,
    finished_by BIGINT REFERENCES users (id),
    finished_at TIMESTAMP,
    version INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT ck_stocktakes_finished CHECK ((status = 'open') = (finished_at IS NULL))
);
CREATE INDEX ix_stocktakes_status ON stocktakes (status, id);

-- expected: the batch's quantity at the moment of counting, so that what is moved between counting and posting stays right.
CREATE TABLE stocktake_counts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    stocktake_id BIGINT NOT NULL REFERENCES stocktakes (id),
    batch_id BIGINT NOT NULL REFERENCES stock_batches (id),
    expected INTEGER NOT NULL CONSTRAINT ck_stocktake_counts_expected CHECK (expected >= 0),
    counted INTEGER NOT NULL CONSTRAINT ck_stocktake_counts_counted CHECK (counted BETWEEN 0 AND 1000000000),
    counted_by BIGINT REFERENCES users (id),
    counted_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_stocktake_counts_stocktake_id_batch_id ON stocktake_counts (stocktake_id, batch_id);
CREATE INDEX ix_stocktake_counts_batch_id ON stocktake_counts (batch_id);

-- A prescription in the hands of a pharmacist.
CREATE TABLE dispensings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    prescription_id BIGINT NOT NULL REFERENCES prescriptions (id),
    pharmacist_id BIGINT NOT NULL REFERENCES users (id),
    status TEXT NOT NULL CONSTRAINT ck_dispensings_status CHECK (status IN ('in_progress', 'on_hold', 'completed', 'declined', 'released')),
    reason TEXT NOT NULL DEFAULT '',
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_dispensings_finished CHECK ((status IN ('in_progress', 'on_hold')) = (finished_at IS NULL)),
    CONSTRAINT ck_dispensings_reason CHECK (status NOT IN ('on_hold', 'declined') OR reason <> '')
);
CREATE UNIQUE INDEX ux_dispensings_prescription_id ON dispensings (prescription_id) WHERE status IN ('in_progress', 'on_hold');
CREATE INDEX ix_dispensings_prescription_id ON dispensings (prescription_id, id);
CREATE INDEX ix_dispensings_status ON dispensings (status, started_at);

-- What was handed over. Append-only.
CREATE TABLE dispensing_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dispensing_id BIGINT NOT NULL REFERENCES dispensings (id),
    prescription_medication_id BIGINT NOT NULL REFERENCES prescription_medications (id),
    medicine_id BIGINT NOT NULL REFERENCES medicines (id),
    batch_id BIGINT NOT NULL REFERENCES stock_batches (id),
    quantity INTEGER NOT NULL CONSTRAINT ck_dispensing_items_quantity CHECK (quantity BETWEEN 1 AND 100000),
    unit_price BIGINT NOT NULL CONSTRAINT ck_dispensing_items_unit_price CHECK (unit_price >= 0),
    substitution_reason TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX ix_dispensing_items_dispensing_id ON dispensing_items (dispensing_id);
CREATE INDEX ix_dispensing_items_prescription_medication_id ON dispensing_items (prescription_medication_id);
CREATE INDEX ix_dispensing_items_batch_id ON dispensing_items (batch_id);

-- A line that the pharmacy does not hand over, with the reason. Append-only.
CREATE TABLE dispensing_declines (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dispensing_id BIGINT NOT NULL REFERENCES dispensings (id),
    prescription_medication_id BIGINT NOT NULL REFERENCES prescription_medications (id),
    reason TEXT NOT NULL CONSTRAINT ck_dispensing_declines_reason CHECK (reason <> ''),
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX ux_dispensing_declines_prescription_medication_id ON dispensing_declines (prescription_medication_id);
CREATE INDEX ix_dispensing_declines_dispensing_id ON dispensing_declines (dispensing_id);

-- The ledger. Append-only; a batch's quantity is the sum of its rows. returned: from a patient; sent_back: to the supplier.
CREATE TABLE stock_movements (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    batch_id BIGINT NOT NULL REFERENCES stock_batches (id),
    kind TEXT NOT NULL CONSTRAINT ck_stock_movements_kind CHECK (kind IN
        ('received', 'dispensed', 'returned', 'sent_back', 'adjusted', 'counted', 'expired')),
    quantity INTEGER NOT NULL CONSTRAINT ck_stock_movements_quantity CHECK (quantity <> 0 AND quantity BETWEEN -1000000000 AND 1000000000),
    reason TEXT NOT NULL DEFAULT '',
    user_id BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    receipt_line_id BIGINT REFERENCES stock_receipt_lines (id),
    dispensing_item_id BIGINT REFERENCES dispensing_items (id),
    stocktake_count_id BIGINT REFERENCES stocktake_counts (id),
    CONSTRAINT ck_stock_movements_sign CHECK (kind IN ('adjusted', 'counted') OR (quantity > 0) = (kind IN ('received', 'returned'))),
    CONSTRAINT ck_stock_movements_receipt CHECK ((kind = 'received') = (receipt_line_id IS NOT NULL)),
    CONSTRAINT ck_stock_movements_dispensing CHECK ((kind IN ('dispensed', 'returned')) = (dispensing_item_id IS NOT NULL)),
    CONSTRAINT ck_stock_movements_count CHECK ((kind = 'counted') = (stocktake_count_id IS NOT NULL)),
    CONSTRAINT ck_stock_movements_reason CHECK (kind NOT IN ('returned', 'sent_back', 'adjusted') OR reason <> '')
);
CREATE INDEX ix_stock_movements_batch_id ON stock_movements (batch_id, id, quantity);
CREATE INDEX ix_stock_movements_created_at ON stock_movements (created_at);
CREATE UNIQUE INDEX ux_stock_movements_receipt_line_id ON stock_movements (receipt_line_id);
CREATE UNIQUE INDEX ux_stock_movements_stocktake_count_id ON stock_movements (stocktake_count_id);
CREATE UNIQUE INDEX ux_stock_movements_dispensing_item_id ON stock_movements (dispensing_item_id) WHERE kind = 'dispensed';
CREATE INDEX ix_stock_movements_returned ON stock_movements (dispensing_item_id) WHERE kind = 'returned';

-- What is to be paid, once for each thing that was done.
CREATE TABLE charge_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    kind TEXT NOT NULL CONSTRAINT ck_charge_items_kind CHECK (kind IN ('visit', 'dispensing', 'test', 'manual')),
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL CONSTRAINT ck_charge_items_quantity CHECK (quantity BETWEEN 1 AND 1000000),
    unit_price BIGINT NOT NULL CONSTRAINT ck_charge_items_unit_price CHECK (unit_price BETWEEN 0 AND 1000000000000),
    amount BIGINT NOT NULL CONSTRAINT ck_charge_items_sum CHECK (amount = quantity * unit_price),
    department_id BIGINT REFERENCES departments (id),
    doctor_id BIGINT REFERENCES doctors (id),
    appointment_id BIGINT REFERENCES appointments (id),
    dispensing_item_id BIGINT REFERENCES dispensing_items (id),
    test_order_id BIGINT REFERENCES test_orders (id),
    status TEXT NOT NULL DEFAULT 'open' CONSTRAINT ck_charge_items_status CHECK (status IN ('open', 'billed', 'cancelled')),
    cancel_reason TEXT NOT NULL DEFAULT '',
    created_by BIGINT REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_charge_items_visit CHECK ((kind = 'visit') = (appointment_id IS NOT NULL)),
    CONSTRAINT ck_charge_items_dispensing CHECK ((kind = 'dispensing') = (dispensing_item_id IS NOT NULL)),
    CONSTRAINT ck_charge_items_test CHECK ((kind = 'test') = (test_order_id IS NOT NULL)),
    CONSTRAINT ck_charge_items_cancelled CHECK (status <> 'cancelled' OR cancel_reason <> '')
);
CREATE UNIQUE INDEX ux_charge_items_appointment_id ON charge_items (appointment_id);
CREATE UNIQUE INDEX ux_charge_items_dispensing_item_id ON charge_items (dispensing_item_id);
CREATE UNIQUE INDEX ux_charge_items_test_order_id ON charge_items (test_order_id);
CREATE INDEX ix_charge_items_patient_id ON charge_items (patient_id, id);
CREATE INDEX ix_charge_items_status ON charge_items (status, id);

-- The ledger: what a movement refers to is the same batch and quantity; the batch's quantity follows.
CREATE TRIGGER stock_movements_reference BEFORE INSERT ON stock_movements
BEGIN
    SELECT RAISE(ABORT, 'ck_stock_movements_received') WHERE NEW.kind = 'received' AND NOT EXISTS (
        SELECT 1 FROM stock_receipt_lines l
        WHERE l.id = NEW.receipt_line_id AND l.batch_id = NEW.batch_id AND l.quantity = NEW.quantity);
    SELECT RAISE(ABORT, 'ck_stock_movements_dispensed') WHERE NEW.kind = 'dispensed' AND NOT EXISTS (
        SELECT 1 FROM dispensing_items i
        WHERE i.id = NEW.dispensing_item_id AND i.batch_id = NEW.batch_id AND i.quantity = -NEW.quantity);
    SELECT RAISE(ABORT, 'ck_stock_movements_returned') WHERE NEW.kind = 'returned' AND NOT EXISTS (
        SELECT 1 FROM dispensing_items i
        WHERE i.id = NEW.dispensing_item_id AND i.batch_id = NEW.batch_id
          AND i.quantity >= NEW.quantity + (SELECT COALESCE(SUM(m.quantity), 0) FROM stock_movements m
              WHERE m.dispensing_item_id = NEW.dispensing_item_id AND m.kind = 'returned'));
    SELECT RAISE(ABORT, 'ck_stock_movements_counted') WHERE NEW.kind = 'counted' AND NOT EXISTS (
        SELECT 1 FROM stocktake_counts c JOIN stocktakes s ON s.id = c.stocktake_id
        WHERE c.id = NEW.stocktake_count_id AND c.batch_id = NEW.batch_id AND c.counted - c.expected = NEW.quantity
          AND s.status = 'open');
END;
CREATE TRIGGER stock_movements_sum AFTER INSERT ON stock_movements
BEGIN
    UPDATE stock_batches SET quantity = (SELECT SUM(m.quantity) FROM stock_movements m WHERE m.batch_id = NEW.batch_id)
    WHERE id = NEW.batch_id;
END;
CREATE TRIGGER stock_movements_no_update BEFORE UPDATE ON stock_movements
BEGIN SELECT RAISE(ABORT, 'ck_stock_movements_append_only'); END;
CREATE TRIGGER stock_movements_no_delete BEFORE DELETE ON stock_movements
BEGIN SELECT RAISE(ABORT, 'ck_stock_movements_append_only'); END;

CREATE TRIGGER stock_batches_begin BEFORE INSERT ON stock_batches WHEN NEW.quantity <> 0
BEGIN SELECT RAISE(ABORT, 'ck_stock_batches_ledger'); END;
CREATE TRIGGER stock_batches_ledger BEFORE UPDATE OF id, quantity, medicine_id ON stock_batches
BEGIN
    SELECT RAISE(ABORT, 'ck_stock_batches_medicine') WHERE NEW.medicine_id <> OLD.medicine_id OR NEW.id <> OLD.id;
    SELECT RAISE(ABORT, 'ck_stock_batches_ledger') WHERE NEW.quantity <>
        (SELECT COALESCE(SUM(m.quantity), 0) FROM stock_movements m WHERE m.batch_id = NEW.id);
END;

-- A stocktake: a batch is in one open stocktake at most, and what is finished stays as it is.
CREATE TRIGGER stocktake_counts_insert BEFORE INSERT ON stocktake_counts
BEGIN
    SELECT RAISE(ABORT, 'ck_stocktake_counts_open')
    WHERE (SELECT s.status FROM stocktakes s WHERE s.id = NEW.stocktake_id) <> 'open';
    SELECT RAISE(ABORT, 'ex_stocktake_counts_batch') WHERE EXISTS (
        SELECT 1 FROM stocktake_counts c JOIN stocktakes s ON s.id = c.stocktake_id
        WHERE c.batch_id = NEW.batch_id AND c.stocktake_id <> NEW.stocktake_id AND s.status = 'open');
END;
CREATE TRIGGER stocktake_counts_update BEFORE UPDATE ON stocktake_counts
BEGIN
    SELECT RAISE(ABORT, 'ck_stocktake_counts_open')
    WHERE NEW.stocktake_id <> OLD.stocktake_id OR NEW.batch_id <> OLD.batch_id
       OR (SELECT s.status FROM stocktakes s WHERE s.id = OLD.stocktake_id) <> 'open';
END;
CREATE TRIGGER stocktake_counts_delete BEFORE DELETE ON stocktake_counts
BEGIN
    SELECT RAISE(ABORT, 'ck_stocktake_counts_open')
    WHERE (SELECT s.status FROM stocktakes s WHERE s.id = OLD.stocktake_id) <> 'open';
END;
CREATE TRIGGER stocktakes_finished BEFORE UPDATE ON stocktakes WHEN OLD.status <> 'open'
BEGIN SELECT RAISE(ABORT, 'ck_stocktakes_final'); END;

-- Never more than prescribed, never another medicine's batch, never what was declined. A line without a quantity is handed
-- over in one dispensing.
CREATE TRIGGER dispensing_items_prescribed BEFORE INSERT ON dispensing_items
BEGIN
    SELECT RAISE(ABORT, 'ck_dispensing_items_line') WHERE NOT EXISTS (
        SELECT 1 FROM dispensings d JOIN prescription_medications p ON p.prescription_id = d.prescription_id
        WHERE d.id = NEW.dispensing_id AND p.id = NEW.prescription_medication_id);
    SELECT RAISE(ABORT, 'ck_dispensing_items_batch') WHERE NOT EXISTS (
        SELECT 1 FROM stock_batches b WHERE b.id = NEW.batch_id AND b.medicine_id = NEW.medicine_id);
    SELECT RAISE(ABORT, 'ck_dispensing_items_declined') WHERE EXISTS (
        SELECT 1 FROM dispensing_declines x WHERE x.prescription_medication_id = NEW.prescription_medication_id);
    SELECT RAISE(ABORT, 'ck_dispensing_items_prescribed') WHERE NEW.quantity +
        (SELECT COALESCE(SUM(i.quantity), 0) FROM dispensing_items i
         WHERE i.prescription_medication_id = NEW.prescription_medication_id)
        > (SELECT COALESCE(p.quantity, 100000) FROM prescription_medications p WHERE p.id = NEW.prescription_medication_id);
    SELECT RAISE(ABORT, 'ck_dispensing_items_prescribed') WHERE EXISTS (
        SELECT 1 FROM dispensing_items i JOIN prescription_medications p ON p.id = i.prescription_medication_id
        WHERE p.id = NEW.prescription_medication_id AND p.quantity IS NULL AND i.dispensing_id <> NEW.dispensing_id);
END;
CREATE TRIGGER dispensing_items_no_update BEFORE UPDATE ON dispensing_items
BEGIN SELECT RAISE(ABORT, 'ck_dispensing_items_append_only'); END;
CREATE TRIGGER dispensing_items_no_delete BEFORE DELETE ON dispensing_items
BEGIN SELECT RAISE(ABORT, 'ck_dispensing_items_append_only'); END;
CREATE TRIGGER dispensing_declines_line BEFORE INSERT ON dispensing_declines
BEGIN
    SELECT RAISE(ABORT, 'ck_dispensing_declines_line') WHERE NOT EXISTS (
        SELECT 1 FROM dispensings d JOIN prescription_medications p ON p.prescription_id = d.prescription_id
        WHERE d.id = NEW.dispensing_id AND p.id = NEW.prescription_medication_id);
END;
CREATE TRIGGER dispensing_declines_no_update BEFORE UPDATE ON dispensing_declines
BEGIN SELECT RAISE(ABORT, 'ck_dispensing_declines_append_only'); END;
CREATE TRIGGER dispensing_declines_no_delete BEFORE DELETE ON dispensing_declines
BEGIN SELECT RAISE(ABORT, 'ck_dispensing_declines_append_only'); END;
