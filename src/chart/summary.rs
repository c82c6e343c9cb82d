//! A patient's summary on paper: what somebody who treats them elsewhere must know.

use super::allergies::queries as allergies;
use super::conditions::queries as conditions;
use super::medications::model::Origin;
use super::medications::queries as medications;
use super::overview::latest_of;
use super::vital_signs::queries as vital_signs;
use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::paper::{self, Cell, Column, Paper, Part, Table};
use crate::patients;
use crate::patients::model::PatientId;
use crate::time::date_text;
use crate::web::print::Qr;
use crate::web::{Answer, Cx};

type Reader = Cx<can::ReadChart>;

pub async fn print(cx: Reader) -> Answer {
    let (id, paper) = summary(&cx, "printed").await?;
    let base = format!("/patients/{id}");
    paper::page(&cx, paper, format!("{base}/chart"), format!("{base}/summary/pdf"))
}

/// The same as a file.
pub async fn pdf(cx: Reader) -> Answer {
    let (id, paper) = summary(&cx, "downloaded").await?;
    paper::file(&cx, paper, &format!("{}-summary", id.code())).await
}

async fn summary(cx: &Reader, verb: &'static str) -> Result<(PatientId, Paper), AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (today, zone) = (cx.today(), cx.zone());
    let (patient, allergies, none_known, conditions, medicines, taken) = cx
        .read(move |db| {
            let patient = patients::queries::find(db, &actor, id)?;
            Ok((
                patient,
                allergies::all(db, id, false)?,
                allergies::none_known(db, id)?,
                conditions::all(db, id, false)?,
                medications::current(db, id, today, zone)?,
                vital_signs::all(db, &actor, id)?,
            ))
        })
        .await?;
    cx.looked(Entry::new(verb, "patient", id).patient(id).note("page", "summary")).await?;

    let mut facts = patients::paper::facts(&patient, today);
    facts.push(("Blood group", patient.blood_group.map(|group| group.label().to_owned()).unwrap_or_default()));
    facts.push(("Phone", patient.phone.clone()));
    facts.push(("Address", patient.address.clone()));
    let contact = [&patient.emergency_name, &patient.emergency_relation, &patient.emergency_phone];
    let contact: Vec<&str> = contact.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    facts.push(("In an emergency", contact.join(", ")));

    let address = format!("{}/patients/{id}", cx.base_url());
    let mut paper = Paper {
        title: "Patient summary".to_owned(),
        under: vec![format!("As of {}", zone.text(cx.now()))],
        mark: patient.deceased_on.map(|day| format!("Deceased on {}", date_text(day))).unwrap_or_default(),
        code: Some((Qr::of(&address)?, "QR code of this record's address".to_owned())),
        facts,
        parts: Vec::new(),
        signature: Vec::new(),
        foot: format!("{} · printed {}", id.code(), zone.text(cx.now())),
    };

    let known = if allergies.is_empty() {
        Part::Quiet(match none_known {
            Some(stated) => format!("None known, asked on {}.", date_text(zone.date(stated.at))),
            None => "Nobody has noted whether there are any.".to_owned(),
        })
    } else {
        let points = allergies.iter().map(|row| {
            let allergy = &row.allergy;
            let reaction = if allergy.reaction.is_empty() { String::new() } else { format!(": {}", allergy.reaction) };
            format!("{} ({}){reaction}", allergy.substance, allergy.severity.label().to_lowercase())
        });
        Part::Warning { text: "Does not tolerate".to_owned(), points: points.collect() }
    };
    paper.section("Allergies", known);

    let is_open = |row: &&super::conditions::model::ConditionRow| row.condition.resolved_date.is_none();
    let condition_rows = conditions.iter().filter(is_open).map(|row| {
        let condition = &row.condition;
        let since = condition.onset_date.map(|day| format!("since {}", date_text(day))).unwrap_or_default();
        vec![condition.description.clone().into(), condition.code.clone().into(), since.into()]
    });
    let columns = vec![Column::words("", 6.0), Column::words("", 2.0), Column::words("", 3.0)];
    paper.table_or("Conditions", Table { columns, rows: condition_rows.collect() }, "None on record.");

    let medicine_rows = medicines.iter().map(|medicine| {
        let directions = Cell::from(medicine.directions.clone()).remark(medicine.instructions.clone());
        let from = match medicine.origin {
            Origin::Prescribed { prescription, .. } => format!("{}, {}", prescription.code(), medicine.by),
            Origin::Told { .. } => "as told".to_owned(),
        };
        vec![medicine.medicine.clone().into(), directions, from.into()]
    });
    let columns = vec![Column::words("Medicine", 4.0), Column::words("Directions", 5.0), Column::words("From", 3.0)];
    paper.table_or("Medicines", Table { columns, rows: medicine_rows.collect() }, "None at present.");

    let latest = latest_of(&taken, patient.date_of_birth, zone);
    let value_rows = latest.into_iter().map(|value| {
        let flag = value.flag.map(|flag| format!(" ({})", flag.words.to_lowercase())).unwrap_or_default();
        vec![value.label.into(), format!("{} {}{flag}", value.value, value.unit).into(), value.on.into()]
    });
    let columns = vec![Column::words("", 4.0), Column::words("", 4.0), Column::words("", 3.0)];
    paper.table_or("Last vital signs", Table { columns, rows: value_rows.collect() }, "None taken yet.");
    paper.prose("Medical history", &patient.medical_history);
    Ok((id, paper))
}
