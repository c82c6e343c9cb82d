//! The consultation: one screen that is saved while it is typed, and signed when done.

use actix_web::http::StatusCode;
use askama::Template;

use super::{Background, DOUBTED, Mark, Vitals};
use crate::access::{Permission, can};
use crate::appointments::model::{Appointment, AppointmentId, AppointmentStatus, Step};
use crate::audit::Entry;
use crate::chart::vital_signs::forms::CONFIRMED;
use crate::diagnosis_codes::model::Known;
use crate::documents::model::Document;
use crate::encounters::forms::{self, CodeState, DiagnosisRow};
use crate::encounters::model::{Encounter, EncounterId, EncounterStatus, VisitRow};
use crate::encounters::{actions, queries};
use crate::error::{AppError, ConflictRow, StaleEdit};
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::prescriptions::actions::Submitted;
use crate::prescriptions::model::{PrescriptionId, PrescriptionRow, PrescriptionStatus};
use crate::time::long_date_text;
use crate::web::page::{encode, html_with};
use crate::web::{Answer, Cx, Flash, Form, Page};
use crate::{appointments, diagnosis_codes, documents, prescriptions};

/// How many earlier visits and prescriptions stand beside the form.
const HISTORY: i64 = 5;
/// How many rows for diagnoses may be asked for by address.
const MOST_ROWS: usize = 50;

#[derive(Template)]
#[template(path = "encounters/consultation.html")]
struct ConsultationPage {
    page: Page,
    banner: Banner,
    form: Form,
    encounter: Encounter,
    version: i32,
    visit_date: String,
    appointment: Option<Appointment>,
    appointment_time: String,
    vitals: Vitals,
    diagnoses: Vec<(DiagnosisRow, CodeState)>,
    /// When it was last saved, on the hospital's clock.
    saved_at: String,
    follow_up: Mark,
    problems: Vec<String>,
    earliest_follow_up: String,
    side: Side,
}

/// What the doctor may want to look at while writing.
struct Side {
    visits: Vec<VisitRow>,
    prescriptions: Vec<PrescriptionRow>,
    /// Those of this very visit.
    written: Vec<PrescriptionRow>,
    /// Those of this very visit, and whether one can be added.
    documents: Vec<Document>,
    may_upload: bool,
}

impl Side {
    fn has_drafts(&self) -> bool {
        self.written.iter().any(|row| row.prescription.status == PrescriptionStatus::Draft)
    }
}

/// The answer to a saving while the doctor types: the elements of the page that it changes.
#[derive(Template)]
#[template(path = "encounters/saved.html")]
struct SavedFragment {
    version: i32,
    saved_at: String,
    vitals: Vitals,
    /// What is to be said about each row's code, in the order of the rows.
    codes: Vec<CodeState>,
    follow_up: Mark,
    problems: Vec<String>,
}

/// The answer to a saving that came after another window's: both texts.
#[derive(Template)]
#[template(path = "encounters/conflict.html")]
struct ConflictFragment {
    id: EncounterId,
    version: i32,
    is_draft: bool,
    rows: Vec<ConflictRow>,
}

/// What saving or signing came to.
struct Saved {
    form: Form,
    known: Known,
    version: i32,
    background: Background,
    encounter: Encounter,
}

/// The own draft as a form.
pub(super) async fn write(cx: &Cx<can::ReadChart>, encounter: Encounter) -> Answer {
    let (id, loaded, actor) = (encounter.id, encounter.clone(), cx.actor()?.clone());
    let (mut form, background) = cx
        .read(move |db| {
            let content = queries::content(db, &loaded)?;
            Ok((forms::filled(&content, loaded.version), Background::load(db, &actor, &loaded)?))
        })
        .await?;
    let wanted = cx.query("rows").parse::<usize>().unwrap_or(0).min(MOST_ROWS);
    for _ in forms::diagnosis_rows(&form).len()..wanted {
        form.push("dx_code", "");
        form.push("dx_text", "");
    }
    cx.looked(Entry::viewed("encounter", id, encounter.patient_id)).await?;
    let vitals = Vitals::of(&form, &background);
    cx.html(&consultation_page(cx, form, encounter, vitals).await?)
}

