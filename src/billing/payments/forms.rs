//! What is typed about payments.

use super::model::Method;
use crate::billing::bills::model::Bill;
use crate::billing::cash;
use crate::money::Currency;
use crate::web::Form;

/// The ways that money comes in at a desk, as value and label.
const AT_THE_DESK: [(&str, &str); 3] = [("cash", "Cash"), ("credit_card", "Card"), ("bank_transfer", "Bank transfer")];

/// The ways to pay, as value and label: of a bill with what is held for its patient, or ahead of any.
pub fn ways_to_pay(bill: Option<(&Bill, i64)>) -> Vec<(&'static str, String)> {
    let mut ways = at_the_desk();
    if let Some((bill, held)) = bill {
        ways.push(("insurance", "Insurance claim".to_owned()));
        if held > 0 {
            ways.push(("deposit", format!("From the deposit ({})", bill.text(held))));
        }
    }
    ways
}

/// The ways to pay back, as value and label; what comes of a bill may also be held as a deposit.
pub fn ways_back(of_bill: bool) -> Vec<(&'static str, String)> {
    let mut ways = at_the_desk();
    if of_bill {
        ways.push(("deposit", "Keep it as a deposit".to_owned()));
    }
    ways
}

fn at_the_desk() -> Vec<(&'static str, String)> {
    AT_THE_DESK.iter().map(|(value, label)| (*value, (*label).to_owned())).collect()
}

/// A payment as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentInput {
    pub method: Method,
    /// Minor units, more than nothing.
    pub amount: i64,
    /// What was handed over in cash, where it was more.
    pub given: Option<i64>,
    pub transaction_id: String,
    pub insurer: String,
    pub note: String,
    /// It was tried and did not come: kept, not counted.
    pub has_failed: bool,
    /// What is in the drawer: opens the cashier's day where cash needs it.
    pub opening_float: Option<i64>,
}

/// Reads the form of money taken ahead; what is wrong stands in it afterwards.
pub fn parse_deposit(form: &mut Form, currency: Currency) -> Option<PaymentInput> {
    let input = parse(form, currency);
    match input.as_ref().map(|input| input.method) {
        Some(Method::Insurance | Method::Deposit) => {
            form.refuse_field("method", "Choose how it is paid.");
            None
        }
        _ => input,
    }
}

/// Reads the form of a payment; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, currency: Currency) -> Option<PaymentInput> {
    let method = form.choice::<Method>("method", "Choose how it is paid.").unwrap_or(Method::Cash);
    let amount = amount(form, currency);
    let given = if method == Method::Cash { form.money("given", currency) } else { None };
    if given.is_some_and(|given| given < amount) && form.error("amount").is_none() {
        form.refuse_field("given", "That is less than the payment. Take a part payment of what was given.");
    }
    let insurer = form.text("insurer", 120);
    if method == Method::Insurance && insurer.is_empty() {
        form.refuse_field("insurer", "Name the insurance.");
    }
    let opening_float = opening_float(form, method, currency);
    let is_tried = matches!(method, Method::CreditCard | Method::BankTransfer);
    let input = PaymentInput {
        method,
        amount,
        given,
        transaction_id: if is_tried { form.text("transaction_id", 120) } else { String::new() },
        insurer: if method == Method::Insurance { insurer } else { String::new() },
        note: form.text("note", 300),
        has_failed: is_tried && form.ticked("has_failed"),
        opening_float,
    };
    form.is_valid().then_some(input)
}

/// What is in the drawer, where cash is paid.
fn opening_float(form: &mut Form, method: Method, currency: Currency) -> Option<i64> {
    if method == Method::Cash { cash::forms::opening_by_the_way(form, currency) } else { None }
}

fn amount(form: &mut Form, currency: Currency) -> i64 {
    let amount = form.money("amount", currency);
    if amount.is_none_or(|amount| amount <= 0) {
        form.refuse_field("amount", format!("Enter an amount such as {}.", currency.input(2_500)));
    }
    amount.unwrap_or_default()
}

/// Reads the form of money that goes back; what is wrong stands in it afterwards.
pub fn parse_back(form: &mut Form, currency: Currency) -> Option<PaymentInput> {
    let method = form.choice::<Method>("method", "Choose how it is paid back.").unwrap_or(Method::Cash);
    if method == Method::Insurance {
        form.refuse_field("method", "Choose how it is paid back.");
    }
    let input = PaymentInput {
        method,
        amount: amount(form, currency),
        given: None,
        transaction_id: form.text("transaction_id", 120),
        insurer: String::new(),
        note: form.required("note", 300, "Say why, so that the books explain it."),
        has_failed: false,
        opening_float: opening_float(form, method, currency),
    };
    form.is_valid().then_some(input)
}

/// What an insurance answered, or a second person says of a refund: how much counts, nothing for no.
pub fn parse_decision(form: &mut Form, currency: Currency, asked: i64) -> Option<i64> {
    let granted = match form.value("decision") {
        "approved" => asked,
        "denied" => 0,
        "partly" => {
            let part = amount(form, currency);
            if part >= asked && form.error("amount").is_none() {
                form.refuse_field("amount", "A part is less than what was asked for.");
            }
            part
        }
        _ => {
            form.refuse_field("decision", "Choose the answer.");
            0
        }
    };
    form.is_valid().then_some(granted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_more_than_nothing_and_cash_covers_it() {
        let read = |method: &str, amount: &str, given: &str| {
            let fields = [("method", method), ("amount", amount), ("given", given), ("insurer", "")];
            let mut form = Form::of(fields.map(|(name, value)| (name, value.to_owned())));
            let euro = Currency::named("EUR").expect("a real currency");
            parse(&mut form, euro).map(|input| (input.amount, input.given)).ok_or_else(|| form.errors[0].field.clone())
        };
        assert_eq!(read("cash", "12.50", "20"), Ok((1_250, Some(2_000))));
        assert_eq!(read("credit_card", "12.50", "5"), Ok((1_250, None)));
        for (method, amount, given, field) in [
            ("cash", "0", "", "amount"),
            ("cash", "-5", "", "amount"),
            ("cash", "", "", "amount"),
            ("cash", "1000000000000000000", "", "amount"),
            ("cash", "10", "5", "given"),
            ("gold", "10", "", "method"),
            ("insurance", "10", "", "insurer"),
        ] {
            assert_eq!(read(method, amount, given), Err(field.to_owned()), "{method} {amount} {given}");
        }
    }
}
