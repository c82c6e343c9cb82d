//! The catalogue as a file: taken away, and brought back in two steps.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, medicines};
use infirmary::medicines::starter;

use crate::support::{Reply, Suite, TestApp, Visitor};

pub fn tests(suite: &mut Suite) {
    suite.both(medicine_files_go_out_and_come_back_the_same);
    suite.both(medicine_files_show_what_they_would_change_and_then_do_it);
    suite.both(medicine_files_tell_what_is_wrong_line_by_line);
    suite.both(medicine_files_that_cannot_be_read_are_told_so);
    suite.both(medicine_files_do_nothing_when_the_catalogue_has_changed_meanwhile);
    suite.both(medicine_barcodes_are_checked_and_belong_to_one);
}

fn stock(app: &TestApp) {
    let now = app.now();
    app.write(move |db| {
        starter::add_knowledge(db, now)?;
        starter::add_medicines(db, now)
    });
}

async fn preview(visitor: &Visitor, content: &[u8]) -> Reply {
    visitor.upload("/medicines/import", &[], ("file", "medicines.csv", content)).await
}

/// Confirms what a preview showed.
async fn confirm(visitor: &Visitor, page: &Reply, text: &str) -> Reply {
    let seen = page.input("seen").expect("the preview carries its plan");
    visitor.post("/medicines/import/confirm", &[("seen", &seen), ("text", text)]).await
}

async fn medicine_files_go_out_and_come_back_the_same(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    app.write(|db| {
        diesel::update(medicines::table.filter(medicines::name.eq("Amoxicillin 500 mg capsule")))
            .set((medicines::price.eq(35), medicines::barcode.eq("@home")))
            .execute(db)?;
        Ok(())
    });
    let file = pharmacist.get("/medicines/export").await.expect(200);
    assert!(
        file.header("content-disposition")
            .is_some_and(|d| d.starts_with("attachment; filename=\"medicines-2026-06-15.csv\""))
    );
    assert!(file.header("content-type").is_some_and(|t| t.starts_with("text/csv")));
    assert!(
        file.body.contains("Amoxicillin 500 mg capsule,Amoxicillin,") && file.body.contains(",0.35,"),
        "{}",
        file.body
    );
    assert!(file.body.contains("'@home") && !file.body.contains(",@home"), "no cell is a formula");
    let count: i64 = app.read(|db| Ok(medicines::table.count().get_result(db)?));
    assert_eq!(i64::try_from(file.body.lines().count()).expect("few"), count + 1);
    let page = preview(&pharmacist, file.body.as_bytes()).await.expect(200);
    assert!(page.says("There is nothing to import"), "{}", page.words());
    app.sign_in(Role::Doctor).await.get("/medicines/export").await.expect(403);
}

