//! From a form with a file to a stored file, and what becomes of it when the transaction is over. Shared by every page
//! that takes a document.

use actix_web::web::block;

use super::actions::Added;
use super::intake::{self, Taken};
use super::model::MediaType;
use crate::access::Requirement;
use crate::error::AppError;
use crate::web::{Cx, Flash, Form};

/// A file that lies in the store and waits for its row.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name in the store.
    pub name: String,
    pub file_name: String,
    /// The name without its ending.
    pub stem: String,
    pub media_type: MediaType,
    pub bytes: i64,
    pub sha256: String,
}

/// Looks through the file of a form; `None` when there is none or it cannot be taken, which then stands in the form.
pub async fn take<R: Requirement>(cx: &Cx<R>, form: &mut Form, field: &'static str) -> Result<Option<Taken>, AppError> {
    let Some(upload) = form.take_file(field) else {
        let message = if form.is_empty_file(field) { "This file is empty." } else { "Choose a file." };
        form.refuse_field(field, message);
        return Ok(None);
    };
    // Decoding takes memory, so it queues where passwords do.
    let permit = cx.state().hashers.acquire().await.map_err(|_| AppError::Unavailable)?;
    let taken = block(move || intake::take(&upload.file_name, &upload.content)).await;
    drop(permit);
    match taken.map_err(|_| AppError::Unavailable)? {
        Ok(taken) => Ok(Some(taken)),
        Err(objection) => {
            form.refuse_field(field, objection);
            Ok(None)
        }
    }
}

/// Stores a file durably, before the transaction that names it.
pub async fn store<R: Requirement>(cx: &Cx<R>, taken: Taken) -> Result<Stored, AppError> {
    let files = cx.state().files.clone();
    let stored = block(move || {
        let name = files.put(&taken.content).map_err(|error| {
            log::error!("a document could not be stored: {error}");
            AppError::Unavailable
        })?;
        Ok(Stored {
            name,
            stem: taken.stem().to_owned(),
            file_name: taken.file_name,
            media_type: taken.media_type,
            bytes: i64::try_from(taken.content.len()).unwrap_or(i64::MAX),
            sha256: taken.sha256,
        })
    });
    stored.await.map_err(|_| AppError::Unavailable)?
}

/// Settles a stored file after its transaction: one with a row goes to its place, one that was refused or not needed is
/// removed. When it is not known whether the transaction was committed, the file stays for `store::tidy` to decide.
/// `added` says what the transaction made of the file.
pub async fn settle<R: Requirement, T>(
    cx: &Cx<R>,
    file: &Stored,
    outcome: &Result<(String, Option<T>), AppError>,
    added: impl Fn(&T) -> Option<Added>,
) -> Result<(), AppError> {
    let is_needed = match outcome {
        Ok((_, Some(made))) => matches!(added(made), Some(Added::New(_))),
        // The same form was sent before, with a file of its own.
        Ok((_, None)) => false,
        Err(AppError::Unavailable | AppError::Busy | AppError::Internal(_)) => return Ok(()),
        Err(_) => false,
    };
    let (files, name) = (cx.state().files.clone(), file.name.clone());
    let settled = block(move || if is_needed { files.settle(&name) } else { files.discard(&name) });
    if let Err(error) = settled.await.map_err(|_| AppError::Unavailable)? {
        // It is found where it waits, and a later start tries again.
        log::error!("a stored document could not be settled: {error}");
    }
    Ok(())
}

/// What somebody is told who brought a file: `new`, unless this very file was on the record already. `added` is nothing
/// when the same form was sent before.
pub fn flash(added: Option<Added>, new: Flash) -> Flash {
    match added {
        Some(Added::Known(_)) => Flash::info("This very file is on the record already. It was not stored twice."),
        Some(Added::New(_)) | None => new,
    }
}
