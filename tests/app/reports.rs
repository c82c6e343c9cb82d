//! Reports: every figure agrees to the cent with the ledger, summed here in another way, on the hospital's days.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use infirmary::access::{Actor, By, Role};
use infirmary::accounts;
use infirmary::billing::bills::forms::DraftInput;
use infirmary::billing::bills::model::{BillId, LineId};
use infirmary::billing::model::{ChargeKind, ChargeStatus, NewCharge};
use infirmary::billing::payments::forms::PaymentInput;
use infirmary::billing::payments::model::Method;
use infirmary::billing::taxes::forms::TaxInput;
use infirmary::billing::totals::Discount;
use infirmary::billing::{bills, payments, queries as charges, taxes};
use infirmary::db::DbConnection;
use infirmary::db::schema;
use infirmary::departments::model::DepartmentId;
use infirmary::doctors::model::DoctorId;
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;
use infirmary::reports::model::{Age, Takings};
use infirmary::reports::period::Period;
use infirmary::reports::queries;
use infirmary::time::Zone;
use strum::VariantArray;

use crate::support::{Suite, TestApp, factory, money};

pub fn tests(suite: &mut Suite) {
    suite.both(reports_agree_with_the_ledger_to_the_cent);
    suite.both(a_report_counts_on_the_hospitals_days_and_not_on_utcs);
    suite.both(reports_are_pages_and_files);
    suite.both(a_wrong_period_of_a_report_is_said_beside_its_field);
    suite.both(the_home_of_the_accounts_reports_what_is_to_be_done);
}

/// Numbers that are the same in every run.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[usize::try_from(self.below(things.len() as u64)).expect("an index")]
    }

    fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.below(u64::try_from(most.max(1)).expect("positive"))).expect("small")
    }

    /// Some time after another, often across midnight.
    fn after(&mut self, at: NaiveDateTime) -> NaiveDateTime {
        at + TimeDelta::minutes(self.amount(60 * 30))
    }
}

/// Who is there.
#[derive(Clone)]
struct World {
    actor: Actor,
    patients: Vec<PatientId>,
    departments: Vec<Option<DepartmentId>>,
    doctors: Vec<Option<DoctorId>>,
}

impl World {
    fn by(&self, now: NaiveDateTime) -> By {
        By { actor: Some(self.actor.clone()), ..By::system(now) }
    }
}

fn world(app: &TestApp) -> World {
    let now = app.utc("2026-03-01 08:00");
    app.write(move |db| {
        let user = factory::person(db, Role::BillingManager, now)?;
        diesel::update(schema::settings::table)
            .set(schema::settings::refund_approval_limit.eq(1_000_000_000))
            .execute(db)?;
        let tax = TaxInput { name: "VAT".to_owned(), basis_points: 550, is_default: true, is_active: true };
        taxes::queries::insert(db, &tax, now)?;
        let doctors = [factory::doctor(db, now)?, factory::doctor(db, now)?];
        Ok(World {
            actor: accounts::queries::actor(db, user, now)?.ok_or(AppError::NotFound)?,
            patients: vec![factory::patient(db, now)?, factory::patient(db, now)?],
            departments: vec![None, Some(factory::department(db, now)?), Some(factory::department(db, now)?)],
            doctors: vec![None, Some(doctors[0]), Some(doctors[1])],
        })
    })
}

fn version(db: &mut DbConnection, id: BillId) -> QueryResult<i32> {
    schema::bills::table.find(id).select(schema::bills::version).first(db)
}

/// A payment of a method; cash opens the drawer where it is closed.
fn paid(random: &mut Random, method: Method, amount: i64) -> PaymentInput {
    PaymentInput {
        method,
        amount,
        given: None,
        transaction_id: String::new(),
        insurer: "AXA".to_owned(),
        note: "A reason".to_owned(),
        has_failed: matches!(method, Method::CreditCard) && random.below(5) == 0,
        opening_float: Some(0),
    }
}

