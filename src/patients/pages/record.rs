//! A patient's record: its first page, all its fields, and the card to print.

use askama::Template;

use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::documents;
use crate::documents::model::DocumentRow;
use crate::patients::banner::{self, Banner};
use crate::patients::model::{Patient, PatientId};
use crate::patients::queries::{self, Overview};
use crate::patients::tabs::Tab;
use crate::prescriptions::results;
use crate::prescriptions::results::model::OrderRow;
use crate::time::{Zone, date_text};
use crate::web::print::{Letterhead, Qr};
use crate::web::{Answer, Cx, Page};

/// An insurance that ends within so many days is worth a word at the desk.
const ENDS_SOON_DAYS: i64 = 30;
/// How many tests and documents are shown; their own pages have all.
const LATEST: i64 = 4;

#[derive(Template)]
#[template(path = "patients/show.html")]
struct ShowPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    patient: Patient,
    ahead: Vec<AheadRow>,
    visits: Vec<(i64, String, String)>,
    /// The tests ordered last, for those who may know how far they are.
    tests: Option<Vec<OrderRow>>,
    /// The documents that came last, for those who may read them.
    documents: Option<Vec<DocumentRow>>,
    zone: Zone,
    insurance: Insurance,
    insured_until: String,
    may: May,
}

impl ShowPage {
    /// Where an appointment is booked: patients book their own.
    fn book_address(&self) -> String {
        if self.may.is_own { "/book".to_owned() } else { format!("/book?patient={}", self.banner.id) }
    }
}

struct AheadRow {
    id: i64,
    when: String,
    doctor: String,
    reason: String,
    is_confirmed: bool,
}

/// How far an insurance goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Insurance {
    Unknown,
    Valid,
    EndsSoon,
    Ended,
}

/// What the person may do with this record now.
struct May {
    is_own: bool,
    see_appointments: bool,
    read_chart: bool,
    book: bool,
    edit: bool,
    invite: bool,
    see_who_looked: bool,
}

#[derive(Template)]
#[template(path = "patients/details.html")]
struct DetailsPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    patient: Patient,
    insured_until: String,
    insurance_has_ended: bool,
    registered_on: String,
    may: May,
}

#[derive(Template)]
#[template(path = "patients/registration.html")]
struct CardPage {
    letterhead: Letterhead,
    patient: Patient,
    born: String,
    qr: Qr,
}

#[derive(Template)]
#[template(path = "patients/no_record.html")]
struct NoRecordPage {
    page: Page,
}

/// The signed-in patient's own record.
pub async fn own(cx: Cx<can::OwnRecord>) -> Answer {
    match cx.actor()?.patient_id {
        Some(id) => cx.redirect(&format!("/patients/{id}")),
        None => cx.html(&NoRecordPage { page: cx.page("My record") }),
    }
}

pub async fn show(cx: Cx<can::SeeRecords>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (now, today, zone) = (cx.now(), cx.today(), cx.zone());
    let sees_tests = actor.may(Permission::ReadChart) && actor.may(Permission::SeePrescriptions);
    let (banner, patient, overview, tests, documents) = cx
        .read(move |db| {
            let banner = banner::load(db, &actor, id, today)?;
            let tests = match sees_tests {
                true => Some(results::queries::for_patient(db, &actor, id, (0, LATEST))?),
                false => None,
            };
            let documents = match actor.may(Permission::SeeDocuments) {
                true => Some(documents::queries::for_patient(db, &actor, id, None, (0, LATEST))?),
                false => None,
            };
            let overview = queries::overview(db, &actor, id, now)?;
            Ok((banner, queries::find(db, &actor, id)?, overview, tests, documents))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "overview")).await?;
    let Overview { ahead, visits } = overview;
    let ahead = ahead
        .into_iter()
        .map(|a| AheadRow {
            id: a.id,
            when: zone.long_text(a.starts_at),
            doctor: a.doctor,
            reason: a.reason,
            is_confirmed: a.is_confirmed,
        })
        .collect();
    let insurance = match patient.insurance_valid_until {
        Some(until) if until < today => Insurance::Ended,
        Some(until) if (until - today).num_days() <= ENDS_SOON_DAYS => Insurance::EndsSoon,
        _ if patient.insurance_provider.is_empty() => Insurance::Unknown,
        _ => Insurance::Valid,
    };
    cx.html(&ShowPage {
        page: cx.page(&banner.name),
        banner,
        tab: Tab::Overview,
        insured_until: patient.insurance_valid_until.map(date_text).unwrap_or_default(),
        may: may(&cx, &patient),
        patient,
        ahead,
        visits: visits.into_iter().map(|v| (v.id, date_text(v.date), v.doctor)).collect(),
        tests,
        documents,
        zone,
        insurance,
    })
}

fn may(cx: &Cx<can::SeeRecords>, patient: &Patient) -> May {
    let is_own = cx.may(Permission::OwnRecord) && cx.by.actor.as_ref().and_then(|a| a.patient_id) == Some(patient.id);
    May {
        is_own,
        see_appointments: cx.may(Permission::SeeAppointments),
        read_chart: cx.may(Permission::ReadChart),
        book: cx.may(Permission::ManageAppointments) || (is_own && cx.may(Permission::BookOwn)),
        edit: cx.may(Permission::EditPatients),
        invite: cx.may(Permission::RegisterPatients) && patient.user_id.is_none(),
        see_who_looked: cx.may(Permission::SeeWhoLooked),
    }
}

pub async fn details(cx: Cx<can::SeeRecords>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    let (banner, patient) =
        cx.read(move |db| Ok((banner::load(db, &actor, id, today)?, queries::find(db, &actor, id)?))).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "details")).await?;
    cx.html(&DetailsPage {
        page: cx.page(&format!("{} – details", banner.name)),
        banner,
        tab: Tab::Details,
        insured_until: patient.insurance_valid_until.map(date_text).unwrap_or_default(),
        insurance_has_ended: patient.insurance_has_ended(today),
        registered_on: date_text(cx.zone().date(patient.created_at)),
        may: may(&cx, &patient),
        patient,
    })
}

pub async fn card(cx: Cx<can::SeeRecords>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let patient = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    cx.looked(Entry::new("printed", "patient", id).patient(id).note("page", "registration card")).await?;
    let qr = Qr::of(&format!("{}/patients/{id}", cx.base_url()))?;
    let born = date_text(patient.date_of_birth);
    cx.html(&CardPage { letterhead: cx.settings().into(), patient, born, qr })
}
