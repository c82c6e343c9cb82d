//! The whole web application at a glance: what surrounds every request, and every domain's routes.

use std::io;
use std::net::TcpListener;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity, TtlExtensionPolicy};
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};

use crate::web::sessions::{ABSOLUTE_HOURS, DbSessionStore};
use crate::web::{Routes, State, middleware};
use crate::{
    accounts, appointments, billing, chart, dashboards, departments, diagnosis_codes, doctors, documents, encounters,
    feedback, find, medicines, notifications, patients, pharmacy, prescriptions, reports, schedule, settings,
};

/// Every route, domain by domain.
pub fn routes(r: &mut Routes<'_>) {
    crate::web::routes(r);
    dashboards::routes(r);
    find::routes(r);
    accounts::routes(r);
    settings::routes(r);
    notifications::routes(r);
    departments::routes(r);
    doctors::routes(r);
    patients::routes(r);
    medicines::routes(r);
    documents::routes(r);
    chart::routes(r);
    schedule::routes(r);
    billing::routes(r);
    appointments::routes(r);
    feedback::routes(r);
    diagnosis_codes::routes(r);
    encounters::routes(r);
    prescriptions::routes(r);
    pharmacy::routes(r);
    reports::routes(r);
}

/// Starts the server on a listener that is already bound. It stops on SIGTERM after finishing what is in flight.
pub fn serve(listener: TcpListener, state: web::Data<State>, workers: usize) -> io::Result<Server> {
    let store = state.session_store();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .wrap(sessions(&state, store.clone()))
            .wrap(from_fn(middleware::error_pages))
            .wrap(Compress::default())
            .wrap(from_fn(middleware::secure))
            .wrap(from_fn(middleware::observe))
            .configure(|config| routes(&mut Routes::new(config)))
            .default_service(web::to(middleware::no_such_page))
    })
    .workers(workers)
    .shutdown_timeout(30)
    .listen(listener)?
    .run();
    Ok(server)
}

/// A session lives in the browser until it is closed, in the database for some hours, and never in JavaScript.
fn sessions(state: &State, store: DbSessionStore) -> SessionMiddleware<DbSessionStore> {
    let name = if state.is_secure() { "__Host-session" } else { "session" };
    SessionMiddleware::builder(store, state.cookie_key())
        .cookie_name(name.to_owned())
        .cookie_secure(state.is_secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(
            BrowserSession::default()
                .state_ttl(Duration::hours(ABSOLUTE_HOURS))
                .state_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges),
        )
        .build()
}
