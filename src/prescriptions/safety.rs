//! What speaks against a prescription: allergies, the same twice, interactions, unusual doses. Pure rules over what is
//! known (`medicines::knowledge`); no SQL, no HTTP.
//!
//! Each warning says why and from where. None forbids anything: going on needs the doctor's reason.

use crate::db::fold::fold;
use crate::medicines::directions;
use crate::medicines::interactions::model::Severity;
use crate::medicines::knowledge::{Knowledge, Known};
use crate::medicines::model::{Medicine, MedicineId, NG_PER_MG, amount_text};
use crate::medicines::substances::model::GroupKind;

use super::model::{Medication, Warning, WarningKind};

/// Something that the patient takes already.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The medicine as it was written.
    pub what: String,
    pub medicine_id: Option<MedicineId>,
    /// Where it is known from: `RX000123`, `as the patient told`.
    pub from: String,
}

/// An allergy of the patient's chart.
#[derive(Clone, Debug)]
pub struct Allergy {
    pub substance: String,
    pub reaction: String,
    pub is_severe: bool,
    /// As people read it.
    pub severity: &'static str,
}

/// Everything that a prescription is compared with.
#[derive(Clone, Debug)]
pub struct Background {
    pub knowledge: Knowledge,
    /// The catalogue's medicines of the lines.
    pub medicines: Vec<Medicine>,
    pub taken: Vec<Taken>,
    pub allergies: Vec<Allergy>,
    pub is_child: bool,
}

/// Every warning about the lines, the worst first.
pub fn check(lines: &[Medication], background: &Background) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let contents: Vec<Vec<&Known>> =
        lines.iter().map(|line| background.knowledge.contents(line.medicine_id, &line.medicine)).collect();
    let taken: Vec<Vec<&Known>> =
        background.taken.iter().map(|t| background.knowledge.contents(t.medicine_id, &t.what)).collect();
    for (at, line) in lines.iter().enumerate() {
        for allergy in &background.allergies {
            warnings.extend(allergic(line, &contents[at], allergy, &background.knowledge));
        }
        let earlier = lines[..at].iter().zip(&contents).map(|(l, c)| (l.medicine.as_str(), "on this prescription", c));
        let taking = background.taken.iter().zip(&taken).map(|(t, c)| (t.what.as_str(), t.from.as_str(), c));
        for (what, from, known) in earlier.chain(taking) {
            match repeated(line, &contents[at], what, from, known) {
                Some(warning) => warnings.push(warning),
                None => warnings.extend(interacting(line, &contents[at], what, from, known, &background.knowledge)),
            }
        }
        warnings.extend(unusual(line, background));
    }
    warnings.sort_by_key(|w| w.severity);
    warnings
}

fn allergic(line: &Medication, contents: &[&Known], allergy: &Allergy, knowledge: &Knowledge) -> Option<Warning> {
    let meant = knowledge.recognised(&allergy.substance);
    let warn = |severity, why: String| Warning {
        kind: WarningKind::Allergy,
        severity,
        medicine: line.medicine.clone(),
        message: why,
        source: match allergy.reaction.is_empty() {
            true => format!("The patient's allergies: {}, {}", allergy.substance, allergy.severity),
            false => {
                format!("The patient's allergies: {}, {}, {}", allergy.substance, allergy.reaction, allergy.severity)
            }
        },
    };
    let certain = if allergy.is_severe { Severity::Contraindicated } else { Severity::Serious };
    let is_named = contents.iter().any(|c| meant.iter().any(|m| m.id == c.id))
        || contains_words(&line.medicine, &allergy.substance);
    if is_named {
        return Some(warn(certain, format!("The patient is allergic to {}.", allergy.substance)));
    }
    let shared = |kind: GroupKind| {
        contents.iter().find_map(|c| {
            let mine =
                c.of_kind(kind).find(|g| meant.iter().any(|m| m.of_kind(kind).any(|other| other.key == g.key)))?;
            Some((c.name.clone(), mine.name.clone()))
        })
    };
    if let Some((substance, class)) = shared(GroupKind::Class) {
        let why =
            format!("The patient is allergic to {}: {substance} is of the same class ({class}).", allergy.substance);
        return Some(warn(certain, why));
    }
    let (substance, group) = shared(GroupKind::CrossReactive)?;
    let severity = if allergy.is_severe { Severity::Serious } else { Severity::Caution };
    let why = format!("The patient is allergic to {}, and may be to {substance} too ({group}).", allergy.substance);
    Some(warn(severity, why))
}

