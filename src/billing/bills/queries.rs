//! SQL of bills.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::IntoBoxed;
use diesel::prelude::*;

use super::model::{Bill, BillId, BillRow, BillStatus, Line, LineId, NewBill, NewLine};
use crate::access::{Actor, By, Role};
use crate::appointments::model::AppointmentId;
use crate::billing::model::ChargeId;
use crate::billing::payments;
use crate::billing::queries::payer;
use crate::billing::totals::Totals;
use crate::db::fold::{contains, fold};
use crate::db::schema::{bill_lines, bills, charge_items, patients};
use crate::db::{DbConnection, MultiBackend};
use crate::patients::model::PatientId;

/// What of the typed words is looked at.
const LONGEST: usize = 80;
const MOST_WORDS: usize = 5;

/// A bill of a patient whose bills the person may see. Patients know of no drafts.
pub fn find(db: &mut DbConnection, actor: &Actor, id: BillId) -> QueryResult<Bill> {
    let bill: Bill = bills::table.find(id).select(Bill::as_select()).first(db)?;
    payer(db, actor, bill.patient_id)?;
    if bill.status == BillStatus::Draft && actor.role == Role::Patient {
        return Err(diesel::result::Error::NotFound);
    }
    Ok(bill)
}

/// The lines of a bill in their order.
pub fn lines(db: &mut DbConnection, id: BillId) -> QueryResult<Vec<Line>> {
    bill_lines::table.filter(bill_lines::bill_id.eq(id)).order(bill_lines::position).select(Line::as_select()).load(db)
}

/// The lines of a bill that a credit note took back.
pub fn credited_lines(db: &mut DbConnection, id: BillId) -> QueryResult<Vec<LineId>> {
    let own: Vec<i64> = bill_lines::table.filter(bill_lines::bill_id.eq(id)).select(bill_lines::id).load(db)?;
    let found: Vec<Option<LineId>> = bill_lines::table
        .filter(bill_lines::credits_line_id.eq_any(own))
        .filter(bill_lines::is_live.eq(true))
        .select(bill_lines::credits_line_id)
        .load(db)?;
    Ok(found.into_iter().flatten().collect())
}

/// The credit notes of a bill.
pub fn credits(db: &mut DbConnection, id: BillId) -> QueryResult<Vec<Bill>> {
    bills::table.filter(bills::credit_of.eq(id)).order(bills::id).select(Bill::as_select()).load(db)
}

/// A patient's bills, the latest first. Patients see no drafts.
pub fn of_patient(db: &mut DbConnection, actor: &Actor, patient: PatientId) -> QueryResult<Vec<BillRow>> {
    let mut query = bills::table.into_boxed::<MultiBackend>().filter(bills::patient_id.eq(patient));
    if actor.role == Role::Patient {
        query = query.filter(bills::status.ne(BillStatus::Draft));
    }
    let found: Vec<Bill> = query.order(bills::id.desc()).select(Bill::as_select()).load(db)?;
    with_rests(db, found.into_iter().map(|bill| (bill, String::new())).collect())
}

/// What is still to be paid of a bill; nothing for drafts, void bills and credit notes.
pub fn rest(db: &mut DbConnection, bill: &Bill) -> QueryResult<i64> {
    Ok(with_rests(db, vec![(bill.clone(), String::new())])?.first().map_or(0, |row| row.rest))
}

/// Bills with their patients, and what is still to be paid of each.
pub fn with_rests(db: &mut DbConnection, found: Vec<(Bill, String)>) -> QueryResult<Vec<BillRow>> {
    let ids: Vec<BillId> = found.iter().map(|(bill, _)| bill.id).collect();
    let credited: Vec<(Option<BillId>, i64)> = bills::table
        .filter(bills::credit_of.eq_any(ids.iter().map(|id| id.0).collect::<Vec<i64>>()))
        .filter(bills::status.ne(BillStatus::Draft))
        .select((bills::credit_of, bills::total))
        .load(db)?;
    let paid = payments::queries::sums(db, &ids)?;
    let row = |(bill, patient): (Bill, String)| {
        let paid = paid.iter().find(|(id, ..)| *id == bill.id).map_or(0, |(_, sum, _)| *sum);
        let back: i64 = credited.iter().filter(|(of, _)| *of == Some(bill.id)).map(|(_, total)| total).sum();
        let rest = if bill.counts() && bill.credit_of.is_none() { bill.total + back - paid } else { 0 };
        BillRow { bill, patient, rest }
    };
    Ok(found.into_iter().map(row).collect())
}

/// What a list is narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Which {
    #[default]
    All,
    /// Issued, and something is left to pay.
    Open,
    Overdue,
    Paid,
    Draft,
    Void,
    Credit,
}

/// Bills beside their patients.
#[diesel::dsl::auto_type]
fn joined() -> _ {
    bills::table.inner_join(patients::table)
}

fn narrowed(which: Which, words: &str, today: NaiveDate) -> IntoBoxed<'static, joined, MultiBackend> {
    let mut query = joined().into_boxed();
    let open = [BillStatus::Unpaid, BillStatus::Pending];
    query = match which {
        Which::All => query,
        Which::Open => query.filter(bills::status.eq_any(open)),
        Which::Overdue => query.filter(bills::status.eq_any(open)).filter(bills::due_on.lt(today)),
        Which::Paid => query.filter(bills::status.eq(BillStatus::Paid)).filter(bills::credit_of.is_null()),
        Which::Draft => query.filter(bills::status.eq(BillStatus::Draft)),
        Which::Void => query.filter(bills::status.eq(BillStatus::Void)),
        Which::Credit => query.filter(bills::credit_of.is_not_null()),
    };
    let words: String = words.chars().take(LONGEST).collect();
    if let Some(id) = BillId::from_code(&words) {
        return query.filter(bills::id.eq(id));
    }
    if let Some(patient) = PatientId::from_code(&words) {
        return query.filter(bills::patient_id.eq(patient));
    }
    for word in fold(&words).split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS) {
        query = query.filter(patients::name_search.like(contains(word)).escape('\\'));
    }
    query
}

