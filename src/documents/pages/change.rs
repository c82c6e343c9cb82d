//! Saying what a document is, and marking one as entered in error.

use askama::Template;

use super::{check_visit, kinds, visits};
use crate::access::can;
use crate::audit::Entry;
use crate::documents::actions;
use crate::documents::forms;
use crate::documents::model::{Document, DocumentId};
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::tabs::Tab;
use crate::web::{Answer, Cx, Flash, Form, Page};

type Person = Cx<can::UploadDocuments>;

#[derive(Template)]
#[template(path = "documents/edit.html")]
struct EditPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    id: DocumentId,
    visits: Vec<(String, String)>,
}

impl EditPage {
    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        kinds()
    }
}

#[derive(Template)]
#[template(path = "documents/in_error.html")]
struct InErrorPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    document: Document,
    is_own: bool,
}

async fn changeable(cx: &Person) -> Result<(Document, Banner), AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<DocumentId>("id")?, cx.today());
    let (document, banner) = cx
        .read(move |db| {
            let document = actions::changeable(db, &actor, id)?;
            let banner = banner::load(db, &actor, document.patient_id, today)?;
            Ok((document, banner))
        })
        .await?;
    cx.looked(Entry::viewed("document", id, document.patient_id)).await?;
    Ok((document, banner))
}

async fn edit_page(cx: &Person, form: Option<Form>) -> Result<EditPage, AppError> {
    let (document, banner) = changeable(cx).await?;
    let form = form.unwrap_or_else(|| forms::filled(&document));
    let (actor, id, patient) = (cx.actor()?.clone(), document.id, document.patient_id);
    let visits = cx
        .read(move |db| {
            // One that the person may not read stays as it is without being offered.
            let chosen = document.encounter_id.filter(|v| check_visit(db, &actor, patient, Some(*v)).is_ok());
            visits(db, &actor, patient, chosen)
        })
        .await?;
    Ok(EditPage {
        page: cx.page(&format!("Edit a document: {}", banner.name)),
        banner,
        tab: Tab::Documents,
        form,
        id,
        visits,
    })
}

pub async fn edit(cx: Person) -> Answer {
    cx.html(&edit_page(&cx, None).await?)
}

pub async fn update(cx: Person) -> Answer {
    let id = cx.id::<DocumentId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_edit(&mut form) else {
        return cx.invalid(&edit_page(&cx, Some(form)).await?);
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let title = input.title.clone();
    cx.write(move |db| {
        let before = actions::changeable(db, &actor, id)?;
        let kept: Option<EncounterId> = before.encounter_id;
        if input.encounter != kept {
            check_visit(db, &actor, before.patient_id, input.encounter)?;
        }
        actions::update(db, &by, &actor, id, version, &input)
    })
    .await?;
    cx.redirect_with(&format!("/documents/{id}"), &Flash::success(format!("{title} was saved.")))
}

async fn in_error_page(cx: &Person, form: Form) -> Result<InErrorPage, AppError> {
    let (document, banner) = changeable(cx).await?;
    let page = cx.page(&format!("Entered in error: {}", banner.name));
    let is_own = cx.actor()?.patient_id == Some(document.patient_id);
    Ok(InErrorPage { page, banner, tab: Tab::Documents, form, document, is_own })
}

pub async fn ask(cx: Person) -> Answer {
    cx.html(&in_error_page(&cx, Form::default()).await?)
}

pub async fn mark(cx: Person) -> Answer {
    let mut form = cx.form.clone();
    let reason = form.required("reason", 500, "Say what was wrong.");
    if !form.is_valid() {
        return cx.invalid(&in_error_page(&cx, form).await?);
    }
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<DocumentId>("id")?);
    let (location, _) = cx
        .write_once(move |db| {
            let document = actions::mark_error(db, &by, &actor, id, &reason)?;
            Ok(format!("/patients/{}/documents", document.patient_id))
        })
        .await?;
    cx.redirect_with(&location, &Flash::success("It was marked as entered in error."))
}
