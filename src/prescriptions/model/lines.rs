//! The lines of a prescription: medicines and tests.

use diesel::prelude::*;

use super::Priority;
use crate::db::schema::{prescription_medications, test_orders};
use crate::medicines::directions;
use crate::medicines::model::MedicineId;

/// A medicine and how it is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = prescription_medications)]
pub struct Medication {
    /// The name with its strength, as the doctor wrote it.
    pub medicine: String,
    pub dose: String,
    pub unit: String,
    /// A name of `directions::ROUTES`, or empty.
    pub route: String,
    /// A code of `directions::FREQUENCIES`, or the doctor's own words.
    pub frequency: String,
    pub duration_days: Option<i32>,
    /// In base units: tablets, millilitres.
    pub quantity: Option<i32>,
    /// Whether the quantity follows from the rest, rather than having been typed.
    pub quantity_is_computed: bool,
    pub instructions: String,
    /// The catalogue's medicine of this name; `None` for what was written freely.
    pub medicine_id: Option<MedicineId>,
}

impl Medication {
    /// `1 tablet by mouth, three times a day, for 5 days`.
    pub fn directions(&self) -> String {
        directions::words(&self.dose, &self.unit, &self.route, &self.frequency, self.duration_days)
    }

    /// Lets the quantity follow from the rest, unless one was typed.
    pub fn compute_quantity(&mut self) {
        let computed = directions::quantity(&self.dose, &self.unit, &self.frequency, self.duration_days);
        if self.quantity.is_none() || self.quantity_is_computed {
            self.quantity = computed;
            self.quantity_is_computed = computed.is_some();
        }
    }

    /// `15 tablets`; empty when nobody said how much.
    pub fn quantity_text(&self) -> String {
        self.quantity.map(|q| quantity_text(q, &self.unit)).unwrap_or_default()
    }

    /// The whole line, for comparing two versions.
    pub fn text(&self) -> String {
        let parts = [self.medicine.clone(), self.directions(), self.quantity_text(), self.instructions.clone()];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// A quantity with its unit, where the unit is one that is counted out: a dose in milligrams says nothing about it.
pub fn quantity_text(quantity: i32, unit: &str) -> String {
    let is_counted =
        directions::UNITS.iter().any(|(name, counted)| *counted && *name == directions::unit_after(false, unit));
    if is_counted { format!("{quantity} {}", directions::unit_after(quantity > 1, unit)) } else { quantity.to_string() }
}

/// An examination that the doctor asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = test_orders)]
pub struct TestOrder {
    pub test: String,
    pub instructions: String,
    pub priority: Priority,
}

impl TestOrder {
    /// The whole line, for comparing two versions.
    pub fn text(&self) -> String {
        let parts = [self.test.as_str(), self.priority.label(), &self.instructions];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}
