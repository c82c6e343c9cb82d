//! Doctors and specializations.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{audit_log, departments, doctors, users};
use infirmary::departments::model::DepartmentId;
use infirmary::doctors::model::DoctorId;

use crate::support::{Reply, Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_specialization_is_added_edited_and_removed_once_no_doctor_has_it);
    suite.both(a_new_doctor_is_invited_and_the_link_is_shown_once);
    suite.both(somebody_with_an_account_becomes_a_doctor);
    suite.both(a_doctors_form_that_is_wrong_comes_back_with_everything_typed);
    suite.both(a_licence_number_is_taken_once_however_many_try);
    suite.both(doctors_are_found_by_parts_of_their_names_and_by_filters);
    suite.both(administrators_find_the_account_of_a_doctor);
    suite.both(patients_see_whom_they_can_book_and_no_licence);
    suite.both(a_stale_edit_of_a_doctor_shows_both_versions);
    suite.both(doctors_edit_what_they_say_of_themselves_and_nothing_else);
    suite.both(a_doctor_with_booked_appointments_stays_active);
    suite.both(who_leaves_a_department_no_longer_heads_it);
}

fn good<'a>(department: &'a str, license: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("first_name", "Núria"),
        ("last_name", "O'Neil"),
        ("email", "Nuria@Example.org"),
        ("department_id", department),
        ("license_number", license),
        ("qualifications", "MD, FACC"),
        ("bio", "Hearts & <vessels>"),
        ("experience_years", "12"),
        ("consultation_fee", "85.50"),
        ("status", "active"),
        ("is_available", "yes"),
    ]
}

/// The fields with one of them changed.
fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect()
}

fn department(app: &TestApp) -> (DepartmentId, String) {
    let now = app.now();
    let id = app.write(move |db| factory::department(db, now));
    (id, id.to_string())
}

fn doctor(app: &TestApp) -> DoctorId {
    let now = app.now();
    app.write(move |db| factory::doctor(db, now))
}

async fn a_specialization_is_added_edited_and_removed_once_no_doctor_has_it(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/specializations").await.expect(200).says("Add the first specialization"));
    admin.post("/specializations", &[("name", "")]).await.expect(422);
    let fields = [("name", "Cardiology"), ("description", "Hearts"), ("requirements", "Board <exam>")];
    admin.post("/specializations", &fields).await.expect(303);
    let again = admin.post("/specializations", &[("name", " CARDIOLOGY ")]).await.expect(422);
    assert!(again.says("A specialization of this name already exists."));
    let list = admin.get("/specializations").await.expect(200);
    assert!(list.says("Hearts") && list.body.contains("Board &#60;exam&#62;"));

    let id: i64 = app.read(|db| {
        use infirmary::db::schema::specializations;
        Ok(specializations::table.select(specializations::id).first(db)?)
    });
    let edit = format!("/specializations/{id}/edit");
    admin.post(&edit, &[("name", "Heart medicine"), ("version", "1")]).await.expect(303);
    let stale = admin.post(&edit, &[("name", "Mine"), ("version", "1")]).await.expect(409);
    assert!(stale.says("Mine") && stale.says("Heart medicine"));

    let (_, department) = department(&app);
    let id_text = id.to_string();
    let mut fields = good(&department, "A 1");
    fields.push(("specializations", &id_text));
    admin.post("/doctors", &fields).await.expect(200);
    let refused = admin.post(&format!("/specializations/{id}/remove"), &[]).await.expect(409);
    assert!(refused.says("Dr Núria O'Neil"), "{}", refused.words());
    let doctor: DoctorId = app.read(|db| Ok(doctors::table.select(doctors::id).first(db)?));
    let without = [&good(&department, "A 1")[..], &[("version", "1")]].concat();
    admin.post(&format!("/doctors/{doctor}/edit"), &without).await.expect(303);
    admin.post(&format!("/specializations/{id}/remove"), &[]).await.expect(303);
    assert!(!admin.get("/specializations").await.says("Heart medicine"));
}

