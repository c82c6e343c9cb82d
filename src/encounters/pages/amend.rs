//! Amending a signed visit, and marking it as entered in error.

use askama::Template;

use super::consultation::{follow_up_mark, rows_with_states};
use super::{Background, DOUBTED, Mark, Vitals};
use crate::access::can;
use crate::audit::Entry;
use crate::chart::vital_signs::forms::CONFIRMED;
use crate::diagnosis_codes;
use crate::diagnosis_codes::model::Known;
use crate::encounters::actions::{self, NOT_SIGNED, NOTHING_TO_SIGN};
use crate::encounters::forms::{self, CodeState, DiagnosisRow};
use crate::encounters::model::{Content, Encounter, EncounterId, EncounterStatus};
use crate::encounters::queries;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::time::long_date_text;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// The longest a reason may be, in characters.
const LONGEST_REASON: usize = 500;

#[derive(Template)]
#[template(path = "encounters/amend.html")]
struct AmendPage {
    page: Page,
    banner: Banner,
    form: Form,
    encounter: Encounter,
    visit_date: String,
    vitals: Vitals,
    diagnoses: Vec<(DiagnosisRow, CodeState)>,
    follow_up: Mark,
    earliest_follow_up: String,
}

#[derive(Template)]
#[template(path = "encounters/entered_in_error.html")]
struct ErrorPage {
    page: Page,
    banner: Banner,
    form: Form,
    encounter: Encounter,
    visit_date: String,
}

/// What came of a form that is not taken: it, and what its page shows beside it.
struct Refused {
    form: Form,
    known: Known,
    encounter: Encounter,
    background: Background,
}

/// The own visit, signed.
fn signed(
    db: &mut crate::db::DbConnection,
    actor: &crate::access::Actor,
    id: EncounterId,
) -> Result<Encounter, AppError> {
    let encounter = actions::own(db, actor, id)?;
    if encounter.status == EncounterStatus::Signed {
        Ok(encounter)
    } else {
        Err(AppError::Conflict(NOT_SIGNED.to_owned()))
    }
}

/// The codes of the form that the table has. Those that the record holds already are right whatever the table says now.
fn known(db: &mut crate::db::DbConnection, form: &Form, stored: &Content) -> Result<Known, AppError> {
    let mut known = diagnosis_codes::queries::known(db, &forms::codes(form))?;
    known.keep(stored.diagnoses.iter().map(|d| d.code.as_str()));
    Ok(known)
}

/// The signed words in a form.
pub async fn edit(cx: Cx<can::WriteEncounters>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let shown = cx
        .read(move |db| {
            let encounter = signed(db, &actor, id)?;
            let stored = queries::content(db, &encounter)?;
            let form = forms::filled(&stored, encounter.version);
            let known = known(db, &form, &stored)?;
            let background = Background::load(db, &actor, &encounter)?;
            Ok(Refused { form, known, encounter, background })
        })
        .await?;
    cx.html(&amend_page(&cx, shown).await?)
}

async fn amend_page(cx: &Cx<can::WriteEncounters>, shown: Refused) -> Result<AmendPage, AppError> {
    let Refused { form, known, encounter, background } = shown;
    let (actor, today, patient) = (cx.actor()?.clone(), cx.today(), encounter.patient_id);
    let banner = cx.read(move |db| Ok(banner::load(db, &actor, patient, today)?)).await?;
    cx.looked(Entry::viewed("encounter", encounter.id, patient)).await?;
    let mut diagnoses = rows_with_states(&form, &known);
    if diagnoses.is_empty() {
        diagnoses.push((DiagnosisRow { is_primary: true, ..DiagnosisRow::default() }, CodeState::Plain));
    }
    Ok(AmendPage {
        page: cx.page(&format!("Amend visit: {}", banner.name)),
        banner,
        visit_date: long_date_text(encounter.visit_date),
        vitals: Vitals::of(&form, &background),
        diagnoses,
        follow_up: follow_up_mark(&form),
        earliest_follow_up: encounter.visit_date.succ_opt().map(|d| d.to_string()).unwrap_or_default(),
        form,
        encounter,
    })
}

/// Saves the amendment.
pub async fn save(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let (typed, seen) = (cx.form.clone(), cx.form.version());
    // Without JavaScript, one more row is asked for.
    let is_row_wanted = cx.form.is("then", "row");
    let refused = cx
        .write(move |db| {
            let encounter = signed(db, &actor, id)?;
            let stored = queries::content(db, &encounter)?;
            let mut form = typed.clone();
            let known = known(db, &form, &stored)?;
            let background = Background::load(db, &actor, &encounter)?;
            if is_row_wanted {
                form.push("dx_code", "");
                form.push("dx_text", "");
                return Ok(Some(Refused { form, known, encounter, background }));
            }
            let content = forms::read(&mut form, &stored, encounter.visit_date, &known);
            let reason = form.required("reason", LONGEST_REASON, "Say why it is amended: others read it.");
            if form.is_valid() && !content.says_something() {
                form.refuse_field("symptoms", NOTHING_TO_SIGN);
            }
            let is_measured_anew = content.vital_signs != stored.vital_signs;
            if form.is_valid() && is_measured_anew && !background.doubts(&content.vital_signs, &form).is_empty() {
                form.refuse_field(CONFIRMED, DOUBTED);
            }
            if form.is_valid() && content == stored && encounter.version == seen {
                form.refuse_field("", "Nothing is changed yet.");
            }
            if !form.is_valid() {
                return Ok(Some(Refused { form, known, encounter, background }));
            }
            actions::amend(db, &by, &actor, id, seen, &content, &reason)?;
            Ok(None)
        })
        .await?;
    match refused {
        None => cx.redirect_with(&format!("/encounters/{id}"), &Flash::success("The visit was amended.")),
        Some(mut refused) => {
            // What was seen is what is amended, also when the form comes back.
            refused.encounter.version = seen;
            let page = amend_page(&cx, refused).await?;
            if is_row_wanted { cx.html(&page) } else { cx.invalid(&page) }
        }
    }
}

/// Asks why the visit is marked as entered in error.
pub async fn confirm_error(cx: Cx<can::WriteEncounters>) -> Answer {
    let page = error_page(&cx, Form::default()).await?;
    cx.html(&page)
}

async fn error_page(cx: &Cx<can::WriteEncounters>, form: Form) -> Result<ErrorPage, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<EncounterId>("id")?, cx.today());
    let (encounter, banner) = cx
        .read(move |db| {
            let encounter = signed(db, &actor, id)?;
            let banner = banner::load(db, &actor, encounter.patient_id, today)?;
            Ok((encounter, banner))
        })
        .await?;
    cx.looked(Entry::viewed("encounter", id, encounter.patient_id)).await?;
    let visit_date = long_date_text(encounter.visit_date);
    Ok(ErrorPage { page: cx.page("Entered in error?"), banner, form, encounter, visit_date })
}

/// Marks the visit as entered in error.
pub async fn mark_error(cx: Cx<can::WriteEncounters>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<EncounterId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", LONGEST_REASON, "Say why: others may have acted on it.");
    if !form.is_valid() {
        let page = error_page(&cx, form).await?;
        return cx.invalid(&page);
    }
    let version = form.version();
    cx.write(move |db| actions::mark_error(db, &by, &actor, id, version, &reason)).await?;
    cx.redirect_with(&format!("/encounters/{id}"), &Flash::success("The visit is marked as entered in error."))
}
