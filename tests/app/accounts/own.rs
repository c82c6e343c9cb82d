//! One's own account, and registering online.

use std::io::Cursor;

use diesel::prelude::*;
use futures_util::future::join_all;
use image::{DynamicImage, ImageFormat};
use infirmary::access::Role;
use infirmary::accounts::queries;
use infirmary::db::schema::{patients, sessions, user_pictures, users};

use super::{OTHER_PASSWORD, PASSWORD, after, entered, person, sign_in, username};
use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(a_patient_registers_and_is_signed_in_with_a_record);
    suite.both(a_registration_that_is_wrong_comes_back_with_everything_typed);
    suite.both(a_registration_sent_twice_makes_one_patient);
    suite.both(sec_7_registrations_from_one_address_are_slowed_down);
    suite.both(one_edits_ones_profile_and_an_address_needs_the_password);
    suite.both(sec_11_a_new_password_ends_the_other_sessions_and_renews_this_one);
    suite.both(sec_11_people_see_and_end_their_own_sessions_only);
    suite.both(a_picture_is_made_anew_and_shown_to_those_who_may_see_it);
    suite.both(what_is_no_picture_is_refused);
}

const ADA: [(&str, &str); 9] = [
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("date_of_birth", "1985-12-10"),
    ("gender", "female"),
    ("phone", "+33 6 12 34 56 78"),
    ("email", "Ada@Example.org"),
    ("password", "pa55-tulip"),
    ("password_again", "pa55-tulip"),
    ("consent", "yes"),
];

async fn a_patient_registers_and_is_signed_in_with_a_record(app: TestApp) {
    let reply = app.nobody().post("/register", &ADA).await.expect(303);
    assert_eq!(reply.location(), "/");
    let ada = after(&app, &reply).await;
    assert!(ada.get("/account").await.expect(200).says("Ada Lovelace"));
    let record: (String, String, String, Option<i64>) = app.read(|db| {
        Ok(patients::table
            .inner_join(users::table.on(patients::user_id.eq(users::id.nullable())))
            .select((patients::first_name, patients::email, users::username, patients::user_id.nullable()))
            .first::<(String, String, String, Option<infirmary::accounts::model::UserId>)>(db)
            .map(|(a, b, c, id)| (a, b, c, id.map(i64::from)))?)
    });
    assert_eq!((record.0.as_str(), record.1.as_str(), record.2.as_str()), ("Ada", "ada@example.org", "ada.lovelace"));
    entered(&app, "ada@example.org", "pa55-tulip").await;
    // An address has one account; nothing more is told of it.
    let again = app.nobody().post("/register", &ADA).await.expect(422);
    assert!(again.says("This e-mail address already has an account.") && again.body.contains("e-email"));
    assert_eq!(app.read(|db| Ok(patients::table.count().get_result::<i64>(db)?)), 1, "and no record is left over");
    // Another of the same name gets another user name.
    let mut other = ADA;
    other[5] = ("email", "ada2@example.org");
    let next = app.nobody().post("/register", &[&other[..], &[("next", "/book?doctor=3")]].concat()).await.expect(303);
    assert_eq!(next.location(), "/book?doctor=3");
    let names: Vec<String> = app.read(|db| Ok(users::table.order(users::id).select(users::username).load(db)?));
    assert_eq!(names, ["ada.lovelace", "ada.lovelace2"]);
}

async fn a_registration_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    for (field, value, message) in [
        ("first_name", "", "Enter your first name."),
        ("date_of_birth", "", "Enter the date of birth."),
        ("date_of_birth", "2040-01-01", "in the future"),
        ("date_of_birth", "1800-01-01", "date"),
        ("gender", "", "Choose one"),
        ("phone", "", "Enter a phone number"),
        ("email", "", "Enter your e-mail address"),
        ("email", "ada@", "Enter an e-mail address"),
        ("password", "short", "at least 8 characters"),
        ("password", "lovelace", "not your name"),
        ("password_again", "another", "Type the same password again."),
        ("consent", "", "Please agree"),
    ] {
        let fields = ADA.map(|(name, kept)| if name == field { (name, value) } else { (name, kept) });
        let page = app.nobody().post("/register", &fields).await.expect(422);
        assert!(page.says(message), "{field}={value:?}: {}", page.words());
        assert!(field == "first_name" || page.body.contains("value=\"Ada\""));
        assert!(!page.body.contains("pa55-tulip"), "a password is never sent back");
    }
    let left: i64 = app.read(|db| Ok(users::table.count().get_result(db)?));
    assert_eq!(left, 0);
}