async fn a_new_doctor_is_invited_and_the_link_is_shown_once(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/doctors/new").await.expect(200).says("A department comes first"));
    let (_, department) = department(&app);
    let once = admin.get("/doctors/new").await.expect(200).input("_once").expect("forms carry their key");
    let mut fields = good(&department, "lic  77");
    fields.push(("_once", &once));
    let added = admin.post("/doctors", &fields).await.expect(200);
    assert!(added.says("/invitation/"), "{}", added.words());
    let again = admin.post("/doctors", &fields).await.expect(303);
    assert!(again.location().starts_with("/doctors/"));

    let profile = admin.get(again.location()).await.expect(200);
    for words in ["Dr Núria O'Neil", "MD, FACC", "12 years", "85.50 EUR", "LIC 77", "nuria@example.org"] {
        assert!(profile.says(words), "{words}: {}", profile.words());
    }
    assert!(!profile.says("/invitation/") && profile.body.contains("&#60;vessels&#62;"));
    let (made, role): (i64, Role) = app.read(|db| {
        let email = users::email.eq("nuria@example.org");
        Ok((doctors::table.count().get_result(db)?, users::table.filter(email).select(users::role).first(db)?))
    });
    assert_eq!((made, role), (1, Role::Doctor));
    let act: String = app.read(|db| {
        let of_doctor = audit_log::table.filter(audit_log::entity.eq("doctor"));
        Ok(of_doctor.select(audit_log::admin_action.assume_not_null()).first(db)?)
    });
    assert_eq!(act, "add_doctor");
}

async fn somebody_with_an_account_becomes_a_doctor(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let now = app.now();
    let (waiting, clerk) = app.write(move |db| {
        let waiting = factory::person(db, Role::Receptionist, now)?;
        diesel::update(users::table.find(waiting)).set(users::role.eq(Role::Doctor)).execute(db)?;
        Ok((waiting, factory::person(db, Role::Receptionist, now)?))
    });
    assert!(admin.get("/doctors/new").await.expect(200).says("who is invited"));
    let base: Vec<(&str, &str)> = good(&department, "B 2").into_iter().skip(3).collect();
    let (waiting, clerk) = (waiting.to_string(), clerk.to_string());
    for wrong in [clerk.as_str(), "999999", "x"] {
        let page = admin.post("/doctors", &[&base[..], &[("user_id", wrong)]].concat()).await.expect(422);
        assert!(page.body.contains("e-user_id") || page.says("first name"), "{wrong}: {}", page.words());
    }
    let chosen = [&base[..], &[("user_id", waiting.as_str())]].concat();
    let sent = join_all((0..6).map(|_| admin.post("/doctors", &chosen))).await;
    assert_eq!(sent.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(sent.iter().filter(|r| r.status == 422).count(), 5);
}

async fn a_doctors_form_that_is_wrong_comes_back_with_everything_typed(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let fields = good(&department, "C 3");
    let huge = "x".repeat(70_000);
    for (field, value, message) in [
        ("first_name", " ", "Enter the doctor's first name."),
        ("email", "nobody@", "Enter an e-mail address"),
        ("department_id", "", "Choose the doctor's department."),
        ("department_id", "424242", "Choose one of the list."),
        ("department_id", "-1' OR", "Choose one of the list."),
        ("license_number", "", "Enter the number of the doctor's licence."),
        ("experience_years", "81", "from 0 to 80"),
        ("consultation_fee", "-5", "Enter an amount"),
        ("consultation_fee", "1.005", "Enter an amount"),
        ("status", "retired", "Choose whether the doctor works here."),
        ("bio", huge.as_str(), "too long"),
    ] {
        let page = admin.post("/doctors", &with(&fields, field, value)).await.expect(422);
        assert!(page.says(message), "{field}={value:.20}: {}", page.words());
        assert!(page.says("FACC"), "what was typed is kept");
    }
    let unknown = [&fields[..], &[("specializations", "777")]].concat();
    assert!(admin.post("/doctors", &unknown).await.expect(422).says("Choose from the list."));
    let taken: i64 = app.read(|db| Ok(doctors::table.count().get_result(db)?));
    assert_eq!(taken, 0);
    let invited: i64 = app.read(|db| Ok(users::table.filter(users::role.eq(Role::Doctor)).count().get_result(db)?));
    assert_eq!(invited, 0, "nobody is invited by a form that was refused");
}

async fn a_licence_number_is_taken_once_however_many_try(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let base: Vec<(&str, &str)> = good(&department, "one 1").into_iter().filter(|(name, _)| *name != "email").collect();
    let sent = join_all((0..10).map(|_| admin.post("/doctors", &base))).await;
    assert_eq!(sent.iter().filter(|r| r.status == 200).count(), 1, "{:?}", sent[0].words());
    let refused: Vec<_> = sent.iter().filter(|r| r.status == 422).collect();
    assert_eq!(refused.len(), 9);
    assert!(refused.iter().all(|r| r.says("Another doctor already has this licence number.")));
    let accounts: i64 = app.read(|db| Ok(users::table.filter(users::role.eq(Role::Doctor)).count().get_result(db)?));
    assert_eq!(accounts, 1, "the accounts of the refused are not kept");
}

async fn doctors_are_found_by_parts_of_their_names_and_by_filters(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    admin.post("/doctors", &good(&department, "D 4")).await.expect(200);
    for _ in 0..27 {
        doctor(&app);
    }
    let desk = app.sign_in(Role::Receptionist).await;
    for query in ["nuria", "ONEIL%20n", "o%27neil", "d%204", "dr%20N%C3%9ARIA"] {
        let found = desk.get(&format!("/doctors?q={query}")).await.expect(200);
        // O'Neil is found with its apostrophe only: ONEIL is another spelling.
        let expected = query != "ONEIL%20n";
        assert_eq!(found.says("Dr Núria O'Neil"), expected, "{query}: {}", found.words());
    }
    let first = desk.get("/doctors").await.expect(200);
    assert!(first.says("28 doctors") && first.says("page=2"), "{}", first.words());
    let second = desk.get("/doctors?page=2").await.expect(200);
    let shown = |page: &Reply| page.body.matches("data-label=\"Department\"").count();
    assert_eq!((shown(&first), shown(&second)), (25, 3), "{}", second.words());
    assert!(desk.get("/doctors?q=dr&page=2").await.expect(200).says("28 doctors"));
    let narrowed = desk.get(&format!("/doctors?department={department}")).await.expect(200);
    assert!(narrowed.says("1 doctors") || narrowed.says("Núria"));
    assert!(!narrowed.says("Dr Robin"));
    assert!(desk.get("/doctors?specialization=99").await.expect(200).says("No doctor found"));
    desk.get("/doctors?department=%00x&specialization=-1&status=%F0%9F%98%80&page=-9&q=%25_%5C").await.expect(200);
}

async fn administrators_find_the_account_of_a_doctor(app: TestApp) {
    let id = doctor(&app);
    let user = app.read(move |db| Ok(infirmary::doctors::queries::find(db, id)?.user_id));
    let link = format!("href=\"/users/{user}\"");
    let path = format!("/doctors/{id}");
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get(&path).await.expect(200).body.contains(&link));
    admin.get(&format!("/users/{user}")).await.expect(200);
    for role in [Role::Receptionist, Role::Doctor] {
        assert!(!app.sign_in(role).await.get(&path).await.expect(200).body.contains(&link), "{role:?}");
    }
}