/// Whether the words of `part` stand in a row in `text`: for allergies to what no substance is known of.
fn contains_words(text: &str, part: &str) -> bool {
    let part = fold(part);
    !part.is_empty() && format!(" {} ", fold(text)).contains(&format!(" {part} "))
}

/// The same substance or class twice.
fn repeated(line: &Medication, mine: &[&Known], what: &str, from: &str, theirs: &[&Known]) -> Option<Warning> {
    let same = mine.iter().find(|m| theirs.iter().any(|t| t.id == m.id));
    let is_same_text = mine.is_empty() && theirs.is_empty() && fold(&line.medicine) == fold(what);
    let (severity, message, source) = if let Some(substance) = same {
        (Severity::Serious, format!("{} twice: also in {what} ({from}).", capital(&substance.name)), "What it contains")
    } else if is_same_text {
        (Severity::Serious, format!("The same medicine twice: also {from}."), "Its name")
    } else {
        let (class, name) = mine.iter().find_map(|m| {
            let class = m
                .of_kind(GroupKind::Class)
                .find(|class| theirs.iter().any(|t| t.of_kind(GroupKind::Class).any(|other| other.key == class.key)))?;
            Some((class.name.clone(), m.name.clone()))
        })?;
        let message = format!("The same class twice ({class}): {name}, and {what} ({from}).");
        (Severity::Caution, message, "The classes of the substances")
    };
    let source = source.to_owned();
    Some(Warning { kind: WarningKind::Duplicate, severity, medicine: line.medicine.clone(), message, source })
}

/// The worst interaction between a line and another medicine.
fn interacting(
    line: &Medication,
    mine: &[&Known],
    what: &str,
    from: &str,
    theirs: &[&Known],
    knowledge: &Knowledge,
) -> Option<Warning> {
    let any = |known: &[&Known], key: &str| known.iter().any(|k| k.is_meant_by(key));
    let found = knowledge
        .interactions
        .iter()
        .filter(|i| {
            (any(mine, &i.one_key) && any(theirs, &i.other_key)) || (any(mine, &i.other_key) && any(theirs, &i.one_key))
        })
        .min_by_key(|i| i.severity)?;
    let mut message = format!("With {what} ({from}): {}", found.effect);
    if !found.advice.is_empty() {
        message = format!("{message} {}", found.advice);
    }
    Some(Warning {
        kind: WarningKind::Interaction,
        severity: found.severity,
        medicine: line.medicine.clone(),
        message,
        source: format!("{} ({} with {})", found.source, found.one, found.other),
    })
}

/// One dose of a line in nanograms, where amount and unit say it.
fn dose_ng(line: &Medication, medicine: &Medicine) -> Option<i64> {
    let thousandths = directions::dose_in_thousandths(&line.dose)?;
    let unit = directions::unit_after(false, &line.unit);
    let per_unit = match unit.as_str() {
        "g" => NG_PER_MG.checked_mul(1000)?,
        "mg" => NG_PER_MG,
        "mcg" => 1000,
        counted if fold(counted) == fold(&directions::unit_after(false, &medicine.unit)) => medicine.strength_ng?,
        _ => return None,
    };
    thousandths.checked_mul(per_unit).map(|ng| ng / 1000)
}

/// A dose outside the catalogue's range. Ranges are for adults: for children only the most is compared.
fn unusual(line: &Medication, background: &Background) -> Option<Warning> {
    let medicine = background.medicines.iter().find(|m| Some(m.id) == line.medicine_id)?;
    let dose = dose_ng(line, medicine)?;
    let daily = directions::frequency(&line.frequency)
        .and_then(|f| f.per_days())
        .and_then(|(times, days)| Some(dose.checked_mul(times)? / days));
    let (severity, what) = if medicine.most_dose_ng.is_some_and(|most| dose > most) {
        (Severity::Serious, format!("{} in one dose is more than usual.", amount_text(dose)))
    } else if let Some(daily) = daily.filter(|d| medicine.most_daily_ng.is_some_and(|most| *d > most)) {
        (Severity::Serious, format!("{} in a day is more than usual.", amount_text(daily)))
    } else if !background.is_child && medicine.least_dose_ng.is_some_and(|least| dose < least) {
        (Severity::Caution, format!("{} in one dose is less than usual.", amount_text(dose)))
    } else {
        return None;
    };
    Some(Warning {
        kind: WarningKind::Dose,
        severity,
        medicine: line.medicine.clone(),
        message: format!("{what} Usual for adults: {}.", medicine.range_text()),
        source: "The catalogue's usual doses".to_owned(),
    })
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
