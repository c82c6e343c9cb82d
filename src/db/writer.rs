//! SQLite's one writer: a thread that owns the writing connection and takes work from a fair queue.
//!
//! SQLite has one writer anyway; waiting for it by `busy_timeout` starves the unlucky. Here writes queue in order, and
//! those that wait together share one commit: each runs in a savepoint of its own, one `COMMIT` makes them durable,
//! and only then is each answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use diesel::Connection;

use super::DbConnection;
use super::connect::{Manager, OpenError, begin_transaction, commit, rollback};
use crate::error::AppError;

/// How many waiting writes may share one commit.
const SHARED: usize = 64;

/// Runs the work and returns what tells the waiting person, once it is known whether the commit held.
type Job = Box<dyn FnOnce(&mut DbConnection) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), AppError>) + Send>;

/// The queue's entrance. The thread ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(manager: Manager) -> Result<Self, OpenError> {
        let mut connection = manager.connect()?;
        let (queue, jobs) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || {
                while let Ok(first) = jobs.recv() {
                    let batch = std::iter::once(first).chain(jobs.try_iter()).take(SHARED).collect();
                    run_batch(&mut connection, batch);
                }
            })
            .map_err(|e| OpenError(e.to_string()))?;
        Ok(Self { queue })
    }

    /// Queues `work`; `answer` gets its result after the commit. It is dropped unused only when the writer is gone.
    pub(super) fn send<T, F, A>(&self, mut work: F, answer: A)
    where
        T: Send + 'static,
        F: FnMut(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
        A: FnOnce(Result<T, AppError>) + Send + 'static,
    {
        let job: Job = Box::new(move |connection| {
            let result = catch_unwind(AssertUnwindSafe(|| connection.transaction(|db| work(db))))
                .unwrap_or_else(|_| Err(AppError::Internal("a write transaction panicked".to_owned())));
            Box::new(move |committed| answer(result.and_then(|value| committed.map(|()| value))))
        });
        // When the thread is gone the job is dropped here, and whoever waits for the answer sees that.
        let _ = self.queue.send(job);
    }
}

fn run_batch(connection: &mut DbConnection, batch: Vec<Job>) {
    if let Err(error) = begin_transaction(connection, "BEGIN IMMEDIATE") {
        log::error!("the database takes no writes: {error}");
        // Dropping the jobs answers each that the database is unavailable.
        return;
    }
    let answers: Vec<Answer> = batch.into_iter().map(|job| job(connection)).collect();
    let committed = commit(connection);
    if let Err(error) = &committed {
        log::error!("a commit failed: {error}");
        rollback_if_open(connection);
    }
    for answer in answers {
        answer(match &committed {
            Ok(()) => Ok(()),
            Err(_) => Err(AppError::Unavailable),
        });
    }
}

/// `commit` rolls back by itself; this covers an engine that ended the transaction on its own (a full disk does that).
fn rollback_if_open(connection: &mut DbConnection) {
    if super::connect::in_transaction(connection) {
        rollback(connection);
    }
}
