//! The schema's versions. Both folders hold the same names, so a database knows its version whatever its engine.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::DbConnection;
use super::connect::OpenError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// Runs what is missing and names it.
pub(super) fn run(connection: &mut DbConnection) -> Result<Vec<String>, OpenError> {
    let versions = match connection {
        DbConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(|v| names(&v)),
        DbConnection::Postgres(postgres) => postgres.run_pending_migrations(POSTGRESQL).map(|v| names(&v)),
    };
    versions.map_err(|e| OpenError(format!("the database could not be brought to this version: {e}")))
}

/// Whether something is missing.
pub(super) fn pending(connection: &mut DbConnection) -> Result<bool, OpenError> {
    let pending = match connection {
        DbConnection::Sqlite(sqlite) => sqlite.has_pending_migration(SQLITE),
        DbConnection::Postgres(postgres) => postgres.has_pending_migration(POSTGRESQL),
    };
    pending.map_err(|e| OpenError(e.to_string()))
}

fn names(versions: &[diesel::migration::MigrationVersion<'_>]) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
