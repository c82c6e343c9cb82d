//! What is typed of a test's result: when, any number of values, a conclusion. Rows in which nothing is written are
//! ignored.

use std::str::FromStr;

use chrono::{NaiveDateTime, TimeDelta};

use super::model::{Findings, Flag, ResultValue};
use crate::time::Zone;
use crate::web::Form;

const MOST_VALUES: usize = 100;
/// How many rows are read at all, empty ones too: no page of ours sends more.
const MOST_ROWS: usize = 2 * MOST_VALUES;
/// How many empty rows a new form has.
pub const BLANK_ROWS: usize = 3;

/// The columns of a row and how long each may be.
const COLUMNS: [(&str, usize); 6] =
    [("name", 120), ("value", 80), ("unit", 40), ("low", 40), ("high", 40), ("flag", 16)];

/// A row as typed.
#[derive(Clone, Debug, Default)]
pub struct ValueLine {
    pub name: String,
    pub value: String,
    pub unit: String,
    pub low: String,
    pub high: String,
    pub flag: String,
}

impl ValueLine {
    fn is_blank(&self) -> bool {
        [&self.name, &self.value, &self.unit, &self.low, &self.high].iter().all(|text| text.trim().is_empty())
    }
}

impl From<&ResultValue> for ValueLine {
    fn from(value: &ResultValue) -> Self {
        // What follows from the range is left to follow from it.
        let flag = if value.flag == value.computed_flag() { Flag::Unsaid } else { value.flag };
        Self {
            name: value.name.clone(),
            value: value.value.clone(),
            unit: value.unit.clone(),
            low: value.reference_low.clone(),
            high: value.reference_high.clone(),
            flag: flag.as_str().to_owned(),
        }
    }
}

/// The rows as typed, blank ones too. Each field is sent once for each row, in the same order.
pub fn lines(form: &Form) -> Vec<ValueLine> {
    let column = |name| form.values(name).map(ToOwned::to_owned).collect::<Vec<String>>();
    let [value, unit, low, high, flag] = ["value", "unit", "low", "high", "flag"].map(column);
    let at = |column: &[String], index: usize| column.get(index).cloned().unwrap_or_default();
    let line = |(index, name): (usize, &str)| ValueLine {
        name: name.to_owned(),
        value: at(&value, index),
        unit: at(&unit, index),
        low: at(&low, index),
        high: at(&high, index),
        flag: at(&flag, index),
    };
    form.values("name").take(MOST_ROWS).enumerate().map(line).collect()
}

/// Reads the form; what is wrong stands in it afterwards. A result may be empty when its report is uploaded with it.
pub fn parse(form: &mut Form, zone: Zone, now: NaiveDateTime, has_report: bool) -> Option<Findings> {
    let resulted_at = resulted_at(form, zone, now);
    let values = values(form);
    let conclusion = form.text("conclusion", 10_000);
    if form.is_valid() && values.is_empty() && conclusion.is_empty() && !has_report {
        form.refuse_field("name-0", "Enter a value or a conclusion, or choose the laboratory's report.");
    }
    form.is_valid().then_some(Findings { resulted_at: resulted_at?, conclusion, values })
}

fn resulted_at(form: &mut Form, zone: Zone, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let date = form.date("resulted_on");
    if date.is_none() && form.error("resulted_on").is_none() {
        form.refuse_field("resulted_on", "Enter the day of the result.");
    }
    let time = form.time("resulted_time");
    let at = zone.utc_or_later(date?.and_time(time.unwrap_or_default()));
    // Clocks differ by a little, and a day without a time begins at midnight.
    if at > now + TimeDelta::minutes(5) {
        form.refuse_field("resulted_on", "This is in the future.");
    }
    Some(at)
}

