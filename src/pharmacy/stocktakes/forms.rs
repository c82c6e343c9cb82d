//! What is typed in a stocktake.

use crate::db::fold::fold;
use crate::pharmacy::stock::model::{BatchId, MOST_UNITS};
use crate::web::Form;

/// How many counts one form may send: a page of the sheet has far fewer.
const MOST_COUNTS: usize = 200;

/// What shall be counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StocktakeInput {
    /// Words of the medicines' names; empty for all.
    pub words: String,
    /// The first letter of the medicines' names; empty for all.
    pub letter: String,
    pub note: String,
}

/// Reads the form of a new stocktake; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<StocktakeInput> {
    let words = form.text("words", 100);
    let letter = form.value("letter").to_lowercase();
    let is_letter = letter.is_empty() || (letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !is_letter {
        form.refuse_field("letter", "Choose one of the list.");
    }
    if form.error("words").is_none() && !words.is_empty() && fold(&words).is_empty() {
        form.refuse_field("words", "Words need letters.");
    }
    let input = StocktakeInput { words, letter, note: form.text("note", 300) };
    form.is_valid().then_some(input)
}

/// A count that somebody typed, next to what their page showed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedCount {
    pub batch: BatchId,
    /// What the page showed: a count, or none yet.
    pub was: Option<i32>,
    /// What shall be: a count, or none.
    pub counted: Option<i32>,
}

/// The counts that were changed on a page; what is wrong stands in the form afterwards.
pub fn counts(form: &mut Form) -> Option<Vec<TypedCount>> {
    let ids: Vec<i64> = form
        .typed()
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("count-")?.parse().ok())
        .take(MOST_COUNTS)
        .collect();
    let mut changed = Vec::new();
    for id in ids {
        let field = format!("count-{id}");
        let counted = form.number(&field, 0..=MOST_UNITS);
        let was = form.value(&format!("was-{id}")).parse().ok();
        if counted != was && !changed.iter().any(|c: &TypedCount| c.batch.0 == id) {
            changed.push(TypedCount { batch: BatchId(id), was, counted });
        }
    }
    form.is_valid().then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_changed_is_saved() {
        let mut form = Form::of([
            ("count-1", "5".to_owned()),
            ("was-1", "5".to_owned()),
            ("count-2", "7".to_owned()),
            ("was-2", String::new()),
            ("count-3", String::new()),
            ("was-3", "4".to_owned()),
            ("count-x", "1".to_owned()),
        ]);
        let typed = |id, was, counted| TypedCount { batch: BatchId(id), was, counted };
        assert_eq!(counts(&mut form), Some(vec![typed(2, None, Some(7)), typed(3, Some(4), None)]));
        for wrong in ["-1", "1.5", "many", "1000000000000000000"] {
            let mut form = Form::of([("count-1", wrong.to_owned())]);
            assert_eq!(counts(&mut form), None, "{wrong}");
        }
    }
}
