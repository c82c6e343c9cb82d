//! The command line: one file per subcommand.

mod demo;
mod migrate;
mod seed;
mod serve;
mod user;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigArgs};
use crate::db::Db;

/// Clinic and hospital management in one binary.
#[derive(Debug, Parser)]
#[command(name = "infirmary", version, about)]
struct Cli {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the hospital (also without any command)
    Serve,
    /// Serve a filled demonstration clinic, on this machine only
    Demo,
    /// Bring the database to this version and end
    Migrate,
    /// Fill the database with a made-up hospital: departments, doctors, patients and years of visits
    Seed(seed::SeedArgs),
    /// Make, reset and disable accounts
    #[command(subcommand)]
    User(user::UserCommand),
}

/// Runs what the command line asks for. `Err` is the one line to show.
pub fn run() -> Result<(), String> {
    let cli = Cli::parse();
    let config = Config::load(&cli.config)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&config),
        Command::Demo => demo::run(&config),
        Command::Migrate => migrate::run(&config),
        Command::Seed(args) => seed::run(&config, &args),
        Command::User(command) => user::run(&config, &command),
    }
}

/// The database with this version's schema.
fn open(config: &Config) -> Result<Db, String> {
    let db = Db::open(&config.database_url).map_err(|e| format!("the database cannot be opened: {e}"))?;
    db.migrate().map_err(|e| e.to_string())?;
    Ok(db)
}
