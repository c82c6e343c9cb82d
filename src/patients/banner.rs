//! The banner on top of every page of a patient's record: who it is, and what nobody may overlook.
//!
//! A page loads it in the scope of the person who asks and includes `patients/banner.html`, which reads a variable
//! named `banner`. What the person may not know is not loaded in the first place.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{BloodGroup, Gender, PatientId, Severity};
use super::queries;
use super::tabs::{TabLink, tabs};
use crate::access::{Actor, Permission, Role};
use crate::db::DbConnection;
use crate::db::schema::{allergies, conditions, encounters, no_known_allergies, vital_signs};
use crate::doctors::model::DoctorId;
use crate::settings;
use crate::time::{Zone, age_text, date_text};

/// Who the patient is and what nobody may overlook, as far as the person may know it.
#[derive(Clone, Debug)]
pub struct Banner {
    pub id: PatientId,
    /// `PAT000123`.
    pub number: String,
    pub name: String,
    pub initials: String,
    /// As clinics say it: `45 y`, `7 mo`.
    pub age: String,
    /// `21 Nov 1981`.
    pub born: String,
    pub gender: Gender,
    pub blood_group: Option<BloodGroup>,
    pub phone: String,
    /// Known allergies, the worst first; `None` for those who may not know of them.
    pub allergies: Option<Vec<Allergy>>,
    /// When somebody last asked and no allergy was known; empty when nobody has.
    pub none_known: String,
    /// When the patient died; empty for the living.
    pub deceased: String,
    /// What the patient suffers from now; empty for those who may not read the chart.
    pub conditions: Vec<String>,
    /// The last vital signs; `None` when there are none or the person may not read the chart.
    pub vitals: Option<Vitals>,
    /// The pages of the record that the person may open, for `patients/tabs.html`.
    pub tabs: Vec<TabLink>,
}

/// A known allergy or intolerance.
#[derive(Clone, Debug)]
pub struct Allergy {
    pub substance: String,
    pub reaction: String,
    pub severity: Severity,
}

/// The vital signs of one moment.
#[derive(Clone, Debug)]
pub struct Vitals {
    /// When, on the hospital's clock.
    pub at: String,
    pub values: Vec<Vital>,
}

/// One vital sign as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    pub label: &'static str,
    pub value: String,
    pub unit: &'static str,
}

/// The banner of a patient whose record the person may open.
///
/// # Errors
/// `NotFound` for a patient out of the person's scope.
pub fn load(db: &mut DbConnection, actor: &Actor, id: PatientId, today: NaiveDate) -> QueryResult<Banner> {
    let patient = queries::find(db, actor, id)?;
    let reads_chart = actor.may(Permission::ReadChart);
    let zone = settings::queries::find(db)?.map(|s| s.zone());
    let sees_allergies = reads_chart || actor.may(Permission::SeeBanner);
    let allergies = if sees_allergies { Some(load_allergies(db, id)?) } else { None };
    let asked = if sees_allergies { none_known(db, id)? } else { None };
    let (conditions, vitals) = if reads_chart {
        (load_conditions(db, id, today)?, load_vitals(db, actor, id, zone)?)
    } else {
        (Vec::new(), None)
    };
    Ok(Banner {
        id,
        number: id.code(),
        name: patient.name(),
        initials: patient.initials(),
        age: age_text(patient.date_of_birth, patient.deceased_on.unwrap_or(today)),
        born: date_text(patient.date_of_birth),
        gender: patient.gender,
        blood_group: patient.blood_group,
        phone: patient.phone,
        allergies,
        none_known: asked.zip(zone).map(|(at, zone)| date_text(zone.date(at))).unwrap_or_default(),
        deceased: patient.deceased_on.map(date_text).unwrap_or_default(),
        conditions,
        vitals,
        tabs: tabs(actor, id),
    })
}

/// Known allergies, the worst first, for pages that a person may see without the rest of the record.
pub fn load_allergies(db: &mut DbConnection, id: PatientId) -> QueryResult<Vec<Allergy>> {
    let rows: Vec<(String, String, Severity)> = allergies::table
        .filter(allergies::patient_id.eq(id))
        .filter(allergies::entered_in_error_at.is_null())
        .order(allergies::id)
        .select((allergies::substance, allergies::reaction, allergies::severity))
        .load(db)?;
    let mut found: Vec<Allergy> =
        rows.into_iter().map(|(substance, reaction, severity)| Allergy { substance, reaction, severity }).collect();
    found.sort_by_key(|a| a.severity.rank());
    Ok(found)
}

/// When it was last stated that no allergy is known, while that stands.
pub fn none_known(db: &mut DbConnection, id: PatientId) -> QueryResult<Option<NaiveDateTime>> {
    no_known_allergies::table
        .filter(no_known_allergies::patient_id.eq(id))
        .filter(no_known_allergies::ended_at.is_null())
        .select(no_known_allergies::stated_at)
        .first(db)
        .optional()
}

