//! Bills, credit notes and receipts on paper. A draft has none.

use crate::access::{Permission, Requirement, can};
use crate::audit::Entry;
use crate::billing::bills;
use crate::billing::bills::model::{Bill, BillId, BillStatus, Line};
use crate::billing::model::Payer;
use crate::billing::payments::model::{Payment, PaymentId, PaymentKind, PaymentStatus};
use crate::billing::taxes::model::percent;
use crate::billing::{payments, queries as accounts};
use crate::error::AppError;
use crate::paper::{self, Cell, Column, Paper, Part, Table};
use crate::time::date_text;
use crate::web::print::Qr;
use crate::web::{Answer, Cx};

/// A bill or credit note to print.
pub async fn print(cx: Cx<can::SeeBills>) -> Answer {
    let (id, paper) = bill(&cx, "printed").await?;
    paper::page(&cx, paper, format!("/bills/{id}"), format!("/bills/{id}/pdf"))
}

/// The same as a file.
pub async fn pdf(cx: Cx<can::SeeBills>) -> Answer {
    let (id, paper) = bill(&cx, "downloaded").await?;
    paper::file(&cx, paper, &id.code()).await
}

/// A receipt to print.
pub async fn print_receipt(cx: Cx<can::SignedIn>) -> Answer {
    let (id, back, paper) = receipt(&cx, "printed").await?;
    paper::page(&cx, paper, back, format!("/payments/{id}/receipt/pdf"))
}

/// The same as a file.
pub async fn pdf_receipt(cx: Cx<can::SignedIn>) -> Answer {
    let (id, _, paper) = receipt(&cx, "downloaded").await?;
    paper::file(&cx, paper, &id.code()).await
}

/// What bills and receipts say of who pays.
fn facts(payer: &Payer) -> Vec<(&'static str, String)> {
    vec![("Patient", payer.name()), ("Number", payer.id.code()), ("Address", payer.address.clone())]
}

/// The hospital's own, where it has one.
fn tax_number<R: Requirement>(cx: &Cx<R>) -> Option<String> {
    let number = &cx.settings().tax_number;
    (!number.is_empty()).then(|| format!("Our tax number: {number}"))
}

fn code<R: Requirement>(cx: &Cx<R>, address: &str, words: String) -> Result<Option<(Qr, String)>, AppError> {
    Ok(Some((Qr::of(&format!("{}{address}", cx.base_url()))?, words)))
}

fn foot<R: Requirement>(cx: &Cx<R>, number: &str) -> String {
    format!("{number}, printed {}", cx.zone().text(cx.now()))
}

async fn bill(cx: &Cx<can::SeeBills>, verb: &'static str) -> Result<(BillId, Paper), AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let (bill, payer, lines, rest) = cx
        .read(move |db| {
            let bill = bills::queries::find(db, &actor, id)?;
            if bill.status == BillStatus::Draft {
                let words = format!("{} is a draft. It can be printed once it is issued.", id.code());
                return Err(AppError::Conflict(words));
            }
            let payer = accounts::payer(db, &actor, bill.patient_id)?;
            let rest = bills::queries::rest(db, &bill)?;
            Ok((bill, payer, bills::queries::lines(db, id)?, rest))
        })
        .await?;
    cx.looked(Entry::new(verb, "bill", id).patient(bill.patient_id)).await?;
    let mut under =
        vec![format!("Issued {}", bill.issued_at.map(|at| date_text(cx.zone().date(at))).unwrap_or_default())];
    match bill.credit_of {
        Some(of) => under.push(format!("Takes back {}: {}", of.code(), bill.reason)),
        None => under.extend(bill.due_on.map(|due| format!("Due {}", date_text(due)))),
    }
    under.extend(tax_number(cx));
    let mut parts = vec![Part::Table(table(&bill, &lines)), Part::Table(sums(&bill, &lines, rest))];
    if bill.discount != 0 && !bill.discount_reason.is_empty() {
        parts.push(Part::Quiet(format!("Discount: {}", bill.discount_reason)));
    }
    let mark = if bill.status == BillStatus::Void { format!("Void: {}", bill.reason) } else { String::new() };
    let paper = Paper {
        title: bill.title(),
        under,
        mark,
        code: code(cx, &format!("/bills/{id}"), format!("The address of {}", id.code()))?,
        facts: facts(&payer),
        parts,
        signature: Vec::new(),
        foot: foot(cx, &id.code()),
    };
    Ok((id, paper))
}

