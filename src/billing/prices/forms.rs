//! What is typed about an entry of the price list.

use super::model::PriceItem;
use crate::billing::forms::price;
use crate::db::fold::fold;
use crate::departments::model::DepartmentId;
use crate::money::Currency;
use crate::web::Form;

/// An entry as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceInput {
    pub name: String,
    pub department_id: Option<DepartmentId>,
    /// Minor units.
    pub price: i64,
    pub is_active: bool,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, currency: Currency) -> Option<PriceInput> {
    let name = form.required("name", 120, "Enter what is charged.");
    let price = price(form, "price", currency);
    if price.is_none() && form.error("price").is_none() {
        form.refuse_field("price", "Enter the price.");
    }
    let input = PriceInput {
        name,
        department_id: form.id("department_id"),
        price: price.unwrap_or_default(),
        is_active: form.ticked("is_active"),
    };
    if form.is_valid() && fold(&input.name).is_empty() {
        form.refuse_field("name", "A name needs letters.");
    }
    form.is_valid().then_some(input)
}

/// The form of a new entry.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned())])
}

/// The form that edits an entry.
pub fn filled(item: &PriceItem, currency: Currency) -> Form {
    Form::of([
        ("name", item.name.clone()),
        ("department_id", item.department_id.map(|id| id.to_string()).unwrap_or_default()),
        ("price", currency.input(item.price)),
        ("is_active", if item.is_active { "yes".to_owned() } else { String::new() }),
        ("version", item.version.to_string()),
    ])
}
