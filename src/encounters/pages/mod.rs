//! The pages of encounters.

pub mod amend;
pub mod consultation;
pub mod my_day;
pub mod paper;
pub mod record;
pub mod versions;

use chrono::NaiveDate;

use crate::access::Actor;
use crate::chart::vital_signs::{self, Age, Flag, Measure, VitalSigns, bmi_flag, doubts, tenths};
use crate::db::DbConnection;
use crate::encounters::model::Encounter;
use crate::error::AppError;
use crate::patients;
use crate::web::Form;

/// What stands beside a field while it is typed: what is wrong with it, or what is remarkable about it. It is the same
/// element on the page and in the answer to each saving.
struct Mark {
    field: &'static str,
    error: Option<String>,
    flag: Option<Flag>,
    /// A computed value, such as the body mass index.
    value: String,
}

/// A measurement in the form.
struct VitalField {
    measure: Measure,
    mark: Mark,
}

/// What is told of values that can be true, but are more often a slip of the hand.
const DOUBTED: &str = "Look at the vital signs again, or say that they are right.";

/// What measurements are read by: how old the patient was, and what was measured before this visit.
#[derive(Clone, Debug)]
struct Background {
    born: NaiveDate,
    on: NaiveDate,
    /// The last height and weight, if the visit does not measure them anew.
    last: VitalSigns,
}

impl Background {
    fn load(db: &mut DbConnection, actor: &Actor, encounter: &Encounter) -> Result<Self, AppError> {
        let patient = encounter.patient_id;
        Ok(Self {
            born: patients::queries::load(db, patient)?.date_of_birth,
            on: encounter.visit_date,
            last: vital_signs::queries::last_body(db, actor, patient, Some(encounter.id))?,
        })
    }

    fn age(&self) -> Age {
        Age::on(self.born, self.on)
    }

    /// What the doctor shall look at again before signing, unless it was said that just these values are right.
    fn doubts(&self, taken: &VitalSigns, form: &Form) -> Vec<String> {
        if form.is(vital_signs::forms::CONFIRMED, &vital_signs::forms::fingerprint(taken)) {
            return Vec::new();
        }
        doubts(taken, &self.last, self.age()).into_iter().map(|(_, message)| message).collect()
    }
}

/// The measurements as typed, and the body mass index that follows from them.
struct Vitals {
    fields: Vec<VitalField>,
    bmi: Mark,
    doubts: Vec<String>,
    /// Stands for exactly these values, so that a tick counts for those that were looked at again.
    fingerprint: String,
}

impl Vitals {
    fn of(form: &Form, background: &Background) -> Self {
        let age = background.age();
        let mut taken = VitalSigns::default();
        let field = |measure: Measure| {
            let field = measure.field();
            let value = measure.parse(form.value(field)).ok().flatten();
            taken.set(measure, value);
            let flag = value.and_then(|v| measure.flag(v, age));
            let error = form.error(field).map(ToOwned::to_owned);
            VitalField { measure, mark: Mark { field, error, flag, value: String::new() } }
        };
        let fields = Measure::ALL.into_iter().map(field).collect();
        // A grown-up's height is rarely measured twice.
        let height = taken.height_mm.or(background.last.height_mm.filter(|_| age.years >= 18));
        let bmi = VitalSigns { height_mm: height, ..taken }.bmi();
        let bmi = Mark {
            field: "bmi",
            error: None,
            flag: bmi.and_then(|b| bmi_flag(b, age)),
            value: bmi.map(tenths).unwrap_or_default(),
        };
        let doubts = background.doubts(&taken, form);
        Self { fields, bmi, doubts, fingerprint: vital_signs::forms::fingerprint(&taken) }
    }
}
