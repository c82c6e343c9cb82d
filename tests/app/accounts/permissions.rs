//! What each role may, exceptions for one person, and that no exception opens a way around.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::accounts::model::UserId;
use infirmary::db::schema::{audit_log, users};

use crate::support::{Suite, TestApp, Visitor};

pub fn tests(suite: &mut Suite) {
    suite.both(the_grid_shows_what_each_role_may);
    suite.both(a_grant_holds_at_once_until_its_last_day_and_is_audited);
    suite.both(a_denial_takes_away_what_the_role_gives_and_ends);
    suite.both(exceptions_that_are_wrong_come_back_with_everything_typed);
    suite.both(nobody_changes_their_own_permissions_nor_a_patients);
    suite.both(a_grant_of_the_people_pages_grants_nothing_further);
    suite.both(two_who_forbid_each_other_the_people_pages_do_not_both_succeed);
}

async fn version(by: &Visitor, of: UserId) -> String {
    by.get(&format!("/users/{of}/permissions")).await.expect(200).input("version").expect("the form has its version")
}

/// What was answered to an exception with this last day.
async fn except(by: &Visitor, of: UserId, permission: &str, effect: &str, until: &str) -> u16 {
    let version = version(by, of).await;
    let fields = [
        ("version", version.as_str()),
        ("permission", permission),
        ("effect", effect),
        ("reason", "Stands in for a colleague"),
        ("until", until),
    ];
    by.post(&format!("/users/{of}/permissions"), &fields).await.status
}

async fn the_grid_shows_what_each_role_may(app: TestApp) {
    let page = app.sign_in(Role::Admin).await.get("/permissions").await.expect(200);
    assert!(page.says("Take payments.") && page.says("Billing manager"), "{}", page.words());
}

async fn a_grant_holds_at_once_until_its_last_day_and_is_audited(app: TestApp) {
    let (admin, desk) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Receptionist).await);
    desk.get("/bills").await.expect(403);
    assert_eq!(except(&admin, desk.user_id, "SeeBills", "grant", "2026-06-16").await, 303);
    desk.get("/bills").await.expect(200);
    let page = admin.get(&format!("/users/{}/permissions", desk.user_id)).await.expect(200);
    assert!(page.says("Allowed for this person until") && page.says("Stands in for a colleague"), "{}", page.words());
    app.set_time("2026-06-16 23:59");
    let desk = app.session(desk.user_id).await;
    desk.get("/bills").await.expect(200);
    app.set_time("2026-06-17 00:00");
    desk.get("/bills").await.expect(403);
    let admin = app.session(admin.user_id).await;
    let page = admin.get(&format!("/users/{}/permissions", desk.user_id)).await.expect(200);
    assert!(page.says("which is over"), "{}", page.words());
    let (kind, reason): (Option<String>, String) = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("changed_permissions"))
            .select((audit_log::admin_action, audit_log::reason))
            .first(db)?)
    });
    assert_eq!((kind.as_deref(), reason.as_str()), (Some("change_permissions"), "Stands in for a colleague"));
}

async fn a_denial_takes_away_what_the_role_gives_and_ends(app: TestApp) {
    let (admin, desk) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Receptionist).await);
    assert_eq!(except(&admin, desk.user_id, "SeeBoard", "deny", "").await, 303);
    desk.get("/board").await.expect(403);
    // The other way round takes the place of what was there.
    assert_eq!(except(&admin, desk.user_id, "SeeBoard", "grant", "").await, 303);
    desk.get("/board").await.expect(200);
    assert_eq!(except(&admin, desk.user_id, "SeeBoard", "deny", "").await, 303);
    let end = format!("/users/{}/permissions/end", desk.user_id);
    let seen = version(&admin, desk.user_id).await;
    let fields = [("version", seen.as_str()), ("permission", "SeeBoard")];
    admin.post(&end, &[("version", "1"), ("permission", "SeeBoard")]).await.expect(409);
    admin.post(&end, &fields).await.expect(303);
    desk.get("/board").await.expect(200);
    assert!(admin.post(&end, &fields).await.expect(409).says("no such exception"));
    let own: String = {
        let id = desk.user_id;
        app.read(move |db| Ok(users::table.find(id).select(users::permissions).first(db)?))
    };
    assert_eq!(own, r#"{"grant":[],"deny":[]}"#);
}

async fn exceptions_that_are_wrong_come_back_with_everything_typed(app: TestApp) {
    let (admin, desk) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Receptionist).await);
    let path = format!("/users/{}/permissions", desk.user_id);
    for (permission, effect, reason, until, message) in [
        ("", "grant", "Because", "", "Choose what it is about"),
        ("Everything", "grant", "Because", "", "Choose what it is about"),
        ("SeeBills", "", "Because", "", "Choose whether"),
        ("SeeBills", "grant", "", "", "Say why"),
        ("SeeBills", "grant", "Because", "2026-06-14", "This day is past"),
        ("SeeBills", "grant", "Because", "2026-02-31", "Enter a real date"),
    ] {
        let fields = [("permission", permission), ("effect", effect), ("reason", reason), ("until", until)];
        let page = admin.post(&path, &fields).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
        assert_eq!(page.input("reason").as_deref(), Some(reason));
    }
    admin.get("/users/999999/permissions").await.expect(404);
}

async fn nobody_changes_their_own_permissions_nor_a_patients(app: TestApp) {
    let (admin, patient) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Patient).await);
    for (of, words) in [(admin.user_id, "their own permissions"), (patient.user_id, "own record and nothing else")] {
        let path = format!("/users/{of}/permissions");
        assert!(admin.get(&path).await.expect(200).says(words));
        let fields = [("version", "1"), ("permission", "SeeBills"), ("effect", "grant"), ("reason", "x")];
        assert!(admin.post(&path, &fields).await.expect(409).says(words));
    }
}

async fn a_grant_of_the_people_pages_grants_nothing_further(app: TestApp) {
    let (admin, desk) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Receptionist).await);
    let other = app.sign_in(Role::Accountant).await;
    assert_eq!(except(&admin, desk.user_id, "ManageUsers", "grant", "").await, 303);
    let path = format!("/users/{}/permissions", other.user_id);
    assert!(desk.get(&path).await.expect(200).says("Only administrators make exceptions"));
    let fields = [("version", "1"), ("permission", "ManageSettings"), ("effect", "grant"), ("reason", "x")];
    desk.post(&path, &fields).await.expect(403);
    desk.post(&format!("{path}/end"), &fields).await.expect(403);
}

async fn two_who_forbid_each_other_the_people_pages_do_not_both_succeed(app: TestApp) {
    let (one, two) = (app.sign_in(Role::Admin).await, app.sign_in(Role::Admin).await);
    let (of_one, of_two) = (version(&two, one.user_id).await, version(&one, two.user_id).await);
    let deny = async |by: &Visitor, of: UserId, version: &str| {
        let fields =
            [("version", version), ("permission", "ManageUsers"), ("effect", "deny"), ("reason", "No more of it")];
        by.post(&format!("/users/{of}/permissions"), &fields).await.status
    };
    let answers = join_all([deny(&one, two.user_id, &of_two), deny(&two, one.user_id, &of_one)]).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    let left = [one.get("/users").await.status, two.get("/users").await.status];
    assert!(left.contains(&200) && left.contains(&403), "{left:?}");
}
