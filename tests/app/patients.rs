//! Patients: found by whatever the desk knows, registered once, seen by those who may and by nobody unseen.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::{AppointmentStatus, Channel};
use infirmary::appointments::queries::NewAppointment;
use infirmary::db::schema::{allergies, audit_log, conditions, doctors, encounters, patients, vital_signs};
use infirmary::patients::forms::PatientInput;
use infirmary::patients::model::{Gender, PatientId};
use infirmary::time::parse_date;

use crate::support::{Suite, TestApp, Visitor};

pub fn tests(suite: &mut Suite) {
    suite.both(everybody_is_found_by_what_the_desk_knows);
    suite.both(a_number_in_full_goes_straight_to_the_record);
    suite.both(strange_searches_find_nobody_and_break_nothing);
    suite.both(typing_gets_the_list_alone);
    suite.both(a_long_list_has_pages);
    suite.both(a_patient_is_registered_with_every_field);
    suite.both(what_is_wrong_stands_beside_its_field);
    suite.both(a_likely_duplicate_needs_a_word);
    suite.both(duplicates_are_shown_while_typing);
    suite.both(a_form_sent_twice_registers_one_patient);
    suite.both(two_desks_do_not_register_one_person_twice);
    suite.both(a_doctor_sees_those_who_are_tied_to_them);
    suite.both(a_patient_sees_their_own_record_alone);
    suite.both(the_banner_tells_each_what_they_may_know);
    suite.both(a_stale_edit_shows_both_versions);
    suite.both(a_doctors_edit_keeps_what_others_may_not_read);
    suite.both(patients_keep_up_their_contact_data_and_nothing_else);
    suite.both(every_look_and_change_is_in_the_audit_log);
    suite.both(patients_see_who_looked);
    suite.both(a_patient_is_invited_by_a_link_shown_once);
    suite.both(the_card_carries_the_records_address);
}

/// A patient of whom a test says what matters.
fn add(app: &TestApp, first: &str, last: &str, born: &str, phone: &str) -> PatientId {
    let mut input = PatientInput::named(first, last, parse_date(born).expect("a date"), Gender::Female);
    input.contact.phone = phone.to_owned();
    let now = app.now();
    app.write(move |db| Ok(infirmary::patients::queries::insert(db, &input, None, now)?))
}

/// What a search of the desk finds, as numbers.
async fn find(visitor: &Visitor, query: &str) -> Vec<String> {
    let encoded = infirmary::web::page::encode(query);
    let page = visitor.get(&format!("/patients?q={encoded}")).await.expect(200);
    let mut rest = page.body.as_str();
    let mut found = Vec::new();
    while let Some((_, after)) = rest.split_once(">PAT") {
        let (number, after) = after.split_at(6);
        found.push(format!("PAT{number}"));
        rest = after;
    }
    found
}

/// An appointment that ties a doctor and a patient, an hour from now.
fn tie(app: &TestApp, visitor: &Visitor, patient: PatientId) {
    let (user, now) = (visitor.user_id, app.now());
    app.write(move |db| {
        let doctor = doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?;
        let starts_at = now + chrono::TimeDelta::hours(1);
        let new = NewAppointment {
            patient_id: patient,
            doctor_id: doctor,
            starts_at,
            ends_at: starts_at + chrono::TimeDelta::minutes(20),
            status: AppointmentStatus::Scheduled,
            status_since: now,
            reason: "Cough".to_owned(),
            symptoms: String::new(),
            notes: String::new(),
            channel: Channel::Desk,
            booked_by: None,
            follow_up_of: None,
            confirmed_at: None,
            created_at: now,
            updated_at: now,
        };
        infirmary::appointments::queries::insert(db, &new)?;
        Ok(())
    });
}

/// The record that a patient's account opens.
fn own_record(app: &TestApp, visitor: &Visitor) -> PatientId {
    let user = visitor.user_id;
    app.read(move |db| Ok(patients::table.filter(patients::user_id.eq(user)).select(patients::id).first(db)?))
}

