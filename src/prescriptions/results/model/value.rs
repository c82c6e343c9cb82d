//! One measured value, and how it stands to what is usual.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use crate::db::schema::test_result_values;
use crate::db::text;

/// How a value stands to its reference range.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum Flag {
    /// Nobody said, and it does not follow from the range.
    #[default]
    #[strum(serialize = "")]
    Unsaid,
    Normal,
    Low,
    High,
    Critical,
}

impl Flag {
    /// The flag as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The flag as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unsaid => "From the range",
            Self::Normal => "Normal",
            Self::Low => "Low",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// The shape beside the words.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Unsaid => "minus",
            Self::Normal => "check",
            Self::Low => "chevron-down",
            Self::High => "chevron-up",
            Self::Critical => "alert-triangle",
        }
    }

    /// The kind of badge.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Unsaid | Self::Normal => "neutral",
            Self::Low | Self::High => "warning",
            Self::Critical => "danger",
        }
    }

    /// Whether the value lies outside of what is usual.
    pub fn is_abnormal(self) -> bool {
        matches!(self, Self::Low | Self::High | Self::Critical)
    }
}

impl<DB: Backend> ToSql<Text, DB> for Flag
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Flag
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// One measured value. Laboratories also write `positive`, `< 0.4` or `trace`, so everything is text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = test_result_values)]
pub struct ResultValue {
    pub name: String,
    pub value: String,
    pub unit: String,
    /// The ends of what is usual; either may be empty.
    pub reference_low: String,
    pub reference_high: String,
    pub flag: Flag,
}

impl ResultValue {
    /// What follows from value and range, both read as numbers; `Unsaid` when one of them is none.
    pub fn computed_flag(&self) -> Flag {
        let Some(value) = number(&self.value) else { return Flag::Unsaid };
        let (low, high) = (number(&self.reference_low), number(&self.reference_high));
        match (low, high) {
            (Some(low), _) if value < low => Flag::Low,
            (_, Some(high)) if value > high => Flag::High,
            (None, None) => Flag::Unsaid,
            _ => Flag::Normal,
        }
    }

    /// `3.5 – 5.1`, `from 40`, `up to 5`; empty for none.
    pub fn range(&self) -> String {
        match (self.reference_low.as_str(), self.reference_high.as_str()) {
            ("", "") => String::new(),
            (low, "") => format!("from {low}"),
            ("", high) => format!("up to {high}"),
            (low, high) => format!("{low} – {high}"),
        }
    }

    /// `Potassium 5.6 mmol/l (High)`, for comparing two versions.
    pub fn text(&self) -> String {
        let flag = if self.flag.is_abnormal() { format!(" ({})", self.flag.label()) } else { String::new() };
        format!("{} {} {}", self.name, self.value, self.unit).trim().to_owned() + &flag
    }
}

/// A number as laboratories write it, with a comma or a point.
fn number(text: &str) -> Option<f64> {
    let plain = text.trim().replace(',', ".");
    let is_plain = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
    plain.parse::<f64>().ok().filter(|n| is_plain && n.is_finite())
}

/// The flag that matters most among these.
pub fn worst(flags: impl Iterator<Item = Flag>) -> Flag {
    flags.fold(Flag::Unsaid, |worst, flag| match (worst, flag) {
        (Flag::Critical, _) | (_, Flag::Critical) => Flag::Critical,
        (worst, flag) if flag.is_abnormal() || worst == Flag::Unsaid => flag,
        (worst, _) => worst,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, low: &str, high: &str) -> ResultValue {
        ResultValue {
            name: "Potassium".to_owned(),
            value: value.to_owned(),
            unit: "mmol/l".to_owned(),
            reference_low: low.to_owned(),
            reference_high: high.to_owned(),
            flag: Flag::Unsaid,
        }
    }

    #[test]
    fn a_flag_follows_from_value_and_range_where_both_are_numbers() {
        for (measured, low, high, flag) in [
            ("5.6", "3.5", "5.1", Flag::High),
            ("3,4", "3,5", "5,1", Flag::Low),
            ("3.5", "3.5", "5.1", Flag::Normal),
            ("7", "", "5", Flag::High),
            ("39", "40", "", Flag::Low),
            ("4", "", "", Flag::Unsaid),
            ("positive", "3.5", "5.1", Flag::Unsaid),
            ("< 0.4", "", "0.4", Flag::Unsaid),
            ("inf", "1", "2", Flag::Unsaid),
            ("1e9", "1", "2", Flag::Unsaid),
            ("NaN", "1", "2", Flag::Unsaid),
        ] {
            assert_eq!(value(measured, low, high).computed_flag(), flag, "{measured} in {low}..{high}");
        }
    }

    #[test]
    fn ranges_are_said_with_one_end_or_two() {
        assert_eq!(value("1", "3.5", "5.1").range(), "3.5 – 5.1");
        assert_eq!(value("1", "40", "").range(), "from 40");
        assert_eq!(value("1", "", "5").range(), "up to 5");
        assert_eq!(value("1", "", "").range(), "");
    }

    #[test]
    fn the_worst_flag_is_the_one_that_matters() {
        use Flag::{Critical, High, Low, Normal, Unsaid};
        assert_eq!(worst([Normal, High, Unsaid].into_iter()), High);
        assert_eq!(worst([Low, Critical, Normal].into_iter()), Critical);
        assert_eq!(worst([Unsaid, Normal].into_iter()), Normal);
        assert_eq!(worst(std::iter::empty()), Unsaid);
    }
}
