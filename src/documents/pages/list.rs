//! The documents of a patient, and uploading one.

use std::str::FromStr;

use askama::Template;
use diesel::OptionalExtension;

use super::{check_visit, kinds, visits};
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::documents::actions;
use crate::documents::model::{DocumentKind, DocumentRow};
use crate::documents::{forms, queries, receive};
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients;
use crate::patients::banner::{self, Banner};
use crate::patients::model::PatientId;
use crate::patients::tabs::Tab;
use crate::time::Zone;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "documents/index.html")]
struct IndexPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    /// What the person may see; nothing for those who only bring documents in.
    shown: Option<Shown>,
    may_upload: bool,
    is_own: bool,
    visits: Vec<(String, String)>,
    zone: Zone,
}

struct Shown {
    rows: Vec<DocumentRow>,
    paging: Paging,
    /// The kind that the list is narrowed to, or empty.
    kind: String,
}

impl IndexPage {
    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        kinds()
    }
}

async fn index_page<R>(cx: &Cx<R>, form: Form) -> Result<IndexPage, AppError>
where
    R: crate::access::Requirement,
{
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.today());
    let (may_see, may_upload) = (actor.may(Permission::SeeDocuments), actor.may(Permission::UploadDocuments));
    if !may_see && !may_upload {
        return Err(AppError::Forbidden);
    }
    let kind = DocumentKind::from_str(&cx.query("kind")).ok();
    let (asked, is_own) = (cx.page_number(), actor.patient_id == Some(id));
    let chosen = form.value("encounter").parse().ok().map(EncounterId);
    let (banner, shown, visits) = cx
        .read(move |db| {
            let banner = banner::load(db, &actor, id, today)?;
            let shown = if may_see {
                let filter = kind.map_or("", DocumentKind::as_str).to_owned();
                let base = format!("/patients/{id}/documents?kind={filter}");
                let paging = Paging::new(asked, queries::count(db, &actor, id, kind)?, base);
                let rows = queries::for_patient(db, &actor, id, kind, (paging.offset(), PAGE_SIZE))?;
                Some(Shown { rows, paging, kind: filter })
            } else {
                None
            };
            // A visit in the address that is somebody else's is simply not offered.
            let chosen = match chosen {
                Some(visit) => encounters::queries::find(db, &actor, visit).optional()?.filter(|v| v.patient_id == id),
                None => None,
            };
            let visits = visits(db, &actor, id, chosen.map(|visit| visit.id))?;
            Ok((banner, shown, visits))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "documents")).await?;
    Ok(IndexPage {
        page: cx.page(&format!("Documents: {}", banner.name)),
        banner,
        tab: Tab::Documents,
        form,
        shown,
        may_upload,
        is_own,
        visits,
        zone: cx.zone(),
    })
}

pub async fn index(cx: Cx<can::SeeRecords>) -> Answer {
    let form = forms::empty(&cx.query("encounter"));
    cx.html(&index_page(&cx, form).await?)
}

pub async fn upload(cx: Cx<can::UploadDocuments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let mut form = cx.form.clone();
    let input = forms::parse(&mut form);
    // Whose record it is comes first: nobody's file is looked at for a stranger.
    let (asking, visit) = (actor.clone(), input.as_ref().and_then(|input| input.encounter));
    cx.read(move |db| {
        patients::queries::find(db, &asking, id)?;
        check_visit(db, &asking, id, visit)
    })
    .await?;
    let taken = receive::take(&cx, &mut form, "file").await?;
    let (Some(input), Some(taken)) = (input, taken) else { return cx.invalid(&index_page(&cx, form).await?) };
    let file = receive::store(&cx, taken).await?;
    let (by, stored, may_see) = (cx.by.clone(), file.clone(), actor.may(Permission::SeeDocuments));
    let outcome = cx
        .write_once_with(move |db| {
            check_visit(db, &actor, id, input.encounter)?;
            let added = actions::add(db, &by, &actor, id, &input, None, &stored)?;
            let location =
                if may_see { format!("/documents/{}", added.id()) } else { format!("/patients/{id}/documents") };
            Ok((location, added))
        })
        .await;
    receive::settle(&cx, &file, &outcome, |added| Some(*added)).await?;
    match outcome {
        Ok((location, added)) => {
            let new = match may_see {
                true => Flash::success(format!("{} was uploaded.", file.file_name))
                    .link(format!("/patients/{id}/documents"), "All documents"),
                false => {
                    Flash::success(format!("{} was uploaded. The patient and the doctors can read it.", file.file_name))
                }
            };
            cx.redirect_with(&location, &receive::flash(added, new))
        }
        Err(AppError::Conflict(message)) => {
            form.refuse_field("file", message);
            cx.invalid(&index_page(&cx, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&index_page(&cx, form).await?)
        }
    }
}
