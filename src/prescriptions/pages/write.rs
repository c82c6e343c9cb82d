//! Writing a prescription: the form, submitting, cancelling.

use askama::Template;

use crate::access::{Actor, can};
use crate::audit::Entry;
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::prescriptions::actions::{self, For};
use crate::prescriptions::directions::{FREQUENCIES, ROUTES, UNITS};
use crate::prescriptions::forms::{self, MedicationLine, TestLine};
use crate::prescriptions::model::{Prescription, PrescriptionId, Priority};
use crate::prescriptions::queries;
use crate::web::{Answer, Cx, Flash, Form, Page};
use strum::VariantArray;

type Doctor = Cx<can::WritePrescriptions>;

#[derive(Template)]
#[template(path = "prescriptions/form.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    form: Form,
    medications: Vec<LineView<MedicationLine>>,
    tests: Vec<LineView<TestLine>>,
    /// What a new row is made of.
    blank_medication: LineView<MedicationLine>,
    blank_test: LineView<TestLine>,
    /// Where the form is sent.
    action: String,
    back: String,
    /// The visit or the patient of a new one, as the form carries it.
    whom: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "prescriptions/cancel.html")]
struct CancelPage {
    page: Page,
    prescription: Prescription,
    form: Form,
}

/// What a line says so far, in words.
#[derive(Template)]
#[template(path = "prescriptions/preview.html")]
struct Preview {
    words: String,
}

/// A line with its number on the page and what is wrong with it.
struct LineView<T> {
    index: String,
    line: T,
    errors: Vec<(String, String)>,
}

impl<T> LineView<T> {
    fn new(index: usize, line: T, form: &Form) -> Self {
        let suffix = format!("-{index}");
        let errors = form
            .errors
            .iter()
            .filter_map(|e| Some((e.field.strip_suffix(&suffix)?.to_owned(), e.message.clone())))
            .collect();
        Self { index: index.to_string(), line, errors }
    }

    fn blank(line: T) -> Self {
        Self { index: "new".to_owned(), line, errors: Vec::new() }
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
}

impl FormPage {
    fn routes(&self) -> &'static [(&'static str, &'static str)] {
        ROUTES
    }

    fn units(&self) -> &'static [(&'static str, bool)] {
        UNITS
    }

    fn frequencies(&self) -> &'static [crate::prescriptions::directions::Frequency] {
        FREQUENCIES
    }

    fn priorities(&self) -> &'static [Priority] {
        Priority::VARIANTS
    }
}

/// Whom the address or the form names.
fn whom(encounter: &str, patient: &str) -> Result<For, AppError> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| AppError::NotFound);
    match (encounter, patient) {
        ("", "") => Err(AppError::NotFound),
        ("", patient) => Ok(For::Patient(PatientId(number(patient)?))),
        (encounter, _) => Ok(For::Encounter(EncounterId(number(encounter)?))),
    }
}

async fn form_page(
    cx: &Doctor,
    form: Form,
    patient: PatientId,
    title: &str,
    action: String,
    back: String,
    whom: Option<For>,
) -> Result<FormPage, AppError> {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    // The banner is shown with every answer that holds the form, also with one that comes back.
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "prescription form")).await?;
    let medications = forms::medication_lines(&form)
        .into_iter()
        .enumerate()
        .map(|(index, line)| LineView::new(index, line, &form))
        .collect();
    let tests = forms::test_lines(&form)
        .into_iter()
        .enumerate()
        .map(|(index, line)| LineView::new(index, line, &form))
        .collect();
    Ok(FormPage {
        page: cx.page(&format!("{title}: {}", banner.name)),
        banner,
        form,
        medications,
        tests,
        blank_medication: LineView::blank(MedicationLine::default()),
        blank_test: LineView::blank(TestLine::default()),
        action,
        back,
        whom: whom.map(|whom| match whom {
            For::Encounter(id) => ("encounter", id.to_string()),
            For::Patient(id) => ("patient", id.to_string()),
        }),
    })
}

