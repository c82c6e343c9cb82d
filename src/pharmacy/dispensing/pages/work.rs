//! A prescription at the pharmacy: what it says, what the shelf has of it, and handing it out.

use askama::Template;
use diesel::OptionalExtension;

use super::Pharmacist;
use super::view::{self, Change, LineView};
use crate::access::Actor;
use crate::audit::Entry;
use crate::chart::medications::model::{Medicine as Taken, Origin};
use crate::error::AppError;
use crate::patients::banner::{self, Allergy};
use crate::patients::model::Patient;
use crate::pharmacy::dispensing::actions::{self, Work};
use crate::pharmacy::dispensing::forms::{self, Wish};
use crate::pharmacy::dispensing::model::{Dispensing, DispensingStatus, Handover, Line};
use crate::pharmacy::dispensing::queries;
use crate::prescriptions::model::{Prescription, PrescriptionId, State, Warning};
use crate::prescriptions::whiteboard::Drawing;
use crate::time::{age_text, date_text};
use crate::web::{Answer, Flash, Form, Page};
use crate::{chart, patients, prescriptions};

#[derive(Template)]
#[template(path = "pharmacy/work.html")]
struct WorkPage {
    page: Page,
    form: Form,
    prescription: Prescription,
    /// "Dr First Last", and where they work.
    doctor: String,
    notes: String,
    drawing: Option<Drawing>,
    warnings: Vec<Warning>,
    patient: Patient,
    age: String,
    allergies: Vec<Allergy>,
    none_known: bool,
    /// What else the patient takes now.
    taken: Vec<Taken>,
    submitted: String,
    valid_until: String,
    /// Why nothing of it may be handed out.
    refusal: Option<String>,
    holder: Option<Holder>,
    /// The lines to work on, while the reader has it in hand.
    work: Vec<LineView>,
    /// All lines as they stand, else.
    lines: Vec<Line>,
    handovers: Vec<HandoverView>,
    version: i32,
    may_start: bool,
    may_decline: bool,
    total_lines: usize,
}

/// Who has it in hand.
struct Holder {
    name: String,
    state: State,
    /// Why and since when.
    told: String,
    is_you: bool,
    is_on_hold: bool,
    may_be_taken_over: bool,
}

/// What was handed out before.
pub struct HandoverView {
    pub handover: Handover,
    pub at: String,
}

impl WorkPage {
    fn wishes(&self) -> [Wish; 3] {
        [Wish::Hand, Wish::Leave, Wish::Decline]
    }

    /// Whether the reader is at it.
    fn is_working(&self) -> bool {
        self.refusal.is_none() && self.holder.as_ref().is_some_and(|holder| holder.is_you && !holder.is_on_hold)
    }
}

/// Whether this person has it in hand.
fn has_in_hand(work: &Work, actor: &Actor) -> bool {
    let is_own = |open: &Dispensing| open.pharmacist_id == actor.user_id && open.status == DispensingStatus::InProgress;
    work.open.as_ref().is_some_and(is_own)
}

pub async fn show(cx: Pharmacist) -> Answer {
    let page = work_page(&cx, None).await?;
    cx.html(&page)
}

