//! Many rows at once: hundreds of thousands a second matter for a made-up population or an import, not for pages.
//!
//! PostgreSQL takes them by binary `COPY`, SQLite by one prepared statement that runs again and again. All constraints
//! and triggers stay on. Each call of [`Bulk::write`] is one transaction; the caller cuts its rows into chunks, so that
//! neither memory nor the engine's log grows with the whole.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::connect::{self, Engine, OpenError};
use super::{Db, DbConnection};
use crate::error::AppError;

/// A row that can be written in bulk. Both functions name the table; the row's struct derives `Insertable` with
/// `treat_none_as_default_value = false`, so that every row is the same statement.
pub trait BulkRow: Sized {
    /// Inserts one row by a prepared statement.
    fn insert(&self, sqlite: &mut SqliteConnection) -> QueryResult<usize>;
    /// Copies all rows in one stream.
    fn copy(rows: &[Self], postgres: &mut PgConnection) -> QueryResult<usize>;
}

/// A connection for bulk work, apart from those that serve pages.
pub struct Bulk {
    connection: DbConnection,
    begin: &'static str,
}

impl Db {
    /// A connection of its own for bulk work. On SQLite nothing else should write meanwhile: it would wait for each
    /// transaction of the bulk.
    pub fn bulk(&self) -> Result<Bulk, OpenError> {
        let mut connection = self.manager.connect()?;
        // A larger cache for indexes that are hit all over; fewer and larger moves of SQLite's log into its file.
        let set = match self.engine() {
            Engine::Sqlite => "PRAGMA cache_size = -200000; PRAGMA wal_autocheckpoint = 20000",
            Engine::Postgres => "SET statement_timeout = 0",
        };
        connection.batch_execute(set).map_err(|e| OpenError(e.to_string()))?;
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        Ok(Bulk { connection, begin })
    }
}

impl Bulk {
    /// Runs `work` in one transaction. On PostgreSQL it is not serializable: bulk work adds rows that nobody knows
    /// yet, and the constraints hold all the same.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut DbConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        connect::transaction(&mut self.connection, self.begin, work)
    }

    /// Tells the engine to look at its tables anew, so that it plans well for the many rows.
    pub fn finish(mut self) -> Result<(), AppError> {
        let analyze = match &self.connection {
            DbConnection::Sqlite(_) => "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)",
            DbConnection::Postgres(_) => "ANALYZE",
        };
        Ok(self.connection.batch_execute(analyze)?)
    }
}

/// Inserts all rows and says how many there were.
pub fn insert<R: BulkRow>(db: &mut DbConnection, rows: &[R]) -> QueryResult<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    match db {
        DbConnection::Sqlite(sqlite) => {
            for row in rows {
                row.insert(sqlite)?;
            }
        }
        DbConnection::Postgres(postgres) => {
            R::copy(rows, postgres)?;
        }
    }
    Ok(rows.len())
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Sets `count` ids of a table aside and gives the first, so that rows which refer to each other can be made before
/// any is written. Nobody else is given one of them, not even when this transaction is rolled back.
pub fn reserve_ids(db: &mut DbConnection, table: &str, count: i64) -> QueryResult<i64> {
    if count < 1 {
        return Ok(0);
    }
    match db {
        DbConnection::Sqlite(sqlite) => {
            // SQLite takes `$1` for a name and numbers names as they come; `?1` is a number.
            let last: Vec<Number> = sql_query("SELECT seq AS n FROM sqlite_sequence WHERE name = ?1")
                .bind::<Text, _>(table)
                .load(sqlite)?;
            let (last, set) = match last.first() {
                Some(last) => (last.n, "UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1"),
                None => (0, "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)"),
            };
            sql_query(set).bind::<Text, _>(table).bind::<BigInt, _>(last + count).execute(sqlite)?;
            Ok(last + 1)
        }
        DbConnection::Postgres(postgres) => {
            let first: Number = sql_query("SELECT nextval(pg_get_serial_sequence($1, 'id')) AS n")
                .bind::<Text, _>(table)
                .get_result(postgres)?;
            let last = first.n + count - 1;
            let _: Number = sql_query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2) AS n")
                .bind::<Text, _>(table)
                .bind::<BigInt, _>(last)
                .get_result(postgres)?;
            Ok(first.n)
        }
    }
}
