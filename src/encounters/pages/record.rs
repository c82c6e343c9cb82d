//! Signed visits: one of them, and all of a patient.

use askama::Template;

use super::consultation;
use crate::access::{Permission, can};
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus};
use crate::audit::Entry;
use crate::chart::vital_signs::Reading;
use crate::documents::model::Document;
use crate::encounters::model::{EncounterId, EncounterStatus, Version, Visit, VisitRow};
use crate::encounters::queries;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::prescriptions::model::PrescriptionRow;
use crate::time::{Zone, date_text, long_date_text};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};
use crate::{appointments, documents, patients, prescriptions};

#[derive(Template)]
#[template(path = "encounters/show.html")]
struct ShowPage {
    page: Page,
    banner: Banner,
    visit: Visit,
    visit_date: String,
    signed_at: String,
    follow_up: String,
    readings: Vec<Reading>,
    prescriptions: Vec<PrescriptionRow>,
    documents: Vec<Document>,
    may_upload: bool,
    /// Whether the reader wrote it, and so may go on from here.
    is_own: bool,
    is_patient: bool,
    may_print: bool,
    /// Its last amendment.
    amended: Option<Amended>,
    entered_in_error: Option<EnteredInError>,
    may_amend: bool,
    /// The visits that were booked to follow this one.
    follow_ups: Vec<FollowUp>,
}

pub(super) struct Amended {
    pub by: String,
    pub on: String,
    reason: String,
}

struct EnteredInError {
    by: String,
    on: String,
    reason: String,
}

struct FollowUp {
    id: AppointmentId,
    when: String,
    status: AppointmentStatus,
}

#[derive(Template)]
#[template(path = "encounters/visits.html")]
struct VisitsPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    visits: Vec<VisitRow>,
    paging: Paging,
    may_write: bool,
    is_patient: bool,
}

/// The own draft as a form; everything else to read.
pub async fn show(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let reader = actor.clone();
    let encounter = cx.read(move |db| Ok(queries::find(db, &reader, id)?)).await?;
    if encounter.is_draft_of(&actor) && actor.may(Permission::WriteEncounters) {
        return consultation::write(&cx, encounter).await;
    }
    let (today, patient) = (cx.today(), encounter.patient_id);
    let reader = actor.clone();
    let (banner, visit, (prescriptions, documents), born, amended, error_by, follow_ups) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, patient, today)?;
            let born = patients::queries::load(db, patient)?.date_of_birth;
            let written = prescriptions::queries::of_encounter(db, &reader, id)?;
            let papers = (written, documents::queries::of_encounter(db, &reader, id)?);
            let visit = queries::visit(db, &reader, id)?;
            let amended = queries::versions(db, id)?.into_iter().next();
            let error_by = match visit.encounter.status {
                EncounterStatus::EnteredInError => queries::error_author(db, id)?,
                _ => String::new(),
            };
            let follow_ups = match visit.encounter.appointment_id {
                Some(appointment) => appointments::queries::follow_ups(db, &reader, appointment)?,
                None => Vec::new(),
            };
            Ok((banner, visit, papers, born, amended, error_by, follow_ups))
        })
        .await?;
    cx.looked(Entry::viewed("encounter", id, patient)).await?;
    let on = visit.encounter.visit_date;
    let zone = cx.zone();
    let is_own = actor.doctor_id == Some(visit.encounter.doctor_id);
    let is_signed = visit.encounter.status == EncounterStatus::Signed;
    let follow_up = |a: Appointment| FollowUp { id: a.id, when: zone.text(a.starts_at), status: a.status };
    cx.html(&ShowPage {
        amended: amended.map(|version| amendment(zone, version)),
        entered_in_error: visit.encounter.entered_in_error_at.map(|at| EnteredInError {
            by: error_by,
            on: zone.text(at),
            reason: visit.encounter.entered_in_error_reason.clone(),
        }),
        may_amend: is_own && is_signed && actor.may(Permission::WriteEncounters),
        follow_ups: follow_ups.into_iter().map(follow_up).collect(),
        page: cx.page(&format!("Visit of {}: {}", date_text(on), banner.name)),
        banner,
        visit_date: long_date_text(on),
        signed_at: visit.encounter.signed_at.map(|at| cx.zone().text(at)).unwrap_or_default(),
        follow_up: visit.content.follow_up_date.map(long_date_text).unwrap_or_default(),
        readings: visit.content.vital_signs.readings(born, on),
        prescriptions,
        documents,
        may_upload: actor.may(Permission::UploadDocuments),
        is_own,
        is_patient: actor.patient_id == Some(patient),
        may_print: is_signed,
        visit,
    })
}

pub(super) fn amendment(zone: Zone, version: Version) -> Amended {
    Amended { by: version.author, on: zone.text(version.amended_at), reason: version.reason }
}

/// All visits of a patient that the person may read.
pub async fn visits(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (today, asked) = (cx.today(), cx.page_number());
    let reader = actor.clone();
    let (banner, visits, paging) = cx
        .read(move |db| {
            let banner = banner::load(db, &reader, id, today)?;
            let total = queries::count_for_patient(db, &reader, id)?;
            let paging = Paging::new(asked, total, format!("/patients/{id}/visits"));
            let visits = queries::for_patient(db, &reader, id, paging.offset(), PAGE_SIZE)?;
            Ok((banner, visits, paging))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "visits")).await?;
    cx.html(&VisitsPage {
        page: cx.page(&format!("Visits: {}", banner.name)),
        banner,
        tab: Tab::Visits,
        visits,
        paging,
        may_write: actor.may(Permission::WriteEncounters),
        is_patient: actor.patient_id == Some(id),
    })
}
