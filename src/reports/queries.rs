//! SQL of the books: everything is summed by the database, over indexes on time.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Act, Age, Event, Owed, Revenue, Row, Takings, in_order};
use super::period::Step;
use crate::billing::bills;
use crate::billing::bills::model::{Bill, BillId, BillRow, BillStatus};
use crate::billing::payments::model::{Method, PaymentId, PaymentKind, PaymentStatus};
use crate::db::DbConnection;
use crate::db::functions::{Total, time_or_else};
use crate::db::schema::{bill_lines, bills as b, charge_items, departments, doctors, patients, payments, users};
use crate::departments::model::DepartmentId;
use crate::doctors::model::{DoctorId, doctor_name};
use crate::patients::model::PatientId;
use crate::time::Zone;

/// From an instant to the first that is past it, in UTC.
type Span = (NaiveDateTime, NaiveDateTime);

/// What was billed between two instants.
pub fn revenue(db: &mut DbConnection, currency: &str, (from, before): Span) -> QueryResult<Revenue> {
    let issued =
        || b::table.filter(b::issued_at.ge(from)).filter(b::issued_at.lt(before)).filter(b::currency.eq(currency));
    let by_status: Vec<(BillStatus, i64, i64, i64)> = issued()
        .filter(b::credit_of.is_null())
        .group_by(b::status)
        .select((b::status, count_star(), Total(b::total), Total(b::tax)))
        .load(db)?;
    let (total, tax): (i64, i64) =
        issued().filter(b::credit_of.is_not_null()).select((Total(b::total), Total(b::tax))).first(db)?;
    let notes = Revenue { credited: -total, tax, ..Revenue::default() };
    Ok(by_status
        .into_iter()
        .fold(notes, |sum, (status, count, total, tax)| sum.plus(billed(status, count, total, tax))))
}

/// What was issued and stands, or is void by now.
fn billed(status: BillStatus, count: i64, total: i64, tax: i64) -> Revenue {
    match status {
        BillStatus::Void => Revenue { issued: total, void: total, ..Revenue::default() },
        _ => Revenue { count, issued: total, tax, ..Revenue::default() },
    }
}

/// What was billed in each part of a period.
pub fn revenue_by_step(
    db: &mut DbConnection,
    currency: &str,
    zone: Zone,
    steps: Vec<Step>,
) -> QueryResult<Vec<Row<Revenue>>> {
    let row = |step: Step| {
        let figures = revenue(db, currency, step.period.span(zone))?;
        Ok(Row { label: step.long, short: step.short, figures })
    };
    steps.into_iter().map(row).collect()
}

diesel::alias! {
    const CREDITED: Alias<Credited> = bill_lines as credited;
    const NOTES: Alias<Notes> = b as notes;
}
diesel::allow_columns_to_appear_in_same_group_by_clause!(b::status, charge_items::department_id);
diesel::allow_columns_to_appear_in_same_group_by_clause!(b::status, charge_items::doctor_id);

