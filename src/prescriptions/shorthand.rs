//! A line as doctors write it: `amoxicillin 500 mg 1 tds 5d after food`. It is read into the fields of a line, which
//! are shown to be corrected; what is not understood stays in the words. Pure rules, no SQL, no HTTP.

use super::forms::MedicationLine;
use crate::medicines::directions::{self, UNITS};

/// Short ways to write a route.
const ROUTES: &[(&str, &str)] = &[
    ("po", "oral"),
    ("oral", "oral"),
    ("orally", "oral"),
    ("sl", "sublingual"),
    ("top", "topical"),
    ("topical", "topical"),
    ("topically", "topical"),
    ("inh", "inhaled"),
    ("neb", "inhaled"),
    ("inhaled", "inhaled"),
    ("nasal", "nasal"),
    ("pr", "rectal"),
    ("pv", "vaginal"),
    ("td", "transdermal"),
    ("sc", "subcutaneous"),
    ("subcut", "subcutaneous"),
    ("im", "intramuscular"),
    ("iv", "intravenous"),
];

/// Short ways to write a unit.
const SHORT_UNITS: &[(&str, &str)] = &[
    ("tab", "tablet"),
    ("tabs", "tablet"),
    ("cap", "capsule"),
    ("caps", "capsule"),
    ("mls", "ml"),
    ("ug", "mcg"),
    ("µg", "mcg"),
    ("iu", "IU"),
    ("units", "IU"),
    ("gtt", "drop"),
    ("gtts", "drop"),
    ("supp", "suppository"),
    ("amp", "ampoule"),
];

/// The longest line that is read, in characters; the rest of a longer one is left out.
const LONGEST: usize = 300;

/// Reads a line. The medicine is what comes before dose and frequency, with its strength.
pub fn read(typed: &str) -> MedicationLine {
    let typed: String = typed.chars().take(LONGEST).collect();
    let mut words: Vec<String> = typed.split_whitespace().map(ToOwned::to_owned).collect();
    let mut line = MedicationLine::default();
    if let Some((at, count, days)) = find(&words, duration) {
        line.duration = days.to_string();
        words.drain(at..at + count);
    }
    if let Some((at, count, quantity)) = find(&words, quantity) {
        line.quantity = quantity;
        words.drain(at..at + count);
    }
    // Between the medicine and its directions: what comes first of dose, route and frequency ends the medicine.
    let often = find(&words, frequency);
    if let Some((at, count, code)) = &often {
        line.frequency = (*code).to_owned();
        words.drain(*at..at + count);
    }
    let mut end = often.map_or(words.len(), |(at, ..)| at);
    if let Some((at, _, route)) = find(&words, route).filter(|(at, ..)| *at > 0) {
        line.route = route.to_owned();
        words.remove(at);
        if at < end {
            end -= 1;
        }
        if line.frequency.is_empty() {
            end = end.min(at);
        }
    }
    let after = words.split_off(end.min(words.len()));
    let (dose, unit, taken) = dose_at_the_end(&words);
    let is_strength_only =
        directions::unit_after(false, &unit) == unit && matches!(unit.as_str(), "mg" | "mcg" | "g" | "IU");
    let medicine_words = words.len() - taken;
    let has_strength = words[..medicine_words].iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    // `amoxicillin 500 mg tds`: the only amount is strength and dose in one.
    let kept = if is_strength_only && !has_strength { words.len() } else { medicine_words };
    line.medicine = words[..kept].join(" ");
    line.dose = dose;
    line.unit = unit;
    line.instructions = instructions(&after);
    line
}

/// The first place where something is understood: position, count of words, meaning.
fn find<T>(words: &[String], read: impl Fn(&[String]) -> Option<T>) -> Option<(usize, usize, T)> {
    for at in 0..words.len() {
        for count in (1..=4.min(words.len() - at)).rev() {
            if let Some(meaning) = read(&words[at..at + count]) {
                return Some((at, count, meaning));
            }
        }
    }
    None
}

/// `tds`, `three times a day`, but not the `on` of `on an empty stomach`.
fn frequency(words: &[String]) -> Option<&'static str> {
    let text = words.join(" ");
    if text == "on" {
        return None;
    }
    directions::frequency(text.trim_end_matches(',')).map(|f| f.code)
}

fn route(words: &[String]) -> Option<&'static str> {
    let [word] = words else { return None };
    let word = word.trim_end_matches(',').to_lowercase();
    ROUTES.iter().find(|(short, _)| *short == word).map(|(_, name)| *name)
}

/// Days of `5d`, `5 days`, `for 2 weeks`, `x7d`, `5/7`, `2/52`, `1/12`.
fn duration(words: &[String]) -> Option<i32> {
    let text = words.concat().to_lowercase();
    let text = text.trim_end_matches(',');
    let text = text.strip_prefix("for").or_else(|| text.strip_prefix('x')).unwrap_or(text);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: i32 = text.get(..digits).filter(|d| d.len() <= 3)?.parse().ok()?;
    let each = match text.get(digits..)? {
        "d" | "day" | "days" | "/7" => 1,
        "w" | "wk" | "wks" | "week" | "weeks" | "/52" => 7,
        "month" | "months" | "/12" => 30,
        _ => return None,
    };
    Some(number * each).filter(|days| *days > 0)
}

