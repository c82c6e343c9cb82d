//! Entering, amending and reading results. Doctors enter what the laboratory says of their patients' tests; the desk may
//! bring its report.

use super::model::{Findings, Order, ResultId, TestOrderId, TestResult};
use super::queries::{self, NewResult};
use crate::access::{Actor, By};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::documents::actions::Added;
use crate::documents::forms::DocumentInput;
use crate::documents::model::{DocumentId, DocumentKind};
use crate::documents::receive::Stored;
use crate::error::{AppError, StaleEdit};
use crate::notifications::model::Notice;
use crate::{billing, doctors, documents, notifications, patients};

/// Tells the doctor who ordered a test that there is something to read, unless the doctor entered it.
fn tell_doctor(db: &mut DbConnection, by: &By, order: &Order, result: ResultId) -> Result<(), AppError> {
    let notice = Notice {
        user_id: doctors::queries::find(db, order.doctor_id)?.user_id,
        event: format!("test_result:{result}:entered"),
        message: "The result of a test that you ordered has come.".to_owned(),
        link: format!("/test-orders/{}", order.id),
    };
    notifications::actions::notify(db, by, &notice)
}

/// Charges a test whose first result has come, when it has a price.
fn charge(db: &mut DbConnection, by: &By, order: &Order) -> Result<(), AppError> {
    let test = billing::actions::PerformedTest {
        order: order.id,
        name: &order.test,
        patient: order.patient_id,
        doctor: order.doctor_id,
    };
    billing::actions::charge_test(db, by, test)
}

/// Tells a patient who signs in that a result can be read now.
fn tell_patient(db: &mut DbConnection, by: &By, order: &Order, result: ResultId) -> Result<(), AppError> {
    let Some(user_id) = patients::queries::load(db, order.patient_id)?.user_id else { return Ok(()) };
    let notice = Notice {
        user_id,
        event: format!("test_result:{result}:reviewed"),
        message: "A doctor has read a test result of yours. You can read it now.".to_owned(),
        link: format!("/test-orders/{}", order.id),
    };
    notifications::actions::notify(db, by, &notice)
}

/// The report of a laboratory that comes with a result: a file that is already stored.
fn add_report(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    order: &Order,
    report: Option<&Stored>,
) -> Result<Option<Added>, AppError> {
    let Some(file) = report else { return Ok(None) };
    let input = DocumentInput { kind: DocumentKind::Laboratory, title: order.test.clone(), encounter: None };
    Ok(Some(documents::actions::add(db, by, actor, order.patient_id, &input, Some(order.id), file)?))
}

/// The ordered test, of a patient whose record the person may open.
fn order(db: &mut DbConnection, actor: &Actor, id: TestOrderId) -> Result<Order, AppError> {
    let order = queries::find(db, actor, id)?;
    patients::queries::find(db, actor, order.patient_id)?;
    Ok(order)
}

/// What came of entering a result.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    pub result: ResultId,
    /// What became of the file that came with it.
    pub report: Option<Added>,
}

/// Enters the first result of a test.
///
/// # Errors
/// `NotFound` out of the person's scope; `Constraint` when there is a result that counts; `Conflict` without room for
/// the report.
pub fn enter(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: TestOrderId,
    findings: &Findings,
    report: Option<&Stored>,
) -> Result<Entered, AppError> {
    let order = order(db, actor, id)?;
    let report = add_report(db, by, actor, &order, report)?;
    let new = NewResult { document: report.map(Added::id), amends: None, entered_by: by.user_id() };
    let result = queries::insert(db, &order, &new, findings, by.now)?;
    let entry = Entry::new("entered", "test_result", result)
        .patient(order.patient_id)
        .note("test_order", order.id.0)
        .note("values", findings.values.len());
    audit::record(db, by, &entry)?;
    charge(db, by, &order)?;
    tell_doctor(db, by, &order, result)?;
    Ok(Entered { result, report })
}

/// What is put in the place of a result.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// The result that the person saw.
    pub seen: ResultId,
    pub findings: Findings,
    pub reason: String,
}

/// Puts an amended result in the place of the one that was seen, which stays readable. It is unread again.
///
/// # Errors
/// `Stale` with both when another one counts by now.
pub fn amend(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: TestOrderId,
    amendment: &Amendment,
    report: Option<&Stored>,
) -> Result<Entered, AppError> {
    let Amendment { seen, findings, reason } = amendment;
    let order = order(db, actor, id)?;
    let Some(before) = queries::current_of(db, id)? else {
        return Err(AppError::Conflict("The result was marked as entered in error. Enter it anew.".to_owned()));
    };
    if before.id != *seen {
        return Err(stale(db, &before, findings)?.into());
    }
    let report = add_report(db, by, actor, &order, report)?;
    let result = replace(db, by, &order, &before, findings, reason, report.map(Added::id))?;
    Ok(Entered { result, report })
}

