//! Writing a prescription: the form, which is saved as a draft or submitted at once.

use askama::Template;

use super::check::Panel;
use super::finish::done;
use crate::access::{Actor, can};
use crate::audit::Entry;
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::directions::{FREQUENCIES, Frequency, ROUTES, UNITS};
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::prescriptions::actions::{self, For, Override, Submitted};
use crate::prescriptions::favourites;
use crate::prescriptions::favourites::model::{Favourite, FavouriteId};
use crate::prescriptions::forms::{self, MedicationLine, TestLine};
use crate::prescriptions::model::{Prescription, PrescriptionId, Priority};
use crate::prescriptions::whiteboard::{Background, Drawing, HEIGHT, Ink, WIDTH, WIDTHS};
use crate::prescriptions::{queries, shorthand};
use crate::web::{Answer, Cx, Form, Page};
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
    /// The visit or the patient of a new one, or the draft itself, as the form carries it.
    whom: (&'static str, String),
    panel: Panel,
    favourites: Vec<Favourite>,
    /// The patient's last prescription that can be written again.
    last: Option<Prescription>,
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

    fn frequencies(&self) -> &'static [Frequency] {
        FREQUENCIES
    }

    /// What is drawn so far, where it can be read.
    fn drawing(&self) -> Option<Drawing> {
        Drawing::parse(self.form.value("whiteboard")).unwrap_or_default()
    }

    fn backgrounds(&self) -> &'static [Background] {
        Background::VARIANTS
    }

    fn inks(&self) -> &'static [Ink] {
        Ink::VARIANTS
    }

    fn priorities(&self) -> &'static [Priority] {
        Priority::VARIANTS
    }

    fn pharmacy_priorities(&self) -> Vec<(&'static str, &'static str)> {
        Priority::VARIANTS.iter().map(|priority| (priority.as_str(), priority.label())).collect()
    }
}

/// Whom the address or the form names.
pub(super) fn whom(encounter: &str, patient: &str) -> Result<For, AppError> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| AppError::NotFound);
    match (encounter, patient) {
        ("", "") => Err(AppError::NotFound),
        ("", patient) => Ok(For::Patient(PatientId(number(patient)?))),
        (encounter, _) => Ok(For::Encounter(EncounterId(number(encounter)?))),
    }
}

/// For what a form is: a new prescription, or a draft.
#[derive(Clone, Copy)]
enum Target<'a> {
    New(For),
    Draft(&'a Prescription),
}

async fn form_page(cx: &Doctor, form: Form, patient: PatientId, target: Target<'_>) -> Result<FormPage, AppError> {
    let (title, action, back, whom) = match target {
        Target::New(For::Encounter(id)) => (
            "New prescription".to_owned(),
            "/prescriptions".to_owned(),
            format!("/encounters/{id}"),
            ("encounter", id.to_string()),
        ),
        Target::New(For::Patient(id)) => (
            "New prescription".to_owned(),
            "/prescriptions".to_owned(),
            format!("/patients/{id}/prescriptions"),
            ("patient", id.to_string()),
        ),
        Target::Draft(draft) => (
            draft.id.code(),
            format!("/prescriptions/{}/edit", draft.id),
            match draft.encounter_id {
                Some(id) => format!("/encounters/{id}"),
                None => format!("/prescriptions/{}", draft.id),
            },
            ("prescription", draft.id.to_string()),
        ),
    };
    let (by, actor, today, shown) = (cx.by.clone(), cx.actor()?.clone(), cx.today(), form.clone());
    let doctor = actor.doctor_id.ok_or(AppError::Forbidden)?;
    let (banner, panel, favourites, last) = cx
        .read(move |db| {
            let banner = banner::load(db, &actor, patient, today)?;
            let panel = Panel::load(db, &by, &actor, patient, &shown)?;
            let favourites = favourites::queries::list(db, doctor, shown.value("diagnosis"))?;
            Ok((banner, panel, favourites, queries::last_submitted(db, &actor, patient)?))
        })
        .await?;
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
        whom,
        panel,
        favourites,
        last,
    })
}

async fn new_page(cx: &Doctor, form: Form, whom: For, patient: PatientId) -> Result<FormPage, AppError> {
    form_page(cx, form, patient, Target::New(whom)).await
}

