//! The administrators' pages about people.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{By, Role};
use infirmary::accounts::model::UserId;
use infirmary::accounts::{actions, queries};
use infirmary::db::schema::{audit_log, patients, users};

use super::{PASSWORD, entered, person, username};
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(people_are_found_by_any_part_of_their_names);
    suite.both(an_invitation_that_is_wrong_comes_back_with_everything_typed);
    suite.both(an_edit_is_saved_audited_and_never_overwrites_another);
    suite.both(sec_11_a_changed_role_ends_sessions_and_its_own_grants);
    suite.both(roles_that_would_be_nonsense_are_refused_with_the_reason);
    suite.both(nobody_touches_their_own_role_or_account);
    suite.both(the_last_administrator_stays_whatever_happens_at_once);
    suite.both(a_grant_of_the_people_pages_makes_no_administrators);
}

async fn people_are_found_by_any_part_of_their_names(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let names =
        [("Łukasz", "Nowák", "receptionist"), ("Zoë", "O’Brien", "pharmacist"), ("100%_sure", "Name", "accountant")];
    for (first, last, role) in names {
        let fields = [("first_name", first), ("last_name", last), ("role", role), ("license_number", "PH-1")];
        admin.post("/users", &fields).await.expect(200);
    }
    app.sign_in(Role::Patient).await;
    for (query, found, missing) in [
        ("q=lukasz", "Łukasz", "Zoë"),
        ("q=NOWAK%20luk", "Łukasz", "Zoë"),
        ("q=%25_s", "100%_sure", "Łukasz"),
        ("role=pharmacist", "Zoë", "Łukasz"),
        ("standing=invited&q=zoe", "Zoë", "Łukasz"),
        ("role=patient&q=ada", "Patient", "Łukasz"),
        ("role=nonsense&standing=nonsense&page=99999", "Łukasz", "no such text"),
    ] {
        let page = admin.get(&format!("/users?{query}")).await.expect(200);
        assert!(page.says(found) && !page.says(missing), "{query}: {}", page.words());
    }
    assert!(admin.get("/users?q=zzzz").await.expect(200).says("Nobody found"));
    assert!(admin.get("/users?q=%25&role=patient").await.expect(200).says("Nobody found"));
    // Thirty more, and the list has a second page that keeps its filter.
    let now = app.now();
    app.write(move |db| {
        for _ in 0..30 {
            factory::person(db, Role::BillingManager, now)?;
        }
        Ok(())
    });
    let page = admin.get("/users?role=billing_manager").await.expect(200);
    assert!(page.body.contains("role=billing_manager") && page.body.contains("page=2"));
}

async fn an_invitation_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let taken = app.read(|db| Ok(users::table.select(users::email).first::<Option<String>>(db)?)).expect("an address");
    for (field, value, message) in [
        ("first_name", "", "Enter the first name."),
        ("email", "nobody@", "Enter an e-mail address"),
        ("email", taken.as_str(), "This e-mail address already has an account."),
        ("username", "Ü", "Use at least 3 letters"),
        ("username", "a b", "Use at least 3 letters"),
        ("phone", "call me", "Enter a phone number"),
        ("role", "", "Choose what this person does here."),
        ("role", "doctor", "Doctors are added under Doctors"),
        ("role", "patient", "Doctors are added under Doctors"),
        ("role", "pharmacist", "licence number"),
        ("last_name", &"x".repeat(81), "at most 80 characters"),
    ] {
        let mut fields = vec![("first_name", "Edsger"), ("last_name", "<b>Dijkstra"), ("role", "admin")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let page = admin.post("/users", &fields).await.expect(422);
        assert!(page.says(message), "{field}={value:?}: {}", page.words());
        assert!(field == "last_name" || page.body.contains("&#60;b&#62;Dijkstra"));
    }
    let invited: i64 = app.read(|db| Ok(users::table.filter(users::first_name.eq("Edsger")).count().get_result(db)?));
    assert_eq!(invited, 0);
}

async fn an_edit_is_saved_audited_and_never_overwrites_another(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let id = person(&app, Role::Receptionist);
    let other = username(&app, person(&app, Role::Receptionist));
    let path = format!("/users/{id}/edit");
    let fields = |username: &'static str, version: &'static str| {
        [
            ("first_name", "Anita"),
            ("last_name", "Borg"),
            ("username", username),
            ("version", version),
            ("designation", "Head of reception"),
        ]
    };
    admin.post(&path, &fields("anita", "1")).await.expect(303);
    let stale = admin.post(&path, &fields("anita.b", "1")).await.expect(409);
    assert!(stale.says("anita.b") && stale.says("Head of reception"));
    assert_eq!(username(&app, id), "anita");
    let taken: &'static str = other.leak();
    assert!(admin.post(&path, &fields(taken, "2")).await.expect(422).says("This user name is already taken."));
    assert!(admin.get(&format!("/users/{id}")).await.expect(200).says("Anita Borg"));
    admin.get("/users/999999").await.expect(404);
    admin.post("/users/999999/edit", &fields("x.y.z", "1")).await.expect(404);
    admin.get("/users/x").await.expect(404);
    let act: (Option<String>, String) = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("updated"))
            .select((audit_log::admin_action, audit_log::changes))
            .first(db)?)
    });
    assert_eq!(act.0.as_deref(), Some("edit_user"));
    assert!(act.1.contains("\"anita\""), "{}", act.1);
}

