//! All tests that need the application: one binary, each test on SQLite and on PostgreSQL.
//!
//! `cargo test` runs everything; `cargo test --test app -- departments` what has this word in its name. A part that is
//! missing on this machine (PostgreSQL, Chromium) is reported as ignored, or fails where `REQUIRE_POSTGRES=1` and
//! `REQUIRE_BROWSER=1` are set.

mod access;
mod accounts;
mod amendments;
mod appointments;
mod billing;
mod bills;
mod board;
mod booking;
mod browser;
mod calendar;
mod cash;
mod chart;
mod cli;
mod crash;
mod dashboards;
mod departments;
mod diagnosis_codes;
mod dispensing;
mod doctors;
mod documents;
mod encounters;
mod feedback;
mod generated;
mod medicine_files;
mod medicines;
mod money_random;
mod notifications;
mod papers;
mod patients;
mod payments;
mod pharmacy;
mod prescriptions;
mod privacy;
mod reports;
mod results;
mod robust;
mod schedule;
mod schema;
mod settings;
mod slots;
mod stock;
mod support;
mod visit_vitals;
mod whiteboard;

use std::process::ExitCode;

use libtest_mimic::Arguments;
use support::Suite;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    support::queries::install();
    let mut suite = Suite::new(arguments.list);
    access::tests(&mut suite);
    accounts::tests(&mut suite);
    amendments::tests(&mut suite);
    appointments::tests(&mut suite);
    billing::tests(&mut suite);
    bills::tests(&mut suite);
    booking::tests(&mut suite);
    board::tests(&mut suite);
    browser::tests(&mut suite);
    cli::tests(&mut suite);
    calendar::tests(&mut suite);
    cash::tests(&mut suite);
    chart::tests(&mut suite);
    crash::tests(&mut suite);
    dashboards::tests(&mut suite);
    departments::tests(&mut suite);
    diagnosis_codes::tests(&mut suite);
    documents::tests(&mut suite);
    dispensing::tests(&mut suite);
    encounters::tests(&mut suite);
    feedback::tests(&mut suite);
    generated::tests(&mut suite);
    medicine_files::tests(&mut suite);
    medicines::tests(&mut suite);
    notifications::tests(&mut suite);
    papers::tests(&mut suite);
    patients::tests(&mut suite);
    money_random::tests(&mut suite);
    payments::tests(&mut suite);
    pharmacy::tests(&mut suite);
    robust::tests(&mut suite);
    prescriptions::tests(&mut suite);
    privacy::tests(&mut suite);
    reports::tests(&mut suite);
    results::tests(&mut suite);
    doctors::tests(&mut suite);
    schedule::tests(&mut suite);
    schema::tests(&mut suite);
    settings::tests(&mut suite);
    slots::tests(&mut suite);
    stock::tests(&mut suite);
    visit_vitals::tests(&mut suite);
    whiteboard::tests(&mut suite);
    suite.once(support::postgres::works);

    let conclusion = libtest_mimic::run(&arguments, suite.trials);
    support::postgres::shutdown();
    conclusion.exit_code()
}
