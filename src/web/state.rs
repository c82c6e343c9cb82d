//! What all requests of one process share. Nothing in it matters when the process ends.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use actix_web::cookie::Key;
use chrono::{DateTime, NaiveDateTime};
use tokio::sync::Semaphore;

use super::sessions::DbSessionStore;
use crate::db::{self, Db};
use crate::diagnosis_codes::index::DiagnosisIndex;
use crate::documents::store::Store;

/// How many passwords are hashed at once: each takes 19 MiB, and other pages want the processors too.
const HASHERS: usize = 2;

/// The shared state of the application.
pub struct State {
    pub(super) db: Db,
    /// Signs cookies; the same in every process of one hospital.
    pub(super) cookie_key: Key,
    /// Bounds password hashing.
    pub hashers: Arc<Semaphore>,
    pub(crate) hashed_kib: Arc<AtomicU64>,
    /// The address people use, when the configuration names it: for links, cookies and the check of origins.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Shown on every page, as on the demonstration's.
    pub notice: Option<String>,
    /// The table of diagnoses in force, ready to be searched.
    pub diagnoses: Arc<DiagnosisIndex>,
    /// Where uploaded files lie.
    pub files: Store,
    clock: Clock,
}

/// The clock of the application: the real one; tests stop it where they want it.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

/// What an unstopped clock holds in place of an instant.
const RUNNING: i64 = i64::MIN;

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(RUNNING)))
    }
}

impl Clock {
    /// The current time in UTC.
    pub fn now(&self) -> NaiveDateTime {
        match self.0.load(Ordering::Relaxed) {
            RUNNING => db::now(),
            micros => DateTime::from_timestamp_micros(micros).map_or_else(db::now, |t| t.naive_utc()),
        }
    }

    /// Stops the clock at `time`, so that a test does not depend on how fast its machine is.
    pub fn stop_at(&self, time: NaiveDateTime) {
        self.0.store(time.and_utc().timestamp_micros(), Ordering::Relaxed);
    }
}

impl State {
    pub fn new(db: Db, cookie_key: Key, clock: Clock, files: Store) -> Self {
        Self {
            db,
            cookie_key,
            hashers: Arc::new(Semaphore::new(HASHERS)),
            hashed_kib: Arc::default(),
            public_url: None,
            trusted_proxies: Vec::new(),
            notice: None,
            diagnoses: Arc::default(),
            files,
            clock,
        }
    }

    /// The current time in UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.clock.now()
    }

    /// Signs and seals cookies.
    pub fn cookie_key(&self) -> Key {
        self.cookie_key.clone()
    }

    /// The store of sessions for the middleware.
    pub fn session_store(&self) -> DbSessionStore {
        DbSessionStore { db: self.db.clone(), clock: self.clock.clone() }
    }

    /// The effort of hashing passwords so far: kibibytes of memory times passes over it, of every hash together.
    pub fn hashed_kib(&self) -> u64 {
        self.hashed_kib.load(Ordering::Relaxed)
    }

    /// Whether browsers reach us over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
