//! The page of each error. It tells the person what happened and what to do; never what the inside said.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::page::{Page, html_with};
use crate::db::constraint;
use crate::error::{AppError, ConflictRow, Typed};

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    heading: String,
    message: String,
    icon: &'static str,
    request_id: String,
}

#[derive(Template)]
#[template(path = "errors/conflict.html")]
struct ConflictPage<'a> {
    page: Page,
    what: &'a str,
    rows: &'a [ConflictRow],
    back: &'a str,
}

#[derive(Template)]
#[template(path = "errors/expired.html")]
struct ExpiredPage<'a> {
    page: Page,
    action: &'a str,
    typed: &'a Typed,
}

#[derive(Template)]
#[template(path = "errors/sign_in_again.html")]
struct SignInAgainPage<'a> {
    page: Page,
    action: &'a str,
    typed: &'a [(String, String)],
}

pub(super) fn page(mut page: Page, error: &AppError) -> Result<HttpResponse, AppError> {
    let status = error.status_code();
    match error {
        AppError::Stale(edit) => {
            page.title = "Changed meanwhile".to_owned();
            html_with(status, &ConflictPage { page, what: &edit.what, rows: &edit.rows, back: &edit.back })
        }
        AppError::FormExpired { action, typed } => {
            page.title = "Please send this again".to_owned();
            html_with(status, &ExpiredPage { page, action, typed })
        }
        AppError::LoginRequired { next, typed } => {
            page.title = "Please sign in again".to_owned();
            let typed = typed.as_deref().unwrap_or_default();
            html_with(status, &SignInAgainPage { page, action: next, typed })
        }
        _ => {
            let (heading, message, icon) = words(error);
            page.title = heading.to_owned();
            let request_id = page.request_id.clone();
            html_with(
                status,
                &ErrorPage { page, status: status.as_u16(), heading: heading.to_owned(), message, icon, request_id },
            )
        }
    }
}

fn words(error: &AppError) -> (&'static str, String, &'static str) {
    let (heading, message, icon) = match error {
        AppError::NotFound => (
            "This page does not exist",
            "It may have been moved, or it is not yours to see. Check the address, or start from home.",
            "search",
        ),
        AppError::Forbidden => (
            "You may not do this",
            "Your account has no permission for this page. An administrator can give it to you.",
            "lock",
        ),
        AppError::Conflict(message) => return ("This cannot be done now", message.clone(), "alert-triangle"),
        AppError::Constraint(name) if error.status_code() == StatusCode::CONFLICT => {
            let message = constraint::meaning(name).map_or("", |m| m.message);
            ("This cannot be done now", message, "alert-triangle")
        }
        AppError::Invalid(message) => return ("This could not be understood", message.clone(), "alert-circle"),
        AppError::TooLarge => ("This is too large", "Send less at once, or a smaller file.", "alert-circle"),
        AppError::TooMany(seconds) => {
            let message = format!("For everybody's safety, wait {} and try again.", wait_text(*seconds));
            return ("Too many tries", message, "clock");
        }
        AppError::Unavailable | AppError::Busy => (
            "The system does not answer just now",
            "Nothing was changed. This mends itself in most cases: wait a moment and try again.",
            "refresh",
        ),
        _ => (
            "Something went wrong here",
            "The fault is ours and has been recorded. Nothing was changed. Try again, or tell an administrator.",
            "alert-triangle",
        ),
    };
    (heading, message.to_owned(), icon)
}

/// Seconds as people say them.
pub(super) fn wait_text(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
