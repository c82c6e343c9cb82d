//! The table of diagnoses: imported once, replaced by a site's own, searched by code and by words.

use diesel::prelude::*;
use infirmary::access::{By, Role};
use infirmary::db::Db;
use infirmary::db::schema::{audit_log, diagnosis_codes as codes, diagnosis_editions as editions};
use infirmary::diagnosis_codes::model::{DiagnosisCode, key};
use infirmary::diagnosis_codes::{actions, built_in};

use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(processes_that_start_at_once_import_the_table_once);
    suite.both(an_import_is_whole_or_has_not_happened);
    suite.both(codes_are_found_by_beginnings_and_by_words);
    suite.both(every_process_follows_an_import);
    suite.both(whatever_is_searched_for_gets_an_answer);
}

/// A site's own table of these codes.
pub fn import(app: &TestApp, name: &str, table: &[(&str, &str, bool)]) {
    let row = |(code, description, is_billable): &(&str, &str, bool)| DiagnosisCode {
        code_key: key(code),
        code: (*code).to_owned(),
        description: (*description).to_owned(),
        terms: String::new(),
        is_billable: *is_billable,
    };
    let rows: Vec<DiagnosisCode> = table.iter().map(row).collect();
    actions::import_sites_own(&app.db, &By::system(app.now()), name, &rows).expect("it is imported");
}

/// Enough to tell what is found and in which order.
pub const FEW: [(&str, &str, bool); 6] = [
    ("E11", "Type 2 diabetes mellitus", false),
    ("E11.6", "Type 2 diabetes mellitus with other specified complications", false),
    ("E11.621", "Type 2 diabetes mellitus with foot ulcer", true),
    ("E11.9", "Type 2 diabetes mellitus without complications", true),
    ("H81.09", "Ménière's disease, unspecified ear", true),
    ("J06.9", "Acute upper respiratory infection, unspecified", true),
];

fn edition_names(app: &TestApp) -> Vec<String> {
    app.read(|db| Ok(editions::table.order(editions::id).select(editions::name).load(db)?))
}

fn count(app: &TestApp) -> i64 {
    app.read(|db| Ok(codes::table.count().get_result(db)?))
}

async fn processes_that_start_at_once_import_the_table_once(app: TestApp) {
    let now = app.now();
    let start = |url: String| {
        std::thread::spawn(move || {
            let db = Db::open(&url).expect("another process opens it");
            actions::import_built_in_if_newer(&db, &By::system(now)).expect("it starts").is_some()
        })
    };
    let started: Vec<_> = (0..3).map(|_| start(app.url.clone())).collect();
    let imported: Vec<bool> = started.into_iter().map(|s| s.join().expect("it ended well")).collect();
    assert_eq!(imported.iter().filter(|i| **i).count(), 1, "{imported:?}");
    assert_eq!((edition_names(&app), count(&app)), (vec![built_in::NAME.to_owned()], 98_186));

    // One of an older release is replaced by the next start, whatever else is in the table.
    app.write(|db| {
        diesel::update(editions::table).set(editions::built_in_release.eq("2024-10-01")).execute(db)?;
        diesel::delete(codes::table.filter(codes::code_key.gt("B"))).execute(db)?;
        Ok(())
    });
    let newer = actions::import_built_in_if_newer(&app.db, &By::system(now)).expect("it starts");
    assert_eq!(newer.map(|e| e.built_in_release).as_deref(), Some(built_in::RELEASE));
    assert_eq!(count(&app), 98_186);

    // A site's own is not.
    import(&app, "Our own", &FEW);
    assert!(actions::import_built_in_if_newer(&app.db, &By::system(now)).expect("it starts").is_none());
    assert_eq!((edition_names(&app).len(), count(&app)), (3, 6));
    let acts: Vec<Option<String>> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("diagnosis_edition"))
            .order(audit_log::id)
            .select(audit_log::admin_action)
            .load(db)?)
    });
    assert_eq!(acts, [None, None, Some("import_diagnosis_codes".to_owned())]);
}

