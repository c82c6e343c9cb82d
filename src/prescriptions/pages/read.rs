//! Reading prescriptions: lists, and one of them.

use std::collections::BTreeSet;
use std::str::FromStr;

use askama::Template;
use chrono::NaiveDate;
use strum::VariantArray;

use crate::access::{Permission, can};
use crate::audit::{self, Entry};
use crate::chart;
use crate::chart::medications::model::Stop;
use crate::db::DbConnection;
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::patients;
use crate::patients::banner::{self, Allergy, Banner};
use crate::patients::model::{Patient, PatientId};
use crate::patients::tabs::Tab;
use crate::pharmacy::dispensing;
use crate::pharmacy::dispensing::model::{Handover, Line};
use crate::prescriptions::model::{Medication, PrescriptionId, PrescriptionRow, PrescriptionStatus, Sheet};
use crate::prescriptions::queries::{self, Filter};
use crate::prescriptions::results;
use crate::prescriptions::results::model::OrderRow;
use crate::time::{Zone, age_text, date_text};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};
use diesel::{OptionalExtension, QueryResult};

#[derive(Template)]
#[template(path = "prescriptions/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Row>,
    paging: Paging,
    words: String,
    status: String,
    is_patient: bool,
    is_filtered: bool,
    /// Whether the reader has drafts.
    may_write: bool,
}

#[derive(Template)]
#[template(path = "prescriptions/of_patient.html")]
struct OfPatientPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    rows: Vec<Row>,
    paging: Paging,
    may_write: bool,
}

/// A prescription in a list, with its dates as they are read.
struct Row {
    row: PrescriptionRow,
    date: String,
    has_expired: bool,
}

#[derive(Template)]
#[template(path = "prescriptions/show.html")]
struct ShowPage {
    page: Page,
    /// For those who may open the patient's record.
    banner: Option<Banner>,
    patient: Patient,
    age: String,
    allergies: Vec<Allergy>,
    /// Whether somebody asked and no allergy is known.
    none_known: bool,
    sheet: Sheet,
    /// Each medicine with its stop, if the patient shall not take it any more.
    lines: Vec<(Medication, Option<Stop>)>,
    /// The ordered tests, and how far each is.
    tests: Vec<OrderRow>,
    /// Whether the reader may open a test, and know what it found.
    opens_tests: bool,
    sees_results: bool,
    dates: Dates,
    has_expired: bool,
    /// Whether it is the reader's own draft.
    may_edit: bool,
    may_cancel: bool,
    /// Whether the reader may write one like it, and keep its lines as favourites.
    may_repeat: bool,
    may_keep: bool,
    is_patient: bool,
    /// The visit that it belongs to, for those who may read it.
    visit: Option<EncounterId>,
    pharmacy: AtPharmacy,
    may_dispense: bool,
}

/// What the pharmacy made of it so far.
struct AtPharmacy {
    lines: Vec<Line>,
    /// Each with when it was.
    handovers: Vec<(Handover, String)>,
    /// Whether the reader may open a dispensing.
    may_open: bool,
}

impl AtPharmacy {
    fn load(db: &mut DbConnection, id: PrescriptionId, today: NaiveDate, zone: Zone) -> QueryResult<Self> {
        let when = |handover: &Handover| handover.dispensing.finished_at.map(|at| zone.text(at)).unwrap_or_default();
        let handovers = dispensing::queries::history(db, id)?;
        Ok(Self {
            lines: dispensing::queries::of_prescription(db, id, today)?,
            handovers: handovers.into_iter().map(|handover| (handover.clone(), when(&handover))).collect(),
            may_open: false,
        })
    }

    /// Whether anything came of it.
    fn has_begun(&self) -> bool {
        !self.handovers.is_empty()
    }
}

/// The days of a prescription as they are read.
struct Dates {
    written: String,
    submitted: String,
    valid_until: String,
    cancelled: String,
}

impl Dates {
    fn of(sheet: &Sheet, zone: crate::time::Zone) -> Self {
        let prescription = &sheet.prescription;
        Self {
            written: zone.text(prescription.created_at),
            submitted: prescription.submitted_at.map(|at| zone.text(at)).unwrap_or_default(),
            valid_until: prescription.valid_until.map(date_text).unwrap_or_default(),
            cancelled: prescription.cancelled_at.map(|at| zone.text(at)).unwrap_or_default(),
        }
    }
}

fn rows<R: crate::access::Requirement>(cx: &Cx<R>, found: Vec<PrescriptionRow>) -> Vec<Row> {
    let (zone, today) = (cx.zone(), cx.today());
    let row = |row: PrescriptionRow| Row {
        date: date_text(zone.date(row.prescription.submitted_at.unwrap_or(row.prescription.created_at))),
        has_expired: row.prescription.has_expired(today),
        row,
    };
    found.into_iter().map(row).collect()
}

