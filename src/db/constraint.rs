//! What a violated constraint means to a person.
//!
//! Both engines enforce the rules by named constraints; this is the one table of their names. A page turns the name
//! into a message beside a field (`Form::refuse`), everything else into a 409 page with the same words.

use diesel::result::DatabaseErrorInformation;

/// A rule that the database holds, as a person is told about it.
pub struct Meaning {
    /// The constraint's name on both engines.
    pub constraint: &'static str,
    /// The form field that it is about, if one is.
    pub field: &'static str,
    /// What to tell the person.
    pub message: &'static str,
}

const MEANINGS: &[Meaning] = &[
    Meaning { constraint: "ux_users_username", field: "username", message: "This user name is already taken." },
    Meaning { constraint: "ux_users_email", field: "email", message: "This e-mail address already has an account." },
    Meaning {
        constraint: "ux_departments_name_key",
        field: "name",
        message: "A department of this name already exists.",
    },
    Meaning {
        constraint: "ux_specializations_name_key",
        field: "name",
        message: "A specialization of this name already exists.",
    },
    Meaning {
        constraint: "ux_doctors_license_number",
        field: "license_number",
        message: "Another doctor already has this licence number.",
    },
    Meaning { constraint: "ux_doctors_user_id", field: "user_id", message: "This person is already a doctor here." },
    Meaning {
        constraint: "ux_patients_user_id",
        field: "user_id",
        message: "This account already belongs to a patient.",
    },
    Meaning {
        constraint: "ex_availability_overlap",
        field: "start",
        message: "These hours overlap others on the same day.",
    },
    Meaning {
        constraint: "ex_appointments_doctor",
        field: "starts_at",
        message: "This time has just been taken. Please choose another.",
    },
    Meaning {
        constraint: "ex_appointments_patient",
        field: "starts_at",
        message: "The patient already has an appointment at this time.",
    },
    Meaning {
        constraint: "ux_slot_holds_doctor_id_starts_at",
        field: "starts_at",
        message: "Somebody else is booking this time right now. Please choose another.",
    },
    Meaning {
        constraint: "ux_encounters_appointment_id",
        field: "appointment_id",
        message: "This appointment already has its consultation.",
    },
    Meaning {
        constraint: "ux_allergies_patient_id_substance_key",
        field: "substance",
        message: "This allergy is on the list already. Edit that entry instead.",
    },
    Meaning {
        constraint: "ux_conditions_patient_id_code",
        field: "description",
        message: "A condition with this code is on the list already and not resolved.",
    },
    Meaning {
        constraint: "ux_conditions_patient_id_description_key",
        field: "description",
        message: "This condition is on the list already and not resolved.",
    },
    Meaning {
        constraint: "ck_conditions_dates",
        field: "resolved_date",
        message: "A condition cannot be resolved before it began.",
    },
    Meaning {
        constraint: "ux_no_known_allergies_patient_id",
        field: "",
        message: "Somebody has just noted that no allergies are known.",
    },
    Meaning {
        constraint: "ux_medication_statements_patient_id_medicine_key",
        field: "medicine",
        message: "This medicine is on the list already. Edit that entry instead.",
    },
    Meaning {
        constraint: "ck_medication_statements_dates",
        field: "stopped_on",
        message: "A medicine cannot be stopped before it was begun.",
    },
    Meaning {
        constraint: "ux_prescription_medication_stops_prescription_medication_id",
        field: "reason",
        message: "This medicine has just been stopped already.",
    },
    Meaning {
        constraint: "ck_patients_deceased_on",
        field: "deceased_on",
        message: "The date of death is before the date of birth.",
    },
    Meaning {
        constraint: "ux_medicines_name_key",
        field: "name",
        message: "The catalogue already has a medicine of this name.",
    },
    Meaning { constraint: "ux_substances_name_key", field: "name", message: "A substance of this name exists." },
    Meaning {
        constraint: "ux_interactions_one_key_other_key",
        field: "other",
        message: "This pair is there already. Edit it instead.",
    },
    Meaning {
        constraint: "ux_medicines_barcode",
        field: "barcode",
        message: "Another medicine of the catalogue has this barcode.",
    },
    Meaning { constraint: "ux_suppliers_name_key", field: "name", message: "A supplier of this name exists." },
    Meaning {
        constraint: "ck_stock_batches_quantity",
        field: "quantity",
        message: "There is not so much left in the batch. Nothing was taken.",
    },
    Meaning {
        constraint: "ck_stock_batches_most",
        field: "quantity",
        message: "A batch holds 1,000,000,000 units at most.",
    },
    Meaning {
        constraint: "ux_stock_batches_medicine_id_lot_key_expires_on",
        field: "lot",
        message: "Somebody has just received this lot. Send it once more.",
    },
    Meaning {
        constraint: "ux_stock_receipts_supplier_id_reference_key",
        field: "reference",
        message: "This delivery note of this supplier was received already.",
    },
    Meaning {
        constraint: "ux_stocktake_counts_stocktake_id_batch_id",
        field: "counted",
        message: "Somebody has just counted this batch. Look at the sheet again.",
    },
    Meaning {
        constraint: "ex_stocktake_counts_batch",
        field: "counted",
        message: "This batch is counted in another stocktake. Post or cancel that one first.",
    },
    Meaning {
        constraint: "ck_stocktake_counts_open",
        field: "",
        message: "This stocktake is finished. What was counted stays as it is.",
    },
    Meaning { constraint: "ck_stocktakes_final", field: "", message: "Somebody has just finished this stocktake." },
    Meaning {
        constraint: "ux_dispensings_prescription_id",
        field: "",
        message: "Somebody else is dispensing this prescription right now.",
    },
    Meaning {
        constraint: "ck_dispensing_items_prescribed",
        field: "quantity",
        message: "That is more than was prescribed.",
    },
    Meaning { constraint: "ck_dispensing_items_batch", field: "batch", message: "This batch holds another medicine." },
    Meaning {
        constraint: "ck_dispensing_items_declined",
        field: "",
        message: "This line was declined. Nothing of it is handed over.",
    },
    Meaning {
        constraint: "ux_dispensing_declines_prescription_medication_id",
        field: "reason",
        message: "This line has just been declined already.",
    },
    Meaning {
        constraint: "ck_stock_movements_returned",
        field: "quantity",
        message: "That is more than was handed over and not yet returned.",
    },
    Meaning {
        constraint: "ux_documents_patient_id_sha256",
        field: "file",
        message: "This very file is among the patient's documents already.",
    },
    Meaning {
        constraint: "ux_test_results_test_order_id",
        field: "",
        message: "Somebody has just entered a result of this test. Read it, and amend it if it is not right.",
    },
    Meaning {
        constraint: "ux_test_results_amends_id",
        field: "",
        message: "Somebody has just amended this result. Read it first.",
    },
    Meaning {
        constraint: "ux_feedback_appointment_id",
        field: "rating",
        message: "You have rated this visit already.",
    },
    Meaning { constraint: "ck_payments_rest", field: "amount", message: "That is more than is left to pay." },
    Meaning { constraint: "ck_payments_deposit", field: "amount", message: "That is more than is held as a deposit." },
    Meaning { constraint: "ck_payments_refund", field: "amount", message: "That is more than was paid." },
    Meaning {
        constraint: "ck_payments_bill",
        field: "",
        message: "Only a bill that is issued, and not void, takes payments.",
    },
    Meaning { constraint: "ck_payments_final", field: "", message: "This payment is settled, and stays as it is." },
    Meaning { constraint: "ux_payments_idempotency_key", field: "", message: "This payment was written down already." },
    Meaning {
        constraint: "ck_payments_cash",
        field: "opening_float",
        message: "Cash needs your cashier's day: enter what is in the drawer now, 0 if it is empty.",
    },
    Meaning {
        constraint: "ck_payments_session",
        field: "",
        message: "Your cashier's day was closed meanwhile. Nothing was taken: send it once more.",
    },
    Meaning {
        constraint: "ux_cash_sessions_user_id",
        field: "opening_float",
        message: "Your cashier's day is open already.",
    },
    Meaning {
        constraint: "ck_cash_sessions_expected",
        field: "counted",
        message: "A payment has just come in. Count the drawer once more.",
    },
    Meaning {
        constraint: "ck_bills_taken",
        field: "",
        message: "Something was paid of this bill. Take it back by a credit note instead.",
    },
    Meaning { constraint: "ux_tax_rates_name_key", field: "name", message: "A tax rate of this name exists already." },
    Meaning { constraint: "ck_bill_lines_charge", field: "", message: "This was billed already. Look at the bills." },
    Meaning { constraint: "ux_bill_lines_charge_item_id", field: "", message: "This was billed already." },
    Meaning { constraint: "ux_bill_lines_credits_line_id", field: "", message: "This line was credited already." },
    Meaning { constraint: "ux_bill_lines_bill_id_position", field: "", message: "Somebody else just added a line." },
    Meaning { constraint: "ck_bills_issued", field: "", message: "This bill is issued, and stays as it is." },
    Meaning { constraint: "ck_bills_final", field: "", message: "This bill is void, and stays as it is." },
    Meaning {
        constraint: "ck_bills_credited",
        field: "",
        message: "A credit note took part of this bill back already.",
    },
    Meaning {
        constraint: "ux_price_items_name_key",
        field: "name",
        message: "The price list has an entry of this name already.",
    },
    Meaning {
        constraint: "ck_charge_items_billed",
        field: "",
        message: "This charge stands on a bill. Correct the bill instead.",
    },
    Meaning { constraint: "ck_charge_items_final", field: "", message: "This charge is cancelled already." },
    Meaning {
        constraint: "foreign_key",
        field: "",
        message: "Something else still refers to this, or it refers to something that is gone.",
    },
];

