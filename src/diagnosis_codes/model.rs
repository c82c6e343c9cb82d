//! What a diagnosis code is, and the edition it belongs to.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::{diagnosis_codes, diagnosis_editions};

/// The id of an edition.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct EditionId(pub i64);

impl From<EditionId> for i64 {
    fn from(id: EditionId) -> Self {
        id.0
    }
}

/// What was imported, and when.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = diagnosis_editions)]
pub struct Edition {
    pub id: EditionId,
    /// As in "ICD-10-CM 2026".
    pub name: String,
    /// The release of the table that comes with the program, as `2026-04-01`; empty for a site's own.
    pub built_in_release: String,
    pub codes: i32,
    /// In UTC.
    pub imported_at: NaiveDateTime,
}

impl Edition {
    /// Whether it is a site's own table, which a start of the program leaves alone.
    pub fn is_sites_own(&self) -> bool {
        self.built_in_release.is_empty()
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = diagnosis_codes, treat_none_as_default_value = false)]
pub struct DiagnosisCode {
    /// [`key`] of the code.
    pub code_key: String,
    /// As it is written: `E11.9`.
    pub code: String,
    pub description: String,
    /// Other words for it, with `; ` between them.
    pub terms: String,
    /// Whether it can be billed; the others are headings above those.
    pub is_billable: bool,
}

/// What a code is known by, however it is typed: `e11.9`, `E119` and `E11.9 ` are one.
pub fn key(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Those of some typed codes that the edition in force has.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The edition's name; `None` before any was imported, when every code is taken as it is.
    pub edition: Option<String>,
    /// By [`key`].
    pub codes: HashMap<String, DiagnosisCode>,
    /// The keys of codes that a signed record holds: they are right whatever edition is in force.
    pub kept: HashSet<String>,
}

impl Known {
    /// The code as the table has it.
    pub fn get(&self, code: &str) -> Option<&DiagnosisCode> {
        self.codes.get(&key(code))
    }

    /// Takes these codes as they are, as a signed record holds them.
    pub fn keep<'a>(&mut self, codes: impl Iterator<Item = &'a str>) {
        self.kept.extend(codes.map(key));
    }

    /// The edition that this code is missing from.
    pub fn missing_from(&self, code: &str) -> Option<&str> {
        let is_there = self.get(code).is_some() || self.kept.contains(&key(code));
        if is_there { None } else { self.edition.as_deref() }
    }
}