async fn new_page(cx: &Doctor, form: Form, whom: For, patient: PatientId) -> Result<FormPage, AppError> {
    let back = match whom {
        For::Encounter(id) => format!("/encounters/{id}"),
        For::Patient(id) => format!("/patients/{id}/prescriptions"),
    };
    form_page(cx, form, patient, "New prescription", "/prescriptions".to_owned(), back, Some(whom)).await
}

async fn edit_page(cx: &Doctor, form: Form, prescription: &Prescription) -> Result<FormPage, AppError> {
    let back = match prescription.encounter_id {
        Some(id) => format!("/encounters/{id}"),
        None => format!("/prescriptions/{}", prescription.id),
    };
    let action = format!("/prescriptions/{}/edit", prescription.id);
    form_page(cx, form, prescription.patient_id, &prescription.id.code(), action, back, None).await
}

pub async fn new(cx: Doctor) -> Answer {
    let (actor, today) = (cx.actor()?.clone(), cx.today());
    let whom = whom(&cx.query("encounter"), &cx.query("patient"))?;
    let (patient, diagnosis) = cx
        .read(move |db| {
            let occasion = actions::occasion(db, &actor, whom)?;
            let diagnosis = match occasion.encounter {
                Some(id) => encounters::queries::visit(db, &actor, id)?
                    .content
                    .diagnoses
                    .iter()
                    .find(|d| d.is_primary)
                    .map(|d| d.text())
                    .unwrap_or_default(),
                None => String::new(),
            };
            Ok((occasion.patient, diagnosis))
        })
        .await?;
    cx.html(&new_page(&cx, forms::empty(&diagnosis, today), whom, patient).await?)
}

/// Adds the row that was asked for without JavaScript; `false` when none was.
fn add_row(form: &mut Form) -> bool {
    match form.value("then") {
        "add-medicine" => form.push("medicine", ""),
        "add-test" => form.push("test", ""),
        _ => return false,
    }
    true
}

fn wants_submit(form: &Form) -> bool {
    form.value("then") == "submit"
}

fn parse(form: &mut Form, today: chrono::NaiveDate) -> Option<crate::prescriptions::model::Content> {
    if wants_submit(form) { forms::parse_complete(form, today) } else { forms::parse(form, today) }
}

fn done(id: &str, submitted: bool) -> Flash {
    let code = id.rsplit('/').next().and_then(|n| n.parse().ok()).map(|n| PrescriptionId(n).code());
    let code = code.unwrap_or_else(|| "The prescription".to_owned());
    if submitted {
        Flash::success(format!("{code} was submitted.")).link(format!("{id}/print"), "Print it")
    } else {
        Flash::success(format!("{code} was saved as a draft."))
    }
}

pub async fn create(cx: Doctor) -> Answer {
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let whom = whom(cx.form.value("encounter"), cx.form.value("patient"))?;
    let asker = actor.clone();
    let patient = cx.read(move |db| Ok(actions::occasion(db, &asker, whom)?.patient)).await?;
    let mut form = cx.form.clone();
    if add_row(&mut form) {
        return cx.html(&new_page(&cx, form, whom, patient).await?);
    }
    let submits = wants_submit(&form);
    let Some(content) = parse(&mut form, cx.today()) else {
        return cx.invalid(&new_page(&cx, form, whom, patient).await?);
    };
    let (location, _) = cx
        .write_once(move |db| {
            let id = actions::create(db, &by, &actor, whom, &content)?;
            if submits {
                actions::submit(db, &by, &actor, id, 1)?;
            }
            Ok(format!("/prescriptions/{id}"))
        })
        .await?;
    cx.redirect_with(&location, &done(&location, submits))
}

/// The own draft; what is out already is only shown.
fn own_draft(db: &mut crate::db::DbConnection, actor: &Actor, id: PrescriptionId) -> Result<Prescription, AppError> {
    let prescription = queries::find(db, actor, id)?;
    if !prescription.is_of(actor) {
        return Err(AppError::NotFound);
    }
    if prescription.is_draft_of(actor) {
        return Ok(prescription);
    }
    let message = format!(
        "{} is {} and cannot be edited. Cancel it and write a new one instead.",
        id.code(),
        prescription.status.label().to_lowercase()
    );
    Err(AppError::Conflict(message))
}

