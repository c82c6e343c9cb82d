//! Departments, and by their example what every form of the product does with good and bad input.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, departments};

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(an_administrator_adds_edits_and_removes_a_department);
    suite.both(a_form_that_is_wrong_comes_back_with_everything_typed);
    suite.both(a_name_is_taken_whatever_its_case);
    suite.both(a_form_sent_twice_makes_one_department);
    suite.both(a_stale_edit_shows_both_versions_and_saves_nothing);
    suite.both(the_head_is_a_doctor_of_the_department);
    suite.both(a_department_with_doctors_is_kept_and_says_whose_it_is);
    suite.both(others_see_open_departments_and_change_none);
    suite.both(every_change_is_an_administrators_act_in_the_audit_log);
}

const GOOD: [(&str, &str); 5] = [
    ("name", "Cardiology"),
    ("description", "Hearts & vessels"),
    ("location", "Building B"),
    ("phone", "+33 1 11 11 11 11"),
    ("is_active", "yes"),
];

async fn an_administrator_adds_edits_and_removes_a_department(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/departments").await.expect(200).says("Add the first department"));

    let added = admin.post("/departments", &GOOD).await.expect(303);
    let page = admin.get(added.location()).await.expect(200);
    assert!(page.says("Hearts & vessels") && page.says("Building B"));

    let edit = format!("{}/edit", added.location());
    let version = admin.get(&edit).await.expect(200).input("version").expect("the form carries its version");
    admin.post(&edit, &[("name", "Heart clinic"), ("is_active", "yes"), ("version", &version)]).await.expect(303);
    assert!(admin.get("/departments").await.says("Heart clinic"));

    let remove = format!("{}/remove", added.location());
    assert!(admin.get(&remove).await.expect(200).says("is used by nothing"));
    assert_eq!(admin.post(&remove, &[]).await.expect(303).location(), "/departments");
    admin.get(added.location()).await.expect(404);
}

async fn a_form_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let huge = "x".repeat(121);
    for (name, phone, message) in [
        ("", "", "Enter the department's name."),
        ("   ", "", "Enter the department's name."),
        (huge.as_str(), "", "at most 120 characters"),
        ("Šípková 医院 \u{202e}", "call me", "Enter a phone number"),
    ] {
        let fields = [("name", name), ("phone", phone), ("location", "<b>Wing \"C\"</b>")];
        let page = admin.post("/departments", &fields).await.expect(422);
        assert!(page.says(message), "{name:?}: {}", page.words());
        assert!(page.body.contains("&#60;b&#62;Wing"), "what was typed is kept, and escaped");
        assert!(page.body.contains("id=\"errors\""), "the summary stands on top");
    }
    assert_eq!(app.read(|db| Ok(departments::table.count().get_result::<i64>(db)?)), 0);
}

