//! Static files: in the binary, compressed once, under names that change with their content.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::AppError;

struct Asset {
    /// Its path below `static/`.
    name: &'static str,
    /// `/static/…` with the content's hash.
    url: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

/// Sorted by name.
const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file below `static/`, for templates. A name that does not exist is a fault of the template: its
/// address answers 404, and the test that loads every page's files finds it.
pub fn asset(name: &str) -> &'static str {
    ASSETS.iter().find(|a| a.name == name).map_or("/static/missing", |a| a.url)
}

/// `GET /static/{path}`: a year in every cache, since another content has another name.
pub(super) async fn serve(request: HttpRequest, _path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let asset = ASSETS.iter().find(|a| a.url == request.path()).ok_or(AppError::NotFound)?;
    let takes_gzip = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|c| c.trim().split(';').next() == Some("gzip")));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if takes_gzip && asset.gzip.len() < asset.plain.len() {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
        return Ok(response.body(asset.gzip));
    }
    Ok(response.body(asset.plain))
}
