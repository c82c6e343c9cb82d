//! The tables as Diesel sees them, in the form of `diesel print-schema` for the SQLite schema (`diesel.toml`).
//! Kept in step with `migrations/` on both engines by the test `every_column_loads_on_both_engines`.

diesel::table! {
    access_links (id) {
        id -> BigInt,
        kind -> Text,
        token_hash -> Text,
        user_id -> Nullable<BigInt>,
        patient_id -> Nullable<BigInt>,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    allergies (id) {
        id -> BigInt,
        patient_id -> BigInt,
        substance -> Text,
        reaction -> Text,
        severity -> Text,
        noted_by -> Nullable<BigInt>,
        noted_at -> Timestamp,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
        substance_key -> Text,
        version -> Integer,
    }
}

diesel::table! {
    appointment_events (id) {
        id -> BigInt,
        appointment_id -> BigInt,
        kind -> Text,
        starts_at -> Timestamp,
        note -> Text,
        user_id -> Nullable<BigInt>,
        user_name -> Text,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    appointments (id) {
        id -> BigInt,
        patient_id -> BigInt,
        doctor_id -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        status -> Text,
        status_since -> Timestamp,
        reason -> Text,
        symptoms -> Text,
        notes -> Text,
        channel -> Text,
        booked_by -> Nullable<BigInt>,
        follow_up_of -> Nullable<BigInt>,
        confirmed_at -> Nullable<Timestamp>,
        checked_in_at -> Nullable<Timestamp>,
        started_at -> Nullable<Timestamp>,
        completed_at -> Nullable<Timestamp>,
        cancelled_at -> Nullable<Timestamp>,
        cancelled_by -> Nullable<BigInt>,
        cancel_reason -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        occurred_at -> Timestamp,
        user_id -> Nullable<BigInt>,
        user_name -> Text,
        role -> Text,
        action -> Text,
        admin_action -> Nullable<Text>,
        entity -> Text,
        entity_id -> Nullable<BigInt>,
        patient_id -> Nullable<BigInt>,
        changes -> Text,
        reason -> Text,
        request_id -> Text,
        address -> Text,
    }
}

diesel::table! {
    availability (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        day_of_week -> Integer,
        start_minute -> Integer,
        end_minute -> Integer,
        slot_minutes -> Integer,
        is_active -> Bool,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    availability_exceptions (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        kind -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        slot_minutes -> Integer,
        reason -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    bill_lines (id) {
        id -> BigInt,
        bill_id -> BigInt,
        position -> Integer,
        charge_item_id -> Nullable<BigInt>,
        credits_line_id -> Nullable<BigInt>,
        description -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        discount -> BigInt,
        tax_name -> Text,
        tax_rate -> Integer,
        tax -> BigInt,
        is_live -> Bool,
    }
}

diesel::table! {
    bills (id) {
        id -> BigInt,
        patient_id -> BigInt,
        appointment_id -> Nullable<BigInt>,
        credit_of -> Nullable<BigInt>,
        status -> Text,
        currency -> Text,
        subtotal -> BigInt,
        discount -> BigInt,
        discount_rate -> Nullable<Integer>,
        discount_reason -> Text,
        tax -> BigInt,
        total -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        issued_by -> Nullable<BigInt>,
        issued_at -> Nullable<Timestamp>,
        due_on -> Nullable<Date>,
        voided_by -> Nullable<BigInt>,
        voided_at -> Nullable<Timestamp>,
        reason -> Text,
        version -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    cash_sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        currency -> Text,
        opening_float -> BigInt,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        counted -> Nullable<BigInt>,
        expected -> Nullable<BigInt>,
        note -> Text,
    }
}

diesel::table! {
    charge_items (id) {
        id -> BigInt,
        patient_id -> BigInt,
        kind -> Text,
        description -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        department_id -> Nullable<BigInt>,
        doctor_id -> Nullable<BigInt>,
        appointment_id -> Nullable<BigInt>,
        dispensing_item_id -> Nullable<BigInt>,
        test_order_id -> Nullable<BigInt>,
        status -> Text,
        cancel_reason -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    conditions (id) {
        id -> BigInt,
        patient_id -> BigInt,
        code -> Text,
        description -> Text,
        onset_date -> Nullable<Date>,
        resolved_date -> Nullable<Date>,
        noted_by -> Nullable<BigInt>,
        noted_at -> Timestamp,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
        description_key -> Text,
        version -> Integer,
    }
}

diesel::table! {
    departments (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        description -> Text,
        head_doctor_id -> Nullable<BigInt>,
        location -> Text,
        phone -> Text,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    diagnosis_codes (code_key) {
        code_key -> Text,
        code -> Text,
        description -> Text,
        terms -> Text,
        is_billable -> Bool,
    }
}

diesel::table! {
    diagnosis_editions (id) {
        id -> BigInt,
        name -> Text,
        built_in_release -> Text,
        codes -> Integer,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    dispensing_declines (id) {
        id -> BigInt,
        dispensing_id -> BigInt,
        prescription_medication_id -> BigInt,
        reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dispensing_items (id) {
        id -> BigInt,
        dispensing_id -> BigInt,
        prescription_medication_id -> BigInt,
        medicine_id -> BigInt,
        batch_id -> BigInt,
        quantity -> Integer,
        unit_price -> BigInt,
        substitution_reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dispensings (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        pharmacist_id -> BigInt,
        status -> Text,
        reason -> Text,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        version -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    doctor_specializations (doctor_id, specialization_id) {
        doctor_id -> BigInt,
        specialization_id -> BigInt,
    }
}

diesel::table! {
    doctors (id) {
        id -> BigInt,
        user_id -> BigInt,
        department_id -> BigInt,
        license_number -> Text,
        qualifications -> Text,
        bio -> Text,
        experience_years -> Integer,
        consultation_fee -> BigInt,
        is_available -> Bool,
        status -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    documents (id) {
        id -> BigInt,
        patient_id -> BigInt,
        encounter_id -> Nullable<BigInt>,
        test_order_id -> Nullable<BigInt>,
        kind -> Text,
        title -> Text,
        file_name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        storage_name -> Text,
        from_patient -> Bool,
        author_id -> Nullable<BigInt>,
        uploaded_at -> Timestamp,
        status -> Text,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
        version -> Integer,
    }
}

diesel::table! {
    encounter_diagnoses (id) {
        id -> BigInt,
        encounter_id -> BigInt,
        position -> Integer,
        code -> Text,
        description -> Text,
        is_primary -> Bool,
        is_condition -> Bool,
    }
}

diesel::table! {
    encounter_versions (id) {
        id -> BigInt,
        encounter_id -> BigInt,
        version -> Integer,
        content -> Text,
        author_id -> Nullable<BigInt>,
        reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    encounters (id) {
        id -> BigInt,
        patient_id -> BigInt,
        doctor_id -> BigInt,
        appointment_id -> Nullable<BigInt>,
        visit_date -> Date,
        status -> Text,
        symptoms -> Text,
        treatment_plan -> Text,
        notes -> Text,
        follow_up_date -> Nullable<Date>,
        signed_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
    }
}

diesel::table! {
    feedback (id) {
        id -> BigInt,
        appointment_id -> BigInt,
        patient_id -> BigInt,
        doctor_id -> BigInt,
        rating -> Integer,
        comment -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    form_submissions (once_key) {
        once_key -> Text,
        user_id -> Nullable<BigInt>,
        location -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    interactions (id) {
        id -> BigInt,
        one -> Text,
        one_key -> Text,
        other -> Text,
        other_key -> Text,
        severity -> Text,
        effect -> Text,
        advice -> Text,
        source -> Text,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    login_throttles (throttle_key) {
        throttle_key -> Text,
        failures -> Integer,
        last_failure_at -> Timestamp,
        blocked_until -> Timestamp,
    }
}

diesel::table! {
    medication_statements (id) {
        id -> BigInt,
        patient_id -> BigInt,
        medicine -> Text,
        medicine_key -> Text,
        directions -> Text,
        source -> Text,
        started_on -> Nullable<Date>,
        stopped_on -> Nullable<Date>,
        stop_reason -> Text,
        stopped_by -> Nullable<BigInt>,
        stopped_at -> Nullable<Timestamp>,
        noted_by -> Nullable<BigInt>,
        noted_at -> Timestamp,
        version -> Integer,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
    }
}

diesel::table! {
    medicine_substances (medicine_id, substance_id) {
        medicine_id -> BigInt,
        substance_id -> BigInt,
    }
}

diesel::table! {
    medicines (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        generic_name -> Text,
        name_search -> Text,
        form -> Text,
        strength -> Text,
        unit -> Text,
        route -> Text,
        pack_size -> Integer,
        price -> BigInt,
        minimum_stock -> Integer,
        strength_ng -> Nullable<BigInt>,
        least_dose_ng -> Nullable<BigInt>,
        most_dose_ng -> Nullable<BigInt>,
        most_daily_ng -> Nullable<BigInt>,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        barcode -> Text,
    }
}

diesel::table! {
    no_known_allergies (id) {
        id -> BigInt,
        patient_id -> BigInt,
        stated_by -> Nullable<BigInt>,
        stated_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        user_id -> BigInt,
        event -> Text,
        message -> Text,
        link -> Text,
        created_at -> Timestamp,
        read_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    patients (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        first_name -> Text,
        last_name -> Text,
        name_search -> Text,
        date_of_birth -> Date,
        gender -> Text,
        blood_group -> Nullable<Text>,
        phone -> Text,
        phone_digits -> Text,
        email -> Text,
        address -> Text,
        emergency_name -> Text,
        emergency_relation -> Text,
        emergency_phone -> Text,
        insurance_provider -> Text,
        insurance_policy_number -> Text,
        insurance_valid_until -> Nullable<Date>,
        medical_history -> Text,
        registered_by -> Nullable<BigInt>,
        merged_into -> Nullable<BigInt>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deceased_on -> Nullable<Date>,
    }
}

diesel::table! {
    payments (id) {
        id -> BigInt,
        patient_id -> BigInt,
        bill_id -> Nullable<BigInt>,
        kind -> Text,
        method -> Text,
        status -> Text,
        currency -> Text,
        amount -> BigInt,
        claimed -> Nullable<BigInt>,
        given -> Nullable<BigInt>,
        transaction_id -> Text,
        insurer -> Text,
        note -> Text,
        idempotency_key -> Text,
        needs_approval -> Bool,
        taken_by -> BigInt,
        taken_at -> Timestamp,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        session_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    prescription_favourites (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        diagnosis -> Text,
        line_key -> Text,
        medicine -> Text,
        dose -> Text,
        unit -> Text,
        route -> Text,
        frequency -> Text,
        duration_days -> Nullable<Integer>,
        quantity -> Nullable<Integer>,
        instructions -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    prescription_medication_stops (id) {
        id -> BigInt,
        prescription_medication_id -> BigInt,
        stopped_on -> Date,
        reason -> Text,
        stopped_by -> Nullable<BigInt>,
        stopped_at -> Timestamp,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
    }
}

diesel::table! {
    prescription_medications (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        position -> Integer,
        medicine -> Text,
        dose -> Text,
        unit -> Text,
        route -> Text,
        frequency -> Text,
        duration_days -> Nullable<Integer>,
        quantity -> Nullable<Integer>,
        quantity_is_computed -> Bool,
        instructions -> Text,
        medicine_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    prescription_warnings (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        position -> Integer,
        kind -> Text,
        severity -> Text,
        medicine -> Text,
        message -> Text,
        source -> Text,
    }
}

diesel::table! {
    prescriptions (id) {
        id -> BigInt,
        patient_id -> BigInt,
        doctor_id -> BigInt,
        encounter_id -> Nullable<BigInt>,
        appointment_id -> Nullable<BigInt>,
        diagnosis -> Text,
        status -> Text,
        notes -> Text,
        valid_until -> Nullable<Date>,
        whiteboard -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        cancelled_at -> Nullable<Timestamp>,
        cancelled_by -> Nullable<BigInt>,
        cancel_reason -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        override_reason -> Text,
        priority -> Text,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    price_items (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        department_id -> Nullable<BigInt>,
        price -> BigInt,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    secrets (name) {
        name -> Text,
        value -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        user_id -> Nullable<BigInt>,
        state -> Text,
        user_agent -> Text,
        address -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    settings (id) {
        id -> BigInt,
        hospital_name -> Text,
        address -> Text,
        phone -> Text,
        email -> Text,
        website -> Text,
        established_year -> Nullable<Integer>,
        licence_number -> Text,
        time_zone -> Text,
        currency -> Text,
        booking_days_ahead -> Integer,
        cancel_hours_before -> Integer,
        auto_confirm -> Bool,
        slot_hold_minutes -> Integer,
        waiting_limit_minutes -> Integer,
        idle_minutes -> Integer,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        follow_up_free_days -> Integer,
        payment_days -> Integer,
        tax_number -> Text,
        refund_approval_limit -> BigInt,
    }
}

diesel::table! {
    slot_holds (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        user_id -> BigInt,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    specializations (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        description -> Text,
        requirements -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    stock_batches (id) {
        id -> BigInt,
        medicine_id -> BigInt,
        lot -> Text,
        lot_key -> Text,
        expires_on -> Date,
        unit_cost -> BigInt,
        quantity -> Integer,
        status -> Text,
        recall_reason -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    stock_movements (id) {
        id -> BigInt,
        batch_id -> BigInt,
        kind -> Text,
        quantity -> Integer,
        reason -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        receipt_line_id -> Nullable<BigInt>,
        dispensing_item_id -> Nullable<BigInt>,
        stocktake_count_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    stock_receipt_lines (id) {
        id -> BigInt,
        receipt_id -> BigInt,
        position -> Integer,
        batch_id -> BigInt,
        quantity -> Integer,
        total_cost -> BigInt,
    }
}

diesel::table! {
    stock_receipts (id) {
        id -> BigInt,
        supplier_id -> BigInt,
        reference -> Text,
        reference_key -> Text,
        received_on -> Date,
        note -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    stocktake_counts (id) {
        id -> BigInt,
        stocktake_id -> BigInt,
        batch_id -> BigInt,
        expected -> Integer,
        counted -> Integer,
        counted_by -> Nullable<BigInt>,
        counted_at -> Timestamp,
    }
}

diesel::table! {
    stocktakes (id) {
        id -> BigInt,
        status -> Text,
        words -> Text,
        letter -> Text,
        note -> Text,
        started_by -> Nullable<BigInt>,
        started_at -> Timestamp,
        finished_by -> Nullable<BigInt>,
        finished_at -> Nullable<Timestamp>,
        version -> Integer,
    }
}

diesel::table! {
    substance_groups (id) {
        id -> BigInt,
        substance_id -> BigInt,
        kind -> Text,
        name -> Text,
        name_key -> Text,
    }
}

diesel::table! {
    substances (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        other_names -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    suppliers (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        phone -> Text,
        email -> Text,
        address -> Text,
        note -> Text,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tax_rates (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        basis_points -> Integer,
        is_default -> Bool,
        is_active -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    test_orders (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        position -> Integer,
        test -> Text,
        instructions -> Text,
        priority -> Text,
    }
}

diesel::table! {
    test_result_values (id) {
        id -> BigInt,
        test_result_id -> BigInt,
        position -> Integer,
        name -> Text,
        value -> Text,
        unit -> Text,
        reference_low -> Text,
        reference_high -> Text,
        flag -> Text,
    }
}

diesel::table! {
    test_results (id) {
        id -> BigInt,
        test_order_id -> BigInt,
        patient_id -> BigInt,
        doctor_id -> BigInt,
        status -> Text,
        conclusion -> Text,
        document_id -> Nullable<BigInt>,
        amends_id -> Nullable<BigInt>,
        amend_reason -> Text,
        replaced_at -> Nullable<Timestamp>,
        resulted_at -> Timestamp,
        entered_at -> Timestamp,
        entered_by -> Nullable<BigInt>,
        reviewed_at -> Nullable<Timestamp>,
        reviewed_by -> Nullable<BigInt>,
        note_to_patient -> Text,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
        version -> Integer,
    }
}

diesel::table! {
    user_pictures (user_id) {
        user_id -> BigInt,
        media_type -> Text,
        content -> Binary,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        first_name -> Text,
        last_name -> Text,
        phone -> Text,
        address -> Text,
        role -> Text,
        designation -> Text,
        license_number -> Text,
        permissions -> Text,
        is_active -> Bool,
        has_picture -> Bool,
        last_login_at -> Nullable<Timestamp>,
        password_changed_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    vital_signs (id) {
        id -> BigInt,
        patient_id -> BigInt,
        encounter_id -> Nullable<BigInt>,
        height_mm -> Nullable<Integer>,
        weight_g -> Nullable<Integer>,
        systolic -> Nullable<Integer>,
        diastolic -> Nullable<Integer>,
        pulse -> Nullable<Integer>,
        temperature_dc -> Nullable<Integer>,
        respiration -> Nullable<Integer>,
        oxygen_saturation -> Nullable<Integer>,
        pain -> Nullable<Integer>,
        recorded_by -> Nullable<BigInt>,
        recorded_at -> Timestamp,
        entered_in_error_at -> Nullable<Timestamp>,
        entered_in_error_by -> Nullable<BigInt>,
        entered_in_error_reason -> Text,
    }
}

diesel::joinable!(access_links -> patients (patient_id));
diesel::joinable!(allergies -> patients (patient_id));
diesel::joinable!(appointment_events -> appointments (appointment_id));
diesel::joinable!(appointment_events -> users (user_id));
diesel::joinable!(appointments -> doctors (doctor_id));
diesel::joinable!(appointments -> patients (patient_id));
diesel::joinable!(audit_log -> users (user_id));
diesel::joinable!(availability -> doctors (doctor_id));
diesel::joinable!(availability_exceptions -> doctors (doctor_id));
diesel::joinable!(bill_lines -> bills (bill_id));
diesel::joinable!(bill_lines -> charge_items (charge_item_id));
diesel::joinable!(bills -> appointments (appointment_id));
diesel::joinable!(bills -> patients (patient_id));
diesel::joinable!(cash_sessions -> users (user_id));
diesel::joinable!(charge_items -> appointments (appointment_id));
diesel::joinable!(charge_items -> departments (department_id));
diesel::joinable!(charge_items -> dispensing_items (dispensing_item_id));
diesel::joinable!(charge_items -> doctors (doctor_id));
diesel::joinable!(charge_items -> patients (patient_id));
diesel::joinable!(charge_items -> test_orders (test_order_id));
diesel::joinable!(charge_items -> users (created_by));
diesel::joinable!(conditions -> patients (patient_id));
diesel::joinable!(dispensing_declines -> dispensings (dispensing_id));
diesel::joinable!(dispensing_declines -> prescription_medications (prescription_medication_id));
diesel::joinable!(dispensing_items -> dispensings (dispensing_id));
diesel::joinable!(dispensing_items -> medicines (medicine_id));
diesel::joinable!(dispensing_items -> prescription_medications (prescription_medication_id));
diesel::joinable!(dispensing_items -> stock_batches (batch_id));
diesel::joinable!(dispensings -> prescriptions (prescription_id));
diesel::joinable!(dispensings -> users (pharmacist_id));
diesel::joinable!(doctor_specializations -> doctors (doctor_id));
diesel::joinable!(doctor_specializations -> specializations (specialization_id));
diesel::joinable!(doctors -> departments (department_id));
diesel::joinable!(doctors -> users (user_id));
diesel::joinable!(documents -> encounters (encounter_id));
diesel::joinable!(documents -> patients (patient_id));
diesel::joinable!(documents -> test_orders (test_order_id));
diesel::joinable!(encounter_diagnoses -> encounters (encounter_id));
diesel::joinable!(encounter_versions -> encounters (encounter_id));
diesel::joinable!(encounter_versions -> users (author_id));
diesel::joinable!(encounters -> appointments (appointment_id));
diesel::joinable!(encounters -> doctors (doctor_id));
diesel::joinable!(encounters -> patients (patient_id));
diesel::joinable!(feedback -> appointments (appointment_id));
diesel::joinable!(feedback -> doctors (doctor_id));
diesel::joinable!(feedback -> patients (patient_id));
diesel::joinable!(form_submissions -> users (user_id));
diesel::joinable!(medication_statements -> patients (patient_id));
diesel::joinable!(medicine_substances -> medicines (medicine_id));
diesel::joinable!(medicine_substances -> substances (substance_id));
diesel::joinable!(no_known_allergies -> patients (patient_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(payments -> bills (bill_id));
diesel::joinable!(payments -> patients (patient_id));
diesel::joinable!(prescription_favourites -> doctors (doctor_id));
diesel::joinable!(prescription_medication_stops -> prescription_medications (prescription_medication_id));
diesel::joinable!(prescription_medications -> prescriptions (prescription_id));
diesel::joinable!(prescription_warnings -> prescriptions (prescription_id));
diesel::joinable!(prescriptions -> appointments (appointment_id));
diesel::joinable!(prescriptions -> doctors (doctor_id));
diesel::joinable!(prescriptions -> encounters (encounter_id));
diesel::joinable!(prescriptions -> patients (patient_id));
diesel::joinable!(price_items -> departments (department_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(slot_holds -> doctors (doctor_id));
diesel::joinable!(slot_holds -> users (user_id));
diesel::joinable!(stock_batches -> medicines (medicine_id));
diesel::joinable!(stock_movements -> dispensing_items (dispensing_item_id));
diesel::joinable!(stock_movements -> stock_batches (batch_id));
diesel::joinable!(stock_movements -> stock_receipt_lines (receipt_line_id));
diesel::joinable!(stock_movements -> stocktake_counts (stocktake_count_id));
diesel::joinable!(stock_movements -> users (user_id));
diesel::joinable!(stock_receipt_lines -> stock_batches (batch_id));
diesel::joinable!(stock_receipt_lines -> stock_receipts (receipt_id));
diesel::joinable!(stock_receipts -> suppliers (supplier_id));
diesel::joinable!(stock_receipts -> users (user_id));
diesel::joinable!(stocktake_counts -> stock_batches (batch_id));
diesel::joinable!(stocktake_counts -> stocktakes (stocktake_id));
diesel::joinable!(stocktake_counts -> users (counted_by));
diesel::joinable!(substance_groups -> substances (substance_id));
diesel::joinable!(test_orders -> prescriptions (prescription_id));
diesel::joinable!(test_result_values -> test_results (test_result_id));
diesel::joinable!(test_results -> doctors (doctor_id));
diesel::joinable!(test_results -> documents (document_id));
diesel::joinable!(test_results -> patients (patient_id));
diesel::joinable!(test_results -> test_orders (test_order_id));
diesel::joinable!(user_pictures -> users (user_id));
diesel::joinable!(vital_signs -> encounters (encounter_id));
diesel::joinable!(vital_signs -> patients (patient_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_links,
    allergies,
    appointment_events,
    appointments,
    audit_log,
    availability,
    availability_exceptions,
    bill_lines,
    bills,
    cash_sessions,
    charge_items,
    conditions,
    departments,
    diagnosis_codes,
    diagnosis_editions,
    dispensing_declines,
    dispensing_items,
    dispensings,
    doctor_specializations,
    doctors,
    documents,
    encounter_diagnoses,
    encounter_versions,
    encounters,
    feedback,
    form_submissions,
    interactions,
    login_throttles,
    medication_statements,
    medicine_substances,
    medicines,
    no_known_allergies,
    notifications,
    patients,
    payments,
    prescription_favourites,
    prescription_medication_stops,
    prescription_medications,
    prescription_warnings,
    prescriptions,
    price_items,
    secrets,
    sessions,
    settings,
    slot_holds,
    specializations,
    stock_batches,
    stock_movements,
    stock_receipt_lines,
    stock_receipts,
    stocktake_counts,
    stocktakes,
    substance_groups,
    substances,
    suppliers,
    tax_rates,
    test_orders,
    test_result_values,
    test_results,
    user_pictures,
    users,
    vital_signs,
);
