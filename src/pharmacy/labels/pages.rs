//! The printed pages.

use askama::Template;

use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients;
use crate::patients::model::Patient;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, DispensingStatus, Item, Line};
use crate::pharmacy::dispensing::queries;
use crate::prescriptions;
use crate::prescriptions::model::Sheet;
use crate::time::{age_text, date_text};
use crate::web::print::{Barcode, Letterhead};
use crate::web::{Answer, Cx};

type Pharmacist = Cx<can::DispensePrescriptions>;

#[derive(Template)]
#[template(path = "dispensings/labels.html")]
struct LabelsPage {
    letterhead: Letterhead,
    dispensing: Dispensing,
    patient: Patient,
    date: String,
    labels: Vec<Label>,
    code: Barcode,
}

/// What stands on one box.
struct Label {
    medicine: String,
    quantity: String,
    /// `1 capsule by mouth, three times a day, for 5 days`.
    directions: String,
    instructions: String,
    lot: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "dispensings/slip.html")]
struct SlipPage {
    letterhead: Letterhead,
    dispensing: Dispensing,
    sheet: Sheet,
    patient: Patient,
    age: String,
    born: String,
    pharmacist: String,
    date: String,
    rows: Vec<SlipRow>,
    total: String,
    prescription_code: Barcode,
    code: Barcode,
    printed: String,
}

/// A line of the prescription on the slip.
struct SlipRow {
    line: Line,
    items: Vec<SlipItem>,
    /// What is still to come of it; empty for nothing.
    open: String,
}

struct SlipItem {
    medicine: String,
    quantity: String,
    batch: String,
    amount: String,
}

/// A finished dispensing with everything that was handed out in it.
struct Handed {
    dispensing: Dispensing,
    sheet: Sheet,
    lines: Vec<Line>,
    items: Vec<Item>,
    patient: Patient,
    pharmacist: String,
}

async fn handed(cx: &Pharmacist, paper: &'static str) -> Result<Handed, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<DispensingId>("id")?, cx.today());
    let handed = cx
        .read(move |db| {
            let dispensing = queries::find(db, &actor, id)?;
            if !DispensingStatus::DONE.contains(&dispensing.status) {
                return Err(AppError::Conflict(format!("{} is not finished: nothing was handed out yet.", id.code())));
            }
            let sheet = prescriptions::queries::sheet(db, &actor, dispensing.prescription_id)?;
            Ok(Handed {
                lines: queries::of_prescription(db, dispensing.prescription_id, today)?,
                items: queries::items_of(db, &[id])?,
                patient: patients::queries::load(db, sheet.prescription.patient_id)?,
                pharmacist: queries::pharmacist(db, dispensing.pharmacist_id)?,
                dispensing,
                sheet,
            })
        })
        .await?;
    cx.looked(Entry::new("printed", "dispensing", id).patient(handed.patient.id).note("page", paper)).await?;
    Ok(handed)
}

fn date<R: crate::access::Requirement>(cx: &Cx<R>, dispensing: &Dispensing) -> String {
    date_text(cx.zone().date(dispensing.finished_at.unwrap_or(dispensing.updated_at)))
}

pub async fn labels(cx: Pharmacist) -> Answer {
    let handed = handed(&cx, "labels").await?;
    let label = |item: &Item| {
        let line = handed.lines.iter().find(|line| line.id == item.line).map(|line| &line.medication);
        Label {
            medicine: item.medicine.clone(),
            quantity: item.quantity_text(),
            directions: line.map(|line| line.directions()).unwrap_or_default(),
            instructions: line.map(|line| line.instructions.clone()).unwrap_or_default(),
            lot: item.lot.clone(),
            expires: date_text(item.expires_on),
        }
    };
    cx.html(&LabelsPage {
        letterhead: Letterhead::from(cx.settings()),
        date: date(&cx, &handed.dispensing),
        labels: handed.items.iter().map(label).collect(),
        code: Barcode::of(&handed.dispensing.id.code())?,
        patient: handed.patient,
        dispensing: handed.dispensing,
    })
}

pub async fn slip(cx: Pharmacist) -> Answer {
    let handed = handed(&cx, "slip").await?;
    let currency = cx.settings().currency();
    let row = |line: &Line| SlipRow {
        items: handed
            .items
            .iter()
            .filter(|item| item.line == line.id)
            .map(|item| SlipItem {
                medicine: item.medicine.clone(),
                quantity: item.quantity_text(),
                batch: format!("Lot {}, to {}", item.lot, date_text(item.expires_on)),
                amount: currency.text(item.amount()),
            })
            .collect(),
        open: match (line.is_open(), line.left()) {
            (false, _) => String::new(),
            (true, Some(_)) => line.left_text(),
            (true, None) => "All of it".to_owned(),
        },
        line: line.clone(),
    };
    cx.html(&SlipPage {
        letterhead: Letterhead::from(cx.settings()),
        date: date(&cx, &handed.dispensing),
        age: age_text(handed.patient.date_of_birth, cx.today()),
        born: date_text(handed.patient.date_of_birth),
        rows: handed.lines.iter().map(row).collect(),
        total: currency.text(handed.items.iter().map(Item::amount).sum()),
        prescription_code: Barcode::of(&handed.sheet.prescription.id.code())?,
        code: Barcode::of(&handed.dispensing.id.code())?,
        printed: cx.zone().text(cx.now()),
        patient: handed.patient,
        pharmacist: handed.pharmacist,
        sheet: handed.sheet,
        dispensing: handed.dispensing,
    })
}