/// The page, with what was typed on it.
async fn work_page(cx: &Pharmacist, form: Option<Form>) -> Result<WorkPage, AppError> {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let (zone, currency, typed) = (cx.zone(), cx.settings().currency(), form.clone());
    let change = Change::read(cx.form.value("then"));
    let (reader, today) = (actor.clone(), cx.today());
    let (work, sheet, patient, (allergies, none_known), taken, views, handovers, holder) = cx
        .read(move |db| {
            let work = actions::load(db, &by, &reader, id)?;
            let sheet = prescriptions::queries::sheet(db, &reader, id)?;
            let patient = work.prescription.patient_id;
            let allergies = (banner::load_allergies(db, patient)?, banner::none_known(db, patient)?.is_some());
            let taken = chart::medications::queries::current(db, patient, today, zone)?;
            let views = match has_in_hand(&work, &reader) && work.refusal().is_none() {
                true => view::lines(db, &work, typed.as_ref(), change, currency)?,
                false => Vec::new(),
            };
            let holder = match &work.open {
                Some(open) => queries::pharmacist(db, open.pharmacist_id).optional()?,
                None => None,
            };
            let handovers = queries::history(db, id)?;
            Ok((work, sheet, patients::queries::load(db, patient)?, allergies, taken, views, handovers, holder))
        })
        .await?;
    cx.looked(Entry::viewed("prescription", id, patient.id).note("page", "pharmacy")).await?;
    let is_other =
        |taken: &Taken| !matches!(taken.origin, Origin::Prescribed { prescription, .. } if prescription == id);
    let holder = work.open.as_ref().map(|open| Holder {
        name: holder.unwrap_or_default(),
        state: open.status.state(),
        told: match open.reason.is_empty() {
            true => format!("Since {}.", zone.text(open.updated_at)),
            false => format!("{} (since {})", open.reason, zone.text(open.updated_at)),
        },
        is_you: open.pharmacist_id == actor.user_id,
        is_on_hold: open.status == DispensingStatus::OnHold,
        may_be_taken_over: open.may_be_taken_over(cx.now()),
    });
    let refusal = work.refusal();
    let is_free = holder.as_ref().is_none_or(|holder| holder.is_you);
    let handover = |handover: Handover| HandoverView {
        at: handover.dispensing.finished_at.map(|at| zone.text(at)).unwrap_or_default(),
        handover,
    };
    Ok(WorkPage {
        page: cx.page(&format!("{}: {}", id.code(), patient.name())),
        form: form.unwrap_or_default(),
        doctor: format!("{}, {}", sheet.doctor, sheet.department),
        notes: sheet.content.notes,
        drawing: sheet.content.whiteboard,
        warnings: sheet.warnings,
        age: age_text(patient.date_of_birth, today),
        patient,
        allergies,
        none_known,
        taken: taken.into_iter().filter(is_other).collect(),
        submitted: work.prescription.submitted_at.map(|at| zone.text(at)).unwrap_or_default(),
        valid_until: work.prescription.valid_until.map(date_text).unwrap_or_default(),
        may_start: refusal.is_none() && work.open.is_none(),
        may_decline: work.prescription.is_open() && is_free,
        refusal,
        version: work.open.as_ref().map_or(0, |open| open.version),
        holder,
        work: views,
        total_lines: work.lines.len(),
        lines: work.lines,
        prescription: work.prescription,
        handovers: handovers.into_iter().map(handover).collect(),
    })
}

/// The form of a prescription in hand: handed out, or shown again with what a button of it asks for.
pub async fn save(cx: Pharmacist) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let mut form = cx.form.clone();
    if form.value("then") != "complete" {
        return cx.html(&work_page(&cx, Some(form)).await?);
    }
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&work_page(&cx, Some(form)).await?);
    };
    let version = form.version();
    let (author, doer, lines) = (by.clone(), actor.clone(), input.clone());
    let done = cx
        .write_once(move |db| {
            let dispensing = actions::complete(db, &author, &doer, id, version, &lines)?;
            Ok(format!("/dispensings/{dispensing}"))
        })
        .await;
    match done {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success(format!("{} is done.", id.code()))),
        Err(AppError::Conflict(message)) => {
            let reader = actor.clone();
            let (problems, is_at_it) = cx
                .read(move |db| {
                    let work = actions::load(db, &by, &reader, id)?;
                    let is_at_it = has_in_hand(&work, &reader) && work.refusal().is_none();
                    let problems = if is_at_it { actions::problems(db, &by, &reader, id, &input)? } else { Vec::new() };
                    Ok((problems, is_at_it))
                })
                .await?;
            if !is_at_it {
                return Err(AppError::Conflict(message));
            }
            for problem in &problems {
                form.refuse_field(&problem.field, problem.message.clone());
            }
            if problems.is_empty() {
                form.refuse_field("", message);
            }
            cx.invalid(&work_page(&cx, Some(form)).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&work_page(&cx, Some(form)).await?)
        }
    }
}