async fn a_name_is_taken_whatever_its_case(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    admin.post("/departments", &[("name", "Chirurgie Générale")]).await.expect(303);
    let again = admin.post("/departments", &[("name", " chirurgie  GÉNÉRALE ")]).await.expect(422);
    assert!(again.says("A department of this name already exists."));

    let both = join_all((0..12).map(|_| admin.post("/departments", &[("name", "Oncology")]))).await;
    assert_eq!(both.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(both.iter().filter(|r| r.status == 422).count(), 11);
}

async fn a_form_sent_twice_makes_one_department(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let once = admin.get("/departments/new").await.expect(200).input("_once").expect("forms carry their key");
    let fields = [("name", "Radiology"), ("_once", once.as_str())];
    let sent = join_all((0..8).map(|_| admin.post("/departments", &fields))).await;
    let places: Vec<&str> = sent.iter().map(|r| r.location()).collect();
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert!(places.iter().all(|p| p == &places[0]), "all lead to the one department: {places:?}");
    assert_eq!(app.read(|db| Ok(departments::table.count().get_result::<i64>(db)?)), 1);
}

async fn a_stale_edit_shows_both_versions_and_saves_nothing(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let id = app.write(move |db| factory::department(db, now));
    let edit = format!("/departments/{id}/edit");
    admin.post(&edit, &[("name", "Theirs"), ("version", "1")]).await.expect(303);
    let stale = admin.post(&edit, &[("name", "Yours"), ("version", "1")]).await.expect(409);
    assert!(stale.says("Yours") && stale.says("Theirs"));
    let name: String = app.read(move |db| Ok(departments::table.find(id).select(departments::name).first(db)?));
    assert_eq!(name, "Theirs");
}

async fn the_head_is_a_doctor_of_the_department(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let (department, own, other) = app.write(move |db| {
        let department = factory::department(db, now)?;
        let user = factory::person(db, Role::Receptionist, now)?;
        Ok((department, factory::doctor_of(db, user, department, now)?, factory::doctor(db, now)?))
    });
    let edit = format!("/departments/{department}/edit");
    let with_head =
        |head: String| [("name", "Heart".to_owned()), ("head_doctor_id", head), ("version", "1".to_owned())];
    for wrong in [other.to_string(), "999999".to_owned(), "x".to_owned()] {
        let fields = with_head(wrong);
        let page = admin.post(&edit, &fields.each_ref().map(|(n, v)| (*n, v.as_str()))).await.expect(422);
        assert!(page.body.contains("e-head_doctor_id"), "{}", page.words());
    }
    let fields = with_head(own.to_string());
    admin.post(&edit, &fields.each_ref().map(|(n, v)| (*n, v.as_str()))).await.expect(303);
    assert!(admin.get(&format!("/departments/{department}")).await.says("Head"));
}

async fn a_department_with_doctors_is_kept_and_says_whose_it_is(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let (department, user) = app.write(move |db| {
        let department = factory::department(db, now)?;
        let user = factory::person(db, Role::Receptionist, now)?;
        factory::doctor_of(db, user, department, now)?;
        Ok((department, user))
    });
    let name = app.read(move |db| Ok(infirmary::accounts::queries::find(db, user)?)).name();
    let refused = admin.post(&format!("/departments/{department}/remove"), &[]).await.expect(409);
    assert!(refused.says(&name), "{}", refused.words());
    assert!(app.read(move |db| factory::department_exists(db, department)));
}

async fn others_see_open_departments_and_change_none(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let open = admin.post("/departments", &[("name", "Open"), ("is_active", "yes")]).await.expect(303);
    let hidden = admin.post("/departments", &[("name", "Hidden")]).await.expect(303);
    let doctor = app.sign_in(Role::Doctor).await;
    doctor.get(open.location()).await.expect(200);
    doctor.get(hidden.location()).await.expect(404);
    doctor.post("/departments", &GOOD).await.expect(403);
    app.sign_in(Role::Pharmacist).await.get("/departments").await.expect(403);
    let stranger = app.nobody().get(open.location()).await.expect(303);
    assert!(stranger.location().starts_with("/login?next="));
}

async fn every_change_is_an_administrators_act_in_the_audit_log(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let added = admin.post("/departments", &GOOD).await.expect(303);
    admin.post(&format!("{}/edit", added.location()), &[("name", "Heart"), ("version", "1")]).await.expect(303);
    admin.post(&format!("{}/remove", added.location()), &[]).await.expect(303);
    let acts: Vec<(Option<String>, String)> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("department"))
            .order(audit_log::id)
            .select((audit_log::admin_action, audit_log::changes))
            .load(db)?)
    });
    let names: Vec<&str> = acts.iter().filter_map(|(act, _)| act.as_deref()).collect();
    assert_eq!(names, ["add_department", "edit_department", "remove_department"]);
    assert!(acts[1].1.contains(r#""name":["Cardiology","Heart"]"#), "{}", acts[1].1);
}