/// What was billed between two instants by the department that it was charged for, the most first.
pub fn revenue_by_department(
    db: &mut DbConnection,
    currency: &str,
    (from, before): Span,
) -> QueryResult<Vec<Row<Revenue>>> {
    let lines: Vec<(Option<DepartmentId>, BillStatus, i64, i64, i64)> = b::table
        .inner_join(bill_lines::table.on(bill_lines::bill_id.eq(b::id)))
        .inner_join(charge_items::table.on(bill_lines::charge_item_id.eq(charge_items::id.nullable())))
        .filter(b::issued_at.ge(from))
        .filter(b::issued_at.lt(before))
        .filter(b::currency.eq(currency))
        .group_by((charge_items::department_id, b::status))
        .select((
            charge_items::department_id,
            b::status,
            count_star(),
            Total(bill_lines::amount - bill_lines::discount + bill_lines::tax),
            Total(bill_lines::tax),
        ))
        .load(db)?;
    let notes: Vec<(Option<DepartmentId>, i64, i64)> = b::table
        .inner_join(bill_lines::table.on(bill_lines::bill_id.eq(b::id)))
        .inner_join(CREDITED.on(bill_lines::credits_line_id.eq(CREDITED.field(bill_lines::id).nullable())))
        .inner_join(charge_items::table.on(CREDITED.field(bill_lines::charge_item_id).eq(charge_items::id.nullable())))
        .filter(b::issued_at.ge(from))
        .filter(b::issued_at.lt(before))
        .filter(b::currency.eq(currency))
        .filter(b::credit_of.is_not_null())
        .group_by(charge_items::department_id)
        .select((
            charge_items::department_id,
            Total(bill_lines::amount - bill_lines::discount + bill_lines::tax),
            Total(bill_lines::tax),
        ))
        .load(db)?;
    let names: Vec<(DepartmentId, String)> =
        departments::table.select((departments::id, departments::name)).load(db)?;
    let name = |id: Option<i64>| {
        let own = id.and_then(|id| names.iter().find(|(own, _)| own.0 == id));
        own.map_or_else(|| "No department".to_owned(), |(_, name)| name.clone())
    };
    let lines = lines.into_iter().map(|(of, status, count, total, tax)| (of.map(|of| of.0), status, count, total, tax));
    Ok(grouped(lines, notes.into_iter().map(|(of, total, tax)| (of.map(|of| of.0), total, tax)), name))
}

/// What was billed between two instants by the doctor who did it, the most first.
pub fn revenue_by_doctor(
    db: &mut DbConnection,
    currency: &str,
    (from, before): Span,
) -> QueryResult<Vec<Row<Revenue>>> {
    let lines: Vec<(Option<DoctorId>, BillStatus, i64, i64, i64)> = b::table
        .inner_join(bill_lines::table.on(bill_lines::bill_id.eq(b::id)))
        .inner_join(charge_items::table.on(bill_lines::charge_item_id.eq(charge_items::id.nullable())))
        .filter(b::issued_at.ge(from))
        .filter(b::issued_at.lt(before))
        .filter(b::currency.eq(currency))
        .group_by((charge_items::doctor_id, b::status))
        .select((
            charge_items::doctor_id,
            b::status,
            count_star(),
            Total(bill_lines::amount - bill_lines::discount + bill_lines::tax),
            Total(bill_lines::tax),
        ))
        .load(db)?;
    let notes: Vec<(Option<DoctorId>, i64, i64)> = b::table
        .inner_join(bill_lines::table.on(bill_lines::bill_id.eq(b::id)))
        .inner_join(CREDITED.on(bill_lines::credits_line_id.eq(CREDITED.field(bill_lines::id).nullable())))
        .inner_join(charge_items::table.on(CREDITED.field(bill_lines::charge_item_id).eq(charge_items::id.nullable())))
        .filter(b::issued_at.ge(from))
        .filter(b::issued_at.lt(before))
        .filter(b::currency.eq(currency))
        .filter(b::credit_of.is_not_null())
        .group_by(charge_items::doctor_id)
        .select((
            charge_items::doctor_id,
            Total(bill_lines::amount - bill_lines::discount + bill_lines::tax),
            Total(bill_lines::tax),
        ))
        .load(db)?;
    let names: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table.on(doctors::user_id.eq(users::id)))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    let name = |id: Option<i64>| {
        let own = id.and_then(|id| names.iter().find(|(own, ..)| own.0 == id));
        own.map_or_else(|| "No doctor".to_owned(), |(_, first, last)| doctor_name(first, last))
    };
    let lines = lines.into_iter().map(|(of, status, count, total, tax)| (of.map(|of| of.0), status, count, total, tax));
    Ok(grouped(lines, notes.into_iter().map(|(of, total, tax)| (of.map(|of| of.0), total, tax)), name))
}

