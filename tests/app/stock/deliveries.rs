//! Suppliers, and receiving what they deliver.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::schema::{
    audit_log, medicines, stock_batches, stock_movements, stock_receipt_lines, stock_receipts,
};
use infirmary::medicines::model::MedicineId;

use crate::support::{Suite, TestApp, Visitor, factory, pharmacy};

pub fn tests(suite: &mut Suite) {
    suite.both(stock_suppliers_are_added_edited_closed_and_removed);
    suite.both(stock_is_received_line_by_line);
    suite.both(stock_deliveries_that_are_wrong_come_back_with_everything_typed);
    suite.both(stock_of_one_delivery_note_is_received_once_also_by_many_at_once);
    suite.both(stock_is_scanned_by_its_barcode);
    suite.both(stock_lines_are_added_without_a_script);
}

/// A pharmacist, a supplier and a medicine in packs of ten.
pub async fn pharmacy(app: &TestApp) -> (Visitor, String, MedicineId, String) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let now = app.now();
    let (supplier, medicine, name) = app.write(move |db| {
        let medicine = factory::medicine(db, now)?;
        let name: String = medicines::table.find(medicine).select(medicines::name).first(db)?;
        Ok((pharmacy::supplier(db, now)?, medicine, name))
    });
    (pharmacist, supplier.to_string(), medicine, name)
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

/// A delivery with these lines: medicine, lot, expiry, packs, units, cost.
pub fn delivery<'a>(supplier: &'a str, reference: &'a str, lines: &[[&'a str; 6]]) -> Fields<'a> {
    let mut fields = vec![("supplier", supplier), ("reference", reference), ("received_on", "2026-06-15")];
    for line in lines {
        fields.extend(["medicine", "lot", "expiry", "packs", "units", "cost"].into_iter().zip(line.iter().copied()));
    }
    fields
}

async fn stock_suppliers_are_added_edited_closed_and_removed(app: TestApp) {
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/suppliers").await.expect(200).says("Add the first supplier"));
    assert!(pharmacist.get("/stock/receive").await.expect(200).says("Add the supplier first"));
    let fields = [
        ("name", "Alloga & Söhne"),
        ("phone", "+33 1 11 11 11 11"),
        ("email", "Orders@Alloga.example"),
        ("is_active", "yes"),
    ];
    let path = pharmacist.post("/suppliers", &fields).await.expect(303).location().to_owned();
    assert!(pharmacist.get(&path).await.expect(200).says("orders@alloga.example"));
    assert!(
        pharmacist
            .post("/suppliers", &[("name", "ALLOGA  & Sohne")])
            .await
            .expect(422)
            .says("A supplier of this name exists")
    );
    for (name, message) in
        [("", "Enter the supplier's name"), ("\u{202e}", "A name needs letters"), (&"x".repeat(10_000), "at most 120")]
    {
        let page = pharmacist.post("/suppliers", &[("name", name), ("note", "<b>kept</b>")]).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
        assert!(page.body.contains("&#60;b&#62;kept") || page.body.contains("&lt;b&gt;kept"));
    }
    let edit = format!("{path}/edit");
    pharmacist.post(&edit, &[("name", "Alloga"), ("version", "1")]).await.expect(303);
    let stale = pharmacist.post(&edit, &[("name", "Other"), ("version", "1")]).await.expect(409);
    assert!(stale.says("Alloga") && stale.says("Other"));
    assert!(pharmacist.get("/suppliers").await.expect(200).says("Closed"));
    pharmacist.post(&format!("{path}/remove"), &[]).await.expect(303);
    pharmacist.get(&path).await.expect(404);
    app.sign_in(Role::Doctor).await.get("/suppliers").await.expect(403);
}

