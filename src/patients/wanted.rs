//! What a person typed into the search for patients, and what may be meant by it.

use chrono::{Datelike, NaiveDate};

use super::model::{PatientId, searchable};
use crate::db::fold::digits;
use crate::time;

/// Longer searches are not by hand.
const LONGEST: usize = 200;
/// More words than names have.
const MOST_WORDS: usize = 8;
/// Fewer digits are in every phone number.
const SHORTEST_PHONE: usize = 3;

/// The patients that are looked for: each part narrows the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Parts of names, written as `name_search` is, in any order.
    pub words: Vec<String>,
    /// Dates of birth, from and to.
    pub born: Vec<(NaiveDate, NaiveDate)>,
    pub number: Option<Number>,
    /// Whether nothing was typed.
    is_empty: bool,
}

/// What a row of digits may mean: any of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number {
    pub id: Option<PatientId>,
    /// Digits somewhere in the phone number.
    pub phone: Option<String>,
    /// The year of birth.
    pub year: Option<i32>,
}

impl Wanted {
    /// Reads what was typed: names in any order, `PAT000123`, `123`, a phone number, a date or year of birth.
    pub fn parse(typed: &str) -> Self {
        let typed: String = typed.chars().take(LONGEST).collect();
        let typed = typed.trim();
        let mut wanted = Self { is_empty: typed.is_empty(), ..Self::default() };
        let mut row_of_digits = String::new();
        for token in typed.split_whitespace() {
            if let Some(id) = PatientId::from_code(token) {
                wanted.number = Some(Number { id: Some(id), ..Number::default() });
            } else if let Some(date) = date(token) {
                wanted.born.push((date, date));
            } else if token.chars().all(|c| c.is_ascii_digit() || "+-()./#".contains(c)) {
                row_of_digits.push_str(&digits(token));
            } else {
                wanted.words.extend(searchable(token).split(' ').filter(|w| !w.is_empty()).map(ToOwned::to_owned));
            }
        }
        wanted.words.truncate(MOST_WORDS);
        if wanted.number.is_none() && !row_of_digits.is_empty() {
            wanted.number = Some(Number::of(&row_of_digits));
        }
        wanted
    }

    /// Nothing was typed: everybody is meant.
    pub fn is_anybody(&self) -> bool {
        self.is_empty
    }

    /// Something was typed that nobody can be found by, such as `%`.
    pub fn is_nobody(&self) -> bool {
        !self.is_empty && self.words.is_empty() && self.born.is_empty() && self.number.is_none()
    }

    /// The one patient who is meant when only a number in full was typed: `PAT000123`.
    pub fn exactly(&self) -> Option<PatientId> {
        let alone = self.words.is_empty() && self.born.is_empty();
        self.number.as_ref().filter(|n| alone && n.phone.is_none() && n.year.is_none())?.id
    }
}

impl Number {
    fn of(digits: &str) -> Self {
        let year = digits.parse::<i32>().ok().filter(|y| digits.len() == 4 && (1880..=2200).contains(y));
        Self {
            id: digits.parse::<i64>().ok().filter(|_| digits.len() <= 15).map(PatientId),
            // 06… dialled at home and 00336… from abroad are +336… in the record.
            phone: Some(digits.trim_start_matches('0')).filter(|d| d.len() >= SHORTEST_PHONE).map(ToOwned::to_owned),
            year,
        }
    }
}

/// A date as people write it: `2026-11-21`, `21.11.2026`, `21/11/2026`, day before month; `11/21/2026` can only mean
/// one thing too.
fn date(text: &str) -> Option<NaiveDate> {
    if let Some(date) = time::parse_date(text) {
        return Some(date);
    }
    ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%m/%d/%Y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .filter(|date| (1850..=2200).contains(&date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> (NaiveDate, NaiveDate) {
        let date = time::parse_date(text).expect("a date");
        (date, date)
    }

    #[test]
    fn names_are_parts_in_any_order_without_case_and_accents() {
        assert_eq!(Wanted::parse("  Müller  ANNE-marie ").words, ["muller", "anne", "marie"]);
        assert_eq!(Wanted::parse("O'Brien").words, ["obrien"]);
        assert_eq!(Wanted::parse("王").words, ["wang"]);
    }

    #[test]
    fn a_number_alone_means_one_patient() {
        assert_eq!(Wanted::parse("pat123").exactly(), Some(PatientId(123)));
        assert_eq!(Wanted::parse("PAT000123 Smith").exactly(), None);
        assert_eq!(Wanted::parse("123").exactly(), None);
    }

    #[test]
    fn digits_may_be_a_number_a_phone_or_a_year() {
        let number = Wanted::parse("1980").number.expect("a number");
        assert_eq!((number.id, number.year), (Some(PatientId(1980)), Some(1980)));
        assert_eq!(number.phone.as_deref(), Some("1980"));
        assert_eq!(Wanted::parse("+49 (171) 555-01").number.and_then(|n| n.phone).as_deref(), Some("4917155501"));
        assert_eq!(Wanted::parse("06 12 34").number.and_then(|n| n.phone).as_deref(), Some("61234"));
        assert_eq!(Wanted::parse("12").number.and_then(|n| n.phone), None);
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in ["2026-11-21", "21.11.2026", "21/11/2026", "11/21/2026"] {
            assert_eq!(Wanted::parse(text).born, [day("2026-11-21")], "{text}");
        }
        let both = Wanted::parse("smith 01.02.1980");
        assert_eq!((both.words, both.born), (vec!["smith".to_owned()], vec![day("1980-02-01")]));
    }

    #[test]
    fn signs_alone_find_nobody_and_nothing_finds_everybody() {
        for signs in ["%", "_", "'", "\\", "' -- "] {
            assert!(Wanted::parse(signs).is_nobody(), "{signs:?}");
        }
        assert!(Wanted::parse("  ").is_anybody());
        assert!(!Wanted::parse(&"x ".repeat(100_000)).is_nobody());
    }
}
