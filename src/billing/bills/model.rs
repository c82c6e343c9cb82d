//! What a bill is.

use chrono::{NaiveDate, NaiveDateTime};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::appointments::model::AppointmentId;
use crate::billing::model::ChargeId;
use crate::codes;
use crate::db::schema::{bill_lines, bills};
use crate::db::text;
use crate::money::Currency;
use crate::patients::model::PatientId;

/// The id of a bill.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct BillId(pub i64);

impl From<BillId> for i64 {
    fn from(id: BillId) -> Self {
        id.0
    }
}

impl BillId {
    /// The number that people use: `INV000123`.
    pub fn code(self) -> String {
        codes::write("INV", self.0)
    }

    /// The id behind a number as people type it.
    pub fn from_code(code: &str) -> Option<Self> {
        codes::read("INV", code).map(Self)
    }
}

/// The id of a line of a bill.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct LineId(pub i64);

/// How far a bill is, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum BillStatus {
    /// Being put together: nobody owes it yet.
    Draft,
    Unpaid,
    /// An insurance looks at it.
    Pending,
    /// Nothing of it is left to pay.
    Paid,
    Void,
}

impl<DB: Backend> ToSql<Text, DB> for BillStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for BillStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A bill as stored. All amounts are minor units of its own currency; a credit note's are negative.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bills)]
pub struct Bill {
    pub id: BillId,
    pub patient_id: PatientId,
    pub appointment_id: Option<AppointmentId>,
    /// The bill that this one takes back, in whole or in part.
    pub credit_of: Option<BillId>,
    pub status: BillStatus,
    pub currency: String,
    pub subtotal: i64,
    pub discount: i64,
    /// Basis points, where the discount was given in percent.
    pub discount_rate: Option<i32>,
    pub discount_reason: String,
    pub tax: i64,
    pub total: i64,
    pub issued_at: Option<NaiveDateTime>,
    pub due_on: Option<NaiveDate>,
    /// Why it was voided, or credited.
    pub reason: String,
    pub version: i32,
}

/// How a bill stands, as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Unpaid,
    Overdue,
    Pending,
    Paid,
    Void,
    Credit,
}

impl State {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Unpaid => "Unpaid",
            Self::Overdue => "Overdue",
            Self::Pending => "With the insurance",
            Self::Paid => "Paid",
            Self::Void => "Void",
            Self::Credit => "Credit note",
        }
    }

    /// The badge's kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Draft => "neutral",
            Self::Unpaid => "warning",
            Self::Overdue => "danger",
            Self::Pending => "info",
            Self::Paid => "success",
            Self::Void => "quiet",
            Self::Credit => "violet",
        }
    }

    /// The badge's icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Draft => "pencil",
            Self::Unpaid => "hourglass",
            Self::Overdue => "alert-triangle",
            Self::Pending => "shield-check",
            Self::Paid => "check",
            Self::Void => "ban",
            Self::Credit => "receipt-refund",
        }
    }
}

impl Bill {
    /// How it stands on a day of the hospital's calendar.
    pub fn state(&self, today: NaiveDate) -> State {
        match self.status {
            BillStatus::Draft => State::Draft,
            BillStatus::Void => State::Void,
            _ if self.credit_of.is_some() => State::Credit,
            BillStatus::Paid => State::Paid,
            _ if self.due_on.is_some_and(|due| due < today) => State::Overdue,
            BillStatus::Unpaid => State::Unpaid,
            BillStatus::Pending => State::Pending,
        }
    }

    /// Its own currency, whatever the hospital's is by now.
    pub fn currency(&self) -> Currency {
        Currency::named(&self.currency).unwrap_or_else(Currency::fallback)
    }

    /// An amount in its currency.
    pub fn text(&self, minor: i64) -> String {
        self.currency().text(minor)
    }

    /// Whether it was issued and still counts.
    pub fn counts(&self) -> bool {
        !matches!(self.status, BillStatus::Draft | BillStatus::Void)
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match (self.status, self.credit_of) {
            (_, Some(_)) => format!("Credit note {}", self.id.code()),
            (BillStatus::Draft, None) => format!("Draft {}", self.id.code()),
            (_, None) => format!("Bill {}", self.id.code()),
        }
    }
}

/// A line as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bill_lines)]
pub struct Line {
    pub id: LineId,
    pub bill_id: BillId,
    pub position: i32,
    pub charge_item_id: Option<ChargeId>,
    /// The line of an earlier bill that this one takes back.
    pub credits_line_id: Option<LineId>,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub amount: i64,
    /// Its share of the bill's discount.
    pub discount: i64,
    pub tax_name: String,
    /// Basis points.
    pub tax_rate: i32,
    pub tax: i64,
}

/// A line, to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = bill_lines)]
pub struct NewLine {
    pub bill_id: BillId,
    pub position: i32,
    pub charge_item_id: Option<ChargeId>,
    pub credits_line_id: Option<LineId>,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub amount: i64,
    pub discount: i64,
    pub tax_name: String,
    pub tax_rate: i32,
    pub tax: i64,
}

/// A bill, to be: a draft without lines.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = bills)]
pub struct NewBill {
    pub patient_id: PatientId,
    pub appointment_id: Option<AppointmentId>,
    pub credit_of: Option<BillId>,
    pub status: BillStatus,
    pub currency: String,
    pub reason: String,
    pub created_by: Option<UserId>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// A bill in a list.
#[derive(Clone, Debug)]
pub struct BillRow {
    pub bill: Bill,
    /// The patient's name.
    pub patient: String,
    /// What is still to be paid of it: negative where something is to be given back.
    pub rest: i64,
}
