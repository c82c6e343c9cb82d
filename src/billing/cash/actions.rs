//! Opening a drawer, and closing it by counting.

use super::forms::Count;
use super::model::{self, Difference, NewSession, Session, SessionId};
use super::queries;
use crate::access::{Actor, By};
use crate::audit::{self, AdminAction, Entry};
use crate::billing::payments::model::{Method, PaymentStatus};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::settings;

/// Opens a person's day with what is in the drawer.
///
/// # Errors
/// `Constraint` for a person whose day is open already.
pub fn open(db: &mut DbConnection, by: &By, actor: &Actor, opening_float: i64) -> Result<SessionId, AppError> {
    let currency = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.currency();
    let new =
        NewSession { user_id: actor.user_id, currency: currency.code().to_owned(), opening_float, opened_at: by.now };
    let id = queries::insert(db, &new)?;
    let entry = Entry::new("opened", "cash_session", id)
        .admin(AdminAction::OpenCashSession)
        .note("float", opening_float)
        .note("currency", currency.code());
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// The session that something which counts now belongs to. Cash opens the person's day where a float was given for it;
/// everything else does without one.
///
/// # Errors
/// `Constraint` for cash without a day and without a float.
pub fn joined(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    (method, status, currency): (Method, PaymentStatus, &str),
    opening_float: Option<i64>,
) -> Result<Option<SessionId>, AppError> {
    // What is moved between a deposit and a bill comes to nobody's desk.
    if status != PaymentStatus::Success || method == Method::Deposit {
        return Ok(None);
    }
    match (queries::open_of(db, actor.user_id)?, method, opening_float) {
        (Some(session), ..) if session.currency == currency => Ok(Some(session.id)),
        (Some(session), Method::Cash, _) => Err(AppError::Conflict(format!(
            "Your drawer holds {}, and this is in {currency}. Close your cashier's day first.",
            session.currency
        ))),
        (Some(_), ..) => Ok(None),
        (None, Method::Cash, Some(float)) => open(db, by, actor, float).map(Some),
        (None, Method::Cash, None) => Err(AppError::Constraint("ck_payments_cash".to_owned())),
        (None, ..) => Ok(None),
    }
}

/// What came of counting a drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    Closed(Difference),
    /// The count and the books differ, and nothing was said about it: nothing is closed.
    Differs {
        expected: i64,
        difference: Difference,
    },
}

/// Closes a person's own day.
///
/// # Errors
/// `NotFound` out of the person's scope; `Forbidden` for somebody else's; `Conflict` for one that is closed already.
pub fn close(db: &mut DbConnection, by: &By, actor: &Actor, id: SessionId, count: &Count) -> Result<Closing, AppError> {
    let session = own(db, actor, id)?;
    let expected = model::expected(session.opening_float, &queries::sums(db, id)?);
    let difference = Difference(count.counted - expected);
    if difference.0 != 0 && count.note.is_empty() {
        return Ok(Closing::Differs { expected, difference });
    }
    if !queries::close(db, by, id, count.counted, expected, &count.note)? {
        return Err(closed());
    }
    let entry = Entry::new("closed", "cash_session", id)
        .admin(AdminAction::CloseCashSession)
        .note("expected", expected)
        .note("counted", count.counted)
        .note("difference", difference.0)
        .reason(&count.note);
    audit::record(db, by, &entry)?;
    Ok(Closing::Closed(difference))
}

/// An open day of one's own.
pub fn own(db: &mut DbConnection, actor: &Actor, id: SessionId) -> Result<Session, AppError> {
    let session = queries::find(db, actor, id)?;
    if session.user_id != actor.user_id {
        return Err(AppError::Forbidden);
    }
    if !session.is_open() {
        return Err(closed());
    }
    Ok(session)
}

fn closed() -> AppError {
    AppError::Conflict("This day is closed already, and stays as it is. Open a new one.".to_owned())
}
