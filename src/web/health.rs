//! Signs of life for whoever watches the server.

use actix_web::{HttpResponse, web};

use super::{Answer, State};
use crate::error::AppError;

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: the database answers and has this binary's schema.
pub(super) async fn readyz(state: web::Data<State>) -> Answer {
    let db = state.db.clone();
    let pending = web::block(move || {
        db.ping()?;
        db.has_pending_migrations().map_err(|_| AppError::Unavailable)
    })
    .await
    .map_err(|_| AppError::Unavailable)??;
    if pending {
        return Err(AppError::Unavailable);
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}
