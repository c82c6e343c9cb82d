//! Adding and editing interactions.

use super::forms::InteractionInput;
use super::model::{Interaction, InteractionId};
use super::queries;
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Adds an interaction.
///
/// # Errors
/// `Constraint` for a pair that is there already.
pub fn create(db: &mut DbConnection, by: &By, input: &InteractionInput) -> Result<InteractionId, AppError> {
    let id = queries::insert(db, input, by.now)?;
    let entry = Entry::new("created", "interaction", id)
        .note("one", &input.one)
        .note("other", &input.other)
        .note("severity", input.severity.as_str());
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Saves an edit.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a pair that is there already.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    id: InteractionId,
    version: i32,
    input: &InteractionInput,
) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    if before.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "interaction", id)
        .change("one", &before.one, &input.one)
        .change("other", &before.other, &input.other)
        .change("severity", &before.severity.as_str(), &input.severity.as_str())
        .change("effect", &before.effect, &input.effect)
        .change("advice", &before.advice, &input.advice)
        .change("source", &before.source, &input.source)
        .change("is_active", &before.is_active, &input.is_active);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Interaction, yours: &InteractionInput) -> StaleEdit {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    StaleEdit::new("This interaction", &format!("/interactions/{}/edit", theirs.id))
        .row("One", &yours.one, &theirs.one)
        .row("Other", &yours.other, &theirs.other)
        .row("Severity", yours.severity.label(), theirs.severity.label())
        .row("What may happen", &yours.effect, &theirs.effect)
        .row("What to do", &yours.advice, &theirs.advice)
        .row("Source", &yours.source, &theirs.source)
        .row("Warns", yes_no(yours.is_active), yes_no(theirs.is_active))
}
