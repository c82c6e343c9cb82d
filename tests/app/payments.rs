//! Payments: never more than is left, once however often sent, given back with two pairs of eyes.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::billing::bills::model::BillId;
use infirmary::db::schema::{bills, payments, settings};
use infirmary::patients::model::PatientId;

use crate::support::{Suite, TestApp, Visitor, factory, money};

pub fn tests(suite: &mut Suite) {
    suite.both(a_bill_is_paid_in_parts_and_change_is_worked_out);
    suite.both(what_cannot_be_taken_is_said_beside_its_field);
    suite.both(fifty_who_pay_the_rest_at_once_pay_it_once);
    suite.both(a_payment_sent_twice_counts_once);
    suite.both(a_claim_waits_for_the_insurance);
    suite.both(a_refund_needs_a_second_person_above_the_limit);
    suite.both(drafts_void_bills_and_credit_notes_take_nothing);
    suite.both(receipts_are_for_those_whose_they_are);
    suite.both(money_taken_ahead_pays_later_bills_and_goes_back);
    suite.both(what_is_held_is_used_once);
    suite.both(a_deposit_that_is_wrong_comes_back_with_everything_typed);
}

/// A patient and an issued bill over 10.00.
fn bill(app: &TestApp) -> (PatientId, BillId) {
    let now = app.now();
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        Ok((patient, money::issued_bill(db, patient, now)?))
    })
}

fn status(app: &TestApp, id: BillId) -> String {
    app.read(move |db| Ok(bills::table.find(id).select(bills::status).first(db)?))
}

/// Kind, status and amount of every payment.
fn taken(app: &TestApp) -> Vec<(String, String, i64)> {
    app.read(|db| {
        Ok(payments::table.order(payments::id).select((payments::kind, payments::status, payments::amount)).load(db)?)
    })
}

/// Where what waits is decided.
fn waiting(app: &TestApp) -> String {
    let id: i64 =
        app.read(|db| Ok(payments::table.filter(payments::status.eq("pending")).select(payments::id).first(db)?));
    format!("/payments/{id}/decide")
}

async fn pay(by: &Visitor, id: BillId, method: &str, amount: &str) -> u16 {
    let fields = [("method", method), ("amount", amount), ("insurer", "AXA"), ("opening_float", "0")];
    by.post(&format!("/bills/{id}/payments"), &fields).await.status
}

async fn a_bill_is_paid_in_parts_and_change_is_worked_out(app: TestApp) {
    let (patient, id) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    assert!(desk.get("/payments").await.expect(200).says(&id.code()));
    assert!(desk.get(&format!("/payments?q={}", patient.code())).await.expect(200).says(&id.code()));
    let page = desk.get(&format!("/bills/{id}/pay")).await.expect(200);
    assert_eq!(page.input("amount").as_deref(), Some("10.00"));
    desk.get(&format!("/bills/{id}")).await.expect(403);

    let fields = [("method", "cash"), ("amount", "4"), ("given", "5"), ("opening_float", "20")];
    desk.post(&format!("/bills/{id}/payments"), &fields).await.expect(303);
    let receipt = desk.get("/payments/1/receipt").await.expect(200);
    assert!(receipt.says("Change") && receipt.says("1.00 EUR"), "{}", receipt.words());
    assert_eq!(status(&app, id), "unpaid");
    let failed = [("method", "credit_card"), ("amount", "6"), ("has_failed", "yes"), ("transaction_id", "T-1")];
    desk.post(&format!("/bills/{id}/payments"), &failed).await.expect(303);
    assert_eq!(status(&app, id), "unpaid");
    assert_eq!(pay(&desk, id, "bank_transfer", "6.00").await, 303);
    assert_eq!(status(&app, id), "paid");
    let accounts = app.sign_in(Role::Accountant).await;
    let page = accounts.get(&format!("/bills/{id}")).await.expect(200);
    assert!(page.says("Paid") && page.says("Failed") && page.says("T-1"), "{}", page.words());
    assert!(desk.get("/payments").await.expect(200).says("Nothing is to be paid"));
    let page = accounts.get(&format!("/patients/{patient}/bills")).await.expect(200);
    assert!(page.says("0.00 EUR"), "{}", page.words());
}