async fn everybody_is_found_by_what_the_desk_knows(app: TestApp) {
    let zoe = add(&app, "Zoë", "Łukasz-Ñúñez", "1980-03-12", "+33 6 12 34 56 78").code();
    let brien = add(&app, "Seán", "O'Brien", "1975-11-21", "(555) 010-2030").code();
    let wang = add(&app, "伟", "王", "2019-01-05", "").code();
    let desk = app.sign_in(Role::Receptionist).await;
    for (query, expected) in [
        ("zoe", &zoe),
        ("ZOË", &zoe),
        ("nunez zo", &zoe),
        ("zoe lukasz", &zoe),
        ("Łukasz", &zoe),
        ("ukas", &zoe),
        ("lukasz-nunez", &zoe),
        ("o'brien", &brien),
        ("OBrien", &brien),
        ("sean brien", &brien),
        ("o brien", &brien),
        ("wang", &wang),
        ("王", &wang),
        ("12345", &zoe),
        ("06 12 34", &zoe),
        ("0102030", &brien),
        ("555-010", &brien),
        ("1980-03-12", &zoe),
        ("12.03.1980", &zoe),
        ("12/03/1980", &zoe),
        ("21.11.1975", &brien),
        ("1980", &zoe),
        ("2019", &wang),
        ("zoe 1980", &zoe),
        ("brien 21.11.1975", &brien),
    ] {
        let found = find(&desk, query).await;
        assert_eq!(&found, std::slice::from_ref(expected), "{query:?}");
    }
    assert!(find(&desk, "zoe brien").await.is_empty());
    assert!(find(&desk, "zoe 1975").await.is_empty());
    assert_eq!(find(&desk, "").await, [wang, brien, zoe], "all of them, the newest first");
}

async fn a_number_in_full_goes_straight_to_the_record(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "");
    let desk = app.sign_in(Role::Receptionist).await;
    for typed in [id.code(), format!("pat{id}"), format!("PAT0{id}"), id.to_string()] {
        let reply = desk.get(&format!("/patients?q={typed}")).await.expect(303);
        assert_eq!(reply.location(), format!("/patients/{id}"));
    }
    assert!(desk.get("/patients?q=PAT999999").await.expect(200).says("Nobody found"));
    let stranger = app.sign_in(Role::Doctor).await;
    let page = stranger.get(&format!("/patients?q={}", id.code())).await.expect(200);
    assert!(page.says("Nobody found"), "a doctor without a tie learns nothing");
}

async fn strange_searches_find_nobody_and_break_nothing(app: TestApp) {
    add(&app, "Percy", "Hundred", "1990-01-01", "100");
    let desk = app.sign_in(Role::Receptionist).await;
    let huge = "x".repeat(5_000);
    let many = "a ".repeat(2_000);
    for query in
        ["%", "_", "%%%", "\\", "'", "' OR 1=1 --", "\"; DROP TABLE patients; --", huge.as_str(), "\u{202e}\u{0}"]
    {
        let encoded = infirmary::web::page::encode(query);
        let page = desk.get(&format!("/patients?q={encoded}")).await.expect(200);
        assert!(!page.says("Percy"), "{query:?}");
    }
    for query in [many.as_str(), "99999999999999999999999999", "PAT99999999999999999999", "0000-00-00", "31.02.2020"] {
        let encoded = infirmary::web::page::encode(query);
        desk.get(&format!("/patients?q={encoded}")).await.expect(200);
    }
    for page in ["0", "-1", "99999999999999999999", "x", "2"] {
        desk.get(&format!("/patients?page={page}")).await.expect(200);
    }
    for id in ["0", "-1", "x", "99999999999999999999", "1%20or%201"] {
        desk.get(&format!("/patients/{id}")).await.expect(404);
    }
    assert_eq!(find(&desk, "percy").await.len(), 1, "the table is still there");
}

async fn typing_gets_the_list_alone(app: TestApp) {
    add(&app, "Ada", "Byron", "1980-01-01", "");
    let desk = app.sign_in(Role::Receptionist).await;
    let part = desk.get_with("/patients?q=byr", &[("HX-Request", "true")]).await.expect(200);
    assert!(part.says("Byron") && part.body.contains("id=\"results\""));
    assert!(!part.body.contains("<html"), "no page around it");
}