async fn patients_see_whom_they_can_book_and_no_licence(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let open = good(&department, "E 5");
    admin.post("/doctors", &open).await.expect(200);
    let closed: Vec<(&str, &str)> = with(&with(&open, "license_number", "E 6"), "email", "b@example.org")
        .into_iter()
        .filter(|(name, _)| *name != "is_available")
        .collect();
    admin.post("/doctors", &with(&closed, "last_name", "Closed")).await.expect(200);
    let patient = app.sign_in(Role::Patient).await;
    let page = patient.get("/doctors").await.expect(200);
    assert!(page.says("Dr Núria O'Neil") && !page.says("Closed") && !page.says("E 5"), "{}", page.words());
    let ids: Vec<DoctorId> = app.read(|db| Ok(doctors::table.order(doctors::id).select(doctors::id).load(db)?));
    let profile = patient.get(&format!("/doctors/{}", ids[0])).await.expect(200);
    assert!(profile.says("Book") && !profile.says("E 5") && !profile.says("nuria@example.org"));
    patient.get(&format!("/doctors/{}", ids[1])).await.expect(404);
    patient.get("/doctors/99999999999999999999").await.expect(404);
}

async fn a_stale_edit_of_a_doctor_shows_both_versions(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let id = doctor(&app);
    let edit = format!("/doctors/{id}/edit");
    let version = admin.get(&edit).await.expect(200).input("version").expect("the form carries its version");
    let fields = [&good(&department, "F 6")[..], &[("version", version.as_str())]].concat();
    admin.post(&edit, &with(&fields, "bio", "Theirs")).await.expect(303);
    let stale = admin.post(&edit, &with(&fields, "bio", "Yours")).await.expect(409);
    assert!(stale.says("Yours") && stale.says("Theirs"));
    let bio: String = app.read(move |db| Ok(doctors::table.find(id).select(doctors::bio).first(db)?));
    assert_eq!(bio, "Theirs");
}

