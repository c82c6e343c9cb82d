//! The journeys in a real Chromium, which live in `tests/browser/`: run here, so that one command runs all tests.

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::support::Suite;

pub fn tests(suite: &mut Suite) {
    let missing = missing();
    if let Some(reason) = &missing {
        eprintln!("Journeys in a browser are left out: {reason}");
    }
    let is_required = std::env::var_os("REQUIRE_BROWSER").is_some_and(|v| v == "1");
    let is_left_out = missing.is_some() && !is_required;
    let trial = Trial::test("browser::journeys", move || match missing {
        Some(reason) => Err(Failed::from(reason)),
        None => run(),
    });
    suite.trials.push(trial.with_ignored_flag(is_left_out));
}

fn node() -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser"))
        .env("INFIRMARY_BIN", env!("CARGO_BIN_EXE_infirmary"))
        .arg("run.mjs");
    command
}

/// What keeps the journeys from running here.
fn missing() -> Option<String> {
    match node().arg("--missing").output() {
        Ok(asked) if asked.status.success() => None,
        Ok(asked) => Some(String::from_utf8_lossy(&asked.stderr).trim().replace('\n', "; ")),
        Err(error) => Some(format!("node cannot be started: {error}")),
    }
}

fn run() -> Result<(), Failed> {
    let done = node().output().map_err(|e| Failed::from(e.to_string()))?;
    if done.status.success() {
        return Ok(());
    }
    let output = [done.stdout, done.stderr].concat();
    Err(Failed::from(String::from_utf8_lossy(&output).into_owned()))
}
