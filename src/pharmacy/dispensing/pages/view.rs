//! The lines of a prescription as the pharmacist works on them: what was typed, or else what is proposed.

use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::Medicine;
use crate::money::Currency;
use crate::pharmacy::dispensing::actions::{Work, resolve};
use crate::pharmacy::dispensing::forms::{self, TypedLine, TypedPart, Wish};
use crate::pharmacy::dispensing::model::{Line, counted};
use crate::pharmacy::dispensing::proposal::{Taken, first_expiring};
use crate::pharmacy::dispensing::queries;
use crate::pharmacy::stock;
use crate::pharmacy::stock::model::Batch;
use crate::web::Form;

/// What one of the form's buttons asks for, besides sending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another batch for the line with this number.
    Split(usize),
    /// The batches of the medicine that is now chosen for the line with this number.
    Batches(usize),
    None,
}

impl Change {
    pub fn read(then: &str) -> Self {
        let number = |text: &str| text.parse().ok();
        if let Some(at) = then.strip_prefix("split-").and_then(number) {
            return Self::Split(at);
        }
        then.strip_prefix("batches-").and_then(number).map_or(Self::None, Self::Batches)
    }
}

/// A line as the page shows it.
pub struct LineView {
    pub at: usize,
    pub line: Line,
    pub wish: Wish,
    /// Whether the page begins with the choice of what becomes of it: nothing of it is there.
    pub is_first: bool,
    /// The medicine that is handed out, as far as it is known.
    pub medicine: Option<Medicine>,
    /// For one unit; empty where nothing is known.
    pub price: String,
    pub has_no_price: bool,
    /// What was typed to find the medicine for a line that the doctor wrote freely.
    pub typed: String,
    /// The prescribed medicine and those that may stand in for it, as id and name; empty where there is no choice.
    pub choices: Vec<(String, String)>,
    pub reason: String,
    pub parts: Vec<PartView>,
    /// What the parts can be taken from, as id and words.
    pub batches: Vec<(String, String)>,
    /// `120 capsules`.
    pub on_hand: String,
    pub is_short: bool,
    pub wish_error: Option<String>,
    pub medicine_error: Option<String>,
    pub reason_error: Option<String>,
}

impl LineView {
    /// Whether the doctor wrote something that is not in the catalogue.
    pub fn is_free(&self) -> bool {
        self.line.medication.medicine_id.is_none()
    }

    /// Whether another medicine than the prescribed one is chosen.
    pub fn is_substitute(&self) -> bool {
        let prescribed = self.line.medication.medicine_id;
        self.medicine.as_ref().is_some_and(|medicine| prescribed.is_some_and(|id| id != medicine.id))
    }

    /// The id of the chosen medicine, for the list of choices.
    pub fn chosen(&self) -> String {
        self.medicine.as_ref().map(|medicine| medicine.id.to_string()).unwrap_or_default()
    }
}

/// How much is taken from a batch, as it is typed.
pub struct PartView {
    pub at: usize,
    pub batch: String,
    pub quantity: String,
    /// Whether the page begins here.
    pub is_first: bool,
    pub batch_error: Option<String>,
    pub quantity_error: Option<String>,
}

/// The open lines of a prescription, with what was typed or, before anything was, with what the shelf can give.
pub fn lines(
    db: &mut DbConnection,
    work: &Work,
    form: Option<&Form>,
    change: Change,
    currency: Currency,
) -> Result<Vec<LineView>, AppError> {
    let typed = form.map(forms::typed).unwrap_or_default();
    let mut build = Build {
        form,
        change,
        currency,
        taken: Taken::new(),
        next_part: typed.iter().flat_map(|line| &line.parts).map(|part| part.at + 1).max().unwrap_or(0),
        is_begun: form.is_some_and(|form| !form.is_valid()),
    };
    let mut views = Vec::new();
    for (at, line) in work.lines.iter().filter(|line| line.is_open()).enumerate() {
        let typed = typed.iter().find(|typed| typed.line == line.id);
        views.push(build.line(db, work, at, line, typed)?);
    }
    Ok(views)
}

struct Build<'a> {
    form: Option<&'a Form>,
    change: Change,
    currency: Currency,
    taken: Taken,
    next_part: usize,
    /// Whether the page has its first field, or begins with its errors.
    is_begun: bool,
}