async fn an_import_is_whole_or_has_not_happened(app: TestApp) {
    import(&app, "Our own", &FEW);
    let row = |code: &str| DiagnosisCode {
        code_key: key(code),
        code: code.to_owned(),
        description: "Something".to_owned(),
        terms: String::new(),
        is_billable: true,
    };
    // Its last row cannot be there beside its first.
    let broken = [row("A00"), row("A01"), row("A0.0")];
    assert!(actions::import_sites_own(&app.db, &By::system(app.now()), "Broken", &broken).is_err());
    assert_eq!((edition_names(&app), count(&app)), (vec!["Our own".to_owned()], 6));
}

async fn codes_are_found_by_beginnings_and_by_words(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    assert!(doctor.get("/diagnosis-codes").await.expect(200).says("No table of diagnoses yet"));
    assert!(!doctor.get("/diagnosis-codes/options?q=e11").await.expect(200).says("data-code"));
    import(&app, "Our own 2026", &FEW);
    let options = async |query: &str| {
        let reply = doctor.get(&format!("/diagnosis-codes/options?q={query}")).await.expect(200);
        reply.body.split("data-code=\"").skip(1).filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
    };
    let found: Vec<String> = options("e11").await;
    assert_eq!(found, ["E11", "E11.9", "E11.621", "E11.6"], "itself, then what is billable, of that what is common");
    for query in ["E119", "e11.9", "without+mell+2", "E11+WITHOUT"] {
        let found: Vec<String> = options(query).await;
        assert_eq!(found, ["E11.9"], "{query}");
    }
    for query in ["meniere", "M%C3%A9ni%C3%A8re%27s+ear", "menieres"] {
        let found: Vec<String> = options(query).await;
        assert_eq!(found, ["H81.09"], "{query}");
    }
    let page = doctor.get("/diagnosis-codes?q=diabetes").await.expect(200);
    assert!(page.says("4 codes") && page.says("Category") && page.says("Our own 2026, 6 codes"));
    assert!(!page.says("import-diagnoses"), "how to replace it is for administrators");
    let fragment = doctor.get_with("/diagnosis-codes?q=diabetes", &[("HX-Request", "true")]).await.expect(200);
    assert!(fragment.says("E11.9") && !fragment.body.contains("<html"));
    let admin = app.sign_in(Role::Admin).await;
    let page = admin.get("/diagnosis-codes").await.expect(200);
    assert!(page.says("import-diagnoses") && page.says("Our own 2026") && page.says("This hospital's own file"));
}

async fn every_process_follows_an_import(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    import(&app, "First", &FEW);
    assert!(doctor.get("/diagnosis-codes?q=ulcer").await.expect(200).says("E11.621"));
    // Another process, as far as the server is concerned.
    let db = Db::open(&app.url).expect("it opens");
    let row = DiagnosisCode {
        code_key: "X1".to_owned(),
        code: "X1".to_owned(),
        description: "Ulcer of the new kind".to_owned(),
        terms: String::new(),
        is_billable: true,
    };
    actions::import_sites_own(&db, &By::system(app.now()), "Second", &[row]).expect("it is imported");
    let page = doctor.get("/diagnosis-codes?q=ulcer").await.expect(200);
    assert!(page.says("X1") && !page.says("E11.621") && page.says("Second, 1 codes"));
}

async fn whatever_is_searched_for_gets_an_answer(app: TestApp) {
    import(&app, "Our own", &FEW);
    let doctor = app.sign_in(Role::Doctor).await;
    let long = "diabetes+".repeat(500);
    for query in ["", "+++", "%25%5F", "%F0%9F%A9%BA", "%00", "%ff%fe", "'+or+1=1--", "%3Cscript%3E", &long] {
        for path in ["/diagnosis-codes", "/diagnosis-codes/options"] {
            let reply = doctor.get(&format!("{path}?q={query}")).await;
            assert!(reply.status == 200, "{query}: {}", reply.status);
            assert!(!reply.body.contains("<script>alert"));
        }
    }
    assert!(doctor.get("/diagnosis-codes?q=zzzz").await.expect(200).says("No code has all of these words"));
}
