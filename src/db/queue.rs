//! Letting transactions that want the same thing go one after the other.
//!
//! The constraints decide who gets a doctor's time; this only spares PostgreSQL the deadlocks of many who insert
//! overlapping rows at once, each waiting for the others. SQLite has one writer anyway.

use diesel::sql_types::Integer;
use diesel::{QueryResult, RunQueryDsl, sql_query};

use super::DbConnection;

/// What is queued for. Whoever needs both takes the doctor first, so that no two wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    DoctorsTime = 1,
    PatientsTime = 2,
    /// One import of the table of diagnoses at a time.
    DiagnosisCodes = 3,
}

/// Waits until no other transaction is in the same queue for the same id; the place is given up when the transaction
/// ends.
pub fn enter(db: &mut DbConnection, queue: Queue, id: i64) -> QueryResult<()> {
    match db {
        DbConnection::Sqlite(_) => Ok(()),
        DbConnection::Postgres(postgres) => {
            // Ids that share their last nine digits share a queue, which costs no more than a short wait.
            let place = i32::try_from(id.rem_euclid(1_000_000_000)).unwrap_or(0);
            sql_query("SELECT pg_advisory_xact_lock($1, $2)")
                .bind::<Integer, _>(queue as i32)
                .bind::<Integer, _>(place)
                .execute(postgres)
                .map(|_| ())
        }
    }
}
