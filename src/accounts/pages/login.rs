//! Signing in and out, and the choice of light or dark.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::access::{By, can};
use crate::accounts::actions::{self, SignIn};
use crate::accounts::{passwords, queries};
use crate::audit::{self, Entry};
use crate::error::{AppError, Typed};
use crate::web::page::{html_with, local_path};
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
        return refuse(
            &cx,
            StatusCode::UNPROCESSABLE_ENTITY,
            "Enter your e-mail address or user name, and your password.",
        );
    }
    let by = By { actor: None, ..cx.by.clone() };
    let (asked, address, now) = (login.clone(), by.address.clone(), by.now);
    let user = match cx.read(move |db| actions::begin_sign_in(db, &asked, &address, now)).await? {
        SignIn::Wait(seconds) => return Err(AppError::TooMany(seconds)),
        SignIn::Check(user) => user,
    };
    let stored = user.as_ref().and_then(|u| u.password_hash.clone());
    let is_right = passwords::verify(cx.state(), password.clone(), stored.clone()).await?;
    let Some(user) = user.as_ref().filter(|u| is_right && u.is_active) else {
        let known = user.map(|u| u.id);
        cx.write(move |db| actions::sign_in_failed(db, &by, &login, known)).await?;
        return refuse(
            &cx,
            StatusCode::UNPROCESSABLE_ENTITY,
            "This combination of name and password is not known here.",
        );
    };
    let stronger = match stored.filter(|s| passwords::is_outdated(s)) {
        Some(_) => Some(passwords::hash(cx.state(), password).await?),
        None => None,
    };
    let user_id = user.id;
    cx.write(move |db| {
        let actor = queries::actor(db, user_id)?;
        actions::signed_in(db, &By { actor, ..by.clone() }, &login, user_id, stronger.as_deref())
    })
    .await?;
    sessions::begin(cx.session(), user_id, &cx.user_agent(), &cx.by.address)?;

    let next = local_path(cx.form.value("next")).to_owned();
    let typed = resumed(&cx.form);
    if typed.is_empty() {
        return cx.redirect(&next);
    }
    let mut page = cx.page("Welcome back");
    page.token = sessions::form_token(cx.session());
    cx.html(&ResumePage { page, action: next, typed })
}

fn refuse(cx: &Cx<can::Public>, status: StatusCode, message: &str) -> Answer {
    let mut form = Form::of([("login", cx.form.value("login").to_owned()), ("next", cx.form.value("next").to_owned())]);
    form.refuse_field("login", message);
    html_with(status, &LoginPage { page: cx.page("Sign in"), form, typed: resumed(&cx.form) })
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