async fn stock_is_received_line_by_line(app: TestApp) {
    let (pharmacist, supplier, medicine, name) = pharmacy(&app).await;
    let lines = [
        [name.as_str(), "A-1", "2028-03", "2", "5", "12.50"],
        ["", "", "", "", "", ""],
        [&name, "b 2", "31/2027", "", "7", ""],
    ];
    let page = pharmacist.post("/receipts", &delivery(&supplier, "DN 7", &lines)).await.expect(422);
    assert!(page.says("Enter the expiry as on the pack"), "{}", page.words());
    let lines = [lines[0], lines[1], [&name, "b 2", "12/27", "", "7", ""]];
    let path =
        pharmacist.post("/receipts", &delivery(&supplier, "DN 7", &lines)).await.expect(303).location().to_owned();
    let page = pharmacist.get(&path).await.expect(200);
    for text in ["DN 7", "A-1", "31 Mar 2028", "25 tablets", "12.50 EUR", "b 2", "31 Dec 2027", "7 tablets"] {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    assert!(pharmacist.get(&format!("{path}/print")).await.expect(200).says("Received by"));
    assert!(pharmacist.get("/receipts?q=dn").await.expect(200).says("DN 7"));
    assert!(!pharmacist.get("/receipts?q=zzz").await.expect(200).says("DN 7"));
    // The same lot grows; its cost is the latest.
    let more = [[name.as_str(), "a-1", "2028-03-31", "1", "", "20.00"]];
    pharmacist.post("/receipts", &delivery(&supplier, "DN 8", &more)).await.expect(303);
    let batches: Vec<(String, i32, i64)> = app.read(move |db| {
        Ok(stock_batches::table
            .filter(stock_batches::medicine_id.eq(medicine))
            .order(stock_batches::id)
            .select((stock_batches::lot, stock_batches::quantity, stock_batches::unit_cost))
            .load(db)?)
    });
    assert_eq!(batches, [("A-1".to_owned(), 35, 200), ("b 2".to_owned(), 7, 0)]);
    let acts: i64 = app.read(|db| {
        let received = audit_log::table.filter(audit_log::entity.eq("stock_receipt"));
        Ok(received.filter(audit_log::action.eq("received")).count().get_result(db)?)
    });
    assert_eq!(acts, 2);
    let page = pharmacist.get(&format!("/medicines/{medicine}")).await.expect(200);
    assert!(page.says("42 tablets") && page.says("Lot A-1") && page.says("DN 8"), "{}", page.words());
    let doctor = app.sign_in(Role::Doctor).await;
    assert!(doctor.get(&format!("/medicines/{medicine}")).await.expect(200).says("42 tablets"));
    doctor.get(&path).await.expect(403);
}

async fn stock_deliveries_that_are_wrong_come_back_with_everything_typed(app: TestApp) {
    let (pharmacist, supplier, _, name) = pharmacy(&app).await;
    let (name, huge) = (name.as_str(), "L".repeat(10_000));
    let huge = huge.as_str();
    let wrong: [([&str; 6], &str); 16] = [
        [name, "A", "2028-03", "0", "0", ""],
        [name, "A", "2028-03", "", "", ""],
        [name, "A", "2028-03", "-1", "", ""],
        [name, "A", "2028-03", "", "1000000000000000000", ""],
        [name, "A", "2028-03", "1.5", "", ""],
        [name, "A", "2028-03", "1000000000", "", ""],
        [name, "A", "2026-06-14", "1", "", ""],
        [name, "A", "2026-05", "1", "", ""],
        [name, "A", "2099-01", "1", "", ""],
        [name, "A", "", "1", "", ""],
        [name, "", "2028-03", "1", "", ""],
        [name, huge, "2028-03", "1", "", ""],
        [name, "\u{202e}", "2028-03", "1", "", ""],
        ["Unheard of 5 mg", "A", "2028-03", "1", "", ""],
        [huge, "A", "2028-03", "1", "", ""],
        [name, "A", "2028-03", "1", "", "-5"],
    ]
    .into_iter()
    .zip([
        "how many packs",
        "how many packs",
        "whole number",
        "whole number",
        "whole number",
        "more than a batch can hold",
        "It has expired already",
        "It has expired already",
        "more than twenty years",
        "Enter the expiry",
        "Enter the lot number",
        "at most 60 characters",
        "Enter the lot number",
        "No medicine of the catalogue",
        "at most 200 characters",
        "Enter an amount",
    ])
    .collect::<Vec<_>>()
    .try_into()
    .expect("as many words as lines");
    for (line, message) in wrong {
        let page = pharmacist.post("/receipts", &delivery(&supplier, "DN 1", &[line])).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
        assert_eq!(page.input("reference").as_deref(), Some("DN 1"));
    }
    let good = [name, "A", "2028-03", "1", "", ""];
    for (fields, message) in [
        (delivery("", "DN", &[good]), "Choose who delivered"),
        (delivery("999999", "DN", &[good]), "Choose one of the list"),
        (delivery(&supplier, "", &[good]), "number of the delivery note"),
        (delivery(&supplier, huge, &[good]), "at most 60 characters"),
        (delivery(&supplier, "DN", &[]), "at least one line"),
        (delivery(&supplier, "DN", &[good; 300]), "200 lines at most"),
    ] {
        let page = pharmacist.post("/receipts", &fields).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
    }
    let mut early = delivery(&supplier, "DN", &[good]);
    early[2].1 = "2026-06-16";
    assert!(pharmacist.post("/receipts", &early).await.expect(422).says("still to come"));
    let nothing: (i64, i64) = app
        .read(|db| Ok((stock_receipts::table.count().get_result(db)?, stock_movements::table.count().get_result(db)?)));
    assert_eq!(nothing, (0, 0));
}

async fn stock_of_one_delivery_note_is_received_once_also_by_many_at_once(app: TestApp) {
    let (pharmacist, supplier, _, name) = pharmacy(&app).await;
    let line = [name.as_str(), "A", "2028-03", "1", "", ""];
    let fields = delivery(&supplier, "DN-1", &[line]);
    let answers = join_all((0..12).map(|_| pharmacist.post("/receipts", &fields))).await;
    assert_eq!(answers.iter().filter(|a| a.status == 303).count(), 1);
    for refused in answers.iter().filter(|a| a.status != 303) {
        assert_eq!(refused.status, 422);
        assert!(refused.says("was received already"), "{}", refused.words());
    }
    // Another delivery of the same lot at the same moment as others: every one counts.
    let names: Vec<String> = (0..12).map(|n| format!("N{n}")).collect();
    let others: Vec<Fields<'_>> = names.iter().map(|n| delivery(&supplier, n, &[line])).collect();
    let answers = join_all(others.iter().map(|fields| pharmacist.post("/receipts", fields))).await;
    assert!(answers.iter().all(|a| a.status == 303), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    let (batches, lines): (Vec<i32>, i64) = app.read(|db| {
        Ok((
            stock_batches::table.select(stock_batches::quantity).load(db)?,
            stock_receipt_lines::table.count().get_result(db)?,
        ))
    });
    assert_eq!((batches, lines), (vec![130], 13));
}

async fn stock_is_scanned_by_its_barcode(app: TestApp) {
    let (pharmacist, supplier, medicine, name) = pharmacy(&app).await;
    app.write(move |db| {
        diesel::update(medicines::table.find(medicine)).set(medicines::barcode.eq("4006381333931")).execute(db)?;
        Ok(())
    });
    let scanned = [["04006381333931", "", "", "", "", ""]];
    let mut fields = delivery(&supplier, "DN-1", &scanned);
    fields.push(("then", "enter"));
    let page = pharmacist.post("/receipts", &fields).await.expect(200);
    assert_eq!(page.input("medicine").as_deref(), Some(name.as_str()));
    assert!(page.body.contains("autofocus"));
    let line = [["4006381333931", "A", "2028-03", "1", "", ""]];
    pharmacist.post("/receipts", &delivery(&supplier, "DN-1", &line)).await.expect(303);
    assert!(pharmacist.get("/stock?q=4006381333931").await.expect(200).says(&name));
}

async fn stock_lines_are_added_without_a_script(app: TestApp) {
    let (pharmacist, supplier, _, name) = pharmacy(&app).await;
    let mut fields = delivery(&supplier, "DN-1", &[[name.as_str(), "A", "2028-03", "1", "", ""]]);
    fields.push(("then", "add-line"));
    let page = pharmacist.post("/receipts", &fields).await.expect(200);
    assert!(page.body.contains("f-medicine-1") && page.says("Receive a delivery"));
    assert_eq!(page.input("lot").as_deref(), Some("A"));
}
