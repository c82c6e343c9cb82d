//! Single-use links that administrators hand over: accepting an invitation, choosing a new password.

use actix_web::http::StatusCode;
use askama::Template;

use super::login::{enter, remember_device};
use crate::access::{By, Role, can};
use crate::accounts::actions::Newcomer;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::{actions, forms, passwords, queries};
use crate::error::AppError;
use crate::patients;
use crate::patients::model::PatientId;
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    page: Page,
    form: Form,
    first_name: String,
    role: &'static str,
    is_staff: bool,
    /// Patients have no account yet, so they may give the address to sign in with.
    asks_email: bool,
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct ResetPage {
    page: Page,
    form: Form,
    first_name: String,
    username: String,
    is_staff: bool,
}

#[derive(Template)]
#[template(path = "accounts/dead_link.html")]
struct DeadLinkPage {
    page: Page,
}

/// A link that was used, has expired or never existed; the three are told alike.
fn dead(cx: &Cx<can::Public>) -> Answer {
    html_with(StatusCode::GONE, &DeadLinkPage { page: cx.page("This link no longer works") })
}

/// Whom an invitation is for.
#[derive(Clone)]
struct Invited {
    first_name: String,
    last_name: String,
    phone: String,
    email: String,
    username: String,
    role: Role,
    /// The record to join the new account to.
    patient: Option<PatientId>,
}

async fn invited(cx: &Cx<can::Public>) -> Result<Option<Invited>, AppError> {
    let (raw, by) = (cx.path("token").to_owned(), cx.by.clone());
    cx.read(move |db| {
        if let Some((_, patient)) = actions::invited_patient(db, &raw, &by)? {
            let record = patients::queries::load(db, patient)?;
            let username = queries::free_username(db, &record.first_name, &record.last_name)?;
            return Ok(Some(Invited {
                first_name: record.first_name,
                last_name: record.last_name,
                phone: record.phone,
                email: record.email,
                username,
                role: Role::Patient,
                patient: Some(patient),
            }));
        }
        let found = links::find_with_user(db, LinkKind::Invitation, &raw, by.now)?;
        Ok(found.map(|(_, user)| Invited {
            first_name: user.first_name,
            last_name: user.last_name,
            phone: user.phone,
            email: user.email.unwrap_or_default(),
            username: user.username,
            role: user.role,
            patient: None,
        }))
    })
    .await
}

fn invitation_page(cx: &Cx<can::Public>, invited: &Invited, form: Form) -> InvitationPage {
    InvitationPage {
        page: cx.page("Welcome"),
        form,
        first_name: invited.first_name.clone(),
        role: invited.role.label(),
        is_staff: invited.role.is_staff(),
        asks_email: invited.patient.is_some(),
    }
}

pub async fn invitation(cx: Cx<can::Public>) -> Answer {
    let Some(invited) = invited(&cx).await? else { return dead(&cx) };
    let form = Form::of([("username", invited.username.clone()), ("email", invited.email.clone())]);
    cx.html(&invitation_page(&cx, &invited, form))
}

pub async fn accept(cx: Cx<can::Public>) -> Answer {
    let Some(invited) = invited(&cx).await? else { return dead(&cx) };
    let mut form = cx.form.clone();
    let own = [invited.first_name.as_str(), &invited.last_name, &invited.email];
    let Some(input) = forms::parse_accept(&mut form, invited.role, invited.patient.is_some(), &own) else {
        return cx.invalid(&invitation_page(&cx, &invited, form));
    };
    let hash = passwords::hash(cx.state(), input.password.clone()).await?;
    let (raw, by) = (cx.path("token").to_owned(), By { actor: None, ..cx.by.clone() });
    let newcomer = Newcomer {
        first_name: invited.first_name.clone(),
        last_name: invited.last_name.clone(),
        phone: invited.phone.clone(),
    };
    let accepted = cx
        .write(move |db| {
            let Some((link, patient)) = actions::invited_patient(db, &raw, &by)? else {
                return actions::accept_invitation(db, &by, &raw, &input, &hash);
            };
            let user = actions::accept_as_patient(db, &by, &link, &newcomer, &input, &hash)?;
            let by = By { actor: queries::actor(db, user, by.now)?, ..by.clone() };
            patients::actions::link_account(db, &by, patient, user)?;
            Ok(user)
        })
        .await;
    match accepted {
        Ok(user) => {
            enter(&cx, user)?;
            let hello = Flash::success(format!("Welcome, {}. You are signed in.", invited.first_name));
            remember_device(&cx, user, cx.redirect_with("/", &hello))
        }
        Err(AppError::NotFound) => dead(&cx),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&invitation_page(&cx, &invited, form))
        }
    }
}

pub async fn reset(cx: Cx<can::Public>) -> Answer {
    match reset_page(&cx, Form::default()).await? {
        Some((page, _)) => cx.html(&page),
        None => dead(&cx),
    }
}

async fn reset_page(
    cx: &Cx<can::Public>,
    form: Form,
) -> Result<Option<(ResetPage, crate::accounts::model::User)>, AppError> {
    let (raw, now) = (cx.path("token").to_owned(), cx.now());
    let found = cx.read(move |db| Ok(links::find_with_user(db, LinkKind::Reset, &raw, now)?)).await?;
    Ok(found.map(|(_, user)| {
        let page = ResetPage {
            page: cx.page("A new password"),
            form,
            first_name: user.first_name.clone(),
            username: user.username.clone(),
            is_staff: user.role.is_staff(),
        };
        (page, user)
    }))
}

pub async fn choose(cx: Cx<can::Public>) -> Answer {
    let Some((mut page, user)) = reset_page(&cx, cx.form.clone()).await? else { return dead(&cx) };
    let email = user.email.as_deref().unwrap_or("");
    let own = [user.first_name.as_str(), &user.last_name, &user.username, email];
    let password = forms::new_password(&mut page.form, user.role, &own);
    if !page.form.is_valid() {
        return cx.invalid(&page);
    }
    let hash = passwords::hash(cx.state(), password).await?;
    let (raw, by) = (cx.path("token").to_owned(), By { actor: None, ..cx.by.clone() });
    match cx.write(move |db| actions::reset_password(db, &by, &raw, &hash)).await {
        Ok(user) => {
            enter(&cx, user)?;
            let done = Flash::success("Your new password is set, and you are signed in.");
            remember_device(&cx, user, cx.redirect_with("/", &done))
        }
        Err(AppError::NotFound) => dead(&cx),
        Err(error) => Err(error),
    }
}
