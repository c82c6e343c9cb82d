//! What a dispensing is, and what has become of each line of a prescription.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::chart::medications::model::LineId;
use crate::codes;
use crate::db::fold::fold;
use crate::db::schema::dispensings;
use crate::db::text;
use crate::medicines::model::{Medicine, MedicineId};
use crate::pharmacy::stock::model::{BatchId, DispensingItemId, units_text};
use crate::prescriptions::model::{Medication, PrescriptionId, PrescriptionStatus, State};

/// The most units that one row may hand over.
pub const MOST: i32 = 100_000;

/// After this time without a sign of its pharmacist, a dispensing in progress may be taken over.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// The id of a dispensing.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DispensingId(pub i64);

impl From<DispensingId> for i64 {
    fn from(id: DispensingId) -> Self {
        id.0
    }
}

impl DispensingId {
    /// The number that people use: `DSP000123`.
    pub fn code(self) -> String {
        codes::write("DSP", self.0)
    }

    /// The id behind a number as people type it: `DSP000123`, `dsp123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        codes::read("DSP", code).map(Self)
    }
}

/// How far a dispensing is.
#[derive(
    Clone,
    Copy,
    Debug,
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
pub enum DispensingStatus {
    /// In the hands of its pharmacist.
    InProgress,
    /// Laid aside with a reason; anybody may go on.
    OnHold,
    /// Something was handed over, or a part was declined.
    Completed,
    /// Nothing was handed over, and nothing will be.
    Declined,
    /// Put back into the queue as it was.
    Released,
}

impl DispensingStatus {
    /// In these it has its prescription for itself.
    pub const OPEN: [Self; 2] = [Self::InProgress, Self::OnHold];
    /// In these something came of it.
    pub const DONE: [Self; 2] = [Self::Completed, Self::Declined];

    /// How it stands, as a badge says it.
    pub fn state(self) -> State {
        let (kind, icon, label) = match self {
            Self::InProgress => ("primary", "player-play", "In progress"),
            Self::OnHold => ("warning", "player-pause", "On hold"),
            Self::Completed => ("success", "circle-check", "Completed"),
            Self::Declined => ("danger", "ban", "Declined"),
            Self::Released => ("quiet", "arrow-back-up", "Put back"),
        };
        State { kind, icon, label }
    }

    /// Whether it has its prescription for itself.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

impl<DB: Backend> ToSql<Text, DB> for DispensingStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for DispensingStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A dispensing as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dispensings)]
pub struct Dispensing {
    pub id: DispensingId,
    pub prescription_id: PrescriptionId,
    pub pharmacist_id: UserId,
    pub status: DispensingStatus,
    /// Why it is on hold, was declined, or was taken over.
    pub reason: String,
    pub started_at: NaiveDateTime,
    pub finished_at: Option<NaiveDateTime>,
    pub version: i32,
    pub updated_at: NaiveDateTime,
}

impl Dispensing {
    /// Whether somebody else may go on with it: it is on hold, or was left lying.
    pub fn may_be_taken_over(&self, now: NaiveDateTime) -> bool {
        match self.status {
            DispensingStatus::OnHold => true,
            DispensingStatus::InProgress => now - self.updated_at >= IDLE,
            _ => false,
        }
    }
}

/// A medicine of a prescription, and what has become of it so far.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: LineId,
    pub medication: Medication,
    /// What is counted: the catalogue's unit, or that of the dose.
    pub unit: String,
    /// Units handed over so far, whether or not some came back.
    pub dispensed: i32,
    /// The medicine that was handed over last.
    pub last_medicine: Option<MedicineId>,
    /// Why the pharmacy does not hand over what is left.
    pub declined: Option<String>,
    /// Why and since when the patient shall not take it any more.
    pub stopped: Option<(NaiveDate, String)>,
}

impl Line {
    /// Whether something may still be handed over.
    pub fn is_open(&self) -> bool {
        self.declined.is_none() && self.stopped.is_none() && !self.is_whole()
    }

    /// Whether everything was handed over. Where the doctor said no quantity, one dispensing is all of it.
    pub fn is_whole(&self) -> bool {
        match self.medication.quantity {
            Some(prescribed) => self.dispensed >= prescribed,
            None => self.dispensed > 0,
        }
    }

    /// Units that may still be handed over; `None` where the doctor did not say how many.
    pub fn left(&self) -> Option<i32> {
        self.medication.quantity.map(|prescribed| (prescribed - self.dispensed).max(0))
    }

    /// The catalogue's medicine: the prescribed one, or what was found for it before.
    pub fn medicine_id(&self) -> Option<MedicineId> {
        self.medication.medicine_id.or(self.last_medicine)
    }

    /// `15 capsules`; empty where the doctor did not say.
    pub fn prescribed_text(&self) -> String {
        self.medication.quantity.map(|q| counted(q, &self.unit)).unwrap_or_default()
    }

    /// `10 capsules`.
    pub fn dispensed_text(&self) -> String {
        counted(self.dispensed, &self.unit)
    }

    /// `5 capsules`; empty where the doctor did not say.
    pub fn left_text(&self) -> String {
        self.left().map(|q| counted(q, &self.unit)).unwrap_or_default()
    }

