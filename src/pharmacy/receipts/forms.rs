//! What is typed when a delivery is received: the delivery note, and any number of lines. Blank lines are ignored.

use chrono::{Months, NaiveDate};

use super::model::parse_expiry;
use crate::db::fold::fold;
use crate::medicines::model::Medicine;
use crate::money::Currency;
use crate::pharmacy::stock::model::MOST_UNITS;
use crate::pharmacy::suppliers::model::SupplierId;
use crate::web::Form;

/// The most lines of one receipt.
const MOST_LINES: usize = 200;
/// How many rows are read at all, blank ones too: no page of ours sends more.
const MOST_TYPED: usize = 2 * MOST_LINES;
/// A medicine that lasts longer than this was mistyped.
const LONGEST_MONTHS: u32 = 20 * 12;
/// How far back a delivery may be entered.
const OLDEST_MONTHS: u32 = 24;

/// A line as typed.
#[derive(Clone, Debug, Default)]
pub struct TypedLine {
    pub medicine: String,
    pub lot: String,
    pub expiry: String,
    pub packs: String,
    pub units: String,
    pub cost: String,
}

impl TypedLine {
    fn is_blank(&self) -> bool {
        [&self.medicine, &self.lot, &self.expiry, &self.packs, &self.units, &self.cost]
            .iter()
            .all(|text| text.trim().is_empty())
    }
}

/// A delivery whose lines are checked but for their medicines.
#[derive(Clone, Debug)]
pub struct ReceiptInput {
    pub supplier: SupplierId,
    pub reference: String,
    pub received_on: NaiveDate,
    pub note: String,
    pub lines: Vec<LineInput>,
}

/// A line to be received.
#[derive(Clone, Debug)]
pub struct LineInput {
    /// Which row of the form it is, for messages.
    pub row: usize,
    /// A name or a barcode.
    pub medicine: String,
    pub lot: String,
    pub expires_on: NaiveDate,
    pub packs: i32,
    /// Units beside the whole packs.
    pub units: i32,
    /// Minor units, of the whole line.
    pub total_cost: i64,
}

impl LineInput {
    /// The units of the line, when its medicine has packs of this size. `None` when they are none, or too many.
    pub fn quantity(&self, medicine: &Medicine) -> Option<i32> {
        let units = i64::from(self.packs) * i64::from(medicine.pack_size) + i64::from(self.units);
        i32::try_from(units).ok().filter(|units| (1..=MOST_UNITS).contains(units))
    }
}

/// The lines as typed, blank ones too. Each field is sent once for each line, in the same order.
pub fn lines(form: &Form) -> Vec<TypedLine> {
    let column = |name| form.values(name).take(MOST_TYPED).map(ToOwned::to_owned).collect::<Vec<String>>();
    let [lot, expiry, packs, units, cost] = ["lot", "expiry", "packs", "units", "cost"].map(column);
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let line = |(index, medicine): (usize, &str)| TypedLine {
        medicine: medicine.to_owned(),
        lot: at(&lot, index),
        expiry: at(&expiry, index),
        packs: at(&packs, index),
        units: at(&units, index),
        cost: at(&cost, index),
    };
    form.values("medicine").take(MOST_TYPED).enumerate().map(line).collect()
}

/// The form of a new receipt, with some rows to fill.
pub fn empty(supplier: &str, today: NaiveDate) -> Form {
    let mut form = Form::of([("supplier", supplier.to_owned()), ("received_on", today.to_string())]);
    for _ in 0..3 {
        add_line(&mut form);
    }
    form
}

/// One more row.
pub fn add_line(form: &mut Form) {
    for name in ["medicine", "lot", "expiry", "packs", "units", "cost"] {
        form.push(name, "");
    }
}

