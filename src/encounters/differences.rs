//! What differs between two versions of a visit, word by word. Pure: no SQL, no HTTP.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::model::Content;
use crate::time::long_date_text;

/// Two long texts that have nothing in common are told apart roughly after this time, rather than exactly much later.
const PATIENCE: Duration = Duration::from_millis(200);

/// A part of the record that is not the same in both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub label: &'static str,
    pub pieces: Vec<Piece>,
}

/// Words that both versions have, or one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    Removed(String),
    Added(String),
}

/// The parts that differ, in the order of the record.
pub fn between(older: &Content, newer: &Content) -> Vec<Difference> {
    let date = |content: &Content| content.follow_up_date.map(long_date_text).unwrap_or_default();
    let parts: [(&'static str, String, String); 6] = [
        ("Symptoms", older.symptoms.clone(), newer.symptoms.clone()),
        ("Vital signs", older.vital_signs.text(), newer.vital_signs.text()),
        ("Diagnoses", older.diagnoses_text(), newer.diagnoses_text()),
        ("Treatment plan", older.treatment_plan.clone(), newer.treatment_plan.clone()),
        ("Notes", older.notes.clone(), newer.notes.clone()),
        ("Follow-up", date(older), date(newer)),
    ];
    let differs = |(_, older, newer): &(_, String, String)| older != newer;
    let difference = |(label, older, newer): (_, String, String)| Difference { label, pieces: words(&older, &newer) };
    parts.into_iter().filter(differs).map(difference).collect()
}

/// Neighbours of one kind are one piece, so that a sentence is read out as one.
fn words(older: &str, newer: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(older, newer);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let word = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(text)))
            | (ChangeTag::Delete, Some(Piece::Removed(text)))
            | (ChangeTag::Insert, Some(Piece::Added(text))) => text.push_str(word),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(word.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Removed(word.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Added(word.to_owned())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_and_word_by_word() {
        let older =
            Content { symptoms: "Cough for three days".to_owned(), notes: "Rest".to_owned(), ..Content::default() };
        let newer = Content { symptoms: "Cough for five days, fever".to_owned(), ..older.clone() };
        let found = between(&older, &newer);
        let same = |text: &str| Piece::Same(text.to_owned());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].label, "Symptoms");
        assert_eq!(found[0].pieces.first(), Some(&same("Cough for ")));
        assert!(found[0].pieces.contains(&Piece::Removed("three".to_owned())));
        let text = |keeps_removed: bool| -> String {
            let piece = |piece: &Piece| match piece {
                Piece::Same(text) => text.clone(),
                Piece::Removed(text) if keeps_removed => text.clone(),
                Piece::Added(text) if !keeps_removed => text.clone(),
                _ => String::new(),
            };
            found[0].pieces.iter().map(piece).collect()
        };
        assert_eq!((text(true), text(false)), (older.symptoms.clone(), newer.symptoms.clone()));
        assert_eq!(between(&newer, &newer), []);
    }

    #[test]
    fn long_texts_without_anything_in_common_take_no_time() {
        let text = |word: &str| (0..20_000).map(|n| format!("{word}{n} ")).collect::<String>();
        let older = Content { notes: text("a"), ..Content::default() };
        let newer = Content { notes: text("b"), ..Content::default() };
        assert_eq!(between(&older, &newer).len(), 1);
    }
}
