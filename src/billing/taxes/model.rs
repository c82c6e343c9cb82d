//! What a tax rate is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::tax_rates;

/// The id of a tax rate.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct TaxRateId(pub i64);

impl From<TaxRateId> for i64 {
    fn from(id: TaxRateId) -> Self {
        id.0
    }
}

/// A tax rate as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tax_rates)]
pub struct TaxRate {
    pub id: TaxRateId,
    pub name: String,
    /// Hundredths of a percent.
    pub basis_points: i32,
    /// Whether new lines bear it; one does at most.
    pub is_default: bool,
    pub is_active: bool,
    pub version: i32,
}

impl TaxRate {
    /// `VAT 20 %`.
    pub fn words(&self) -> String {
        format!("{} {}", self.name, percent(self.basis_points))
    }
}

/// `5.5 %` of 550 basis points.
pub fn percent(basis_points: i32) -> String {
    format!("{} %", percent_input(basis_points))
}

/// `5.5` of 550 basis points, as an input field holds it.
pub fn percent_input(basis_points: i32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest, rest % 10) {
        (0, _) => format!("{whole}"),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

/// The basis points of a typed percentage from 0 to 100 with two decimals at most: `5.5`, `20`, `20%`.
pub fn parse_percent(text: &str) -> Option<i32> {
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let points = whole.parse::<i32>().ok()? * 100 + format!("{fraction:0<2}").parse::<i32>().ok()?;
    (points <= 10_000).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_as_it_is_written() {
        for (text, points) in [("20", 2_000), ("5.5", 550), ("5,25 %", 525), ("100%", 10_000), ("0", 0), ("7.05", 705)]
        {
            assert_eq!(parse_percent(text), Some(points), "{text}");
            assert_eq!(parse_percent(&percent(points)), Some(points));
        }
        for wrong in ["", "150", "100.01", "-1", "1.234", "%", "1e2", "99999999999", "٥"] {
            assert_eq!(parse_percent(wrong), None, "{wrong}");
        }
    }
}