async fn edit_page(cx: &Doctor, form: Form, prescription: &Prescription) -> Result<FormPage, AppError> {
    form_page(cx, form, prescription.patient_id, Target::Draft(prescription)).await
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

/// Changes the lines as one of the form's buttons asks; `false` when none does, and the form is to be saved.
async fn changes_lines(cx: &Doctor, form: &mut Form, patient: PatientId) -> Result<bool, AppError> {
    let then = form.value("then").to_owned();
    if let Some(id) = then.strip_prefix("favourite-") {
        let doctor = cx.actor()?.doctor_id.ok_or(AppError::Forbidden)?;
        let id = FavouriteId(id.parse().map_err(|_| AppError::NotFound)?);
        let favourite = cx.read(move |db| Ok(favourites::queries::find(db, doctor, id)?)).await?;
        forms::put_line(form, favourite.line());
        return Ok(true);
    }
    match then.as_str() {
        "add-medicine" => forms::add_line(form),
        "add-test" => form.push("test", ""),
        "repeat-last" => {
            let actor = cx.actor()?.clone();
            let content = cx
                .read(move |db| match queries::last_submitted(db, &actor, patient)? {
                    Some(last) => Ok(queries::content(db, &last)?),
                    None => Err(AppError::NotFound),
                })
                .await?;
            for line in &content.medications {
                forms::put_line(form, forms::line_of(line));
            }
        }
        // Enter in any field, and the button beside the typed line.
        "enter" | "line" if !form.value("quick").trim().is_empty() => {
            let mut line = shorthand::read(form.value("quick"));
            let typed = line.medicine.clone();
            if let Some(medicine) = cx.read(move |db| Ok(medicines::queries::meant(db, &typed)?)).await? {
                line.medicine = medicine.name;
                if line.unit.is_empty() && !line.dose.is_empty() {
                    line.unit = medicine.unit;
                }
                if line.route.is_empty() {
                    line.route = medicine.route;
                }
            }
            forms::put_line(form, line);
            form.set_all("quick", Vec::new());
        }
        "line" => {}
        _ => return Ok(false),
    }
    Ok(true)
}

fn wants_submit(form: &Form) -> bool {
    form.value("then") == "submit"
}

fn parse(form: &mut Form, today: chrono::NaiveDate) -> Option<crate::prescriptions::model::Content> {
    if wants_submit(form) { forms::parse_complete(form, today) } else { forms::parse(form, today) }
}

fn going_on(form: &mut Form) -> Override {
    Override { reason: form.text("override_reason", 500), seen: form.value("seen").to_owned() }
}

/// The page of a draft that its warnings keep back: everything typed is on it.
async fn warned(cx: &Doctor, id: PrescriptionId, reason: &str) -> Answer {
    let actor = cx.actor()?.clone();
    let (draft, content) = cx
        .read(move |db| {
            let draft = own_draft(db, &actor, id)?;
            let content = queries::content(db, &draft)?;
            Ok((draft, content))
        })
        .await?;
    let mut form = forms::filled(&content, draft.version);
    form.push("override_reason", reason);
    let message = match reason.is_empty() {
        true => "Read the warnings, and say why you go on.",
        false => "There are other warnings now. Read them, and say why you go on.",
    };
    form.refuse_field("override_reason", message);
    cx.invalid(&edit_page(cx, form, &draft).await?)
}

pub async fn create(cx: Doctor) -> Answer {
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let whom = whom(cx.form.value("encounter"), cx.form.value("patient"))?;
    let asker = actor.clone();
    let patient = cx.read(move |db| Ok(actions::occasion(db, &asker, whom)?.patient)).await?;
    let mut form = cx.form.clone();
    if changes_lines(&cx, &mut form, patient).await? {
        return cx.html(&new_page(&cx, form, whom, patient).await?);
    }
    let (submits, going_on) = (wants_submit(&form), going_on(&mut form));
    let Some(content) = parse(&mut form, cx.today()) else {
        return cx.invalid(&new_page(&cx, form, whom, patient).await?);
    };
    let reason = going_on.reason.clone();
    let (location, made) = cx
        .write_once_with(move |db| {
            let id = actions::create(db, &by, &actor, whom, &content)?;
            let outcome = match submits {
                true => Some(actions::submit(db, &by, &actor, id, 1, &going_on)?),
                false => None,
            };
            Ok((format!("/prescriptions/{id}"), (id, outcome)))
        })
        .await?;
    match made {
        Some((id, Some(Submitted::Warned(_)))) => warned(&cx, id, &reason).await,
        Some((id, outcome)) => cx.redirect_with(&location, &done(id, outcome.is_some())),
        None => cx.redirect(&location),
    }
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
        prescription.state().label.to_lowercase()
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
    if changes_lines(&cx, &mut form, prescription.patient_id).await? {
        return cx.html(&edit_page(&cx, form, &prescription).await?);
    }
    let (version, submits, going_on) = (form.version(), wants_submit(&form), going_on(&mut form));
    let Some(content) = parse(&mut form, cx.today()) else {
        return cx.invalid(&edit_page(&cx, form, &prescription).await?);
    };
    let reason = going_on.reason.clone();
    let outcome = cx
        .write(move |db| {
            let version = actions::update(db, &by, &actor, id, version, &content)?;
            match submits {
                true => Ok(Some(actions::submit(db, &by, &actor, id, version, &going_on)?)),
                false => Ok(None),
            }
        })
        .await?;
    match outcome {
        Some(Submitted::Warned(_)) => warned(&cx, id, &reason).await,
        outcome => cx.redirect_with(&format!("/prescriptions/{id}"), &done(id, outcome.is_some())),
    }
}
