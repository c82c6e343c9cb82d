//! What is typed about bills.

use super::model::LineId;
use crate::billing::taxes::model::{TaxRate, TaxRateId, parse_percent, percent};
use crate::billing::totals::Discount;
use crate::money::Currency;
use crate::web::Form;

/// Beyond this part of a bill, a discount needs the permission to correct bills. Basis points.
pub const FREE_DISCOUNT: i32 = 1_000;

/// A draft as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftInput {
    pub discount: Discount,
    pub discount_reason: String,
    /// The tax of each line that has one in the form: its name and basis points.
    pub taxes: Vec<(LineId, String, i32)>,
}

/// Reads the form of a draft; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, rates: &[TaxRate], currency: Currency) -> Option<DraftInput> {
    let typed = form.text("discount", 30);
    let discount = match typed.as_str() {
        "" | "0" => Discount::None,
        text if text.ends_with('%') => match parse_percent(text) {
            Some(rate) => Discount::Rate(rate),
            None => refused(form, "Enter a percentage from 0 to 100, such as 10 %."),
        },
        text => match currency.parse(text) {
            Some(amount) => Discount::Amount(amount),
            None => refused(form, &format!("Enter an amount such as {}, or a percentage.", currency.input(500))),
        },
    };
    let discount_reason = form.text("discount_reason", 200);
    if discount != Discount::None && discount_reason.is_empty() {
        form.refuse_field("discount_reason", "Say why, so that the books explain it.");
    }
    let lines: Vec<String> = form.values("line").map(str::to_owned).collect();
    let chosen: Vec<String> = form.values("tax").map(str::to_owned).collect();
    let mut taxes = Vec::new();
    for (line, tax) in lines.iter().zip(&chosen) {
        let (Ok(line), Some(tax)) = (line.parse().map(LineId), tax_of(tax, rates)) else {
            // A line keeps what it has when its tax was closed meanwhile.
            continue;
        };
        taxes.push((line, tax.0, tax.1));
    }
    form.is_valid().then_some(DraftInput { discount, discount_reason, taxes })
}

fn refused(form: &mut Form, words: &str) -> Discount {
    form.refuse_field("discount", words);
    Discount::None
}

/// The name and rate of a choice: a rate's id, or `none`.
fn tax_of(choice: &str, rates: &[TaxRate]) -> Option<(String, i32)> {
    if choice == "none" {
        return Some((String::new(), 0));
    }
    let id = choice.parse().map(TaxRateId).ok()?;
    rates.iter().find(|rate| rate.id == id).map(|rate| (rate.name.clone(), rate.basis_points))
}

/// The form that shows what a draft has taken off.
pub fn filled(discount: i64, rate: Option<i32>, reason: &str, currency: Currency) -> Form {
    let typed = match rate {
        Some(rate) => percent(rate),
        None if discount == 0 => String::new(),
        None => currency.input(discount),
    };
    Form::of([("discount", typed), ("discount_reason", reason.to_owned()), ("quantity", "1".to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_an_amount_or_a_percentage_with_a_reason() {
        let read = |discount: &str, reason: &str| {
            let mut form = Form::of([("discount", discount.to_owned()), ("discount_reason", reason.to_owned())]);
            let euro = Currency::named("EUR").expect("a real currency");
            parse(&mut form, &[], euro).map(|input| input.discount).ok_or_else(|| form.errors[0].field.clone())
        };
        assert_eq!(read("", ""), Ok(Discount::None));
        assert_eq!(read("10 %", "Staff"), Ok(Discount::Rate(1_000)));
        assert_eq!(read("12.50", "Staff"), Ok(Discount::Amount(1_250)));
        for (discount, reason, field) in [
            ("150 %", "Staff", "discount"),
            ("-5", "Staff", "discount"),
            ("1e18", "x", "discount"),
            ("5", "", "discount_reason"),
        ] {
            assert_eq!(read(discount, reason), Err(field.to_owned()), "{discount}");
        }
    }
}
