//! Signing in and out, and the choice of light or dark.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;

use crate::access::{By, Requirement, can};
use crate::accounts::actions::{self, SignIn};
use crate::accounts::devices::{self, Device};
use crate::accounts::model::{User, UserId};
use crate::accounts::passwords;
use crate::audit::{self, Entry};
use crate::error::{AppError, Typed};
use crate::web::page::local_path;
use crate::web::{Answer, Cx, Form, Page, login_path, sessions};

/// The beginning of the hidden fields that carry what was typed through signing in again.
const RESUMED: &str = "resume.";

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    page: Page,
    form: Form,
    /// What was typed before the session ended; goes on to its own form after signing in.
    typed: Typed,
}

#[derive(Template)]
#[template(path = "accounts/resume.html")]
struct ResumePage {
    page: Page,
    action: String,
    /// What was typed, in words.
    shown: Typed,
    typed: Typed,
}

pub async fn show(cx: Cx<can::Public>) -> Answer {
    let next = cx.query("next");
    if cx.by.actor.is_some() {
        return cx.redirect(local_path(&next));
    }
    let form = Form::of([("next", next)]);
    cx.html(&LoginPage { page: cx.page("Sign in"), form, typed: Typed::new() })
}

pub async fn sign_in(cx: Cx<can::Public>) -> Answer {
    let login = cx.form.value("login").trim().to_owned();
    let password = cx.form.value("password").to_owned();
    if login.is_empty() || password.is_empty() || password.len() > 1024 || login.len() > 254 {
        return refuse(&cx, "Enter your e-mail address or user name, and your password.");
    }
    let by = By { actor: None, ..cx.by.clone() };
    let device = known_device(&cx);
    let asker = by.clone();
    let (user, keys) = match cx.write(move |db| actions::begin_sign_in(db, &asker, &login, &device)).await? {
        SignIn::Wait(seconds) => return Err(AppError::TooMany(seconds)),
        SignIn::Check(user, keys) => (user, keys),
    };
    let stored = user.as_ref().and_then(|u| u.password_hash.clone());
    let is_right = passwords::verify(cx.state(), password.clone(), stored.clone()).await?;
    let stronger = match stored.filter(|s| is_right && passwords::is_outdated(s)) {
        Some(_) => Some(passwords::hash(cx.state(), password).await?),
        None => None,
    };
    // One write either way, so that the time tells nothing.
    let known = user.as_ref().map(|u| u.id);
    let entering = user.filter(|u| is_right && u.is_active);
    let done = cx
        .write(move |db| {
            if let Some(user) = &entering
                && actions::signed_in(db, &by, &keys, user, stronger.as_deref())?
            {
                return Ok(Some(user.id));
            }
            actions::sign_in_failed(db, &by, known)?;
            Ok(None)
        })
        .await?;
    let Some(user_id) = done else {
        return refuse(&cx, "This combination of name and password is not known here.");
    };
    enter(&cx, user_id)?;

    let next = local_path(cx.form.value("next")).to_owned();
    let typed = resumed(&cx.form);
    if typed.is_empty() && !cx.form.ticked("again") {
        return remember_device(&cx, user_id, cx.redirect(&next));
    }
    let mut page = cx.page("Welcome back");
    page.token = sessions::form_token(cx.session());
    let shown = typed.iter().filter_map(|(name, value)| Some((field_label(name)?, value.clone())));
    let shown = shown.filter(|(_, value)| !value.is_empty()).collect();
    remember_device(&cx, user_id, cx.html(&ResumePage { page, action: next, shown, typed }))
}

/// Starts the session of a person who has just proved who they are.
pub(super) fn enter<R: Requirement>(cx: &Cx<R>, user: UserId) -> Result<(), AppError> {
    sessions::begin(cx.session(), user, &cx.user_agent(), &cx.by.address)
}

fn known_device<R: Requirement>(cx: &Cx<R>) -> Device {
    let is_secure = cx.state().is_secure();
    Device::open(cx.cookie(devices::cookie_name(is_secure)), &cx.state().cookie_key(), is_secure)
}

/// Lets the browser remember that this account was signed in there.
pub(super) fn remember_device<R: Requirement>(cx: &Cx<R>, user: UserId, answer: Answer) -> Answer {
    let mut answer = answer?;
    let (key, is_secure) = (cx.state().cookie_key(), cx.state().is_secure());
    if let Some(cookie) = known_device(cx).remembering(user, &key, is_secure) {
        answer.add_cookie(&cookie).map_err(|e| AppError::Internal(e.to_string()))?;
    }
    Ok(answer)
}

/// Whether a signed-in person knows their password. Wrong ones count like those of signing in, so that whoever finds an
/// open session cannot guess.
pub(super) async fn check_own_password<R: Requirement>(
    cx: &Cx<R>,
    user: &User,
    password: &str,
) -> Result<bool, AppError> {
    let (by, login, device) = (cx.by.clone(), user.username.clone(), known_device(cx));
    let keys = match cx.write(move |db| actions::begin_sign_in(db, &by, &login, &device)).await? {
        SignIn::Wait(seconds) => return Err(AppError::TooMany(seconds)),
        SignIn::Check(_, keys) => keys,
    };
    let is_right = passwords::verify(cx.state(), password.to_owned(), user.password_hash.clone()).await?;
    let (by, id) = (cx.by.clone(), user.id);
    cx.write(
        move |db| {
            if is_right { actions::knows_password(db, &keys) } else { actions::sign_in_failed(db, &by, Some(id)) }
        },
    )
    .await?;
    Ok(is_right)
}

/// A field's name as a person reads it; nothing for what the page keeps to itself.
fn field_label(name: &str) -> Option<String> {
    if name == "version" || name.ends_with("_id") {
        return None;
    }
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect())
}

fn refuse(cx: &Cx<can::Public>, message: &str) -> Answer {
    let kept = ["login", "next", "again"].map(|name| (name, cx.form.value(name).to_owned()));
    let mut form = Form::of(kept);
    form.refuse_field("login", message);
    cx.invalid(&LoginPage { page: cx.page("Sign in"), form, typed: resumed(&cx.form) })
}

fn resumed(form: &Form) -> Typed {
    let typed = form.typed().into_iter();
    typed.filter_map(|(name, value)| Some((name.strip_prefix(RESUMED)?.to_owned(), value))).collect()
}

pub async fn sign_out(cx: Cx<can::SignedIn>) -> Answer {
    let (by, user_id) = (cx.by.clone(), cx.actor()?.user_id);
    cx.write(move |db| audit::record(db, &by, &Entry::new("signed_out", "user", user_id))).await?;
    cx.session().purge();
    // Nothing of the last person stays in the browser's own storage.
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, login_path("")))
        .insert_header(("Clear-Site-Data", "\"cache\", \"storage\""))
        .finish())
}

pub async fn set_theme(cx: Cx<can::Public>) -> Answer {
    let theme = match cx.form.value("theme") {
        known @ ("light" | "dark") => known,
        _ => "auto",
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, local_path(cx.form.value("next"))))
        .cookie(cx.theme_cookie(theme))
        .finish())
}