fn replace(
    db: &mut DbConnection,
    by: &By,
    order: &Order,
    before: &TestResult,
    findings: &Findings,
    reason: &str,
    report: Option<DocumentId>,
) -> Result<ResultId, AppError> {
    if !queries::replace(db, before.id, by.now)? {
        return Err(AppError::Constraint("ux_test_results_amends_id".to_owned()));
    }
    let new = NewResult {
        document: report.or(before.document_id),
        amends: Some((before.id, reason.to_owned())),
        entered_by: by.user_id(),
    };
    let result = queries::insert(db, order, &new, findings, by.now)?;
    let entry = Entry::new("amended", "test_result", result)
        .patient(order.patient_id)
        .note("test_order", order.id.0)
        .note("amends", before.id.0)
        .reason(reason);
    audit::record(db, by, &entry)?;
    tell_doctor(db, by, order, result)?;
    Ok(result)
}

fn stale(db: &mut DbConnection, theirs: &TestResult, yours: &Findings) -> Result<StaleEdit, AppError> {
    let stored = queries::all_of(db, theirs.test_order_id)?.into_iter().find(|row| row.result.id == theirs.id);
    let (values, conclusion) =
        stored.map(|row| (row.findings().values_text(), row.result.conclusion.clone())).unwrap_or_default();
    Ok(StaleEdit::new("This result", &format!("/test-orders/{}/amend", theirs.test_order_id))
        .row("Values", yours.values_text(), values)
        .row("Conclusion", &yours.conclusion, conclusion))
}

/// Adds the laboratory's report to a test: as its result when it has none, else beside what it says already. Either way
/// the doctor has it among the unread ones.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` without room for it.
pub fn attach(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: TestOrderId,
    report: &Stored,
) -> Result<Added, AppError> {
    let order = order(db, actor, id)?;
    let input = DocumentInput { kind: DocumentKind::Laboratory, title: order.test.clone(), encounter: None };
    let added = documents::actions::add(db, by, actor, order.patient_id, &input, Some(order.id), report)?;
    match queries::current_of(db, id)? {
        None => {
            let findings = Findings { resulted_at: by.now, conclusion: String::new(), values: Vec::new() };
            let new = NewResult { document: Some(added.id()), amends: None, entered_by: by.user_id() };
            let result = queries::insert(db, &order, &new, &findings, by.now)?;
            let entry =
                Entry::new("entered", "test_result", result).patient(order.patient_id).note("test_order", order.id.0);
            audit::record(db, by, &entry)?;
            charge(db, by, &order)?;
            tell_doctor(db, by, &order, result)?;
        }
        // The very report is there already: nothing is new.
        Some(before) if before.document_id == Some(added.id()) => {}
        Some(before) => {
            let row = queries::all_of(db, id)?.into_iter().find(|row| row.result.id == before.id);
            let findings = row.ok_or(AppError::NotFound)?.findings();
            replace(db, by, &order, &before, &findings, "A report was added.", Some(added.id()))?;
        }
    }
    Ok(added)
}

/// Notes that a doctor has read the result, with a word to the patient, who sees it from now on. Said twice, it counts
/// once.
///
/// # Errors
/// `Conflict` when it was amended or taken back since the doctor saw it.
pub fn review(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: TestOrderId,
    seen: ResultId,
    note: &str,
) -> Result<(), AppError> {
    let order = order(db, actor, id)?;
    let current = queries::current_of(db, id)?;
    let Some(current) = current.filter(|current| current.id == seen) else {
        return Err(AppError::Conflict("This result was changed meanwhile. Read it again.".to_owned()));
    };
    if !queries::review(db, current.id, by.user_id(), note, by.now)? {
        return Ok(());
    }
    let entry = Entry::new("reviewed", "test_result", current.id)
        .patient(order.patient_id)
        .note("test_order", order.id.0)
        .note("has_note", !note.is_empty());
    audit::record(db, by, &entry)?;
    tell_patient(db, by, &order, current.id)
}

/// Marks the result that counts as entered in error. What it had replaced counts again.
///
/// # Errors
/// `Conflict` when another one counts by now.
pub fn mark_error(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: TestOrderId,
    seen: ResultId,
    reason: &str,
) -> Result<(), AppError> {
    let order = order(db, actor, id)?;
    let current = queries::current_of(db, id)?.filter(|current| current.id == seen);
    let Some(current) = current else {
        return Err(AppError::Conflict("This result was changed meanwhile. Read it again.".to_owned()));
    };
    if !queries::retract(db, current.id, by.user_id(), reason, by.now)? {
        return Err(AppError::Conflict("This result is marked as entered in error already.".to_owned()));
    }
    if let Some(earlier) = current.amends_id {
        queries::restore(db, earlier)?;
    }
    let entry = Entry::new("entered_in_error", "test_result", current.id)
        .patient(order.patient_id)
        .note("test_order", order.id.0)
        .reason(reason);
    audit::record(db, by, &entry)
}
