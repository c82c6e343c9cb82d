//! What is typed about a supplier.

use super::model::Supplier;
use crate::db::fold::fold;
use crate::web::Form;

/// A supplier as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierInput {
    pub name: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub note: String,
    pub is_active: bool,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<SupplierInput> {
    let input = SupplierInput {
        name: form.required("name", 120, "Enter the supplier's name."),
        phone: form.phone("phone"),
        email: form.email("email").unwrap_or_default(),
        address: form.text("address", 500),
        note: form.text("note", 2000),
        is_active: form.ticked("is_active"),
    };
    if form.is_valid() && fold(&input.name).is_empty() {
        form.refuse_field("name", "A name needs letters.");
    }
    form.is_valid().then_some(input)
}

/// The form of a new supplier.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned())])
}

/// The form that edits a supplier.
pub fn filled(supplier: &Supplier) -> Form {
    Form::of([
        ("name", supplier.name.clone()),
        ("phone", supplier.phone.clone()),
        ("email", supplier.email.clone()),
        ("address", supplier.address.clone()),
        ("note", supplier.note.clone()),
        ("is_active", if supplier.is_active { "yes".to_owned() } else { String::new() }),
        ("version", supplier.version.to_string()),
    ])
}