pub async fn edit(cx: Doctor) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let (prescription, content) = cx
        .read(move |db| {
            let prescription = own_draft(db, &actor, id)?;
            let content = queries::content(db, &prescription)?;
            Ok((prescription, content))
        })
        .await?;
    cx.looked(Entry::viewed("prescription", id, prescription.patient_id)).await?;
    cx.html(&edit_page(&cx, forms::filled(&content, prescription.version), &prescription).await?)
}

pub async fn update(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let asker = actor.clone();
    let prescription = cx
        .read(move |db| {
            let prescription = queries::find(db, &asker, id)?;
            if prescription.is_of(&asker) { Ok(prescription) } else { Err(AppError::NotFound) }
        })
        .await?;
    let mut form = cx.form.clone();
    if add_row(&mut form) {
        return cx.html(&edit_page(&cx, form, &prescription).await?);
    }
    let (version, submits) = (form.version(), wants_submit(&form));
    let Some(content) = parse(&mut form, cx.today()) else {
        return cx.invalid(&edit_page(&cx, form, &prescription).await?);
    };
    cx.write(move |db| {
        let version = actions::update(db, &by, &actor, id, version, &content)?;
        if submits {
            actions::submit(db, &by, &actor, id, version)?;
        }
        Ok(())
    })
    .await?;
    let location = format!("/prescriptions/{id}");
    cx.redirect_with(&location, &done(&location, submits))
}

/// What a line says so far, for the words under it.
pub async fn preview(cx: Doctor) -> Answer {
    let line = MedicationLine {
        dose: cx.query("dose"),
        unit: cx.query("unit"),
        route: cx.query("route"),
        frequency: cx.query("frequency"),
        duration: cx.query("duration"),
        quantity: cx.query("quantity"),
        ..MedicationLine::default()
    };
    cx.html(&Preview { words: line.preview() })
}

pub async fn submit(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let version = cx.form.version();
    let location = format!("/prescriptions/{id}");
    match cx.write(move |db| actions::submit(db, &by, &actor, id, version)).await {
        Ok(true) => cx.redirect_with(&location, &done(&location, true)),
        Ok(false) => {
            let flash = Flash::info(format!("{} was submitted already.", id.code()));
            cx.redirect_with(&location, &flash)
        }
        Err(AppError::Conflict(message)) => cx.redirect_with(&location, &Flash::danger(message)),
        Err(error) => Err(error),
    }
}

pub async fn confirm_cancel(cx: Doctor) -> Answer {
    let page = cancel_page(&cx, Form::default()).await?;
    cx.html(&page)
}

async fn cancel_page(cx: &Doctor, form: Form) -> Result<CancelPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let prescription = cx
        .read(move |db| {
            let prescription = queries::find(db, &actor, id)?;
            if !prescription.is_of(&actor) {
                return Err(AppError::NotFound);
            }
            if !prescription.status.may_be_cancelled() {
                let state = prescription.status.label().to_lowercase();
                return Err(AppError::Conflict(format!("{} is {state} and cannot be cancelled.", id.code())));
            }
            Ok(prescription)
        })
        .await?;
    Ok(CancelPage { page: cx.page(&format!("Cancel {}?", id.code())), prescription, form })
}

pub async fn cancel(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", 500, "Say why it is cancelled: patient and pharmacy read it.");
    if !form.is_valid() {
        return cx.invalid(&cancel_page(&cx, form).await?);
    }
    cx.write(move |db| actions::cancel(db, &by, &actor, id, &reason)).await?;
    cx.redirect_with(&format!("/prescriptions/{id}"), &Flash::success(format!("{} was cancelled.", id.code())))
}

pub async fn discard(cx: Doctor) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let gone = cx.write(move |db| actions::discard(db, &by, &actor, id)).await?;
    let back = match gone.encounter_id {
        Some(encounter) => format!("/encounters/{encounter}"),
        None => format!("/patients/{}/prescriptions", gone.patient_id),
    };
    cx.redirect_with(&back, &Flash::success("The draft was discarded."))
}
