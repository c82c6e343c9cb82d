//! Where an unsafe request comes from: only from our own pages (`security.md` 14).

use actix_web::HttpRequest;
use actix_web::http::header;

/// Whether the browser says that one of our own pages sent this request. Without a word of the browser's, no.
pub(super) fn is_same(request: &HttpRequest, public_url: Option<&str>) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    if public_url.is_some_and(|url| url.trim_end_matches('/') == origin) {
        return true;
    }
    let host = text(header::HOST.as_str()).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, origin_host)| !host.is_empty() && origin_host == host)
}