/// What the constraint of this name means; `None` for one that only a fault in the program can violate.
pub fn meaning(constraint: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|m| m.constraint == constraint)
}

/// The violated constraint's name, the same on both engines.
///
/// PostgreSQL says the name. SQLite says it for CHECK constraints, expression indexes and our triggers, and lists
/// `table.column` for plain unique indexes, which are named `ux_{table}_{columns}` for this reason.
pub fn name(information: &dyn DatabaseErrorInformation) -> Option<String> {
    if let Some(name) = information.constraint_name() {
        return Some(name.to_owned());
    }
    let message = information.message();
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        if let Some(index) = columns.strip_prefix("index '") {
            return Some(index.trim_end_matches('\'').to_owned());
        }
        let table = columns.split('.').next()?;
        let columns: Vec<&str> = columns.split(", ").filter_map(|c| c.split('.').nth(1)).collect();
        return Some(format!("ux_{table}_{}", columns.join("_")));
    }
    if let Some(check) = message.strip_prefix("CHECK constraint failed: ") {
        return Some(check.to_owned());
    }
    if message.starts_with("FOREIGN KEY constraint failed") {
        return Some("foreign_key".to_owned());
    }
    let is_name = message.len() > 3 && ["ex_", "ck_", "ux_"].iter().any(|p| message.starts_with(p));
    is_name.then(|| message.to_owned())
}
