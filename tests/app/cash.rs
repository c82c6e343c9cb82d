//! Cashiers' days: what is taken at a desk belongs to one, and once it is counted nothing joins it.

use diesel::prelude::*;
use futures_util::future::{join, join_all};
use infirmary::access::Role;
use infirmary::billing::bills::model::BillId;
use infirmary::db::DbConnection;
use infirmary::db::schema::{audit_log, cash_sessions, payments};
use infirmary::error::AppError;

use crate::support::{Reply, Suite, TestApp, Visitor, factory, money};

pub fn tests(suite: &mut Suite) {
    suite.both(a_cash_day_holds_what_was_taken_and_ends_with_a_count);
    suite.both(cash_needs_a_day_and_the_page_of_a_payment_opens_it_by_the_way);
    suite.both(a_cash_difference_needs_a_note);
    suite.both(a_person_has_one_open_cash_day);
    suite.both(nothing_joins_a_cash_day_that_is_closed_meanwhile);
    suite.both(the_database_keeps_cash_days_as_they_are);
    suite.both(cash_days_are_seen_by_their_cashier_and_by_the_accounts);
}

fn bill(app: &TestApp) -> BillId {
    let now = app.now();
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        money::issued_bill(db, patient, now)
    })
}

async fn pay(by: &Visitor, id: BillId, method: &str, amount: &str) -> Reply {
    by.post(&format!("/bills/{id}/payments"), &[("method", method), ("amount", amount), ("insurer", "AXA")]).await
}

/// Opens the person's day; its address.
async fn open(by: &Visitor, float: &str) -> String {
    by.post("/cash-sessions", &[("opening_float", float)]).await.expect(303).location().to_owned()
}

/// Float, expected, counted and note of every day, in their order.
type Day = (i64, Option<i64>, Option<i64>, String);

fn days(app: &TestApp) -> Vec<Day> {
    let columns = (cash_sessions::opening_float, cash_sessions::expected, cash_sessions::counted, cash_sessions::note);
    app.read(|db| Ok(cash_sessions::table.order(cash_sessions::id).select(columns).load(db)?))
}

async fn a_cash_day_holds_what_was_taken_and_ends_with_a_count(app: TestApp) {
    let (one, two) = (bill(&app), bill(&app));
    let manager = app.sign_in(Role::BillingManager).await;
    // Refunds of any size are paid at once.
    app.write(|db| {
        use infirmary::db::schema::settings;
        diesel::update(settings::table).set(settings::refund_approval_limit.eq(100_000)).execute(db)?;
        Ok(())
    });
    let day = open(&manager, "100").await;
    pay(&manager, one, "cash", "10").await.expect(303);
    pay(&manager, two, "credit_card", "7").await.expect(303);
    pay(&manager, two, "insurance", "3").await.expect(303);
    let refund = [("method", "cash"), ("amount", "2.50"), ("note", "Too much")];
    manager.post(&format!("/bills/{one}/refund"), &refund).await.expect(303);
    let page = manager.get(&day).await.expect(200);
    assert!(page.says("Cash") && page.says("10.00 EUR") && page.says("2.50 EUR") && page.says("7.50 EUR"));
    assert!(page.says("Card") && page.says("7.00 EUR") && !page.says("107.50 EUR"), "{}", page.words());
    // The claim counts when the insurance has answered, and only then.
    assert!(!page.says("Insurance"), "{}", page.words());
    manager.post("/payments/3/decide", &[("decision", "approved")]).await.expect(303);
    assert!(manager.get(&day).await.expect(200).says("Insurance"));

    manager.get(&format!("{day}/print")).await.expect(409);
    manager.post(&format!("{day}/close"), &[("counted", "107.50")]).await.expect(303);
    assert_eq!(days(&app), [(10_000, Some(10_750), Some(10_750), String::new())]);
    let handover = manager.get(&format!("{day}/print")).await.expect(200);
    for words in
        ["Float", "100.00 EUR", "Expected", "107.50 EUR", "0.00 EUR (agrees)", "Handed over by", "Taken over by"]
    {
        assert!(handover.says(words), "{words}: {}", handover.words());
    }
    let pdf = manager.get(&format!("{day}/pdf")).await.expect(200);
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    let acts: Vec<String> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("cash_session"))
            .filter(audit_log::admin_action.is_not_null())
            .order(audit_log::id)
            .select(audit_log::action)
            .load(db)?)
    });
    assert_eq!(acts, ["opened", "closed"]);
    // The next payment begins a new day.
    pay(&manager, two, "cash", "1").await.expect(422);
    assert!(manager.get("/cash-sessions").await.expect(200).says("Open your day"));
}