    /// How it stands, as a badge says it.
    pub fn state(&self) -> State {
        let (kind, icon, label) = match (self.is_whole(), self.dispensed > 0) {
            (true, _) => ("success", "circle-check", "Dispensed"),
            _ if self.declined.is_some() => ("danger", "ban", "Declined"),
            _ if self.stopped.is_some() => ("danger", "pill-off", "Stopped"),
            (_, true) => ("violet", "circle-dashed", "Partly dispensed"),
            (_, false) => ("info", "hourglass", "Open"),
        };
        State { kind, icon, label }
    }
}

/// A quantity with its unit, or alone where no unit is known.
pub fn counted(quantity: i32, unit: &str) -> String {
    units_text(i64::from(quantity), unit).trim().to_owned()
}

/// How a prescription stands after its lines: the status, and whether nothing is left for the pharmacy.
pub fn outcome(lines: &[Line]) -> (PrescriptionStatus, bool) {
    let is_closed = !lines.iter().any(Line::is_open);
    let status = if lines.iter().all(|line| line.dispensed == 0) {
        PrescriptionStatus::Submitted
    } else if is_closed && lines.iter().all(|line| line.is_whole() || line.stopped.is_some()) {
        PrescriptionStatus::Fulfilled
    } else {
        PrescriptionStatus::PartiallyFulfilled
    };
    (status, is_closed)
}

/// Whether one medicine may stand in for another: the same substance, strength and route, so that the doctor's
/// directions hold for it.
pub fn may_replace(substitute: &Medicine, prescribed: &Medicine) -> bool {
    let same_strength = match (substitute.strength_ng, prescribed.strength_ng) {
        (Some(one), Some(other)) => one == other,
        _ => fold(&substitute.strength) == fold(&prescribed.strength),
    };
    substitute.is_active
        && fold(&substitute.generic_name) == fold(&prescribed.generic_name)
        && same_strength
        && substitute.route == prescribed.route
}

/// What was handed over, as people read it.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: DispensingItemId,
    pub dispensing: DispensingId,
    pub line: LineId,
    pub medicine_id: MedicineId,
    pub medicine: String,
    pub unit: String,
    pub batch: BatchId,
    pub lot: String,
    pub expires_on: NaiveDate,
    pub quantity: i32,
    /// Minor units for one.
    pub unit_price: i64,
    pub substitution_reason: String,
    /// Units that came back.
    pub returned: i32,
}

impl Item {
    /// `15 capsules`.
    pub fn quantity_text(&self) -> String {
        counted(self.quantity, &self.unit)
    }

    /// Units that the patient still has.
    pub fn kept(&self) -> i32 {
        self.quantity - self.returned
    }

    /// Minor units of the hospital's currency.
    pub fn amount(&self) -> i64 {
        i64::from(self.quantity) * self.unit_price
    }
}

/// A finished dispensing of a prescription, with what was handed over in it.
#[derive(Clone, Debug)]
pub struct Handover {
    pub dispensing: Dispensing,
    /// A name.
    pub pharmacist: String,
    pub items: Vec<Item>,
    /// Lines that were declined in it, with the reason.
    pub declined: Vec<(LineId, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: Option<i32>, dispensed: i32) -> Line {
        Line {
            id: LineId(1),
            medication: Medication { medicine: "Amoxicillin".to_owned(), quantity, ..Medication::default() },
            unit: "capsule".to_owned(),
            dispensed,
            last_medicine: None,
            declined: None,
            stopped: None,
        }
    }

    #[test]
    fn a_prescription_stands_as_its_lines_do() {
        let declined = |line: Line| Line { declined: Some("Out of stock".to_owned()), ..line };
        let stopped = |line: Line| Line { stopped: Some((NaiveDate::default(), "Rash".to_owned())), ..line };
        use PrescriptionStatus::{Fulfilled, PartiallyFulfilled, Submitted};
        for (lines, expected) in [
            (vec![line(Some(15), 0)], (Submitted, false)),
            (vec![line(Some(15), 10)], (PartiallyFulfilled, false)),
            (vec![line(Some(15), 15)], (Fulfilled, true)),
            (vec![line(None, 0)], (Submitted, false)),
            (vec![line(None, 3)], (Fulfilled, true)),
            (vec![line(Some(15), 15), line(Some(5), 0)], (PartiallyFulfilled, false)),
            (vec![line(Some(15), 15), declined(line(Some(5), 0))], (PartiallyFulfilled, true)),
            (vec![line(Some(15), 15), stopped(line(Some(5), 0))], (Fulfilled, true)),
            (vec![declined(line(Some(15), 10))], (PartiallyFulfilled, true)),
            (vec![declined(line(Some(15), 0))], (Submitted, true)),
        ] {
            assert_eq!(outcome(&lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_left_is_never_below_nothing() {
        assert_eq!(line(Some(15), 10).left(), Some(5));
        assert_eq!(line(Some(15), 15).left_text(), "0 capsules");
        assert_eq!(line(None, 3).left(), None);
        assert_eq!(line(Some(1), 0).prescribed_text(), "1 capsule");
    }
}