async fn a_long_list_has_pages(app: TestApp) {
    let now = app.now();
    app.write(move |db| {
        for n in 0..60 {
            let born = parse_date("1980-01-01").ok_or(infirmary::error::AppError::NotFound)?;
            let input = PatientInput::named("Page", &format!("Turner{n:02}"), born, Gender::Other);
            infirmary::patients::queries::insert(db, &input, None, now)?;
        }
        Ok(())
    });
    let desk = app.sign_in(Role::Receptionist).await;
    let first = desk.get("/patients?q=turner").await.expect(200);
    assert!(first.says("60 patients") && first.says("Turner00") && !first.says("Turner25"));
    assert!(first.body.contains("/patients?q=turner&#38;page=2"), "the page keeps the search");
    let last = desk.get("/patients?q=turner&page=3").await.expect(200);
    assert!(last.says("Turner59") && !last.says("Turner49"));
}

const GOOD: [(&str, &str); 16] = [
    ("first_name", "Amélie"),
    ("last_name", "O’Brien <b>"),
    ("date_of_birth", "1980-03-12"),
    ("gender", "female"),
    ("blood_group", "AB-"),
    ("phone", "+33 6 12 34 56 78"),
    ("email", "Amelie@Example.org"),
    ("address", "1 Quay Street\nParis"),
    ("emergency_name", "Luc O’Brien"),
    ("emergency_relation", "Husband"),
    ("emergency_phone", "+33 6 00 00 00 00"),
    ("insurance_provider", "Mutuelle Générale"),
    ("insurance_policy_number", "MG-12345"),
    ("insurance_valid_until", "2026-06-01"),
    ("medical_history", "Asthma <script>alert(1)</script>"),
    ("merged_into", "1"),
];

/// The good form with some fields otherwise.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = GOOD.iter().copied().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().copied()).collect()
}

fn count(app: &TestApp) -> i64 {
    app.read(|db| Ok(patients::table.count().get_result(db)?))
}

async fn a_patient_is_registered_with_every_field(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let form = desk.get("/patients/new").await.expect(200);
    assert!(GOOD.iter().take(15).all(|(name, _)| form.body.contains(&format!("name=\"{name}\""))));
    let registered = desk.post("/patients", &GOOD).await.expect(303);
    let overview = desk.get(registered.location()).await.expect(200);
    assert!(overview.says("The insurance has ended"));
    let details = desk.get(&format!("{}/details", registered.location())).await.expect(200);
    for text in
        ["Amélie", "PAT0", "12 Mar 1980", "46 y", "AB−", "amelie@example.org", "Husband", "MG-12345", "1 Jun 2026"]
    {
        assert!(details.says(text), "{text}: {}", details.words());
    }
    assert!(!details.says("Asthma"), "the history is the chart's, which the desk does not read");
    assert!(details.body.contains("O’Brien &#60;b&#62;"), "names are escaped");

    let doctor = app.sign_in(Role::Doctor).await;
    let id = registered.location().rsplit('/').next().and_then(|id| id.parse().ok()).map(PatientId).expect("an id");
    tie(&app, &doctor, id);
    let details = doctor.get(&format!("/patients/{id}/details")).await.expect(200);
    assert!(details.body.contains("Asthma &#60;script&#62;"), "{}", details.words());
    let merged: Option<i64> =
        app.read(move |db| Ok(patients::table.find(id).select(patients::merged_into).first(db)?));
    assert_eq!(merged, None, "fields that are not on the form set nothing");
}

async fn what_is_wrong_stands_beside_its_field(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let huge = "x".repeat(20_000);
    for (field, value, message) in [
        ("first_name", "  ", "Enter the first name."),
        ("last_name", huge.as_str(), "at most 100 characters"),
        ("date_of_birth", "", "Enter the date of birth."),
        ("date_of_birth", "2026-06-16", "in the future"),
        ("date_of_birth", "1896-06-14", "more than 130 years ago"),
        ("date_of_birth", "1980-02-30", "Enter a real date"),
        ("gender", "dragon", "Choose the sex"),
        ("blood_group", "C+", "Choose a blood group"),
        ("phone", "call me", "Enter a phone number"),
        ("email", "nobody@", "Enter an e-mail address"),
        ("insurance_valid_until", "soon", "Enter a real date"),
        ("insurance_provider", "", "Enter which insurance"),
        ("emergency_name", "", "Enter whom to call."),
        ("medical_history", huge.as_str(), "at most 10000 characters"),
    ] {
        let page = desk.post("/patients", &with(&[(field, value)])).await.expect(422);
        assert!(page.body.contains(&format!("id=\"e-{field}\"")), "{field}: {}", page.words());
        assert!(page.says(message), "{field}: {}", page.words());
        if field != "phone" {
            assert_eq!(page.input("phone").as_deref(), Some("+33 6 12 34 56 78"), "what was typed is kept");
        }
    }
    let empty = desk.post("/patients", &[]).await.expect(422);
    assert!(empty.says("There are 4 problems"), "{}", empty.words());
    assert_eq!(count(&app), 0);
    desk.post("/patients", &with(&[("date_of_birth", "2026-06-15"), ("first_name", "Baby")])).await.expect(303);
}