/// A bill with everything that can become of one.
fn one_bill(db: &mut DbConnection, world: &World, random: &mut Random, at: NaiveDateTime) -> Result<(), AppError> {
    let patient = random.one_of(&world.patients);
    for _ in 0..random.amount(4) {
        let (quantity, unit_price) = (random.amount(3), random.amount(20_000));
        let new = NewCharge {
            patient_id: patient,
            kind: ChargeKind::Manual,
            description: "Service".to_owned(),
            quantity,
            unit_price,
            amount: quantity * unit_price,
            department_id: random.one_of(&world.departments),
            doctor_id: random.one_of(&world.doctors),
            appointment_id: None,
            test_order_id: None,
            status: ChargeStatus::Open,
            created_by: None,
            created_at: at,
        };
        charges::insert_charge(db, &new)?;
    }
    let (by, actor) = (world.by(at), &world.actor);
    let id = bills::actions::draft(db, &by, actor, patient)?;
    if random.below(3) == 0 {
        let rate = i32::try_from(random.below(9_000)).expect("small");
        let input = DraftInput {
            discount: Discount::Rate(rate),
            discount_reason: "Goodwill".to_owned(),
            ..DraftInput::default()
        };
        let seen = version(db, id)?;
        bills::actions::edit(db, &by, actor, id, seen, &input)?;
    }
    if random.below(12) == 0 {
        // It stays a draft, with its charges on it.
        return Ok(());
    }
    let seen = version(db, id)?;
    bills::actions::issue(db, &by, actor, id, seen)?;
    let fate = random.below(8);
    if random.below(3) == 0 {
        // Money taken ahead, some of it used for this bill, some of it paid back.
        let (method, amount) = (random.one_of(&[Method::Cash, Method::BankTransfer]), 500 + random.amount(5_000));
        let input = paid(random, method, amount);
        let key = |what: &str| format!("{id} {what}");
        payments::actions::deposit(db, &by, actor, patient, &key("deposit"), &input)?;
        let back = random.amount(amount / 3);
        let back = paid(random, Method::Cash, back);
        payments::actions::return_deposit(db, &world.by(random.after(at)), actor, patient, &key("return"), &back)?;
        let total: i64 = schema::bills::table.find(id).select(schema::bills::total).first(db)?;
        if fate != 0 && total > 20 {
            let used = random.amount((amount / 3).min(total / 8));
            let used = paid(random, Method::Deposit, used);
            payments::actions::take(db, &world.by(random.after(at)), actor, id, &key("use"), &used)?;
        }
    }
    if fate == 0 {
        let seen = version(db, id)?;
        return bills::actions::void(db, &world.by(random.after(at)), actor, id, seen, "Wrong patient");
    }
    let total: i64 = schema::bills::table.find(id).select(schema::bills::total).first(db)?;
    let mut key = 0;
    let mut take = |db: &mut DbConnection, random: &mut Random, method: Method, amount: i64, at: NaiveDateTime| {
        key += 1;
        let input = paid(random, method, amount);
        payments::actions::take(db, &world.by(at), actor, id, &format!("{id}-{key}"), &input)
    };
    let methods = [Method::Cash, Method::CreditCard, Method::BankTransfer];
    let mut now = at;
    if fate >= 3 && total > 10 {
        for _ in 0..random.amount(2) {
            now = random.after(now);
            let (method, amount) = (random.one_of(&methods), random.amount(total / 4));
            take(db, random, method, amount, now)?;
        }
    }
    if fate == 4 && total > 10 {
        now = random.after(now);
        let asked = random.amount(total / 4);
        let claim = take(db, random, Method::Insurance, asked, now)?;
        now = random.after(now);
        let granted = random.below(3);
        if granted < 2 {
            let amount = if granted == 0 { 0 } else { random.amount(asked) };
            payments::actions::decide(db, &world.by(now), actor, claim, amount, Some(0))?;
        }
    }
    if fate >= 6 {
        now = random.after(now);
        let lines: Vec<LineId> = bills::queries::lines(db, id)?.iter().map(|line| line.id).take(1).collect();
        let seen = version(db, id)?;
        bills::actions::credit(db, &world.by(now), actor, id, seen, &lines, "Not done")?;
    }
    if fate == 5 || fate == 7 {
        let came = payments::queries::sums(db, &[id])?.first().map_or(0, |(_, sum, _)| *sum);
        if came > 0 {
            now = random.after(now);
            let (method, amount) = (random.one_of(&methods), random.amount(came));
            let input = PaymentInput { has_failed: false, ..paid(random, method, amount) };
            payments::actions::refund(db, &world.by(now), actor, id, &format!("{id}-refund"), &input)?;
        }
    }
    Ok(())
}

