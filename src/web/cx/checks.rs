//! Whether the person may, and whether the form is this session's own.

use actix_web::HttpRequest;
use actix_web::http::Method;

use crate::access::{Actor, Needs, token};
use crate::error::AppError;
use crate::web::Form;

pub(super) fn check_needs(
    needs: Needs,
    actor: Option<&Actor>,
    request: &HttpRequest,
    form: &Form,
) -> Result<(), AppError> {
    let permission = match needs {
        Needs::Nothing | Needs::FreshHospital => return Ok(()),
        Needs::SignIn => None,
        Needs::Permission(permission) => Some(permission),
    };
    let Some(actor) = actor else {
        let is_looking = matches!(*request.method(), Method::GET | Method::HEAD);
        let next = if is_looking { request.uri().path_and_query().map_or("/", |p| p.as_str()) } else { request.path() };
        // A fragment's request would put the sign-in page in the fragment's place, so it is told by its status.
        let may_redirect = is_looking && !request.headers().contains_key("hx-request");
        return Err(AppError::LoginRequired { next: next.to_owned(), typed: (!may_redirect).then(|| form.typed()) });
    };
    match permission {
        Some(permission) if !actor.may(permission) => Err(AppError::Forbidden),
        _ => Ok(()),
    }
}

/// The session's form token, in the form or in htmx's header. Another one belongs to an earlier session.
pub(super) fn check_token(expected: &str, request: &HttpRequest, form: &Form) -> Result<(), AppError> {
    let header = request.headers().get("x-form-token").and_then(|v| v.to_str().ok());
    let sent = header.unwrap_or_else(|| form.value("_token"));
    // Comparing hashes tells nothing about the token by its time.
    if !expected.is_empty() && token::hash(sent) == token::hash(expected) {
        return Ok(());
    }
    Err(AppError::FormExpired { action: request.path().to_owned(), typed: form.typed() })
}
