//! What the pharmacist types: for each line what becomes of it, and for each batch how much of it.
//!
//! Lines and parts are columns of a table: each field is sent once for each line (`line`, `wish`, `medicine`, `reason`)
//! or once for each part (`part_of`, `batch`, `quantity`), in the same order.

use crate::chart::medications::model::LineId;
use crate::pharmacy::stock::model::{BatchId, DispensingItemId};
use crate::web::Form;

use super::model::MOST;

/// More lines, and more parts of them, are on no page of ours.
const MOST_LINES: usize = 200;
const MOST_PARTS: usize = 600;
const LONGEST_REASON: usize = 500;
/// The longest name of a medicine that is looked for.
pub const LONGEST_MEDICINE: usize = 200;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Wish {
    #[default]
    Hand,
    Leave,
    Decline,
}

impl Wish {
    /// As it is sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As it is chosen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hand => "Hand out",
            Self::Leave => "Leave for later",
            Self::Decline => "Decline",
        }
    }
}

/// A part as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedPart {
    /// Its number among all parts of the form, which its fields are named by.
    pub at: usize,
    pub batch: String,
    pub quantity: String,
}

/// A line as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedLine {
    /// Its number on the form.
    pub at: usize,
    pub line: LineId,
    pub wish: String,
    /// The id of a medicine that is chosen, or a name that is typed; empty for the prescribed one.
    pub medicine: String,
    pub reason: String,
    pub parts: Vec<TypedPart>,
}

/// The lines of the form as they were typed. What is not a line of ours at all is left out.
pub fn typed(form: &Form) -> Vec<TypedLine> {
    let column = |name, most| form.values(name).take(most).map(ToOwned::to_owned).collect::<Vec<String>>();
    let [wish, medicine, reason] = ["wish", "medicine", "reason"].map(|name| column(name, MOST_LINES));
    let [part_of, batch, quantity] = ["part_of", "batch", "quantity"].map(|name| column(name, MOST_PARTS));
    let cell = |column: &[String], at: usize| column.get(at).cloned().unwrap_or_default();
    let lines = column("line", MOST_LINES);
    let ids = lines.iter().enumerate().filter_map(|(at, typed)| Some((at, typed.parse::<i64>().ok()?)));
    ids.map(|(at, id)| TypedLine {
        at,
        line: LineId(id),
        wish: cell(&wish, at),
        medicine: cell(&medicine, at).trim().to_owned(),
        reason: cell(&reason, at).trim().to_owned(),
        parts: part_of
            .iter()
            .enumerate()
            .filter(|(_, of)| of.parse() == Ok(id))
            .map(|(at, _)| TypedPart { at, batch: cell(&batch, at), quantity: cell(&quantity, at).trim().to_owned() })
            .collect(),
    })
    .collect()
}

/// How much is taken from a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub at: usize,
    pub batch: BatchId,
    pub quantity: i32,
}

/// What shall become of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineInput {
    pub at: usize,
    pub line: LineId,
    pub wish: Wish,
    pub medicine: String,
    pub reason: String,
    /// What is handed out, where something is.
    pub parts: Vec<Part>,
}

/// Reads the form; what is wrong stands in it afterwards, beside its field.
pub fn parse(form: &mut Form) -> Option<Vec<LineInput>> {
    if form.values("line").count() > MOST_LINES || form.values("part_of").count() > MOST_PARTS {
        form.refuse_field("", "This is more than one prescription can have.");
        return None;
    }
    let lines = typed(form).into_iter().map(|line| read_line(form, line)).collect();
    form.is_valid().then_some(lines)
}

fn read_line(form: &mut Form, typed: TypedLine) -> LineInput {
    let at = typed.at;
    let wish = typed.wish.parse::<Wish>().unwrap_or_else(|_| {
        form.refuse_field(&format!("wish-{at}"), "Choose what becomes of this line.");
        Wish::Leave
    });
    if typed.reason.chars().count() > LONGEST_REASON {
        form.refuse_field(&format!("reason-{at}"), format!("This is too long: at most {LONGEST_REASON} characters."));
    }
    if typed.medicine.chars().count() > LONGEST_MEDICINE {
        form.refuse_field(
            &format!("medicine-{at}"),
            format!("This is too long: at most {LONGEST_MEDICINE} characters."),
        );
    }
    if wish == Wish::Decline && typed.reason.is_empty() {
        form.refuse_field(&format!("reason-{at}"), "Say why it is declined: doctor and patient read it.");
    }
    let mut parts = Vec::new();
    if wish == Wish::Hand {
        for part in &typed.parts {
            parts.extend(read_part(form, part));
        }
        if parts.is_empty() && typed.parts.iter().all(|part| part.quantity.is_empty()) {
            let first =
                typed.parts.first().map_or_else(|| format!("wish-{at}"), |part| format!("quantity-{}", part.at));
            form.refuse_field(&first, "Enter how much is handed out, or leave the line for later.");
        }
    }
    LineInput { at, line: typed.line, wish, medicine: typed.medicine, reason: typed.reason, parts }
}

