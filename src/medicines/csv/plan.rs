//! What a file would do to the catalogue.

use std::collections::{HashMap, HashSet};

use super::file::{self, COLUMNS, Line};
use crate::access::token;
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::error::AppError;
use crate::medicines::forms::{self, MedicineInput};
use crate::medicines::model::{Medicine, MedicineId};
use crate::medicines::queries;
use crate::money::Currency;
use crate::web::Form;

/// What would happen, line by line.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub new: Vec<Planned>,
    pub changed: Vec<Planned>,
    pub unchanged: usize,
    pub refused: Vec<Refused>,
    /// Tells this plan from any other: of another file, or of a catalogue that has changed meanwhile.
    pub fingerprint: String,
}

/// A medicine that would be added or changed.
#[derive(Clone, Debug)]
pub struct Planned {
    pub line: u64,
    /// The medicine and the version that would be changed; `None` for a new one.
    pub of: Option<(MedicineId, i32)>,
    pub input: MedicineInput,
    /// Column, text before, text after. Empty for a new one.
    pub differences: Vec<(&'static str, String, String)>,
}

/// A line that would change nothing because something is wrong with it.
#[derive(Clone, Debug)]
pub struct Refused {
    pub line: u64,
    pub name: String,
    pub reason: String,
}

impl Plan {
    /// Whether the file would change nothing.
    pub fn is_idle(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty()
    }
}

/// The form field that a column stands for.
fn field(column: &str) -> &str {
    match column {
        "least_dose_mg" => "least_dose",
        "most_dose_mg" => "most_dose",
        "most_daily_mg" => "most_daily",
        "active" => "is_active",
        same => same,
    }
}

/// A medicine as a line of the file, column by column.
pub fn texts(medicine: &Medicine, contents: &[String], currency: Currency) -> [String; COLUMNS.len()] {
    let filled = forms::filled(medicine, contents, currency);
    COLUMNS.map(|column| match column {
        "active" => if medicine.is_active { "yes" } else { "no" }.to_owned(),
        column => filled.value(field(column)).to_owned(),
    })
}

/// The catalogue as it is, to be compared with.
struct Known {
    by_key: HashMap<String, (Medicine, Vec<String>)>,
    by_barcode: HashMap<String, MedicineId>,
    /// The names of substances by their keys.
    substances: HashMap<String, String>,
}

/// What the file would do now.
///
/// # Errors
/// What is wrong with the file as a whole, for the person.
pub fn make(db: &mut DbConnection, text: &str, currency: Currency) -> Result<Result<Plan, String>, AppError> {
    let lines = match file::lines(text) {
        Ok(lines) => lines,
        Err(message) => return Ok(Err(message)),
    };
    let catalogue = queries::whole(db)?;
    let known = Known {
        by_barcode: catalogue
            .iter()
            .filter(|(m, _)| !m.barcode.is_empty())
            .map(|(m, _)| (m.barcode.clone(), m.id))
            .collect(),
        by_key: catalogue.into_iter().map(|(m, contents)| (fold(&m.name), (m, contents))).collect(),
        substances: queries::substance_names(db)?,
    };
    let mut plan = Plan::default();
    let (mut names, mut barcodes) = (HashMap::new(), HashMap::new());
    for line in lines {
        match read(line, &known, currency, &mut names, &mut barcodes) {
            Err(refused) => plan.refused.push(refused),
            Ok(Some(planned)) if planned.of.is_none() => plan.new.push(planned),
            Ok(Some(planned)) if planned.differences.is_empty() => plan.unchanged += 1,
            Ok(Some(planned)) => plan.changed.push(planned),
            Ok(None) => {}
        }
    }
    let changes: Vec<_> =
        plan.new.iter().chain(&plan.changed).map(|p| (p.line, p.of, &p.input, p.differences.len())).collect();
    let refused: Vec<_> = plan.refused.iter().map(|r| (r.line, &r.reason)).collect();
    plan.fingerprint = token::hash(&format!("{} {changes:?} {refused:?} {}", token::hash(text), plan.unchanged));
    Ok(Ok(plan))
}

/// One line; `None` when every cell of it is empty.
fn read(
    line: Line,
    known: &Known,
    currency: Currency,
    names: &mut HashMap<String, u64>,
    barcodes: &mut HashMap<String, u64>,
) -> Result<Option<Planned>, Refused> {
    let number = line.number;
    let refuse = |name: &str, reason: String| {
        let name: String = name.chars().take(120).collect();
        Refused { line: number, name, reason }
    };
    let cells = line.cells.map_err(|reason| refuse("", reason))?;
    let given: HashMap<&str, &str> = cells.iter().map(|(column, text)| (*column, text.as_str())).collect();
    if given.values().all(|text| text.is_empty()) {
        return Ok(None);
    }
    let of = |column| given.get(column).copied().unwrap_or_default();
    let name = match of("name") {
        "" => forms::name_of(of("generic_name"), of("strength"), of("form")),
        name => name.to_owned(),
    };
    if name.len() > 4 * 200 {
        return Err(refuse(&name, "The name is far too long.".to_owned()));
    }
    if let Some(price) = given.get("price")
        && let Some((_, decimals)) = price.split_once(',')
        && !price.contains('.')
        && decimals.len() != 3
    {
        return Err(refuse(&name, format!("Write the price {price} with a point instead of the comma.")));
    }
    let key = fold(&name);
    let stored = known.by_key.get(&key);
    let mut form = match stored {
        Some((medicine, contents)) => forms::filled(medicine, contents, currency),
        None => forms::empty(),
    };
    for (column, text) in &cells {
        let text = match *column {
            "active" => match text.to_lowercase().as_str() {
                "" if stored.is_some() => continue,
                "" | "yes" | "true" | "1" => "yes",
                "no" | "false" | "0" => "",
                _ => return Err(refuse(&name, format!("“active” is yes or no, not {text}."))),
            },
            "name" if text.is_empty() => continue,
            _ => text.as_str(),
        };
        form.set_all(field(column), vec![text.to_owned()]);
    }
    let input = match forms::parse(&mut form, currency) {
        Some(input) => with_known_substances(input, known).map_err(|reason| refuse(&name, reason))?,
        None => return Err(refuse(&name, reasons(&form))),
    };
    if let Some(before) = names.insert(fold(&input.name), number) {
        return Err(refuse(&name, format!("The medicine stands on line {before} already.")));
    }
    if !input.barcode.is_empty() {
        let id = stored.map(|(medicine, _)| medicine.id);
        if known.by_barcode.get(&input.barcode).is_some_and(|other| Some(*other) != id) {
            return Err(refuse(&name, "Another medicine of the catalogue has this barcode.".to_owned()));
        }
        if let Some(before) = barcodes.insert(input.barcode.clone(), number) {
            return Err(refuse(&name, format!("Its barcode stands on line {before} already.")));
        }
    }
    let differences = match stored {
        Some((medicine, contents)) => {
            let before = texts(medicine, contents, currency);
            let after = texts(&applied(medicine, &input), &input.contents, currency);
            let all = COLUMNS.into_iter().zip(before.into_iter().zip(after));
            all.filter(|(_, (before, after))| before != after).map(|(c, (before, after))| (c, before, after)).collect()
        }
        None => Vec::new(),
    };
    Ok(Some(Planned { line: number, of: stored.map(|(m, _)| (m.id, m.version)), input, differences }))
}

/// What is wrong with the fields, in one line.
fn reasons(form: &Form) -> String {
    let column = |field: &str| COLUMNS.into_iter().find(|c| self::field(c) == field).unwrap_or_default().to_owned();
    let said = form.errors.iter().map(|e| format!("{}: {}", column(&e.field), e.message));
    said.collect::<Vec<_>>().join(" ")
}

/// The contents by the names that the substances bear here, in their order.
fn with_known_substances(mut input: MedicineInput, known: &Known) -> Result<MedicineInput, String> {
    let (mut found, mut unknown, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for name in &input.contents {
        let key = fold(name);
        match known.substances.get(&key) {
            Some(known) if seen.insert(key) => found.push(known.clone()),
            Some(_) => {}
            None => unknown.push(name.as_str()),
        }
    }
    if !unknown.is_empty() {
        return Err(format!("Not among the substances yet: {}.", unknown.join(", ")));
    }
    found.sort_by_key(|name| fold(name));
    input.contents = found;
    Ok(input)
}

/// The medicine as it would be.
fn applied(medicine: &Medicine, input: &MedicineInput) -> Medicine {
    Medicine {
        id: medicine.id,
        name: input.name.clone(),
        generic_name: input.generic_name.clone(),
        form: input.form.clone(),
        strength: input.strength.clone(),
        unit: input.unit.clone(),
        route: input.route.clone(),
        pack_size: input.pack_size,
        price: input.price,
        minimum_stock: input.minimum_stock,
        strength_ng: input.strength_ng,
        least_dose_ng: input.least_dose_ng,
        most_dose_ng: input.most_dose_ng,
        most_daily_ng: input.most_daily_ng,
        is_active: input.is_active,
        version: medicine.version,
        barcode: input.barcode.clone(),
    }
}
