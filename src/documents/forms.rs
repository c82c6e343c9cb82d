//! What is typed about a document. The file itself is read by `receive`.

use super::model::{Document, DocumentKind};
use super::names;
use crate::encounters::model::EncounterId;
use crate::web::Form;

const LONGEST_TITLE: usize = 200;

/// What is said of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentInput {
    pub kind: DocumentKind,
    /// Empty for the name of the file.
    pub title: String,
    pub encounter: Option<EncounterId>,
}

/// Reads the form of an upload; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<DocumentInput> {
    let title = names::line(&form.text("title", LONGEST_TITLE));
    let kind = form.choice("kind", "Choose what it is.");
    let encounter = form.id("encounter");
    form.is_valid().then_some(())?;
    Some(DocumentInput { kind: kind?, title, encounter })
}

/// Reads the form of an edit, in which the title may not be empty.
pub fn parse_edit(form: &mut Form) -> Option<DocumentInput> {
    if names::line(form.value("title")).is_empty() {
        form.refuse_field("title", "Enter a title.");
    }
    parse(form)
}

/// The form of a new document of a visit, if one is said.
pub fn empty(encounter: &str) -> Form {
    Form::of([("encounter", encounter.to_owned())])
}

/// The form that edits a document.
pub fn filled(document: &Document) -> Form {
    Form::of([
        ("kind", document.kind.as_str().to_owned()),
        ("title", document.title.clone()),
        ("encounter", document.encounter_id.map(|id| id.to_string()).unwrap_or_default()),
        ("version", document.version.to_string()),
    ])
}
