//! Signing in, throttling, sessions.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::{Role, token};
use infirmary::accounts::queries;
use infirmary::db::schema::{departments, login_throttles, sessions, users};

use super::{OTHER_PASSWORD, PASSWORD, after, between, entered, guesses, person, sign_in, username};
use crate::support::{Reply, Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(sec_1_a_weaker_hash_is_made_anew_at_sign_in);
    suite.both(sec_3_password_managers_find_their_fields);
    suite.both(sec_6_unknown_wrong_disabled_and_invited_answer_alike);
    suite.both(sec_6_every_try_costs_the_same);
    suite.both(sec_7_many_guesses_at_once_do_not_slip_past_the_throttle);
    suite.both(sec_7_waits_grow_and_end_and_a_right_password_forgives);
    suite.both(sec_7_strangers_who_guess_do_not_keep_the_person_out);
    suite.both(sec_7_one_address_cannot_try_many_accounts);
    suite.both(sec_9_only_the_hash_of_a_session_is_stored_and_each_sign_in_makes_a_new_one);
    suite.both(sec_10_idle_and_absolute_ends);
    suite.both(sec_10_an_expired_session_brings_the_filled_form_back);
    suite.both(sec_10_a_press_without_fields_comes_back_too);
    suite.both(sec_11_signing_out_and_disabling_end_sessions);
    suite.both(sec_12_the_cookie_is_for_our_pages_alone);
    suite.both(sec_12_over_tls_cookies_and_addresses_are_for_tls_only);
    suite.both(sec_17_next_leads_to_our_own_pages_only);
    suite.both(people_sign_in_by_either_name_whatever_its_case);
}

async fn sec_1_a_weaker_hash_is_made_anew_at_sign_in(app: TestApp) {
    let id = person(&app, Role::Admin);
    let params = Params::new(8 * 1024, 1, 1, None).expect("valid");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(PASSWORD.as_bytes())
        .expect("it hashes")
        .to_string();
    let now = app.now();
    app.write(move |db| Ok(queries::set_password_hash(db, id, &weak, now)?));
    let stored = || app.read(move |db| Ok(queries::find(db, id)?)).password_hash.unwrap_or_default();
    sign_in(&app.nobody(), &username(&app, id), "not it at all").await.expect(422);
    assert!(stored().contains("m=8192"), "a wrong password changes nothing");
    entered(&app, &username(&app, id), PASSWORD).await;
    assert!(stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored());
    entered(&app, &username(&app, id), PASSWORD).await;
}

async fn sec_3_password_managers_find_their_fields(app: TestApp) {
    let page = app.nobody().get("/login").await.expect(200);
    assert!(page.body.contains("autocomplete=\"username\"") && page.body.contains("autocomplete=\"current-password\""));
    let page = app.nobody().get("/register").await.expect(200);
    assert_eq!(page.body.matches("autocomplete=\"new-password\"").count(), 2);
    assert!(!page.body.contains("onpaste"));
}

/// What a page says, without what differs from one answer to the next.
fn comparable(reply: &Reply, login: &str) -> String {
    let main = between(&reply.body, "<main", "</main>");
    main.replace(login, "LOGIN")
}

async fn sec_6_unknown_wrong_disabled_and_invited_answer_alike(app: TestApp) {
    let (known, disabled) = (person(&app, Role::Receptionist), person(&app, Role::Receptionist));
    let now = app.now();
    let invited = app.write(move |db| factory::person(db, Role::Receptionist, now));
    app.write(move |db| Ok(queries::set_active(db, disabled, false, now)?));
    let (known, disabled, invited) = (username(&app, known), username(&app, disabled), username(&app, invited));
    let tries = [
        ("nobody.at.all", PASSWORD),
        (known.as_str(), "a wrong password"),
        (disabled.as_str(), PASSWORD),
        (invited.as_str(), PASSWORD),
    ];
    let mut answers = Vec::new();
    for (login, password) in tries {
        let answer = sign_in(&app.nobody(), login, password).await.expect(422);
        assert!(answer.header("set-cookie").is_none(), "{login}");
        answers.push(comparable(&answer, login));
    }
    assert!(answers.iter().all(|a| a == &answers[0]), "{answers:#?}");
    // And they are slowed down alike: an unknown name no less than a known one.
    for (login, _) in tries {
        let statuses = guesses(&app, login, 12).await;
        assert!(statuses.iter().any(|r| r.status == 429), "{login}");
    }
}

