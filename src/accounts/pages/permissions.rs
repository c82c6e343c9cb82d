//! What each role may, what one person may and why, and exceptions from it.

use askama::Template;
use strum::VariantArray;

use crate::access::exceptions::Exceptions;
use crate::access::{Permission, PermissionSet, Role, can};
use crate::accounts::model::{User, UserId};
use crate::accounts::{actions, forms, queries};
use crate::error::AppError;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "accounts/permissions.html")]
struct GridPage {
    page: Page,
    roles: &'static [Role],
    permissions: &'static [Permission],
}

/// `GET /permissions`: role by permission.
pub async fn grid(cx: Cx<can::ManageUsers>) -> Answer {
    cx.html(&GridPage { page: cx.page("Permissions"), roles: Role::VARIANTS, permissions: Permission::ALL })
}

/// What one person may about one thing, and why.
struct Line {
    /// The permission as forms send it.
    name: &'static str,
    description: &'static str,
    may: bool,
    /// Whether it is granted or denied to this person, now or not any more.
    is_exception: bool,
    /// Whose words, until when.
    why: String,
}

#[derive(Template)]
#[template(path = "accounts/user_permissions.html")]
struct PersonPage {
    page: Page,
    form: Form,
    user: User,
    /// Exceptions first.
    lines: Vec<Line>,
    options: Vec<(&'static str, &'static str)>,
    /// Why nothing can be changed, if so.
    fixed: Option<&'static str>,
}

/// One line for each permission, exceptions first.
fn lines(cx: &Cx<can::ManageUsers>, user: &User) -> Vec<Line> {
    let (own, now, zone) = (Exceptions::read(&user.permissions), cx.now(), cx.zone());
    let set = PermissionSet::of(user.role, &own, now);
    let line = |permission: &Permission| {
        let permission = *permission;
        let by_role = permission.default_roles().contains(&user.role);
        let exceptions = own.deny.iter().map(|e| ("Forbidden", e)).chain(own.grant.iter().map(|e| ("Allowed", e)));
        let exception = exceptions.into_iter().find(|(_, own)| own.is_of(permission));
        let why = match exception {
            None if by_role => format!("{}s may.", user.role.label()),
            None => format!("{}s may not.", user.role.label()),
            Some((word, own)) => {
                let end = match own.until {
                    Some(until) if own.holds(now) => format!(" until {}", zone.text(until)),
                    Some(until) => format!(" until {}, which is over", zone.text(until)),
                    None => String::new(),
                };
                let reason = if own.reason.is_empty() { String::new() } else { format!(": {}", own.reason) };
                format!("{word} for this person{end}{reason}")
            }
        };
        Line {
            name: permission.into(),
            description: permission.description(),
            may: set.has(permission),
            is_exception: exception.is_some(),
            why,
        }
    };
    let mut lines: Vec<Line> = Permission::ALL.iter().map(line).collect();
    lines.sort_by_key(|line| !line.is_exception);
    lines
}

async fn person_page(cx: &Cx<can::ManageUsers>, id: UserId, form: Option<Form>) -> Result<PersonPage, AppError> {
    let user = cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let filled = || Form::of([("effect", "grant".to_owned()), ("version", user.version.to_string())]);
    let lines = lines(cx, &user);
    let asked_by_administrator = cx.by.actor.as_ref().is_some_and(|actor| actor.role == Role::Admin);
    let fixed = if asked_by_administrator {
        actions::fixed_permissions(&cx.by, &user)
    } else {
        Some("Only administrators make exceptions.")
    };
    Ok(PersonPage {
        page: cx.page(&format!("What {} may do", user.name())),
        form: form.unwrap_or_else(filled),
        lines,
        options: Permission::ALL.iter().map(|p| ((*p).into(), p.description())).collect(),
        fixed,
        user,
    })
}

/// `GET /users/{id}/permissions`: what the person may, and why.
pub async fn show(cx: Cx<can::ManageUsers>) -> Answer {
    let page = person_page(&cx, cx.id("id")?, None).await?;
    cx.html(&page)
}

pub async fn make_exception(cx: Cx<can::ManageUsers>) -> Answer {
    let (by, id) = (cx.by.clone(), cx.id::<UserId>("id")?);
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_exception(&mut form, cx.zone(), cx.today()) else {
        return cx.invalid(&person_page(&cx, id, Some(form)).await?);
    };
    let version = form.version();
    cx.write(move |db| actions::make_exception(db, &by, id, version, &input)).await?;
    cx.redirect_with(&format!("/users/{id}/permissions"), &Flash::success("The exception holds from now on."))
}

pub async fn end_exception(cx: Cx<can::ManageUsers>) -> Answer {
    let (by, id, version) = (cx.by.clone(), cx.id::<UserId>("id")?, cx.form.version());
    let permission: Permission = cx.form.value("permission").parse().map_err(|_| actions::no_exception())?;
    cx.write(move |db| actions::end_exception(db, &by, id, version, permission)).await?;
    let words = "The exception is over: what the role says holds again.";
    cx.redirect_with(&format!("/users/{id}/permissions"), &Flash::success(words))
}
