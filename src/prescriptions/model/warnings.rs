//! What speaks against a prescription, as its doctor was shown it.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use crate::access::token;
use crate::db::schema::prescription_warnings;
use crate::db::text;
use crate::medicines::interactions::model::Severity;

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum WarningKind {
    Allergy,
    Duplicate,
    Interaction,
    Dose,
}

impl WarningKind {
    /// The kind as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Allergy => "Allergy",
            Self::Duplicate => "Twice",
            Self::Interaction => "Interaction",
            Self::Dose => "Dose",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for WarningKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for WarningKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// What speaks against a line, as it was shown to the doctor.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = prescription_warnings)]
pub struct Warning {
    pub kind: WarningKind,
    pub severity: Severity,
    /// The line's medicine.
    pub medicine: String,
    /// Why.
    pub message: String,
    /// From where.
    pub source: String,
}

/// Stands for exactly these warnings, so that a reason counts for those that were read; empty for none.
pub fn fingerprint(warnings: &[Warning]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let all: Vec<String> =
        warnings.iter().map(|w| [w.medicine.as_str(), &w.message, &w.source].join("\u{1f}")).collect();
    token::hash(&all.join("\u{1e}"))
}