async fn what_cannot_be_taken_is_said_beside_its_field(app: TestApp) {
    let (_, id) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    for (method, amount, given, message) in [
        ("cash", "-5", "", "Enter an amount such as"),
        ("cash", "0", "", "Enter an amount such as"),
        ("cash", "10.01", "", "more than is left"),
        ("cash", "1000000000000000000", "", "Enter an amount such as"),
        ("cash", "10", "9", "less than the payment"),
        ("gold", "10", "", "Choose how it is paid"),
        ("insurance", "10", "", "Name the insurance"),
    ] {
        let fields = [("method", method), ("amount", amount), ("given", given), ("opening_float", "0")];
        let page = desk.post(&format!("/bills/{id}/payments"), &fields).await.expect(422);
        assert!(page.says(message), "{method} {amount}: {}", page.words());
        assert_eq!(page.input("amount").as_deref(), Some(amount));
    }
    assert_eq!(taken(&app), []);
    desk.post("/bills/999999/payments", &[("method", "cash"), ("amount", "1")]).await.expect(404);
}

async fn fifty_who_pay_the_rest_at_once_pay_it_once(app: TestApp) {
    let (_, id) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    assert_eq!(pay(&desk, id, "cash", "3").await, 303);
    let answers = join_all((0..50).map(|_| pay(&desk, id, "cash", "7"))).await;
    let count = |wanted: u16| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(303), count(303) + count(422) + count(503)), (1, 50), "{answers:?}");
    assert_eq!(taken(&app).iter().map(|(_, _, amount)| amount).sum::<i64>(), 1_000);
    assert_eq!(status(&app, id), "paid");
}