async fn doctors_edit_what_they_say_of_themselves_and_nothing_else(app: TestApp) {
    let me = app.sign_in(Role::Doctor).await;
    let user = me.user_id;
    let id: DoctorId =
        app.read(move |db| Ok(doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?));
    let edit = format!("/doctors/{id}/edit");
    assert!(!me.get(&edit).await.expect(200).says("Consultation fee"));
    let planted = [("bio", "Mine"), ("consultation_fee", "9999"), ("license_number", "ZZ"), ("version", "1")];
    me.post(&edit, &planted).await.expect(303);
    let (bio, fee, license): (String, i64, String) = app.read(move |db| {
        Ok(doctors::table
            .find(id)
            .select((doctors::bio, doctors::consultation_fee, doctors::license_number))
            .first(db)?)
    });
    assert_eq!((bio.as_str(), fee), ("Mine", 0));
    assert_ne!(license, "ZZ");
    me.post(&edit, &[("bio", "Again"), ("version", "1")]).await.expect(409);
    let other = doctor(&app);
    me.post(&format!("/doctors/{other}/edit"), &[("bio", "x"), ("version", "1")]).await.expect(403);
}

async fn a_doctor_with_booked_appointments_stays_active(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, department) = department(&app);
    let id = doctor(&app);
    let (now, at) = (app.now(), app.utc("2026-06-16 10:00"));
    let appointment = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        factory::appointment(db, patient, id, at, AppointmentStatus::Confirmed)
    });
    let remove = format!("/doctors/{id}/remove");
    assert!(admin.get(&remove).await.expect(200).says("Appointments are booked"));
    let refused = admin.post(&remove, &[]).await.expect(409);
    assert!(refused.says(&format!("/appointments/{appointment}")) && refused.says("PAT"), "{}", refused.words());
    let fields = [&good(&department, "G 7")[..], &[("version", "1")]].concat();
    let edit = format!("/doctors/{id}/edit");
    let page = admin.post(&edit, &with(&fields, "status", "inactive")).await.expect(422);
    assert!(page.says("stays active while an appointment is booked") && page.says("Tue 16 Jun 2026, 10:00"));
    let looks: i64 = app.read(move |db| {
        let seen = audit_log::table.filter(audit_log::entity.eq("booked_appointments"));
        Ok(seen.filter(audit_log::entity_id.eq(id.0)).count().get_result(db)?)
    });
    assert_eq!(looks, 3, "asked, refused and refused by the form: each showed the patients");

    app.set_time("2026-06-17 08:00");
    let admin = app.session(admin.user_id).await;
    admin.post(&remove, &[]).await.expect(303);
    assert!(!admin.get("/doctors").await.says(&format!("/doctors/{id}\"")));
    assert!(admin.get("/doctors?status=inactive").await.says(&format!("/doctors/{id}\"")));
    assert!(admin.get(&format!("/doctors/{id}")).await.expect(200).says("No longer works here"));
}

async fn who_leaves_a_department_no_longer_heads_it(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let (_, elsewhere) = department(&app);
    let id = doctor(&app);
    let own: DepartmentId = app.read(move |db| Ok(doctors::table.find(id).select(doctors::department_id).first(db)?));
    app.write(move |db| {
        diesel::update(departments::table.find(own)).set(departments::head_doctor_id.eq(id)).execute(db)?;
        Ok(())
    });
    let head = move |app: &TestApp| -> Option<DoctorId> {
        app.read(move |db| Ok(departments::table.find(own).select(departments::head_doctor_id).first(db)?))
    };
    let own_text = own.to_string();
    let edit = format!("/doctors/{id}/edit");
    let stay = [&good(&own_text, "H 8")[..], &[("version", "1")]].concat();
    admin.post(&edit, &stay).await.expect(303);
    assert_eq!(head(&app), Some(id));
    let go = [&good(&elsewhere, "H 8")[..], &[("version", "2")]].concat();
    admin.post(&edit, &go).await.expect(303);
    assert_eq!(head(&app), None);
}