fn values(form: &mut Form) -> Vec<ResultValue> {
    let typed = lines(form);
    if form.values("name").count() > MOST_ROWS || typed.iter().filter(|l| !l.is_blank()).count() > MOST_VALUES {
        form.refuse_field("name-0", format!("At most {MOST_VALUES} values in one result."));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, line) in typed.iter().enumerate().filter(|(_, l)| !l.is_blank()) {
        let mut cell = |column: usize, typed: &str| {
            let (name, longest) = COLUMNS[column];
            let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().count() > longest {
                form.refuse_field(&format!("{name}-{index}"), format!("At most {longest} characters."));
            }
            text
        };
        let mut value = ResultValue {
            name: cell(0, &line.name),
            value: cell(1, &line.value),
            unit: cell(2, &line.unit),
            reference_low: cell(3, &line.low),
            reference_high: cell(4, &line.high),
            flag: Flag::Unsaid,
        };
        if value.name.is_empty() {
            form.refuse_field(&format!("name-{index}"), "Enter what was measured.");
        }
        if value.value.is_empty() {
            form.refuse_field(&format!("value-{index}"), "Enter the value.");
        }
        match Flag::from_str(line.flag.trim()) {
            Ok(Flag::Unsaid) => value.flag = value.computed_flag(),
            Ok(flag) => value.flag = flag,
            Err(_) => form.refuse_field(&format!("flag-{index}"), "Choose one of the list."),
        }
        found.push(value);
    }
    found
}

/// The form of a new result, at this moment.
pub fn empty(zone: Zone, now: NaiveDateTime) -> Form {
    let local = zone.local(now);
    Form::of([("resulted_on", local.date().to_string()), ("resulted_time", local.format("%H:%M").to_string())])
}

/// The form that amends a result.
pub fn filled(findings: &Findings, zone: Zone) -> Form {
    let mut form = empty(zone, findings.resulted_at);
    form.push("conclusion", findings.conclusion.clone());
    for line in findings.values.iter().map(ValueLine::from) {
        for (name, value) in [
            ("name", line.name),
            ("value", line.value),
            ("unit", line.unit),
            ("low", line.low),
            ("high", line.high),
            ("flag", line.flag),
        ] {
            form.push(name, value);
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> NaiveDateTime {
        crate::time::parse_date("2026-06-15").expect("a date").and_hms_opt(8, 0, 0).expect("a time")
    }

    fn form(rows: &[[&str; 6]]) -> Form {
        let mut form = empty(Zone(chrono_tz::UTC), now());
        for row in rows {
            for (name, value) in ["name", "value", "unit", "low", "high", "flag"].iter().zip(row) {
                form.push(name, *value);
            }
        }
        form
    }

    fn read(form: &mut Form) -> Option<Findings> {
        parse(form, Zone(chrono_tz::UTC), now(), false)
    }

    #[test]
    fn rows_are_read_and_blank_ones_left_out() {
        let mut form = form(&[
            ["Potassium", " 5.6 ", "mmol/l", "3.5", "5.1", ""],
            ["", "", "", "", "", ""],
            ["Culture", "no growth", "", "", "", "critical"],
        ]);
        let found = read(&mut form).expect("it is right");
        assert_eq!(found.values_text(), "Potassium 5.6 mmol/l (High)\nCulture no growth (Critical)");
        assert_eq!(found.resulted_at, now());
        // What is stored reads back the same.
        let mut again = filled(&found, Zone(chrono_tz::UTC));
        assert_eq!(read(&mut again), Some(found));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_row() {
        let mut wrong = form(&[["", "", "", "", "", ""], ["", "5", "", "", "", "x"], ["Iron", "", "", "", "", ""]]);
        assert_eq!(read(&mut wrong), None);
        assert!(wrong.error("name-1").is_some() && wrong.error("flag-1").is_some() && wrong.error("value-2").is_some());
        let mut nothing = form(&[["", "", "", "", "", ""]]);
        assert!(read(&mut nothing).is_none() && nothing.error("name-0").is_some());
        let mut many = form(&vec![["a", "1", "", "", "", ""]; MOST_VALUES + 1]);
        assert!(read(&mut many).is_none());
    }
}
