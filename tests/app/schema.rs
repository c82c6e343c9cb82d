//! The schema is one thing on two engines.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use infirmary::access::Role;
use infirmary::db::schema::{self, audit_log};
use infirmary::db::{DbConnection, Engine};
use infirmary::error::AppError;

use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(every_column_of_the_schema_is_there);
    suite.both(columns_have_the_types_that_the_schema_says);
    suite.both(audit_rows_cannot_be_changed_or_removed);
    suite.once(both_engines_have_the_same_migrations);
    suite.once(only_the_database_module_asks_which_engine_runs);
}

async fn every_column_of_the_schema_is_there(app: TestApp) {
    app.read(|db| {
        schema::access_links::table.select(schema::access_links::all_columns).execute(db)?;
        schema::allergies::table.select(schema::allergies::all_columns).execute(db)?;
        schema::appointment_events::table.select(schema::appointment_events::all_columns).execute(db)?;
        schema::appointments::table.select(schema::appointments::all_columns).execute(db)?;
        schema::audit_log::table.select(schema::audit_log::all_columns).execute(db)?;
        schema::availability::table.select(schema::availability::all_columns).execute(db)?;
        schema::availability_exceptions::table.select(schema::availability_exceptions::all_columns).execute(db)?;
        schema::bill_lines::table.select(schema::bill_lines::all_columns).execute(db)?;
        schema::bills::table.select(schema::bills::all_columns).execute(db)?;
        schema::cash_sessions::table.select(schema::cash_sessions::all_columns).execute(db)?;
        schema::charge_items::table.select(schema::charge_items::all_columns).execute(db)?;
        schema::conditions::table.select(schema::conditions::all_columns).execute(db)?;
        schema::departments::table.select(schema::departments::all_columns).execute(db)?;
        schema::diagnosis_codes::table.select(schema::diagnosis_codes::all_columns).execute(db)?;
        schema::diagnosis_editions::table.select(schema::diagnosis_editions::all_columns).execute(db)?;
        schema::dispensing_declines::table.select(schema::dispensing_declines::all_columns).execute(db)?;
        schema::dispensing_items::table.select(schema::dispensing_items::all_columns).execute(db)?;
        schema::dispensings::table.select(schema::dispensings::all_columns).execute(db)?;
        schema::doctor_specializations::table.select(schema::doctor_specializations::all_columns).execute(db)?;
        schema::doctors::table.select(schema::doctors::all_columns).execute(db)?;
        schema::documents::table.select(schema::documents::all_columns).execute(db)?;
        schema::encounter_diagnoses::table.select(schema::encounter_diagnoses::all_columns).execute(db)?;
        schema::encounter_versions::table.select(schema::encounter_versions::all_columns).execute(db)?;
        schema::encounters::table.select(schema::encounters::all_columns).execute(db)?;
        schema::feedback::table.select(schema::feedback::all_columns).execute(db)?;
        schema::form_submissions::table.select(schema::form_submissions::all_columns).execute(db)?;
        schema::interactions::table.select(schema::interactions::all_columns).execute(db)?;
        schema::login_throttles::table.select(schema::login_throttles::all_columns).execute(db)?;
        schema::medication_statements::table.select(schema::medication_statements::all_columns).execute(db)?;
        schema::medicine_substances::table.select(schema::medicine_substances::all_columns).execute(db)?;
        schema::medicines::table.select(schema::medicines::all_columns).execute(db)?;
        schema::no_known_allergies::table.select(schema::no_known_allergies::all_columns).execute(db)?;
        schema::notifications::table.select(schema::notifications::all_columns).execute(db)?;
        schema::patients::table.select(schema::patients::all_columns).execute(db)?;
        schema::payments::table.select(schema::payments::all_columns).execute(db)?;
        schema::prescription_favourites::table.select(schema::prescription_favourites::all_columns).execute(db)?;
        schema::prescription_medication_stops::table
            .select(schema::prescription_medication_stops::all_columns)
            .execute(db)?;
        schema::prescription_medications::table.select(schema::prescription_medications::all_columns).execute(db)?;
        schema::prescription_warnings::table.select(schema::prescription_warnings::all_columns).execute(db)?;
        schema::prescriptions::table.select(schema::prescriptions::all_columns).execute(db)?;
        schema::price_items::table.select(schema::price_items::all_columns).execute(db)?;
        schema::secrets::table.select(schema::secrets::all_columns).execute(db)?;
        schema::sessions::table.select(schema::sessions::all_columns).execute(db)?;
        schema::settings::table.select(schema::settings::all_columns).execute(db)?;
        schema::slot_holds::table.select(schema::slot_holds::all_columns).execute(db)?;
        schema::specializations::table.select(schema::specializations::all_columns).execute(db)?;
        schema::stock_batches::table.select(schema::stock_batches::all_columns).execute(db)?;
        schema::stock_movements::table.select(schema::stock_movements::all_columns).execute(db)?;
        schema::stock_receipt_lines::table.select(schema::stock_receipt_lines::all_columns).execute(db)?;
        schema::stock_receipts::table.select(schema::stock_receipts::all_columns).execute(db)?;
        schema::stocktake_counts::table.select(schema::stocktake_counts::all_columns).execute(db)?;
        schema::stocktakes::table.select(schema::stocktakes::all_columns).execute(db)?;
        schema::substance_groups::table.select(schema::substance_groups::all_columns).execute(db)?;
        schema::substances::table.select(schema::substances::all_columns).execute(db)?;
        schema::suppliers::table.select(schema::suppliers::all_columns).execute(db)?;
        schema::tax_rates::table.select(schema::tax_rates::all_columns).execute(db)?;
        schema::test_orders::table.select(schema::test_orders::all_columns).execute(db)?;
        schema::test_result_values::table.select(schema::test_result_values::all_columns).execute(db)?;
        schema::test_results::table.select(schema::test_results::all_columns).execute(db)?;
        schema::user_pictures::table.select(schema::user_pictures::all_columns).execute(db)?;
        schema::users::table.select(schema::users::all_columns).execute(db)?;
        schema::vital_signs::table.select(schema::vital_signs::all_columns).execute(db)?;
        Ok(())
    });
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_nullable: bool,
}

