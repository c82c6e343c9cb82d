//! What a medicine of the catalogue is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::medicines;

/// The id of a medicine.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct MedicineId(pub i64);

impl From<MedicineId> for i64 {
    fn from(id: MedicineId) -> Self {
        id.0
    }
}

/// A medicine as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = medicines)]
pub struct Medicine {
    pub id: MedicineId,
    /// `Amoxicillin 500 mg capsule`: what is prescribed, and unique.
    pub name: String,
    /// What it contains: `Amoxicillin + clavulanic acid`.
    pub generic_name: String,
    pub form: String,
    pub strength: String,
    /// What is counted, in stock and in quantities: tablet, ml.
    pub unit: String,
    /// A name of `directions::ROUTES`, or empty.
    pub route: String,
    /// Units in a pack.
    pub pack_size: i32,
    /// Minor units of the hospital's currency for one unit.
    pub price: i64,
    /// Units below which it is to be ordered.
    pub minimum_stock: i32,
    /// Nanograms of the first active substance in one unit.
    pub strength_ng: Option<i64>,
    /// The usual range of one dose for adults, in nanograms.
    pub least_dose_ng: Option<i64>,
    pub most_dose_ng: Option<i64>,
    /// The most that an adult usually takes in a day, in nanograms.
    pub most_daily_ng: Option<i64>,
    pub is_active: bool,
    pub version: i32,
    /// What a scanner types for a pack; empty for none.
    pub barcode: String,
}

impl Medicine {
    /// `250 mg to 1000 mg, at most 3000 mg in a day`; empty when no range is known.
    pub fn range_text(&self) -> String {
        let dose = match (self.least_dose_ng, self.most_dose_ng) {
            (Some(least), Some(most)) if least == most => amount_text(least),
            (Some(least), Some(most)) => format!("{} to {}", amount_text(least), amount_text(most)),
            (Some(least), None) => format!("at least {}", amount_text(least)),
            (None, Some(most)) => format!("at most {}", amount_text(most)),
            (None, None) => String::new(),
        };
        let daily = self.most_daily_ng.map(|most| format!("at most {} in a day", amount_text(most)));
        [Some(dose).filter(|d| !d.is_empty()), daily].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Nanograms in a milligram.
pub const NG_PER_MG: i64 = 1_000_000;

/// An amount of substance as people read it: micrograms below a milligram, milligrams above.
pub fn amount_text(ng: i64) -> String {
    if ng < NG_PER_MG { format!("{} mcg", decimal(ng, 1000)) } else { format!("{} mg", decimal(ng, NG_PER_MG)) }
}

/// Milligrams as an input field holds them: `0.0625`.
pub fn milligrams(ng: i64) -> String {
    decimal(ng, NG_PER_MG)
}

/// `value / unit` without trailing zeros, where `unit` is a power of ten.
fn decimal(value: i64, unit: i64) -> String {
    let digits = unit.ilog10() as usize;
    let (whole, rest) = (value / unit, value % unit);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:0digits$}").trim_end_matches('0').to_owned()
}

/// The nanograms of typed milligrams: `500`, `0.0625`, `2,5`. `None` for what is no positive amount below ten kilograms.
pub fn parse_milligrams(typed: &str) -> Option<i64> {
    let typed = typed.trim();
    let (whole, rest) = typed.split_once(['.', ',']).unwrap_or((typed, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || rest.len() > 6 || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    let ng = whole.parse::<i64>().ok()? * NG_PER_MG + format!("{rest:0<6}").parse::<i64>().ok()?;
    (ng > 0).then_some(ng)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_alike() {
        for (typed, ng, text) in [
            ("500", 500 * NG_PER_MG, "500 mg"),
            ("0.0625", 62_500, "62.5 mcg"),
            ("2,5", 2_500_000, "2.5 mg"),
            ("0.000001", 1, "0.001 mcg"),
        ] {
            assert_eq!(parse_milligrams(typed), Some(ng), "{typed}");
            assert_eq!(parse_milligrams(&milligrams(ng)), Some(ng), "{typed}");
            assert_eq!(amount_text(ng), text);
        }
        for wrong in ["", "0", "0.0000001", "-1", "1e9", "12345678", "1.2.3", "٣", " "] {
            assert_eq!(parse_milligrams(wrong), None, "{wrong}");
        }
    }
}