/// Lines of bills and of credit notes, put together by whose they are; those that belong to nobody stand last.
fn grouped(
    lines: impl Iterator<Item = (Option<i64>, BillStatus, i64, i64, i64)>,
    notes: impl Iterator<Item = (Option<i64>, i64, i64)>,
    name: impl Fn(Option<i64>) -> String,
) -> Vec<Row<Revenue>> {
    let mut sums: BTreeMap<Option<i64>, Revenue> = BTreeMap::new();
    for (of, status, count, total, tax) in lines {
        let sum = sums.entry(of).or_default();
        *sum = sum.plus(billed(status, count, total, tax));
    }
    for (of, total, tax) in notes {
        let sum = sums.entry(of).or_default();
        *sum = sum.plus(Revenue { credited: -total, tax, ..Revenue::default() });
    }
    let mut rows: Vec<(bool, Row<Revenue>)> = sums
        .into_iter()
        .map(|(of, figures)| (of.is_none(), Row { label: name(of), short: String::new(), figures }))
        .collect();
    rows.sort_by(|(none, row), (other_none, other)| {
        let by_sum = || other.figures.total().cmp(&row.figures.total());
        none.cmp(other_none).then_with(by_sum).then_with(|| row.label.cmp(&other.label))
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What was paid between two instants, by method.
pub fn takings_by_method(
    db: &mut DbConnection,
    currency: &str,
    (from, before): Span,
) -> QueryResult<Vec<(Method, Takings)>> {
    // What is moved between a deposit and a bill was taken before.
    let found: Vec<(Method, PaymentKind, i64, i64)> = payments::table
        .filter(payments::status.eq(PaymentStatus::Success))
        .filter(time_or_else(payments::decided_at, payments::taken_at).ge(from))
        .filter(time_or_else(payments::decided_at, payments::taken_at).lt(before))
        .filter(payments::currency.eq(currency))
        .filter(payments::method.ne(Method::Deposit))
        .group_by((payments::method, payments::kind))
        .select((payments::method, payments::kind, count_star(), Total(payments::amount)))
        .load(db)?;
    let methods = [Method::Cash, Method::CreditCard, Method::BankTransfer, Method::Insurance];
    Ok(methods
        .into_iter()
        .map(|method| {
            let own = found.iter().filter(|(of, ..)| *of == method);
            let figures = own.fold(Takings::default(), |sum, (_, kind, count, amount)| {
                sum.plus(match kind.goes_out() {
                    false => Takings { payments: *count, received: *amount, ..Takings::default() },
                    true => Takings { refunds: *count, paid_back: *amount, ..Takings::default() },
                })
            });
            (method, figures)
        })
        .collect())
}

/// What was paid between two instants.
pub fn takings(db: &mut DbConnection, currency: &str, span: Span) -> QueryResult<Takings> {
    let by_method = takings_by_method(db, currency, span)?;
    Ok(by_method.into_iter().fold(Takings::default(), |sum, (_, figures)| sum.plus(figures)))
}

/// What was paid in each part of a period.
pub fn takings_by_step(
    db: &mut DbConnection,
    currency: &str,
    zone: Zone,
    steps: Vec<Step>,
) -> QueryResult<Vec<Row<Takings>>> {
    let row = |step: Step| {
        let figures = takings(db, currency, step.period.span(zone))?;
        Ok(Row { label: step.long, short: step.short, figures })
    };
    steps.into_iter().map(row).collect()
}

/// The states of bills that something is left to pay of.
const OPEN: [BillStatus; 2] = [BillStatus::Unpaid, BillStatus::Pending];

/// What is left today of the open bills of an age.
pub fn owed(db: &mut DbConnection, currency: &str, age: Age, today: NaiveDate) -> QueryResult<Owed> {
    let (first, last) = age.due(today);
    let open = || {
        b::table
            .filter(b::status.eq_any(OPEN))
            .filter(b::due_on.between(first, last))
            .filter(b::currency.eq(currency))
            .filter(b::credit_of.is_null())
    };
    let (bills, total): (i64, i64) = open().select((count_star(), Total(b::total))).first(db)?;
    let credited: i64 = NOTES
        .filter(NOTES.field(b::credit_of).eq_any(open().select(b::id.nullable())))
        .filter(NOTES.field(b::status).ne(BillStatus::Draft))
        .select(Total(NOTES.field(b::total)))
        .first(db)?;
    let paid: Vec<(PaymentKind, PaymentStatus, i64)> = payments::table
        .filter(payments::bill_id.eq_any(open().select(b::id.nullable())))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .group_by((payments::kind, payments::status))
        .select((payments::kind, payments::status, Total(payments::amount)))
        .load(db)?;
    let mut owed = Owed { bills, billed: total + credited, ..Owed::default() };
    for (kind, status, amount) in paid {
        match (kind, status) {
            (PaymentKind::Payment, PaymentStatus::Success) => owed.paid += amount,
            (PaymentKind::Refund, PaymentStatus::Success) => owed.paid -= amount,
            (PaymentKind::Payment, PaymentStatus::Pending) => owed.claimed += amount,
            _ => {}
        }
    }
    Ok(owed)
}

/// The open bills of an age, or of all, those due first at the front.
pub fn open_bills(
    db: &mut DbConnection,
    currency: &str,
    (first, last): (NaiveDate, NaiveDate),
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<BillRow>> {
    let found: Vec<(Bill, String, String)> = b::table
        .inner_join(patients::table)
        .filter(b::status.eq_any(OPEN))
        .filter(b::due_on.between(first, last))
        .filter(b::currency.eq(currency))
        .filter(b::credit_of.is_null())
        .order((b::due_on, b::id))
        .offset(offset)
        .limit(limit)
        .select((Bill::as_select(), patients::first_name, patients::last_name))
        .load(db)?;
    bills::queries::with_rests(
        db,
        found.into_iter().map(|(bill, first, last)| (bill, format!("{first} {last}"))).collect(),
    )
}

/// Everything that happened in the books between two instants, in order, with running sums.
pub fn day_book(db: &mut DbConnection, currency: &str, (from, before): Span) -> QueryResult<Vec<Event>> {
    let entry = |at: NaiveDateTime, act: Act, bill: Option<BillId>, patient: PatientId, amount: i64| Event {
        at,
        act,
        bill,
        patient,
        payment: None,
        amount,
        billed: 0,
        paid: 0,
    };
    let issued: Vec<(BillId, Option<BillId>, PatientId, Option<NaiveDateTime>, i64)> = b::table
        .filter(b::issued_at.ge(from))
        .filter(b::issued_at.lt(before))
        .filter(b::currency.eq(currency))
        .select((b::id, b::credit_of, b::patient_id, b::issued_at, b::total))
        .load(db)?;
    let voided: Vec<(BillId, PatientId, Option<NaiveDateTime>, i64)> = b::table
        .filter(b::voided_at.ge(from))
        .filter(b::voided_at.lt(before))
        .filter(b::currency.eq(currency))
        .select((b::id, b::patient_id, b::voided_at, b::total))
        .load(db)?;
    type Paid = (PaymentId, PaymentKind, Method, NaiveDateTime, i64, Option<BillId>, PatientId);
    let paid: Vec<Paid> = payments::table
        .filter(payments::status.eq(PaymentStatus::Success))
        .filter(time_or_else(payments::decided_at, payments::taken_at).ge(from))
        .filter(time_or_else(payments::decided_at, payments::taken_at).lt(before))
        .filter(payments::currency.eq(currency))
        .select((
            payments::id,
            payments::kind,
            payments::method,
            time_or_else(payments::decided_at, payments::taken_at),
            payments::amount,
            payments::bill_id,
            payments::patient_id,
        ))
        .load(db)?;
    let mut events: Vec<Event> = Vec::with_capacity(issued.len() + voided.len() + paid.len());
    for (bill, credit_of, patient, at, total) in issued {
        let act = if credit_of.is_some() { Act::Credited } else { Act::Issued };
        events.extend(at.map(|at| entry(at, act, Some(bill), patient, total)));
    }
    for (bill, patient, at, total) in voided {
        events.extend(at.map(|at| entry(at, Act::Voided, Some(bill), patient, -total)));
    }
    for (payment, kind, method, at, amount, bill, patient) in paid {
        let amount = if kind.goes_out() { -amount } else { amount };
        let event = entry(at, Act::of(kind, method), bill, patient, amount);
        events.push(Event { payment: Some((payment, method)), ..event });
    }
    Ok(in_order(events))
}
