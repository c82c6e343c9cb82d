//! What tests stand on: the application started in-process, people who visit it, and things made with sensible values.

pub mod app;
pub mod chart;
pub mod factory;
pub mod money;
pub mod papers;
pub mod pharmacy;
pub mod postgres;
pub mod queries;

use std::future::Future;

pub use app::{Engine, Reply, TestApp, Visitor};
use libtest_mimic::{Failed, Trial};

/// Collects the tests. A test that no file registers is unused code, which the build refuses.
pub struct Suite {
    pub trials: Vec<Trial>,
    /// Why tests on PostgreSQL cannot run here, if they cannot.
    no_postgres: Option<String>,
}

impl Suite {
    /// `is_listing`: only names are asked for, so nothing is started.
    pub fn new(is_listing: bool) -> Self {
        let no_postgres = if is_listing { None } else { app::prepare_postgres().err() };
        if let Some(reason) = &no_postgres {
            eprintln!("Tests on PostgreSQL are left out: {reason}");
        }
        Self { trials: Vec::new(), no_postgres }
    }

    /// A test on both engines, each with an application and a database of its own.
    pub fn both<F, Fut>(&mut self, test: F)
    where
        F: Fn(TestApp) -> Fut + Copy + Send + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        let name = name_of::<F>();
        self.trials.push(Trial::test(format!("{name} (sqlite)"), move || run(Engine::Sqlite, test)));
        self.postgres(test);
    }

    /// A test of what only PostgreSQL can do to us.
    pub fn postgres<F, Fut>(&mut self, test: F)
    where
        F: Fn(TestApp) -> Fut + Copy + Send + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        let name = name_of::<F>();
        let missing = self.no_postgres.clone();
        let is_required = std::env::var_os("REQUIRE_POSTGRES").is_some_and(|v| v == "1");
        let is_left_out = missing.is_some() && !is_required;
        let trial = Trial::test(format!("{name} (postgresql)"), move || match missing {
            Some(reason) => Err(Failed::from(reason)),
            None => run(Engine::Postgres, test),
        });
        self.trials.push(trial.with_ignored_flag(is_left_out));
    }

    /// A test that brings its own world, once.
    pub fn once<F>(&mut self, test: F)
    where
        F: FnOnce() -> Result<(), String> + Send + 'static,
    {
        self.trials.push(Trial::test(name_of::<F>(), move || test().map_err(Failed::from)));
    }
}

fn run<F, Fut>(engine: Engine, test: F) -> Result<(), Failed>
where
    F: Fn(TestApp) -> Fut,
    Fut: Future<Output = ()>,
{
    actix_web::rt::System::new().block_on(async move {
        let app = TestApp::start(engine).await;
        let stop = app.stopper();
        test(app).await;
        stop.stop(false).await;
    });
    Ok(())
}

/// `departments::a_name_is_taken_once` of a function's type.
fn name_of<F>() -> String {
    let full = std::any::type_name::<F>();
    full.strip_prefix("app::").unwrap_or(full).to_owned()
}
