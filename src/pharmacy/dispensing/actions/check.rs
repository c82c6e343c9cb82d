//! Whether what the pharmacist typed may be handed out, line by line and batch by batch.
//!
//! The database holds the same rules; this says them in words, beside the field that they are about.

use std::collections::HashMap;

use diesel::OptionalExtension;

use super::Work;
use crate::chart::medications::model::LineId;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::{Medicine, MedicineId};
use crate::pharmacy::dispensing::forms::{LONGEST_MEDICINE, LineInput, Part, Wish};
use crate::pharmacy::dispensing::model::{Line, MOST, counted, may_replace};
use crate::pharmacy::stock;
use crate::pharmacy::stock::model::BatchId;
use crate::time::date_text;

/// What is wrong with a field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: String,
    pub message: String,
}

/// A line that is handed out.
#[derive(Clone, Debug)]
pub struct Hand {
    pub line: LineId,
    pub medicine: Medicine,
    /// Why another medicine than the prescribed one is handed out; empty for the prescribed one.
    pub substitution_reason: String,
    /// Whether the doctor wrote freely, and the pharmacist found the medicine.
    pub is_found: bool,
    pub parts: Vec<(BatchId, i32)>,
}

/// What is to be done, checked.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub handed: Vec<Hand>,
    pub declined: Vec<(LineId, String)>,
}

/// Checks what was typed against the prescription and the stock as they are now: what is to be done, and every problem
/// with it.
pub fn check(db: &mut DbConnection, work: &Work, input: &[LineInput]) -> Result<(Plan, Vec<Problem>), AppError> {
    let mut checker = Checker { work, taken: HashMap::new(), problems: Vec::new() };
    let mut plan = Plan::default();
    let mut seen = Vec::new();
    for typed in input {
        let Some(line) = work.lines.iter().find(|line| line.id == typed.line) else {
            checker.refuse("", "This line is of another prescription.");
            continue;
        };
        if seen.contains(&line.id) {
            checker.refuse("", "A line was sent twice.");
            continue;
        }
        seen.push(line.id);
        if typed.wish == Wish::Leave {
            continue;
        }
        if let Some(closed) = closed(line) {
            checker.refuse(&field_of(typed), &closed);
            continue;
        }
        match typed.wish {
            Wish::Hand => plan.handed.extend(checker.hand(db, line, typed)?),
            Wish::Decline => plan.declined.push((line.id, typed.reason.clone())),
            Wish::Leave => {}
        }
    }
    if plan.handed.is_empty() && plan.declined.is_empty() && checker.problems.is_empty() {
        checker.refuse("", "Enter what you hand out or decline, or put the prescription back.");
    }
    Ok((plan, checker.problems))
}

/// The field in which a line's own problem is told.
fn field_of(typed: &LineInput) -> String {
    typed.parts.first().map_or_else(|| format!("wish-{}", typed.at), |part| format!("quantity-{}", part.at))
}

/// Why nothing of a line may be handed out or declined any more.
fn closed(line: &Line) -> Option<String> {
    let name = &line.medication.medicine;
    if line.is_whole() {
        return Some(format!("All of {name} is dispensed already."));
    }
    if let Some(reason) = &line.declined {
        return Some(format!("{name} was declined: {reason}"));
    }
    let (on, reason) = line.stopped.as_ref()?;
    Some(format!("{name} was stopped on {}: {reason}", date_text(*on)))
}

