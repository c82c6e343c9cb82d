//! Reading and making the settings.

use diesel::prelude::*;

use super::model::{NewSettings, Settings};
use crate::db::DbConnection;
use crate::db::schema::settings;

/// The settings, or `None` while the hospital is not set up.
pub fn find(db: &mut DbConnection) -> QueryResult<Option<Settings>> {
    settings::table.select(Settings::as_select()).first(db).optional()
}

/// Makes the hospital. A second one violates the table's primary key.
pub fn insert(db: &mut DbConnection, new: &NewSettings) -> QueryResult<()> {
    diesel::insert_into(settings::table).values(new).execute(db).map(|_| ())
}
