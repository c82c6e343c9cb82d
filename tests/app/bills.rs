//! Bills: drafted from open charges, issued once, and unchangeable from then on, whoever tries.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::billing::bills::model::BillId;
use infirmary::db::DbConnection;
use infirmary::db::schema::{audit_log, bill_lines, bills, charge_items, settings};
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;

use crate::support::{Suite, TestApp, Visitor, factory, money};

pub fn tests(suite: &mut Suite) {
    suite.both(open_charges_become_a_bill_in_one_step_and_a_bill_adds_up);
    suite.both(two_who_issue_one_draft_issue_it_once);
    suite.both(each_charge_stands_on_one_bill);
    suite.both(a_discount_beyond_the_limit_needs_the_permission);
    suite.both(an_issued_bill_stays_as_it_is_in_the_database_too);
    suite.both(a_void_bill_sets_its_charges_free_and_a_credit_note_does_not);
    suite.both(a_bill_keeps_its_currency);
    suite.both(lists_find_bills_by_state_number_and_name);
    suite.both(tax_rates_are_kept_by_administrators);
    suite.both(strangers_know_of_no_bill);
}

/// A change that the database refuses.
type Attempt = fn(&mut DbConnection, BillId) -> QueryResult<usize>;

/// A patient with these open charges.
fn charged(app: &TestApp, amounts: &'static [i64]) -> PatientId {
    let now = app.now();
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        for amount in amounts {
            money::charge(db, patient, *amount, now)?;
        }
        Ok(patient)
    })
}

/// The draft of everything that is open; its address.
async fn draft(accounts: &Visitor, patient: PatientId) -> String {
    accounts.post(&format!("/patients/{patient}/bills"), &[]).await.expect(303).location().to_owned()
}

fn id_of(address: &str) -> BillId {
    BillId(address.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address of a bill"))
}

async fn version(accounts: &Visitor, address: &str) -> String {
    accounts.get(address).await.expect(200).input("version").expect("the draft carries its version")
}

async fn issue(accounts: &Visitor, address: &str) {
    let version = version(accounts, address).await;
    accounts.post(&format!("{address}/issue"), &[("version", &version)]).await.expect(303);
}

/// Status, subtotal, discount, tax and total.
fn stored(app: &TestApp, address: &str) -> (String, i64, i64, i64, i64) {
    let id = id_of(address);
    app.read(move |db| {
        Ok(bills::table
            .find(id)
            .select((bills::status, bills::subtotal, bills::discount, bills::tax, bills::total))
            .first(db)?)
    })
}

fn statuses(app: &TestApp, patient: PatientId) -> Vec<String> {
    app.read(move |db| {
        let of_patient = charge_items::table.filter(charge_items::patient_id.eq(patient));
        Ok(of_patient.order(charge_items::id).select(charge_items::status).load(db)?)
    })
}

async fn open_charges_become_a_bill_in_one_step_and_a_bill_adds_up(app: TestApp) {
    let patient = charged(&app, &[10_000, 333, 4_555]);
    let (admin, accounts) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Accountant).await);
    let vat = [("name", "VAT"), ("rate", "19.6"), ("is_default", "yes"), ("is_active", "yes")];
    admin.post("/tax-rates", &vat).await.expect(303);
    assert!(accounts.get(&format!("/patients/{patient}/bills")).await.says("Bill 3 open charges"));
    let address = draft(&accounts, patient).await;
    assert_eq!(statuses(&app, patient), ["billed", "billed", "billed"]);
    // 1960.00 + 65.268 + 892.78 of a hundredth, each rounded half up.
    assert_eq!(stored(&app, &address), ("draft".to_owned(), 14_888, 0, 1_960 + 65 + 893, 14_888 + 2_918));

    let lines: Vec<i64> = app.read(|db| Ok(bill_lines::table.order(bill_lines::id).select(bill_lines::id).load(db)?));
    let first = lines[0].to_string();
    let seen = version(&accounts, &address).await;
    let fields =
        [("discount", "10 %"), ("discount_reason", "Staff"), ("line", &first), ("tax", "none"), ("version", &seen)];
    accounts.post(&format!("{address}/edit"), &fields).await.expect(303);
    let (_, subtotal, discount, tax, total) = stored(&app, &address);
    assert_eq!((subtotal, discount), (14_888, 1_489));
    assert_eq!(total, subtotal - discount + tax);

    let seen = version(&accounts, &address).await;
    let more = [("description", "Crutches"), ("quantity", "2"), ("unit_price", "7.25"), ("version", seen.as_str())];
    accounts.post(&format!("{address}/lines"), &more).await.expect(303);
    assert_eq!(stored(&app, &address).1, 14_888 + 1_450);
    let seen = version(&accounts, &address).await;
    accounts.post(&format!("{address}/lines/{}/remove", lines[1]), &[("version", &seen)]).await.expect(303);
    assert_eq!(statuses(&app, patient), ["billed", "open", "billed", "billed"]);

    issue(&accounts, &address).await;
    let (status, subtotal, discount, tax, total) = stored(&app, &address);
    assert_eq!((status.as_str(), total), ("unpaid", subtotal - discount + tax));
    let page = accounts.get(&address).await.expect(200);
    assert!(page.says("Unpaid") && page.says("Crutches") && page.says("29 Jun 2026"), "{}", page.words());
    app.set_time("2026-06-30 08:00");
    let accounts = app.session(accounts.user_id).await;
    assert!(accounts.get(&address).await.expect(200).says("Overdue"));
    let acts: Vec<String> = app.read(|db| {
        let of_bills = audit_log::table.filter(audit_log::entity.eq("bill")).filter(audit_log::action.ne("viewed"));
        Ok(of_bills.order(audit_log::id).select(audit_log::action).load(db)?)
    });
    assert_eq!(acts, ["created", "updated", "updated", "updated", "issued"]);
}

