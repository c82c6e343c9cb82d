//! Connecting to the engine that the URL's scheme names, and transactions begun the way each engine needs them.

use std::fmt;
use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use diesel::sql_types::{Integer, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::DbConnection;
use crate::error::AppError;

/// The two database engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Why the database could not be opened, in the engine's own words.
#[derive(Debug)]
pub struct OpenError(pub String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

/// Makes connections for the pool and for the writer.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    target: Target,
    read_only: bool,
}

#[derive(Clone, Debug)]
enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Manager {
    pub(super) fn new(url: &str) -> Result<Self, OpenError> {
        let target = if let Some(path) = url.strip_prefix("sqlite://") {
            Target::Sqlite(PathBuf::from(path))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Target::Postgres(url.to_owned())
        } else {
            return Err(OpenError("the database URL begins with neither sqlite:// nor postgres://".to_owned()));
        };
        Ok(Self { target, read_only: false })
    }

    pub(super) fn engine(&self) -> Engine {
        match self.target {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(_) => Engine::Postgres,
        }
    }

    /// On SQLite, readers cannot write even by mistake; on PostgreSQL the transaction says so.
    pub(super) fn for_readers(&self) -> Self {
        Self { read_only: self.engine() == Engine::Sqlite, ..self.clone() }
    }

    /// Connects once and asserts that SQLite runs as every promise of ours needs it.
    pub(super) fn check(&self) -> Result<(), OpenError> {
        let mut connection = self.connect()?;
        if let DbConnection::Sqlite(sqlite) = &mut connection {
            for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
                let found = read_pragma(sqlite, pragma)?;
                if found != wanted {
                    return Err(OpenError(format!("SQLite runs with {pragma} = {found} where {wanted} is needed")));
                }
            }
        }
        Ok(())
    }

    pub(super) fn connect(&self) -> Result<DbConnection, OpenError> {
        match &self.target {
            Target::Sqlite(path) => Ok(DbConnection::Sqlite(open_sqlite(path, self.read_only)?)),
            Target::Postgres(url) => {
                let mut connection = PgConnection::establish(url).map_err(|e| OpenError(e.to_string()))?;
                connection
                    .batch_execute("SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '10s'")
                    .map_err(|e| OpenError(e.to_string()))?;
                Ok(DbConnection::Postgres(connection))
            }
        }
    }
}

fn open_sqlite(path: &Path, read_only: bool) -> Result<SqliteConnection, OpenError> {
    let said = |e: &dyn fmt::Display| OpenError(format!("{}: {e}", path.display()));
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| said(&e))?;
    }
    let name = path.to_str().ok_or_else(|| OpenError("the database's path is not valid UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(name).map_err(|e| said(&e))?;
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000",
        )
        .map_err(|e| said(&e))?;
    if read_only {
        connection.batch_execute("PRAGMA query_only = ON").map_err(|e| said(&e))?;
    }
    Ok(connection)
}

#[derive(QueryableByName)]
struct PragmaText {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct PragmaSynchronous {
    #[diesel(sql_type = Integer)]
    synchronous: i32,
}

#[derive(QueryableByName)]
struct PragmaForeignKeys {
    #[diesel(sql_type = Integer)]
    foreign_keys: i32,
}

fn read_pragma(sqlite: &mut SqliteConnection, pragma: &str) -> Result<String, OpenError> {
    let value = match pragma {
        "journal_mode" => sql_query("PRAGMA journal_mode").get_result::<PragmaText>(sqlite).map(|r| r.journal_mode),
        "synchronous" => {
            sql_query("PRAGMA synchronous").get_result::<PragmaSynchronous>(sqlite).map(|r| r.synchronous.to_string())
        }
        _ => {
            sql_query("PRAGMA foreign_keys").get_result::<PragmaForeignKeys>(sqlite).map(|r| r.foreign_keys.to_string())
        }
    };
    value.map_err(|e| OpenError(e.to_string()))
}

impl ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = OpenError;

    fn connect(&self) -> Result<DbConnection, OpenError> {
        Manager::connect(self)
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), OpenError> {
        sql_query("SELECT 1").execute(connection).map(|_| ()).map_err(|e| OpenError(e.to_string()))
    }

    /// A connection whose transaction could not be ended is thrown away, not handed to the next person.
    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || in_transaction(connection)
    }
}

pub(super) fn in_transaction(connection: &mut DbConnection) -> bool {
    fn open<C>(connection: &mut C) -> bool
    where
        C: Connection<TransactionManager = AnsiTransactionManager>,
        AnsiTransactionManager: TransactionManager<C, TransactionStateData = AnsiTransactionManager>,
    {
        !matches!(AnsiTransactionManager::transaction_manager_status_mut(connection).transaction_depth(), Ok(None))
    }
    match connection {
        DbConnection::Sqlite(sqlite) => open(sqlite),
        DbConnection::Postgres(postgres) => open(postgres),
    }
}

/// Runs `work` between `begin` and a commit; an `Err` or a panic rolls back.
pub(super) fn transaction<T>(
    connection: &mut DbConnection,
    begin: &str,
    work: impl FnOnce(&mut DbConnection) -> Result<T, AppError>,
) -> Result<T, AppError> {
    begin_transaction(connection, begin)?;
    match work(connection) {
        Ok(value) => {
            commit(connection)?;
            Ok(value)
        }
        Err(error) => {
            rollback(connection);
            Err(error)
        }
    }
}

/// Begins a transaction with the engine's own words.
pub(super) fn begin_transaction(connection: &mut DbConnection, begin: &str) -> Result<(), AppError> {
    match connection {
        DbConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, begin)?,
        DbConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, begin)?,
    }
    Ok(())
}

/// Commits; when that fails, nothing of the transaction stays.
pub(super) fn commit(connection: &mut DbConnection) -> Result<(), AppError> {
    let committed = match connection {
        DbConnection::Sqlite(sqlite) => AnsiTransactionManager::commit_transaction(sqlite),
        DbConnection::Postgres(postgres) => AnsiTransactionManager::commit_transaction(postgres),
    };
    committed.map_err(|error| {
        if in_transaction(connection) {
            rollback(connection);
        }
        AppError::from(error)
    })
}

/// Rolls back; a failure here leaves the connection broken, and the pool throws it away.
pub(super) fn rollback(connection: &mut DbConnection) {
    let rolled_back = match connection {
        DbConnection::Sqlite(sqlite) => AnsiTransactionManager::rollback_transaction(sqlite),
        DbConnection::Postgres(postgres) => AnsiTransactionManager::rollback_transaction(postgres),
    };
    if let Err(error) = rolled_back {
        log::warn!("a transaction could not be rolled back: {error}");
    }
}
