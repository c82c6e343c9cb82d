//! What is typed about an interaction.

use super::model::{Interaction, Severity};
use crate::db::fold::fold;
use crate::web::Form;

const LONGEST_NAME: usize = 120;

/// An interaction as it shall be; its sides stand in the order in which they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionInput {
    pub one: String,
    pub other: String,
    pub severity: Severity,
    pub effect: String,
    pub advice: String,
    pub source: String,
    pub is_active: bool,
}

impl InteractionInput {
    /// Puts the sides into the order in which they are stored.
    pub fn ordered(mut self) -> Self {
        if fold(&self.one) > fold(&self.other) {
            std::mem::swap(&mut self.one, &mut self.other);
        }
        self
    }
}

/// Reads the form; what is wrong stands in it afterwards. `terms` are the names that a side may be.
pub fn parse(form: &mut Form, terms: &[String]) -> Option<InteractionInput> {
    let one = side(form, "one", terms);
    let other = side(form, "other", terms);
    let severity = form.choice::<Severity>("severity", "Choose how serious it is.");
    let input = InteractionInput {
        one,
        other,
        severity: severity.unwrap_or(Severity::Caution),
        effect: form.required("effect", 500, "Say what may happen."),
        advice: form.text("advice", 500),
        source: form.required("source", 300, "Say where this is from: a label, a guideline, a paper."),
        is_active: form.ticked("is_active"),
    };
    form.is_valid().then(|| input.ordered())
}

fn side(form: &mut Form, field: &str, terms: &[String]) -> String {
    let typed = form.required(field, LONGEST_NAME, "Enter a class, a property or a substance.");
    if form.error(field).is_some() {
        return typed;
    }
    let key = fold(&typed);
    match terms.iter().find(|term| fold(term) == key) {
        Some(term) => term.clone(),
        None => {
            form.refuse_field(field, "No substance, class or property has this name: add it to a substance first.");
            typed
        }
    }
}

/// The form of a new interaction.
pub fn empty() -> Form {
    Form::of([("is_active", "yes".to_owned())])
}

/// The form that edits an interaction.
pub fn filled(interaction: &Interaction) -> Form {
    Form::of([
        ("one", interaction.one.clone()),
        ("other", interaction.other.clone()),
        ("severity", interaction.severity.as_str().to_owned()),
        ("effect", interaction.effect.clone()),
        ("advice", interaction.advice.clone()),
        ("source", interaction.source.clone()),
        ("is_active", if interaction.is_active { "yes".to_owned() } else { String::new() }),
        ("version", interaction.version.to_string()),
    ])
}
