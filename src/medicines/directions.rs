//! How a medicine is taken: the abbreviations that doctors write, the words that patients read, and the quantity that
//! follows from them. Pure rules, no SQL, no HTTP.

/// How often a medicine is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// What doctors write, and what is stored.
    pub code: &'static str,
    /// Other ways to write the same.
    aliases: &'static [&'static str],
    /// What patients read.
    pub words: &'static str,
    doses: Doses,
}

/// How many doses a frequency means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doses {
    /// So many times in so many days.
    Every { times: i64, days: i64 },
    /// Once and never again.
    Single,
    /// As needed: nobody can know.
    Unknown,
}

const fn daily(
    code: &'static str,
    aliases: &'static [&'static str],
    words: &'static str,
    times: i64,
    days: i64,
) -> Frequency {
    Frequency { code, aliases, words, doses: Doses::Every { times, days } }
}

/// The common frequencies, in the order in which they are offered.
pub const FREQUENCIES: &[Frequency] = &[
    daily("od", &["qd", "o.d.", "once daily", "daily", "1x"], "once a day", 1, 1),
    daily("bd", &["bid", "b.d.", "twice daily", "2x"], "twice a day", 2, 1),
    daily("tds", &["tid", "t.d.s.", "three times daily", "3x"], "three times a day", 3, 1),
    daily("qds", &["qid", "q.d.s.", "four times daily", "4x"], "four times a day", 4, 1),
    daily("mane", &["om", "morning"], "in the morning", 1, 1),
    daily("nocte", &["on", "hs", "night", "at bedtime"], "at night", 1, 1),
    daily("q4h", &["4 hourly"], "every 4 hours", 6, 1),
    daily("q6h", &["6 hourly"], "every 6 hours", 4, 1),
    daily("q8h", &["8 hourly"], "every 8 hours", 3, 1),
    daily("q12h", &["12 hourly"], "every 12 hours", 2, 1),
    daily("eod", &["alt", "alternate days", "qod"], "every other day", 1, 2),
    daily("weekly", &["ow"], "once a week", 1, 7),
    Frequency { code: "prn", aliases: &["p.r.n.", "as needed", "sos"], words: "when needed", doses: Doses::Unknown },
    Frequency { code: "stat", aliases: &["at once"], words: "once, straight away", doses: Doses::Single },
];

/// The frequency that somebody means: `TDS`, `tid` and `three times a day` are one. `None` for words of their own.
pub fn frequency(typed: &str) -> Option<&'static Frequency> {
    let typed = typed.trim().to_lowercase();
    FREQUENCIES.iter().find(|f| f.code == typed || f.words == typed || f.aliases.contains(&typed.as_str()))
}

impl Frequency {
    /// How many doses in how many days, where that is known: `(3, 1)` for three times a day.
    pub fn per_days(&self) -> Option<(i64, i64)> {
        match self.doses {
            Doses::Every { times, days } => Some((times, days)),
            Doses::Single | Doses::Unknown => None,
        }
    }
}

/// By which way a medicine is given: the stored name and the words that patients read.
pub const ROUTES: &[(&str, &str)] = &[
    ("oral", "by mouth"),
    ("sublingual", "under the tongue"),
    ("topical", "on the skin"),
    ("inhaled", "by inhaling"),
    ("nasal", "into the nose"),
    ("ophthalmic", "into the eye"),
    ("otic", "into the ear"),
    ("rectal", "into the rectum"),
    ("vaginal", "into the vagina"),
    ("transdermal", "as a patch on the skin"),
    ("subcutaneous", "under the skin"),
    ("intramuscular", "into the muscle"),
    ("intravenous", "into the vein"),
];

/// A route in the words that patients read; empty for none.
pub fn route_words(route: &str) -> &str {
    ROUTES.iter().find(|(name, _)| *name == route).map_or(route, |(_, words)| words)
}

