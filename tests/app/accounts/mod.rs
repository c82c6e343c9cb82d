//! Accounts: signing in, sessions, links, people, one's own account. The numbers are those of `security.md`.

mod links;
mod own;
mod people;
mod permissions;
mod signing_in;

use std::sync::OnceLock;

use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::accounts::model::UserId;
use infirmary::accounts::{passwords, queries};

use crate::support::{Reply, Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    signing_in::tests(suite);
    links::tests(suite);
    people::tests(suite);
    permissions::tests(suite);
    own::tests(suite);
}

/// A password that is good enough for everybody.
const PASSWORD: &str = "seventeen wet badgers";
/// Another one.
const OTHER_PASSWORD: &str = "eleven brass umbrellas";

/// A new person of this role who has chosen the password.
fn person(app: &TestApp, role: Role) -> UserId {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| passwords::hash_now(PASSWORD).expect("it hashes"));
    let now = app.now();
    app.write(move |db| {
        let id = factory::person(db, role, now)?;
        queries::set_password_hash(db, id, hash, now)?;
        Ok(id)
    })
}

/// The user name of an account.
fn username(app: &TestApp, id: UserId) -> String {
    app.read(move |db| Ok(queries::find(db, id)?)).username
}

/// Sends the sign-in form from a browser.
async fn sign_in(browser: &Visitor, login: &str, password: &str) -> Reply {
    browser.post("/login", &[("login", login), ("password", password)]).await
}

/// Many wrong passwords at once, each from a browser of its own.
async fn guesses(app: &TestApp, login: &str, how_many: usize) -> Vec<Reply> {
    let browser = app.nobody();
    join_all((0..how_many).map(|_| sign_in(&browser, login, "a guess"))).await
}

/// The browser after an answer: its cookies, and the form token of its session.
async fn after(app: &TestApp, reply: &Reply) -> Visitor {
    let cookies: Vec<&str> = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .filter_map(|(_, value)| value.split(';').next())
        .collect();
    let mut browser = app.nobody();
    browser.cookie = Some(cookies.join("; "));
    let home = browser.get("/account").await.expect(200);
    browser.token = between(&home.body, "name=\"form-token\" content=\"", "\"").to_owned();
    browser
}

/// Signs a person in by their password.
async fn entered(app: &TestApp, login: &str, password: &str) -> Visitor {
    let reply = sign_in(&app.nobody(), login, password).await.expect(303);
    after(app, &reply).await
}

/// The text between two marks; fails the test when it is not there.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, behind: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before:?} is not in the page")).1;
    rest.split_once(behind).unwrap_or_else(|| panic!("{behind:?} is not in the page")).0
}

/// The local part of the link that a page hands over.
#[track_caller]
fn handed_over(page: &Reply) -> String {
    let link = between(&page.body, "data-copy=\"", "\"");
    let (_, path) = link.split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a whole address");
    format!("/{path}")
}
