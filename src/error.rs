//! The one error type, and the page that each error becomes.
//!
//! - `NotFound`: it does not exist, or it is not this person's to see; the two look alike.
//! - `Forbidden`: the person's role may not do this at all.
//! - `LoginRequired`, `FormExpired`: signing in (again) brings the person back, with what was typed.
//! - `Conflict`, `Stale`, `Constraint`: the world has changed meanwhile; nothing was saved.
//! - `Invalid`: a request that no page of ours sends. A form that is not valid is no error; its page comes back as 422.
//! - `Unavailable`, `Busy`: the database or disk does not answer now; it may soon.
//! - `Internal`: a fault in the program. Its message goes to the log, never to the page.
//!
//! The response made here has no body; `web::middleware` fills in the page, which knows the person and the layout.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::db::constraint;

/// What was typed into a form that could not be taken, field by field.
pub type Typed = Vec<(String, String)>;

/// Everything that can keep a request from its answer.
#[derive(Debug)]
pub enum AppError {
    NotFound,
    Forbidden,
    /// Nobody is signed in: `next` is where the person wanted to go, `typed` what they were sending there; `None` for
    /// a page that was only to be looked at, where signing in comes at once.
    LoginRequired {
        next: String,
        typed: Option<Typed>,
    },
    /// The form belongs to an earlier session of the browser.
    FormExpired {
        action: String,
        typed: Typed,
    },
    /// The hospital is not set up yet.
    NotSetUp,
    Conflict(String),
    Stale(Box<StaleEdit>),
    /// A named rule of the database was violated (`db::constraint`).
    Constraint(String),
    Invalid(String),
    TooLarge,
    /// Seconds to wait.
    TooMany(u64),
    Unavailable,
    /// Two transactions met and the engine asks to try again.
    Busy,
    Internal(String),
}

/// Two people, or two tabs, edited the same thing.
#[derive(Debug)]
pub struct StaleEdit {
    /// What was edited, as in "This department".
    pub what: String,
    pub rows: Vec<ConflictRow>,
    /// Where the present version can be edited.
    pub back: String,
}

/// One field in both versions.
#[derive(Debug)]
pub struct ConflictRow {
    pub label: String,
    pub yours: String,
    pub theirs: String,
}

impl StaleEdit {
    /// A stale edit of `what`, with the page where the person can start again.
    pub fn new(what: &str, back: &str) -> Self {
        Self { what: what.to_owned(), rows: Vec::new(), back: back.to_owned() }
    }

    /// Adds a field in both versions.
    pub fn row(mut self, label: &str, yours: impl fmt::Display, theirs: impl fmt::Display) -> Self {
        self.rows.push(ConflictRow { label: label.to_owned(), yours: yours.to_string(), theirs: theirs.to_string() });
        self
    }
}

impl From<StaleEdit> for AppError {
    fn from(edit: StaleEdit) -> Self {
        Self::Stale(Box::new(edit))
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Forbidden => f.write_str("forbidden"),
            Self::LoginRequired { .. } => f.write_str("sign-in required"),
            Self::FormExpired { .. } => f.write_str("the form belongs to an earlier session"),
            Self::NotSetUp => f.write_str("the hospital is not set up"),
            Self::Conflict(message) | Self::Invalid(message) => f.write_str(message),
            Self::Stale(edit) => write!(f, "{} was changed meanwhile", edit.what),
            Self::Constraint(name) => match constraint::meaning(name) {
                Some(meaning) => f.write_str(meaning.message),
                None => write!(f, "constraint {name}"),
            },
            Self::TooLarge => f.write_str("too large"),
            Self::TooMany(seconds) => write!(f, "too many requests, wait {seconds} s"),
            Self::Unavailable => f.write_str("the database is unavailable"),
            Self::Busy => f.write_str("the database is busy"),
            Self::Internal(message) => write!(f, "internal error: {message}"),
        }
    }
}

impl std::error::Error for AppError {}

impl From<DieselError> for AppError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::Constraint("foreign_key".to_owned())
            }
            DieselError::DatabaseError(kind, information) => {
                let message = information.message();
                if let Some(name) = constraint::name(information.as_ref()) {
                    return Self::Constraint(name);
                }
                if message.contains("deadlock detected") || message.contains("database is locked") {
                    return Self::Busy;
                }
                let gone = matches!(kind, DatabaseErrorKind::ClosedConnection)
                    || [
                        "disk",
                        "readonly database",
                        "terminating connection",
                        "server closed",
                        "shutting down",
                        "I/O",
                        "no connection",
                    ]
                    .iter()
                    .any(|sign| message.contains(sign));
                if gone {
                    log::error!("the database does not work: {message}");
                    return Self::Unavailable;
                }
                Self::Internal(error.to_string())
            }
            DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => {
                log::error!("a transaction broke: {error}");
                Self::Unavailable
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::LoginRequired { typed: None, .. } => StatusCode::SEE_OTHER,
            Self::LoginRequired { .. } => StatusCode::UNAUTHORIZED,
            Self::NotSetUp => StatusCode::SEE_OTHER,
            Self::FormExpired { .. } | Self::Conflict(_) | Self::Stale(_) => StatusCode::CONFLICT,
            Self::Constraint(name) if constraint::meaning(name).is_some() => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Constraint(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::LoginRequired { next, typed: None } => {
                response.insert_header(("Location", crate::web::login_path(next)));
            }
            Self::NotSetUp => {
                response.insert_header(("Location", "/setup"));
            }
            Self::TooMany(seconds) => {
                response.insert_header(("Retry-After", seconds.to_string()));
            }
            Self::Unavailable | Self::Busy => {
                response.insert_header(("Retry-After", "5"));
            }
            _ => {}
        }
        response.finish()
    }
}