/// Every column as `schema.rs` would write it: `users.email -> Nullable<Text>`.
fn columns(db: &mut DbConnection, engine: Engine) -> Result<BTreeSet<String>, AppError> {
    let query = match engine {
        Engine::Sqlite => sql_query(
            "SELECT m.name AS table_name, p.name AS column_name, lower(p.type) AS kind, \
                    (p.\"notnull\" = 0 AND p.pk = 0) AS is_nullable \
             FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
        ),
        Engine::Postgres => sql_query(
            "SELECT table_name::text, column_name::text, data_type::text AS kind, is_nullable = 'YES' AS is_nullable \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
        ),
    };
    let found: Vec<Column> = query.load(db)?;
    let written = found.into_iter().map(|c| {
        let is_key = c.column_name == "id";
        let kind = match c.kind.as_str() {
            "integer" if is_key && engine == Engine::Sqlite => "BigInt",
            "integer" => "Integer",
            "bigint" => "BigInt",
            "text" => "Text",
            "timestamp" | "timestamp without time zone" => "Timestamp",
            "date" => "Date",
            "boolean" => "Bool",
            "blob" | "bytea" => "Binary",
            unknown => unknown,
        };
        let kind = if c.is_nullable { format!("Nullable<{kind}>") } else { kind.to_owned() };
        format!("{}.{} -> {kind}", c.table_name, c.column_name)
    });
    Ok(written.collect())
}

async fn columns_have_the_types_that_the_schema_says(app: TestApp) {
    let engine = app.db.engine();
    let found = app.read(|db| columns(db, engine));
    let mut said = BTreeSet::new();
    let mut table = String::new();
    for line in include_str!("../../src/db/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|l| l.split_once(" -> ")) {
            said.insert(format!("{table}.{column} -> {kind}"));
        } else if let Some((name, _)) = line.strip_suffix(") {").and_then(|l| l.split_once(" (")) {
            name.clone_into(&mut table);
        }
    }
    assert!(said.len() > 200, "the schema was read: {}", said.len());
    let differences: Vec<&String> = said.symmetric_difference(&found).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

async fn audit_rows_cannot_be_changed_or_removed(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    admin.post("/departments", &[("name", "Audited")]).await.expect(303);
    let count = |app: &TestApp| app.read(|db| Ok(audit_log::table.count().get_result::<i64>(db)?));
    let before = count(&app);
    assert!(before > 0);
    let changed =
        app.db.write_now(|db| Ok(diesel::update(audit_log::table).set(audit_log::action.eq("x")).execute(db)?));
    let removed = app.db.write_now(|db| Ok(diesel::delete(audit_log::table).execute(db)?));
    for refused in [changed, removed] {
        match refused {
            Err(AppError::Constraint(name)) => assert_eq!(name, "ck_audit_log_append_only"),
            other => panic!("the audit log let itself be changed: {other:?}"),
        }
    }
    assert_eq!(count(&app), before);
}

fn names_in(folder: &str) -> Result<BTreeSet<String>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).map_err(|e| e.to_string())?;
    Ok(entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect())
}

fn both_engines_have_the_same_migrations() -> Result<(), String> {
    let (sqlite, postgresql) = (names_in("migrations/sqlite")?, names_in("migrations/postgresql")?);
    if sqlite == postgresql && !sqlite.is_empty() { Ok(()) } else { Err(format!("{sqlite:?} and {postgresql:?}")) }
}

fn only_the_database_module_asks_which_engine_runs() -> Result<(), String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.clone()];
    let mut asking = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path != source.join("db") {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
            if text.contains("DbConnection::Sqlite") || text.contains("DbConnection::Postgres") {
                asking.push(path.display().to_string());
            }
        }
    }
    if asking.is_empty() { Ok(()) } else { Err(format!("these match on the engine: {asking:?}")) }
}
