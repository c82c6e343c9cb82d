//! What a cashier's day is.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::billing::payments::model::{Method, PaymentKind};
use crate::codes;
use crate::db::schema::cash_sessions;
use crate::money::Currency;

/// The id of a cashier's day.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct SessionId(pub i64);

impl From<SessionId> for i64 {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl SessionId {
    /// The number on its handover: `CSH000123`.
    pub fn code(self) -> String {
        codes::write("CSH", self.0)
    }
}

/// A cashier's day as stored. Amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = cash_sessions)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub currency: String,
    /// What was in the drawer when it was opened.
    pub opening_float: i64,
    /// In UTC.
    pub opened_at: NaiveDateTime,
    /// In UTC; `None` while it is open.
    pub closed_at: Option<NaiveDateTime>,
    /// What was found in the drawer in the end.
    pub counted: Option<i64>,
    /// The float with all cash that came, less all that went.
    pub expected: Option<i64>,
    /// What the cashier says of a difference.
    pub note: String,
}

impl Session {
    /// Its currency, whatever the hospital's is by now.
    pub fn currency(&self) -> Currency {
        Currency::named(&self.currency).unwrap_or_else(Currency::fallback)
    }

    /// An amount in its currency.
    pub fn text(&self, minor: i64) -> String {
        self.currency().text(minor)
    }

    /// Whether payments still join it.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// How the count compares with what was expected; `None` while it is open.
    pub fn difference(&self) -> Option<Difference> {
        Some(Difference(self.counted? - self.expected?))
    }
}

/// What was counted, less what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference(pub i64);

impl Difference {
    /// With its sign: `−5.00 EUR`, `+5.00 EUR`, `0.00 EUR`.
    pub fn signed(self, currency: Currency) -> String {
        let sign = match self.0 {
            ..0 => "\u{2212}",
            0 => "",
            1.. => "+",
        };
        format!("{sign}{}", currency.text(self.0.saturating_abs()))
    }

    /// In a word.
    pub fn words(self) -> &'static str {
        match self.0 {
            ..0 => "Missing",
            0 => "Agrees",
            1.. => "Too much",
        }
    }

    /// The badge's kind.
    pub fn kind(self) -> &'static str {
        match self.0 {
            ..0 => "danger",
            0 => "success",
            1.. => "warning",
        }
    }

    /// The badge's icon.
    pub fn icon(self) -> &'static str {
        if self.0 == 0 { "check" } else { "alert-triangle" }
    }
}

/// A cashier's day, to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = cash_sessions)]
pub struct NewSession {
    pub user_id: UserId,
    pub currency: String,
    pub opening_float: i64,
    pub opened_at: NaiveDateTime,
}

/// What came or went one way, by one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Sum {
    pub method: Method,
    pub kind: PaymentKind,
    pub count: i64,
    pub amount: i64,
}

/// One method's line of the handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    pub method: Method,
    pub payments: i64,
    pub received: i64,
    pub refunds: i64,
    pub paid_back: i64,
}

impl Taking {
    /// What came less what went.
    pub fn net(&self) -> i64 {
        self.received - self.paid_back
    }
}

/// What a session took, by method: cash always, the others where there was anything.
pub fn takings(sums: &[Sum]) -> Vec<Taking> {
    let of = |method: Method, goes_out: bool| {
        let own = sums.iter().filter(|sum| sum.method == method && sum.kind.goes_out() == goes_out);
        own.fold((0, 0), |(count, amount), sum| (count + sum.count, amount + sum.amount))
    };
    let taking = |method: Method| {
        let ((payments, received), (refunds, paid_back)) = (of(method, false), of(method, true));
        Taking { method, payments, received, refunds, paid_back }
    };
    let has_any = |taking: &Taking| taking.method == Method::Cash || taking.payments + taking.refunds > 0;
    [Method::Cash, Method::CreditCard, Method::BankTransfer, Method::Insurance]
        .map(taking)
        .into_iter()
        .filter(has_any)
        .collect()
}

/// What should be in a drawer that was opened with this float.
pub fn expected(opening_float: i64, sums: &[Sum]) -> i64 {
    let cash = sums.iter().filter(|sum| sum.method == Method::Cash);
    cash.fold(opening_float, |sum, part| if part.kind.goes_out() { sum - part.amount } else { sum + part.amount })
}

/// A cashier's day in a list.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub session: Session,
    /// The cashier's name.
    pub cashier: String,
}

/// A payment of a session.
#[derive(Clone, Debug)]
pub struct Entry {
    pub payment: crate::billing::payments::model::Payment,
    /// When it counted, in UTC.
    pub at: NaiveDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cash_moves_the_drawer() {
        let sum = |method, kind, amount| Sum { method, kind, count: 1, amount };
        let sums = [
            sum(Method::Cash, PaymentKind::Payment, 5_000),
            sum(Method::Cash, PaymentKind::Refund, 1_200),
            sum(Method::Cash, PaymentKind::Deposit, 700),
            sum(Method::Cash, PaymentKind::DepositReturn, 100),
            sum(Method::CreditCard, PaymentKind::Payment, 9_900),
        ];
        assert_eq!(expected(10_000, &sums), 14_400);
        assert_eq!(expected(10_000, &[]), 10_000);
        let takings = takings(&sums);
        assert_eq!(takings.iter().map(Taking::net).collect::<Vec<_>>(), [4_400, 9_900]);
    }

    #[test]
    fn a_difference_says_its_sign_and_its_word() {
        let euro = Currency::named("EUR").expect("a real currency");
        let said = |minor| (Difference(minor).signed(euro), Difference(minor).words());
        assert_eq!(said(-500), ("\u{2212}5.00 EUR".to_owned(), "Missing"));
        assert_eq!(said(0), ("0.00 EUR".to_owned(), "Agrees"));
        assert_eq!(said(25), ("+0.25 EUR".to_owned(), "Too much"));
    }
}