/// Time cannot be tested without luck, so what takes it is counted: one hash of today's parameters, and the same writes.
async fn sec_6_every_try_costs_the_same(app: TestApp) {
    let [known, disabled, entering] = [(); 3].map(|()| person(&app, Role::Receptionist));
    let now = app.now();
    let invited = app.write(move |db| factory::person(db, Role::Receptionist, now));
    app.write(move |db| Ok(queries::set_active(db, disabled, false, now)?));
    let tries = [
        ("nobody.at.all".to_owned(), PASSWORD, 422),
        (username(&app, known), "a wrong password", 422),
        (username(&app, disabled), "a wrong password", 422),
        (username(&app, disabled), PASSWORD, 422),
        (username(&app, invited), PASSWORD, 422),
        // A right one costs no less; its session is the one write more.
        (username(&app, entering), PASSWORD, 303),
    ];
    for (login, password, status) in tries {
        let (writes, effort) = app.effort();
        sign_in(&app.nobody(), &login, password).await.expect(status);
        let (writes, effort) = (app.effort().0 - writes, app.effort().1 - effort);
        assert_eq!(effort, 19 * 1024 * 2, "{login}: one argon2id of 19 MiB and two passes");
        assert_eq!(writes, if status == 303 { 3 } else { 2 }, "{login}: the counted try, and its outcome");
    }
    // Being told to wait costs nothing, whoever it is about.
    for login in ["another.nobody".to_owned(), username(&app, known)] {
        guesses(&app, &login, 8).await;
        let before = app.effort();
        sign_in(&app.nobody(), &login, PASSWORD).await.expect(429);
        let after = app.effort();
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 0), "{login}");
    }
}

async fn sec_7_many_guesses_at_once_do_not_slip_past_the_throttle(app: TestApp) {
    let id = person(&app, Role::Admin);
    let name = username(&app, id);
    let answers = guesses(&app, &name, 40).await;
    let checked = answers.iter().filter(|r| r.status == 422).count();
    let refused: Vec<&Reply> = answers.iter().filter(|r| r.status == 429).collect();
    assert_eq!(checked, 5, "four free ones, and the one that makes the next wait");
    assert_eq!(refused.len(), 35);
    for answer in refused {
        let seconds: u64 = answer.header("retry-after").and_then(|v| v.parse().ok()).expect("a number of seconds");
        assert!((1..=900).contains(&seconds), "{seconds}");
        assert!(answer.says("Too many tries"));
    }
    // It is kept in the database, so a restart forgives nothing; and it names nobody.
    let keys: Vec<String> = app.read(|db| Ok(login_throttles::table.select(login_throttles::throttle_key).load(db)?));
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.len() == 64 && !key.contains(&name)), "{keys:?}");
}

async fn sec_7_waits_grow_and_end_and_a_right_password_forgives(app: TestApp) {
    let id = person(&app, Role::Admin);
    let name = username(&app, id);
    let mut at = app.now();
    for _ in 0..5 {
        sign_in(&app.nobody(), &name, "a guess").await.expect(422);
    }
    let mut longest = 0;
    for _ in 0..12 {
        let answer = sign_in(&app.nobody(), &name, PASSWORD).await.expect(429);
        let seconds: i64 = answer.header("retry-after").and_then(|v| v.parse().ok()).expect("seconds");
        assert!(seconds >= longest / 2 && seconds <= 901, "it grows and has an end: {seconds} after {longest}");
        longest = seconds;
        at += TimeDelta::seconds(seconds + 1);
        app.clock.stop_at(at);
        sign_in(&app.nobody(), &name, "a guess").await.expect(422);
    }
    assert!(longest > 600, "{longest}");
    app.clock.stop_at(at + TimeDelta::minutes(16));
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(303);
    for _ in 0..4 {
        sign_in(&app.nobody(), &name, "a guess").await.expect(422);
    }
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(303);
}