async fn a_payment_sent_twice_counts_once(app: TestApp) {
    let (_, id) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    let once = desk.get(&format!("/bills/{id}/pay")).await.expect(200).input("_once").expect("forms carry their key");
    let fields = [("method", "cash"), ("amount", "2"), ("opening_float", "0"), ("_once", once.as_str())];
    let path = format!("/bills/{id}/payments");
    let sent = join_all((0..6).map(|_| desk.post(&path, &fields))).await;
    assert!(sent.iter().all(|reply| reply.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert_eq!(taken(&app), [("payment".to_owned(), "success".to_owned(), 200)]);
}

async fn a_claim_waits_for_the_insurance(app: TestApp) {
    let (_, id) = bill(&app);
    let accounts = app.sign_in(Role::Accountant).await;
    assert_eq!(pay(&accounts, id, "insurance", "8").await, 303);
    assert_eq!(status(&app, id), "pending");
    // What the insurance may pay is asked of nobody else.
    assert_eq!(pay(&accounts, id, "cash", "2.01").await, 422);
    assert_eq!(pay(&accounts, id, "cash", "2").await, 303);
    assert_eq!(status(&app, id), "pending");
    let decide = "/payments/1/decide";
    assert!(accounts.get(decide).await.expect(200).says("AXA"));
    accounts.post(decide, &[("decision", "maybe")]).await.expect(422);
    accounts.post(decide, &[("decision", "partly"), ("amount", "8")]).await.expect(422);
    accounts.post(decide, &[("decision", "partly"), ("amount", "5")]).await.expect(303);
    accounts.post(decide, &[("decision", "denied")]).await.expect(409);
    assert_eq!(status(&app, id), "unpaid");
    assert_eq!(pay(&accounts, id, "cash", "3").await, 303);
    assert_eq!(status(&app, id), "paid");
}

async fn a_refund_needs_a_second_person_above_the_limit(app: TestApp) {
    let (_, id) = bill(&app);
    app.write(|db| {
        diesel::update(settings::table).set(settings::refund_approval_limit.eq(300)).execute(db)?;
        Ok(())
    });
    let (manager, other) = (app.sign_in(Role::BillingManager).await, app.sign_in(Role::BillingManager).await);
    assert_eq!(pay(&manager, id, "cash", "10").await, 303);
    let refund = format!("/bills/{id}/refund");
    let fields = |amount: &'static str, note: &'static str| [("method", "cash"), ("amount", amount), ("note", note)];
    manager.post(&refund, &fields("3", "")).await.expect(422);
    assert!(manager.post(&refund, &fields("10.01", "Too much")).await.expect(422).says("more than was paid"));
    manager.post(&refund, &fields("3", "Goodwill")).await.expect(303);
    manager.post(&refund, &fields("5", "Not done")).await.expect(303);
    let decide = waiting(&app);
    let own = manager.post(&decide, &[("decision", "approved")]).await.expect(409);
    assert!(own.says("Somebody else has to approve"), "{}", own.words());
    app.sign_in(Role::Accountant).await.post(&decide, &[("decision", "approved")]).await.expect(403);
    // Who approves hands it out of their own drawer.
    assert!(other.post(&decide, &[("decision", "approved")]).await.expect(422).says("what is in the drawer now"));
    other.post(&decide, &[("decision", "approved"), ("opening_float", "50")]).await.expect(303);
    assert_eq!(
        taken(&app).iter().map(|(kind, status, amount)| (kind.as_str(), status.as_str(), *amount)).collect::<Vec<_>>(),
        [("payment", "success", 1_000), ("refund", "success", 300), ("refund", "success", 500)]
    );
    assert_eq!(status(&app, id), "unpaid", "what was given back is owed again, unless it was credited");
    manager.post(&refund, &fields("2.01", "More")).await.expect(422);
}

async fn drafts_void_bills_and_credit_notes_take_nothing(app: TestApp) {
    let (patient, id) = bill(&app);
    let manager = app.sign_in(Role::BillingManager).await;
    assert_eq!(pay(&manager, id, "cash", "1").await, 303);
    // What was paid of is not voided, it is credited.
    let seen = manager.get(&format!("/bills/{id}/void")).await.expect(200).input("version").expect("a version");
    let fields = [("version", seen.as_str()), ("reason", "x")];
    assert!(manager.post(&format!("/bills/{id}/void"), &fields).await.expect(409).says("was paid"));
    let now = app.now();
    let void = app.write(move |db| {
        money::charge(db, patient, 700, now)?;
        money::issued_bill(db, patient, now)
    });
    let seen = manager.get(&format!("/bills/{void}/void")).await.expect(200).input("version").expect("a version");
    let fields = [("version", seen.as_str()), ("reason", "x")];
    manager.post(&format!("/bills/{void}/void"), &fields).await.expect(303);
    assert_eq!(pay(&manager, void, "cash", "1").await, 422);
    let drafted = manager.post(&format!("/patients/{patient}/bills"), &[]).await.expect(303);
    let drafted = drafted.location().rsplit('/').next().and_then(|id| id.parse().ok()).map(BillId).expect("an id");
    assert_eq!(pay(&manager, drafted, "cash", "1").await, 422);
    assert_eq!(taken(&app).len(), 1);
}

async fn receipts_are_for_those_whose_they_are(app: TestApp) {
    let (record, id) = bill(&app);
    let (desk, patient) = (app.sign_in(Role::Receptionist).await, app.sign_in(Role::Patient).await);
    assert_eq!(pay(&desk, id, "cash", "10").await, 303);
    let receipt = "/payments/1/receipt";
    assert!(desk.get(receipt).await.expect(200).says("Receipt PAY000001"));
    patient.get(receipt).await.expect(404);
    let user = patient.user_id;
    app.write(move |db| factory::give_record(db, user, record));
    assert!(patient.get(receipt).await.expect(200).says("10.00 EUR"));
    for file in [format!("/bills/{id}/pdf"), "/payments/1/receipt/pdf".to_owned()] {
        let pdf = patient.get(&file).await.expect(200);
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    }
    let page = patient.get(&format!("/bills/{id}/print")).await.expect(200);
    assert!(page.says(&format!("Bill {}", id.code())) && page.says("10.00 EUR"), "{}", page.words());
    app.sign_in(Role::Doctor).await.get(receipt).await.expect(403);
}

async fn money_taken_ahead_pays_later_bills_and_goes_back(app: TestApp) {
    let (patient, id) = bill(&app);
    let (desk, manager) = (app.sign_in(Role::Receptionist).await, app.sign_in(Role::BillingManager).await);
    let deposits = format!("/patients/{patient}/deposits");
    let fields = [("method", "cash"), ("amount", "15"), ("given", "20"), ("opening_float", "0")];
    desk.post(&deposits, &fields).await.expect(303);
    let page = desk.get(&deposits).await.expect(200);
    assert!(page.says("15.00 EUR"), "{}", page.words());
    let account = format!("/patients/{patient}/bills");
    let page = manager.get(&account).await.expect(200);
    assert!(page.says("In the patient's favour") && page.says("less 15.00 EUR held"), "{}", page.words());

    // It is offered for the bill, with how much there is, and is taken out of what is held.
    assert!(desk.get(&format!("/bills/{id}/pay")).await.expect(200).says("From the deposit (15.00 EUR)"));
    assert_eq!(pay(&desk, id, "deposit", "10").await, 303);
    assert_eq!(status(&app, id), "paid");
    assert!(manager.get(&account).await.expect(200).says("less 5.00 EUR held"));
    let back = format!("{deposits}/return");
    desk.get(&back).await.expect(403);
    assert_eq!(manager.get(&back).await.expect(200).input("amount").as_deref(), Some("5.00"));
    let fields = |amount: &'static str| {
        [("method", "cash"), ("amount", amount), ("note", "They move away"), ("opening_float", "0")]
    };
    assert!(manager.post(&back, &fields("5.01")).await.expect(422).says("more than is held"));
    manager.post(&back, &fields("5")).await.expect(303);
    // The limit is nothing: somebody else has to approve, and meanwhile it is promised away.
    assert!(manager.get(&account).await.expect(200).says("To be approved"));
    assert_eq!(pay(&desk, bill_of(&app, patient), "deposit", "0.01").await, 422);
    let other = app.sign_in(Role::BillingManager).await;
    other.post(&waiting(&app), &[("decision", "approved"), ("opening_float", "5")]).await.expect(303);

    // What comes back of a bill can be held for the next one.
    let refund = [("method", "deposit"), ("amount", "4"), ("note", "Less was done")];
    manager.post(&format!("/bills/{id}/refund"), &refund).await.expect(303);
    other.post(&waiting(&app), &[("decision", "approved")]).await.expect(303);
    assert!(desk.get(&deposits).await.expect(200).says("4.00 EUR"));
    let receipt = desk.get("/payments/1/receipt").await.expect(200);
    assert!(receipt.says("Money held for bills to come"), "{}", receipt.words());
    desk.get("/payments/1/receipt/pdf").await.expect(200);
}

fn bill_of(app: &TestApp, patient: PatientId) -> BillId {
    let now = app.now();
    app.write(move |db| money::issued_bill(db, patient, now))
}

async fn what_is_held_is_used_once(app: TestApp) {
    let (patient, first) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    let deposits = format!("/patients/{patient}/deposits");
    let fields = [("method", "cash"), ("amount", "10"), ("opening_float", "0")];
    desk.post(&deposits, &fields).await.expect(303);
    let bills: Vec<BillId> = std::iter::once(first).chain((0..7).map(|_| bill_of(&app, patient))).collect();
    let answers = join_all((0..40).map(|at| pay(&desk, bills[at % bills.len()], "deposit", "3"))).await;
    assert!(answers.iter().all(|status| [303, 422, 503].contains(status)), "{answers:?}");
    let used: i64 = taken(&app).iter().filter(|(kind, ..)| kind == "payment").map(|(.., amount)| amount).sum();
    assert_eq!((used, answers.iter().filter(|status| **status == 303).count()), (900, 3), "{answers:?}");
    // Another patient's deposit is not theirs to use.
    let (_, other) = bill(&app);
    assert_eq!(pay(&desk, other, "deposit", "0.50").await, 422);
}

async fn a_deposit_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    let (patient, _) = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    let deposits = format!("/patients/{patient}/deposits");
    for (method, amount, given, message) in [
        ("cash", "-5", "", "Enter an amount such as"),
        ("cash", "1000000000000000000", "", "Enter an amount such as"),
        ("cash", "10", "9", "less than the payment"),
        ("insurance", "10", "", "Choose how it is paid"),
        ("deposit", "10", "", "Choose how it is paid"),
    ] {
        let fields = [("method", method), ("amount", amount), ("given", given), ("insurer", "AXA")];
        let page = desk.post(&deposits, &fields).await.expect(422);
        assert!(page.says(message), "{method} {amount}: {}", page.words());
        assert_eq!(page.input("amount").as_deref(), Some(amount));
    }
    assert_eq!(taken(&app), []);
    desk.get("/patients/999999/deposits").await.expect(404);
}
