//! What is typed about a condition.

use chrono::NaiveDate;

use super::model::Condition;
use crate::web::Form;

pub const LONGEST_CODE: usize = 16;
pub const LONGEST_DESCRIPTION: usize = 500;

/// A condition as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionInput {
    /// ICD-10-CM, in capitals; may be empty.
    pub code: String,
    pub description: String,
    pub onset_date: Option<NaiveDate>,
    pub resolved_date: Option<NaiveDate>,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, born: NaiveDate, today: NaiveDate) -> Option<ConditionInput> {
    let code = form.text("code", LONGEST_CODE).to_uppercase();
    if !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
        form.refuse_field("code", "A code of ICD-10-CM is a letter and some digits, as J06.9.");
    }
    let description = form.required("description", LONGEST_DESCRIPTION, "Enter what the patient suffers from.");
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let onset_date = past_date(form, "onset_date", born, today);
    let resolved_date = past_date(form, "resolved_date", born, today);
    if let (Some(onset), Some(resolved)) = (onset_date, resolved_date)
        && resolved < onset
    {
        form.refuse_field("resolved_date", "A condition cannot be resolved before it began.");
    }
    form.is_valid().then_some(ConditionInput { code, description, onset_date, resolved_date })
}

/// A date in the patient's life so far, or `None` when the field is empty.
pub fn past_date(form: &mut Form, name: &str, born: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    let date = form.date(name)?;
    if date > today {
        form.refuse_field(name, "This date is in the future.");
    } else if date < born {
        form.refuse_field(name, "This date is before the patient was born.");
    }
    Some(date)
}

/// The form that edits a condition.
pub fn filled(condition: &Condition) -> Form {
    let date = |date: Option<NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
    Form::of([
        ("code", condition.code.clone()),
        ("description", condition.description.clone()),
        ("onset_date", date(condition.onset_date)),
        ("resolved_date", date(condition.resolved_date)),
        ("version", condition.version.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn read(fields: [&str; 4]) -> (Form, Option<ConditionInput>) {
        let [code, description, onset, resolved] = fields.map(ToOwned::to_owned);
        let mut form = Form::of([
            ("code", code),
            ("description", description),
            ("onset_date", onset),
            ("resolved_date", resolved),
        ]);
        let date = |text| parse_date(text).expect("a date");
        let input = parse(&mut form, date("1980-05-17"), date("2026-06-15"));
        (form, input)
    }

    #[test]
    fn a_condition_begins_and_ends_within_the_life_so_far() {
        let (_, read_back) = read(["e11.9", "Type 2  diabetes", "1980-05-17", "2026-06-15"]);
        let input = read_back.expect("both ends are allowed");
        assert_eq!((input.code.as_str(), input.description.as_str()), ("E11.9", "Type 2 diabetes"));
        for (fields, field) in [
            (["", "", "", ""], "description"),
            (["E11;9", "x", "", ""], "code"),
            (["", "x", "1980-05-16", ""], "onset_date"),
            (["", "x", "2026-06-16", ""], "onset_date"),
            (["", "x", "", "2026-06-16"], "resolved_date"),
            (["", "x", "2020-01-02", "2020-01-01"], "resolved_date"),
        ] {
            let (form, input) = read(fields);
            assert!(input.is_none() && form.error(field).is_some(), "{fields:?}: {:?}", form.errors);
        }
    }
}
