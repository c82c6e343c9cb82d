//! What stands in the queue.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use crate::medicines::model::MedicineId;
use crate::patients::model::Patient;
use crate::pharmacy::dispensing::model::{Dispensing, Line};
use crate::prescriptions::model::{Prescription, Priority, State};

/// A part of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Tab {
    #[default]
    Waiting,
    InProgress,
    Done,
    Expired,
}

impl Tab {
    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::InProgress => "In progress",
            Self::Done => "Done",
            Self::Expired => "Expired",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Waiting => "hourglass",
            Self::InProgress => "player-play",
            Self::Done => "circle-check",
            Self::Expired => "calendar-off",
        }
    }
}

/// What the queue is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub tab: Tab,
    pub priority: Option<Priority>,
    /// A prescription's or patient's number, or words of the patient's name; empty for all.
    pub words: String,
}

/// How much of what is open lies on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    All,
    Part,
    None,
    /// Nothing of it is of the catalogue: somebody has to find what is meant.
    Unknown,
}

impl Supply {
    /// Of these lines, with the units of each medicine that may be handed out. Lines of one medicine share them.
    pub fn of(lines: &[&Line], on_hand: &HashMap<MedicineId, i64>) -> Self {
        let mut left = on_hand.clone();
        let (mut wanted, mut whole, mut some) = (0, 0, 0);
        for line in lines.iter().filter(|line| line.is_open()) {
            let Some(medicine) = line.medicine_id() else { continue };
            wanted += 1;
            let units = left.entry(medicine).or_default();
            let needed = i64::from(line.left().unwrap_or(1));
            if *units >= needed {
                whole += 1;
            } else if *units > 0 {
                some += 1;
            }
            *units = (*units - needed).max(0);
        }
        match (wanted, whole, some) {
            (0, ..) => Self::Unknown,
            (wanted, whole, _) if wanted == whole => Self::All,
            (_, 0, 0) => Self::None,
            _ => Self::Part,
        }
    }

    /// As a badge says it.
    pub fn state(self) -> State {
        let (kind, icon, label) = match self {
            Self::All => ("success", "check", "In stock"),
            Self::Part => ("warning", "circle-dashed", "In part"),
            Self::None => ("danger", "x", "Out of stock"),
            Self::Unknown => ("quiet", "pencil", "Written freely"),
        };
        State { kind, icon, label }
    }
}

/// A prescription in the queue.
#[derive(Clone, Debug)]
pub struct Row {
    pub prescription: Prescription,
    pub patient: Patient,
    pub has_allergies: bool,
    /// "Dr First Last".
    pub doctor: String,
    /// How many of its medicines are open.
    pub open: usize,
    pub supply: Supply,
    /// The dispensing that the tab is about, with its pharmacist's name; none for what waits.
    pub dispensing: Option<(Dispensing, String)>,
}

impl Row {
    /// Since when it stands where it stands, in UTC.
    pub fn since(&self) -> NaiveDateTime {
        match &self.dispensing {
            Some((dispensing, _)) => dispensing.finished_at.unwrap_or(dispensing.updated_at),
            None => self.prescription.submitted_at.unwrap_or(self.prescription.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::medications::model::LineId;
    use crate::prescriptions::model::Medication;

    fn line(medicine: Option<i64>, quantity: i32) -> Line {
        let medication =
            Medication { medicine_id: medicine.map(MedicineId), quantity: Some(quantity), ..Medication::default() };
        Line {
            id: LineId(1),
            medication,
            unit: String::new(),
            dispensed: 0,
            last_medicine: None,
            declined: None,
            stopped: None,
        }
    }

    #[test]
    fn the_shelf_is_shared_by_the_lines() {
        let on_hand = HashMap::from([(MedicineId(1), 10)]);
        let supply = |lines: &[Line]| Supply::of(&lines.iter().collect::<Vec<_>>(), &on_hand);
        assert_eq!(supply(&[line(Some(1), 10)]), Supply::All);
        assert_eq!(supply(&[line(Some(1), 10), line(Some(1), 1)]), Supply::Part);
        assert_eq!(supply(&[line(Some(1), 11)]), Supply::Part);
        assert_eq!(supply(&[line(Some(2), 1)]), Supply::None);
        assert_eq!(supply(&[line(None, 1)]), Supply::Unknown);
        let declined = Line { declined: Some("No".to_owned()), ..line(Some(2), 1) };
        assert_eq!(supply(&[line(Some(1), 5), declined]), Supply::All);
    }
}
