//! What is known of substances and interactions, read as a whole for the warnings of prescriptions: a few hundred rows.
//!
//! Medicines and allergies may be written freely, so substances are recognised by their names among the words of a
//! text. What is not recognised is not warned of, and the pages say so.

use std::collections::HashMap;

use diesel::prelude::*;

use super::interactions::model::Interaction;
use super::model::MedicineId;
use super::substances::model::{GroupKind, SubstanceId};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{interactions, medicine_substances, substance_groups, substances};

/// A class or property that a substance belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub kind: GroupKind,
    pub name: String,
    /// The folded name, by which groups are compared.
    pub key: String,
}

/// A substance with all that it belongs to.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: SubstanceId,
    pub name: String,
    pub key: String,
    pub groups: Vec<Group>,
}

impl Known {
    /// Its groups of this kind.
    pub fn of_kind(&self, kind: GroupKind) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |g| g.kind == kind)
    }

    /// Whether a side of an interaction means it: its own name, a class or a property.
    pub fn is_meant_by(&self, key: &str) -> bool {
        self.key == key || self.groups.iter().any(|g| g.kind != GroupKind::CrossReactive && g.key == key)
    }
}

/// Everything that is known.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    substances: Vec<Known>,
    /// Folded names of several words and of one, with the substance's position.
    names: HashMap<String, usize>,
    /// The most words that a name has.
    longest: usize,
    by_medicine: HashMap<MedicineId, Vec<SubstanceId>>,
    pub interactions: Vec<Interaction>,
}

/// Reads everything. `medicines` are those of the catalogue whose contents are asked for.
pub fn load(db: &mut DbConnection, medicines: &[MedicineId]) -> QueryResult<Knowledge> {
    let rows: Vec<(SubstanceId, String, String, String)> = substances::table
        .order(substances::id)
        .select((substances::id, substances::name, substances::name_key, substances::other_names))
        .load(db)?;
    let groups: Vec<(SubstanceId, GroupKind, String, String)> = substance_groups::table
        .order(substance_groups::id)
        .select((
            substance_groups::substance_id,
            substance_groups::kind,
            substance_groups::name,
            substance_groups::name_key,
        ))
        .load(db)?;
    let contents: Vec<(MedicineId, SubstanceId)> = medicine_substances::table
        .filter(medicine_substances::medicine_id.eq_any(medicines.to_vec()))
        .select((medicine_substances::medicine_id, medicine_substances::substance_id))
        .load(db)?;
    let interactions = interactions::table
        .filter(interactions::is_active.eq(true))
        .order(interactions::id)
        .select(Interaction::as_select())
        .load(db)?;
    let mut known = Knowledge { interactions, ..Knowledge::default() };
    for (id, name, key, other_names) in rows {
        known.add(id, &name, &key, &other_names);
    }
    for (id, kind, name, key) in groups {
        if let Some(substance) = known.substances.iter_mut().find(|s| s.id == id) {
            substance.groups.push(Group { kind, name, key });
        }
    }
    for (medicine, substance) in contents {
        known.by_medicine.entry(medicine).or_default().push(substance);
    }
    Ok(known)
}

impl Knowledge {
    fn add(&mut self, id: SubstanceId, name: &str, key: &str, other_names: &str) {
        let at = self.substances.len();
        for name in std::iter::once(key.to_owned()).chain(other_names.split(',').map(fold)) {
            let words = words(&name);
            if !words.is_empty() {
                self.longest = self.longest.max(words.len());
                self.names.entry(words.join(" ")).or_insert(at);
            }
        }
        self.substances.push(Known { id, name: name.to_owned(), key: key.to_owned(), groups: Vec::new() });
    }

    /// The substances in a medicine: those of the catalogue, or those that its text names.
    pub fn contents(&self, medicine: Option<MedicineId>, text: &str) -> Vec<&Known> {
        match medicine.and_then(|id| self.by_medicine.get(&id)) {
            Some(ids) => self.substances.iter().filter(|s| ids.contains(&s.id)).collect(),
            None => self.recognised(text),
        }
    }

    /// The substances that a text names, each once; the longest name wins where several begin with the same word.
    pub fn recognised(&self, text: &str) -> Vec<&Known> {
        let folded = fold(text);
        let words = words(&folded);
        let mut found: Vec<usize> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let longest = self.longest.min(words.len() - at);
            let hit = (1..=longest).rev().find_map(|n| Some((n, *self.names.get(&words[at..at + n].join(" "))?)));
            match hit {
                Some((n, position)) => {
                    if !found.contains(&position) {
                        found.push(position);
                    }
                    at += n;
                }
                None => at += 1,
            }
        }
        found.into_iter().filter_map(|position| self.substances.get(position)).collect()
    }
}

/// The words of a folded text; hyphens and digits belong to a word (`co-amoxiclav`, `5-ht3`).
fn words(folded: &str) -> Vec<&str> {
    folded
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowledge() -> Knowledge {
        let mut known = Knowledge::default();
        for (id, name, others) in [
            (1, "amoxicillin", ""),
            (2, "clavulanic acid", "clavulanate, co-amoxiclav"),
            (3, "potassium chloride", "potassium"),
            (4, "paracetamol", "acetaminophen"),
        ] {
            known.add(SubstanceId(id), name, &fold(name), others);
        }
        known
    }

    #[test]
    fn substances_are_recognised_among_words() {
        let known = knowledge();
        let names = |text: &str| known.recognised(text).iter().map(|k| k.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("AMOXICILLIN 500 mg + Clavulanic  acid (tablet)"), ["amoxicillin", "clavulanic acid"]);
        assert_eq!(names("Co-Amoxiclav 625"), ["clavulanic acid"]);
        assert_eq!(names("Acétaminophen, paracetamol"), ["paracetamol"]);
        assert_eq!(names("potassium chloride 600 mg; potassium"), ["potassium chloride"]);
        assert_eq!(names("amoxicillinum"), Vec::<&str>::new());
        assert_eq!(names(""), Vec::<&str>::new());
    }
}