async fn two_who_issue_one_draft_issue_it_once(app: TestApp) {
    let patient = charged(&app, &[5_000]);
    let accounts = app.sign_in(Role::Accountant).await;
    let address = draft(&accounts, patient).await;
    let seen = version(&accounts, &address).await;
    let fields = [("version", seen.as_str())];
    let path = format!("{address}/issue");
    let answers = join_all((0..12).map(|_| accounts.post(&path, &fields))).await;
    assert_eq!(answers.iter().filter(|reply| reply.status == 303).count(), 1);
    assert_eq!(answers.iter().filter(|reply| reply.status == 409).count(), 11);
    assert_eq!(stored(&app, &address).0, "unpaid");
}

async fn each_charge_stands_on_one_bill(app: TestApp) {
    let patient = charged(&app, &[5_000, 100]);
    let accounts = app.sign_in(Role::Accountant).await;
    let path = format!("/patients/{patient}/bills");
    let answers = join_all((0..10).map(|_| accounts.post(&path, &[]))).await;
    assert_eq!(answers.iter().filter(|reply| reply.status == 303).count(), 1);
    assert!(answers.iter().all(|reply| reply.status == 303 || reply.status == 409));
    let (drafts, lines): (i64, i64) =
        app.read(|db| Ok((bills::table.count().get_result(db)?, bill_lines::table.count().get_result(db)?)));
    assert_eq!((drafts, lines), (1, 2));
    // What stands on a bill cannot be cancelled.
    let charge: i64 = app.read(|db| Ok(charge_items::table.select(charge_items::id).first(db)?));
    let cancelled = accounts.post(&format!("/charges/{charge}/cancel"), &[("reason", "Not done")]).await.expect(409);
    assert!(cancelled.says("stands on a bill"), "{}", cancelled.words());
    let page = accounts.get(&path).await.expect(200);
    assert!(page.says("Draft") && page.says("0.00 EUR"), "a draft is not owed: {}", page.words());
    let address = format!("/bills/{}", app.read(|db| Ok(bills::table.select(bills::id).first::<i64>(db)?)));
    let seen = version(&accounts, &address).await;
    accounts.post(&format!("{address}/discard"), &[("version", &seen)]).await.expect(303);
    assert_eq!(statuses(&app, patient), ["open", "open"]);
}

async fn a_discount_beyond_the_limit_needs_the_permission(app: TestApp) {
    let patient = charged(&app, &[10_000]);
    let accounts = app.sign_in(Role::Accountant).await;
    let address = draft(&accounts, patient).await;
    let edit = format!("{address}/edit");
    let seen = version(&accounts, &address).await;
    for (discount, reason, message) in [
        ("150 %", "x", "Enter a percentage from 0 to 100"),
        ("-5", "x", "Enter an amount such as"),
        ("1000000000000000000", "x", "Enter an amount such as"),
        ("5 %", "", "Say why"),
        ("11 %", "Friend", "those who may correct bills"),
        ("10.01", "Friend", "those who may correct bills"),
    ] {
        let fields = [("discount", discount), ("discount_reason", reason), ("version", seen.as_str())];
        let page = accounts.post(&edit, &fields).await.expect(422);
        assert!(page.says(message), "{discount}: {}", page.words());
        assert_eq!(page.input("discount").as_deref(), Some(discount));
    }
    assert_eq!(stored(&app, &address).2, 0);
    let manager = app.sign_in(Role::BillingManager).await;
    let all = [("discount", "100 %"), ("discount_reason", "Hardship"), ("version", seen.as_str())];
    manager.post(&edit, &all).await.expect(303);
    // The accountant's page is older than the manager's change.
    let late = [("discount", "5 %"), ("discount_reason", "Late"), ("version", seen.as_str())];
    accounts.post(&edit, &late).await.expect(409);
    issue(&manager, &address).await;
    assert_eq!(stored(&app, &address), ("paid".to_owned(), 10_000, 10_000, 0, 0), "nothing is left to pay");
}

