//! What is typed about a substance. Lists are typed with commas.

use std::collections::HashSet;

use super::model::SubstanceRow;
use crate::db::fold::fold;
use crate::web::Form;

/// A substance as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubstanceInput {
    pub name: String,
    pub other_names: Vec<String>,
    pub classes: Vec<String>,
    pub cross_reactive: Vec<String>,
    pub properties: Vec<String>,
}

/// How many names a list has at most; the rest is left out.
const MOST_NAMES: usize = 100;

/// The names of a typed list, each once, with single spaces.
pub fn names(typed: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    typed
        .split([',', ';', '\n'])
        .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|name| {
            let key = fold(name);
            !key.is_empty() && seen.insert(key)
        })
        .take(MOST_NAMES)
        .collect()
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<SubstanceInput> {
    let name = form.required("name", 120, "Enter the substance's generic name.");
    if !name.is_empty() && fold(&name).is_empty() {
        form.refuse_field("name", "A name needs letters.");
    }
    let mut list = |field: &str| names(&form.text(field, 1000));
    let input = SubstanceInput {
        name,
        other_names: list("other_names"),
        classes: list("classes"),
        cross_reactive: list("cross_reactive"),
        properties: list("properties"),
    };
    form.is_valid().then_some(input)
}

/// The form that edits a substance.
pub fn filled(row: &SubstanceRow) -> Form {
    Form::of([
        ("name", row.substance.name.clone()),
        ("other_names", row.substance.other_names.clone()),
        ("classes", row.classes.clone()),
        ("cross_reactive", row.cross_reactive.clone()),
        ("properties", row.properties.clone()),
        ("version", row.substance.version.to_string()),
    ])
}
