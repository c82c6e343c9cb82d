//! Registering a patient at the desk, with the records that may already be theirs.

use askama::Template;

use crate::access::can;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients::forms::{self, Likeness};
use crate::patients::model::{BloodGroup, Gender, PatientId};
use crate::patients::queries::{self, Candidate};
use crate::patients::{actions, forms::PatientInput};
use crate::time::date_text;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// The form of a record: a new one here, an existing one in `edit.rs`.
#[derive(Template)]
#[template(path = "patients/form.html")]
pub struct FormPage {
    pub page: Page,
    pub form: Form,
    /// Where the form is sent.
    pub action: String,
    pub back: String,
    pub is_new: bool,
    /// Whether the medical history is on the form: those who may not read it see it only on a new record.
    pub reads_chart: bool,
    pub genders: Vec<(&'static str, &'static str)>,
    pub blood_groups: Vec<(&'static str, String)>,
    /// The last day that can be a birthday.
    pub today: String,
    pub candidates: Vec<Likely>,
}

#[derive(Template)]
#[template(path = "patients/duplicates.html")]
struct DuplicatesPart {
    form: Form,
    candidates: Vec<Likely>,
}

/// A record that may be of the person who is being registered.
pub struct Likely {
    id: PatientId,
    number: String,
    name: String,
    initials: String,
    born: String,
    gender: &'static str,
    phone: String,
    why: String,
}

impl From<Candidate> for Likely {
    fn from(candidate: Candidate) -> Self {
        let patient = candidate.patient;
        Self {
            id: patient.id,
            number: patient.id.code(),
            name: patient.name(),
            initials: patient.initials(),
            born: date_text(patient.date_of_birth),
            gender: patient.gender.label(),
            why: candidate.reasons.join(", "),
            phone: patient.phone,
        }
    }
}

pub async fn new(cx: Cx<can::RegisterPatients>) -> Answer {
    cx.html(&new_page(&cx, Form::default(), Vec::new()))
}

fn new_page(cx: &Cx<can::RegisterPatients>, form: Form, candidates: Vec<Likely>) -> FormPage {
    FormPage {
        page: cx.page("Register a patient"),
        form,
        action: "/patients".to_owned(),
        back: "/patients".to_owned(),
        is_new: true,
        reads_chart: true,
        genders: Gender::options(),
        blood_groups: BloodGroup::options(),
        today: cx.today().to_string(),
        candidates,
    }
}

pub async fn duplicates(cx: Cx<can::RegisterPatients>) -> Answer {
    let form = cx.form.clone();
    let candidates = candidates(&cx, &form).await?;
    cx.html(&DuplicatesPart { form, candidates })
}

/// The records that may be of the person in the form. Showing them is recorded like a search.
async fn candidates(cx: &Cx<can::RegisterPatients>, form: &Form) -> Result<Vec<Likely>, AppError> {
    let (actor, like) = (cx.actor()?.clone(), Likeness::of(form));
    let found = cx.read(move |db| Ok(queries::duplicates(db, &actor, &like)?)).await?;
    if !found.is_empty() {
        cx.looked(Entry::new("searched", "patient", 0).note("found", found.len())).await?;
    }
    Ok(found.into_iter().map(Likely::from).collect())
}

pub async fn create(cx: Cx<can::RegisterPatients>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, cx.today(), true) else {
        let candidates = candidates(&cx, &form).await?;
        return cx.invalid(&new_page(&cx, form, candidates));
    };
    let is_another = form.ticked("another_person");
    let name = format!("{} {}", input.first_name, input.last_name);
    match register(&cx, input, Likeness::of(&form), is_another).await? {
        Some(location) => cx.redirect_with(&location, &Flash::success(format!("{name} was registered."))),
        None => {
            let message =
                "There are records that may be of this person. Open one, or tick that this is another person.";
            form.refuse_field("another_person", message);
            let candidates = candidates(&cx, &form).await?;
            cx.invalid(&new_page(&cx, form, candidates))
        }
    }
}

/// Where the new record is, or `None` when it seems to exist already and nobody said that it does not. The form that
/// made a record may be sent again: it finds its own record, not a duplicate of it.
async fn register(
    cx: &Cx<can::RegisterPatients>,
    input: PatientInput,
    like: Likeness,
    is_another: bool,
) -> Result<Option<String>, AppError> {
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let registered = cx
        .write_once(move |db| {
            if !is_another && !queries::duplicates(db, &actor, &like)?.is_empty() {
                return Err(AppError::Conflict(String::new()));
            }
            Ok(format!("/patients/{}", actions::register(db, &by, &input)?))
        })
        .await;
    match registered {
        Ok((location, _)) => Ok(Some(location)),
        Err(AppError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