async fn an_issued_bill_stays_as_it_is_in_the_database_too(app: TestApp) {
    let patient = charged(&app, &[10_000]);
    let accounts = app.sign_in(Role::Accountant).await;
    let address = draft(&accounts, patient).await;
    issue(&accounts, &address).await;
    let seen = "2";
    for (act, fields) in [
        ("edit", vec![("discount", "5 %"), ("discount_reason", "x"), ("version", seen)]),
        ("lines", vec![("description", "More"), ("unit_price", "1"), ("version", seen)]),
    ] {
        let page = accounts.post(&format!("{address}/{act}"), &fields).await.expect(422);
        assert!(page.says("stays as it is"), "{act}: {}", page.words());
    }
    accounts.post(&format!("{address}/discard"), &[("version", "3")]).await.expect(409);
    accounts.post(&format!("{address}/void"), &[("version", "3"), ("reason", "x")]).await.expect(403);
    let id = id_of(&address);
    let attempts: [(Attempt, &str); 6] = [
        (
            |db, id| diesel::update(bills::table.find(id)).set((bills::subtotal.eq(1), bills::total.eq(1))).execute(db),
            "ck_bills_issued",
        ),
        (|db, id| diesel::update(bills::table.find(id)).set(bills::currency.eq("USD")).execute(db), "ck_bills_owner"),
        (|db, id| diesel::update(bills::table.find(id)).set(bills::status.eq("draft")).execute(db), "ck_bills_issued"),
        (|db, _| diesel::delete(bill_lines::table).execute(db), "ck_bills_issued"),
        (|db, _| diesel::update(bill_lines::table).set(bill_lines::description.eq("x")).execute(db), "ck_bills_issued"),
        (
            |db, _| diesel::update(charge_items::table).set(charge_items::status.eq("open")).execute(db),
            "ck_charge_items_billed",
        ),
    ];
    for (attempt, rule) in attempts {
        match app.db.write_now(move |db| Ok(attempt(db, id)?)) {
            Err(AppError::Constraint(name)) => assert_eq!(name, rule),
            other => panic!("{rule}: {other:?}"),
        }
    }
    assert_eq!(stored(&app, &address), ("unpaid".to_owned(), 10_000, 0, 0, 10_000));
}

async fn a_void_bill_sets_its_charges_free_and_a_credit_note_does_not(app: TestApp) {
    let patient = charged(&app, &[10_000, 2_000]);
    let manager = app.sign_in(Role::BillingManager).await;
    let first = draft(&manager, patient).await;
    issue(&manager, &first).await;
    let seen = manager.get(&format!("{first}/void")).await.expect(200).input("version").expect("a version");
    manager.post(&format!("{first}/void"), &[("version", &seen), ("reason", "")]).await.expect(422);
    manager.post(&format!("{first}/void"), &[("version", &seen), ("reason", "Wrong patient")]).await.expect(303);
    manager.post(&format!("{first}/void"), &[("version", &seen), ("reason", "Again")]).await.expect(409);
    assert_eq!(statuses(&app, patient), ["open", "open"]);

    let second = draft(&manager, patient).await;
    issue(&manager, &second).await;
    let id = id_of(&second);
    let lines: Vec<i64> = app.read(move |db| {
        let own = bill_lines::table.filter(bill_lines::bill_id.eq(id)).order(bill_lines::id);
        Ok(own.select(bill_lines::id).load(db)?)
    });
    let credit = format!("{second}/credit");
    let seen = manager.get(&credit).await.expect(200).input("version").expect("a version");
    manager.post(&credit, &[("version", &seen), ("reason", "Not done")]).await.expect(422);
    let line = lines[1].to_string();
    let fields = [("version", seen.as_str()), ("reason", "Not done"), ("line", line.as_str())];
    let answers = join_all((0..5).map(|_| manager.post(&credit, &fields))).await;
    assert_eq!(answers.iter().filter(|reply| reply.status == 303).count(), 1);
    assert_eq!(answers.iter().filter(|reply| reply.status == 409).count(), 4);
    assert_eq!(stored(&app, &second), ("unpaid".to_owned(), 12_000, 0, 0, 12_000));
    assert_eq!(statuses(&app, patient), ["billed", "billed"]);
    let page = manager.get(&format!("/patients/{patient}/bills")).await.expect(200);
    assert!(page.says("100.00 EUR") && page.says("Credit note"), "{}", page.words());
    // With the rest taken back nothing is left to pay, and a bill that was credited is not voided.
    let seen = manager.get(&credit).await.expect(200).input("version").expect("a version");
    manager.post(&format!("{second}/void"), &[("version", &seen), ("reason", "x")]).await.expect(409);
    let line = lines[0].to_string();
    manager.post(&credit, &[("version", &seen), ("reason", "x"), ("line", &line)]).await.expect(303);
    assert_eq!(stored(&app, &second).0, "paid");
    assert!(manager.get(&credit).await.expect(200).says("Everything of this bill was credited"));
}

