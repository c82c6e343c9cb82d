//! The administrators' pages about people: find, invite, edit, change role, disable, links to hand over.

use askama::Template;
use strum::VariantArray;

use crate::access::{Role, can};
use crate::accounts::links::LinkKind;
use crate::accounts::model::{OpenLink, PeopleFilter, Standing, Ties, User, UserId};
use crate::accounts::{actions, forms, queries, sessions};
use crate::error::AppError;
use crate::time::Zone;
use crate::web::page::encode;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "accounts/users.html")]
struct IndexPage {
    page: Page,
    people: Vec<User>,
    paging: Paging,
    form: Form,
    is_filtered: bool,
    roles: Vec<(String, String)>,
    standings: Vec<(String, String)>,
    zone: Zone,
}

#[derive(Template)]
#[template(path = "accounts/user.html")]
struct ShowPage {
    page: Page,
    user: User,
    ties: Ties,
    open_link: Option<OpenLink>,
    sessions: usize,
    zone: Zone,
    is_self: bool,
    form: Form,
    roles: Vec<(String, String)>,
    /// Why the role stays, if it does.
    fixed_role: Option<&'static str>,
    /// Why the account cannot be disabled, if it cannot.
    must_stay: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/user_form.html")]
struct FormPage {
    page: Page,
    form: Form,
    action: String,
    back: String,
    /// Offered for somebody new only.
    roles: Vec<(String, String)>,
    asks_designation: bool,
    asks_license: bool,
    /// The button's words and icon.
    submit: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    page: Page,
    user: User,
    link: String,
    is_invitation: bool,
    expires: String,
}

#[derive(Template)]
#[template(path = "accounts/user_disable.html")]
struct DisablePage {
    page: Page,
    user: User,
    sessions: usize,
}

fn given_roles() -> Vec<(String, String)> {
    forms::GIVEN_ROLES.iter().map(|r| (r.as_str().to_owned(), r.label().to_owned())).collect()
}

pub async fn index(cx: Cx<can::ManageUsers>) -> Answer {
    let filter = PeopleFilter {
        q: cx.query("q").chars().take(100).collect(),
        role: cx.query("role").parse().ok(),
        standing: cx.query("standing").parse().ok(),
    };
    let role = filter.role.map_or("", Role::as_str);
    let standing = filter.standing.map_or("", Into::into);
    let form = Form::of([("q", filter.q.clone()), ("role", role.to_owned()), ("standing", standing.to_owned())]);
    let base = format!("/users?q={}&role={role}&standing={standing}", encode(&filter.q));
    let is_filtered = !filter.q.is_empty() || filter.role.is_some() || filter.standing.is_some();
    let number = cx.page_number();
    let (people, paging) = cx.read(move |db| Ok(queries::list(db, &filter, number, base)?)).await?;
    let roles = Role::VARIANTS.iter().map(|r| (r.as_str().to_owned(), r.label().to_owned())).collect();
    let standings =
        Standing::VARIANTS.iter().map(|s| (<&'static str>::from(s).to_owned(), s.label().to_owned())).collect();
    cx.html(&IndexPage { page: cx.page("Users"), people, paging, form, is_filtered, roles, standings, zone: cx.zone() })
}

pub async fn new(cx: Cx<can::ManageUsers>) -> Answer {
    let form = Form::of([("role", Role::Receptionist.as_str().to_owned())]);
    cx.html(&new_page(&cx, form))
}

fn new_page(cx: &Cx<can::ManageUsers>, form: Form) -> FormPage {
    FormPage {
        page: cx.page("Invite somebody"),
        form,
        action: "/users".to_owned(),
        back: "/users".to_owned(),
        roles: given_roles(),
        asks_designation: true,
        asks_license: true,
        submit: ("Make the invitation", "mail"),
    }
}

pub async fn create(cx: Cx<can::ManageUsers>) -> Answer {
    let mut form = cx.form.clone();
    let Some(person) = forms::parse_invitation(&mut form) else { return cx.invalid(&new_page(&cx, form)) };
    let by = cx.by.clone();
    let created = cx
        .write_once_with(move |db| {
            let (id, raw) = actions::invite(db, &by, &person)?;
            Ok((format!("/users/{id}"), (id, raw)))
        })
        .await;
    match created {
        Ok((_, Some((id, raw)))) => link_page(&cx, id, LinkKind::Invitation, &raw).await,
        Ok((location, None)) => {
            let again =
                Flash::info("This person was invited already. A link is shown once; make a new one if it was lost.");
            cx.redirect_with(&location, &again)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&new_page(&cx, form))
        }
    }
}

/// The page that shows a link, once: it is in no address and no message, so no log and no history holds it.
async fn link_page(cx: &Cx<can::ManageUsers>, id: UserId, kind: LinkKind, raw: &str) -> Answer {
    let user = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let is_invitation = kind == LinkKind::Invitation;
    let path = if is_invitation { "invitation" } else { "reset" };
    let page = cx.page(if is_invitation { "Invitation" } else { "New password" });
    let link = format!("{}/{path}/{raw}", cx.base_url());
    cx.html(&LinkPage { page, user, link, is_invitation, expires: cx.zone().long_text(cx.now() + kind.lasts()) })
}

pub async fn show(cx: Cx<can::ManageUsers>) -> Answer {
    let page = show_page(&cx, cx.id("id")?, None).await?;
    cx.html(&page)
}

async fn show_page(cx: &Cx<can::ManageUsers>, id: UserId, form: Option<Form>) -> Result<ShowPage, AppError> {
    let (by, now) = (cx.by.clone(), cx.now());
    let (user, ties, open_link, sessions, others) = cx
        .read(move |db| {
            let user = queries::find(db, id)?;
            let (ties, link) = (queries::ties(db, id)?, queries::open_link(db, id, now)?);
            let others = queries::other_administrators(db, id, by.user_id())?;
            Ok((user, ties, link, sessions::list(db, id, now)?.len(), others))
        })
        .await?;
    let filled = || Form::of([("role", user.role.as_str().to_owned()), ("version", user.version.to_string())]);
    Ok(ShowPage {
        page: cx.page(&user.name()),
        ties,
        open_link,
        sessions,
        zone: cx.zone(),
        is_self: cx.by.user_id() == Some(id),
        form: form.unwrap_or_else(filled),
        roles: given_roles(),
        fixed_role: actions::fixed_role(&cx.by, &user, ties, others),
        must_stay: actions::must_stay(&cx.by, &user, others),
        user,
    })
}

pub async fn edit(cx: Cx<can::ManageUsers>) -> Answer {
    let id = cx.id::<UserId>("id")?;
    let user = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    cx.html(&edit_page(&cx, &user, forms::filled(&user)))
}

fn edit_page(cx: &Cx<can::ManageUsers>, user: &User, form: Form) -> FormPage {
    let back = format!("/users/{}", user.id);
    FormPage {
        page: cx.page("Edit account"),
        form,
        action: format!("{back}/edit"),
        back,
        roles: Vec::new(),
        asks_designation: forms::has_designation(user.role),
        asks_license: forms::has_license(user.role),
        submit: ("Save", "check"),
    }
}

pub async fn update(cx: Cx<can::ManageUsers>) -> Answer {
    let id = cx.id::<UserId>("id")?;
    let user = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_edit(&mut form, user.role) else {
        return cx.invalid(&edit_page(&cx, &user, form));
    };
    let (by, version) = (cx.by.clone(), form.version());
    match cx.write(move |db| actions::update(db, &by, id, version, &input)).await {
        Ok(()) => cx.redirect_with(&format!("/users/{id}"), &Flash::success("The account was saved.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&edit_page(&cx, &user, form))
        }
    }
}

pub async fn change_role(cx: Cx<can::ManageUsers>) -> Answer {
    let id = cx.id::<UserId>("id")?;
    let mut form = cx.form.clone();
    let Some(role) = forms::given_role(&mut form) else {
        return cx.invalid(&show_page(&cx, id, Some(form)).await?);
    };
    let (by, version) = (cx.by.clone(), form.version());
    cx.write(move |db| actions::change_role(db, &by, id, version, role)).await?;
    let mut done = Flash::success(format!("The role is {} now. The person has to sign in again.", role.label()));
    if forms::has_license(role) {
        done = done.link(format!("/users/{id}/edit"), "Enter the licence number");
    }
    cx.redirect_with(&format!("/users/{id}"), &done)
}

pub async fn confirm_disabling(cx: Cx<can::ManageUsers>) -> Answer {
    let (id, now, by) = (cx.id::<UserId>("id")?, cx.now(), cx.by.clone());
    let (user, sessions) = cx
        .read(move |db| {
            let user = queries::find(db, id)?;
            let others = queries::other_administrators(db, id, by.user_id())?;
            match actions::must_stay(&by, &user, others) {
                Some(reason) => Err(AppError::Conflict(reason.to_owned())),
                None => Ok((user, sessions::list(db, id, now)?.len())),
            }
        })
        .await?;
    cx.html(&DisablePage { page: cx.page(&format!("Disable {}?", user.name())), user, sessions })
}

pub async fn disable(cx: Cx<can::ManageUsers>) -> Answer {
    let (id, by) = (cx.id::<UserId>("id")?, cx.by.clone());
    cx.write(move |db| actions::disable(db, &by, id)).await?;
    let done = Flash::success("The account is disabled. Nobody can sign in to it, and its sessions have ended.");
    cx.redirect_with(&format!("/users/{id}"), &done)
}

pub async fn enable(cx: Cx<can::ManageUsers>) -> Answer {
    let (id, by) = (cx.id::<UserId>("id")?, cx.by.clone());
    cx.write(move |db| actions::enable(db, &by, id)).await?;
    cx.redirect_with(&format!("/users/{id}"), &Flash::success("The account is enabled: its person can sign in again."))
}

pub async fn new_link(cx: Cx<can::ManageUsers>) -> Answer {
    let (id, by) = (cx.id::<UserId>("id")?, cx.by.clone());
    let (kind, raw) = cx.write(move |db| actions::new_link(db, &by, id)).await?;
    link_page(&cx, id, kind, &raw).await
}
