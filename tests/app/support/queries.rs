//! Counts the queries of each application, so that a test can say that a page needs no more of them for a long record.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::TestApp;

/// How many queries each database was asked, by its address.
static COUNTS: Mutex<Option<HashMap<String, Arc<AtomicU64>>>> = Mutex::new(None);

/// What one connection tells.
#[derive(Default)]
struct Counter(Option<Arc<AtomicU64>>);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => self.0 = Some(counter(url)),
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                // What sets a connection up is not asked by any page.
                if let Some(count) = self.0.as_ref().filter(|_| !text.starts_with("PRAGMA") && !text.starts_with("SET"))
                {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }
}

fn counter(url: &str) -> Arc<AtomicU64> {
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(counts.get_or_insert_default().entry(url.to_owned()).or_default())
}

/// Lets every connection count from now on.
pub fn install() {
    set_default_instrumentation(|| Some(Box::new(Counter::default()))).expect("nothing holds the default");
}

/// How many queries the application has asked so far.
pub fn asked(app: &TestApp) -> u64 {
    counter(app.url.strip_prefix("sqlite://").unwrap_or(&app.url)).load(Ordering::Relaxed)
}