async fn sec_11_a_changed_role_ends_sessions_and_its_own_grants(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let id = person(&app, Role::Receptionist);
    app.write(move |db| {
        diesel::update(users::table.find(id)).set(users::permissions.eq(r#"{"grant":["SeeAudit"]}"#)).execute(db)?;
        Ok(())
    });
    let session = entered(&app, &username(&app, id), PASSWORD).await;
    let path = format!("/users/{id}/role");
    admin.post(&path, &[("role", "accountant"), ("version", "7")]).await.expect(409);
    session.get("/account").await.expect(200);
    admin.post(&path, &[("role", "accountant"), ("version", "1")]).await.expect(303);
    session.get("/account").await.expect(303);
    let user = app.read(move |db| Ok(queries::find(db, id)?));
    assert_eq!((user.role, user.permissions.as_str()), (Role::Accountant, "{}"));
    let act: (String, Option<String>, String) = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("changed_role"))
            .select((audit_log::action, audit_log::admin_action, audit_log::changes))
            .first(db)?)
    });
    assert_eq!(act.1.as_deref(), Some("change_role"));
    assert!(act.2.contains(r#"["receptionist","accountant"]"#), "{}", act.2);
    admin.post(&path, &[("role", "wizard"), ("version", "2")]).await.expect(422);
}

async fn roles_that_would_be_nonsense_are_refused_with_the_reason(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (doctor, patient) = (person(&app, Role::Doctor), person(&app, Role::Patient));
    for (id, reason) in [(doctor, "belongs to a doctor"), (patient, "own record")] {
        assert!(admin.get(&format!("/users/{id}")).await.expect(200).says(reason));
        let refused = admin.post(&format!("/users/{id}/role"), &[("role", "admin"), ("version", "1")]).await;
        assert!(refused.expect(409).says(reason));
    }
    let clerk = person(&app, Role::Accountant);
    for role in ["doctor", "patient"] {
        admin.post(&format!("/users/{clerk}/role"), &[("role", role), ("version", "1")]).await.expect(422);
    }
    let roles: Vec<Role> = app.read(move |db| {
        Ok(users::table
            .filter(users::id.eq_any([doctor, patient, clerk]))
            .order(users::id)
            .select(users::role)
            .load(db)?)
    });
    assert_eq!(roles, [Role::Doctor, Role::Patient, Role::Accountant]);
    let joined: i64 =
        app.read(|db| Ok(patients::table.filter(patients::user_id.is_not_null()).count().get_result(db)?));
    assert_eq!(joined, 1);
}

async fn nobody_touches_their_own_role_or_account(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    person(&app, Role::Admin);
    let own = format!("/users/{}", admin.user_id);
    admin.post(&format!("{own}/role"), &[("role", "accountant"), ("version", "1")]).await.expect(409);
    assert!(admin.get(&format!("{own}/disable")).await.expect(409).says("Nobody disables their own account"));
    admin.post(&format!("{own}/disable"), &[]).await.expect(409);
    let page = admin.get(&own).await.expect(200);
    assert!(!page.body.contains(&format!("{own}/disable")) && !page.body.contains(&format!("{own}/role")));
}

fn administrators(app: &TestApp) -> Vec<UserId> {
    app.read(|db| {
        Ok(users::table
            .filter(users::role.eq(Role::Admin))
            .filter(users::is_active.eq(true))
            .select(users::id)
            .load(db)?)
    })
}

async fn the_last_administrator_stays_whatever_happens_at_once(app: TestApp) {
    let ids: Vec<UserId> = (0..6).map(|_| person(&app, Role::Admin)).collect();
    let mut admins = Vec::new();
    for id in &ids {
        admins.push(app.session(*id).await);
    }
    // Each takes the next one's rights away, all at once.
    let attacks = join_all(admins.iter().enumerate().map(|(n, admin)| {
        let victim = ids[(n + 1) % ids.len()];
        async move {
            if n % 2 == 0 {
                admin.post(&format!("/users/{victim}/disable"), &[]).await.status
            } else {
                let fields = [("role", "accountant"), ("version", "1")];
                admin.post(&format!("/users/{victim}/role"), &fields).await.status
            }
        }
    }))
    .await;
    assert!(!administrators(&app).is_empty(), "{attacks:?}");
    assert!(attacks.iter().all(|s| *s < 500), "{attacks:?}");

    // From the command line too: the last one stays.
    let now = app.now();
    let mut refused = 0;
    for id in administrators(&app) {
        refused += usize::from(app.db.write_now(move |db| actions::disable(db, &By::system(now), id)).is_err());
    }
    assert_eq!((refused, administrators(&app).len()), (1, 1));
}

async fn a_grant_of_the_people_pages_makes_no_administrators(app: TestApp) {
    let clerk = app.sign_in(Role::Receptionist).await;
    clerk.get("/users").await.expect(403);
    let (id, admin) = (clerk.user_id, person(&app, Role::Admin));
    app.write(move |db| {
        diesel::update(users::table.find(id)).set(users::permissions.eq(r#"{"grant":["ManageUsers"]}"#)).execute(db)?;
        Ok(())
    });
    clerk.get("/users").await.expect(200);
    let fields = [("first_name", "Mal"), ("last_name", "Lory"), ("role", "admin")];
    clerk.post("/users", &fields).await.expect(403);
    clerk.post(&format!("/users/{admin}/link"), &[]).await.expect(403);
    clerk.post(&format!("/users/{admin}/disable"), &[]).await.expect(403);
    let colleague = person(&app, Role::Accountant);
    clerk.post(&format!("/users/{colleague}/role"), &[("role", "admin"), ("version", "1")]).await.expect(403);
    clerk.post("/users", &[("first_name", "An"), ("last_name", "Other"), ("role", "accountant")]).await.expect(200);
}