/// Units of a dose that are offered, and whether pharmacies count them out one by one.
pub const UNITS: &[(&str, bool)] = &[
    ("tablet", true),
    ("capsule", true),
    ("ml", true),
    ("mg", false),
    ("mcg", false),
    ("g", false),
    ("IU", false),
    ("drop", false),
    ("puff", false),
    ("spray", false),
    ("application", false),
    ("sachet", true),
    ("lozenge", true),
    ("suppository", true),
    ("pessary", true),
    ("patch", true),
    ("ampoule", true),
    ("vial", true),
];

/// A unit without its plural: `tablets` becomes `tablet`. Words of their own stay.
fn singular(unit: &str) -> &str {
    let unit = unit.trim();
    let known = |name: &&(&str, bool)| plural(name.0).eq_ignore_ascii_case(unit) || name.0.eq_ignore_ascii_case(unit);
    UNITS.iter().find(known).map_or(unit, |(name, _)| name)
}

fn is_counted(unit: &str) -> bool {
    let unit = singular(unit);
    UNITS.iter().any(|(name, counted)| *counted && *name == unit)
}

fn plural(unit: &str) -> String {
    match unit {
        "ml" | "mg" | "mcg" | "g" | "IU" => unit.to_owned(),
        "suppository" => "suppositories".to_owned(),
        "pessary" => "pessaries".to_owned(),
        "patch" => "patches".to_owned(),
        _ => format!("{unit}s"),
    }
}

/// A unit as it is read after a number: `tablets` after more than one. Words of their own stay as they are.
pub fn unit_after(number_is_more_than_one: bool, unit: &str) -> String {
    let name = singular(unit);
    let is_known = UNITS.iter().any(|(known, _)| *known == name);
    if is_known && number_is_more_than_one { plural(name) } else { name.to_owned() }
}

/// A dose in thousandths of its unit: `1`, `0.5`, `1,5`, `½`, `1½`, `1/2`; of `1-2` the larger. `None` for other words.
pub fn dose_in_thousandths(dose: &str) -> Option<i64> {
    match dose.split_once(['-', '–']) {
        Some((low, high)) => Some(single_dose(low)?.max(single_dose(high)?)),
        None => single_dose(dose),
    }
}

fn single_dose(dose: &str) -> Option<i64> {
    let dose = dose.trim();
    if let Some((over, under)) = dose.split_once('/') {
        let (over, under) = (whole(over)?, whole(under).filter(|u| *u > 0)?);
        return Some(over * 1000 / under);
    }
    for (sign, thousandths) in [('½', 500), ('¼', 250), ('¾', 750)] {
        if let Some(before) = dose.strip_suffix(sign) {
            let before = if before.trim().is_empty() { 0 } else { whole(before)? };
            return Some(before * 1000 + thousandths);
        }
    }
    let (before, after) = dose.split_once(['.', ',']).unwrap_or((dose, ""));
    if after.len() > 3 || !after.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(whole(before)? * 1000 + format!("{after:0<3}").parse::<i64>().ok()?)
}

/// A whole number that no dose exceeds.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.len() <= 7 && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The largest quantity of one line; the database holds the same.
pub const MOST: i32 = 100_000;
/// The longest a line may last, in days; the database holds the same.
pub const LONGEST_DAYS: i32 = 730;

/// How much the pharmacy has to hand out for the whole duration, rounded up to whole units. `None` when it does not
/// follow: a dose by weight, as needed, no duration, words instead of numbers, or more than any line may have.
pub fn quantity(dose: &str, unit: &str, frequency_typed: &str, duration_days: Option<i32>) -> Option<i32> {
    if !is_counted(unit) {
        return None;
    }
    let dose = dose_in_thousandths(dose).filter(|d| *d > 0)?;
    let doses = match frequency(frequency_typed)?.doses {
        Doses::Single => 1,
        Doses::Unknown => return None,
        Doses::Every { times, days } => {
            let duration = i64::from(duration_days.filter(|d| (1..=LONGEST_DAYS).contains(d))?);
            (duration * times + days - 1) / days
        }
    };
    let units = (dose * doses + 999) / 1000;
    i32::try_from(units).ok().filter(|q| (1..=MOST).contains(q))
}