async fn consultation_page<R: crate::access::Requirement>(
    cx: &Cx<R>,
    form: Form,
    encounter: Encounter,
    vitals: Vitals,
) -> Result<ConsultationPage, AppError> {
    let (actor, today, loaded) = (cx.actor()?.clone(), cx.today(), encounter.clone());
    let typed = forms::codes(&form);
    let (banner, appointment, side, known) = cx
        .read(move |db| {
            let patient = loaded.patient_id;
            let banner = banner::load(db, &actor, patient, today)?;
            let appointment = match loaded.appointment_id {
                Some(id) => Some(appointments::queries::find(db, &actor, id)?),
                None => None,
            };
            let mut visits = queries::for_patient(db, &actor, patient, 0, HISTORY + 1)?;
            visits.retain(|visit| visit.id != loaded.id);
            let mut recent = prescriptions::queries::for_patient(db, &actor, patient, 0, HISTORY)?;
            recent.retain(|row| row.prescription.encounter_id != Some(loaded.id));
            let written = prescriptions::queries::of_encounter(db, &actor, loaded.id)?;
            let known = diagnosis_codes::queries::known(db, &typed)?;
            let side = Side {
                visits,
                prescriptions: recent,
                written,
                documents: documents::queries::of_encounter(db, &actor, loaded.id)?,
                may_upload: actor.may(Permission::UploadDocuments),
            };
            Ok((banner, appointment, side, known))
        })
        .await?;
    let mut diagnoses: Vec<(DiagnosisRow, CodeState)> = rows_with_states(&form, &known);
    if diagnoses.is_empty() {
        diagnoses.push((DiagnosisRow { is_primary: true, ..DiagnosisRow::default() }, CodeState::Plain));
    }
    Ok(ConsultationPage {
        page: cx.page(&format!("Consultation: {}", banner.name)),
        banner,
        version: encounter.version,
        visit_date: long_date_text(encounter.visit_date),
        appointment_time: appointment.as_ref().map(|a| cx.zone().time_text(a.starts_at)).unwrap_or_default(),
        appointment,
        vitals,
        diagnoses,
        saved_at: cx.zone().time_text(encounter.updated_at),
        follow_up: follow_up_mark(&form),
        problems: Vec::new(),
        earliest_follow_up: encounter.visit_date.succ_opt().map(|d| d.to_string()).unwrap_or_default(),
        side,
        form,
        encounter,
    })
}

pub(super) fn rows_with_states(form: &Form, known: &Known) -> Vec<(DiagnosisRow, CodeState)> {
    let state = |row: DiagnosisRow| {
        let state = row.state(known);
        (row, state)
    };
    forms::diagnosis_rows(form).into_iter().map(state).collect()
}

pub(super) fn follow_up_mark(form: &Form) -> Mark {
    let error = form.error("follow_up_date").map(ToOwned::to_owned);
    Mark { field: "follow_up_date", error, flag: None, value: String::new() }
}

/// Saves what can be saved. The page asks for it a second after the last key, and the button without JavaScript.
pub async fn save(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let (typed, seen) = (cx.form.clone(), cx.form.version());
    let saved = cx
        .write(move |db| {
            let mut encounter = actions::own(db, &actor, id)?;
            let stored = queries::content(db, &encounter)?;
            let mut form = typed.clone();
            let known = diagnosis_codes::queries::known(db, &forms::codes(&form))?;
            let content = forms::read(&mut form, &stored, encounter.visit_date, &known);
            encounter.version = actions::save(db, &by, &actor, id, seen, &content)?;
            encounter.updated_at = by.now;
            let background = Background::load(db, &actor, &encounter)?;
            Ok(Saved { form, known, version: encounter.version, background, encounter })
        })
        .await;
    match saved {
        Ok(saved) if cx.is_htmx() => cx.html(&saved_fragment(&cx, &saved)),
        Ok(saved) => saved_page(&cx, saved).await,
        Err(AppError::Stale(edit)) if cx.is_htmx() => conflict(&cx, id, *edit).await,
        Err(error) => Err(error),
    }
}

