//! Invitations and resets: single-use links that administrators hand over.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{By, Role};
use infirmary::accounts::actions;
use infirmary::accounts::model::UserId;
use infirmary::db::schema::{access_links, audit_log, patients, users};

use super::{OTHER_PASSWORD, PASSWORD, after, entered, guesses, handed_over, person, sign_in, username};
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(sec_5_an_invitation_is_shown_once_and_works_once);
    suite.both(sec_5_a_reset_ends_sessions_and_nobody_sees_the_password);
    suite.both(sec_5_links_expire_end_with_newer_ones_and_with_the_account);
    suite.both(sec_5_of_two_people_with_one_link_one_wins);
    suite.both(sec_2_passwords_are_long_enough_and_not_ones_own);
    suite.both(a_patient_of_the_desk_is_invited_and_joined);
    suite.both(an_invitation_never_takes_a_name_that_somebody_has);
}

const CHOSEN: [(&str, &str); 3] = [("username", "grace.h"), ("password", PASSWORD), ("password_again", PASSWORD)];

async fn sec_5_an_invitation_is_shown_once_and_works_once(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let once = admin.get("/users/new").await.expect(200).input("_once").expect("forms carry their key");
    let fields = [
        ("role", "receptionist"),
        ("first_name", "Grace"),
        ("last_name", "Hopper"),
        ("email", "Grace@Example.org"),
        ("designation", "Front desk"),
        ("_once", once.as_str()),
    ];
    let page = admin.post("/users", &fields).await.expect(200);
    let link = handed_over(&page);
    let raw = link.strip_prefix("/invitation/").expect("an invitation").to_owned();
    assert!(page.headers.iter().all(|(_, value)| !value.contains(&raw)), "it is in no header");
    let twice = admin.post("/users", &fields).await.expect(303);
    let person = twice.location().to_owned();
    assert!(!admin.get(&person).await.expect(200).body.contains(&raw), "it is shown once");
    let stored: Vec<String> = app.read(|db| Ok(access_links::table.select(access_links::token_hash).load(db)?));
    assert!(stored.iter().all(|hash| !hash.contains(&raw)));

    let welcome = app.nobody().get(&link).await.expect(200);
    assert!(welcome.says("Welcome, Grace") && welcome.says("Saint Roch"));
    assert_eq!(welcome.input("username").as_deref(), Some("grace.hopper"), "a name is proposed");
    let accepted = app.nobody().post(&link, &CHOSEN).await.expect(303);
    assert_eq!(accepted.location(), "/");
    let grace = after(&app, &accepted).await;
    assert!(grace.get("/account").await.expect(200).says("Front desk"));
    for reply in [app.nobody().get(&link).await, app.nobody().post(&link, &CHOSEN).await] {
        assert!(reply.expect(410).says("This link no longer works"));
    }
    entered(&app, "grace@example.org", PASSWORD).await;
    entered(&app, "GRACE.H", PASSWORD).await;

    let acts: Vec<(String, Option<String>)> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("user"))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::admin_action))
            .load(db)?)
    });
    assert_eq!(acts[0], ("invited".to_owned(), Some("invite_user".to_owned())));
    assert_eq!(acts[1].0, "accepted_invitation");
}

async fn sec_5_a_reset_ends_sessions_and_nobody_sees_the_password(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let id = person(&app, Role::Doctor);
    let name = username(&app, id);
    let session = entered(&app, &name, PASSWORD).await;
    // Guesses have slowed the account down; a reset forgives them.
    guesses(&app, &name, 10).await;
    let page = admin.post(&format!("/users/{id}/link"), &[]).await.expect(200);
    let link = handed_over(&page);
    assert!(link.starts_with("/reset/"));
    session.get("/account").await.expect(200);
    assert!(app.nobody().get(&link).await.expect(200).says(&name));

    let fields = [("password", OTHER_PASSWORD), ("password_again", OTHER_PASSWORD)];
    let done = app.nobody().post(&link, &fields).await.expect(303);
    after(&app, &done).await;
    session.get("/account").await.expect(303);
    app.nobody().post(&link, &fields).await.expect(410);
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(422);
    sign_in(&app.nobody(), &name, OTHER_PASSWORD).await.expect(303);
    let logged: Vec<String> = app.read(|db| Ok(audit_log::table.select(audit_log::changes).load(db)?));
    assert!(logged.iter().all(|c| !c.contains(OTHER_PASSWORD) && !c.contains("argon2")));
}

async fn sec_5_links_expire_end_with_newer_ones_and_with_the_account(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let id = app.write(move |db| factory::person(db, Role::Pharmacist, now));
    let make = || async { handed_over(&admin.post(&format!("/users/{id}/link"), &[]).await.expect(200)) };
    let first = make().await;
    let second = make().await;
    app.nobody().get(&first).await.expect(410);
    app.nobody().get(&second).await.expect(200);
    // A link of one kind opens no page of the other.
    app.nobody().get(&second.replace("/invitation/", "/reset/")).await.expect(410);
    admin.post(&format!("/users/{id}/disable"), &[]).await.expect(303);
    app.nobody().get(&second).await.expect(410);
    admin.post(&format!("/users/{id}/link"), &[]).await.expect(409);
    admin.post(&format!("/users/{id}/enable"), &[]).await.expect(303);
    app.nobody().get(&second).await.expect(410);
    let third = make().await;
    app.clock.stop_at(now + TimeDelta::days(7) + TimeDelta::minutes(1));
    assert!(app.nobody().get(&third).await.expect(410).says("its time is over"));
    app.nobody().post(&third, &CHOSEN).await.expect(410);
    for wrong in ["/invitation/x", "/invitation/%00", "/reset/0000", "/invitation/🩺"] {
        assert!([400, 404, 410].contains(&app.nobody().get(&wrong.replace('🩺', "%F0%9F%A9%BA")).await.status));
    }
}

