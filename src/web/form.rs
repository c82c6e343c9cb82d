//! What a person typed, as text, and what is wrong with it.
//!
//! A domain's `forms.rs` reads a [`Form`] field by field into a checked value; what cannot be taken is recorded beside
//! the field, and the same page is shown again with everything that was typed.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime};
use validator::ValidateEmail;

use crate::db::constraint;
use crate::error::{AppError, Typed};
use crate::money::Currency;
use crate::time;

/// The fields of a form in the order they were sent, with the errors found so far.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Typed,
    files: Vec<(String, Upload)>,
    pub errors: Vec<FieldError>,
}

/// What is wrong with one field; an empty field name concerns the whole form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// An uploaded file, as the browser named it.
#[derive(Clone, Debug)]
pub struct Upload {
    pub file_name: String,
    pub content: Vec<u8>,
}

impl Form {
    /// A form as it was sent.
    pub fn new(fields: Typed, files: Vec<(String, Upload)>) -> Self {
        Self { fields, files, errors: Vec::new() }
    }

    /// A form filled by us: an empty one, or one that shows what is stored.
    pub fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self::new(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), Vec::new())
    }

    /// Adds a value, as for a field that occurs several times.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.fields.push((name.to_owned(), value.into()));
    }

    /// Puts these values in place of those of a field that occurs several times.
    pub fn set_all(&mut self, name: &str, values: Vec<String>) {
        self.fields.retain(|(field, _)| field != name);
        self.fields.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }

    /// The value of a field; empty when it was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// All values of a field that occurs several times, such as the rows of a prescription.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether a field has this value: for choices and ticks.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|v| v == value)
    }

    /// The message beside a field, if something is wrong with it.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|e| e.field == name).map(|e| e.message.as_str())
    }

    /// Records what is wrong with a field. The first message stays.
    pub fn refuse_field(&mut self, field: &str, message: impl Into<String>) {
        if self.error(field).is_none() || field.is_empty() {
            self.errors.push(FieldError { field: field.to_owned(), message: message.into() });
        }
    }

    /// Turns a violated rule of the database into the message beside its field; any other error is handed back.
    pub fn refuse(&mut self, error: AppError) -> Result<(), AppError> {
        match &error {
            AppError::Constraint(name) => match constraint::meaning(name) {
                Some(meaning) => {
                    self.refuse_field(meaning.field, meaning.message);
                    Ok(())
                }
                None => Err(error),
            },
            _ => Err(error),
        }
    }

    /// Takes the file of a field out of the form, when one was chosen: so that it is not copied.
    pub fn take_file(&mut self, name: &str) -> Option<Upload> {
        let at = self.files.iter().position(|(n, file)| n == name && !file.content.is_empty())?;
        Some(self.files.swap_remove(at).1)
    }

    /// Whether a file was chosen for a field that has nothing in it.
    pub fn is_empty_file(&self, name: &str) -> bool {
        let mut chosen = self.files.iter().filter(|(n, file)| n == name && !file.file_name.is_empty());
        chosen.next().is_some_and(|(_, file)| file.content.is_empty())
    }

    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// The file of a field, when one was chosen.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files.iter().find(|(n, file)| n == name && !file.content.is_empty()).map(|(_, file)| file)
    }

    /// What was typed, without our own hidden fields and without passwords, which are never sent back.
    pub fn typed(&self) -> Typed {
        self.fields.iter().filter(|(name, _)| !name.starts_with('_') && !name.contains("password")).cloned().collect()
    }

    // Reading a field, with its first rule. Each records its own message and gives a value all the same, so that one
    // pass over the form finds everything that is wrong with it.

    /// Text of at most `longest` characters, trimmed, its lines ended by `\n` alone; may be empty.
    pub fn text(&mut self, name: &str, longest: usize) -> String {
        let value = self.value(name).trim().replace("\r\n", "\n").replace('\r', "\n");
        if value.chars().count() > longest {
            self.refuse_field(name, format!("This is too long: at most {longest} characters."));
        }
        value
    }

    /// Text that must not be empty; `missing` says what to enter.
    pub fn required(&mut self, name: &str, longest: usize, missing: &str) -> String {
        let value = self.text(name, longest);
        if value.is_empty() {
            self.refuse_field(name, missing);
        }
        value
    }

    /// An e-mail address in lower case, or `None` when the field is empty.
    pub fn email(&mut self, name: &str) -> Option<String> {
        let value = self.text(name, 254).to_lowercase();
        if value.is_empty() {
            return None;
        }
        if !value.validate_email() {
            self.refuse_field(name, "Enter an e-mail address such as name@example.org.");
        }
        Some(value)
    }

    /// A phone number as typed: digits, spaces and the usual signs; may be empty.
    pub fn phone(&mut self, name: &str) -> String {
        let value = self.text(name, 40);
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let known = value.chars().all(|c| c.is_ascii_digit() || " +-()./x#".contains(c));
        if !value.is_empty() && (!known || !(3..=20).contains(&digits)) {
            self.refuse_field(name, "Enter a phone number: digits, with + in front for another country.");
        }
        value
    }

    /// A date, or `None` when the field is empty.
    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let date = time::parse_date(value);
        if date.is_none() {
            self.refuse_field(name, "Enter a real date, such as 2026-11-21.");
        }
        date
    }

    /// A time of day, or `None` when the field is empty.
    pub fn time(&mut self, name: &str) -> Option<NaiveTime> {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let time = time::parse_time(value);
        if time.is_none() {
            self.refuse_field(name, "Enter a time, such as 09:30.");
        }
        time
    }

    /// A whole number within a range, or `None` when the field is empty.
    pub fn number<T>(&mut self, name: &str, range: std::ops::RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let number = T::from_str(value).ok().filter(|n| range.contains(n));
        if number.is_none() {
            self.refuse_field(name, format!("Enter a whole number from {} to {}.", range.start(), range.end()));
        }
        number
    }

    /// An amount of money in minor units, or `None` when the field is empty.
    pub fn money(&mut self, name: &str, currency: Currency) -> Option<i64> {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let amount = currency.parse(value);
        if amount.is_none() {
            self.refuse_field(name, format!("Enter an amount such as {}.", currency.input(12_500)));
        }
        amount
    }

    /// One of an enum's values, by its stored name.
    pub fn choice<T: FromStr>(&mut self, name: &str, missing: &str) -> Option<T> {
        let choice = T::from_str(self.value(name).trim()).ok();
        if choice.is_none() {
            self.refuse_field(name, missing);
        }
        choice
    }

    /// The id of a chosen thing, or `None` when nothing is chosen. Whether it exists is the action's question.
    pub fn id<T: From<i64>>(&mut self, name: &str) -> Option<T> {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let id = value.parse::<i64>().ok().map(T::from);
        if id.is_none() {
            self.refuse_field(name, "Choose one of the list.");
        }
        id
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.value(name).is_empty()
    }

    /// The version of what is edited, as the page was given it; 0 finds no row, so the edit is stale.
    pub fn version(&self) -> i32 {
        self.value("version").parse().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_says_its_own_error_and_keeps_what_was_typed() {
        let mut form = Form::of([
            ("name", "  ".to_owned()),
            ("email", "nobody@".to_owned()),
            ("born", "2026-02-30".to_owned()),
            ("years", "-3".to_owned()),
        ]);
        assert_eq!(form.required("name", 10, "Enter a name."), "");
        form.email("email");
        assert_eq!(form.date("born"), None);
        assert_eq!(form.number("years", 0..=80), None);
        let fields: Vec<&str> = form.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["name", "email", "born", "years"]);
        assert_eq!(form.value("email"), "nobody@");
    }

    #[test]
    fn a_violated_rule_stands_beside_its_field() {
        let mut form = Form::default();
        form.refuse(AppError::Constraint("ux_departments_name_key".to_owned())).expect("it has a field");
        assert_eq!(form.error("name"), Some("A department of this name already exists."));
        assert!(form.refuse(AppError::Constraint("ck_unheard_of".to_owned())).is_err());
    }
}