async fn cash_needs_a_day_and_the_page_of_a_payment_opens_it_by_the_way(app: TestApp) {
    let id = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    assert!(desk.get(&format!("/bills/{id}/pay")).await.expect(200).says("In the drawer now"));
    // A card needs no drawer.
    pay(&desk, id, "credit_card", "1").await.expect(303);
    let fields = [("method", "cash"), ("amount", "4"), ("given", "5"), ("note", "From the aunt")];
    let asked = desk.post(&format!("/bills/{id}/payments"), &fields).await.expect(422);
    assert!(asked.says("enter what is in the drawer now"), "{}", asked.words());
    assert_eq!((asked.input("amount").as_deref(), asked.input("note").as_deref()), (Some("4"), Some("From the aunt")));
    for wrong in ["-1", "much", "1000000000000000000"] {
        let fields = [("method", "cash"), ("amount", "4"), ("opening_float", wrong)];
        desk.post(&format!("/bills/{id}/payments"), &fields).await.expect(422);
    }
    assert_eq!(days(&app), []);
    let fields = [("method", "cash"), ("amount", "4"), ("given", "5"), ("opening_float", "30")];
    desk.post(&format!("/bills/{id}/payments"), &fields).await.expect(303);
    assert_eq!(days(&app), [(3_000, None, None, String::new())]);
    // More than is left opens no day either: both or neither.
    let other = app.sign_in(Role::Receptionist).await;
    let fields = [("method", "cash"), ("amount", "9"), ("opening_float", "30")];
    other.post(&format!("/bills/{id}/payments"), &fields).await.expect(422);
    assert_eq!(days(&app).len(), 1);
    assert!(!desk.get(&format!("/bills/{id}/pay")).await.expect(200).says("In the drawer now"));
}

async fn a_cash_difference_needs_a_note(app: TestApp) {
    let id = bill(&app);
    let desk = app.sign_in(Role::Receptionist).await;
    let day = open(&desk, "50").await;
    pay(&desk, id, "cash", "10").await.expect(303);
    let close = format!("{day}/close");
    assert!(!desk.get(&close).await.expect(200).says("Expected"), "the first count is made without knowing");
    for wrong in ["", "-5", "a lot", "99999999999999999999"] {
        desk.post(&close, &[("counted", wrong), ("note", "x")]).await.expect(422);
    }
    let page = desk.post(&close, &[("counted", "55")]).await.expect(422);
    assert!(page.says("Missing") && page.says("\u{2212}5.00 EUR") && page.says("60.00 EUR"), "{}", page.words());
    assert_eq!(page.input("counted").as_deref(), Some("55"));
    assert_eq!(days(&app), [(5_000, None, None, String::new())]);
    desk.post(&close, &[("counted", "55"), ("note", "A coin fell")]).await.expect(303);
    assert_eq!(days(&app), [(5_000, Some(6_000), Some(5_500), "A coin fell".to_owned())]);
    let shown = desk.get(&day).await.expect(200);
    assert!(shown.says("Missing") && shown.says("\u{2212}5.00 EUR") && shown.says("A coin fell"), "{}", shown.words());
    desk.post(&close, &[("counted", "60")]).await.expect(409);
    let next = open(&desk, "55").await;
    let page = desk.post(&format!("{next}/close"), &[("counted", "56")]).await.expect(422);
    assert!(page.says("Too much") && page.says("+1.00 EUR"), "{}", page.words());
}

async fn a_person_has_one_open_cash_day(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let sent = join_all((0..10).map(|_| desk.post("/cash-sessions", &[("opening_float", "5")]))).await;
    let count = |wanted: u16| sent.iter().filter(|reply| reply.status == wanted).count();
    assert_eq!((count(303), count(303) + count(422) + count(503)), (1, 10));
    assert_eq!(days(&app).len(), 1);
    // The page to open one leads to the one that is open.
    desk.get("/cash-sessions/new").await.expect(303);
    app.sign_in(Role::Receptionist).await.post("/cash-sessions", &[("opening_float", "0")]).await.expect(303);
    assert_eq!(days(&app).len(), 2);
}

async fn nothing_joins_a_cash_day_that_is_closed_meanwhile(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    for round in 0..3 {
        let bills: Vec<BillId> = (0..12).map(|_| bill(&app)).collect();
        let day = open(&desk, "0").await;
        let number: i64 = day.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        // With a note, the day closes whatever came until then.
        let close_path = format!("{day}/close");
        let paying = join_all(bills.iter().map(|id| pay(&desk, *id, "cash", "10")));
        let fields = [("counted", "40"), ("note", "Closed while people paid")];
        let closing = async {
            let mut reply = desk.post(&close_path, &fields).await;
            // A payment came between sum and close: count again, as a person would.
            while reply.status == 422 || reply.status == 503 {
                reply = desk.post(&close_path, &fields).await;
            }
            reply
        };
        let (paid, closed) = join(paying, closing).await;
        closed.expect(303);
        // What found the day closed was refused, nothing else happened to it.
        assert!(paid.iter().all(|reply| [303, 409, 422, 503].contains(&reply.status)), "round {round}");
        let taken = paid.iter().filter(|reply| reply.status == 303).count();
        let (expected, amounts): (Option<i64>, Vec<i64>) = app.read(move |db| {
            Ok((
                cash_sessions::table.find(number).select(cash_sessions::expected).first(db)?,
                payments::table.filter(payments::session_id.eq(number)).select(payments::amount).load(db)?,
            ))
        });
        assert_eq!((amounts.len(), expected), (taken, Some(amounts.iter().sum())), "round {round}");
    }
}

