//! A dispensing that is done.

use askama::Template;

use super::Pharmacist;
use crate::audit::Entry;
use crate::billing;
use crate::billing::model::{ChargeItem, ChargeStatus};
use crate::chart::medications::model::LineId;
use crate::patients;
use crate::patients::model::Patient;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, DispensingStatus, Item, Line, counted};
use crate::pharmacy::dispensing::queries;
use crate::prescriptions;
use crate::prescriptions::model::{Prescription, State};
use crate::time::{age_text, date_text};
use crate::web::{Answer, Page};

#[derive(Template)]
#[template(path = "dispensings/show.html")]
struct RecordPage {
    page: Page,
    dispensing: Dispensing,
    state: State,
    pharmacist: String,
    finished: String,
    prescription: Prescription,
    patient: Patient,
    age: String,
    items: Vec<ItemView>,
    /// The medicine of each declined line, with the reason.
    declined: Vec<(String, String)>,
    /// What is still to come: the medicine, and how much of it.
    open: Vec<(String, String)>,
    total: String,
    may_take_back: bool,
}

/// Something that was handed out.
struct ItemView {
    item: Item,
    expires: String,
    amount: String,
    /// How the charge stands, where that is worth a word.
    charge: String,
    /// What came back; empty for nothing.
    returned: String,
    /// What the doctor wrote, where another medicine was handed out for it.
    instead_of: String,
}

fn charge_words(charge: Option<&ChargeItem>) -> &'static str {
    match charge.map(|charge| charge.status) {
        Some(ChargeStatus::Billed) => "billed",
        Some(ChargeStatus::Cancelled) => "not charged any more",
        Some(ChargeStatus::Open) | None => "",
    }
}

/// What a line is called, and how much of it is still to come.
pub(super) fn open_lines(lines: &[Line]) -> Vec<(String, String)> {
    let open = lines.iter().filter(|line| line.is_open());
    open.map(|line| (line.medication.medicine.clone(), line.left_text())).collect()
}

fn name_of(lines: &[Line], id: LineId) -> String {
    lines.iter().find(|line| line.id == id).map(|line| line.medication.medicine.clone()).unwrap_or_default()
}

pub async fn show(cx: Pharmacist) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<DispensingId>("id")?, cx.today());
    let (dispensing, prescription, lines, handover, charges, patient, pharmacist) = cx
        .read(move |db| {
            let dispensing = queries::find(db, &actor, id)?;
            let prescription = prescriptions::queries::find(db, &actor, dispensing.prescription_id)?;
            let lines = queries::of_prescription(db, prescription.id, today)?;
            let handover = queries::history(db, prescription.id)?.into_iter().find(|h| h.dispensing.id == id);
            let items: Vec<_> = handover.iter().flat_map(|h| &h.items).map(|item| item.id).collect();
            let charges = billing::queries::of_dispensing_items(db, &items)?;
            let patient = patients::queries::load(db, prescription.patient_id)?;
            let pharmacist = queries::pharmacist(db, dispensing.pharmacist_id)?;
            Ok((dispensing, prescription, lines, handover, charges, patient, pharmacist))
        })
        .await?;
    cx.looked(Entry::viewed("dispensing", id, patient.id)).await?;
    let currency = cx.settings().currency();
    let (items, declined) = handover.map(|h| (h.items, h.declined)).unwrap_or_default();
    let prescribed = |id: LineId| lines.iter().find(|line| line.id == id).and_then(|line| line.medication.medicine_id);
    let view = |item: Item| {
        let charge = charges.iter().find(|charge| charge.dispensing_item_id == Some(item.id));
        ItemView {
            expires: date_text(item.expires_on),
            amount: currency.text(charge.map_or_else(|| item.amount(), |charge| charge.amount)),
            charge: charge_words(charge).to_owned(),
            returned: if item.returned > 0 { counted(item.returned, &item.unit) } else { String::new() },
            instead_of: match prescribed(item.line) == Some(item.medicine_id) {
                true => String::new(),
                false => name_of(&lines, item.line),
            },
            item,
        }
    };
    let total: i64 =
        charges.iter().filter(|charge| charge.status != ChargeStatus::Cancelled).map(|charge| charge.amount).sum();
    cx.html(&RecordPage {
        page: cx.page(&format!("{}: {}", id.code(), patient.name())),
        state: dispensing.status.state(),
        finished: cx.zone().text(dispensing.finished_at.unwrap_or(dispensing.updated_at)),
        may_take_back: dispensing.status == DispensingStatus::Completed && items.iter().any(|item| item.kept() > 0),
        dispensing,
        pharmacist,
        age: age_text(patient.date_of_birth, today),
        patient,
        items: items.into_iter().map(view).collect(),
        declined: declined.into_iter().map(|(line, reason)| (name_of(&lines, line), reason)).collect(),
        open: if prescription.is_open() { open_lines(&lines) } else { Vec::new() },
        prescription,
        total: currency.text(total),
    })
}
