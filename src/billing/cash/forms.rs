//! What is typed when a drawer is opened and counted.

use crate::money::Currency;
use crate::web::Form;

/// The most that a drawer holds, in minor units.
const MOST: i64 = 1_000_000_000_000_000;

fn drawer(form: &mut Form, name: &str, currency: Currency, missing: &str) -> i64 {
    let amount = form.money(name, currency);
    if amount.is_none() {
        form.refuse_field(name, missing);
    }
    if amount.is_some_and(|amount| amount > MOST) {
        form.refuse_field(name, format!("At most {}.", currency.text(MOST)));
    }
    amount.unwrap_or_default()
}

/// What is in the drawer to begin with; what is wrong stands in the form afterwards.
pub fn opening(form: &mut Form, currency: Currency) -> Option<i64> {
    let amount = drawer(form, "opening_float", currency, "Enter what is in the drawer now, 0 if it is empty.");
    form.is_valid().then_some(amount)
}

/// The float with which a payment opens the day by the way; `None` when the field is left empty.
pub fn opening_by_the_way(form: &mut Form, currency: Currency) -> Option<i64> {
    if form.value("opening_float").trim().is_empty() {
        return None;
    }
    Some(drawer(form, "opening_float", currency, ""))
}

/// What was found in the drawer, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub counted: i64,
    pub note: String,
}

/// Reads the count; what is wrong stands in the form afterwards.
pub fn count(form: &mut Form, currency: Currency) -> Option<Count> {
    let counted = drawer(form, "counted", currency, "Enter what is in the drawer, 0 if it is empty.");
    let note = form.text("note", 500);
    form.is_valid().then_some(Count { counted, note })
}
