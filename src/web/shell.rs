//! The frame around every page: who is signed in, where they may go, how it looks.

use actix_web::HttpRequest;

use super::page::{FLASH_COOKIE, Flash, NavGroup, NavItem, Page, PageUser, initials};
use super::{State, sessions};
use crate::access::{Actor, Permission, Role, token};

/// Everything the layout needs that is known once per request.
#[derive(Clone)]
pub struct Shell {
    pub(super) actor: Option<Actor>,
    pub(super) hospital: String,
    pub(super) token: String,
}

/// What the layout needs to know of a request. Taken before routing, since nothing may hold the request itself then.
#[derive(Clone)]
pub(super) struct Facts {
    path: String,
    request_id: String,
    theme: &'static str,
    flash: Option<Flash>,
}

impl Facts {
    pub(super) fn of(request: &HttpRequest, state: &State) -> Self {
        Self {
            path: request.path().to_owned(),
            request_id: sessions::request_id(request),
            theme: theme(request),
            flash: request.cookie(FLASH_COOKIE).and_then(|c| Flash::from_cookie(c, &state.cookie_key)),
        }
    }
}

/// The product's name stands where no hospital has a name yet.
const UNNAMED: &str = "Infirmary";

impl Shell {
    pub(super) fn new(actor: Option<Actor>, hospital: Option<String>, token: String) -> Self {
        Self { actor, hospital: hospital.unwrap_or_else(|| UNNAMED.to_owned()), token }
    }

    /// The layout of a page with this title.
    pub(super) fn page(&self, facts: &Facts, state: &State, title: &str) -> Page {
        Page {
            title: title.to_owned(),
            hospital: self.hospital.clone(),
            user: self.actor.as_ref().map(|actor| PageUser {
                name: actor.name(),
                initials: initials(&actor.first_name, &actor.last_name),
                role: actor.role.label(),
                has_picture: actor.has_picture,
            }),
            nav: self.actor.as_ref().map(|actor| navigation(actor, &facts.path)).unwrap_or_default(),
            flash: facts.flash.clone(),
            theme: facts.theme,
            token: self.token.clone(),
            once: token::short(),
            path: facts.path.clone(),
            request_id: facts.request_id.clone(),
            has_logo: false,
            can_search_patients: self.actor.as_ref().is_some_and(|a| a.may(Permission::SeePatients)),
            notice: state.notice.clone(),
        }
    }
}

/// The look that the browser asked for.
fn theme(request: &HttpRequest) -> &'static str {
    match request.cookie("theme").as_ref().map(|c| c.value()) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "auto",
    }
}

/// A link that some may follow.
struct Link {
    group: &'static str,
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    key: &'static str,
    permission: Option<Permission>,
    roles: &'static [Role],
}

const fn link(
    group: &'static str,
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    key: &'static str,
) -> Link {
    Link { group, label, href, icon, key, permission: None, roles: &[] }
}

impl Link {
    const fn for_those_who(mut self, permission: Permission) -> Self {
        self.permission = Some(permission);
        self
    }

    /// Shown to these roles only: some pages say the same in other words for others.
    const fn shown_to(mut self, roles: &'static [Role]) -> Self {
        self.roles = roles;
        self
    }
}

/// Every page that a sidebar links, in its order.
const LINKS: &[Link] = &[
    link("", "Home", "/", "home", "h"),
    link("", "My day", "/my-day", "stethoscope", "d").for_those_who(Permission::ConductVisits),
    link("", "Day board", "/board", "layout-columns", "b").for_those_who(Permission::SeeBoard),
    link("", "Calendar", "/calendar", "calendar-week", "c").for_those_who(Permission::SeeSchedules),
    link("", "Patients", "/patients", "users", "p").for_those_who(Permission::SeePatients),
    link("", "My record", "/my-record", "id", "r").for_those_who(Permission::OwnRecord),
    link("", "Appointments", "/appointments", "calendar-event", "a").for_those_who(Permission::SeeAppointments),
    link("", "Book", "/book", "calendar-plus", "b").for_those_who(Permission::BookOwn),
    link("", "Prescriptions", "/prescriptions", "prescription", "x").for_those_who(Permission::SeePrescriptions),
    link("", "New appointment", "/book", "calendar-plus", "n").for_those_who(Permission::ManageAppointments),
    link("", "My hours", "/availability", "calendar-time", "o")
        .for_those_who(Permission::SeeSchedules)
        .shown_to(&[Role::Doctor]),
    link("Hospital", "Departments", "/departments", "building-hospital", "e").for_those_who(Permission::SeeDepartments),
    link("Hospital", "Doctors", "/doctors", "stethoscope", "l").for_those_who(Permission::SeeDoctors),
    link("Hospital", "Specializations", "/specializations", "id-badge", "z")
        .for_those_who(Permission::ManageDepartments),
    link("Administration", "Users", "/users", "users", "u").for_those_who(Permission::ManageUsers),
    link("Administration", "Settings", "/settings", "settings", "s").for_those_who(Permission::ManageSettings),
];

fn navigation(actor: &Actor, path: &str) -> Vec<NavGroup> {
    let mut groups: Vec<NavGroup> = Vec::new();
    for link in LINKS {
        let may = link.permission.is_none_or(|p| actor.may(p));
        let shown = link.roles.is_empty() || link.roles.contains(&actor.role);
        if !may || !shown {
            continue;
        }
        let below = path.strip_prefix(link.href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let item = NavItem {
            label: link.label,
            href: link.href,
            icon: link.icon,
            key: link.key,
            active: path == link.href || (link.href != "/" && below),
        };
        match groups.last_mut().filter(|g| g.label == link.group) {
            Some(group) => group.items.push(item),
            None => groups.push(NavGroup { label: link.group, items: vec![item] }),
        }
    }
    groups
}