/// The rows of the ledger, as they stand in the tables.
struct Ledger {
    zone: Zone,
    /// Id, patient's bill or what it takes back, status, total, tax, issued, voided, due.
    bills: Vec<Bill>,
    /// Bill, department, doctor, what the line comes to.
    lines: Vec<(i64, Option<i64>, Option<i64>, i64)>,
    /// Bill, whether it came, method, status, amount, when it counted.
    payments: Vec<(Option<i64>, bool, String, String, i64, NaiveDateTime)>,
}

#[derive(Queryable)]
struct Bill {
    id: i64,
    credit_of: Option<i64>,
    status: String,
    total: i64,
    tax: i64,
    issued_at: Option<NaiveDateTime>,
    voided_at: Option<NaiveDateTime>,
    due_on: Option<NaiveDate>,
}

fn ledger(app: &TestApp, zone: Zone) -> Ledger {
    use schema::{bill_lines as l, bills as b, charge_items as c, payments as p};
    app.read(|db| {
        let bills: Vec<Bill> = b::table
            .select((b::id, b::credit_of, b::status, b::total, b::tax, b::issued_at, b::voided_at, b::due_on))
            .load(db)?;
        type Line = (i64, i64, Option<i64>, Option<i64>, i64, i64, i64);
        let rows: Vec<Line> = l::table
            .select((l::id, l::bill_id, l::charge_item_id, l::credits_line_id, l::amount, l::discount, l::tax))
            .load(db)?;
        let charged: Vec<(i64, Option<i64>, Option<i64>)> =
            c::table.select((c::id, c::department_id, c::doctor_id)).load(db)?;
        let charge_of: BTreeMap<i64, i64> = rows.iter().filter_map(|row| Some((row.0, row.2?))).collect();
        let lines = rows.iter().map(|row| {
            let charge = row.2.or_else(|| row.3.and_then(|line| charge_of.get(&line).copied()));
            let (_, department, doctor) =
                charged.iter().find(|(id, ..)| Some(*id) == charge).copied().expect("every line has its charge");
            (row.1, department, doctor, row.4 - row.5 + row.6)
        });
        let lines = lines.collect();
        type Paid = (Option<i64>, String, String, String, i64, NaiveDateTime, Option<NaiveDateTime>);
        let paid: Vec<Paid> = p::table
            .select((p::bill_id, p::kind, p::method, p::status, p::amount, p::taken_at, p::decided_at))
            .load(db)?;
        let payments = paid.into_iter().map(|(bill, kind, method, status, amount, taken, decided)| {
            (bill, kind == "payment" || kind == "deposit", method, status, amount, decided.unwrap_or(taken))
        });
        Ok(Ledger { zone, bills, lines, payments: payments.collect() })
    })
}

impl Ledger {
    /// Bills, credit notes among them, that were issued on a day of the hospital within the period.
    fn issued(&self, period: Period) -> impl Iterator<Item = &Bill> {
        self.bills.iter().filter(move |bill| bill.issued_at.is_some_and(|at| self.is_in(at, period)))
    }

    fn is_in(&self, at: NaiveDateTime, period: Period) -> bool {
        (period.from..=period.to).contains(&self.zone.date(at))
    }

    fn revenue(&self, period: Period) -> i64 {
        self.issued(period).filter(|bill| bill.status != "void").map(|bill| bill.total).sum()
    }