async fn a_likely_duplicate_needs_a_word(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    desk.post("/patients", &GOOD).await.expect(303);
    let other = [("phone", ""), ("email", ""), ("last_name", "Martin"), ("first_name", "Paul")];
    for (changes, why) in [
        (vec![("phone", ""), ("email", "")], "same name and date of birth"),
        (vec![("first_name", "AMELIE"), ("phone", ""), ("email", "")], "same name and date of birth"),
        (vec![("date_of_birth", "1980-12-03"), ("phone", ""), ("email", "")], "same name, similar date of birth"),
        (vec![("first_name", "Mélie"), ("phone", ""), ("email", "")], "same last name and date of birth"),
        (vec![("phone", "+33612345678"), ("email", ""), ("last_name", "Martin")], "same phone"),
        (vec![("phone", ""), ("email", "AMELIE@example.ORG"), ("last_name", "Martin")], "same e-mail"),
    ] {
        let page = desk.post("/patients", &with(&changes)).await.expect(422);
        assert!(page.says(why), "{changes:?}: {}", page.words());
        assert!(page.says("This is another person") && page.body.contains("name=\"another_person\""));
        assert!(page.says("PAT0"), "the likely record is shown");
    }
    assert_eq!(count(&app), 1);
    desk.post("/patients", &with(&other)).await.expect(303);
    desk.post("/patients", &with(&[("another_person", "yes")])).await.expect(303);
    assert_eq!(count(&app), 3);
}

async fn duplicates_are_shown_while_typing(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "+33 6 12 34 56 78");
    let desk = app.sign_in(Role::Receptionist).await;
    let part = desk.post("/patients/duplicates", &[("first_name", "ada"), ("last_name", "BYRON")]).await.expect(200);
    assert!(part.says("Byron") && part.says(&id.code()) && part.says("same name"));
    assert!(!part.body.contains("<html"));
    let swapped = [("first_name", "byron"), ("last_name", "ada"), ("date_of_birth", "1980-01-01")];
    assert!(desk.post("/patients/duplicates", &swapped).await.expect(200).says("same name and date of birth"));
    let far = [("first_name", "ada"), ("last_name", "byron"), ("date_of_birth", "2015-07-30")];
    assert!(!desk.post("/patients/duplicates", &far).await.expect(200).says("Byron"), "another generation");
    let huge = "x".repeat(100_000);
    let strange = [("first_name", huge.as_str()), ("last_name", "%"), ("phone", "' or")];
    assert!(!desk.post("/patients/duplicates", &strange).await.expect(200).says("Byron"));
    app.sign_in(Role::Doctor).await.post("/patients/duplicates", &swapped).await.expect(403);
}

async fn a_form_sent_twice_registers_one_patient(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let once = desk.get("/patients/new").await.expect(200).input("_once").expect("forms carry their key");
    let fields = with(&[("_once", once.as_str())]);
    let sent = join_all((0..8).map(|_| desk.post("/patients", &fields))).await;
    let places: Vec<&str> = sent.iter().map(|r| r.location()).collect();
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert!(places.iter().all(|p| p == &places[0]), "all lead to the one patient: {places:?}");
    assert_eq!(count(&app), 1);
}

async fn two_desks_do_not_register_one_person_twice(app: TestApp) {
    let desks = join_all((0..6).map(|_| app.sign_in(Role::Receptionist))).await;
    let sent = join_all(desks.iter().map(|desk| desk.post("/patients", &GOOD))).await;
    let statuses: Vec<u16> = sent.iter().map(|r| r.status).collect();
    assert_eq!(statuses.iter().filter(|s| **s == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|s| **s == 422).count(), 5, "{statuses:?}");
    assert_eq!(count(&app), 1);
}