/// A part in which something is typed.
fn read_part(form: &mut Form, typed: &TypedPart) -> Option<Part> {
    if typed.quantity.is_empty() {
        return None;
    }
    let quantity = typed.quantity.parse::<i32>().ok().filter(|n| (1..=MOST).contains(n));
    if quantity.is_none() {
        form.refuse_field(&format!("quantity-{}", typed.at), format!("Enter a whole number from 1 to {MOST}."));
    }
    let batch = typed.batch.parse::<i64>().ok().map(BatchId);
    if batch.is_none() {
        form.refuse_field(&format!("batch-{}", typed.at), "Choose the batch that it is taken from.");
    }
    Some(Part { at: typed.at, batch: batch?, quantity: quantity? })
}

/// Something that a patient brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnInput {
    pub item: DispensingItemId,
    pub quantity: i32,
    /// Whether it is destroyed rather than put back on the shelf.
    pub is_destroyed: bool,
    /// Whether it is taken off what the patient has to pay.
    pub is_credited: bool,
    pub reason: String,
}

/// Reads the form of a return.
pub fn parse_return(form: &mut Form) -> Option<ReturnInput> {
    let item = form.id("item");
    if item.is_none() {
        form.refuse_field("item", "Choose what came back.");
    }
    let quantity = form.number("quantity", 1..=MOST);
    if quantity.is_none() {
        form.refuse_field("quantity", "Enter how much came back.");
    }
    let is_destroyed = match form.value("then") {
        "shelf" => Some(false),
        "destroy" => Some(true),
        _ => {
            form.refuse_field("then", "Choose where it goes.");
            None
        }
    };
    let reason = form.required("reason", LONGEST_REASON, "Say why it came back.");
    let is_credited = form.ticked("credit");
    let input = ReturnInput { item: item?, quantity: quantity?, is_destroyed: is_destroyed?, is_credited, reason };
    form.is_valid().then_some(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        Form::new(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(), Vec::new())
    }

    #[test]
    fn parts_stand_with_their_lines() {
        let mut form = form(&[
            ("line", "7"),
            ("wish", "hand"),
            ("medicine", ""),
            ("reason", ""),
            ("line", "8"),
            ("wish", "decline"),
            ("medicine", ""),
            ("reason", "Not in stock"),
            ("part_of", "7"),
            ("batch", "1"),
            ("quantity", " 4 "),
            ("part_of", "7"),
            ("batch", "2"),
            ("quantity", "2"),
            ("part_of", "8"),
            ("batch", "3"),
            ("quantity", "99"),
        ]);
        let lines = parse(&mut form).expect("nothing is wrong");
        let part = |at, batch, quantity| Part { at, batch: BatchId(batch), quantity };
        assert_eq!(lines[0].parts, [part(0, 1, 4), part(1, 2, 2)]);
        assert_eq!((lines[1].wish, lines[1].reason.as_str(), lines[1].parts.len()), (Wish::Decline, "Not in stock", 0));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        for quantity in ["0", "-1", "1.5", "1000000000000000000", "many", "٣"] {
            let mut form =
                form(&[("line", "7"), ("wish", "hand"), ("part_of", "7"), ("batch", "1"), ("quantity", quantity)]);
            assert_eq!(parse(&mut form), None, "{quantity}");
            assert_eq!(form.errors[0].field, "quantity-0", "{quantity}");
            assert_eq!(form.errors.len(), 1, "{quantity}");
        }
        let mut form = form(&[("line", "7"), ("wish", "hand"), ("part_of", "7"), ("batch", ""), ("quantity", "")]);
        assert_eq!(parse(&mut form), None);
        assert_eq!(form.errors[0].field, "quantity-0");
        let mut huge = Form::default();
        for _ in 0..20_000 {
            huge.push("part_of", "7");
        }
        assert_eq!(parse(&mut huge), None);
    }
}
