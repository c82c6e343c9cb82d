//! Figures of the books. All amounts are minor units of the hospital's currency.

use chrono::{Days, NaiveDate, NaiveDateTime};

use crate::billing::bills::model::BillId;
use crate::billing::payments::model::{Method, PaymentId, PaymentKind};
use crate::patients::model::PatientId;

/// What was billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revenue {
    /// Bills, or lines of bills, that were issued and are not void.
    pub count: i64,
    /// What was issued, whatever became of it.
    pub issued: i64,
    /// What of it is void by now.
    pub void: i64,
    /// What credit notes took back, as a positive amount.
    pub credited: i64,
    /// The tax that is in what is left.
    pub tax: i64,
}

impl Revenue {
    /// Issued less void less credited.
    pub fn total(&self) -> i64 {
        self.issued - self.void - self.credited
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            issued: self.issued + other.issued,
            void: self.void + other.void,
            credited: self.credited + other.credited,
            tax: self.tax + other.tax,
        }
    }
}

/// What was paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    pub payments: i64,
    pub received: i64,
    pub refunds: i64,
    pub paid_back: i64,
}

impl Takings {
    /// Received less paid back.
    pub fn total(&self) -> i64 {
        self.received - self.paid_back
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            payments: self.payments + other.payments,
            received: self.received + other.received,
            refunds: self.refunds + other.refunds,
            paid_back: self.paid_back + other.paid_back,
        }
    }
}

/// A line of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<T> {
    pub label: String,
    /// Under a bar, where the label is too long.
    pub short: String,
    pub figures: T,
}

/// What is left of the bills of an age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    pub bills: i64,
    /// What the bills came to, less credit notes.
    pub billed: i64,
    /// What was paid of them, less what was paid back.
    pub paid: i64,
    /// What of the rest an insurance was asked for.
    pub claimed: i64,
}

impl Owed {
    /// What is left to pay.
    pub fn rest(&self) -> i64 {
        self.billed - self.paid
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            bills: self.bills + other.bills,
            billed: self.billed + other.billed,
            paid: self.paid + other.paid,
            claimed: self.claimed + other.claimed,
        }
    }
}

/// How long a bill has been overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Age {
    NotDue,
    Month,
    TwoMonths,
    ThreeMonths,
    Older,
}

impl Age {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotDue => "Not due yet",
            Self::Month => "1\u{2013}30 days overdue",
            Self::TwoMonths => "31\u{2013}60 days overdue",
            Self::ThreeMonths => "61\u{2013}90 days overdue",
            Self::Older => "More than 90 days overdue",
        }
    }

    /// Under a bar.
    pub fn short(self) -> &'static str {
        match self {
            Self::NotDue => "Not due",
            Self::Month => "1\u{2013}30",
            Self::TwoMonths => "31\u{2013}60",
            Self::ThreeMonths => "61\u{2013}90",
            Self::Older => "> 90",
        }
    }

    /// As it is sent in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The first and the last due date of this age on a day.
    pub fn due(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        // The years that dates are kept in.
        let first = NaiveDate::from_ymd_opt(1800, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(2300, 1, 1).unwrap_or(NaiveDate::MAX);
        match self {
            Self::NotDue => (today, last),
            Self::Month => (ago(30), ago(1)),
            Self::TwoMonths => (ago(60), ago(31)),
            Self::ThreeMonths => (ago(90), ago(61)),
            Self::Older => (first, ago(91)),
        }
    }
}

/// What happened in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Issued,
    Credited,
    Voided,
    Deposited,
    Received,
    PaidBack,
    Returned,
    /// Between a deposit and a bill: nobody paid anything.
    Moved,
}

/// Which sum of the day an entry changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Billed,
    Paid,
    Neither,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Issued,
        Self::Credited,
        Self::Voided,
        Self::Deposited,
        Self::Received,
        Self::PaidBack,
        Self::Returned,
        Self::Moved,
    ];

    /// What a payment that succeeded is.
    pub fn of(kind: PaymentKind, method: Method) -> Self {
        match (kind, method) {
            (_, Method::Deposit) => Self::Moved,
            (PaymentKind::Payment, _) => Self::Received,
            (PaymentKind::Refund, _) => Self::PaidBack,
            (PaymentKind::Deposit, _) => Self::Deposited,
            (PaymentKind::DepositReturn, _) => Self::Returned,
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issued => "Bill issued",
            Self::Credited => "Credit note",
            Self::Voided => "Bill voided",
            Self::Deposited => "Deposit",
            Self::Received => "Payment",
            Self::PaidBack => "Refund",
            Self::Returned => "Deposit paid back",
            Self::Moved => "Deposit used",
        }
    }

    /// Under a bar.
    pub fn short(self) -> &'static str {
        match self {
            Self::Issued => "Issued",
            Self::Credited => "Credit",
            Self::Voided => "Void",
            Self::Deposited => "Deposit",
            Self::Received => "Paid",
            Self::PaidBack => "Refund",
            Self::Returned => "Return",
            Self::Moved => "Used",
        }
    }

    /// The badge's kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Issued => "info",
            Self::Credited => "violet",
            Self::Voided => "quiet",
            Self::Received | Self::Deposited => "success",
            Self::PaidBack | Self::Returned => "warning",
            Self::Moved => "neutral",
        }
    }

    /// The badge's icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Issued => "receipt",
            Self::Credited | Self::PaidBack | Self::Returned => "receipt-refund",
            Self::Voided => "ban",
            Self::Received => "coin",
            Self::Deposited | Self::Moved => "wallet",
        }
    }

    /// Which sum of the day it changes.
    pub fn side(self) -> Side {
        match self {
            Self::Issued | Self::Credited | Self::Voided => Side::Billed,
            Self::Deposited | Self::Received | Self::PaidBack | Self::Returned => Side::Paid,
            Self::Moved => Side::Neither,
        }
    }
}

/// An entry of the day book, with what the day came to until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// In UTC.
    pub at: NaiveDateTime,
    pub act: Act,
    /// None for deposits.
    pub bill: Option<BillId>,
    pub patient: PatientId,
    /// For everything that was paid.
    pub payment: Option<(PaymentId, Method)>,
    /// Positive for bills and what comes in, negative for what takes them back and what goes out.
    pub amount: i64,
    /// What was billed on this day, with this entry.
    pub billed: i64,
    /// What was paid on this day, with this entry.
    pub paid: i64,
}

/// Puts entries in their order, and sums them up as they come.
pub fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let payment = |event: &Event| event.payment.map_or(0, |(id, _)| id.0);
    events.sort_by_key(|event| (event.at, event.bill, event.act, payment(event)));
    let (mut billed, mut paid) = (0, 0);
    for event in &mut events {
        match event.act.side() {
            Side::Billed => billed += event.amount,
            Side::Paid => paid += event.amount,
            Side::Neither => {}
        }
        (event.billed, event.paid) = (billed, paid);
    }
    events
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_due_date_has_one_age() {
        let today = NaiveDate::from_ymd_opt(2026, 6, 15).expect("a day");
        for back in -400..400 {
            let due = today - chrono::TimeDelta::days(back);
            let ages: Vec<Age> = Age::VARIANTS
                .iter()
                .copied()
                .filter(|age| {
                    let (first, last) = age.due(today);
                    (first..=last).contains(&due)
                })
                .collect();
            let expected = match back {
                ..=0 => Age::NotDue,
                1..=30 => Age::Month,
                31..=60 => Age::TwoMonths,
                61..=90 => Age::ThreeMonths,
                91.. => Age::Older,
            };
            assert_eq!(ages, [expected], "{back} days");
        }
    }
}