async fn medicine_files_show_what_they_would_change_and_then_do_it(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let file = "Name;Generic Name;Form;Strength;Unit;Pack size;Price;Minimum stock;Barcode;colour\n\
                amoxicillin 500 mg CAPSULE;Amoxicillin;capsule;500 mg;capsule;21;0.40;100;4006381333931;red\n\
                ;Ibuprofen;gel;5 %;g;50;0.08;;;blue\n";
    let page = preview(&pharmacist, file.as_bytes()).await.expect(200);
    for text in ["minimum_stock", "0.40", "Ibuprofen 5 % gel", "Line 2", "Line 3", "Import 2"] {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    let untouched: i64 =
        app.read(|db| Ok(medicines::table.filter(medicines::barcode.ne("")).count().get_result(db)?));
    assert_eq!(untouched, 0);
    confirm(&pharmacist, &page, file).await.expect(303);
    let found: (String, i32, i64, i32, String) = app.read(|db| {
        Ok(medicines::table
            .filter(medicines::barcode.eq("4006381333931"))
            .select((
                medicines::name,
                medicines::pack_size,
                medicines::price,
                medicines::minimum_stock,
                medicines::route,
            ))
            .first(db)?)
    });
    // What the file does not speak of stays.
    assert_eq!(found, ("amoxicillin 500 mg CAPSULE".to_owned(), 21, 40, 100, "oral".to_owned()));
    let acts: Vec<String> = app.read(|db| {
        let kept = audit_log::table.filter(audit_log::entity.eq_any(["medicine", "catalogue"]));
        Ok(kept.order(audit_log::id).select(audit_log::action).load(db)?)
    });
    assert_eq!(acts, ["created", "updated", "imported"]);
    // The same form again would do something else by now.
    confirm(&pharmacist, &page, file).await.expect(409);
}

async fn medicine_files_tell_what_is_wrong_line_by_line(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let huge = "x".repeat(10_000);
    let file = format!(
        "generic_name,form,strength,unit,pack_size,price,barcode,contents,active,most_dose_mg,least_dose_mg\n\
         Good,tablet,1 mg,tablet,10,0.10,,amoxicillin,yes,,\n\
         ,tablet,1 mg,tablet,,,,,,,\n\
         Zero,tablet,,tablet,0,,,amoxicillin,,,\n\
         Comma,tablet,,tablet,,\"0,35\",,amoxicillin,,,\n\
         Minus,tablet,,tablet,,-5,,amoxicillin,,,\n\
         Code,tablet,,tablet,,,4006381333932,amoxicillin,,,\n\
         Odd,tablet,,tablet,,,,unheardofine,,,\n\
         Maybe,tablet,,tablet,,,,amoxicillin,perhaps,,\n\
         Dose,tablet,,tablet,,,,amoxicillin,,1,2\n\
         Good,tablet,1 mg,tablet,,,,amoxicillin,,,\n\
         Cells,a,b,c,1,2,3,4,5,6,7,8\n\
         {huge},tablet,,tablet,,,,amoxicillin,,,\n\
         1000000000000000000,tablet,,tablet,1000000000000000000,,,amoxicillin,,,\n"
    );
    let page = preview(&pharmacist, file.as_bytes()).await.expect(200);
    for (line, reason) in [
        (3, "Enter the generic name"),
        (4, "pack_size: Enter a whole number"),
        (5, "with a point instead of the comma"),
        (6, "price: Enter an amount"),
        (7, "The last digit does not fit"),
        (8, "Not among the substances yet: unheardofine"),
        (9, "is yes or no, not perhaps"),
        (10, "The most of one dose is less than the least"),
        (11, "stands on line 2 already"),
        (12, "It has 12 cells"),
        (13, "far too long"),
        (14, "pack_size: Enter a whole number"),
    ] {
        assert!(page.says(&format!("Line {line}")) && page.says(reason), "{line} {reason}: {}", page.words());
    }
    assert!(page.body.contains("Import 1"));
    confirm(&pharmacist, &page, &file).await.expect(303);
    let added: i64 = app.read(|db| {
        let good =
            medicines::table.filter(medicines::generic_name.eq_any(["Good", "Zero", "Comma", "Odd", "Maybe", "Dose"]));
        Ok(good.count().get_result(db)?)
    });
    assert_eq!(added, 1);
}

async fn medicine_files_that_cannot_be_read_are_told_so(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let many = format!("name,form,unit\n{}", "A,tablet,tablet\n".repeat(100_000));
    let large = format!("name\n{}", "x".repeat(2 * 1024 * 1024));
    for (content, message) in [
        (b"".as_slice(), "Choose a CSV file"),
        (b"name,form\nK\xf6ln,tablet\n", "Line 2 is not in UTF-8"),
        (&[0xFF, 0xFE, b'n', 0, b'a', 0], "UTF-16"),
        (b"PK\x03\x04\0\0\0", "Is this a CSV file?"),
        (b"colour\nred\n", "must name the columns"),
        (b"name,form\n\"open,tablet\n", "not closed"),
        (b"name\n", "no medicines"),
        (many.as_bytes(), "more than 10000 lines"),
        (large.as_bytes(), "larger than 2 MB"),
    ] {
        let page = preview(&pharmacist, content).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
    }
    pharmacist.post("/medicines/import", &[]).await.expect(422);
    pharmacist.post("/medicines/import/confirm", &[]).await.expect(422);
    let none: i64 = app.read(|db| Ok(medicines::table.count().get_result(db)?));
    assert_eq!(none, 0);
}

async fn medicine_files_do_nothing_when_the_catalogue_has_changed_meanwhile(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let file = "name,price\nAmoxicillin 500 mg capsule,0.40\nIbuprofen 400 mg tablet,0.20\n";
    let page = preview(&pharmacist, file.as_bytes()).await.expect(200);
    app.write(|db| {
        diesel::update(medicines::table.filter(medicines::name.eq("Ibuprofen 400 mg tablet")))
            .set((medicines::price.eq(99), medicines::version.eq(2)))
            .execute(db)?;
        Ok(())
    });
    let again = confirm(&pharmacist, &page, file).await.expect(409);
    assert!(again.says("The catalogue has changed meanwhile") && again.says("0.99"), "{}", again.words());
    let prices = || -> Vec<i64> {
        app.read(|db| Ok(medicines::table.filter(medicines::price.gt(0)).select(medicines::price).load(db)?))
    };
    assert_eq!(prices(), [99], "nothing was imported");
    // Another text than the one that was shown is not taken for it.
    confirm(&pharmacist, &again, &file.replace("0.40", "4.00")).await.expect(409);
    confirm(&pharmacist, &again, file).await.expect(303);
    let mut now = prices();
    now.sort_unstable();
    assert_eq!(now, [20, 40]);
}

async fn medicine_barcodes_are_checked_and_belong_to_one(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let medicine = |name: &'static str, barcode: &'static str| {
        [
            ("generic_name", name),
            ("contents", "amoxicillin"),
            ("form", "tablet"),
            ("unit", "tablet"),
            ("barcode", barcode),
        ]
    };
    assert!(pharmacist.post("/medicines", &medicine("One", "4006381333932")).await.expect(422).says("The last digit"));
    let path = pharmacist.post("/medicines", &medicine("One", "4006381333931")).await.expect(303).location().to_owned();
    assert!(pharmacist.get(&path).await.expect(200).says("4006381333931"));
    assert!(
        pharmacist.post("/medicines", &medicine("Two", "4006381333931")).await.expect(422).says("has this barcode")
    );
    pharmacist.post("/medicines", &medicine("Three", "shelf 7")).await.expect(303);
    let file = "generic_name,form,unit,contents,barcode\nFour,tablet,tablet,amoxicillin,04006381333931\n\
                Five,tablet,tablet,amoxicillin,96385074\nSix,tablet,tablet,amoxicillin,00000096385074\n";
    let page = preview(&pharmacist, file.as_bytes()).await.expect(200);
    assert!(page.says("Another medicine of the catalogue has this barcode"), "{}", page.words());
    assert!(page.says("Its barcode stands on line 3 already"), "{}", page.words());
}
