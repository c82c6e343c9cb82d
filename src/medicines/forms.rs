//! What is typed about a medicine.

use super::barcode;
use super::model::{Medicine, milligrams, parse_milligrams};
use super::substances::forms::names;
use crate::db::fold::fold;
use crate::medicines::directions::ROUTES;
use crate::money::Currency;
use crate::web::Form;

/// A medicine as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MedicineInput {
    pub name: String,
    pub generic_name: String,
    /// The names of the substances that it contains.
    pub contents: Vec<String>,
    pub form: String,
    pub strength: String,
    pub unit: String,
    pub route: String,
    pub pack_size: i32,
    pub price: i64,
    pub minimum_stock: i32,
    pub strength_ng: Option<i64>,
    pub least_dose_ng: Option<i64>,
    pub most_dose_ng: Option<i64>,
    pub most_daily_ng: Option<i64>,
    pub is_active: bool,
    pub barcode: String,
}

impl MedicineInput {
    /// The text that a search looks at.
    pub fn search_text(&self) -> String {
        fold(&[self.name.as_str(), &self.generic_name, &self.contents.join(" ")].join(" "))
    }
}

/// `Amoxicillin 500 mg capsule`.
pub fn name_of(generic: &str, strength: &str, form: &str) -> String {
    [generic, strength, form].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The substances that a generic name speaks of: `Amoxicillin + clavulanic acid`.
pub fn contents_of(generic: &str) -> Vec<String> {
    names(&generic.replace('+', ","))
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, currency: Currency) -> Option<MedicineInput> {
    let generic_name = form.required("generic_name", 200, "Enter the generic name.");
    let strength = form.text("strength", 60);
    let medicine_form = form.required("form", 60, "Enter the form: tablet, suspension, injection.");
    let typed_name = form.text("name", 200);
    let typed_contents = names(&form.text("contents", 500));
    let route = form.text("route", 20);
    if !route.is_empty() && !ROUTES.iter().any(|(name, _)| *name == route) {
        form.refuse_field("route", "Choose a route of the list.");
    }
    let name = if typed_name.is_empty() { name_of(&generic_name, &strength, &medicine_form) } else { typed_name };
    if name.chars().count() > 200 {
        form.refuse_field("name", "The whole name may have 200 characters: write a shorter one.");
    } else if !name.is_empty() && fold(&name).is_empty() {
        form.refuse_field("name", "A name needs letters.");
    }
    let input = MedicineInput {
        name,
        contents: if typed_contents.is_empty() { contents_of(&generic_name) } else { typed_contents },
        generic_name,
        form: medicine_form,
        strength,
        unit: form.required("unit", 40, "Enter what is counted: tablet, capsule, ml."),
        route,
        pack_size: form.number("pack_size", 1..=100_000).unwrap_or(1),
        price: form.money("price", currency).unwrap_or(0),
        minimum_stock: form.number("minimum_stock", 0..=100_000_000).unwrap_or(0),
        strength_ng: amount(form, "strength_mg"),
        least_dose_ng: amount(form, "least_dose"),
        most_dose_ng: amount(form, "most_dose"),
        most_daily_ng: amount(form, "most_daily"),
        is_active: form.ticked("is_active"),
        barcode: typed_barcode(form),
    };
    if let (Some(least), Some(most)) = (input.least_dose_ng, input.most_dose_ng)
        && least > most
    {
        form.refuse_field("most_dose", "The most of one dose is less than the least.");
    }
    if let (Some(most), Some(daily)) = (input.most_dose_ng, input.most_daily_ng)
        && most > daily
    {
        form.refuse_field("most_daily", "The most of a day is less than the most of one dose.");
    }
    form.is_valid().then_some(input)
}

fn typed_barcode(form: &mut Form) -> String {
    match barcode::read(form.value("barcode")) {
        Ok(code) => code,
        Err(message) => {
            form.refuse_field("barcode", message);
            String::new()
        }
    }
}

/// Milligrams, or `None` when the field is empty.
fn amount(form: &mut Form, field: &str) -> Option<i64> {
    let typed = form.text(field, 20);
    if typed.is_empty() {
        return None;
    }
    let found = parse_milligrams(&typed);
    if found.is_none() {
        form.refuse_field(field, "Enter milligrams above 0, such as 500 or 0.0625.");
    }
    found
}

/// The form of a new medicine.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned()), ("pack_size", "1".to_owned())])
}

/// The form that edits a medicine.
pub fn filled(medicine: &Medicine, contents: &[String], currency: Currency) -> Form {
    let amount = |ng: Option<i64>| ng.map(milligrams).unwrap_or_default();
    Form::of([
        ("name", medicine.name.clone()),
        ("generic_name", medicine.generic_name.clone()),
        ("contents", contents.join(", ")),
        ("form", medicine.form.clone()),
        ("strength", medicine.strength.clone()),
        ("unit", medicine.unit.clone()),
        ("route", medicine.route.clone()),
        ("pack_size", medicine.pack_size.to_string()),
        ("price", currency.input(medicine.price)),
        ("minimum_stock", medicine.minimum_stock.to_string()),
        ("strength_mg", amount(medicine.strength_ng)),
        ("least_dose", amount(medicine.least_dose_ng)),
        ("most_dose", amount(medicine.most_dose_ng)),
        ("most_daily", amount(medicine.most_daily_ng)),
        ("is_active", if medicine.is_active { "yes".to_owned() } else { String::new() }),
        ("barcode", medicine.barcode.clone()),
        ("version", medicine.version.to_string()),
    ])
}
