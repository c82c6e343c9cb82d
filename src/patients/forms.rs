//! What is typed about a patient.

use chrono::{Months, NaiveDate};

use super::model::{BloodGroup, Gender, Patient};
use crate::time;
use crate::web::Form;

/// Nobody is known to have lived longer (122 years); beyond it a year was mistyped.
const OLDEST_YEARS: u32 = 130;

/// A patient as the record shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientInput {
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: NaiveDate,
    /// The day of death; `None` for the living.
    pub deceased_on: Option<NaiveDate>,
    pub gender: Gender,
    pub blood_group: Option<BloodGroup>,
    pub contact: ContactInput,
    pub insurance_provider: String,
    pub insurance_policy_number: String,
    pub insurance_valid_until: Option<NaiveDate>,
    /// General medical history; `None` leaves what is there, for those who may not read it.
    pub medical_history: Option<String>,
}

/// What patients keep up themselves: how to reach them, and whom else to call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactInput {
    pub phone: String,
    /// Lower case; empty for none.
    pub email: String,
    pub address: String,
    pub emergency_name: String,
    pub emergency_relation: String,
    pub emergency_phone: String,
}

impl PatientInput {
    /// A patient of whom only the identity is known, as when one registers online.
    pub fn named(first_name: &str, last_name: &str, date_of_birth: NaiveDate, gender: Gender) -> Self {
        Self {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            date_of_birth,
            deceased_on: None,
            gender,
            blood_group: None,
            contact: ContactInput::default(),
            insurance_provider: String::new(),
            insurance_policy_number: String::new(),
            insurance_valid_until: None,
            medical_history: None,
        }
    }
}

/// What is known so far of a person who is being registered.
#[derive(Clone, Debug, Default)]
pub struct Likeness {
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: Option<NaiveDate>,
    pub phone: String,
    pub email: String,
}

impl Likeness {
    /// What a form says, however far it is filled and whatever is wrong with it.
    pub fn of(form: &Form) -> Self {
        // Nobody's name is longer; more would only make the database work.
        let value = |name: &str| form.value(name).trim().chars().take(254).collect();
        Self {
            first_name: value("first_name"),
            last_name: value("last_name"),
            date_of_birth: time::parse_date(form.value("date_of_birth")),
            phone: value("phone"),
            email: value("email"),
        }
    }
}

/// Reads a birthday that must be there: not in the future, and of somebody who can be alive. Also for the form that
/// patients register themselves with.
pub fn birthday(form: &mut Form, name: &str, today: NaiveDate) -> Option<NaiveDate> {
    if form.value(name).trim().is_empty() {
        form.refuse_field(name, "Enter the date of birth.");
        return None;
    }
    let born = form.date(name)?;
    if born > today {
        form.refuse_field(name, "The date of birth is in the future.");
        return None;
    }
    let oldest = today.checked_sub_months(Months::new(OLDEST_YEARS * 12)).unwrap_or(NaiveDate::MIN);
    if born < oldest {
        form.refuse_field(name, format!("The date of birth is more than {OLDEST_YEARS} years ago. Check the year."));
        return None;
    }
    Some(born)
}

/// Reads the form of a whole record; what is wrong stands in it afterwards. `reads_chart` tells whether the person may
/// read and write the medical history: a field that is not on their page sets nothing.
pub fn parse(form: &mut Form, today: NaiveDate, reads_chart: bool) -> Option<PatientInput> {
    let first_name = form.required("first_name", 100, "Enter the first name.");
    let last_name = form.required("last_name", 100, "Enter the last name.");
    let born = birthday(form, "date_of_birth", today);
    let deceased_on = death(form, born, today);
    let gender = form.choice::<Gender>("gender", "Choose the sex as it is in the identity papers, or Unknown.");
    let blood_group = match form.value("blood_group").trim() {
        "" => None,
        _ => form.choice::<BloodGroup>("blood_group", "Choose a blood group of the list."),
    };
    let contact = read_contact(form);
    let insurance_provider = form.text("insurance_provider", 200);
    let insurance_policy_number = form.text("insurance_policy_number", 100);
    let insurance_valid_until = form.date("insurance_valid_until");
    if insurance_provider.is_empty() && (!insurance_policy_number.is_empty() || insurance_valid_until.is_some()) {
        form.refuse_field("insurance_provider", "Enter which insurance this policy is with.");
    }
    let medical_history = reads_chart.then(|| form.text("medical_history", 10_000));
    let (date_of_birth, gender) = (born?, gender?);
    form.is_valid().then_some(PatientInput {
        first_name,
        last_name,
        date_of_birth,
        deceased_on,
        gender,
        blood_group,
        contact,
        insurance_provider,
        insurance_policy_number,
        insurance_valid_until,
        medical_history,
    })
}