fn load_conditions(db: &mut DbConnection, id: PatientId, today: NaiveDate) -> QueryResult<Vec<String>> {
    conditions::table
        .filter(conditions::patient_id.eq(id))
        .filter(conditions::entered_in_error_at.is_null())
        .filter(conditions::resolved_date.is_null().or(conditions::resolved_date.gt(today)))
        .order(conditions::id)
        .select(conditions::description)
        .load(db)
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = vital_signs)]
struct VitalRow {
    height_mm: Option<i32>,
    weight_g: Option<i32>,
    systolic: Option<i32>,
    diastolic: Option<i32>,
    pulse: Option<i32>,
    temperature_dc: Option<i32>,
    respiration: Option<i32>,
    oxygen_saturation: Option<i32>,
    pain: Option<i32>,
    recorded_at: NaiveDateTime,
}

/// The last that were taken; those of a consultation that is not signed yet are its doctor's alone.
fn load_vitals(db: &mut DbConnection, actor: &Actor, id: PatientId, zone: Option<Zone>) -> QueryResult<Option<Vitals>> {
    let own = actor.doctor_id.filter(|_| actor.role == Role::Doctor).unwrap_or(DoctorId(0));
    let is_open = vital_signs::encounter_id
        .is_null()
        .or(encounters::status.eq("signed"))
        .or(encounters::status.eq("draft").and(encounters::doctor_id.eq(own)));
    let last: Option<VitalRow> = vital_signs::table
        .left_join(encounters::table)
        .filter(is_open)
        .filter(vital_signs::patient_id.eq(id))
        .filter(vital_signs::entered_in_error_at.is_null())
        .order((vital_signs::recorded_at.desc(), vital_signs::id.desc()))
        .select(VitalRow::as_select())
        .first(db)
        .optional()?;
    let Some(row) = last else { return Ok(None) };
    let values = row.values();
    let at = zone.map_or_else(String::new, |zone| zone.text(row.recorded_at));
    Ok((!values.is_empty()).then_some(Vitals { at, values }))
}

impl VitalRow {
    /// The values that were taken, in the units that clinics read them in.
    fn values(&self) -> Vec<Vital> {
        let whole = |value: Option<i32>| value.map(|v| v.to_string());
        let pressure = match (self.systolic, self.diastolic) {
            (None, None) => None,
            (systolic, diastolic) => {
                let part = |value: Option<i32>| value.map_or_else(|| "–".to_owned(), |v| v.to_string());
                Some(format!("{}/{}", part(systolic), part(diastolic)))
            }
        };
        [
            ("Blood pressure", pressure, "mmHg"),
            ("Pulse", whole(self.pulse), "/min"),
            ("Temperature", self.temperature_dc.map(|v| tenths(v, 1)), "°C"),
            ("Respiration", whole(self.respiration), "/min"),
            ("Oxygen saturation", whole(self.oxygen_saturation), "%"),
            ("Height", self.height_mm.map(|v| tenths(v, 1)), "cm"),
            ("Weight", self.weight_g.map(|v| tenths(v, 100)), "kg"),
            ("BMI", self.body_mass_index(), "kg/m²"),
            ("Pain", whole(self.pain), "/10"),
        ]
        .into_iter()
        .filter_map(|(label, value, unit)| value.map(|value| Vital { label, value, unit }))
        .collect()
    }

    /// Weight by height squared, to a tenth.
    fn body_mass_index(&self) -> Option<String> {
        let (height, weight) = (i64::from(self.height_mm?), i64::from(self.weight_g?));
        // g ÷ mm² × 1000 = kg ÷ m²; ten times that for the tenth, and half a unit to round.
        let tenfold = (weight * 10_000 + height * height / 2).checked_div(height * height)?;
        Some(format!("{}.{}", tenfold / 10, tenfold % 10))
    }
}

/// A value in tenths of its unit (after dividing by `per_tenth`, rounded), without a needless zero: `82.4`, `170`.
fn tenths(value: i32, per_tenth: i32) -> String {
    let tenths = (value + per_tenth / 2) / per_tenth;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vital_signs_are_said_in_the_units_of_the_clinic() {
        let row = VitalRow {
            height_mm: Some(1_700),
            weight_g: Some(82_350),
            systolic: Some(128),
            diastolic: None,
            pulse: None,
            temperature_dc: Some(372),
            respiration: None,
            oxygen_saturation: Some(98),
            pain: None,
            recorded_at: NaiveDateTime::default(),
        };
        let read: Vec<String> = row.values().iter().map(|v| format!("{} {} {}", v.label, v.value, v.unit)).collect();
        assert_eq!(
            read,
            [
                "Blood pressure 128/– mmHg",
                "Temperature 37.2 °C",
                "Oxygen saturation 98 %",
                "Height 170 cm",
                "Weight 82.4 kg",
                "BMI 28.5 kg/m²",
            ]
        );
    }
}
