//! `infirmary migrate`: brings the database to this version.

use crate::config::Config;
use crate::db::Db;

pub(super) fn run(config: &Config) -> Result<(), String> {
    let db = Db::open(&config.database_url).map_err(|e| format!("the database cannot be opened: {e}"))?;
    let done = db.migrate().map_err(|e| e.to_string())?;
    match done.len() {
        0 => println!("The database has this version already."),
        n => println!("{n} migrations were run: {}.", done.join(", ")),
    }
    Ok(())
}
