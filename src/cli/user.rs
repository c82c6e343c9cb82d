//! `infirmary user …`: accounts from the server's own command line, as when nobody can sign in any more.

use std::io::Read;

use clap::{Args, Subcommand};

use crate::access::{By, Role};
use crate::accounts::links::LinkKind;
use crate::accounts::model::{NewPerson, UserId};
use crate::accounts::{actions, forms, passwords, queries};
use crate::config::Config;
use crate::db::{self, Db, constraint};
use crate::error::AppError;
use crate::settings;
use crate::web::Form;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account and print its invitation link
    Create(NewUserArgs),
    /// Print a link with which somebody chooses a new password
    Reset {
        /// E-mail address or user name
        login: String,
    },
    /// Disable an account and end its sessions
    Disable {
        /// E-mail address or user name
        login: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct NewUserArgs {
    /// admin, receptionist, pharmacist, accountant or billing_manager
    #[arg(long)]
    role: String,
    /// Made of the name when it is left out
    #[arg(long, default_value = "")]
    username: String,
    #[arg(long, default_value = "")]
    email: String,
    #[arg(long)]
    first_name: String,
    #[arg(long)]
    last_name: String,
    /// Of pharmacists
    #[arg(long, default_value = "")]
    license_number: String,
    /// Read the password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
}

pub(super) fn run(config: &Config, command: &UserCommand) -> Result<(), String> {
    let db = super::open(config)?;
    if db.read_now(|db| Ok(settings::queries::find(db)?)).map_err(words)?.is_none() {
        return Err("the hospital is not set up yet: start the server and open the link that it prints".to_owned());
    }
    match command {
        UserCommand::Create(args) => create(config, &db, args),
        UserCommand::Reset { login } => {
            let id = find(&db, login)?;
            let by = By::system(db::now());
            let (kind, raw) = db.write_now(move |db| actions::new_link(db, &by, id)).map_err(words)?;
            let path = if kind == LinkKind::Invitation { "invitation" } else { "reset" };
            println!("This link works once, for {} hours:\n  {}/{path}/{raw}", kind.lasts().num_hours(), base(config));
            Ok(())
        }
        UserCommand::Disable { login } => {
            let id = find(&db, login)?;
            let by = By::system(db::now());
            db.write_now(move |db| actions::disable(db, &by, id)).map_err(words)?;
            println!("The account is disabled, and its sessions have ended.");
            Ok(())
        }
    }
}

fn create(config: &Config, db: &Db, args: &NewUserArgs) -> Result<(), String> {
    let person = checked(args)?;
    let hash = match args.password_stdin {
        true => Some(password_of(&person)?),
        false => None,
    };
    let by = By::system(db::now());
    let (username, raw) = db
        .write_now(move |db| {
            let (id, raw) = actions::invite(db, &by, &person)?;
            if let Some(hash) = &hash {
                actions::give_password(db, &by, id, hash)?;
            }
            Ok((queries::find(db, id)?.username, raw))
        })
        .map_err(words)?;
    if args.password_stdin {
        println!("{username} can sign in now at {}/login", base(config));
    } else {
        let days = LinkKind::Invitation.lasts().num_days();
        println!("{username} chooses a password with this link, which works once, for {days} days:");
        println!("  {}/invitation/{raw}", base(config));
    }
    Ok(())
}

/// The same rules as on the page.
fn checked(args: &NewUserArgs) -> Result<NewPerson, String> {
    let mut form = Form::of([
        ("role", args.role.clone()),
        ("username", args.username.clone()),
        ("email", args.email.clone()),
        ("first_name", args.first_name.clone()),
        ("last_name", args.last_name.clone()),
        ("license_number", args.license_number.clone()),
    ]);
    let person = forms::parse_invitation(&mut form);
    person.ok_or_else(|| {
        let wrong = form.errors.iter().map(|e| format!("{}: {}", e.field.replace('_', "-"), e.message));
        wrong.collect::<Vec<_>>().join(" ")
    })
}

fn password_of(person: &NewPerson) -> Result<String, String> {
    let mut typed = String::new();
    std::io::stdin().read_to_string(&mut typed).map_err(|e| format!("standard input: {e}"))?;
    let password = typed.trim_end_matches(['\r', '\n']);
    let own = [person.first_name.as_str(), &person.last_name, &person.username, person.email.as_deref().unwrap_or("")];
    match passwords::objection(password, person.role, &own) {
        Some(objection) => Err(format!("password: {objection}")),
        None => passwords::hash_now(password).map_err(words),
    }
}

fn find(db: &Db, login: &str) -> Result<UserId, String> {
    let login = login.to_owned();
    let user = db.read_now(move |db| Ok(queries::by_login(db, &login)?)).map_err(words)?;
    let user = user.ok_or("nobody has this user name or e-mail address")?;
    if user.role == Role::Patient && user.password_hash.is_none() {
        return Err("this patient is invited from their record".to_owned());
    }
    Ok(user.id)
}

/// The address under which people reach the server.
fn base(config: &Config) -> String {
    match &config.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", config.bind),
    }
}

/// An error as one line.
fn words(error: AppError) -> String {
    match &error {
        AppError::Constraint(name) => {
            constraint::meaning(name).map_or_else(|| error.to_string(), |m| m.message.to_owned())
        }
        _ => error.to_string(),
    }
}