async fn sec_7_strangers_who_guess_do_not_keep_the_person_out(app: TestApp) {
    let id = person(&app, Role::Doctor);
    let name = username(&app, id);
    // The person's own browser, which has signed in here before and out again.
    let own = entered(&app, &name, PASSWORD).await;
    own.post("/logout", &[]).await.expect(303);
    guesses(&app, &name, 20).await;
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(429);
    sign_in(&own, &name, PASSWORD).await.expect(303);
    // That browser's own guesses are slowed down as well.
    let own_guesses = join_all((0..20).map(|_| sign_in(&own, &name, "a guess"))).await;
    assert_eq!(own_guesses.iter().filter(|r| r.status == 422).count(), 5);
    // And it is of no use for anybody else's account.
    let other = username(&app, person(&app, Role::Doctor));
    guesses(&app, &other, 20).await;
    sign_in(&own, &other, PASSWORD).await.expect(429);
}

async fn sec_7_one_address_cannot_try_many_accounts(app: TestApp) {
    let tries = join_all((0..130).map(|n| {
        let browser = app.nobody();
        async move { sign_in(&browser, &format!("name{n}"), "Password1234").await.status }
    }))
    .await;
    let checked = tries.iter().filter(|s| **s == 422).count();
    assert!((100..=110).contains(&checked), "about a hundred at once: {checked}");
    assert!(tries.iter().all(|s| [422, 429].contains(s)));
    let id = person(&app, Role::Admin);
    app.clock.stop_at(app.now() + TimeDelta::minutes(2));
    sign_in(&app.nobody(), &username(&app, id), PASSWORD).await.expect(303);
}

async fn sec_9_only_the_hash_of_a_session_is_stored_and_each_sign_in_makes_a_new_one(app: TestApp) {
    let id = person(&app, Role::Receptionist);
    let name = username(&app, id);
    let cookie_of = |reply: &Reply| {
        let cookie = reply.headers.iter().find(|(n, v)| n == "set-cookie" && v.starts_with("session="));
        cookie.map(|(_, v)| v.split(';').next().unwrap_or_default().to_owned()).expect("a session")
    };
    let first = sign_in(&app.nobody(), &name, PASSWORD).await.expect(303);
    let browser = after(&app, &first).await;
    let again = browser.post("/login", &[("login", &name), ("password", PASSWORD)]).await.expect(303);
    assert_ne!(cookie_of(&first), cookie_of(&again));
    // The cookie is a signature and the token, which ends it: 64 hexadecimal digits.
    let raw = |cookie: &str| cookie[cookie.len() - 64..].to_owned();
    let (old, new) = (raw(&cookie_of(&first)), raw(&cookie_of(&again)));
    assert!(new.bytes().all(|b| b.is_ascii_hexdigit()));
    let stored: Vec<(String, String)> =
        app.read(|db| Ok(sessions::table.select((sessions::token_hash, sessions::state)).load(db)?));
    assert_eq!(stored.len(), 1, "the earlier session of this browser has ended");
    assert_eq!(stored[0].0, token::hash(&new));
    assert!(stored.iter().all(|(hash, state)| ![hash, state].iter().any(|s| s.contains(&old) || s.contains(&new))));
    assert!(browser.get("/account").await.expect(303).location().starts_with("/login"));
}

async fn sec_10_idle_and_absolute_ends(app: TestApp) {
    let begun = app.now();
    let staff = app.sign_in(Role::Receptionist).await;
    let patient = app.sign_in(Role::Patient).await;
    app.clock.stop_at(begun + TimeDelta::minutes(14));
    staff.get("/departments").await.expect(200);
    app.clock.stop_at(begun + TimeDelta::minutes(28));
    staff.get("/departments").await.expect(200);
    app.clock.stop_at(begun + TimeDelta::minutes(44));
    assert_eq!(staff.get("/departments").await.expect(303).location(), "/login?next=/departments");
    patient.get("/departments").await.expect(200);
    // Busy all day, and still it ends after twelve hours.
    let busy = app.sign_in(Role::Receptionist).await;
    let begun = app.now();
    for minutes in (10..12 * 60).step_by(10) {
        app.clock.stop_at(begun + TimeDelta::minutes(minutes));
        busy.get("/account").await.expect(200);
    }
    app.clock.stop_at(begun + TimeDelta::minutes(12 * 60 + 1));
    busy.get("/account").await.expect(303);
}

