//! The lines of the form: as many of each field as there are lines, in the same order.

use std::str::FromStr;

use crate::medicines::directions::{self, LONGEST_DAYS, MOST};
use crate::prescriptions::model::{Medication, Priority, TestOrder, quantity_text};
use crate::web::Form;

const MOST_LINES: usize = 200;
const LONGEST_MEDICINE: usize = 200;
/// How many lines are read at all, empty ones too: no page of ours sends more.
pub(super) const MOST_TYPED: usize = 2 * MOST_LINES;

/// A medication as typed.
#[derive(Clone, Debug, Default)]
pub struct MedicationLine {
    pub medicine: String,
    pub dose: String,
    pub unit: String,
    pub route: String,
    pub frequency: String,
    pub duration: String,
    pub quantity: String,
    pub instructions: String,
}

impl MedicationLine {
    pub(super) fn is_blank(&self) -> bool {
        [
            &self.medicine,
            &self.dose,
            &self.unit,
            &self.route,
            &self.frequency,
            &self.duration,
            &self.quantity,
            &self.instructions,
        ]
        .iter()
        .all(|text| text.trim().is_empty())
    }

    fn days(&self) -> Option<i32> {
        self.duration.trim().parse().ok()
    }

    /// What it says so far, as the patient will read it: shown under the line while it is typed.
    pub fn preview(&self) -> String {
        let words = directions::words(&self.dose, &self.unit, &self.route, &self.frequency, self.days());
        let quantity = match self.quantity.trim().parse::<i32>() {
            Ok(typed) => quantity_text(typed, &self.unit),
            Err(_) => directions::quantity(&self.dose, &self.unit, &self.frequency, self.days())
                .map(|computed| quantity_text(computed, &self.unit))
                .unwrap_or_default(),
        };
        match (words.is_empty(), quantity.is_empty()) {
            (_, true) => words,
            (true, false) => format!("Quantity {quantity}"),
            (false, false) => format!("{words} = {quantity}"),
        }
    }
}

/// A test order as typed.
#[derive(Clone, Debug, Default)]
pub struct TestLine {
    pub test: String,
    pub instructions: String,
    pub priority: String,
}

/// The lines of medications as typed, blank ones too. Each field is sent once for each line, in the same order.
pub fn medication_lines(form: &Form) -> Vec<MedicationLine> {
    let column = |name| form.values(name).map(ToOwned::to_owned).collect::<Vec<String>>();
    let [dose, unit, route, frequency, duration, quantity, instructions] =
        ["dose", "unit", "route", "frequency", "duration", "quantity", "instructions"].map(column);
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let line = |(index, medicine): (usize, &str)| MedicationLine {
        medicine: medicine.to_owned(),
        dose: at(&dose, index),
        unit: at(&unit, index),
        route: at(&route, index),
        frequency: at(&frequency, index),
        duration: at(&duration, index),
        quantity: at(&quantity, index),
        instructions: at(&instructions, index),
    };
    form.values("medicine").take(MOST_TYPED).enumerate().map(line).collect()
}

/// The lines of tests as typed, blank ones too.
pub fn test_lines(form: &Form) -> Vec<TestLine> {
    let column = |name| form.values(name).map(ToOwned::to_owned).collect::<Vec<String>>();
    let [instructions, priority] = ["test_instructions", "priority"].map(column);
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let line = |(index, test): (usize, &str)| TestLine {
        test: test.to_owned(),
        instructions: at(&instructions, index),
        priority: at(&priority, index),
    };
    form.values("test").take(MOST_TYPED).enumerate().map(line).collect()
}

/// Text of one line's field, with its white space single.
fn cell(form: &mut Form, field: &str, index: usize, typed: &str, longest: usize) -> String {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > longest {
        form.refuse_field(&format!("{field}-{index}"), format!("This is too long: at most {longest} characters."));
    }
    text
}

/// A whole number of one line's field.
fn number(form: &mut Form, field: &str, index: usize, typed: &str, most: i32) -> Option<i32> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let number = typed.parse::<i32>().ok().filter(|n| (1..=most).contains(n));
    if number.is_none() {
        form.refuse_field(&format!("{field}-{index}"), format!("Enter a whole number from 1 to {most}."));
    }
    number
}

