//! Random charges, bills, discounts, payments, claims, refunds, credit notes and deposits, some of them at the same moment:
//! after each round every bill is the sum of its lines, nothing is paid twice, each charge stands on one bill at most, and
//! what a patient owes is explained by what happened.

use std::collections::HashMap;

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{Actor, By, PermissionSet, Role};
use infirmary::accounts::model::UserId;
use infirmary::billing::bills::forms::DraftInput;
use infirmary::billing::bills::model::{Bill, BillId, BillStatus, LineId};
use infirmary::billing::forms::ChargeInput;
use infirmary::billing::payments::forms::PaymentInput;
use infirmary::billing::payments::model::{Method, PaymentId, PaymentStatus};
use infirmary::billing::totals::Discount;
use infirmary::billing::{actions, bills, payments};
use infirmary::db::DbConnection;
use infirmary::db::schema::{self, bill_lines, charge_items};
use infirmary::error::AppError;
use infirmary::patients::model::PatientId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(every_balance_is_explained_whatever_happens_and_however_many_do_it);
}

const ROUNDS: usize = 25;
const AT_ONCE: usize = 24;
const PATIENTS: usize = 3;

/// One thing that is done to a patient's account. The numbers choose among what is there.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Charge(i64),
    Draft,
    Discount(Discount),
    Issue,
    Void,
    Credit(usize),
    Pay(Method, i64),
    Refund(Method, i64),
    Decide(i64),
    Deposit(i64),
    ReturnDeposit(i64),
}

fn deed(rng: &mut StdRng) -> Deed {
    let methods = [Method::Cash, Method::CreditCard, Method::Insurance, Method::Deposit];
    let method = methods[rng.random_range(0..methods.len())];
    match rng.random_range(0..20) {
        0..4 => Deed::Charge(rng.random_range(0..9_999)),
        4..6 => Deed::Draft,
        6 => Deed::Discount(Discount::Rate(rng.random_range(0..=10_000))),
        7 => Deed::Discount(Discount::Amount(rng.random_range(0..3_000))),
        8..10 => Deed::Issue,
        10 => Deed::Void,
        11 => Deed::Credit(rng.random_range(0..4)),
        12..15 => Deed::Pay(method, rng.random_range(1..6_000)),
        15 => Deed::Refund(if method == Method::Insurance { Method::Cash } else { method }, rng.random_range(1..4_000)),
        16..18 => Deed::Decide(rng.random_range(0..2)),
        18 => Deed::Deposit(rng.random_range(1..8_000)),
        _ => Deed::ReturnDeposit(rng.random_range(1..4_000)),
    }
}

fn input(method: Method, amount: i64) -> PaymentInput {
    PaymentInput {
        method,
        amount,
        given: None,
        transaction_id: String::new(),
        insurer: String::new(),
        note: "By chance".to_owned(),
        has_failed: false,
        opening_float: Some(0),
    }
}

/// The patient's latest bill in one of these states.
fn latest(db: &mut DbConnection, patient: PatientId, states: &[BillStatus]) -> Result<Bill, AppError> {
    let found = schema::bills::table
        .filter(schema::bills::patient_id.eq(patient))
        .filter(schema::bills::status.eq_any(states.to_vec()))
        .filter(schema::bills::credit_of.is_null())
        .order(schema::bills::id.desc())
        .select(Bill::as_select())
        .first(db)
        .optional()?;
    found.ok_or_else(|| AppError::Conflict("There is none.".to_owned()))
}

const ISSUED: [BillStatus; 3] = [BillStatus::Unpaid, BillStatus::Pending, BillStatus::Paid];

