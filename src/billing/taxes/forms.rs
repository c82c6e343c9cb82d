//! What is typed about a tax rate.

use super::model::{TaxRate, parse_percent, percent_input};
use crate::db::fold::fold;
use crate::web::Form;

/// A rate as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxInput {
    pub name: String,
    /// Hundredths of a percent.
    pub basis_points: i32,
    pub is_default: bool,
    pub is_active: bool,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<TaxInput> {
    let name = form.required("name", 60, "Enter the tax's name, such as VAT.");
    let rate = parse_percent(&form.text("rate", 12));
    if rate.is_none() {
        form.refuse_field("rate", "Enter a percentage from 0 to 100, such as 5.5.");
    }
    let input = TaxInput {
        name,
        basis_points: rate.unwrap_or_default(),
        is_default: form.ticked("is_default"),
        is_active: form.ticked("is_active"),
    };
    if input.is_default && !input.is_active {
        form.refuse_field("is_default", "New lines cannot bear a rate that is closed.");
    }
    if form.is_valid() && fold(&input.name).is_empty() {
        form.refuse_field("name", "A name needs letters.");
    }
    form.is_valid().then_some(input)
}

/// The form of a new rate.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned())])
}

/// The form that edits a rate.
pub fn filled(rate: &TaxRate) -> Form {
    let tick = |is: bool| if is { "yes".to_owned() } else { String::new() };
    Form::of([
        ("name", rate.name.clone()),
        ("rate", percent_input(rate.basis_points)),
        ("is_default", tick(rate.is_default)),
        ("is_active", tick(rate.is_active)),
        ("version", rate.version.to_string()),
    ])
}
