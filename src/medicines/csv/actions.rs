//! Doing what a plan says.

use super::plan::{self, Plan};
use crate::access::By;
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines::actions;
use crate::money::Currency;

/// What became of an import.
#[derive(Debug)]
pub enum Imported {
    /// How many medicines were added and changed.
    Done(usize, usize),
    /// The catalogue is not as it was when the person looked: this is what the file would do now. Nothing was done.
    Different(Box<Plan>),
    /// The file cannot be read as a whole, with the reason.
    Unreadable(String),
}

/// Does what the file says, when it is what the person saw: `seen` is the fingerprint of the plan that was shown.
pub fn import(
    db: &mut DbConnection,
    by: &By,
    text: &str,
    seen: &str,
    currency: Currency,
) -> Result<Imported, AppError> {
    let plan = match plan::make(db, text, currency)? {
        Ok(plan) => plan,
        Err(message) => return Ok(Imported::Unreadable(message)),
    };
    if plan.fingerprint != seen {
        return Ok(Imported::Different(Box::new(plan)));
    }
    for planned in plan.new.iter().chain(&plan.changed) {
        match planned.of {
            None => drop(actions::create(db, by, &planned.input)?),
            Some((id, version)) => actions::update(db, by, id, version, &planned.input)?,
        }
    }
    let entry = Entry::new("imported", "catalogue", 0_i64)
        .note("new", plan.new.len())
        .note("changed", plan.changed.len())
        .note("refused", plan.refused.len());
    audit::record(db, by, &entry)?;
    Ok(Imported::Done(plan.new.len(), plan.changed.len()))
}
