//! The pages of encounters.

pub mod amend;
pub mod consultation;
pub mod my_day;
pub mod record;
pub mod versions;

use chrono::NaiveDate;

use crate::chart::vital_signs::{Age, Flag, Measure, VitalSigns, bmi_flag, tenths};
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

/// The measurements as typed, and the body mass index that follows from them.
struct Vitals {
    fields: Vec<VitalField>,
    bmi: Mark,
}

impl Vitals {
    fn of(form: &Form, born: NaiveDate, on: NaiveDate) -> Self {
        let age = Age::on(born, on);
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
        let bmi = taken.bmi();
        let bmi = Mark {
            field: "bmi",
            error: None,
            flag: bmi.and_then(|b| bmi_flag(b, age)),
            value: bmi.map(tenths).unwrap_or_default(),
        };
        Self { fields, bmi }
    }
}