/// The hidden and visible fields of a page's form, as a browser would send them.
fn fields_of(page: &Reply, action: &str) -> Vec<(String, String)> {
    let form = between(&page.body, &format!("action=\"{action}\""), "</form>");
    form.split("<input ")
        .skip(1)
        .map(|input| {
            let value = |name: &str| {
                input.split_once(&format!("{name}=\"")).map_or("", |(_, rest)| rest.split('"').next().unwrap_or(""))
            };
            (value("name").to_owned(), value("value").replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">"))
        })
        .collect()
}

fn filled<'a>(fields: &'a [(String, String)], with: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    kept.filter(|(n, _)| !with.iter().any(|(w, _)| w == n)).chain(with.iter().copied()).collect()
}

async fn sec_10_an_expired_session_brings_the_filled_form_back(app: TestApp) {
    let id = person(&app, Role::Admin);
    let name = username(&app, id);
    let browser = entered(&app, &name, PASSWORD).await;
    app.clock.stop_at(app.now() + TimeDelta::minutes(20));
    let typed = [("name", "Ear, Nose & <Throat>"), ("description", "Three in one"), ("is_active", "yes")];
    let ended = browser.post("/departments", &typed).await.expect(401);
    assert!(ended.says("Nothing is lost"));

    // A slip of the finger on the way does not lose it either.
    let fields = fields_of(&ended, "/login");
    let wrong = filled(&fields, &[("login", &name), ("password", "a slip")]);
    let refused = app.nobody().post("/login", &wrong).await.expect(422);
    let fields = fields_of(&refused, "/login");
    let right = filled(&fields, &[("login", &name), ("password", PASSWORD)]);
    let back = app.nobody().post("/login", &right).await.expect(200);
    assert!(back.body.contains("Ear, Nose &#38; &#60;Throat&#62;") && back.says("Three in one"), "{}", back.words());
    assert_eq!(app.read(|db| Ok(departments::table.count().get_result::<i64>(db)?)), 0, "nothing happens by itself");

    let fields = fields_of(&back, "/departments");
    let mut browser = after(&app, &back).await;
    // The page carries the new session's token itself.
    browser.token = fields.iter().find(|(n, _)| n == "_token").map(|(_, v)| v.clone()).expect("a token");
    let sent = browser.post("/departments", &filled(&fields, &[])).await.expect(303);
    let stored: (String, String, bool) = app.read(|db| {
        Ok(departments::table
            .select((departments::name, departments::description, departments::is_active))
            .first(db)?)
    });
    assert_eq!(stored, ("Ear, Nose & <Throat>".to_owned(), "Three in one".to_owned(), true));
    let twice = browser.post("/departments", &filled(&fields, &[])).await.expect(303);
    assert_eq!(sent.location(), twice.location());
}

async fn sec_10_a_press_without_fields_comes_back_too(app: TestApp) {
    let id = person(&app, Role::Admin);
    let name = username(&app, id);
    let browser = entered(&app, &name, PASSWORD).await;
    let now = app.now();
    let department = app.write(move |db| factory::department(db, now));
    app.clock.stop_at(app.now() + TimeDelta::minutes(20));
    let path = format!("/departments/{department}/remove");
    let ended = browser.post(&path, &[]).await.expect(401);
    let fields = fields_of(&ended, "/login");
    let right = filled(&fields, &[("login", &name), ("password", PASSWORD)]);
    let back = app.nobody().post("/login", &right).await.expect(200);
    let browser = after(&app, &back).await;
    browser.post(&path, &[]).await.expect(303);
    assert!(!app.read(move |db| factory::department_exists(db, department)));
    // A page that was only looked at leads straight on, and a fragment is told by its status.
    let nobody = app.nobody();
    nobody.get("/departments").await.expect(303);
    nobody.get_with("/departments", &[("HX-Request", "true")]).await.expect(401);
}

async fn sec_11_signing_out_and_disabling_end_sessions(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let id = person(&app, Role::Receptionist);
    let name = username(&app, id);
    let (one, two) = (entered(&app, &name, PASSWORD).await, entered(&app, &name, PASSWORD).await);
    let out = one.post("/logout", &[]).await.expect(303);
    assert!(out.header("clear-site-data").is_some());
    one.get("/account").await.expect(303);
    two.get("/account").await.expect(200);
    admin.post(&format!("/users/{id}/disable"), &[]).await.expect(303);
    two.get("/account").await.expect(303);
    let left: i64 = app.read(move |db| Ok(sessions::table.filter(sessions::user_id.eq(id)).count().get_result(db)?));
    assert_eq!(left, 0);
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(422);
    admin.post(&format!("/users/{id}/enable"), &[]).await.expect(303);
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(303);
}