    fn tax(&self, period: Period) -> i64 {
        self.issued(period).filter(|bill| bill.status != "void").map(|bill| bill.tax).sum()
    }

    /// Revenue of the lines that `is_of` picks by department and doctor.
    fn revenue_of(&self, period: Period, is_of: impl Fn(Option<i64>, Option<i64>) -> bool) -> i64 {
        let counts: Vec<i64> = self.issued(period).filter(|bill| bill.status != "void").map(|bill| bill.id).collect();
        let own = self.lines.iter().filter(|(bill, ..)| counts.contains(bill));
        own.filter(|(_, department, doctor, _)| is_of(*department, *doctor)).map(|(.., net)| net).sum()
    }

    fn takings(&self, period: Period, method: &str) -> Takings {
        let own = self.payments.iter().filter(|(_, _, of, status, _, at)| {
            let is_asked = of != "deposit" && (method.is_empty() || of == method);
            is_asked && status == "success" && self.is_in(*at, period)
        });
        own.fold(Takings::default(), |sum, (_, came, _, _, amount, _)| {
            sum.plus(if *came {
                Takings { payments: 1, received: *amount, ..Takings::default() }
            } else {
                Takings { refunds: 1, paid_back: *amount, ..Takings::default() }
            })
        })
    }

    /// What is left of an issued bill.
    fn rest(&self, bill: &Bill) -> i64 {
        let notes: i64 = self.bills.iter().filter(|note| note.credit_of == Some(bill.id)).map(|note| note.total).sum();
        let paid: i64 = self
            .payments
            .iter()
            .filter(|(of, _, _, status, ..)| *of == Some(bill.id) && status == "success")
            .map(|(_, came, _, _, amount, _)| if *came { *amount } else { -amount })
            .sum();
        bill.total + notes - paid
    }
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a test's own literal")
}