async fn sec_5_of_two_people_with_one_link_one_wins(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let id = app.write(move |db| factory::person(db, Role::Accountant, now));
    let link = handed_over(&admin.post(&format!("/users/{id}/link"), &[]).await.expect(200));
    let tries = join_all((0..8).map(|n| {
        let (browser, link, name) = (app.nobody(), link.clone(), format!("person.number{n}"));
        async move {
            let fields = [("username", name.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)];
            (name.clone(), browser.post(&link, &fields).await.status)
        }
    }))
    .await;
    let winners: Vec<&String> = tries.iter().filter(|(_, status)| *status == 303).map(|(name, _)| name).collect();
    assert_eq!(winners.len(), 1, "{tries:?}");
    assert_eq!(tries.iter().filter(|(_, status)| *status == 410).count(), 7, "{tries:?}");
    assert_eq!(username(&app, id), *winners[0]);

    // The same for an invitation that makes the account: one account, one record.
    let patient = app.write(move |db| factory::patient(db, now));
    let raw = app.write(move |db| actions::invite_patient(db, &By::system(now), patient));
    let link = format!("/invitation/{raw}");
    let statuses = join_all((0..8).map(|n| {
        let (browser, link, name) = (app.nobody(), link.clone(), format!("patient.number{n}"));
        async move {
            let fields = [("username", name.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)];
            browser.post(&link, &fields).await.status
        }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|s| **s == 303).count(), 1, "{statuses:?}");
    let made: i64 = app.read(|db| Ok(users::table.filter(users::role.eq(Role::Patient)).count().get_result(db)?));
    assert_eq!(made, 1);
}

async fn sec_2_passwords_are_long_enough_and_not_ones_own(app: TestApp) {
    let now = app.now();
    let (staff, patient) = app.write(move |db| {
        let staff = factory::person(db, Role::Receptionist, now)?;
        let (_, staff) = actions::new_link(db, &By::system(now), staff)?;
        let record = factory::patient(db, now)?;
        Ok((staff, actions::invite_patient(db, &By::system(now), record)?))
    });
    let try_on = |raw: &str, password: &'static str| {
        let (browser, link) = (app.nobody(), format!("/invitation/{raw}"));
        let fields = [("username", "margaret.ham"), ("password", password), ("password_again", password)];
        async move { browser.post(&link, &fields).await }
    };
    for bad in ["", "short", "eleven char", "password1234", "margaret.ham", "qwertyuiop12"] {
        let page = try_on(&staff, bad).await.expect(422);
        assert!(page.body.contains("e-password"), "{bad}");
        assert!(bad.is_empty() || !page.body.contains(&format!("value=\"{bad}\"")) || bad == "margaret.ham");
    }
    let long: &'static str = "x".repeat(129).leak();
    assert!(try_on(&staff, long).await.expect(422).says("at most 128"));
    let mismatch = [("username", "margaret.ham"), ("password", PASSWORD), ("password_again", OTHER_PASSWORD)];
    let page = app.nobody().post(&format!("/invitation/{staff}"), &mismatch).await.expect(422);
    assert!(page.says("Type the same password again."));
    // Any Unicode, and spaces as they are; eight characters are enough for a patient.
    try_on(&staff, "雨の日に傘を持たずに歩く人たち").await.expect(303);
    try_on(&patient, "pa55-tu").await.expect(422);
    try_on(&patient, "pa55-tulip").await.expect(422).says("taken");
}

async fn a_patient_of_the_desk_is_invited_and_joined(app: TestApp) {
    let now = app.now();
    let (patient, first, raw) = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let first = actions::invite_patient(db, &By::system(now), patient)?;
        Ok((patient, first, actions::invite_patient(db, &By::system(now), patient)?))
    });
    app.nobody().get(&format!("/invitation/{first}")).await.expect(410);
    let link = format!("/invitation/{raw}");
    assert!(app.nobody().get(&link).await.expect(200).says("Welcome, Ada"));
    let fields = [
        ("username", "ada.l"),
        ("email", "ada@example.org"),
        ("password", "pa55-tulip"),
        ("password_again", "pa55-tulip"),
    ];
    let accepted = app.nobody().post(&link, &fields).await.expect(303);
    after(&app, &accepted).await;
    let user: Option<UserId> =
        app.read(move |db| Ok(patients::table.find(patient).select(patients::user_id).first(db)?));
    assert_eq!(user.map(|id| username(&app, id)).as_deref(), Some("ada.l"));
    entered(&app, "ada@example.org", "pa55-tulip").await;
    let again = app.db.write_now(move |db| actions::invite_patient(db, &By::system(now), patient));
    assert!(again.is_err(), "who has an account needs no invitation");
}

async fn an_invitation_never_takes_a_name_that_somebody_has(app: TestApp) {
    let now = app.now();
    let taken = username(&app, person(&app, Role::Admin));
    let raw = app.write(move |db| {
        let id = factory::person(db, Role::Accountant, now)?;
        Ok(actions::new_link(db, &By::system(now), id)?.1)
    });
    let link = format!("/invitation/{raw}");
    let fields = [("username", taken.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)];
    let page = app.nobody().post(&link, &fields).await.expect(422);
    assert!(page.says("This user name is already taken.") && page.body.contains("e-username"));
    // The link is still good.
    app.nobody().post(&link, &CHOSEN).await.expect(303);
}
