//! What is due by the clock and not by anybody's doing, looked after while the server runs.
//!
//! A round asks the database what is due and does it, each thing once: so it may be made by any number of processes, late,
//! or twice, and nothing that matters stays in a process. What fails is logged, and due again in the next round.

use std::time::Duration;

use actix_web::{rt, web};
use chrono::NaiveDateTime;

use crate::access::By;
use crate::db::{self, Db};
use crate::error::AppError;
use crate::pharmacy::stock;
use crate::settings;

/// How long it is from one round to the next.
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// Makes one round after another, for as long as it is awaited.
pub async fn keep(db: Db) {
    loop {
        let db = db.clone();
        match web::block(move || make(&db, db::now())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => log::error!("a round was not finished: {error}"),
            // The server is being stopped.
            Err(_) => return,
        }
        rt::time::sleep(PAUSE).await;
    }
}

/// Makes a round. `now` is in UTC.
///
/// # Errors
/// What the database says; what was done until then stays.
pub fn make(db: &Db, now: NaiveDateTime) -> Result<(), AppError> {
    let due = db.read_now(|db| match settings::queries::find(db)? {
        Some(hospital) => stock::actions::expiring(db, hospital.zone().date(now)),
        // There is no hospital yet.
        None => Ok(Vec::new()),
    })?;
    if due.is_empty() {
        return Ok(());
    }
    db.write_now(move |db| stock::actions::tell(db, &By::system(now), &due))
}