async fn reports_agree_with_the_ledger_to_the_cent(app: TestApp) {
    let zone = Zone::named("Europe/Paris").expect("a real zone");
    let world = world(&app);
    let mut random = Random(20_261_121);
    // Around both changes of the clock, much of it near midnight.
    for first in ["2026-03-26 22:00", "2026-10-22 22:00"] {
        for _ in 0..45 {
            let at = app.utc(first) + TimeDelta::minutes(random.amount(60 * 24 * 6));
            let (own, seed) = (world.clone(), random.amount(1_000_000_000));
            app.write(move |db| one_bill(db, &own, &mut Random(seed.unsigned_abs()), at));
        }
    }
    let ledger = ledger(&app, zone);
    let states = |wanted: &str| ledger.bills.iter().filter(|bill| bill.status == wanted).count();
    assert!(states("void") > 3 && states("paid") > 3 && states("unpaid") > 10 && states("pending") > 0);
    assert!(ledger.bills.iter().filter(|bill| bill.credit_of.is_some()).count() > 5);
    assert!(ledger.payments.iter().filter(|(_, came, ..)| !came).count() > 3);

    for (from, to) in [("2026-03-20", "2026-04-10"), ("2026-10-18", "2026-11-08")] {
        for step in (Period { from: day(from), to: day(to) }).days() {
            let (period, span) = (step.period, step.period.span(zone));
            let (revenue, takings, book) = app.read(move |db| {
                let book = queries::day_book(db, "EUR", span)?;
                Ok((queries::revenue(db, "EUR", span)?, queries::takings(db, "EUR", span)?, book))
            });
            assert_eq!((revenue.total(), revenue.tax), (ledger.revenue(period), ledger.tax(period)), "{period:?}");
            assert_eq!(takings, ledger.takings(period, ""), "{period:?}");
            let voided: Vec<i64> = ledger
                .bills
                .iter()
                .filter(|bill| bill.voided_at.is_some_and(|at| ledger.is_in(at, period)))
                .map(|bill| bill.total)
                .collect();
            let issued: Vec<i64> = ledger.issued(period).map(|bill| bill.total).collect();
            let counted = ledger
                .payments
                .iter()
                .filter(|(_, _, _, status, _, at)| status == "success" && ledger.is_in(*at, period));
            assert_eq!(book.len(), issued.len() + voided.len() + counted.count(), "{period:?}");
            assert!(book.windows(2).all(|pair| pair[0].at <= pair[1].at));
            let last = book.last().map_or((0, 0), |event| (event.billed, event.paid));
            assert_eq!(last, (issued.iter().sum::<i64>() - voided.iter().sum::<i64>(), takings.total()), "{period:?}");
        }
    }
    for (from, to) in [("2026-03-20", "2026-11-30"), ("2026-03-29", "2026-03-29"), ("2026-10-25", "2026-10-26")] {
        let period = Period { from: day(from), to: day(to) };
        let span = period.span(zone);
        let (by_department, by_doctor, by_method, months) = app.read(move |db| {
            Ok((
                queries::revenue_by_department(db, "EUR", span)?,
                queries::revenue_by_doctor(db, "EUR", span)?,
                queries::takings_by_method(db, "EUR", span)?,
                queries::revenue_by_step(db, "EUR", zone, period.months())?,
            ))
        });
        let total = ledger.revenue(period);
        for rows in [&by_department, &by_doctor, &months] {
            assert_eq!(rows.iter().map(|row| row.figures.total()).sum::<i64>(), total, "{period:?}");
            assert_eq!(rows.iter().map(|row| row.figures.tax).sum::<i64>(), ledger.tax(period), "{period:?}");
        }
        let of = |rows: &[infirmary::reports::model::Row<infirmary::reports::model::Revenue>], label: &str| {
            rows.iter().find(|row| row.label == label).map_or(0, |row| row.figures.total())
        };
        assert_eq!(of(&by_department, "No department"), ledger.revenue_of(period, |of, _| of.is_none()));
        assert_eq!(of(&by_doctor, "No doctor"), ledger.revenue_of(period, |_, of| of.is_none()));
        let mut own: Vec<i64> = world
            .departments
            .iter()
            .flatten()
            .map(|id| ledger.revenue_of(period, |of, _| of == Some(id.0)))
            .filter(|sum| *sum != 0)
            .collect();
        own.sort_by(|a, b| b.cmp(a));
        let named = by_department.iter().filter(|row| row.label != "No department" && row.figures.total() != 0);
        assert_eq!(named.map(|row| row.figures.total()).collect::<Vec<_>>(), own, "{period:?}");
        for (method, takings) in by_method {
            assert_eq!(takings, ledger.takings(period, method.into()), "{method:?} {period:?}");
        }
    }
    for today in ["2026-03-28", "2026-05-15", "2026-11-05", "2027-01-20"].map(day) {
        for age in Age::VARIANTS {
            let owed = app.read(move |db| Ok(queries::owed(db, "EUR", *age, today)?));
            let (first, last) = age.due(today);
            let open: Vec<&Bill> = ledger
                .bills
                .iter()
                .filter(|bill| bill.credit_of.is_none() && !["draft", "void"].contains(&bill.status.as_str()))
                .filter(|bill| bill.due_on.is_some_and(|due| (first..=last).contains(&due)) && ledger.rest(bill) > 0)
                .collect();
            assert_eq!(owed.bills, i64::try_from(open.len()).expect("few"), "{age:?} {today}");
            assert_eq!(owed.rest(), open.iter().map(|bill| ledger.rest(bill)).sum::<i64>(), "{age:?} {today}");
        }
    }
}

async fn a_report_counts_on_the_hospitals_days_and_not_on_utcs(app: TestApp) {
    let zone = Zone::named("Europe/Paris").expect("a real zone");
    let patient = app.write({
        let now = app.now();
        move |db| factory::patient(db, now)
    });
    // The first and the last minute of days with 23, 24 and 25 hours.
    for (date, hours) in [("2026-03-29", 23), ("2026-06-15", 24), ("2026-10-25", 25)] {
        let (first, last) = (app.utc(&format!("{date} 00:00")), app.utc(&format!("{date} 23:59")));
        assert_eq!((last - first).num_minutes() + 1, hours * 60);
        for at in [first - TimeDelta::seconds(1), first, last, last + TimeDelta::minutes(1)] {
            app.write(move |db| money::issued_bill(db, patient, at));
        }
        let span = Period { from: day(date), to: day(date) }.span(zone);
        let revenue = app.read(move |db| Ok(queries::revenue(db, "EUR", span)?));
        assert_eq!((revenue.count, revenue.total()), (2, 2_000), "{date}");
    }
}