/// `#15`, `qty 15`.
fn quantity(words: &[String]) -> Option<String> {
    let text = words.concat().to_lowercase();
    let digits = text.strip_prefix('#').or_else(|| text.strip_prefix("qty"))?;
    let digits = digits.trim_start_matches([':', '.']);
    (!digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.to_owned())
}

/// The stored name of a unit, however it is shortened; `None` for other words.
fn unit(word: &str) -> Option<&'static str> {
    let word = word.trim_end_matches([',', '.']).to_lowercase();
    if let Some((_, name)) = SHORT_UNITS.iter().find(|(short, _)| *short == word) {
        return Some(name);
    }
    UNITS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| name.eq_ignore_ascii_case(&word) || directions::unit_after(true, name).eq_ignore_ascii_case(&word))
}

/// `500mg` as its number and its unit.
fn glued(word: &str) -> Option<(String, &'static str)> {
    let split = word.find(|c: char| c.is_alphabetic() && !c.is_numeric())?;
    let (number, rest) = word.split_at(split);
    Some((directions::dose_in_thousandths(number).map(|_| number.to_owned())?, unit(rest)?))
}

/// Dose and unit at the end of the words, and how many words they are: `1`, `2 puffs`, `10ml`.
fn dose_at_the_end(words: &[String]) -> (String, String, usize) {
    let is_number = |word: &str| directions::dose_in_thousandths(word).is_some();
    match words {
        // A medicine is always before its dose.
        [_, .., number, name] if is_number(number) && unit(name).is_some() => {
            (number.clone(), unit(name).unwrap_or_default().to_owned(), 2)
        }
        [_, .., last] if is_number(last) => (last.clone(), String::new(), 1),
        [_, .., last] => match glued(last) {
            Some((number, unit)) => (number, unit.to_owned(), 1),
            None => (String::new(), String::new(), 0),
        },
        _ => (String::new(), String::new(), 0),
    }
}

/// What is left, with abbreviations in words: `prn` after `tds` is "when needed".
fn instructions(words: &[String]) -> String {
    let said = words.iter().map(|word| match directions::frequency(word) {
        Some(found) if word != "on" => found.words.to_owned(),
        _ => word.clone(),
    });
    said.collect::<Vec<_>>().join(" ").trim_start_matches([',', ';', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// medicine, dose, unit, frequency, duration, route, quantity, instructions
    fn fields(typed: &str) -> [String; 8] {
        let l = read(typed);
        [l.medicine, l.dose, l.unit, l.frequency, l.duration, l.route, l.quantity, l.instructions]
    }

    #[test]
    fn lines_are_read_as_doctors_write_them() {
        let cases = [
            (
                "amoxicillin 500 mg 1 tds 5d after food",
                ["amoxicillin 500 mg", "1", "", "tds", "5", "", "", "after food"],
            ),
            (
                "Paracetamol 500mg 2 tabs QID prn",
                ["Paracetamol 500mg", "2", "tablet", "qds", "", "", "", "when needed"],
            ),
            ("salbutamol inhaler 2 puffs prn", ["salbutamol inhaler", "2", "puff", "prn", "", "", "", ""]),
            ("amoxicillin 500 mg tds 7/7", ["amoxicillin 500 mg", "500", "mg", "tds", "7", "", "", ""]),
            ("ibuprofen 400mg po bd for 2 weeks #28", ["ibuprofen 400mg", "400", "mg", "bd", "14", "oral", "28", ""]),
            ("ceftriaxone 1 g 1g iv od 3 days", ["ceftriaxone 1 g", "1", "g", "od", "3", "intravenous", "", ""]),
            (
                "omeprazole 20 mg 1 cap mane on an empty stomach",
                ["omeprazole 20 mg", "1", "capsule", "mane", "", "", "", "on an empty stomach"],
            ),
            ("co-amoxiclav 625 1 three times daily x7d", ["co-amoxiclav 625", "1", "", "tds", "7", "", "", ""]),
            ("cough syrup 10ml tds", ["cough syrup", "10", "ml", "tds", "", "", "", ""]),
            ("warfarin 1/2 od", ["warfarin", "1/2", "", "od", "", "", "", ""]),
            ("aspirin", ["aspirin", "", "", "", "", "", "", ""]),
            ("emollient topical as needed", ["emollient", "", "", "prn", "", "topical", "", ""]),
            ("", ["", "", "", "", "", "", "", ""]),
        ];
        for (typed, expected) in cases {
            assert_eq!(fields(typed), expected.map(ToOwned::to_owned), "{typed}");
        }
    }

    #[test]
    fn nothing_that_is_typed_breaks_it() {
        for typed in [
            "tds",
            "5d",
            "1 1 1 1",
            "#",
            "qty",
            "½",
            "po po po",
            "½½ tds tds",
            "٣ mg",
            "a 99999999999 mg od",
            "x",
            "for",
            "/7",
        ] {
            read(typed);
        }
    }
}
