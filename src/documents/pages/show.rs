//! One document: what it is, a preview where that is safe, and its bytes.
//!
//! The bytes are served with a policy that allows nothing and in a sandbox (`security.md` 22): to be saved, and shown in
//! place only for pictures, which we encoded ourselves. A PDF is not shown in place: a sandbox stops the browser's reader.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::block;
use askama::Template;
use chrono::TimeDelta;
use diesel::OptionalExtension;

use crate::access::{Permission, can};
use crate::audit::{self, Entry};
use crate::documents::model::{Document, DocumentId, DocumentRow, MediaType};
use crate::documents::{intake, queries};
use crate::encounters;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::tabs::Tab;
use crate::prescriptions::results::model::TestOrderId;
use crate::time::{Zone, date_text};
use crate::web::page::encode;
use crate::web::{Answer, Cx, Page};

/// How much of a text is shown in place, in characters.
const PREVIEW: usize = 20_000;
/// The picture of a page that was just opened is the same look at it.
const SAME_LOOK_MINUTES: i64 = 10;

#[derive(Template)]
#[template(path = "documents/show.html")]
struct ShowPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    row: DocumentRow,
    zone: Zone,
    /// The beginning of a text, and whether there is more.
    text: Option<(String, bool)>,
    /// The visit that it belongs to, for those who may read it, and its day.
    visit: Option<(EncounterId, String)>,
    test: Option<TestOrderId>,
    may_change: bool,
    /// Whether it is the reader's own record.
    is_own: bool,
}

pub async fn show(cx: Cx<can::SeeDocuments>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<DocumentId>("id")?, cx.today());
    let reader = actor.clone();
    let (row, banner, visit) = cx
        .read(move |db| {
            let row = queries::find_row(db, &reader, id)?;
            let banner = banner::load(db, &reader, row.document.patient_id, today)?;
            let visit = match row.document.encounter_id {
                Some(visit) => encounters::queries::find(db, &reader, visit).optional()?,
                None => None,
            };
            Ok((row, banner, visit.map(|visit| (visit.id, date_text(visit.visit_date)))))
        })
        .await?;
    let patient = row.document.patient_id;
    cx.looked(Entry::viewed("document", id, patient)).await?;
    let text = match row.document.media_type {
        MediaType::Text => Some(beginning(&bytes(&cx, &row.document).await?)),
        _ => None,
    };
    cx.html(&ShowPage {
        page: cx.page(&format!("{}: {}", row.document.title, banner.name)),
        banner,
        tab: Tab::Documents,
        zone: cx.zone(),
        text,
        visit: visit.filter(|_| actor.may(Permission::ReadChart)),
        test: row.document.test_order_id.filter(|_| actor.may(Permission::SeePrescriptions)),
        may_change: row.document.may_be_changed_by(&actor),
        is_own: actor.patient_id == Some(patient),
        row,
    })
}

/// What of a text is shown in place.
fn beginning(content: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(content);
    let text = text.trim_start_matches('\u{feff}');
    match text.char_indices().nth(PREVIEW) {
        Some((at, _)) => (text[..at].to_owned(), true),
        None => (text.to_owned(), false),
    }
}

/// The bytes of a document, which are exactly those that were stored.
///
/// # Errors
/// `Unavailable` when the file cannot be read now; `Internal` when it is not what was stored.
async fn bytes<R: crate::access::Requirement>(cx: &Cx<R>, document: &Document) -> Result<Vec<u8>, AppError> {
    let (files, id) = (cx.state().files.clone(), document.id);
    let (name, digest) = (document.storage_name.clone(), document.sha256.clone());
    let read = block(move || {
        let content = files.read(&name).map_err(|error| {
            log::error!("the file of document {id} cannot be read: {error}");
            AppError::Unavailable
        })?;
        if intake::sha256(&content) == digest {
            Ok(content)
        } else {
            Err(AppError::Internal(format!("the file of document {id} is not the one that was stored")))
        }
    });
    read.await.map_err(|_| AppError::Unavailable)?
}

pub async fn content(cx: Cx<can::SeeDocuments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DocumentId>("id")?);
    let document = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    cx.looked(Entry::new("downloaded", "document", id).patient(document.patient_id)).await?;
    let content = bytes(&cx, &document).await?;
    Ok(served(&document, "attachment", content))
}

pub async fn image(cx: Cx<can::SeeDocuments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DocumentId>("id")?);
    let document = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    if !document.media_type.is_image() {
        return Err(AppError::NotFound);
    }
    let (by, patient) = (cx.by.clone(), document.patient_id);
    cx.write(move |db| {
        let look = Entry::viewed("document", id, patient);
        if !audit::recorded_since(db, &by, &look, by.now - TimeDelta::minutes(SAME_LOOK_MINUTES))? {
            audit::record(db, &by, &look)?;
        }
        Ok(())
    })
    .await?;
    let content = bytes(&cx, &document).await?;
    Ok(served(&document, "inline", content))
}

fn served(document: &Document, disposition: &str, content: Vec<u8>) -> HttpResponse {
    let ending = document.media_type.endings().first().copied().unwrap_or("bin");
    // The plain name for programs that know no other, the real one for all that are younger than 2011.
    let disposition = format!(
        "{disposition}; filename=\"document-{}.{ending}\"; filename*=UTF-8''{}",
        document.id,
        encode(&document.file_name).replace('/', "_")
    );
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, document.media_type.header()))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_letters() {
        assert_eq!(beginning("\u{feff}Hb 13".as_bytes()), ("Hb 13".to_owned(), false));
        let (text, is_more) = beginning("é".repeat(PREVIEW + 1).as_bytes());
        assert!(is_more && text.chars().count() == PREVIEW);
    }
}
