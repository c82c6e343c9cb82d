//! One's own account: profile, picture, password, sessions.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;

use super::login::{check_own_password, enter};
use crate::access::{Role, can};
use crate::accounts::model::{User, UserId};
use crate::accounts::{actions, browsers, forms, passwords, pictures, queries, sessions};
use crate::error::AppError;
use crate::web::sessions::form_token;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    page: Page,
    user: User,
    form: Form,
    sessions: Vec<SessionLine>,
    /// The patient's own record, for those who have one.
    record: Option<String>,
}

/// A session as its owner reads it.
struct SessionLine {
    token_hash: String,
    browser: String,
    is_phone: bool,
    address: String,
    since: String,
    last_seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "accounts/profile_form.html")]
struct ProfilePage {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "accounts/password_form.html")]
struct PasswordPage {
    page: Page,
    form: Form,
    username: String,
    is_staff: bool,
}

async fn me(cx: &Cx<can::SignedIn>) -> Result<User, AppError> {
    let id = cx.actor()?.user_id;
    cx.read(move |db| Ok(queries::find(db, id)?)).await
}

pub async fn show(cx: Cx<can::SignedIn>) -> Answer {
    let page = account_page(&cx, Form::default()).await?;
    cx.html(&page)
}

async fn account_page(cx: &Cx<can::SignedIn>, form: Form) -> Result<AccountPage, AppError> {
    let (id, now, zone, own) = (cx.actor()?.user_id, cx.now(), cx.zone(), form_token(cx.session()));
    let (user, rows) = cx.read(move |db| Ok((queries::find(db, id)?, sessions::list(db, id, now)?))).await?;
    let line = |row: sessions::SessionRow| {
        let browser = browsers::words(&row.user_agent);
        SessionLine {
            is_this: row.carries(&own),
            is_phone: browser.contains("iPhone") || browser.contains("Android"),
            browser,
            address: row.address,
            since: zone.text(row.created_at),
            last_seen: zone.text(row.last_seen_at),
            token_hash: row.token_hash,
        }
    };
    let record = cx.actor()?.patient_id.map(|patient| format!("/patients/{patient}/details"));
    let sessions = rows.into_iter().map(line).collect();
    Ok(AccountPage { page: cx.page("Your account"), user, form, sessions, record })
}

pub async fn edit(cx: Cx<can::SignedIn>) -> Answer {
    let user = me(&cx).await?;
    cx.html(&ProfilePage { page: cx.page("Edit your profile"), form: forms::filled_profile(&user) })
}

pub async fn update(cx: Cx<can::SignedIn>) -> Answer {
    let user = me(&cx).await?;
    let mut form = cx.form.clone();
    let refused = |form: Form| cx.invalid(&ProfilePage { page: cx.page("Edit your profile"), form });
    let Some(input) = forms::parse_profile(&mut form, &user) else { return refused(form) };
    if input.email != user.email && !check_own_password(&cx, &user, form.value("current_password")).await? {
        form.refuse_field("current_password", "This is not your present password.");
        return refused(form);
    }
    let (by, id, version) = (cx.by.clone(), user.id, form.version());
    match cx.write(move |db| actions::update_profile(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with("/account", &Flash::success("Your profile was saved.")),
        Err(error) => {
            form.refuse(error)?;
            refused(form)
        }
    }
}

pub async fn password(cx: Cx<can::SignedIn>) -> Answer {
    let user = me(&cx).await?;
    cx.html(&password_page(&cx, &user, Form::default()))
}

fn password_page(cx: &Cx<can::SignedIn>, user: &User, form: Form) -> PasswordPage {
    let page = cx.page("Change your password");
    PasswordPage { page, form, username: user.username.clone(), is_staff: user.role.is_staff() }
}

pub async fn change_password(cx: Cx<can::SignedIn>) -> Answer {
    let user = me(&cx).await?;
    let mut form = cx.form.clone();
    let Some(password) = forms::parse_password_change(&mut form, &user) else {
        return cx.invalid(&password_page(&cx, &user, form));
    };
    if !check_own_password(&cx, &user, form.value("current_password")).await? {
        form.refuse_field("current_password", "This is not your present password.");
        return cx.invalid(&password_page(&cx, &user, form));
    }
    let hash = passwords::hash(cx.state(), password).await?;
    let (by, id) = (cx.by.clone(), user.id);
    cx.write(move |db| actions::change_password(db, &by, &user, &hash)).await?;
    enter(&cx, id)?;
    let done =
        Flash::success("Your password was changed. You stay signed in here; all your other sessions have ended.");
    cx.redirect_with("/account", &done)
}

pub async fn picture(cx: Cx<can::SignedIn>) -> Answer {
    let id = cx.actor()?.user_id;
    answer_picture(cx.read(move |db| Ok(queries::picture(db, id)?)).await?)
}

/// A colleague's or a doctor's picture; patients' own are for staff.
pub async fn picture_of(cx: Cx<can::SignedIn>) -> Answer {
    let (id, actor) = (cx.id::<UserId>("id")?, cx.actor()?.clone());
    let found = cx
        .read(move |db| {
            let may = actor.user_id == id || actor.role.is_staff() || queries::find(db, id)?.role == Role::Doctor;
            Ok(if may { queries::picture(db, id)? } else { None })
        })
        .await?;
    answer_picture(found)
}

fn answer_picture(found: Option<(String, Vec<u8>)>) -> Answer {
    let (media_type, content) = found.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, media_type)).body(content))
}

pub async fn set_picture(cx: Cx<can::SignedIn>) -> Answer {
    let mut form = cx.form.clone();
    let Some(content) = form.file("picture").map(|file| file.content.clone()) else {
        form.refuse_field("picture", "Choose a picture first.");
        return cx.invalid(&account_page(&cx, form).await?);
    };
    // Decoding takes memory, so it queues where passwords do.
    let permit = cx.state().hashers.acquire().await.map_err(|_| AppError::Unavailable)?;
    let made = actix_web::web::block(move || pictures::square(&content)).await.map_err(|_| AppError::Unavailable)?;
    drop(permit);
    let jpeg = match made {
        Ok(jpeg) => jpeg,
        Err(objection) => {
            form.refuse_field("picture", objection);
            return cx.invalid(&account_page(&cx, form).await?);
        }
    };
    let (by, id) = (cx.by.clone(), cx.actor()?.user_id);
    cx.write(move |db| actions::set_picture(db, &by, id, &jpeg)).await?;
    cx.redirect_with("/account", &Flash::success("Your picture was saved."))
}

pub async fn remove_picture(cx: Cx<can::SignedIn>) -> Answer {
    let (by, id) = (cx.by.clone(), cx.actor()?.user_id);
    cx.write(move |db| actions::remove_picture(db, &by, id)).await?;
    cx.redirect_with("/account", &Flash::success("Your picture was removed."))
}

pub async fn end_session(cx: Cx<can::SignedIn>) -> Answer {
    let (by, id, session) = (cx.by.clone(), cx.actor()?.user_id, cx.form.value("session").to_owned());
    cx.write(move |db| actions::end_session(db, &by, id, &session)).await?;
    cx.redirect_with("/account", &Flash::success("The session was ended."))
}

pub async fn end_other_sessions(cx: Cx<can::SignedIn>) -> Answer {
    let (by, id, own) = (cx.by.clone(), cx.actor()?.user_id, form_token(cx.session()));
    cx.write(move |db| actions::end_other_sessions(db, &by, id, &own)).await?;
    cx.redirect_with("/account", &Flash::success("All your other sessions were ended."))
}