/// Reads the day of death, which is in the past and after birth; `None` for the living.
fn death(form: &mut Form, born: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    let died = form.date("deceased_on")?;
    if died > today {
        form.refuse_field("deceased_on", "The date of death is in the future.");
    } else if born.is_some_and(|born| died < born) {
        form.refuse_field("deceased_on", "The date of death is before the date of birth.");
    }
    Some(died)
}

/// Reads the form of a patient's own contact data.
pub fn parse_contact(form: &mut Form) -> Option<ContactInput> {
    let contact = read_contact(form);
    form.is_valid().then_some(contact)
}

fn read_contact(form: &mut Form) -> ContactInput {
    let contact = ContactInput {
        phone: form.phone("phone"),
        email: form.email("email").unwrap_or_default(),
        address: form.text("address", 500),
        emergency_name: form.text("emergency_name", 200),
        emergency_relation: form.text("emergency_relation", 100),
        emergency_phone: form.phone("emergency_phone"),
    };
    let somebody = !contact.emergency_phone.is_empty() || !contact.emergency_relation.is_empty();
    if contact.emergency_name.is_empty() && somebody {
        form.refuse_field("emergency_name", "Enter whom to call.");
    }
    contact
}

/// The form that edits a record.
pub fn filled(patient: &Patient) -> Form {
    let mut form = filled_contact(patient);
    for (name, value) in [
        ("first_name", patient.first_name.clone()),
        ("last_name", patient.last_name.clone()),
        ("date_of_birth", patient.date_of_birth.to_string()),
        ("deceased_on", patient.deceased_on.map(|d| d.to_string()).unwrap_or_default()),
        ("gender", patient.gender.as_str().to_owned()),
        ("blood_group", patient.blood_group.map(|g| g.as_str().to_owned()).unwrap_or_default()),
        ("insurance_provider", patient.insurance_provider.clone()),
        ("insurance_policy_number", patient.insurance_policy_number.clone()),
        ("insurance_valid_until", patient.insurance_valid_until.map(|d| d.to_string()).unwrap_or_default()),
        ("medical_history", patient.medical_history.clone()),
    ] {
        form.push(name, value);
    }
    form
}

/// The form that edits contact data.
pub fn filled_contact(patient: &Patient) -> Form {
    Form::of([
        ("phone", patient.phone.clone()),
        ("email", patient.email.clone()),
        ("address", patient.address.clone()),
        ("emergency_name", patient.emergency_name.clone()),
        ("emergency_relation", patient.emergency_relation.clone()),
        ("emergency_phone", patient.emergency_phone.clone()),
        ("version", patient.version.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn today() -> NaiveDate {
        parse_date("2026-11-21").expect("a date")
    }

    fn form(born: &str) -> Form {
        Form::of([
            ("first_name", "Amélie".to_owned()),
            ("last_name", "O’Brien".to_owned()),
            ("date_of_birth", born.to_owned()),
            ("gender", "female".to_owned()),
            ("medical_history", "Asthma".to_owned()),
        ])
    }

    #[test]
    fn a_birthday_is_one_that_a_living_person_can_have() {
        assert!(parse(&mut form("2026-11-21"), today(), false).is_some(), "born today");
        assert!(parse(&mut form("1896-11-21"), today(), false).is_some(), "130 years old today");
        for wrong in ["", "2026-11-22", "1896-11-20", "2026-02-30", "yesterday"] {
            let mut form = form(wrong);
            assert_eq!(parse(&mut form, today(), false), None, "{wrong:?}");
            assert!(form.error("date_of_birth").is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn the_history_is_set_only_by_those_who_may_read_it() {
        let read = |may| parse(&mut form("1980-01-01"), today(), may).expect("a valid form").medical_history;
        assert_eq!(read(true).as_deref(), Some("Asthma"));
        assert_eq!(read(false), None);
    }

    #[test]
    fn a_policy_needs_its_insurance_and_a_number_to_call_its_person() {
        let mut form = form("1980-01-01");
        form.push("insurance_policy_number", "12345");
        form.push("emergency_phone", "555 0199");
        assert_eq!(parse(&mut form, today(), false), None);
        assert!(form.error("insurance_provider").is_some());
        assert!(form.error("emergency_name").is_some());
    }
}
