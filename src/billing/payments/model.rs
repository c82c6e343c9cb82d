//! What a payment is.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::billing::bills::model::BillId;
use crate::billing::cash::model::SessionId;
use crate::codes;
use crate::db::schema::payments;
use crate::db::text;
use crate::money::Currency;
use crate::patients::model::PatientId;

/// The id of a payment.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PaymentId(pub i64);

impl From<PaymentId> for i64 {
    fn from(id: PaymentId) -> Self {
        id.0
    }
}

impl PaymentId {
    /// The receipt's number: `PAY000123`.
    pub fn code(self) -> String {
        codes::write("PAY", self.0)
    }
}

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum PaymentKind {
    Payment,
    /// Back to the patient, of a bill.
    Refund,
    /// Money taken ahead: it is held for bills to come.
    Deposit,
    /// What was held, back to the patient.
    DepositReturn,
}

impl PaymentKind {
    /// Whether the money leaves the hospital.
    pub fn goes_out(self) -> bool {
        matches!(self, Self::Refund | Self::DepositReturn)
    }
}

impl<DB: Backend> ToSql<Text, DB> for PaymentKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PaymentKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum Method {
    Cash,
    CreditCard,
    BankTransfer,
    Insurance,
    /// Out of what is held for the patient, or into it.
    Deposit,
}

impl<DB: Backend> ToSql<Text, DB> for Method
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Method
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum PaymentStatus {
    /// An insurance has not answered, or a refund is not approved.
    Pending,
    Success,
    /// It did not come, was denied or refused. Kept for the books.
    Failed,
}

impl<DB: Backend> ToSql<Text, DB> for PaymentStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PaymentStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

impl Method {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cash => "Cash",
            Self::CreditCard => "Card",
            Self::BankTransfer => "Bank transfer",
            Self::Insurance => "Insurance",
            Self::Deposit => "Deposit",
        }
    }
}

/// A payment as stored. Amounts are minor units of its currency, which is the bill's.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payments)]
pub struct Payment {
    pub id: PaymentId,
    pub patient_id: PatientId,
    /// None for deposits.
    pub bill_id: Option<BillId>,
    pub kind: PaymentKind,
    pub method: Method,
    pub status: PaymentStatus,
    pub currency: String,
    /// What counts; of a claim that was granted in part, that part.
    pub amount: i64,
    /// What the insurance was asked for.
    pub claimed: Option<i64>,
    /// What was handed over in cash.
    pub given: Option<i64>,
    pub transaction_id: String,
    pub insurer: String,
    pub note: String,
    /// Whether somebody else than `taken_by` decides.
    pub needs_approval: bool,
    pub taken_by: UserId,
    /// In UTC.
    pub taken_at: NaiveDateTime,
    /// The cashier's day that it counts in.
    pub session_id: Option<SessionId>,
}

impl Payment {
    /// An amount in its currency.
    pub fn text(&self, minor: i64) -> String {
        Currency::named(&self.currency).unwrap_or_else(Currency::fallback).text(minor)
    }

    /// Its amount with the sign of its way: what leaves the hospital is below nothing.
    pub fn signed(&self) -> String {
        self.text(if self.kind.goes_out() { -self.amount } else { self.amount })
    }

    /// What it does to what is held for the patient: what pays a bill is below nothing.
    pub fn moved(&self) -> String {
        let leaves = matches!(self.kind, PaymentKind::Payment | PaymentKind::DepositReturn);
        self.text(if leaves { -self.amount } else { self.amount })
    }

    /// What goes back to who paid in cash.
    pub fn change(&self) -> i64 {
        self.given.map_or(0, |given| given - self.amount)
    }

    /// What it is called.
    pub fn title(&self) -> &'static str {
        match (self.kind, self.method) {
            (PaymentKind::Refund, Method::Deposit) => "Refund, kept as a deposit",
            (PaymentKind::Refund, _) => "Refund",
            (PaymentKind::Deposit, _) => "Deposit",
            (PaymentKind::DepositReturn, _) => "Deposit paid back",
            (PaymentKind::Payment, Method::Insurance) => "Claim",
            (PaymentKind::Payment, Method::Deposit) => "Paid from the deposit",
            (PaymentKind::Payment, _) => "Payment",
        }
    }

    /// How it stands, in words.
    pub fn state(&self) -> &'static str {
        let goes_out = self.kind.goes_out();
        match (self.status, self.claimed) {
            (PaymentStatus::Pending, _) if goes_out => "To be approved",
            (PaymentStatus::Success, _) if goes_out => "Paid back",
            (PaymentStatus::Failed, _) if goes_out => "Refused",
            (PaymentStatus::Pending, _) => "Submitted",
            (PaymentStatus::Success, Some(claimed)) if claimed > self.amount => "Granted in part",
            (PaymentStatus::Success, Some(_)) => "Granted",
            (PaymentStatus::Success, None) => "Received",
            (PaymentStatus::Failed, Some(_)) => "Denied",
            (PaymentStatus::Failed, None) => "Failed",
        }
    }

    /// The badge's kind.
    pub fn badge(&self) -> &'static str {
        match self.status {
            PaymentStatus::Pending => "info",
            PaymentStatus::Success => "success",
            PaymentStatus::Failed => "quiet",
        }
    }

    /// The badge's icon.
    pub fn icon(&self) -> &'static str {
        match self.status {
            PaymentStatus::Pending => "hourglass",
            PaymentStatus::Success => "check",
            PaymentStatus::Failed => "x",
        }
    }
}

/// A payment, to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = payments)]
pub struct NewPayment {
    pub patient_id: PatientId,
    pub bill_id: Option<BillId>,
    pub kind: PaymentKind,
    pub method: Method,
    pub status: PaymentStatus,
    pub currency: String,
    pub amount: i64,
    pub claimed: Option<i64>,
    pub given: Option<i64>,
    pub transaction_id: String,
    pub insurer: String,
    pub note: String,
    pub idempotency_key: String,
    pub needs_approval: bool,
    pub taken_by: UserId,
    pub taken_at: NaiveDateTime,
    /// The cashier's day that it counts in: cash always, everything else where one is open.
    pub session_id: Option<SessionId>,
}

/// A payment in a list, with who took it.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    pub payment: Payment,
    pub taken_by: String,
}

/// A claim or refund that waits to be decided.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub payment: Payment,
    /// The patient's name.
    pub patient: String,
    pub taken_by: String,
}
