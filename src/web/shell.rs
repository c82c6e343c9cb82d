//! The frame around every page: who is signed in, where they may go, how it looks.

use actix_web::HttpRequest;

use super::page::{FLASH_COOKIE, Flash, NavGroup, NavItem, Page, PageUser, Search, initials};
use super::{State, sessions};
use crate::access::{Actor, Permission, Role, token};

/// Everything the layout needs that is known once per request.
#[derive(Clone)]
pub struct Shell {
    pub(super) actor: Option<Actor>,
    pub(super) hospital: String,
    pub(super) token: String,
    /// How many notifications the person has not read.
    pub(super) unread: i64,
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
    pub(super) fn new(actor: Option<Actor>, hospital: Option<String>, token: String, unread: i64) -> Self {
        Self { actor, hospital: hospital.unwrap_or_else(|| UNNAMED.to_owned()), token, unread }
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
            unread: self.unread,
            search: self.actor.as_ref().and_then(search),
            notice: state.notice.clone(),
        }
    }
}

/// Whom or what the person can find: patients, or records by the code on them. Patients have all of theirs at hand.
fn search(actor: &Actor) -> Option<Search> {
    use Permission::{SeeAppointments, SeeMedicines, SeePatients, SeePrescriptions};
    if actor.may(SeePatients) {
        return Some(Search {
            label: "Find a patient",
            placeholder: "Find a patient by name, number, phone or birth date",
        });
    }
    let has_codes = [SeePrescriptions, SeeMedicines, SeeAppointments].into_iter().any(|p| actor.may(p));
    (actor.role.is_staff() && has_codes)
        .then_some(Search { label: "Open by code", placeholder: "Scan or type a code: RX000123" })
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
    /// Where else one is within it, besides what is below `href`; `*` stands for any one part of the address.
    within: &'static [&'static str],
}

const fn link(
    group: &'static str,
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    key: &'static str,
) -> Link {
    Link { group, label, href, icon, key, permission: None, roles: &[], within: &[] }
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

    const fn also_within(mut self, within: &'static [&'static str]) -> Self {
        self.within = within;
        self
    }

    /// How closely the link leads to where one is: `None` when it does not, else the more the closer.
    fn closeness(&self, path: &str) -> Option<usize> {
        std::iter::once(&self.href).chain(self.within).filter_map(|pattern| parts_matched(pattern, path)).max()
    }
}

/// How many parts of the address the pattern names, when the address is there or below it. The home has nothing below.
fn parts_matched(pattern: &str, path: &str) -> Option<usize> {
    let mut parts = path.split('/').skip(1);
    let mut wanted = pattern.split('/').skip(1);
    if pattern == "/" {
        return (path == "/").then_some(0);
    }
    wanted.try_fold(0, |count, part| (parts.next()? == part || part == "*").then_some(count + 1))
}

/// Every page that a sidebar links, in its order.
const LINKS: &[Link] = &[
    link("", "Home", "/", "home", "h"),
    link("", "My day", "/my-day", "stethoscope", "d")
        .for_those_who(Permission::ConductVisits)
        .also_within(&["/encounters"]),
    link("", "Day board", "/board", "layout-columns", "b")
        .for_those_who(Permission::SeeBoard)
        .also_within(&["/walk-in"]),
    link("", "Calendar", "/calendar", "calendar-week", "c").for_those_who(Permission::SeeSchedules),
    link("", "Patients", "/patients", "users", "p").for_those_who(Permission::SeePatients).also_within(&["/documents"]),
    link("", "My record", "/my-record", "id", "r").for_those_who(Permission::OwnRecord).also_within(&[
        "/patients",
        "/encounters",
        "/documents",
        "/test-orders",
    ]),
    link("", "Appointments", "/appointments", "calendar-event", "a").for_those_who(Permission::SeeAppointments),
    link("", "Book", "/book", "calendar-plus", "k").for_those_who(Permission::BookOwn),
    link("", "Queue", "/pharmacy", "list-check", "q")
        .for_those_who(Permission::DispensePrescriptions)
        .also_within(&["/dispensings"]),
    link("", "Prescriptions", "/prescriptions", "prescription", "x").for_those_who(Permission::SeePrescriptions),
    link("", "Results", "/results", "test-pipe", "t")
        .for_those_who(Permission::WritePrescriptions)
        .also_within(&["/test-orders"]),
    link("", "New appointment", "/book", "calendar-plus", "n").for_those_who(Permission::ManageAppointments),
    link("", "My hours", "/availability", "calendar-time", "o")
        .for_those_who(Permission::SeeSchedules)
        .shown_to(&[Role::Doctor])
        .also_within(&["/doctors/*/availability", "/doctors/*/exceptions"]),
    link("Medicines", "Stock", "/stock", "package", "j").for_those_who(Permission::SeeMedicines).also_within(&[
        "/batches",
        "/stocktakes",
        "/medicines/*/movements",
        "/medicines/*/write-off",
    ]),
    link("Medicines", "Receipts", "/receipts", "package-import", "v").for_those_who(Permission::ManageStock),
    link("Medicines", "Suppliers", "/suppliers", "truck-delivery", "y").for_those_who(Permission::ManageStock),
    link("Medicines", "Medicines", "/medicines", "pill", "m").for_those_who(Permission::SeeMedicines),
    link("Medicines", "Substances", "/substances", "flask", "w").for_those_who(Permission::ManageStock),
    link("Medicines", "Interactions", "/interactions", "arrows-exchange", "i").for_those_who(Permission::SeeMedicines),
    link("Money", "Payments", "/payments", "coin", "t")
        .for_those_who(Permission::TakePayments)
        .also_within(&["/bills/*/pay"]),
    link("Money", "Cashier\u{2019}s day", "/cash-sessions", "cash", "d").for_those_who(Permission::TakePayments),
    link("Money", "To bill", "/charges", "clipboard-list", "g").for_those_who(Permission::ManageBills),
    link("Money", "Bills", "/bills", "receipt", "o").for_those_who(Permission::SeeBills).also_within(&[
        "/patients/*/bills",
        "/patients/*/charges",
        "/patients/*/deposits",
    ]),
    link("Money", "Reports", "/reports", "report-money", "r").for_those_who(Permission::SeeFinancialReports),
    link("Money", "Prices", "/prices", "tag", "q").for_those_who(Permission::SeeBills).shown_to(&[
        Role::Admin,
        Role::Accountant,
        Role::BillingManager,
    ]),
    link("Hospital", "Departments", "/departments", "building-hospital", "e").for_those_who(Permission::SeeDepartments),
    link("Hospital", "Doctors", "/doctors", "stethoscope", "l").for_those_who(Permission::SeeDoctors),
    link("Hospital", "Specializations", "/specializations", "id-badge", "z")
        .for_those_who(Permission::ManageDepartments),
    link("Hospital", "Ratings", "/feedback", "star", "f").for_those_who(Permission::SeeFeedback),
    link("Hospital", "Diagnosis codes", "/diagnosis-codes", "hash", "k").for_those_who(Permission::SeeDiagnosisCodes),
    link("Administration", "Users", "/users", "users", "u").for_those_who(Permission::ManageUsers),
    link("Administration", "Permissions", "/permissions", "shield", "g").for_those_who(Permission::ManageUsers),
    link("Administration", "Settings", "/settings", "settings", "s").for_those_who(Permission::ManageSettings),
];

