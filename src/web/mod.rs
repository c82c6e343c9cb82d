//! Between the browser and the domains: the request context, forms, pages, sessions, static files, middleware.

mod assets;
mod cx;
mod errors;
pub mod form;
pub mod health;
pub mod middleware;
mod origin;
pub mod page;
pub mod paging;
pub mod print;
mod routes;
pub mod sessions;
pub mod shell;
pub mod state;

pub use assets::asset;
pub use cx::Cx;
pub use form::Form;
pub use page::{Flash, Page, html, login_path};
pub use paging::Paging;
pub use routes::Routes;
pub use state::State;

/// What every handler answers.
pub type Answer = Result<actix_web::HttpResponse, crate::error::AppError>;

/// Routes that belong to no domain.
pub fn routes(r: &mut Routes<'_>) {
    r.get("/healthz", health::healthz);
    r.get("/readyz", health::readyz);
    r.get("/static/{path:.*}", assets::serve);
}
