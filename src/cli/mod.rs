//! The command line: one file per subcommand.

mod demo;
mod demo_money;
mod demo_papers;
mod demo_pharmacy;
mod import_diagnoses;
mod migrate;
mod seed;
mod serve;
mod user;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigArgs};
use crate::db::{self, Db};
use crate::medicines::starter;

/// Clinic and hospital management in one binary.
///
/// Without a command it serves the hospital. Every setting can be a flag, an environment variable, or a line of a TOML
/// file; a flag goes before a variable, and a variable before the file.
#[derive(Debug, Parser)]
#[command(name = "infirmary", version, about, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  infirmary                          serve on 127.0.0.1:8080 with data/infirmary.db
  infirmary demo                     try everything with people who are not real
  DATABASE_URL=postgres://infirmary@db.example.org/infirmary infirmary serve";

const SERVE: &str = "\
Examples:
  infirmary serve
  infirmary serve --bind 127.0.0.1:9000 --data-dir /var/lib/infirmary
  infirmary serve --config /etc/infirmary.toml";

const DEMO: &str = "\
The demonstration has a database of its own, demo.db in the data folder, which is made anew each day. Its
logins are printed and written to demo-logins.json beside it.

Examples:
  infirmary demo
  infirmary demo --bind 127.0.0.1:9000 --data-dir /tmp/clinic";

const MIGRATE: &str = "\
`infirmary serve` does the same when it starts. Make a backup before.

Examples:
  infirmary migrate
  infirmary migrate --database-url sqlite:///var/lib/infirmary/infirmary.db";

const IMPORT_DIAGNOSES: &str = "\
A file is a CSV in UTF-8 whose first line names its columns: code and description, and where you have them
billable (yes or no) and terms (other words, with \"; \" between them). It replaces the whole table, which a start
of the server then leaves alone; without a file, the table of the program comes back. Records keep the codes and
words that they have.

Examples:
  infirmary import-diagnoses
  infirmary import-diagnoses --file icd-10-gm.csv --name \"ICD-10-GM 2026\"";

const SEED: &str = "\
The same numbers and the same day give the same hospital, row for row. The doctors' accounts have no password.

Examples:
  infirmary seed
  infirmary seed --patients 1000000 --doctors 400 --appointments 2000000 --seed 7
  infirmary seed --today 2026-11-21 --time-zone Europe/Paris --currency EUR";

const USER: &str = "\
Examples:
  infirmary user create --role admin --first-name Ada --last-name Byrne --email ada@example.org
  infirmary user reset ada@example.org
  infirmary user disable ada@example.org";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the hospital
    #[command(after_help = SERVE)]
    Serve,
    /// Serve a filled demonstration clinic, on this machine only
    #[command(after_help = DEMO)]
    Demo,
    /// Bring the database to this version
    #[command(after_help = MIGRATE)]
    Migrate,
    /// Replace the table of diagnosis codes, by that of the program or by a file of your own
    #[command(after_help = IMPORT_DIAGNOSES)]
    ImportDiagnoses(import_diagnoses::ImportArgs),
    /// Fill the database with a made-up hospital: departments, doctors, patients and years of visits
    #[command(after_help = SEED)]
    Seed(seed::SeedArgs),
    /// Make, reset and disable accounts
    #[command(subcommand, after_help = USER)]
    User(user::UserCommand),
}

/// Runs what the command line asks for. `Err` is the one line to show, whatever the database's own words were.
pub fn run() -> Result<(), String> {
    command(Cli::parse()).map_err(|message| message.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn command(cli: Cli) -> Result<(), String> {
    let config = Config::load(&cli.config)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&config),
        Command::Demo => demo::run(&config),
        Command::Migrate => migrate::run(&config),
        Command::ImportDiagnoses(args) => import_diagnoses::run(&config, &args),
        Command::Seed(args) => seed::run(&config, &args),
        Command::User(command) => user::run(&config, &command),
    }
}

/// The database with this version's schema, and with what ships for the warnings of prescriptions.
fn open(config: &Config) -> Result<Db, String> {
    let db = Db::open(&config.database_url).map_err(|e| format!("the database cannot be opened: {e}"))?;
    db.migrate().map_err(|e| e.to_string())?;
    starter::prepare(&db, db::now()).map_err(|e| e.to_string())?;
    Ok(db)
}