async fn a_bill_keeps_its_currency(app: TestApp) {
    let patient = charged(&app, &[10_000]);
    let accounts = app.sign_in(Role::Accountant).await;
    let address = draft(&accounts, patient).await;
    issue(&accounts, &address).await;
    app.write(|db| {
        diesel::update(settings::table).set(settings::currency.eq("JPY")).execute(db)?;
        Ok(())
    });
    assert!(accounts.get(&address).await.expect(200).says("100.00 EUR"));
    let page = accounts.get(&format!("/patients/{patient}/bills")).await.expect(200);
    assert!(page.says("0 JPY + 100.00 EUR"), "{}", page.words());
}

async fn lists_find_bills_by_state_number_and_name(app: TestApp) {
    let (one, other) = (charged(&app, &[10_000]), charged(&app, &[700]));
    let accounts = app.sign_in(Role::Accountant).await;
    assert!(accounts.get("/bills").await.expect(200).says("No bills yet"));
    let (issued, drafted) = (draft(&accounts, one).await, draft(&accounts, other).await);
    issue(&accounts, &issued).await;
    let (code, draft_code) = (id_of(&issued).code(), id_of(&drafted).code());
    let shows = |query: String| {
        let accounts = &accounts;
        let (code, draft_code) = (code.clone(), draft_code.clone());
        async move {
            let page = accounts.get(&format!("/bills?{query}")).await.expect(200);
            (page.says(&code), page.says(&draft_code))
        }
    };
    assert_eq!(shows(String::new()).await, (true, true));
    assert_eq!(shows("which=open".to_owned()).await, (true, false));
    assert_eq!(shows("which=draft".to_owned()).await, (false, true));
    assert_eq!(shows("which=overdue".to_owned()).await, (false, false));
    assert_eq!(shows(format!("q={}", code.to_lowercase())).await, (true, false));
    assert_eq!(shows(format!("q={}", other.code())).await, (false, true));
    assert_eq!(shows("q=ada".to_owned()).await, (true, true));
    assert_eq!(shows("q=nobody%25&which=nonsense".to_owned()).await, (false, false));
    app.set_time("2026-07-15 08:00");
    let late = app.session(accounts.user_id).await.get("/bills?which=overdue").await.expect(200);
    assert!(late.says(&code) && !late.says(&draft_code));
}

async fn tax_rates_are_kept_by_administrators(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/tax-rates").await.expect(200).says("Add a tax rate"));
    for (name, rate, message) in [
        ("", "20", "Enter the tax's name"),
        ("VAT", "150", "Enter a percentage from 0 to 100"),
        ("VAT", "", "Enter a percentage"),
        ("VAT", "-1", "Enter a percentage"),
    ] {
        let page = admin.post("/tax-rates", &[("name", name), ("rate", rate)]).await.expect(422);
        assert!(page.says(message), "{name:?} {rate:?}: {}", page.words());
    }
    for (name, rate) in [("VAT", "20"), ("Reduced", "5.5")] {
        let fields = [("name", name), ("rate", rate), ("is_default", "yes"), ("is_active", "yes")];
        admin.post("/tax-rates", &fields).await.expect(303);
    }
    let page = admin.get("/tax-rates").await.expect(200);
    assert!(page.says("5.5 %") && page.body.matches("Bear it").count() == 1, "one is on new lines");
    admin.post("/tax-rates", &[("name", "vat"), ("rate", "1")]).await.expect(422);
    admin.post("/tax-rates/1/edit", &[("name", "VAT"), ("rate", "21"), ("version", "9")]).await.expect(409);
}

async fn strangers_know_of_no_bill(app: TestApp) {
    let record = charged(&app, &[10_000]);
    let (accounts, patient) = (app.sign_in(Role::Accountant).await, app.sign_in(Role::Patient).await);
    let address = draft(&accounts, record).await;
    patient.get(&address).await.expect(404);
    let user = patient.user_id;
    app.write(move |db| factory::give_record(db, user, record));
    patient.get(&address).await.expect(404);
    issue(&accounts, &address).await;
    let page = patient.get(&address).await.expect(200);
    assert!(page.says("100.00 EUR") && !page.body.contains("/void"), "{}", page.words());
    assert_eq!(patient.get("/bills").await.expect(303).location(), format!("/patients/{record}/bills"));
    app.sign_in(Role::Patient).await.get(&address).await.expect(404);
    patient.post(&format!("{address}/issue"), &[("version", "1")]).await.expect(403);
}