impl Build<'_> {
    fn error(&self, field: &str, at: usize) -> Option<String> {
        self.form?.error(&format!("{field}-{at}")).map(ToOwned::to_owned)
    }

    fn line(
        &mut self,
        db: &mut DbConnection,
        work: &Work,
        at: usize,
        line: &Line,
        typed: Option<&TypedLine>,
    ) -> Result<LineView, AppError> {
        let at = typed.map_or(at, |typed| typed.at);
        let medicine = match typed {
            Some(typed) => resolve(db, line, &typed.medicine)?,
            // What the doctor wrote freely may be clear: it is proposed, and the pharmacist decides by handing it out.
            None if line.medicine_id().is_none() => medicines::queries::meant(db, &line.medication.medicine)?,
            None => resolve(db, line, "")?,
        };
        let batches = match &medicine {
            Some(medicine) => stock::queries::offered(db, medicine.id, work.today)?,
            None => Vec::new(),
        };
        let on_hand: i64 = batches.iter().map(|batch| i64::from(batch.quantity)).sum();
        let choices = match (line.medication.medicine_id, &medicine) {
            (Some(id), _) => choices(db, id)?,
            (None, _) => Vec::new(),
        };
        let wanted = line.left();
        let wish = match typed {
            // Whoever looks for the batches of another medicine wants to hand it out.
            Some(_) if self.change == Change::Batches(at) && !batches.is_empty() => Wish::Hand,
            Some(typed) => typed.wish.parse().unwrap_or_default(),
            None if batches.is_empty() && medicine.is_some() => Wish::Leave,
            None => Wish::Hand,
        };
        let can_begin = wish == Wish::Hand;
        let parts = match typed {
            Some(typed) if self.change != Change::Batches(at) => self.as_typed(typed, &batches, can_begin),
            _ => self.proposed(line, &batches, can_begin),
        };
        let is_first = !can_begin && !self.is_begun;
        self.is_begun |= is_first;
        let unit = medicine.as_ref().map_or(line.unit.as_str(), |medicine| medicine.unit.as_str());
        Ok(LineView {
            at,
            wish,
            is_first,
            typed: if line.medication.medicine_id.is_none() {
                self.typed_name(typed, medicine.as_ref())
            } else {
                String::new()
            },
            price: medicine.as_ref().map(|m| self.currency.text(m.price)).unwrap_or_default(),
            has_no_price: medicine.as_ref().is_some_and(|m| m.price == 0),
            choices,
            reason: typed.map(|typed| typed.reason.clone()).unwrap_or_default(),
            parts,
            batches: batches.iter().map(|batch| (batch.id.to_string(), words(batch, unit))).collect(),
            on_hand: stock::model::units_text(on_hand, unit),
            is_short: on_hand < i64::from(wanted.unwrap_or(1)),
            wish_error: self.error("wish", at),
            medicine_error: self.error("medicine", at),
            reason_error: self.error("reason", at),
            line: line.clone(),
            medicine,
        })
    }

    /// What was typed to find the medicine, or the name of the one that was found.
    fn typed_name(&self, typed: Option<&TypedLine>, medicine: Option<&Medicine>) -> String {
        match (medicine, typed) {
            (Some(medicine), _) => medicine.name.clone(),
            (None, Some(typed)) => typed.medicine.clone(),
            (None, None) => String::new(),
        }
    }

    fn as_typed(&mut self, typed: &TypedLine, batches: &[Batch], can_begin: bool) -> Vec<PartView> {
        let mut parts: Vec<PartView> = Vec::new();
        for part in &typed.parts {
            parts.push(self.part(part.clone(), false));
        }
        if self.change == Change::Split(typed.at) || parts.is_empty() {
            let free = batches.iter().find(|batch| parts.iter().all(|part| part.batch != batch.id.to_string()));
            let batch = free.map(|batch| batch.id.to_string()).unwrap_or_default();
            let at = self.number();
            parts.push(self.part(TypedPart { at, batch, quantity: String::new() }, can_begin));
        }
        parts
    }

    fn proposed(&mut self, line: &Line, batches: &[Batch], can_begin: bool) -> Vec<PartView> {
        let proposed = match line.left() {
            Some(left) => first_expiring(left, batches, &mut self.taken),
            None => Vec::new(),
        };
        let mut parts: Vec<PartView> = Vec::new();
        for (batch, quantity) in proposed {
            let at = self.number();
            let is_first = can_begin && parts.is_empty();
            parts.push(self.part(TypedPart { at, batch: batch.to_string(), quantity: quantity.to_string() }, is_first));
        }
        if parts.is_empty() {
            let batch = batches.first().map(|batch| batch.id.to_string()).unwrap_or_default();
            let at = self.number();
            parts.push(self.part(TypedPart { at, batch, quantity: String::new() }, can_begin));
        }
        parts
    }

    fn number(&mut self) -> usize {
        self.next_part += 1;
        self.next_part - 1
    }

    /// A part; the page begins in the first that may be begun in: a new one after a button that made it.
    fn part(&mut self, part: TypedPart, may_begin: bool) -> PartView {
        let is_first = may_begin && !self.is_begun;
        self.is_begun |= is_first;
        PartView {
            batch_error: self.error("batch", part.at),
            quantity_error: self.error("quantity", part.at),
            at: part.at,
            batch: part.batch,
            quantity: part.quantity,
            is_first,
        }
    }
}

/// `L123 · to 31 Mar 2027 · 80 capsules`.
fn words(batch: &Batch, unit: &str) -> String {
    format!("{} · to {} · {}", batch.lot, crate::time::date_text(batch.expires_on), counted(batch.quantity, unit))
}

/// The prescribed medicine and those that may stand in for it; nothing where there is none.
fn choices(db: &mut DbConnection, prescribed: medicines::model::MedicineId) -> Result<Vec<(String, String)>, AppError> {
    let prescribed = medicines::queries::find(db, prescribed)?;
    let substitutes = queries::substitutes(db, &prescribed)?;
    if substitutes.is_empty() {
        return Ok(Vec::new());
    }
    let own = (prescribed.id.to_string(), format!("{} (as prescribed)", prescribed.name));
    Ok(std::iter::once(own).chain(substitutes.into_iter().map(|m| (m.id.to_string(), m.name))).collect())
}