fn saved_fragment(cx: &Cx<can::WriteEncounters>, saved: &Saved) -> SavedFragment {
    SavedFragment {
        version: saved.version,
        saved_at: cx.zone().time_text(cx.now()),
        vitals: Vitals::of(&saved.form, &saved.background),
        codes: rows_with_states(&saved.form, &saved.known).into_iter().map(|(_, state)| state).collect(),
        follow_up: follow_up_mark(&saved.form),
        problems: saved.form.errors.iter().map(|e| e.message.clone()).collect(),
    }
}

/// Where the button leads that was pressed.
async fn saved_page(cx: &Cx<can::WriteEncounters>, saved: Saved) -> Answer {
    let id = saved.encounter.id;
    if !saved.form.is_valid() {
        return cx.invalid(&wrong_page(cx, saved).await?);
    }
    match cx.form.value("then") {
        "follow-up" => match saved.encounter.appointment_id {
            Some(appointment) => {
                let date = cx.form.value("follow_up_date").trim();
                let date = if date.is_empty() { String::new() } else { format!("&date={}", encode(date)) };
                cx.redirect(&format!("/book?follow_up_of={appointment}{date}"))
            }
            None => cx.redirect(&format!("/encounters/{id}#follow-up")),
        },
        "prescribe" => cx.redirect(&format!("/prescriptions/new?encounter={id}")),
        "row" => {
            let rows = forms::diagnosis_rows(&saved.form).len() + 1;
            cx.redirect(&format!("/encounters/{id}?rows={rows}#diagnoses"))
        }
        _ => cx.redirect_with(&format!("/encounters/{id}"), &Flash::success("The draft was saved.")),
    }
}

/// The form again with what is wrong; everything else is saved.
async fn wrong_page(cx: &Cx<can::WriteEncounters>, saved: Saved) -> Result<ConsultationPage, AppError> {
    cx.looked(Entry::viewed("encounter", saved.encounter.id, saved.encounter.patient_id)).await?;
    let vitals = Vitals::of(&saved.form, &saved.background);
    let mut page = consultation_page(cx, saved.form, saved.encounter, vitals).await?;
    page.version = saved.version;
    Ok(page)
}

async fn conflict(cx: &Cx<can::WriteEncounters>, id: EncounterId, edit: StaleEdit) -> Answer {
    let actor = cx.actor()?.clone();
    let now = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    let is_draft = now.status == EncounterStatus::Draft;
    html_with(StatusCode::CONFLICT, &ConflictFragment { id, version: now.version, is_draft, rows: edit.rows })
}

/// Saves the last words, signs, completes the appointment and submits the prescriptions that are ticked.
pub async fn sign(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let (typed, seen) = (cx.form.clone(), cx.form.version());
    let tried = cx
        .write(move |db| {
            let mut encounter = actions::own(db, &actor, id)?;
            let stored = queries::content(db, &encounter)?;
            let mut form = typed.clone();
            let known = diagnosis_codes::queries::known(db, &forms::codes(&form))?;
            let content = forms::read(&mut form, &stored, encounter.visit_date, &known);
            if form.is_valid() && !content.says_something() {
                form.refuse_field("symptoms", actions::NOTHING_TO_SIGN);
            }
            let background = Background::load(db, &actor, &encounter)?;
            if form.is_valid() && !background.doubts(&content.vital_signs, &form).is_empty() {
                form.refuse_field(CONFIRMED, DOUBTED);
            }
            if !form.is_valid() {
                encounter.version = actions::save(db, &by, &actor, id, seen, &content)?;
                let version = encounter.version;
                return Ok(Some(Saved { form, known, version, background, encounter }));
            }
            actions::sign(db, &by, &actor, id, seen, &content)?;
            for code in typed.values("submit_rx") {
                let prescription = code.parse::<i64>().map(PrescriptionId).map_err(|_| AppError::NotFound)?;
                let version = prescriptions::queries::find(db, &actor, prescription)?.version;
                let going_on = prescriptions::actions::Override::default();
                let outcome = prescriptions::actions::submit(db, &by, &actor, prescription, version, &going_on)?;
                if let Submitted::Warned(_) = outcome {
                    let code = prescription.code();
                    let message = format!("{code} has warnings: open it, read them and say why you go on. Then sign.");
                    return Err(AppError::Conflict(message));
                }
            }
            Ok(None)
        })
        .await;
    match tried {
        Ok(None) => cx.redirect_with(&format!("/encounters/{id}"), &Flash::success("Signed. The visit is complete.")),
        Ok(Some(saved)) => cx.invalid(&wrong_page(&cx, saved).await?),
        // A prescription that cannot go out yet, or an appointment that cannot be completed: everything typed is kept.
        Err(AppError::Conflict(message)) => {
            let actor = cx.actor()?.clone();
            let (encounter, background) = cx
                .read(move |db| {
                    let encounter = actions::own(db, &actor, id)?;
                    let background = Background::load(db, &actor, &encounter)?;
                    Ok((encounter, background))
                })
                .await?;
            let mut form = cx.form.clone();
            form.refuse_field("", message);
            let saved = Saved { form, known: Known::default(), version: seen, background, encounter };
            cx.invalid(&wrong_page(&cx, saved).await?)
        }
        Err(error) => Err(error),
    }
}

