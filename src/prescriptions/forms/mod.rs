//! What is typed on a prescription: a few fields and any number of lines. Lines in which nothing is written are ignored.

mod lines;

use std::str::FromStr;

use chrono::{Days, NaiveDate};

use super::model::{Content, Medication, Priority};
use super::whiteboard::Drawing;
use crate::web::Form;
use lines::{push_medication, read_medications, read_tests};

pub use lines::{MedicationLine, TestLine, add_line, line_of, medication_lines, medications, put_line, test_lines};

/// How long a prescription is valid when nothing else is said.
const VALID_DAYS: u64 = 30;
/// The longest that one may be valid.
const LONGEST_VALID_DAYS: u64 = 366;

/// Reads the form; what is wrong stands in it afterwards, beside the field of its line.
pub fn parse(form: &mut Form, today: NaiveDate) -> Option<Content> {
    let medications = read_medications(form);
    let tests = read_tests(form);
    let content = Content {
        diagnosis: form.text("diagnosis", 500),
        notes: form.text("notes", 5000),
        valid_until: valid_until(form, today),
        priority: pharmacy_priority(form),
        medications,
        tests,
        whiteboard: whiteboard(form),
    };
    form.is_valid().then_some(content)
}

/// [`parse`] for one that is to be submitted: complete as well.
pub fn parse_complete(form: &mut Form, today: NaiveDate) -> Option<Content> {
    let content = parse(form, today)?;
    let written: Vec<usize> =
        medication_lines(form).iter().enumerate().filter(|(_, l)| !l.is_blank()).map(|(index, _)| index).collect();
    for (field, message) in content.problems(today) {
        // Lines that say something are counted without the blank ones between them.
        let field = match field.split_once('-') {
            Some((name, index)) => {
                let line = index.parse::<usize>().ok().and_then(|i| written.get(i)).copied().unwrap_or(0);
                format!("{name}-{line}")
            }
            None => field,
        };
        form.refuse_field(&field, message);
    }
    form.is_valid().then_some(content)
}

/// What is drawn, as the page's script wrote it; without the script, as it was stored.
fn whiteboard(form: &mut Form) -> Option<Drawing> {
    match Drawing::parse(form.value("whiteboard")) {
        Ok(drawing) => drawing,
        Err(message) => {
            form.refuse_field("whiteboard", message);
            None
        }
    }
}

fn pharmacy_priority(form: &mut Form) -> Priority {
    match form.value("pharmacy_priority").trim() {
        "" => Priority::Routine,
        typed => Priority::from_str(typed).unwrap_or_else(|_| {
            form.refuse_field("pharmacy_priority", "Choose how soon the medicines are wanted.");
            Priority::Routine
        }),
    }
}

fn valid_until(form: &mut Form, today: NaiveDate) -> Option<NaiveDate> {
    let date = form.date("valid_until")?;
    let latest = today.checked_add_days(Days::new(LONGEST_VALID_DAYS)).unwrap_or(today);
    if date < today {
        form.refuse_field("valid_until", "This day has passed already.");
    } else if date > latest {
        form.refuse_field("valid_until", "A prescription is valid for a year at most.");
    }
    Some(date)
}

/// The last day of a prescription of which nothing else is said.
pub fn usual_end(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(VALID_DAYS)).unwrap_or(today)
}

/// The form of a new prescription, with the diagnosis of the visit.
pub fn empty(diagnosis: &str, today: NaiveDate) -> Form {
    let until = usual_end(today);
    let mut form = Form::of([("diagnosis", diagnosis.to_owned()), ("valid_until", until.to_string())]);
    push_medication(&mut form, &Medication::default());
    form
}

/// The form that edits a draft.
pub fn filled(content: &Content, version: i32) -> Form {
    let mut form = Form::of([
        ("diagnosis", content.diagnosis.clone()),
        ("notes", content.notes.clone()),
        ("valid_until", content.valid_until.map(|d| d.to_string()).unwrap_or_default()),
        ("pharmacy_priority", content.priority.as_str().to_owned()),
        ("version", version.to_string()),
        ("whiteboard", content.whiteboard.as_ref().map(Drawing::json).unwrap_or_default()),
    ]);
    for line in &content.medications {
        push_medication(&mut form, line);
    }
    if content.medications.is_empty() {
        push_medication(&mut form, &Medication::default());
    }
    for order in &content.tests {
        form.push("test", order.test.clone());
        form.push("test_instructions", order.instructions.clone());
        form.push("priority", order.priority.as_str());
    }
    form
}

#[cfg(test)]
mod tests {
    use super::lines::MOST_TYPED;
    use super::*;
    use crate::prescriptions::model::TestOrder;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).expect("a real date")
    }

    #[test]
    fn what_is_shown_reads_back_as_what_was_stored() {
        let content = Content {
            diagnosis: "J06.9 Cold".to_owned(),
            notes: "Two\nlines".to_owned(),
            valid_until: NaiveDate::from_ymd_opt(2026, 12, 21),
            priority: Priority::Stat,
            medications: vec![
                Medication {
                    medicine: "Amoxicillin 500 mg".to_owned(),
                    dose: "1".to_owned(),
                    unit: "capsule".to_owned(),
                    route: "oral".to_owned(),
                    frequency: "tds".to_owned(),
                    duration_days: Some(5),
                    quantity: Some(15),
                    quantity_is_computed: true,
                    instructions: "after food".to_owned(),
                    medicine_id: None,
                },
                Medication { medicine: "Aqueous cream".to_owned(), quantity: Some(1), ..Medication::default() },
            ],
            tests: vec![TestOrder { test: "CRP".to_owned(), priority: Priority::Urgent, ..TestOrder::default() }],
            whiteboard: Drawing::parse(r#"{"strokes":[{"ink":"red","width":3,"points":[1,2,3,4]}]}"#).expect("sound"),
        };
        let mut form = filled(&content, 1);
        assert_eq!(parse(&mut form, today()), Some(content), "{:?}", form.errors);
    }

    #[test]
    fn blank_lines_are_ignored_and_errors_stand_beside_their_line() {
        let mut form = Form::default();
        push_medication(&mut form, &Medication::default());
        let zero = Medication { medicine: "A".to_owned(), dose: "0".to_owned(), ..Medication::default() };
        push_medication(&mut form, &zero);
        push_medication(&mut form, &Medication { dose: "1".to_owned(), ..Medication::default() });
        assert_eq!(parse(&mut form, today()), None);
        let wrong: Vec<&str> = form.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(wrong, ["dose-1", "medicine-2"]);
    }

    #[test]
    fn a_huge_form_is_refused_with_a_message_for_each_list() {
        let mut form = Form::default();
        for _ in 0..20_000 {
            form.push("medicine", "");
            form.push("dose", "0");
            form.push("test", "");
        }
        form.push("medicine", "The one that nobody would see");
        assert_eq!(parse(&mut form, today()), None);
        let wrong: Vec<&str> = form.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(wrong, ["medicine-0", "test-0"]);
        assert_eq!(medication_lines(&form).len(), MOST_TYPED);
    }

    #[test]
    fn submitting_asks_how_each_medicine_is_taken() {
        let mut form = empty("", today());
        push_medication(&mut form, &Medication { medicine: "A".to_owned(), ..Medication::default() });
        assert!(parse(&mut form.clone(), today()).is_some(), "a draft may be incomplete");
        assert_eq!(parse_complete(&mut form, today()), None);
        assert_eq!(form.errors[0].field, "dose-1", "the blank line before it counts");
        assert_eq!(parse_complete(&mut empty("", today()), today()), None, "nothing is written at all");
    }
}
