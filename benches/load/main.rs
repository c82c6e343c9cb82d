//! The load benchmark: `cargo bench --bench load`. It fills a database with the `seed` command, starts the real binary,
//! drives it with people who are signed in through wrk (Debian: `apt-get install wrk`), and, in the same run and in
//! turns with it, a bare actix-web handler that answers a constant body of the same size. What is compared between
//! machines and between runs is the ratio of the two.
//!
//! `cargo bench --bench load -- --patients 100000 --engine postgresql --seconds 5 --rounds 3 --only board`
//!
//! The database is made once for each size and engine, and used again by later runs of the same day. With
//! `--engine postgresql`, `DATABASE_URL` names an empty database that this may fill.

mod floor;
mod people;
mod report;
mod rows;
mod server;
mod world;
mod wrk;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// What a run can be told.
#[derive(Parser, Debug)]
struct Options {
    /// How many patients; each has ten appointments
    #[arg(long, default_value_t = 1000)]
    patients: u64,
    /// sqlite, or postgresql with DATABASE_URL
    #[arg(long, default_value = "sqlite", value_parser = ["sqlite", "postgresql"])]
    engine: String,
    /// How long each measurement lasts
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each row and its floor take turns; the median is told
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only rows whose name has this in it
    #[arg(long, default_value = "")]
    only: String,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    wrk::is_there()?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("load");
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let url = world::database(options, &folder)?;
    let world = world::World::prepare(&url)?;
    let floor = floor::Floor::start()?;
    let server = server::Server::start(&url)?;
    let people = people::sign_in(&server, &world)?;
    let rows = rows::rows(&world, &people);
    let mut table = report::Table::new(options, &server);
    for row in rows.iter().filter(|row| row.name.contains(&options.only)) {
        eprintln!("{} …", row.name);
        table.add(row.measure(options, &server, &floor, &folder)?);
    }
    if "commit".contains(&options.only) || options.only.contains("book") {
        table.commits(world::bare_commits(&folder, options.seconds)?);
    }
    table.finish(&server, &folder)
}
