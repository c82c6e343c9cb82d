//! What is typed about vital signs. The consultation reads the same fields, but saves what it can.

use super::{Age, Measure, VitalSigns, doubts};
use crate::web::Form;

/// What a form came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// It can be recorded.
    Sure(VitalSigns),
    /// It can be recorded once the person has said that these are right.
    Ask(Vec<String>),
    /// What is wrong stands in the form.
    Wrong,
}

/// The tick by which a person says that unusual values are right. Its value names them, so that others typed afterwards
/// are asked about again.
pub const CONFIRMED: &str = "confirmed";

/// Reads every measure; what cannot be stands in the form as an error beside its field. Values that are wrong are left
/// out.
pub fn values(form: &mut Form) -> VitalSigns {
    let mut taken = VitalSigns::default();
    for measure in Measure::ALL {
        match measure.parse(form.value(measure.field())) {
            Ok(value) => taken.set(measure, value),
            Err(message) => form.refuse_field(measure.field(), message),
        }
    }
    if let (Some(systolic), Some(diastolic)) = (taken.systolic, taken.diastolic)
        && diastolic >= systolic
    {
        form.refuse_field(Measure::Diastolic.field(), "Diastolic must be below systolic.");
        taken.diastolic = None;
    }
    taken
}

/// Reads the form of measurements outside a visit; `last` is the last known height and weight.
pub fn parse(form: &mut Form, last: &VitalSigns, age: Age) -> Read {
    let taken = values(form);
    if form.is_valid() && taken.is_empty() {
        form.refuse_field(Measure::Systolic.field(), "Enter at least one value.");
    }
    if !form.is_valid() {
        return Read::Wrong;
    }
    let doubts = doubts(&taken, last, age);
    if doubts.is_empty() || form.is(CONFIRMED, &fingerprint(&taken)) {
        return Read::Sure(taken);
    }
    Read::Ask(doubts.into_iter().map(|(_, message)| message).collect())
}

/// Names the values that a tick is for.
pub fn fingerprint(taken: &VitalSigns) -> String {
    let value = |m: &Measure| taken.get(*m).map(|v| v.to_string()).unwrap_or_default();
    Measure::ALL.iter().map(value).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADULT: Age = Age { years: 40, days: 40 * 365 };

    #[test]
    fn a_tick_is_for_the_values_that_were_asked_about() {
        let mut form = Form::of([("weight", "250".to_owned())]);
        assert!(matches!(parse(&mut form, &VitalSigns::default(), ADULT), Read::Ask(doubts) if doubts.len() == 1));
        let confirmed = fingerprint(&VitalSigns { weight_g: Some(250_000), ..VitalSigns::default() });
        form.push(CONFIRMED, confirmed.clone());
        assert!(matches!(parse(&mut form, &VitalSigns::default(), ADULT), Read::Sure(_)));
        let mut other = Form::of([("weight", "260".to_owned()), (CONFIRMED, confirmed)]);
        assert!(matches!(parse(&mut other, &VitalSigns::default(), ADULT), Read::Ask(_)));
    }

    #[test]
    fn nothing_is_nothing_to_record() {
        let mut form = Form::of([("weight", "  ".to_owned())]);
        assert_eq!(parse(&mut form, &VitalSigns::default(), ADULT), Read::Wrong);
        assert!(form.error("systolic").is_some());
    }
}