struct Checker<'a> {
    work: &'a Work,
    /// What other parts of this form take from each batch.
    taken: HashMap<BatchId, i64>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn refuse(&mut self, field: &str, message: &str) {
        self.problems.push(Problem { field: field.to_owned(), message: message.to_owned() });
    }

    fn hand(&mut self, db: &mut DbConnection, line: &Line, typed: &LineInput) -> Result<Option<Hand>, AppError> {
        let Some(medicine) = self.medicine(db, line, typed)? else { return Ok(None) };
        let before = self.problems.len();
        let prescribed = line.medication.medicine_id;
        let is_substitute = prescribed.is_some_and(|id| id != medicine.id);
        if is_substitute && typed.reason.is_empty() {
            self.refuse(&format!("reason-{}", typed.at), "Say why another medicine is handed out.");
        }
        let total: i64 = typed.parts.iter().map(|part| i64::from(part.quantity)).sum();
        let most = line.left().unwrap_or(MOST);
        if total > i64::from(most) {
            let message = match line.dispensed {
                _ if line.medication.quantity.is_none() => {
                    format!("At most {} at once.", counted(MOST, &medicine.unit))
                }
                0 => format!("Only {} are prescribed.", counted(most, &line.unit)),
                _ => format!("Only {} of {} are left to hand out.", counted(most, &line.unit), line.prescribed_text()),
            };
            self.refuse(&field_of(typed), &message);
        }
        for part in &typed.parts {
            self.part(db, &medicine, part)?;
        }
        if self.problems.len() > before {
            return Ok(None);
        }
        Ok(Some(Hand {
            line: line.id,
            is_found: prescribed.is_none(),
            substitution_reason: if is_substitute { typed.reason.clone() } else { String::new() },
            parts: typed.parts.iter().map(|part| (part.batch, part.quantity)).collect(),
            medicine,
        }))
    }

    /// The medicine that is handed out: the prescribed one, one that may stand in for it, or the one that was found for
    /// what the doctor wrote freely.
    fn medicine(
        &mut self,
        db: &mut DbConnection,
        line: &Line,
        typed: &LineInput,
    ) -> Result<Option<Medicine>, AppError> {
        let field = format!("medicine-{}", typed.at);
        let Some(chosen) = resolve(db, line, &typed.medicine)? else {
            let message = match typed.medicine.is_empty() {
                true => "Find the medicine in the catalogue for what the doctor wrote, or decline the line.",
                false => "The catalogue has no medicine that is called so.",
            };
            self.refuse(&field, message);
            return Ok(None);
        };
        match line.medication.medicine_id {
            Some(id) if id == chosen.id => {}
            Some(id) => {
                let prescribed = medicines::queries::find(db, id)?;
                if !may_replace(&chosen, &prescribed) {
                    let message = format!(
                        "{} cannot stand in for {}: a substitute has the same generic name, strength and way of taking it.",
                        chosen.name, prescribed.name
                    );
                    self.refuse(&field, &message);
                    return Ok(None);
                }
            }
            None if !chosen.is_active => {
                self.refuse(&field, &format!("{} is off the list.", chosen.name));
                return Ok(None);
            }
            None => {}
        }
        Ok(Some(chosen))
    }

    fn part(&mut self, db: &mut DbConnection, medicine: &Medicine, part: &Part) -> Result<(), AppError> {
        let field = format!("batch-{}", part.at);
        let batch = stock::queries::find(db, part.batch).optional()?.filter(|b| b.medicine_id == medicine.id);
        let Some(batch) = batch else {
            self.refuse(&field, &format!("Choose a batch of {}.", medicine.name));
            return Ok(());
        };
        if batch.has_expired(self.work.today) {
            let message = format!("Lot {} expired on {}. Take another batch.", batch.lot, date_text(batch.expires_on));
            self.refuse(&field, &message);
            return Ok(());
        }
        if batch.is_recalled() {
            self.refuse(&field, &format!("Lot {} is recalled. Take another batch.", batch.lot));
            return Ok(());
        }
        let taken = self.taken.entry(batch.id).or_default();
        *taken += i64::from(part.quantity);
        if *taken > i64::from(batch.quantity) {
            let message = match batch.quantity {
                0 => format!("Nothing of lot {} is left.", batch.lot),
                left => format!("Only {} of lot {} are left.", counted(left, &medicine.unit), batch.lot),
            };
            self.refuse(&format!("quantity-{}", part.at), &message);
        }
        Ok(())
    }
}

/// The medicine of the catalogue that is meant for a line: the id of a chosen one, a typed name, or else the prescribed
/// one or what was found for it before.
pub fn resolve(db: &mut DbConnection, line: &Line, typed: &str) -> Result<Option<Medicine>, AppError> {
    // A longer text is no name of ours, and nothing to search with.
    if typed.chars().count() > LONGEST_MEDICINE {
        return Ok(None);
    }
    let id = match typed {
        "" => line.medicine_id(),
        _ => typed.parse::<i64>().ok().map(MedicineId),
    };
    Ok(match id {
        Some(id) => medicines::queries::find(db, id).optional()?,
        None if typed.is_empty() => None,
        None => medicines::queries::meant(db, typed)?,
    })
}