/// Reads the form; what is wrong stands in it afterwards, beside the field of its row.
pub fn parse(form: &mut Form, currency: Currency, today: NaiveDate) -> Option<ReceiptInput> {
    let supplier = form.id("supplier");
    if supplier.is_none() {
        form.refuse_field("supplier", "Choose who delivered.");
    }
    let reference = form.required("reference", 60, "Enter the number of the delivery note.");
    if form.error("reference").is_none() && fold(&reference).is_empty() {
        form.refuse_field("reference", "A number needs letters or digits.");
    }
    let received_on = form.date("received_on").unwrap_or(today);
    if received_on > today {
        form.refuse_field("received_on", "This day is still to come.");
    } else if today.checked_sub_months(Months::new(OLDEST_MONTHS)).is_some_and(|oldest| received_on < oldest) {
        form.refuse_field("received_on", "Deliveries of the last two years can be entered.");
    }
    let note = form.text("note", 1000);
    let rows = lines(form);
    let written = rows.iter().filter(|line| !line.is_blank()).count();
    if written == 0 {
        form.refuse_field("medicine-0", "Enter at least one line.");
    } else if written > MOST_LINES || form.values("medicine").count() > MOST_TYPED {
        form.refuse_field("", format!("A receipt has {MOST_LINES} lines at most. Enter the rest as another one."));
        return None;
    }
    let lines: Vec<Option<LineInput>> = rows
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.is_blank())
        .map(|(row, line)| read_line(form, row, line, currency, today))
        .collect();
    if !form.is_valid() {
        return None;
    }
    Some(ReceiptInput {
        supplier: supplier?,
        reference,
        received_on,
        note,
        lines: lines.into_iter().flatten().collect(),
    })
}

fn read_line(form: &mut Form, row: usize, line: &TypedLine, currency: Currency, today: NaiveDate) -> Option<LineInput> {
    let mut wrong = |field: &str, message: String| form.refuse_field(&format!("{field}-{row}"), message);
    let medicine = line.medicine.trim().to_owned();
    if medicine.is_empty() {
        wrong("medicine", "Enter which medicine it is.".to_owned());
    } else if medicine.chars().count() > 200 {
        wrong("medicine", "This is too long: at most 200 characters.".to_owned());
    }
    let lot = line.lot.split_whitespace().collect::<Vec<_>>().join(" ");
    if lot.chars().count() > 60 {
        wrong("lot", "This is too long: at most 60 characters.".to_owned());
    } else if fold(&lot).is_empty() {
        wrong("lot", "Enter the lot number printed on the pack.".to_owned());
    }
    let expires_on = parse_expiry(&line.expiry);
    match expires_on {
        None => wrong("expiry", "Enter the expiry as on the pack, such as 2028-03 or 03/2028.".to_owned()),
        Some(day) if day < today => wrong("expiry", "It has expired already: do not take it, send it back.".to_owned()),
        Some(day) if today.checked_add_months(Months::new(LONGEST_MONTHS)).is_some_and(|last| day > last) => {
            wrong("expiry", "That is more than twenty years ahead. Look at the pack again.".to_owned());
        }
        Some(_) => {}
    }
    let mut number = |field: &str, typed: &str| {
        let typed = typed.trim();
        if typed.is_empty() {
            return Some(0);
        }
        let number = typed.parse::<i32>().ok().filter(|n| (0..=MOST_UNITS).contains(n));
        if number.is_none() {
            wrong(field, "Enter a whole number from 0 to 1000000000.".to_owned());
        }
        number
    };
    let (packs, units) = (number("packs", &line.packs), number("units", &line.units));
    if (packs, units) == (Some(0), Some(0)) {
        wrong("packs", "Enter how many packs, or how many units.".to_owned());
    }
    let total_cost = if line.cost.trim().is_empty() { Some(0) } else { currency.parse(&line.cost) };
    if total_cost.is_none() {
        wrong("cost", format!("Enter an amount such as {}.", currency.input(12_500)));
    }
    Some(LineInput {
        row,
        medicine,
        lot,
        expires_on: expires_on?,
        packs: packs?,
        units: units?,
        total_cost: total_cost?,
    })
}