/// Does it in one transaction. `key` makes a payment its own.
fn act(
    db: &mut DbConnection,
    (by, actor, other): (&By, &Actor, &Actor),
    patient: PatientId,
    deed: Deed,
    key: &str,
) -> Result<(), AppError> {
    match deed {
        Deed::Charge(unit_price) => {
            let input = ChargeInput { description: "Service".to_owned(), quantity: 3, unit_price, department_id: None };
            actions::charge_manually(db, by, actor, patient, &input)?;
        }
        Deed::Draft => {
            bills::actions::draft(db, by, actor, patient)?;
        }
        Deed::Discount(discount) => {
            let draft = latest(db, patient, &[BillStatus::Draft])?;
            let lines = bills::queries::lines(db, draft.id)?;
            let taxes = lines.iter().map(|line| (line.id, "VAT".to_owned(), 1_925)).collect();
            let input = DraftInput { discount, discount_reason: "By chance".to_owned(), taxes };
            bills::actions::edit(db, by, actor, draft.id, draft.version, &input)?;
        }
        Deed::Issue => {
            let draft = latest(db, patient, &[BillStatus::Draft])?;
            bills::actions::issue(db, by, actor, draft.id, draft.version)?;
        }
        Deed::Void => {
            let bill = latest(db, patient, &ISSUED)?;
            bills::actions::void(db, by, actor, bill.id, bill.version, "By chance")?;
        }
        Deed::Credit(at) => {
            let bill = latest(db, patient, &ISSUED)?;
            let lines: Vec<LineId> =
                bills::queries::lines(db, bill.id)?.iter().skip(at).take(1).map(|line| line.id).collect();
            bills::actions::credit(db, by, actor, bill.id, bill.version, &lines, "By chance")?;
        }
        Deed::Pay(method, amount) => {
            let bill = latest(db, patient, &ISSUED)?;
            payments::actions::take(db, by, actor, bill.id, key, &input(method, amount))?;
        }
        Deed::Refund(method, amount) => {
            let bill = latest(db, patient, &ISSUED)?;
            payments::actions::refund(db, by, actor, bill.id, key, &input(method, amount))?;
        }
        Deed::Decide(granted) => {
            let waiting: Option<(PaymentId, i64)> = schema::payments::table
                .filter(schema::payments::patient_id.eq(patient))
                .filter(schema::payments::status.eq(PaymentStatus::Pending))
                .select((schema::payments::id, schema::payments::amount))
                .first(db)
                .optional()?;
            let (id, amount) = waiting.ok_or_else(|| AppError::Conflict("There is none.".to_owned()))?;
            payments::actions::decide(db, by, other, id, amount * granted, Some(0))?;
        }
        Deed::Deposit(amount) => {
            payments::actions::deposit(db, by, actor, patient, key, &input(Method::Cash, amount))?;
        }
        Deed::ReturnDeposit(amount) => {
            payments::actions::return_deposit(db, by, actor, patient, key, &input(Method::Cash, amount))?;
        }
    }
    Ok(())
}

fn actor(user_id: UserId) -> Actor {
    Actor {
        user_id,
        first_name: "Kim".to_owned(),
        last_name: "Lee".to_owned(),
        role: Role::BillingManager,
        permissions: PermissionSet::of_role(Role::BillingManager),
        doctor_id: None,
        patient_id: None,
        has_picture: false,
    }
}

/// Bill, kind, method, status, amount.
type Paid = (Option<BillId>, String, String, String, i64);