async fn a_registration_sent_twice_makes_one_patient(app: TestApp) {
    let once = app.nobody().get("/register").await.expect(200).input("_once").expect("forms carry their key");
    let fields = [&ADA[..], &[("_once", once.as_str())]].concat();
    let sent = join_all((0..6).map(|_| {
        let browser = app.nobody();
        let fields = fields.clone();
        async move { browser.post("/register", &fields).await }
    }))
    .await;
    assert!(sent.iter().all(|reply| reply.status == 303));
    // One is signed in; the others sign in themselves, since a form sent again is no proof of who sends it.
    let (first, again): (Vec<_>, Vec<_>) = sent.iter().partition(|reply| reply.location() != "/login");
    assert_eq!((first.len(), again.len()), (1, 5));
    after(&app, first[0]).await;
    assert!(
        again.iter().all(|reply| !reply.headers.iter().any(|(n, v)| n == "set-cookie" && v.starts_with("session=")))
    );
    assert_eq!(app.read(|db| Ok(patients::table.count().get_result::<i64>(db)?)), 1);
}

async fn sec_7_registrations_from_one_address_are_slowed_down(app: TestApp) {
    let mut taken = ADA;
    app.nobody().post("/register", &ADA).await.expect(303);
    taken[1] = ("last_name", "Somebody");
    let mut refused = 0;
    for _ in 0..110 {
        let reply = app.nobody().post("/register", &taken).await;
        assert!([422, 429].contains(&reply.status));
        refused += usize::from(reply.status == 429 && reply.header("retry-after").is_some());
    }
    assert!(refused >= 5, "asking which addresses have accounts comes to an end: {refused}");
}

async fn one_edits_ones_profile_and_an_address_needs_the_password(app: TestApp) {
    let id = person(&app, Role::Pharmacist);
    let browser = entered(&app, &username(&app, id), PASSWORD).await;
    let old = app.read(move |db| Ok(queries::find(db, id)?)).email.expect("it has one");
    let fields = |email: &'static str, password: &'static str, version: &'static str| {
        [
            ("first_name", "Rosalind"),
            ("last_name", "Franklin"),
            ("phone", "0123 456"),
            ("address", "2 Quay Street"),
            ("email", email),
            ("current_password", password),
            ("version", version),
            ("role", "admin"),
            ("is_active", ""),
        ]
    };
    let same: &'static str = old.leak();
    browser.post("/account/edit", &fields(same, "", "1")).await.expect(303);
    assert!(browser.get("/account").await.says("Rosalind Franklin"));
    browser.post("/account/edit", &fields("rf@example.org", "", "2")).await.expect(422);
    let wrong = browser.post("/account/edit", &fields("rf@example.org", "not it", "2")).await.expect(422);
    assert!(wrong.says("This is not your present password."));
    browser.post("/account/edit", &fields("rf@example.org", PASSWORD, "2")).await.expect(303);
    browser.post("/account/edit", &fields("rf@example.org", PASSWORD, "2")).await.expect(409);
    let user = app.read(move |db| Ok(queries::find(db, id)?));
    assert_eq!(user.email.as_deref(), Some("rf@example.org"));
    assert_eq!((user.role, user.is_active), (Role::Pharmacist, true), "further fields set nothing");
    // Whoever finds an open session cannot guess for long.
    let guesses = join_all((0..12).map(|_| {
        let (browser, fields) = (browser.clone(), fields("x@example.org", "a guess", "3"));
        async move { browser.post("/account/edit", &fields).await.status }
    }))
    .await;
    assert!(guesses.iter().filter(|s| **s == 429).count() >= 7, "{guesses:?}");
}

async fn sec_11_a_new_password_ends_the_other_sessions_and_renews_this_one(app: TestApp) {
    let id = person(&app, Role::Doctor);
    let name = username(&app, id);
    let (one, two) = (entered(&app, &name, PASSWORD).await, entered(&app, &name, PASSWORD).await);
    let change = |current: &'static str, new: &'static str, again: &'static str| {
        [("current_password", current), ("password", new), ("password_again", again)]
    };
    for (fields, message) in [
        (change("", OTHER_PASSWORD, OTHER_PASSWORD), "Enter your present password."),
        (change("not it", OTHER_PASSWORD, OTHER_PASSWORD), "This is not your present password."),
        (change(PASSWORD, "short", "short"), "at least 12 characters"),
        (change(PASSWORD, OTHER_PASSWORD, "else"), "Type the same password again."),
        (change(PASSWORD, PASSWORD, PASSWORD), "Choose another one."),
    ] {
        let page = one.post("/account/password", &fields).await.expect(422);
        assert!(page.says(message), "{message}: {}", page.words());
    }
    let done = one.post("/account/password", &change(PASSWORD, OTHER_PASSWORD, OTHER_PASSWORD)).await.expect(303);
    let renewed = after(&app, &done).await;
    assert_ne!(renewed.cookie, one.cookie);
    two.get("/account").await.expect(303);
    one.get("/account").await.expect(303);
    let left: i64 = app.read(move |db| Ok(sessions::table.filter(sessions::user_id.eq(id)).count().get_result(db)?));
    assert_eq!(left, 1);
    sign_in(&app.nobody(), &name, PASSWORD).await.expect(422);
    sign_in(&app.nobody(), &name, OTHER_PASSWORD).await.expect(303);
}

