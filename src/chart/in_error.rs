//! Marking an entry of the chart as entered in error, whatever sort it is. It stays, with who, when and why.

use std::str::FromStr;

use askama::Template;

use super::allergies;
use super::allergies::model::AllergyId;
use super::conditions;
use super::conditions::model::ConditionId;
use super::medications;
use super::medications::model::{StatementId, StopId};
use super::vital_signs;
use super::vital_signs::model::VitalsId;
use crate::access::{Actor, By, can};
use crate::audit::{self, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// A part of the chart, as it stands in addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
enum Part {
    Allergies,
    Conditions,
    Medications,
    /// Stops of prescribed medicines.
    Stops,
    /// Vital signs taken outside a visit; those of a visit are corrected by amending it.
    Vitals,
}

impl Part {
    /// The table's name in the singular.
    fn entity(self) -> &'static str {
        match self {
            Self::Allergies => "allergy",
            Self::Conditions => "condition",
            Self::Medications => "medication_statement",
            Self::Stops => "prescription_medication_stop",
            Self::Vitals => "vital_signs",
        }
    }

    /// Where the person came from.
    fn back(self, patient: PatientId) -> String {
        match self {
            Self::Vitals => format!("/patients/{patient}/vitals"),
            _ => format!("/patients/{patient}/chart"),
        }
    }
}

#[derive(Template)]
#[template(path = "chart/in_error.html")]
struct InErrorPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    action: String,
    back: String,
    /// What the entry says.
    what: String,
    /// Whether a medicine is taken again when its stop was wrong.
    is_stop: bool,
}

fn entry<R>(cx: &Cx<R>) -> Result<(Part, i64), AppError>
where
    R: crate::access::Requirement,
{
    let part = Part::from_str(cx.path("part")).map_err(|_| AppError::NotFound)?;
    Ok((part, cx.id("entry")?))
}

/// What an entry says.
///
/// # Errors
/// `NotFound` for none of this patient.
fn words(db: &mut DbConnection, patient: PatientId, part: Part, id: i64) -> Result<String, AppError> {
    Ok(match part {
        Part::Allergies => allergies::queries::find(db, patient, AllergyId(id))?.substance,
        Part::Conditions => conditions::queries::find(db, patient, ConditionId(id))?.text(),
        Part::Medications => medications::queries::find(db, patient, StatementId(id))?.medicine,
        Part::Stops => format!("Stop of {}", medications::queries::find_stop(db, patient, StopId(id))?),
        Part::Vitals => vital_signs::queries::find(db, patient, VitalsId(id))?.values.text().replace('\n', ", "),
    })
}

/// Marks an entry of the chart of a patient in the person's care.
///
/// # Errors
/// `NotFound` out of the person's scope; `Conflict` when it is marked already; `Constraint` when a medicine whose stop
/// was wrong would be on the list twice.
fn retract(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    patient: PatientId,
    (part, id): (Part, i64),
    reason: &str,
) -> Result<(), AppError> {
    patients::queries::find(db, actor, patient)?;
    words(db, patient, part, id)?;
    let (user, now) = (by.user_id(), by.now);
    let is_new = match part {
        Part::Allergies => allergies::queries::retract(db, AllergyId(id), user, reason, now)?,
        Part::Conditions => conditions::queries::retract(db, ConditionId(id), user, reason, now)?,
        Part::Medications => medications::queries::retract(db, StatementId(id), user, reason, now)?,
        Part::Stops => medications::queries::retract_stop(db, StopId(id), user, reason, now)?,
        Part::Vitals => vital_signs::queries::retract(db, VitalsId(id), user, reason, now)?,
    };
    if !is_new {
        return Err(AppError::Conflict("This is marked as entered in error already.".to_owned()));
    }
    let entry = Entry::new("entered_in_error", part.entity(), id).patient(patient).reason(reason);
    audit::record(db, by, &entry)
}

async fn in_error_page(cx: &Cx<can::WriteChart>, form: Form) -> Result<InErrorPage, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    let (part, entry) = entry(cx)?;
    let (banner, what) =
        cx.read(move |db| Ok((banner::load(db, &actor, id, today)?, words(db, id, part, entry)?))).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "chart")).await?;
    Ok(InErrorPage {
        page: cx.page(&format!("Entered in error: {}", banner.name)),
        banner,
        tab: if part == Part::Vitals { Tab::Vitals } else { Tab::Chart },
        form,
        action: format!("/patients/{id}/chart/{}/{entry}/in-error", cx.path("part")),
        back: part.back(id),
        what,
        is_stop: part == Part::Stops,
    })
}

pub async fn ask(cx: Cx<can::WriteChart>) -> Answer {
    cx.html(&in_error_page(&cx, Form::default()).await?)
}

pub async fn mark(cx: Cx<can::WriteChart>) -> Answer {
    let mut form = cx.form.clone();
    let reason = form.required("reason", 500, "Say what was wrong.");
    if !form.is_valid() {
        return cx.invalid(&in_error_page(&cx, form).await?);
    }
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let entry = entry(&cx)?;
    let marked = cx
        .write_once(move |db| {
            retract(db, &by, &actor, id, entry, &reason)?;
            Ok(entry.0.back(id))
        })
        .await;
    match marked {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("It was marked as entered in error.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&in_error_page(&cx, form).await?)
        }
    }
}
