//! The binary. Everything is in the library, so that tests start the same application.

use std::process::ExitCode;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match infirmary::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("infirmary: {message}");
            ExitCode::FAILURE
        }
    }
}