async fn reports_are_pages_and_files(app: TestApp) {
    let zone = Zone::named("Europe/Paris").expect("a real zone");
    let world = world(&app);
    let mut random = Random(7);
    app.set_time("2026-06-20 12:00");
    for number in 0..30 {
        let at = app.utc("2026-06-14 22:00") + TimeDelta::hours(number * 4);
        let (own, seed) = (world.clone(), random.amount(1_000_000));
        app.write(move |db| one_bill(db, &own, &mut Random(seed.unsigned_abs()), at));
    }
    let ledger = ledger(&app, zone);
    let accounts = app.sign_in(Role::Accountant).await;
    let euro = infirmary::money::Currency::named("EUR").expect("a real currency");
    assert_eq!(accounts.get("/reports").await.expect(303).location(), "/reports/revenue");
    let june = Period { from: day("2026-06-01"), to: day("2026-06-30") };
    for by in ["day", "month", "department", "doctor", "nonsense"] {
        let page = accounts.get(&format!("/reports/revenue?preset=month&by={by}")).await.expect(200);
        assert!(page.says(&euro.text(ledger.revenue(june))), "{by}: {}", page.words());
        let file = accounts.get(&format!("/reports/revenue/csv?preset=month&by={by}")).await.expect(200);
        assert_eq!(column(&file.body, "revenue"), ledger.revenue(june), "{by}");
        assert_eq!(column(&file.body, "tax_in_it"), ledger.tax(june), "{by}");
        assert!(file.header("content-disposition").is_some_and(|name| name.contains("2026-06-01-2026-06-30.csv")));
        assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
    }
    for by in ["day", "month", "method"] {
        let total = ledger.takings(june, "").total();
        let page = accounts.get(&format!("/reports/takings?preset=month&by={by}")).await.expect(200);
        assert!(page.says(&euro.text(total)), "{by}: {}", page.words());
        let file = accounts.get(&format!("/reports/takings/csv?preset=month&by={by}")).await.expect(200);
        assert_eq!(column(&file.body, "takings"), total, "{by}");
    }
    let open: Vec<i64> = ledger
        .bills
        .iter()
        .filter(|bill| bill.credit_of.is_none() && ["unpaid", "pending"].contains(&bill.status.as_str()))
        .map(|bill| ledger.rest(bill))
        .collect();
    let page = accounts.get("/reports/receivables").await.expect(200);
    assert!(page.says(&euro.text(open.iter().sum())) && page.says("Not due yet"), "{}", page.words());
    let file = accounts.get("/reports/receivables/csv").await.expect(200);
    assert_eq!(column(&file.body, "left_to_pay"), open.iter().sum::<i64>());
    assert_eq!(file.body.lines().count(), open.len() + 1);
    accounts.get("/reports/receivables?age=older").await.expect(200).says("Nothing is left to pay");
    for date in ["2026-06-15", "2026-06-16", "2026-06-01"] {
        let book = accounts.get(&format!("/reports/day-book?day={date}")).await.expect(200);
        let period = Period { from: day(date), to: day(date) };
        let taken = ledger.takings(period, "").total();
        assert!(book.says(&euro.text(taken)), "{date}: {}", book.words());
        let file = accounts.get(&format!("/reports/day-book/csv?day={date}")).await.expect(200);
        assert_eq!(column(&file.body, "paid"), taken, "{date}");
    }
    // A year of days is shown, and more of them as months.
    accounts.get("/reports/revenue?from=2020-01-01&to=2026-06-30&by=day").await.expect(200);
}

