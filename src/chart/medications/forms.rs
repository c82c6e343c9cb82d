//! What is typed about medications.

use chrono::NaiveDate;

use super::model::{Statement, ToldBy};
use crate::chart::conditions::forms::past_date;
use crate::web::Form;

/// What somebody told about a medicine, as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementInput {
    pub medicine: String,
    pub directions: String,
    pub source: ToldBy,
    pub started_on: Option<NaiveDate>,
}

/// That a medicine is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopInput {
    pub on: NaiveDate,
    pub reason: String,
}

/// Reads what was told; what is wrong stands in the form afterwards.
pub fn parse(form: &mut Form, born: NaiveDate, today: NaiveDate) -> Option<StatementInput> {
    let medicine = form.required("medicine", 200, "Enter the medicine, with its strength if it is known.");
    let medicine = medicine.split_whitespace().collect::<Vec<_>>().join(" ");
    let directions = form.text("directions", 500);
    let source = form.choice::<ToldBy>("source", "Choose who told of it.");
    let started_on = past_date(form, "started_on", born, today);
    let source = source?;
    form.is_valid().then_some(StatementInput { medicine, directions, source, started_on })
}

/// Reads a stop of what was begun on that day, if that is known.
pub fn parse_stop(form: &mut Form, started: Option<NaiveDate>, today: NaiveDate) -> Option<StopInput> {
    let reason = form.required("reason", 500, "Say why it is stopped.");
    let on = form.date("stopped_on");
    match on {
        None if form.error("stopped_on").is_none() => form.refuse_field("stopped_on", "Enter the day of the stop."),
        Some(on) if on > today => form.refuse_field("stopped_on", "This date is in the future."),
        Some(on) if started.is_some_and(|started| on < started) => {
            form.refuse_field("stopped_on", "A medicine cannot be stopped before it was begun.");
        }
        _ => {}
    }
    let on = on?;
    form.is_valid().then_some(StopInput { on, reason })
}

/// The form of something newly told.
pub fn empty() -> Form {
    Form::of([("source", ToldBy::Patient.as_str().to_owned())])
}

/// The form that edits what was told.
pub fn filled(statement: &Statement) -> Form {
    Form::of([
        ("medicine", statement.medicine.clone()),
        ("directions", statement.directions.clone()),
        ("source", statement.source.as_str().to_owned()),
        ("started_on", statement.started_on.map(|d| d.to_string()).unwrap_or_default()),
        ("version", statement.version.to_string()),
    ])
}