/// How many bills the filter lets through. For staff: everybody's.
pub fn count(db: &mut DbConnection, which: Which, words: &str, today: NaiveDate) -> QueryResult<i64> {
    narrowed(which, words, today).count().get_result(db)
}

/// The bills that the filter lets through, the latest first. For staff: everybody's.
pub fn list(
    db: &mut DbConnection,
    which: Which,
    words: &str,
    today: NaiveDate,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<BillRow>> {
    let found: Vec<(Bill, String, String)> = narrowed(which, words, today)
        .order(bills::id.desc())
        .select((Bill::as_select(), patients::first_name, patients::last_name))
        .offset(offset)
        .limit(limit)
        .load(db)?;
    with_rests(db, found.into_iter().map(|(bill, first, last)| (bill, format!("{first} {last}"))).collect())
}

/// Makes a draft without lines.
pub fn insert(db: &mut DbConnection, new: &NewBill) -> QueryResult<BillId> {
    diesel::insert_into(bills::table).values(new).returning(bills::id).get_result(db)
}

/// Adds a line. A charge that is billed already violates `ck_bill_lines_charge`.
pub fn insert_line(db: &mut DbConnection, new: &NewLine) -> QueryResult<()> {
    diesel::insert_into(bill_lines::table).values(new).execute(db).map(|_| ())
}

/// Takes a line off a draft; its charge is open again.
pub fn delete_line(db: &mut DbConnection, id: LineId) -> QueryResult<()> {
    diesel::delete(bill_lines::table.find(id)).execute(db).map(|_| ())
}

/// Puts a tax on a line of a draft, with its share of the discount.
pub fn set_line(
    db: &mut DbConnection,
    line: &Line,
    (tax_name, tax_rate): (&str, i32),
    discount: i64,
    tax: i64,
) -> QueryResult<()> {
    diesel::update(bill_lines::table.find(line.id))
        .set((
            bill_lines::tax_name.eq(tax_name),
            bill_lines::tax_rate.eq(tax_rate),
            bill_lines::discount.eq(discount),
            bill_lines::tax.eq(tax),
        ))
        .execute(db)
        .map(|_| ())
}

/// What is taken off a draft and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// Basis points, where it was given in percent.
    pub rate: Option<i32>,
    pub reason: String,
}

/// Saves what a draft of this version comes to; `false` when somebody else changed it first.
pub fn set_totals(
    db: &mut DbConnection,
    bill: &Bill,
    totals: &Totals,
    off: &Off,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(bills::table.find(bill.id).filter(bills::version.eq(bill.version)))
        .set((
            bills::subtotal.eq(totals.subtotal),
            bills::discount.eq(totals.discount),
            bills::discount_rate.eq(off.rate),
            bills::discount_reason.eq(&off.reason),
            bills::tax.eq(totals.tax),
            bills::total.eq(totals.total),
            bills::version.eq(bill.version + 1),
            bills::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Issues a draft of this version; `false` when somebody else was first.
pub fn issue(db: &mut DbConnection, by: &By, bill: &Bill, due_on: NaiveDate) -> QueryResult<bool> {
    let status = if bill.total > 0 { BillStatus::Unpaid } else { BillStatus::Paid };
    let changed = diesel::update(bills::table.find(bill.id).filter(bills::version.eq(bill.version)))
        .set((
            bills::status.eq(status),
            bills::issued_by.eq(by.user_id()),
            bills::issued_at.eq(by.now),
            bills::due_on.eq(due_on),
            bills::version.eq(bill.version + 1),
            bills::updated_at.eq(by.now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Voids a bill of this version; `false` when somebody else was first.
pub fn void(db: &mut DbConnection, by: &By, bill: &Bill, reason: &str) -> QueryResult<bool> {
    let changed = diesel::update(bills::table.find(bill.id).filter(bills::version.eq(bill.version)))
        .set((
            bills::status.eq(BillStatus::Void),
            bills::voided_by.eq(by.user_id()),
            bills::voided_at.eq(by.now),
            bills::reason.eq(reason),
            bills::version.eq(bill.version + 1),
            bills::updated_at.eq(by.now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Brings an issued bill into the state that follows from what was paid.
pub fn set_status(db: &mut DbConnection, bill: &Bill, status: BillStatus, now: NaiveDateTime) -> QueryResult<bool> {
    let changed = diesel::update(bills::table.find(bill.id).filter(bills::version.eq(bill.version)))
        .set((bills::status.eq(status), bills::version.eq(bill.version + 1), bills::updated_at.eq(now)))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes a draft with its lines.
pub fn delete(db: &mut DbConnection, id: BillId) -> QueryResult<()> {
    diesel::delete(bill_lines::table.filter(bill_lines::bill_id.eq(id))).execute(db)?;
    diesel::delete(bills::table.find(id)).execute(db).map(|_| ())
}

/// The appointments of charges.
pub fn appointments_of(db: &mut DbConnection, charges: &[ChargeId]) -> QueryResult<Vec<AppointmentId>> {
    let found: Vec<Option<AppointmentId>> = charge_items::table
        .filter(charge_items::id.eq_any(charges.iter().map(|id| id.0).collect::<Vec<_>>()))
        .filter(charge_items::appointment_id.is_not_null())
        .select(charge_items::appointment_id)
        .load(db)?;
    Ok(found.into_iter().flatten().collect())
}