async fn sec_11_people_see_and_end_their_own_sessions_only(app: TestApp) {
    let id = person(&app, Role::Receptionist);
    let name = username(&app, id);
    let stranger = app.sign_in(Role::Receptionist).await;
    let (one, two, three) = (
        entered(&app, &name, PASSWORD).await,
        entered(&app, &name, PASSWORD).await,
        entered(&app, &name, PASSWORD).await,
    );
    let page = one.get("/account").await.expect(200);
    assert_eq!(page.body.matches("This one").count(), 1);
    assert_eq!(page.body.matches("name=\"session\"").count(), 2, "its own has no button");
    let shown = page.input("session").expect("another session");
    stranger.post("/account/sessions/end", &[("session", &shown)]).await.expect(404);
    one.post("/account/sessions/end", &[("session", "nonsense")]).await.expect(404);
    one.post("/account/sessions/end", &[("session", &shown)]).await.expect(303);
    let alive = [two.get("/account").await.status, three.get("/account").await.status];
    assert_eq!(alive.iter().filter(|s| **s == 200).count(), 1, "{alive:?}");
    one.post("/account/sessions/end-others", &[]).await.expect(303);
    for other in [&two, &three] {
        other.get("/account").await.expect(303);
    }
    one.get("/account").await.expect(200);
    stranger.get("/account").await.expect(200);
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(300, 200).write_to(&mut out, format).expect("it encodes");
    out.into_inner()
}

async fn a_picture_is_made_anew_and_shown_to_those_who_may_see_it(app: TestApp) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (patient, other) = (app.sign_in(Role::Patient).await, app.sign_in(Role::Patient).await);
    doctor.get("/account/picture").await.expect(404);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        // The name says nothing: only the content counts.
        doctor.upload("/account/picture", &[], ("picture", "me.exe", &picture(format))).await.expect(303);
    }
    patient.upload("/account/picture", &[], ("picture", "me.png", &picture(ImageFormat::Png))).await.expect(303);
    let id = doctor.user_id;
    let stored: Vec<u8> =
        app.read(move |db| Ok(user_pictures::table.find(id).select(user_pictures::content).first(db)?));
    let decoded = image::load_from_memory_with_format(&stored, ImageFormat::Jpeg).expect("our own JPEG");
    assert_eq!((decoded.width(), decoded.height()), (256, 256));
    let shown = doctor.get("/account/picture").await.expect(200);
    assert_eq!(shown.header("content-type"), Some("image/jpeg"));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    patient.get(&format!("/users/{}/picture", doctor.user_id)).await.expect(200);
    doctor.get(&format!("/users/{}/picture", patient.user_id)).await.expect(200);
    other.get(&format!("/users/{}/picture", patient.user_id)).await.expect(404);
    other.get("/users/999999/picture").await.expect(404);
    assert!(doctor.get("/account").await.says("Remove it"));
    doctor.post("/account/picture/remove", &[]).await.expect(303);
    doctor.get("/account/picture").await.expect(404);
}

async fn what_is_no_picture_is_refused(app: TestApp) {
    let person = app.sign_in(Role::Patient).await;
    let mut bomb = picture(ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    for bad in [Vec::new(), b"GIF89a".to_vec(), svg, bomb, picture(ImageFormat::Jpeg)[..200].to_vec()] {
        let page = person.upload("/account/picture", &[], ("picture", "me.png", &bad)).await.expect(422);
        assert!(page.body.contains("e-picture"), "{}", page.words());
    }
    person.upload("/account/picture", &[], ("picture", "me.png", &vec![0; 13 * 1024 * 1024])).await.expect(413);
    person.post("/account/picture", &[("picture", "text")]).await.expect(422);
}