pub async fn index(cx: Cx<can::SeePrescriptions>) -> Answer {
    let (actor, asked) = (cx.actor()?.clone(), cx.page_number());
    let (words, status) = (cx.query("q"), cx.query("status"));
    let filter = Filter {
        status: PrescriptionStatus::from_str(&status).ok(),
        words: words.chars().take(200).collect(),
        ..Filter::default()
    };
    let base = format!("/prescriptions?status={}&q={}", encode(&status), encode(&words));
    let reader = actor.clone();
    let (found, paging) = cx
        .read(move |db| {
            let total = queries::count(db, &reader, &filter)?;
            let paging = Paging::new(asked, total, base);
            Ok((queries::list(db, &reader, &filter, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    // The list names medicines: it is a look at each of these records.
    let seen: BTreeSet<PatientId> = found.iter().map(|row| row.prescription.patient_id).collect();
    let by = cx.by.clone();
    cx.write(move |db| {
        for patient in &seen {
            audit::record(db, &by, &Entry::viewed("patient", *patient, *patient).note("page", "prescriptions list"))?;
        }
        Ok(())
    })
    .await?;
    cx.html(&IndexPage {
        page: cx.page("Prescriptions"),
        rows: rows(&cx, found),
        paging,
        is_filtered: !words.is_empty() || !status.is_empty(),
        words,
        status,
        is_patient: actor.patient_id.is_some() && !actor.role.is_staff(),
        may_write: actor.may(Permission::WritePrescriptions),
    })
}

impl IndexPage {
    /// The states that the reader's list can be narrowed to.
    fn statuses(&self) -> Vec<PrescriptionStatus> {
        let shown = |status: &&PrescriptionStatus| self.may_write || **status != PrescriptionStatus::Draft;
        PrescriptionStatus::VARIANTS.iter().filter(shown).copied().collect()
    }
}

/// All prescriptions of a patient that the person may see.
pub async fn of_patient(cx: Cx<can::SeePrescriptions>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (today, asked) = (cx.today(), cx.page_number());
    let may_write = actor.may(Permission::WritePrescriptions) && actor.doctor_id.is_some();
    let (banner, found, paging) = cx
        .read(move |db| {
            let banner = banner::load(db, &actor, id, today)?;
            let filter = Filter { patient: Some(id), ..Filter::default() };
            let total = queries::count(db, &actor, &filter)?;
            let paging = Paging::new(asked, total, format!("/patients/{id}/prescriptions"));
            let found = queries::for_patient(db, &actor, id, paging.offset(), PAGE_SIZE)?;
            Ok((banner, found, paging))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "prescriptions")).await?;
    cx.html(&OfPatientPage {
        page: cx.page(&format!("Prescriptions: {}", banner.name)),
        banner,
        tab: Tab::Prescriptions,
        rows: rows(&cx, found),
        paging,
        may_write,
    })
}

pub async fn show(cx: Cx<can::SeePrescriptions>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let (reader, today, zone) = (actor.clone(), cx.today(), cx.zone());
    let (sheet, (stops, tests), banner, patient, (allergies, none_known), visit, pharmacy) = cx
        .read(move |db| {
            let sheet = queries::sheet(db, &reader, id)?;
            let patient = sheet.prescription.patient_id;
            let visit = match sheet.prescription.encounter_id {
                Some(visit) => encounters::queries::find(db, &reader, visit).optional()?.map(|found| found.id),
                None => None,
            };
            // Pharmacists see the prescription, and of the patient only what it takes to dispense it.
            let banner = banner::load(db, &reader, patient, today).optional()?;
            let lines = (chart::medications::queries::stops_of(db, id)?, results::queries::of_prescription(db, id)?);
            let allergies = (banner::load_allergies(db, patient)?, banner::none_known(db, patient)?.is_some());
            let pharmacy = AtPharmacy::load(db, id, today, zone)?;
            Ok((sheet, lines, banner, patients::queries::load(db, patient)?, allergies, visit, pharmacy))
        })
        .await?;
    cx.looked(Entry::viewed("prescription", id, patient.id)).await?;
    let visit = visit.filter(|_| actor.may(Permission::ReadChart));
    let lines = sheet.content.medications.iter().cloned().zip(stops).collect();
    cx.html(&ShowPage {
        page: cx.page(&format!("{}: {}", id.code(), patient.name())),
        banner,
        visit,
        age: age_text(patient.date_of_birth, today),
        patient,
        allergies,
        none_known,
        lines,
        tests,
        opens_tests: sheet.prescription.status != PrescriptionStatus::Draft
            && (actor.may(Permission::ReadChart) || (actor.may(Permission::UploadDocuments) && actor.role.is_staff())),
        sees_results: actor.may(Permission::ReadChart),
        dates: Dates::of(&sheet, cx.zone()),
        has_expired: sheet.prescription.has_expired(today),
        may_edit: sheet.prescription.is_draft_of(&actor) && actor.may(Permission::WritePrescriptions),
        may_cancel: sheet.prescription.is_of(&actor)
            && sheet.prescription.status.may_be_cancelled()
            && actor.may(Permission::WritePrescriptions),
        may_repeat: !sheet.content.medications.is_empty()
            && sheet.prescription.status != PrescriptionStatus::Draft
            && actor.may(Permission::WritePrescriptions),
        may_keep: actor.may(Permission::WritePrescriptions),
        is_patient: actor.patient_id.is_some(),
        pharmacy: AtPharmacy { may_open: actor.may(Permission::DispensePrescriptions), ..pharmacy },
        may_dispense: sheet.prescription.is_open()
            && !sheet.content.medications.is_empty()
            && actor.may(Permission::DispensePrescriptions),
        sheet,
    })
}
