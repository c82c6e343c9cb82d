//! The summary of a signed visit on paper.

use super::record::amendment;
use crate::access::can;
use crate::audit::Entry;
use crate::encounters::model::{EncounterId, EncounterStatus};
use crate::encounters::queries;
use crate::error::AppError;
use crate::paper::{self, Cell, Column, Paper, Table};
use crate::time::long_date_text;
use crate::web::print::Qr;
use crate::web::{Answer, Cx};
use crate::{patients, prescriptions};

type Reader = Cx<can::ReadChart>;

pub async fn print(cx: Reader) -> Answer {
    let (id, paper) = summary(&cx, "printed").await?;
    let base = format!("/encounters/{id}");
    paper::page(&cx, paper, base.clone(), format!("{base}/pdf"))
}

/// The same as a file.
pub async fn pdf(cx: Reader) -> Answer {
    let (id, paper) = summary(&cx, "downloaded").await?;
    paper::file(&cx, paper, &format!("visit-{id}")).await
}

async fn summary(cx: &Reader, verb: &'static str) -> Result<(EncounterId, Paper), AppError> {
    let (actor, id, zone) = (cx.actor()?.clone(), cx.id::<EncounterId>("id")?, cx.zone());
    let (visit, patient, prescriptions, amended) = cx
        .read(move |db| {
            let visit = queries::visit(db, &actor, id)?;
            if visit.encounter.status != EncounterStatus::Signed {
                return Err(AppError::Conflict("A visit is printed once it is signed.".to_owned()));
            }
            let patient = patients::queries::load(db, visit.encounter.patient_id)?;
            let mut written = prescriptions::queries::of_encounter(db, &actor, id)?;
            written.retain(|row| row.prescription.submitted_at.is_some() && row.prescription.cancelled_at.is_none());
            let amended = queries::versions(db, id)?.into_iter().next();
            Ok((visit, patient, written, amended))
        })
        .await?;
    cx.looked(Entry::new(verb, "encounter", id).patient(patient.id)).await?;
    let (on, content) = (visit.encounter.visit_date, &visit.content);
    let mut signature = vec![visit.doctor.clone(), format!("Licence {}", visit.license_number)];
    signature.extend(visit.encounter.signed_at.map(|at| format!("Signed {}", zone.text(at))));
    signature.extend(amended.map(|version| {
        let amended = amendment(zone, version);
        format!("Amended {} by {}", amended.on, amended.by)
    }));
    let address = format!("{}/encounters/{id}", cx.base_url());
    let mut paper = Paper {
        title: "Summary of the visit".to_owned(),
        under: vec![long_date_text(on), format!("{}, {}", visit.doctor, visit.department)],
        mark: String::new(),
        code: Some((Qr::of(&address)?, "QR code of this record's address".to_owned())),
        facts: patients::paper::facts(&patient, on),
        parts: Vec::new(),
        signature,
        foot: format!("{} · printed {}", patient.id.code(), zone.text(cx.now())),
    };
    paper.prose("Symptoms", &content.symptoms);
    let readings = content.vital_signs.readings(patient.date_of_birth, on);
    let reading_rows = readings.into_iter().map(|reading| {
        let flag = reading.flag.map(|flag| format!(" ({})", flag.words.to_lowercase())).unwrap_or_default();
        vec![reading.label.into(), format!("{} {}{flag}", reading.value, reading.unit).into()]
    });
    paper.table("Vital signs", pairs(3.5, reading_rows.collect()));
    let many = content.diagnoses.len() > 1;
    let diagnosis_rows = content.diagnoses.iter().map(|diagnosis| {
        let primary = if many && diagnosis.is_primary { " (primary)" } else { "" };
        vec![diagnosis.code.clone().into(), format!("{}{primary}", diagnosis.description).into()]
    });
    paper.table("Diagnoses", pairs(1.8, diagnosis_rows.collect()));
    paper.prose("Treatment plan", &content.treatment_plan);
    paper.prose("Notes", &content.notes);
    let prescribed = prescriptions.iter().map(|row| {
        let names: Vec<&str> = row.medicines.iter().chain(&row.tests).map(String::as_str).collect();
        vec![row.prescription.id.code().into(), names.join(", ").into()]
    });
    paper.table("Prescribed", pairs(1.8, prescribed.collect()));
    paper.prose("Follow-up", &content.follow_up_date.map(long_date_text).unwrap_or_default());
    Ok((id, paper))
}

/// A table of two columns that explain themselves; the first takes this much of ten parts.
fn pairs(first: f32, rows: Vec<Vec<Cell>>) -> Table {
    Table { columns: vec![Column::words("", first), Column::words("", 10.0 - first)], rows }
}