/// The sum of a column of a file, in minor units.
fn column(file: &str, name: &str) -> i64 {
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    let at = lines.next().expect("a first line").split(',').position(|cell| cell == name).expect("the column");
    let minor = |line: &str| {
        let cell = line.split(',').nth(at).expect("a cell");
        cell.replace('.', "").parse::<i64>().unwrap_or(0)
    };
    lines.map(minor).sum()
}

async fn a_wrong_period_of_a_report_is_said_beside_its_field(app: TestApp) {
    let accounts = app.sign_in(Role::Accountant).await;
    for (query, words) in [
        ("from=2026-02-30", "Enter a real date"),
        ("from=2026-06-10&to=2026-06-09", "The end is before the beginning"),
        ("from=1900-01-01&to=2026-06-09", "At most ten years"),
    ] {
        for report in ["revenue", "takings"] {
            let page = accounts.get(&format!("/reports/{report}?{query}")).await.expect(422);
            assert!(page.says(words), "{query}: {}", page.words());
        }
    }
    assert!(accounts.get("/reports/day-book?day=yesterday").await.expect(422).says("Enter a real date"));
    assert!(accounts.get("/reports/day-book").await.expect(200).says("Nothing happened on this day"));
    assert!(accounts.get("/reports/revenue?by=doctor").await.expect(200).says("Nothing was billed in this time"));
}

async fn the_home_of_the_accounts_reports_what_is_to_be_done(app: TestApp) {
    let now = app.now();
    let (patient, id) = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let id = money::issued_bill(db, patient, now)?;
        money::charge(db, patient, 700, now)?;
        money::charge(db, patient, 50, now)?;
        Ok((patient, id))
    });
    let desk = app.sign_in(Role::Receptionist).await;
    let pay = format!("/bills/{id}/payments");
    desk.post(&pay, &[("method", "cash"), ("amount", "3"), ("opening_float", "0")]).await.expect(303);
    desk.post(&pay, &[("method", "insurance"), ("amount", "2"), ("insurer", "AXA")]).await.expect(303);
    let manager = app.sign_in(Role::BillingManager).await;
    let refund = [("method", "bank_transfer"), ("amount", "1.50"), ("note", "Goodwill")];
    manager.post(&format!("/bills/{id}/refund"), &refund).await.expect(303);
    let home = manager.get("/").await.expect(200);
    for words in
        ["3.00 EUR", "7.50 EUR", "2 charges of 1 patient", "7.00 EUR", "Claims waiting", "2.00 EUR", "1.50 EUR"]
    {
        assert!(home.says(words), "{words}: {}", home.words());
    }
    let claims = manager.get("/payments/waiting").await.expect(200);
    assert!(claims.says("AXA") && claims.says(&id.code()) && !claims.says("Goodwill"), "{}", claims.words());
    let refunds = manager.get("/payments/waiting?kind=refund").await.expect(200);
    assert!(refunds.says("Goodwill") && !refunds.says("AXA"), "{}", refunds.words());
    // The desk hears what insurances answer, and approves no refunds.
    assert!(desk.get("/payments/waiting").await.expect(200).says("Decide"));
    assert!(!desk.get("/payments/waiting?kind=refund").await.expect(200).says("Decide"));
    assert!(manager.get("/charges").await.expect(200).says(&patient.code()));
    manager.post(&format!("/patients/{patient}/bills"), &[]).await.expect(303);
    assert!(manager.get("/charges").await.expect(200).says("Everything is billed"));
    // Whose sight of the books was taken away sees none of it.
    let other = app.sign_in(Role::Accountant).await;
    let user = other.user_id;
    app.write(move |db| {
        use schema::users;
        diesel::update(users::table.find(user))
            .set(users::permissions.eq("{\"deny\":[\"SeeFinancialReports\"]}"))
            .execute(db)?;
        Ok(())
    });
    assert!(!other.get("/").await.expect(200).says("Taken today"));
    other.get("/reports/revenue").await.expect(403);
}