fn navigation(actor: &Actor, path: &str) -> Vec<NavGroup> {
    let shown = |link: &&Link| {
        link.permission.is_none_or(|p| actor.may(p)) && (link.roles.is_empty() || link.roles.contains(&actor.role))
    };
    // One entry is marked: the one that leads closest, and of equals the first.
    let closest = LINKS.iter().filter(shown).filter_map(|link| link.closeness(path)).max();
    let mut is_marked = false;
    let mut groups: Vec<NavGroup> = Vec::new();
    for link in LINKS.iter().filter(shown) {
        let active = !is_marked && closest.is_some() && link.closeness(path) == closest;
        is_marked |= active;
        let item = NavItem { label: link.label, href: link.href, icon: link.icon, key: link.key, active };
        match groups.last_mut().filter(|g| g.label == link.group) {
            Some(group) => group.items.push(item),
            None => groups.push(NavGroup { label: link.group, items: vec![item] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::VariantArray;

    use super::*;
    use crate::access::PermissionSet;
    use crate::accounts::model::UserId;

    fn person(role: Role) -> Actor {
        Actor {
            user_id: UserId(1),
            first_name: "Kim".to_owned(),
            last_name: "Lee".to_owned(),
            role,
            permissions: PermissionSet::of_role(role),
            doctor_id: None,
            patient_id: None,
            has_picture: false,
        }
    }

    fn items(role: Role, path: &str) -> Vec<NavItem> {
        navigation(&person(role), path).into_iter().flat_map(|group| group.items).collect()
    }

    fn marked(role: Role, path: &str) -> Vec<&'static str> {
        items(role, path).iter().filter(|item| item.active).map(|item| item.href).collect()
    }

    #[test]
    fn no_sidebar_has_a_letter_or_an_address_twice() {
        for &role in Role::VARIANTS {
            let (mut letters, mut addresses) = (HashSet::new(), HashSet::new());
            for item in items(role, "/") {
                assert!(item.key.len() == 1 && letters.insert(item.key), "{role:?}: {} of {}", item.key, item.label);
                assert!(addresses.insert(item.href), "{role:?}: {}", item.href);
            }
        }
    }

    #[test]
    fn the_sidebar_marks_where_one_is() {
        assert_eq!(marked(Role::Receptionist, "/"), ["/"]);
        assert_eq!(marked(Role::Receptionist, "/patients/7/details"), ["/patients"]);
        assert_eq!(marked(Role::Receptionist, "/walk-in"), ["/board"]);
        assert_eq!(marked(Role::Patient, "/patients/7/details"), ["/my-record"]);
        assert_eq!(marked(Role::Doctor, "/encounters/3"), ["/my-day"]);
        assert_eq!(marked(Role::Doctor, "/doctors/3"), ["/doctors"]);
        assert_eq!(marked(Role::Doctor, "/doctors/3/availability/new"), ["/availability"]);
        assert_eq!(marked(Role::Patient, "/account"), [""; 0]);
    }
}
