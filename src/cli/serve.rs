//! `infirmary serve`: the hospital on its address, until SIGTERM.

use std::net::TcpListener;

use actix_web::web;

use crate::accounts::links::{self, LinkKind};
use crate::accounts::queries;
use crate::config::Config;
use crate::db::{self, Db};
use crate::documents::store::Store;
use crate::web::State;
use crate::web::state::Clock;
use crate::{app, rounds, settings};

pub(super) fn run(config: &Config) -> Result<(), String> {
    let db = super::open(config)?;
    let base = match &config.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", config.bind),
    };
    let setup = setup_link(&db).map_err(|e| e.to_string())?;
    serve(config, &db, None, Store::at(config.data_dir.join("documents")), || {
        println!("Infirmary serves on {base}");
        if let Some(raw) = setup {
            println!("Set the hospital up with this link, which works once and for a day:\n  {base}/setup/{raw}");
        }
    })
}

/// Serves a database and the files that go with it; `announce` runs when the address is taken.
pub(super) fn serve(
    config: &Config,
    db: &Db,
    notice: Option<&str>,
    files: Store,
    announce: impl FnOnce(),
) -> Result<(), String> {
    let listener = TcpListener::bind(config.bind).map_err(|e| format!("bind: {}: {e}", config.bind))?;
    super::import_diagnoses::at_start(db);
    let key = crate::accounts::keys::cookie_key(db).map_err(|e| e.to_string())?;
    tidy(&files, db);
    let mut state = State::new(db.clone(), key, Clock::default(), files);
    state.public_url.clone_from(&config.public_url);
    state.trusted_proxies.clone_from(&config.trusted_proxies);
    state.notice = notice.map(ToOwned::to_owned);
    let (state, workers, db) = (web::Data::new(state), config.workers, db.clone());
    actix_web::rt::System::new()
        .block_on(async move {
            let server = actix_web::rt::spawn(app::serve(listener, state, workers)?);
            // The server's first step is to listen for signals: who reads the announcement may end it properly.
            tokio::task::yield_now().await;
            announce();
            let rounds = actix_web::rt::spawn(rounds::keep(db));
            let ended = server.await?;
            rounds.abort();
            ended
        })
        .map_err(|e| format!("the server ended: {e}"))
}

/// Settles files that an earlier process left half-way. What cannot be settled now waits for the next start.
fn tidy(files: &Store, db: &Db) {
    match files.tidy(db) {
        Ok((0, 0)) => {}
        Ok((moved, removed)) => log::info!("documents left waiting: {moved} put in their place, {removed} removed"),
        Err(error) => log::error!("documents left waiting could not be settled: {error}"),
    }
}

/// A new set-up link while there is no hospital.
fn setup_link(db: &Db) -> Result<Option<String>, crate::error::AppError> {
    let now = db::now();
    db.write_now(move |db| {
        if settings::queries::find(db)?.is_some() && queries::administrator_exists(db)? {
            return Ok(None);
        }
        Ok(Some(links::create(db, LinkKind::Setup, None, None, None, now)?))
    })
}
