//! Prescriptions and requests for tests on paper. A draft has none.

use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::paper::{self, Cell, Column, Paper, Part, Table};
use crate::patients;
use crate::patients::banner::{self, Allergy};
use crate::patients::model::Patient;
use crate::pharmacy::dispensing;
use crate::prescriptions::model::{PrescriptionId, PrescriptionStatus, Priority, Sheet};
use crate::prescriptions::queries;
use crate::time::date_text;
use crate::web::print::Qr;
use crate::web::{Answer, Cx};

type Reader = Cx<can::SeePrescriptions>;

/// What the patient takes to a pharmacy.
pub async fn print(cx: Reader) -> Answer {
    let (id, paper) = prescription(&cx, "printed").await?;
    let base = format!("/prescriptions/{id}");
    paper::page(&cx, paper, base.clone(), format!("{base}/pdf"))
}

/// The same as a file.
pub async fn pdf(cx: Reader) -> Answer {
    let (id, paper) = prescription(&cx, "downloaded").await?;
    paper::file(&cx, paper, &id.code()).await
}

/// What the patient takes to the laboratory.
pub async fn print_tests(cx: Reader) -> Answer {
    let (id, paper) = tests(&cx, "printed").await?;
    let base = format!("/prescriptions/{id}");
    paper::page(&cx, paper, base.clone(), format!("{base}/tests/pdf"))
}

/// The same as a file.
pub async fn pdf_tests(cx: Reader) -> Answer {
    let (id, paper) = tests(&cx, "downloaded").await?;
    paper::file(&cx, paper, &format!("{}-tests", id.code())).await
}

/// A prescription that is out, and whom it is for. `verb`: what the audit log says of this.
async fn load(cx: &Reader, part: &'static str, verb: &'static str) -> Result<(Sheet, Patient, Vec<Allergy>), AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let (sheet, patient, allergies) = cx
        .read(move |db| {
            let sheet = queries::sheet(db, &actor, id)?;
            if sheet.prescription.status == PrescriptionStatus::Draft {
                let message = format!("{} is a draft. It can be printed once it is submitted.", id.code());
                return Err(AppError::Conflict(message));
            }
            let patient = sheet.prescription.patient_id;
            Ok((sheet, patients::queries::load(db, patient)?, banner::load_allergies(db, patient)?))
        })
        .await?;
    cx.looked(Entry::new(verb, part, id).patient(patient.id)).await?;
    Ok((sheet, patient, allergies))
}

/// What both papers have in common.
fn begun(cx: &Reader, title: &str, sheet: &Sheet, patient: &Patient) -> Result<Paper, AppError> {
    let (zone, prescription) = (cx.zone(), &sheet.prescription);
    let code = prescription.id.code();
    let mut facts = patients::paper::facts(patient, cx.today());
    facts.push(("Address", patient.address.clone()));
    facts.push(("Diagnosis", sheet.content.diagnosis.clone()));
    let of_doctor = if sheet.qualifications.is_empty() { "" } else { ", " };
    let mark = match prescription.cancelled_at {
        Some(at) => format!("CANCELLED on {}: {}", zone.text(at), prescription.cancel_reason),
        None => String::new(),
    };
    let mut under = vec![format!("Issued {}", prescription.submitted_at.map(|at| zone.text(at)).unwrap_or_default())];
    under.extend(prescription.valid_until.map(|last| format!("Valid until {}", date_text(last))));
    if prescription.priority != Priority::Routine {
        under.push(prescription.priority.label().to_owned());
    }
    let address = format!("{}/prescriptions/{}", cx.base_url(), prescription.id);
    Ok(Paper {
        title: format!("{title} {code}"),
        under,
        mark,
        code: Some((Qr::of(&address)?, "QR code of this prescription's address".to_owned())),
        facts,
        parts: Vec::new(),
        signature: vec![
            format!("{}{of_doctor}{}", sheet.doctor, sheet.qualifications),
            format!("{} · Licence {}", sheet.department, sheet.license_number),
        ],
        foot: format!("{code} · printed {}", zone.text(cx.now())),
    })
}

async fn prescription(cx: &Reader, verb: &'static str) -> Result<(PrescriptionId, Paper), AppError> {
    let (sheet, patient, allergies) = load(cx, "prescription", verb).await?;
    let (id, today) = (sheet.prescription.id, cx.today());
    let dispensed = cx.read(move |db| Ok(dispensing::queries::of_prescription(db, id, today)?)).await?;
    let mut paper = begun(cx, "Prescription", &sheet, &patient)?;
    let content = &sheet.content;
    paper.parts.push(patients::paper::allergies(&allergies));
    if !content.medications.is_empty() {
        let row = |line: &crate::prescriptions::model::Medication| {
            let directions = Cell::from(line.directions()).remark(line.instructions.clone());
            vec![line.medicine.clone().into(), directions, line.quantity_text().into()]
        };
        paper.parts.push(Part::Rx);
        paper.parts.push(Part::Table(Table {
            columns: vec![
                Column::words("Medicine", 4.0),
                Column::words("Directions", 5.0),
                Column::number("Quantity", 2.0),
            ],
            rows: content.medications.iter().map(row).collect(),
        }));
    }
    // Another pharmacy has to know what is left.
    if dispensed.iter().any(|line| line.dispensed > 0) {
        let row = |line: &dispensing::model::Line| {
            let left = if line.is_open() { line.left_text() } else { "–".to_owned() };
            vec![line.medication.medicine.clone().into(), line.dispensed_text().into(), left.into()]
        };
        let columns = vec![
            Column::words("Medicine", 5.0),
            Column::number("Dispensed", 3.0),
            Column::number("Still to come", 3.0),
        ];
        paper.table("Dispensed so far", Table { columns, rows: dispensed.iter().map(row).collect() });
    }
    if !sheet.warnings.is_empty() {
        let reason = &sheet.prescription.override_reason;
        paper.parts.push(Part::Warning {
            text: format!("Prescribed in spite of these warnings. {}: {reason}", sheet.doctor),
            points: sheet
                .warnings
                .iter()
                .map(|w| format!("{} ({}): {}", w.medicine, w.severity.label().to_lowercase(), w.message))
                .collect(),
        });
    }
    paper.table("Tests requested", test_table(&sheet));
    paper.prose("Notes", &content.notes);
    if let Some(drawing) = &content.whiteboard {
        paper.section("Drawing", Part::Figure(drawing.figure(format_args!("Drawing by {}", sheet.doctor))));
    }
    Ok((sheet.prescription.id, paper))
}

async fn tests(cx: &Reader, verb: &'static str) -> Result<(PrescriptionId, Paper), AppError> {
    let (sheet, patient, allergies) = load(cx, "test_request", verb).await?;
    if sheet.content.tests.is_empty() {
        return Err(AppError::NotFound);
    }
    let mut paper = begun(cx, "Request for tests", &sheet, &patient)?;
    paper.parts = vec![patients::paper::allergies(&allergies), Part::Table(test_table(&sheet))];
    paper.prose("Notes", &sheet.content.notes);
    Ok((sheet.prescription.id, paper))
}

fn test_table(sheet: &Sheet) -> Table {
    let row = |order: &crate::prescriptions::model::TestOrder| {
        vec![Cell::from(order.test.clone()).remark(order.instructions.clone()), order.priority.label().into()]
    };
    Table {
        columns: vec![Column::words("Test", 7.0), Column::words("Priority", 2.0)],
        rows: sheet.content.tests.iter().map(row).collect(),
    }
}