fn table(bill: &Bill, lines: &[Line]) -> Table {
    let row = |line: &Line| {
        let tax = if line.tax_name.is_empty() {
            String::new()
        } else {
            format!("{} {}", line.tax_name, percent(line.tax_rate))
        };
        vec![
            Cell::from(line.description.clone()).remark(tax),
            line.quantity.to_string().into(),
            bill.text(line.unit_price).into(),
            bill.text(line.amount).into(),
        ]
    };
    Table {
        columns: vec![
            Column::words("What", 4.0),
            Column::number("Quantity", 1.0),
            Column::number("Price", 1.6),
            Column::number("Amount", 1.8),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

fn sums(bill: &Bill, lines: &[Line], rest: i64) -> Table {
    let mut rows: Vec<(String, i64)> = vec![("Subtotal".to_owned(), bill.subtotal)];
    if bill.discount != 0 {
        rows.push(("Discount".to_owned(), -bill.discount));
    }
    let mut taxes: Vec<(String, i64)> = Vec::new();
    for line in lines.iter().filter(|line| line.tax != 0) {
        let words = format!("{} {}", line.tax_name, percent(line.tax_rate));
        match taxes.iter_mut().find(|(known, _)| *known == words) {
            Some((_, sum)) => *sum += line.tax,
            None => taxes.push((words, line.tax)),
        }
    }
    rows.extend(taxes);
    rows.push(("Total".to_owned(), bill.total));
    if bill.counts() && bill.credit_of.is_none() && rest != bill.total {
        rows.push(("To be paid".to_owned(), rest));
    }
    Table {
        columns: vec![Column::words("", 5.0), Column::number("", 2.0)],
        rows: rows.into_iter().map(|(label, amount)| vec![label.into(), bill.text(amount).into()]).collect(),
    }
}

/// A receipt, for those who take payments and those who see the bill: payments that came, refunds that went.
async fn receipt(cx: &Cx<can::SignedIn>, verb: &'static str) -> Result<(PaymentId, String, Paper), AppError> {
    if !cx.may(Permission::TakePayments) && !cx.may(Permission::SeeBills) {
        return Err(AppError::Forbidden);
    }
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PaymentId>("id")?);
    let (payment, bill, payer) = cx
        .read(move |db| {
            let (payment, bill) = payments::actions::seen(db, &actor, id)?;
            if payment.status != PaymentStatus::Success {
                let words = "There is a receipt only for money that has changed hands.";
                return Err(AppError::Conflict(words.to_owned()));
            }
            let payer = accounts::payer(db, &actor, payment.patient_id)?;
            Ok((payment, bill, payer))
        })
        .await?;
    cx.looked(Entry::new(verb, "payment", id).patient(payment.patient_id)).await?;
    let title = match payment.kind {
        PaymentKind::Payment | PaymentKind::Deposit => format!("Receipt {}", id.code()),
        PaymentKind::Refund | PaymentKind::DepositReturn => format!("Refund {}", id.code()),
    };
    let back = match &bill {
        Some(bill) if cx.may(Permission::SeeBills) => format!("/bills/{}", bill.id),
        Some(bill) => format!("/bills/{}/pay", bill.id),
        None if cx.may(Permission::SeeBills) => format!("/patients/{}/bills", payment.patient_id),
        None => format!("/patients/{}/deposits", payment.patient_id),
    };
    let scanned = match &bill {
        Some(bill) => code(cx, &format!("/bills/{}", bill.id), format!("The address of {}", bill.id.code()))?,
        None => None,
    };
    let mut under = vec![cx.zone().text(payment.taken_at)];
    under.extend(tax_number(cx));
    let paper = Paper {
        title,
        under,
        mark: String::new(),
        code: scanned,
        facts: facts(&payer),
        parts: vec![Part::Table(money(bill.as_ref(), &payment))],
        signature: Vec::new(),
        foot: foot(cx, &id.code()),
    };
    Ok((id, back, paper))
}

fn money(bill: Option<&Bill>, payment: &Payment) -> Table {
    let mut rows: Vec<(&str, String)> = vec![
        ("For", bill.map_or_else(|| "Money held for bills to come".to_owned(), Bill::title)),
        ("Paid by", payment.method.label().to_owned()),
        ("Amount", payment.text(payment.amount)),
    ];
    if let Some(given) = payment.given {
        rows.push(("Given", payment.text(given)));
        rows.push(("Change", payment.text(payment.change())));
    }
    for (label, words) in [("Insurance", &payment.insurer), ("Transaction", &payment.transaction_id)] {
        if !words.is_empty() {
            rows.push((label, words.clone()));
        }
    }
    Table {
        columns: vec![Column::words("", 2.0), Column::number("", 3.0)],
        rows: rows.into_iter().map(|(label, words)| vec![label.into(), words.into()]).collect(),
    }
}