/// A change that the database refuses.
type Attempt = fn(&mut DbConnection) -> QueryResult<usize>;

async fn the_database_keeps_cash_days_as_they_are(app: TestApp) {
    let (one, two) = (bill(&app), bill(&app));
    let desk = app.sign_in(Role::Receptionist).await;
    let day = open(&desk, "10").await;
    pay(&desk, one, "cash", "10").await.expect(303);
    let refused = |attempt: Attempt, constraint: &str| {
        let result = app.db.write_now(move |db| Ok(attempt(db)?));
        match result {
            Err(AppError::Constraint(name)) => assert_eq!(name, constraint),
            other => panic!("{constraint}: {other:?}"),
        }
    };
    refused(
        |db| diesel::update(cash_sessions::table).set(cash_sessions::opening_float.eq(1)).execute(db),
        "ck_cash_sessions_owner",
    );
    refused(|db| diesel::delete(cash_sessions::table).execute(db), "ck_cash_sessions_append_only");
    let closed = |expected: i64| {
        let at = app.now();
        app.db.write_now(move |db| {
            Ok(diesel::update(cash_sessions::table)
                .set((
                    cash_sessions::closed_at.eq(at),
                    cash_sessions::counted.eq(expected),
                    cash_sessions::expected.eq(expected),
                ))
                .execute(db)?)
        })
    };
    assert!(matches!(closed(1_999), Err(AppError::Constraint(name)) if name == "ck_cash_sessions_expected"));
    assert_eq!(closed(2_000).ok(), Some(1));
    refused(
        |db| diesel::update(cash_sessions::table).set(cash_sessions::note.eq("x")).execute(db),
        "ck_cash_sessions_final",
    );
    // A payment that still names the closed day, and cash that names none.
    let id: i64 = day.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let (now, user) = (app.now(), desk.user_id);
    for (session, constraint) in [(Some(id), "ck_payments_session"), (None, "ck_payments_cash")] {
        let late = app.db.write_now(move |db| money::cash(db, two, (user, session.map(Into::into)), 100, now));
        assert!(matches!(&late, Err(AppError::Constraint(name)) if name == constraint), "{late:?}");
    }
    // Nor does it join somebody else's.
    let other = app.sign_in(Role::Receptionist).await;
    let theirs = open(&other, "0").await;
    let theirs: i64 = theirs.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let foreign = app.db.write_now(move |db| money::cash(db, two, (user, Some(theirs.into())), 100, now));
    assert!(matches!(&foreign, Err(AppError::Constraint(name)) if name == "ck_payments_session"), "{foreign:?}");
}

async fn cash_days_are_seen_by_their_cashier_and_by_the_accounts(app: TestApp) {
    let (desk, other) = (app.sign_in(Role::Receptionist).await, app.sign_in(Role::Receptionist).await);
    let (accounts, admin) = (app.sign_in(Role::Accountant).await, app.sign_in(Role::Admin).await);
    let day = open(&desk, "12.34").await;
    let code = infirmary::billing::cash::model::SessionId(
        day.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id"),
    )
    .code();
    other.get(&day).await.expect(404);
    assert!(!other.get("/cash-sessions").await.expect(200).says(&code));
    for person in [&desk, &accounts, &admin] {
        assert!(person.get("/cash-sessions").await.expect(200).says(&code));
        assert!(person.get(&day).await.expect(200).says("12.34 EUR"));
    }
    assert!(accounts.get("/cash-sessions?which=open").await.expect(200).says(&code));
    accounts.post(&format!("{day}/close"), &[("counted", "12.34")]).await.expect(403);
    desk.post(&format!("{day}/close"), &[("counted", "12.34")]).await.expect(303);
    assert!(!accounts.get("/cash-sessions?which=open").await.expect(200).says(&code));
    for _ in 0..30 {
        let next = open(&desk, "0").await;
        desk.post(&format!("{next}/close"), &[("counted", "0")]).await.expect(303);
    }
    assert!(accounts.get("/cash-sessions").await.expect(200).says("31 days"));
    assert!(accounts.get("/cash-sessions?page=2").await.expect(200).says(&code));
}