async fn sec_12_the_cookie_is_for_our_pages_alone(app: TestApp) {
    let id = person(&app, Role::Admin);
    let reply = sign_in(&app.nobody(), &username(&app, id), PASSWORD).await.expect(303);
    let cookies = cookies(&reply);
    for name in ["session=", "device="] {
        let cookie = cookies.iter().find(|c| c.starts_with(name)).expect("it is set");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

/// Over TLS, whose word is the public address: every cookie that is ever set, on the way in, about and out again.
async fn sec_12_over_tls_cookies_and_addresses_are_for_tls_only(app: TestApp) {
    let engine = app.db.engine();
    for (public_url, session, device) in
        [("https://clinic.example", "__Host-session", "__Host-device"), ("http://clinic.example", "session", "device")]
    {
        let is_secure = public_url.starts_with("https");
        let app = TestApp::start_served_as(engine, public_url).await;
        let name = username(&app, person(&app, Role::Admin));
        let entry = sign_in(&app.nobody(), &name, PASSWORD).await.expect(303);
        let admin = after(&app, &entry).await;
        let made = admin.post("/departments", &[("name", "Radiology"), ("is_active", "yes")]).await.expect(303);
        let flash = cookies(&made).into_iter().find(|c| c.starts_with("flash=")).expect("a message").to_owned();
        let mut told = admin.clone();
        let both = format!("{}; {}", admin.cookie.as_deref().unwrap_or_default(), between(&flash, "", ";"));
        told.cookie = Some(both);
        let shown = told.get(made.location()).await.expect(200);
        let themed = admin.post("/theme", &[("theme", "dark"), ("next", "/")]).await.expect(303);
        let refused = admin.post("/departments", &[]).await.expect(422);
        let gone = admin.get("/no-such-page").await.expect(404);
        let out = admin.post("/logout", &[]).await.expect(303);
        let answers = [&entry, &made, &shown, &themed, &refused, &gone, &out];

        let set: Vec<&str> = answers.iter().flat_map(|answer| cookies(answer)).collect();
        for name in [session, device, "flash", "theme"] {
            assert!(set.iter().any(|c| c.starts_with(&format!("{name}="))), "{name}: {set:#?}");
        }
        for cookie in &set {
            assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
            assert!(cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
        }
        for cookie in set.iter().filter(|c| c.starts_with(session) || c.starts_with(device)) {
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
        }
        for answer in answers {
            let transport = answer.header("strict-transport-security");
            assert_eq!(transport.is_some_and(|v| v.contains("max-age=31536000")), is_secure, "{}", answer.status);
        }
        app.stopper().stop(false).await;
    }
}

fn cookies(reply: &Reply) -> Vec<&str> {
    reply.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v.as_str()).collect()
}

async fn sec_17_next_leads_to_our_own_pages_only(app: TestApp) {
    let id = person(&app, Role::Admin);
    let name = username(&app, id);
    for (next, place) in [
        ("/departments?page=2", "/departments?page=2"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let fields = [("login", name.as_str()), ("password", PASSWORD), ("next", next)];
        let reply = app.nobody().post("/login", &fields).await.expect(303);
        assert_eq!(reply.location(), place, "{next}");
        let browser = after(&app, &reply).await;
        let asked = browser.get(&format!("/login?next={}", infirmary::web::page::encode(next))).await.expect(303);
        assert_eq!(asked.location(), place, "{next}");
    }
}

async fn people_sign_in_by_either_name_whatever_its_case(app: TestApp) {
    let id = person(&app, Role::Patient);
    let user = app.read(move |db| Ok(queries::find(db, id)?));
    let email = user.email.expect("it has one");
    for login in [email.to_uppercase(), format!("  {}  ", user.username.to_uppercase()), email] {
        sign_in(&app.nobody(), &login, PASSWORD).await.expect(303);
    }
    let last: Option<chrono::NaiveDateTime> =
        app.read(move |db| Ok(users::table.find(id).select(users::last_login_at).first(db)?));
    assert!(last.is_some());
    for (login, password) in [("", PASSWORD), ("somebody", ""), ("x", OTHER_PASSWORD)] {
        sign_in(&app.nobody(), login, password).await.expect(422);
    }
}
