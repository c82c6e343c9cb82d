//! What was typed, out of the request's body: a form, with files or without.

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::StreamExt;

use crate::error::{AppError, Typed};
use crate::web::Form;
use crate::web::form::Upload;

/// The largest form without files: a long consultation with a drawing stays far below.
const FORM_LIMIT: usize = 2 * 1024 * 1024;
/// The largest form with files.
const UPLOAD_LIMIT: usize = 12 * 1024 * 1024;

pub(super) async fn read_form(request: &HttpRequest, mut payload: Payload) -> Result<Form, AppError> {
    let content_type = request.content_type().to_ascii_lowercase();
    let form = match content_type.as_str() {
        "" => Form::default(),
        "application/x-www-form-urlencoded" => {
            let fields =
                web::UrlEncoded::<Typed>::new(request, &mut payload).limit(FORM_LIMIT).await.map_err(|e| match e {
                    UrlencodedError::Overflow { .. } => AppError::TooLarge,
                    _ => AppError::Invalid("The form could not be read.".to_owned()),
                })?;
            Form::new(fields, Vec::new())
        }
        "multipart/form-data" => read_multipart(request, payload).await?,
        _ => return Err(AppError::Invalid("This kind of content is not taken here.".to_owned())),
    };
    if form.typed().iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(AppError::Invalid("The text holds a NUL character, which cannot be stored.".to_owned()));
    }
    Ok(form)
}

async fn read_multipart(request: &HttpRequest, payload: Payload) -> Result<Form, AppError> {
    let unreadable = || AppError::Invalid("The form could not be read.".to_owned());
    // What says of itself that it is too large is not read at all; what says nothing is counted below.
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > UPLOAD_LIMIT) {
        return Err(AppError::TooLarge);
    }
    let mut multipart = Multipart::new(request.headers(), payload);
    let (mut fields, mut files, mut size) = (Typed::new(), Vec::new(), 0);
    while let Some(field) = multipart.next().await {
        let mut field = field.map_err(|_| unreadable())?;
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(ToOwned::to_owned);
        let mut content = Vec::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            size += chunk.len();
            if size > UPLOAD_LIMIT {
                return Err(AppError::TooLarge);
            }
            content.extend_from_slice(&chunk);
        }
        match file_name {
            Some(file_name) => files.push((name, Upload { file_name, content })),
            None => fields.push((name, String::from_utf8(content).map_err(|_| unreadable())?)),
        }
    }
    Ok(Form::new(fields, files))
}