/// What the patient reads: `1 tablet by mouth, three times a day, for 5 days`.
pub fn words(dose: &str, unit: &str, route: &str, frequency_typed: &str, duration_days: Option<i32>) -> String {
    let is_more = dose_in_thousandths(dose).is_none_or(|d| d > 1000);
    let amount = format!("{} {}", dose.trim(), unit_after(is_more, unit));
    let how = format!("{} {}", amount.trim(), route_words(route));
    let often = frequency(frequency_typed).map_or_else(|| frequency_typed.trim().to_owned(), |f| f.words.to_owned());
    let long = match duration_days {
        Some(1) => "for 1 day".to_owned(),
        Some(days) => format!("for {days} days"),
        None => String::new(),
    };
    [how.trim(), &often, &long].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_read_as_doctors_write_them() {
        for (typed, code) in [("TDS", "tds"), (" tid ", "tds"), ("BID", "bd"), ("qid", "qds"), ("once a day", "od")] {
            assert_eq!(frequency(typed).map(|f| f.code), Some(code), "{typed}");
        }
        assert_eq!(frequency("with each meal"), None);
        // No two frequencies share a way to write them.
        let mut all: Vec<&str> =
            FREQUENCIES.iter().flat_map(|f| [f.code, f.words].into_iter().chain(f.aliases.iter().copied())).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn the_quantity_follows_from_dose_frequency_and_duration() {
        let cases = [
            ("1", "tablet", "tds", Some(5), Some(15)),
            ("2", "Tablets", "bd", Some(7), Some(28)),
            ("½", "tablet", "od", Some(5), Some(3)),
            ("1½", "tablet", "od", Some(2), Some(3)),
            ("1/2", "tablet", "nocte", Some(30), Some(15)),
            ("1-2", "tablet", "qid", Some(3), Some(24)),
            ("2,5", "ml", "tid", Some(10), Some(75)),
            ("1", "tablet", "eod", Some(7), Some(4)),
            ("1", "tablet", "weekly", Some(28), Some(4)),
            ("1", "tablet", "weekly", Some(10), Some(2)),
            ("1", "ampoule", "stat", None, Some(1)),
            ("1", "tablet", "q6h", Some(2), Some(8)),
        ];
        for (dose, unit, often, days, expected) in cases {
            assert_eq!(quantity(dose, unit, often, days), expected, "{dose} {unit} {often} {days:?}");
        }
    }

    #[test]
    fn what_does_not_follow_is_left_open() {
        let cases = [
            ("500", "mg", "tds", Some(5)),
            ("1", "tablet", "prn", Some(5)),
            ("1", "tablet", "tds", None),
            ("1", "tablet", "with each meal", Some(5)),
            ("a little", "tablet", "tds", Some(5)),
            ("0", "tablet", "tds", Some(5)),
            ("1", "tablet", "tds", Some(0)),
            ("1", "tablet", "tds", Some(3650)),
            ("9999999", "tablet", "tds", Some(730)),
            ("1/0", "tablet", "tds", Some(5)),
            ("", "", "", None),
        ];
        for (dose, unit, often, days) in cases {
            assert_eq!(quantity(dose, unit, often, days), None, "{dose} {unit} {often} {days:?}");
        }
    }

    #[test]
    fn directions_are_said_in_words() {
        assert_eq!(words("1", "tablet", "oral", "tds", Some(5)), "1 tablet by mouth, three times a day, for 5 days");
        assert_eq!(words("2", "puff", "inhaled", "PRN", None), "2 puffs by inhaling, when needed");
        assert_eq!(words("500", "mg", "", "bd", Some(1)), "500 mg, twice a day, for 1 day");
        assert_eq!(words("", "", "topical", "with each wash", None), "on the skin, with each wash");
        assert_eq!(words("½", "tablets", "oral", "nocte", None), "½ tablet by mouth, at night");
        assert_eq!(words("", "", "", "", None), "");
    }
}
