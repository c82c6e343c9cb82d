//! `infirmary import-diagnoses`: puts a table of diagnoses in the place of the present one.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::access::By;
use crate::config::Config;
use crate::db::{self, Db};
use crate::diagnosis_codes::{actions, model::Edition, site};

const LONGEST_NAME: usize = 100;

/// What `infirmary import-diagnoses` can be told.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// A CSV file with the columns code and description [default: the ICD-10-CM that comes with the program]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// How the edition in the file is called [default: the file's name]
    #[arg(long, value_name = "NAME", requires = "file")]
    name: Option<String>,
}

pub(super) fn run(config: &Config, args: &ImportArgs) -> Result<(), String> {
    let by = By::system(db::now());
    let edition = match &args.file {
        // The file is read before the database is touched.
        Some(path) => {
            let name = name(args, path)?;
            let said = |e: &dyn std::fmt::Display| format!("file: {}: {e}", path.display());
            let file = File::open(path).map_err(|e| said(&e))?;
            let codes = site::read(BufReader::new(file)).map_err(|e| said(&e))?;
            actions::import_sites_own(&super::open(config)?, &by, &name, &codes)
        }
        None => actions::import_built_in(&super::open(config)?, &by),
    };
    let edition = edition.map_err(|e| e.to_string())?;
    println!("{}", words(&edition));
    Ok(())
}

fn name(args: &ImportArgs, path: &Path) -> Result<String, String> {
    let of_file = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = args.name.clone().unwrap_or_else(of_file);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(format!("name: a name of at most {LONGEST_NAME} characters is needed"));
    }
    Ok(name)
}

fn words(edition: &Edition) -> String {
    format!("{} codes of {} are in force now.", edition.codes, edition.name)
}

/// At the start of a server: the table that comes with the program, where there is none or an older one of the kind. A
/// hospital without it can work, so whatever goes wrong is logged and the start goes on.
pub(super) fn at_start(db: &Db) {
    match actions::import_built_in_if_newer(db, &By::system(db::now())) {
        Ok(Some(edition)) => println!("{}", words(&edition)),
        Ok(None) => {}
        Err(error) => log::error!("the table of diagnoses was not imported, and the start goes on without: {error}"),
    }
}