async fn a_doctor_sees_those_who_are_tied_to_them(app: TestApp) {
    let (booked, seen, stranger) = (
        add(&app, "Tie", "Booked", "1980-01-01", ""),
        add(&app, "Tie", "Seen", "1980-01-01", ""),
        add(&app, "Tie", "Stranger", "1980-01-01", ""),
    );
    let (doctor, colleague) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Doctor).await);
    tie(&app, &doctor, booked);
    let (user, now) = (doctor.user_id, app.now());
    app.write(move |db| {
        let id: i64 = doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?;
        diesel::insert_into(encounters::table)
            .values((
                encounters::patient_id.eq(seen),
                encounters::doctor_id.eq(id),
                encounters::visit_date.eq(now.date()),
                encounters::status.eq("draft"),
                encounters::created_at.eq(now),
                encounters::updated_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
    for id in [booked, seen] {
        doctor.get(&format!("/patients/{id}")).await.expect(200);
        doctor.get(&format!("/patients/{id}/edit")).await.expect(200);
    }
    for path in ["", "/details", "/card", "/edit"] {
        doctor.get(&format!("/patients/{stranger}{path}")).await.expect(404);
        colleague.get(&format!("/patients/{booked}{path}")).await.expect(404);
    }
    doctor.post(&format!("/patients/{stranger}/edit"), &GOOD).await.expect(404);
    doctor.post(&format!("/patients/{stranger}/edit"), &[]).await.expect(404);
    assert_eq!(find(&doctor, "tie").await, [booked.code(), seen.code()]);
    assert!(find(&colleague, "tie").await.is_empty());
    assert!(find(&colleague, &stranger.to_string()).await.is_empty());
}

async fn a_patient_sees_their_own_record_alone(app: TestApp) {
    let other = add(&app, "Other", "Person", "1980-01-01", "");
    let patient = app.sign_in(Role::Patient).await;
    let own = own_record(&app, &patient);
    assert_eq!(patient.get("/my-record").await.expect(303).location(), format!("/patients/{own}"));
    for path in ["", "/details", "/card", "/who-looked", "/contact"] {
        patient.get(&format!("/patients/{own}{path}")).await.expect(200);
        patient.get(&format!("/patients/{other}{path}")).await.expect(404);
    }
    patient.post(&format!("/patients/{other}/contact"), &[("phone", "+33 1"), ("version", "1")]).await.expect(404);
    for path in ["/patients", "/patients/new", &format!("/patients/{own}/edit")] {
        patient.get(path).await.expect(403);
    }
    let page = patient.get(&format!("/patients/{own}")).await;
    for tab in ["visits", "prescriptions", "appointments", "details"] {
        assert!(page.body.contains(&format!("href=\"/patients/{own}/{tab}\"")), "{tab}");
    }
    assert!(!page.body.contains("/edit\"") && page.body.contains("/contact\""));
}

async fn the_banner_tells_each_what_they_may_know(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "+33 6 12 34 56 78");
    let doctor = app.sign_in(Role::Doctor).await;
    tie(&app, &doctor, id);
    let desk = app.sign_in(Role::Receptionist).await;
    let record = format!("/patients/{id}");
    assert!(desk.get(&record).await.expect(200).says("Allergies not asked"));
    let now = app.now();
    app.write(move |db| {
        for (substance, severity) in [("Pollen", "mild"), ("Penicillin", "severe")] {
            diesel::insert_into(allergies::table)
                .values((
                    allergies::patient_id.eq(id),
                    allergies::substance.eq(substance),
                    allergies::substance_key.eq(substance.to_lowercase()),
                    allergies::reaction.eq("Rash"),
                    allergies::severity.eq(severity),
                    allergies::noted_at.eq(now),
                ))
                .execute(db)?;
        }
        let condition = |text: &str, resolved: Option<chrono::NaiveDate>| {
            (
                conditions::patient_id.eq(id),
                conditions::description.eq(text.to_owned()),
                conditions::description_key.eq(text.to_lowercase()),
                conditions::resolved_date.eq(resolved),
                conditions::noted_at.eq(now),
            )
        };
        diesel::insert_into(conditions::table).values(condition("Asthma", None)).execute(db)?;
        let past = condition("Measles", Some(now.date()));
        diesel::insert_into(conditions::table).values(past).execute(db)?;
        for (systolic, hours) in [(150, 5), (128, 1)] {
            diesel::insert_into(vital_signs::table)
                .values((
                    vital_signs::patient_id.eq(id),
                    vital_signs::systolic.eq(systolic),
                    vital_signs::diastolic.eq(84),
                    vital_signs::recorded_at.eq(now - chrono::TimeDelta::hours(hours)),
                ))
                .execute(db)?;
        }
        Ok(())
    });
    let page = doctor.get(&record).await.expect(200);
    for text in
        ["Penicillin", "severe", "Rash", "Asthma", "128/84", "15 Jun 2026, 07:00", &id.code(), "46 y", "1 Jan 1980"]
    {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    assert!(page.body.find("Penicillin") < page.body.find("Pollen"), "the worst comes first");
    assert!(!page.says("Measles") && !page.says("150/84"));

    let page = desk.get(&record).await.expect(200);
    assert!(page.says("Penicillin") && !page.says("Asthma") && !page.says("128/84"), "{}", page.words());
    assert!(!page.body.contains(&format!("{record}/visits")));
    assert!(page.body.contains(&format!("{record}/appointments")));
    assert!(desk.get("/patients").await.expect(200).says("Allergy"));

    let page = app.sign_in(Role::Admin).await.get(&record).await.expect(200);
    assert!(!page.says("Penicillin") && !page.says("No known allergies"), "nothing of the chart by default");
}

async fn a_stale_edit_shows_both_versions(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "");
    let desk = app.sign_in(Role::Receptionist).await;
    let edit = format!("/patients/{id}/edit");
    let version = desk.get(&edit).await.expect(200).input("version").expect("the form carries its version");
    desk.post(&edit, &with(&[("version", &version), ("address", "Theirs Street")])).await.expect(303);
    let stale = desk.post(&edit, &with(&[("version", &version), ("address", "Yours Street")])).await.expect(409);
    assert!(stale.says("Theirs Street") && stale.says("Yours Street"), "{}", stale.words());
    let both = join_all((0..6).map(|_| async {
        let fields = with(&[("version", "2"), ("address", "Race Street")]);
        desk.post(&edit, &fields).await.status
    }))
    .await;
    assert_eq!(both.iter().filter(|status| **status == 303).count(), 1, "{both:?}");
    assert_eq!(both.iter().filter(|status| **status == 409).count(), 5, "{both:?}");
    let version: i32 = app.read(move |db| Ok(patients::table.find(id).select(patients::version).first(db)?));
    assert_eq!(version, 3);
    let wrong = desk.post(&edit, &with(&[("version", "3"), ("date_of_birth", "2027-01-01")])).await.expect(422);
    assert_eq!(wrong.input("version").as_deref(), Some("3"), "the form that comes back can be sent again");
    assert_eq!(find(&desk, "amelie").await, [id.code()], "the new name is found");
}

async fn a_doctors_edit_keeps_what_others_may_not_read(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let registered = desk.post("/patients", &GOOD).await.expect(303);
    let edit = format!("{}/edit", registered.location());
    assert!(!desk.get(&edit).await.expect(200).says("Asthma"));
    desk.post(&edit, &with(&[("version", "1"), ("medical_history", "Overwritten")])).await.expect(303);
    let history: String = app.read(|db| Ok(patients::table.select(patients::medical_history).first(db)?));
    assert!(history.starts_with("Asthma"), "the desk cannot write what it may not read");
}

async fn patients_keep_up_their_contact_data_and_nothing_else(app: TestApp) {
    let patient = app.sign_in(Role::Patient).await;
    let id = own_record(&app, &patient);
    let contact = format!("/patients/{id}/contact");
    let wrong = patient.post(&contact, &[("phone", "call me"), ("version", "1")]).await.expect(422);
    assert!(wrong.body.contains("id=\"e-phone\""));
    let fields = [("phone", "+33 6 99 88 77 66"), ("last_name", "Hacked"), ("user_id", "1"), ("version", "1")];
    patient.post(&contact, &fields).await.expect(303);
    let page = patient.get(&format!("/patients/{id}/details")).await.expect(200);
    assert!(page.says("+33 6 99 88 77 66") && !page.says("Hacked"));
    let stale = patient.post(&contact, &[("phone", "+33 6 11 11 11 11"), ("version", "1")]).await.expect(409);
    assert!(stale.says("+33 6 99 88 77 66") && stale.says("+33 6 11 11 11 11"));
    let desk = app.sign_in(Role::Receptionist).await;
    assert_eq!(find(&desk, "99887766").await, [id.code()], "the new number is found");
}

async fn every_look_and_change_is_in_the_audit_log(app: TestApp) {
    let desk = app.sign_in(Role::Admin).await;
    let registered = desk.post("/patients", &GOOD).await.expect(303);
    let record = registered.location().to_owned();
    for path in ["", "/details", "/card", "/edit", "/who-looked"] {
        desk.get(&format!("{record}{path}")).await.expect(200);
    }
    desk.post(&format!("{record}/edit"), &with(&[("version", "1"), ("phone", ""), ("address", "")])).await.expect(303);
    desk.get("/patients?q=amelie").await.expect(200);
    type Row = (String, Option<i64>, String, Option<i64>);
    let rows: Vec<Row> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("patient"))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::patient_id, audit_log::changes, audit_log::user_id))
            .load(db)?)
    });
    let acts: Vec<&str> = rows.iter().map(|(action, ..)| action.as_str()).collect();
    let expected = ["registered", "viewed", "viewed", "printed", "viewed", "viewed", "updated", "searched"];
    assert_eq!(acts, expected);
    let patient = record.rsplit('/').next().and_then(|id| id.parse::<i64>().ok());
    assert!(rows.iter().all(|(action, id, ..)| *id == if action == "searched" { None } else { patient }));
    assert!(rows.iter().all(|(.., user)| *user == Some(desk.user_id.0)));
    assert_eq!(rows[6].2, r#"{"fields":["phone","address"]}"#, "which fields, not what they say");
    assert_eq!(rows[7].2, r#"{"found":1}"#, "a search keeps no name");
}

async fn patients_see_who_looked(app: TestApp) {
    let patient = app.sign_in(Role::Patient).await;
    let id = own_record(&app, &patient);
    let doctor = app.sign_in(Role::Doctor).await;
    tie(&app, &doctor, id);
    doctor.get(&format!("/patients/{id}")).await.expect(200);
    doctor.get(&format!("/patients/{id}/details")).await.expect(200);
    let user = doctor.user_id;
    let name = app.read(move |db| Ok(infirmary::accounts::queries::find(db, user)?)).name();
    let page = patient.get(&format!("/patients/{id}/who-looked")).await.expect(200);
    for text in [name.as_str(), "Doctor", "Viewed record: overview", "Viewed record: details", "15 Jun 2026, 08:00"] {
        assert!(page.says(text), "{text}: {}", page.words());
    }
    for _ in 0..30 {
        patient.get(&format!("/patients/{id}/details")).await.expect(200);
    }
    let last = patient.get(&format!("/patients/{id}/who-looked?page=2")).await.expect(200);
    assert!(last.says(&name) && last.says("Page"), "{}", last.words());
    doctor.get(&format!("/patients/{id}/who-looked")).await.expect(403);
}

async fn a_patient_is_invited_by_a_link_shown_once(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "");
    let desk = app.sign_in(Role::Receptionist).await;
    let record = format!("/patients/{id}");
    let once = desk.get(&record).await.expect(200).input("_once").expect("forms carry their key");
    let invited = desk.post(&format!("{record}/invite"), &[("_once", &once)]).await.expect(200);
    let link = invited.input("link");
    assert!(link.is_none() && invited.body.contains("/invitation/"), "{}", invited.words());
    let again = desk.post(&format!("{record}/invite"), &[("_once", &once)]).await.expect(303);
    assert_eq!(again.location(), record);
    desk.post("/patients/999999/invite", &[]).await.expect(404);

    let patient = app.sign_in(Role::Patient).await;
    let has_account = own_record(&app, &patient);
    assert!(!desk.get(&format!("/patients/{has_account}")).await.expect(200).says("Invite to sign in"));
    desk.post(&format!("/patients/{has_account}/invite"), &[]).await.expect(409);
}

async fn the_card_carries_the_records_address(app: TestApp) {
    let id = add(&app, "Ada", "Byron", "1980-01-01", "");
    let desk = app.sign_in(Role::Receptionist).await;
    let card = desk.get(&format!("/patients/{id}/card")).await.expect(200);
    assert!(card.says(&id.code()) && card.says("Ada Byron") && card.says("Saint Roch"));
    assert!(card.body.contains("M4 4h7v1h-7z"));
}
