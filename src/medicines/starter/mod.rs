//! What ships with the product: substances, interactions, and a list of common generic medicines.
//!
//! Three text files beside this one, each with its sources. Substances and interactions fill empty tables when the
//! server starts, and from then on belong to the site. Medicines are added when somebody asks for them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::{MedicineInput, contents_of, name_of};
use super::interactions::forms::InteractionInput;
use super::interactions::model::Severity;
use super::model::parse_milligrams;
use super::substances::forms::{SubstanceInput, names};
use super::{interactions, queries, substances};
use crate::db::schema::substances as table;
use crate::db::{Db, DbConnection};
use crate::error::AppError;

const SUBSTANCES: &str = include_str!("substances.txt");
const INTERACTIONS: &str = include_str!("interactions.txt");
const MEDICINES: &str = include_str!("medicines.txt");

/// The fields of each line that is no comment.
fn lines<const N: usize>(text: &'static str) -> impl Iterator<Item = Result<[&'static str; N], AppError>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(|line| {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        fields.try_into().map_err(|_| AppError::Internal(format!("a line that ships with us is wrong: {line}")))
    })
}

fn substance([name, other_names, classes, cross_reactive, properties]: [&str; 5]) -> SubstanceInput {
    SubstanceInput {
        name: name.to_owned(),
        other_names: names(other_names),
        classes: names(classes),
        cross_reactive: names(cross_reactive),
        properties: names(properties),
    }
}

fn interaction([one, other, severity, effect, advice, source]: [&str; 6]) -> Result<InteractionInput, AppError> {
    let severity = severity
        .parse::<Severity>()
        .map_err(|_| AppError::Internal(format!("no severity that ships with us: {severity}")))?;
    let [one, other, effect, advice, source] = [one, other, effect, advice, source].map(ToOwned::to_owned);
    Ok(InteractionInput { one, other, severity, effect, advice, source, is_active: true }.ordered())
}

fn medicine(fields: [&str; 10]) -> Result<MedicineInput, AppError> {
    let [generic, form, strength, unit, route, pack, in_unit, least, most, daily] = fields;
    let pack_size = pack.parse().map_err(|_| AppError::Internal(format!("no pack size that ships with us: {pack}")))?;
    Ok(MedicineInput {
        name: name_of(generic, strength, form),
        generic_name: generic.to_owned(),
        contents: contents_of(generic),
        form: form.to_owned(),
        strength: strength.to_owned(),
        unit: unit.to_owned(),
        route: route.to_owned(),
        pack_size,
        price: 0,
        minimum_stock: 0,
        strength_ng: parse_milligrams(in_unit),
        least_dose_ng: parse_milligrams(least),
        most_dose_ng: parse_milligrams(most),
        most_daily_ng: parse_milligrams(daily),
        is_active: true,
        barcode: String::new(),
    })
}

/// Fills the tables of substances and interactions when there is no substance yet.
pub fn prepare(db: &Db, now: NaiveDateTime) -> Result<(), AppError> {
    db.write_now(move |db| add_knowledge(db, now))
}

/// [`prepare`] within a transaction.
pub fn add_knowledge(db: &mut DbConnection, now: NaiveDateTime) -> Result<(), AppError> {
    let is_filled: bool = diesel::select(diesel::dsl::exists(table::table.select(table::id))).get_result(db)?;
    if is_filled {
        return Ok(());
    }
    for fields in lines(SUBSTANCES) {
        substances::queries::insert(db, &substance(fields?), now)?;
    }
    for fields in lines(INTERACTIONS) {
        interactions::queries::insert(db, &interaction(fields?)?, now)?;
    }
    Ok(())
}

/// Adds the common medicines to a catalogue that has none, and says how many. What they contain must be known already.
pub fn add_medicines(db: &mut DbConnection, now: NaiveDateTime) -> Result<usize, AppError> {
    let mut count = 0;
    for fields in lines(MEDICINES) {
        let input = medicine(fields?)?;
        let mut contents = Vec::new();
        for name in &input.contents {
            contents.extend(substances::queries::by_name(db, name)?);
        }
        queries::insert(db, &input, &contents, now)?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::db::fold::fold;

    #[test]
    fn what_ships_is_whole_and_speaks_of_what_it_knows() {
        let substances: Vec<SubstanceInput> = lines(SUBSTANCES).map(|l| substance(l.expect("five fields"))).collect();
        let mut names = HashSet::new();
        for name in substances.iter().flat_map(|s| std::iter::once(&s.name).chain(&s.other_names)) {
            assert!(names.insert(fold(name)), "{name} is there twice");
        }
        let groups = substances.iter().flat_map(|s| s.classes.iter().chain(&s.properties)).map(|g| fold(g));
        let terms: HashSet<String> = groups.chain(substances.iter().map(|s| fold(&s.name))).collect();
        let mut pairs = HashSet::new();
        for line in lines(INTERACTIONS) {
            let found = interaction(line.expect("six fields")).expect("a severity");
            assert!(terms.contains(&fold(&found.one)) && terms.contains(&fold(&found.other)), "{found:?}");
            assert!(!found.effect.is_empty() && !found.source.is_empty(), "{found:?}");
            assert!(pairs.insert((fold(&found.one), fold(&found.other))), "{found:?} is there twice");
        }
        assert!(pairs.len() >= 100, "{}", pairs.len());
        let mut medicines = HashSet::new();
        for line in lines(MEDICINES) {
            let line: [&str; 10] = line.expect("ten fields");
            let found = medicine(line).expect("a pack size");
            assert!(medicines.insert(fold(&found.name)), "{} is there twice", found.name);
            let known = substances.iter().map(|s| fold(&s.name)).collect::<HashSet<_>>();
            assert!(found.contents.iter().all(|name| known.contains(&fold(name))), "{found:?}");
            for (typed, read) in
                line[6..].iter().zip([found.strength_ng, found.least_dose_ng, found.most_dose_ng, found.most_daily_ng])
            {
                assert_eq!(typed.is_empty(), read.is_none(), "{found:?}");
            }
            assert!(found.least_dose_ng.zip(found.most_dose_ng).is_none_or(|(least, most)| least <= most), "{found:?}");
            assert!(found.most_dose_ng.zip(found.most_daily_ng).is_none_or(|(dose, day)| dose <= day), "{found:?}");
        }
    }
}
