//! What a favourite is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::fold::fold;
use crate::db::schema::prescription_favourites;
use crate::prescriptions::forms::MedicationLine;
use crate::prescriptions::model::Medication;

/// The id of a favourite.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct FavouriteId(pub i64);

impl From<FavouriteId> for i64 {
    fn from(id: FavouriteId) -> Self {
        id.0
    }
}

/// A favourite as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = prescription_favourites)]
pub struct Favourite {
    pub id: FavouriteId,
    /// The diagnosis for which it is offered first; empty for none.
    pub diagnosis: String,
    pub medicine: String,
    pub dose: String,
    pub unit: String,
    pub route: String,
    pub frequency: String,
    pub duration_days: Option<i32>,
    /// As it was typed; `None` where it follows from the rest.
    pub quantity: Option<i32>,
    pub instructions: String,
}

impl Favourite {
    /// The line that it becomes.
    pub fn line(&self) -> MedicationLine {
        let number = |n: Option<i32>| n.map(|n| n.to_string()).unwrap_or_default();
        MedicationLine {
            medicine: self.medicine.clone(),
            dose: self.dose.clone(),
            unit: self.unit.clone(),
            route: self.route.clone(),
            frequency: self.frequency.clone(),
            duration: number(self.duration_days),
            quantity: number(self.quantity),
            instructions: self.instructions.clone(),
        }
    }

    /// `Amoxicillin 500 mg capsule, 1 tds, 5 d`.
    pub fn short(&self) -> String {
        let dose = [self.dose.as_str(), &self.frequency].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>();
        let days = self.duration_days.map(|days| format!("{days} d"));
        [Some(self.medicine.clone()), Some(dose.join(" ")).filter(|d| !d.is_empty()), days]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// By which a line is the same as another, whatever its case.
pub fn line_key(line: &Medication) -> String {
    fold(&line.text())
}