pub(super) fn read_medications(form: &mut Form) -> Vec<Medication> {
    let lines = medication_lines(form);
    let is_huge = form.values("medicine").count() > MOST_TYPED;
    if is_huge || lines.iter().filter(|l| !l.is_blank()).count() > MOST_LINES {
        form.refuse_field("medicine-0", format!("At most {MOST_LINES} medicines on one prescription."));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, l)| !l.is_blank()) {
        let medicine = cell(form, "medicine", index, &line.medicine, LONGEST_MEDICINE);
        if medicine.is_empty() {
            form.refuse_field(&format!("medicine-{index}"), "Enter the medicine of this line.");
        }
        let dose = cell(form, "dose", index, &line.dose, 40);
        if directions::dose_in_thousandths(&dose) == Some(0) {
            form.refuse_field(&format!("dose-{index}"), "A dose cannot be 0.");
        }
        let unit = cell(form, "unit", index, &line.unit, 40);
        let route = line.route.trim().to_owned();
        if !route.is_empty() && !directions::ROUTES.iter().any(|(name, _)| *name == route) {
            form.refuse_field(&format!("route-{index}"), "Choose a route of the list.");
        }
        let typed = cell(form, "frequency", index, &line.frequency, 100);
        let frequency = directions::frequency(&typed).map_or(typed, |known| known.code.to_owned());
        let duration_days = number(form, "duration", index, &line.duration, LONGEST_DAYS);
        let typed_quantity = number(form, "quantity", index, &line.quantity, MOST);
        let computed = directions::quantity(&dose, &unit, &frequency, duration_days);
        found.push(Medication {
            medicine_id: None,
            quantity: typed_quantity.or(computed),
            quantity_is_computed: computed.is_some() && typed_quantity.is_none_or(|typed| Some(typed) == computed),
            instructions: cell(form, "instructions", index, &line.instructions, 500),
            medicine,
            dose,
            unit,
            route,
            frequency,
            duration_days,
        });
    }
    found
}

pub(super) fn read_tests(form: &mut Form) -> Vec<TestOrder> {
    let lines = test_lines(form);
    let is_blank = |l: &TestLine| l.test.trim().is_empty() && l.instructions.trim().is_empty();
    let is_huge = form.values("test").count() > MOST_TYPED;
    if is_huge || lines.iter().filter(|l| !is_blank(l)).count() > MOST_LINES {
        form.refuse_field("test-0", format!("At most {MOST_LINES} tests on one prescription."));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, l)| !is_blank(l)) {
        let test = cell(form, "test", index, &line.test, 200);
        if test.is_empty() {
            form.refuse_field(&format!("test-{index}"), "Enter the test of this line.");
        }
        let instructions = cell(form, "test_instructions", index, &line.instructions, 500);
        let priority = match line.priority.trim() {
            "" => Priority::Routine,
            typed => Priority::from_str(typed).unwrap_or_else(|_| {
                form.refuse_field(&format!("priority-{index}"), "Choose how soon the test is wanted.");
                Priority::Routine
            }),
        };
        found.push(TestOrder { test, instructions, priority });
    }
    found
}

/// What the lines say so far, whether they are complete or not: for the warnings beside them.
pub fn medications(form: &Form) -> Vec<Medication> {
    let mut lines = read_medications(&mut form.clone());
    lines.retain(|line| !line.medicine.is_empty() && line.medicine.chars().count() <= LONGEST_MEDICINE);
    lines
}

/// Puts a line on the form: in place of the first blank one, or below the others.
pub fn put_line(form: &mut Form, line: MedicationLine) {
    let mut lines = medication_lines(form);
    match lines.iter_mut().find(|l| l.is_blank()) {
        Some(blank) => *blank = line,
        None => lines.push(line),
    }
    put_lines(form, &lines);
}

/// Adds a blank line.
pub fn add_line(form: &mut Form) {
    let mut lines = medication_lines(form);
    lines.push(MedicationLine::default());
    put_lines(form, &lines);
}

fn put_lines(form: &mut Form, lines: &[MedicationLine]) {
    let column = |of: fn(&MedicationLine) -> &String| lines.iter().map(|l| of(l).clone()).collect::<Vec<String>>();
    form.set_all("medicine", column(|l| &l.medicine));
    form.set_all("dose", column(|l| &l.dose));
    form.set_all("unit", column(|l| &l.unit));
    form.set_all("route", column(|l| &l.route));
    form.set_all("frequency", column(|l| &l.frequency));
    form.set_all("duration", column(|l| &l.duration));
    form.set_all("quantity", column(|l| &l.quantity));
    form.set_all("instructions", column(|l| &l.instructions));
}

/// A stored line as it is typed. A computed quantity is left open, so that it follows when the dose is changed.
pub fn line_of(line: &Medication) -> MedicationLine {
    let number = |n: Option<i32>| n.map(|n| n.to_string()).unwrap_or_default();
    MedicationLine {
        medicine: line.medicine.clone(),
        dose: line.dose.clone(),
        unit: line.unit.clone(),
        route: line.route.clone(),
        frequency: line.frequency.clone(),
        duration: number(line.duration_days),
        quantity: if line.quantity_is_computed { String::new() } else { number(line.quantity) },
        instructions: line.instructions.clone(),
    }
}

pub(super) fn push_medication(form: &mut Form, line: &Medication) {
    let mut lines = medication_lines(form);
    lines.push(line_of(line));
    put_lines(form, &lines);
}
