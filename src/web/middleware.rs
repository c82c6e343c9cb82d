//! What happens around every request: its id and log line, security headers, and the page of an error.

use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};

use super::State;
use super::page::FLASH_COOKIE;
use super::sessions::{self, RequestId};
use super::shell::{Facts, Shell};
use crate::access::token;
use crate::error::AppError;

/// Only our own files, no inline scripts or styles, in nobody's frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'";

/// Gives the request its id and writes its log line: method, path template, status, time. Never the path itself, a
/// query or a name, since those can be personal.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = token::short();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, begun) = (request.method().clone(), Instant::now());
    let is_background = request.headers().contains_key(sessions::BACKGROUND_HEADER);
    let mut response = sessions::in_background(is_background, next.call(request)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    let template = response.request().match_pattern().unwrap_or_else(|| "(no such page)".to_owned());
    log::info!(
        "{method} {template} {} {:.1} ms {id}",
        response.status().as_u16(),
        begun.elapsed().as_secs_f64() * 1000.0
    );
    Ok(response)
}

/// Security headers on every answer, errors too; nothing behind a login stays in a cache.
pub async fn secure(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_secure = request.app_data::<web::Data<State>>().is_some_and(|s| s.is_secure());
    let had_flash = request.cookie(FLASH_COOKIE).is_some();
    let mut response = next.call(request).await?;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("text/html"));
    if had_flash && is_page {
        let mut shown = Cookie::build(FLASH_COOKIE, "").path("/").secure(is_secure).finish();
        shown.make_removal();
        response.response_mut().add_removal_cookie(&shown)?;
    }
    set_headers(response.headers_mut(), is_secure);
    Ok(response)
}

fn set_headers(headers: &mut HeaderMap, is_secure: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    set(header::CACHE_CONTROL, "no-store");
    if is_secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// Fills the empty answer of an [`AppError`] with its page.
pub async fn error_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let facts = Facts::of(request.request(), &state);
    let response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => {
            // Sessions answer so when they cannot be saved: the database is away.
            log::error!("a request failed outside of its handler: {error}");
            let mut answer = page_of(&facts, &state, None, &AppError::Unavailable);
            set_headers(answer.headers_mut(), state.is_secure());
            return Err(InternalError::from_response(error, answer).into());
        }
    };
    let Some(error) = response.response().error().and_then(|e| e.as_error::<AppError>()) else {
        return Ok(response.map_into_left_body());
    };
    if response.status().is_redirection() {
        return Ok(response.map_into_left_body());
    }
    let shell = response.request().extensions().get::<Rc<Shell>>().cloned();
    let mut answer = page_of(&facts, &state, shell, error);
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(ServiceResponse::new(response.into_parts().0, answer.map_into_right_body()))
}

fn page_of(facts: &Facts, state: &State, shell: Option<Rc<Shell>>, error: &AppError) -> HttpResponse {
    let shell = shell.unwrap_or_else(|| Rc::new(Shell::new(None, None, String::new(), 0)));
    let page = shell.page(facts, state, "");
    if error.status_code() == StatusCode::INTERNAL_SERVER_ERROR {
        log::error!("{} {error}", page.request_id);
    }
    super::errors::page(page, error).unwrap_or_else(|failed| {
        log::error!("the page of an error failed: {failed}");
        HttpResponse::InternalServerError().finish()
    })
}

/// Answers 404 for what no route knows.
pub async fn no_such_page() -> Result<HttpResponse, AppError> {
    Err(AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
    }
}
