//! The database: the only place that knows which engine runs.
//!
//! [`Db`] reads through a pool and writes in transactions that behave as if each ran alone: on SQLite by one writer
//! (`writer.rs`), on PostgreSQL by `SERIALIZABLE` with retries. Everything above speaks to a [`DbConnection`] and to
//! `schema`, and holds on both engines.

pub mod bulk;
mod connect;
pub mod constraint;
pub mod fold;
pub mod functions;
mod migrate;
pub mod queue;
pub mod schema;
pub mod text;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use chrono::{NaiveDateTime, SubsecRound, Utc};
use diesel::r2d2::Pool;
use diesel::sqlite::SqliteConnection;
use diesel::{PgConnection, RunQueryDsl, sql_query};
use rand::RngExt;
use tokio::sync::oneshot;

pub use connect::{Engine, OpenError};

use crate::error::AppError;
use connect::Manager;
use writer::Writer;

/// One connection to either engine. Queries are written once and run on both.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How many connections read at once.
const READERS: u32 = 8;
/// How often a PostgreSQL write is tried before the person is told that the system is busy.
const WRITE_TRIES: u32 = 12;

/// The hospital's database. Cheap to clone: all clones share the same connections.
#[derive(Clone)]
pub struct Db {
    manager: Manager,
    pool: Pool<Manager>,
    writer: Option<Writer>,
    /// Held by the one PostgreSQL write of this process that is being tried again.
    turn: Arc<Mutex<()>>,
    writes: Arc<AtomicU64>,
}

impl Db {
    /// Opens the database behind `url` (`sqlite://PATH` or `postgres://…`), making an SQLite file that does not exist.
    ///
    /// # Errors
    /// The engine's own words when it cannot be reached, or when SQLite does not keep the promises asked of it.
    pub fn open(url: &str) -> Result<Self, OpenError> {
        let manager = Manager::new(url)?;
        let engine = manager.engine();
        manager.check()?;
        let writer = match engine {
            Engine::Sqlite => Some(Writer::start(manager.clone())?),
            Engine::Postgres => None,
        };
        let pool = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(engine == Engine::Postgres)
            .build_unchecked(manager.for_readers());
        Ok(Self { manager, pool, writer, turn: Arc::default(), writes: Arc::default() })
    }

    /// Which engine runs. For messages to operators; code that behaves differently belongs into this module.
    pub fn engine(&self) -> Engine {
        self.manager.engine()
    }

    /// How many write transactions this process has begun; one that is tried again counts once.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Runs `work` in one read transaction on a blocking thread: it sees one state of the database throughout.
    /// Writing in it fails on both engines.
    pub async fn read<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    {
        let db = self.clone();
        actix_web::web::block(move || db.read_now(work)).await.map_err(|_| AppError::Unavailable)?
    }

    /// [`Db::read`] for callers that may block: the command line, background threads.
    pub fn read_now<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        let mut connection = self.pool.get().map_err(unavailable)?;
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        connect::transaction(&mut connection, begin, work)
    }

    /// Runs `work` in one write transaction, as if it ran alone. The answer comes after the commit is durable.
    ///
    /// `work` may run more than once (PostgreSQL asks for it when two transactions meet), so it has no effect outside
    /// the database. An `Err` rolls everything back.
    pub async fn write<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnMut(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    {
        self.writes.fetch_add(1, Ordering::Relaxed);
        match &self.writer {
            Some(writer) => {
                let (answer, done) = oneshot::channel();
                // Nobody listens any more when the browser went away: the work is done all the same.
                writer.send(work, move |result| drop(answer.send(result)));
                done.await.map_err(|_| AppError::Unavailable)?
            }
            None => {
                let db = self.clone();
                actix_web::web::block(move || db.write_serializable(work)).await.map_err(|_| AppError::Unavailable)?
            }
        }
    }

    /// [`Db::write`] for callers that may block: the command line, background threads.
    pub fn write_now<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnMut(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    {
        self.writes.fetch_add(1, Ordering::Relaxed);
        match &self.writer {
            Some(writer) => {
                let (answer, done) = mpsc::channel();
                writer.send(work, move |result| drop(answer.send(result)));
                done.recv().map_err(|_| AppError::Unavailable)?
            }
            None => self.write_serializable(work),
        }
    }

    fn write_serializable<T>(
        &self,
        mut work: impl FnMut(&mut DbConnection) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        let first = connect::transaction(&mut *self.pool.get().map_err(unavailable)?, begin, &mut work);
        if !matches!(first, Err(AppError::Busy)) {
            return first;
        }
        // Writes that met go one after the other from now on, so that many who want the same row do not meet forever.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tries = 2;
        loop {
            let done = connect::transaction(&mut *self.pool.get().map_err(unavailable)?, begin, &mut work);
            match done {
                Err(AppError::Busy) if tries < WRITE_TRIES => {
                    // A short random pause, for those who met are now of another process, or have only just come.
                    let longest = 4_u64 << tries.min(7);
                    std::thread::sleep(Duration::from_millis(rand::rng().random_range(1..longest)));
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    /// Brings the schema to this binary's version. Each migration is one transaction: done or not begun.
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        migrate::run(&mut self.manager.connect()?)
    }

    /// Whether this binary knows migrations that the database has not seen.
    pub fn has_pending_migrations(&self) -> Result<bool, OpenError> {
        migrate::pending(&mut self.manager.connect()?)
    }

    /// Asks the database for a sign of life.
    pub fn ping(&self) -> Result<(), AppError> {
        self.read_now(|db| Ok(sql_query("SELECT 1").execute(db).map(|_| ())?))
    }
}

fn unavailable(error: impl std::fmt::Display) -> AppError {
    log::error!("no database connection: {error}");
    AppError::Unavailable
}

/// The current time in UTC, in the microseconds that both engines keep.
pub fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