/// What the books must always say, reckoned anew from their rows.
fn check(app: &TestApp, patient: PatientId, round: usize) {
    let scope = actor(UserId(0));
    let (rows, lines, charges, paid, held) = app.read(move |db| {
        let lines: Vec<(BillId, i64, i64, i64, bool, Option<i64>)> = bill_lines::table
            .inner_join(schema::bills::table)
            .filter(schema::bills::patient_id.eq(patient))
            .select((
                bill_lines::bill_id,
                bill_lines::amount,
                bill_lines::discount,
                bill_lines::tax,
                bill_lines::is_live,
                bill_lines::charge_item_id,
            ))
            .load(db)?;
        let charges: Vec<(i64, String, i64)> = charge_items::table
            .filter(charge_items::patient_id.eq(patient))
            .select((charge_items::id, charge_items::status, charge_items::amount))
            .load(db)?;
        let paid: Vec<Paid> = schema::payments::table
            .filter(schema::payments::patient_id.eq(patient))
            .select((
                schema::payments::bill_id,
                schema::payments::kind,
                schema::payments::method,
                schema::payments::status,
                schema::payments::amount,
            ))
            .load(db)?;
        Ok((
            bills::queries::of_patient(db, &scope, patient)?,
            lines,
            charges,
            paid,
            payments::queries::held(db, patient)?,
        ))
    });
    for row in &rows {
        let bill = &row.bill;
        let own: Vec<_> = lines.iter().filter(|line| line.0 == bill.id).collect();
        let sum = |of: fn(&(BillId, i64, i64, i64, bool, Option<i64>)) -> i64| own.iter().map(|l| of(l)).sum::<i64>();
        let (amount, discount, tax) = (sum(|l| l.1), sum(|l| l.2), sum(|l| l.3));
        assert_eq!((bill.subtotal, bill.discount, bill.tax), (amount, discount, tax), "round {round}: {}", bill.id);
        assert_eq!(bill.total, amount - discount + tax, "round {round}: {}", bill.id);
        assert!(own.iter().all(|line| line.4 != (bill.status == BillStatus::Void)), "round {round}: {}", bill.id);
        let back: i64 = rows.iter().filter(|r| r.bill.credit_of == Some(bill.id)).map(|r| r.bill.total).sum();
        let sum = |kind: &str, state: &str| -> i64 {
            paid.iter().filter(|p| p.0 == Some(bill.id) && p.1 == kind && p.3 == state).map(|p| p.4).sum()
        };
        let net = sum("payment", "success") - sum("refund", "success");
        assert!(net >= 0 && net <= bill.total.max(0), "round {round}: {} took {net}", bill.id);
        if bill.counts() && bill.credit_of.is_none() {
            assert_eq!(row.rest, bill.total + back - net, "round {round}: {}", bill.id);
            assert_eq!(bill.status == BillStatus::Paid, row.rest <= 0, "round {round}: {}", bill.id);
        } else {
            assert_eq!((row.rest, net), (0, 0), "round {round}: {}", bill.id);
        }
    }
    // Each charge stands on one bill that is not void, or is open.
    let mut billed: HashMap<i64, usize> = HashMap::new();
    for charge in lines.iter().filter(|line| line.4).filter_map(|line| line.5) {
        *billed.entry(charge).or_default() += 1;
    }
    for (id, status, _) in &charges {
        let count = billed.get(id).copied().unwrap_or(0);
        assert_eq!(count, usize::from(status == "billed"), "round {round}: charge {id} is {status}");
    }
    // What is held is what came, less what was used and what went or is promised back.
    let kept: i64 = paid
        .iter()
        .map(|(_, kind, method, status, amount)| match (kind.as_str(), method.as_str(), status.as_str()) {
            (_, _, "failed") => 0,
            ("deposit", _, "success") | ("refund", "deposit", "success") => *amount,
            ("deposit_return", ..) | ("payment", "deposit", _) => -amount,
            _ => 0,
        })
        .sum();
    assert!(kept >= 0, "round {round}");
    assert_eq!(held.iter().map(|(_, sum)| sum).sum::<i64>(), kept, "round {round}");
}

async fn every_balance_is_explained_whatever_happens_and_however_many_do_it(app: TestApp) {
    let mut rng = StdRng::seed_from_u64(5);
    let now = app.now();
    let (patients, people) = app.write(move |db| {
        let patients: Vec<PatientId> =
            (0..PATIENTS).map(|_| factory::patient(db, now)).collect::<Result<_, AppError>>()?;
        Ok((patients, [factory::person(db, Role::BillingManager, now)?, factory::person(db, Role::Accountant, now)?]))
    });
    let (mut done, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let deeds: Vec<(PatientId, Deed)> =
            (0..AT_ONCE).map(|_| (patients[rng.random_range(0..PATIENTS)], deed(&mut rng))).collect();
        let doing = deeds.into_iter().enumerate().map(|(at, (patient, deed))| {
            let db = app.db.clone();
            async move {
                let (by, actor, other) = (By::system(now), actor(people[0]), actor(people[1]));
                let by = By { actor: Some(other.clone()), ..by };
                let key = format!("{round} {at}");
                (deed, db.write(move |db| act(db, (&by, &actor, &other), patient, deed, &key)).await)
            }
        });
        for (deed, result) in join_all(doing).await {
            match result {
                Ok(()) => done += 1,
                // There is none, or not so much, or somebody was first: nothing changed.
                Err(AppError::Conflict(_) | AppError::Constraint(_) | AppError::Stale(_)) => refused += 1,
                Err(other) => panic!("{deed:?} in round {round}: {other:?}"),
            }
        }
        for patient in &patients {
            check(&app, *patient, round);
        }
    }
    assert!(done > ROUNDS * AT_ONCE / 4 && refused > 0, "{done} done, {refused} refused");
}