/// Begins a visit that has no appointment.
pub async fn open_walk_in(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, patient) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (location, _) = cx
        .write_once(move |db| Ok(format!("/encounters/{}", actions::open_walk_in(db, &by, &actor, patient)?)))
        .await?;
    cx.redirect(&location)
}

/// Goes on with an appointment: starts the visit if the patient waits, and opens its record.
pub async fn open_appointment(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<AppointmentId>("id")?);
    let encounter = cx
        .write(move |db| {
            let appointment = appointments::queries::find(db, &actor, id)?;
            if appointment.status == AppointmentStatus::CheckedIn {
                appointments::actions::take(db, &by, &actor, id, None, Step::Start, "")?;
            }
            actions::open_for_appointment(db, &by, &actor, id)
        })
        .await?;
    cx.redirect(&format!("/encounters/{encounter}"))
}

/// What became of a walk-in that was to be taken back.
enum Discarded {
    Now(PatientId),
    /// It stays, as something was prescribed in it: the page as it is stored, and what to do first.
    Not(Box<Saved>, String),
}

/// Takes back a walk-in that was opened by mistake and in which nothing was prescribed. What was is looked up in the
/// transaction that discards, so one that is written at the same moment either keeps the visit or finds it gone.
pub async fn discard(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let tried = cx
        .write(move |db| {
            let written = prescriptions::queries::of_encounter(db, &actor, id)?;
            if written.is_empty() {
                return actions::discard(db, &by, &actor, id).map(Discarded::Now);
            }
            let encounter = actions::own(db, &actor, id)?;
            if encounter.status != EncounterStatus::Draft {
                return Err(AppError::Conflict("This consultation is signed and cannot be discarded.".to_owned()));
            }
            let content = queries::content(db, &encounter)?;
            let form = forms::filled(&content, encounter.version);
            let background = Background::load(db, &actor, &encounter)?;
            let saved = Saved { form, known: Known::default(), version: encounter.version, background, encounter };
            Ok(Discarded::Not(Box::new(saved), keeps(&written)))
        })
        .await?;
    match tried {
        Discarded::Now(patient) => {
            cx.redirect_with(&format!("/patients/{patient}"), &Flash::success("The consultation was discarded."))
        }
        Discarded::Not(mut saved, message) => {
            saved.form.refuse_field("", message);
            html_with(StatusCode::CONFLICT, &wrong_page(&cx, *saved).await?)
        }
    }
}

/// Why a visit with these prescriptions stays, and what can be done.
fn keeps(written: &[PrescriptionRow]) -> String {
    let codes: Vec<String> = written.iter().map(|row| row.prescription.id.code()).collect();
    let drafts = written.iter().all(|row| row.prescription.status == PrescriptionStatus::Draft);
    let advice = match (drafts, written.len()) {
        (true, 1) => "Open the draft and discard it first.",
        (true, _) => "Open the drafts and discard them first.",
        (false, _) => "What was handed out stays in the record: sign the visit instead.",
    };
    format!("This visit cannot be discarded while {} belongs to it. {advice}", codes.join(", "))
}
