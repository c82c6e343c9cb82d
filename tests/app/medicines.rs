//! The catalogue, substances and interactions; and the warnings, shorthand and favourites of prescribing that use them.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{
    allergies, audit_log, interactions, medicines, prescription_favourites, prescription_medications,
    prescription_warnings, prescriptions, substances,
};
use infirmary::medicines::starter;
use infirmary::patients::model::PatientId;

use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(an_empty_catalogue_begins_with_common_medicines_once);
    suite.both(a_medicine_is_added_found_edited_and_taken_off_the_list);
    suite.both(what_is_wrong_with_a_medicine_stands_beside_its_field);
    suite.both(one_name_is_taken_once_also_by_many_at_once);
    suite.both(a_stale_edit_of_the_catalogue_shows_both);
    suite.both(substances_and_interactions_are_the_sites_own);
    suite.both(what_is_prescribed_is_found_in_the_catalogue);
    suite.both(a_line_is_typed_as_doctors_write_it);
    suite.both(warnings_keep_a_prescription_back_until_a_reason_is_given);
    suite.both(a_reason_counts_for_the_warnings_that_were_read);
    suite.both(the_same_twice_interactions_and_doses_are_warned_of);
    suite.both(warnings_are_shown_while_the_form_is_filled);
    suite.both(favourites_are_each_doctors_own);
    suite.both(an_earlier_prescription_is_repeated);
}

/// Substances, interactions and the common medicines.
fn stock(app: &TestApp) {
    let now = app.now();
    app.write(move |db| {
        starter::add_knowledge(db, now)?;
        starter::add_medicines(db, now)
    });
}

/// A doctor with a patient in care.
async fn care(app: &TestApp) -> (Visitor, PatientId) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), doctor.user_id);
    let patient = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let id = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, id, now, AppointmentStatus::CheckedIn)?;
        Ok(patient)
    });
    (doctor, patient)
}

fn allergic(app: &TestApp, patient: PatientId, substance: &'static str, severity: &'static str) {
    let now = app.now();
    app.write(move |db| {
        diesel::insert_into(allergies::table)
            .values((
                allergies::patient_id.eq(patient),
                allergies::substance.eq(substance),
                allergies::substance_key.eq(substance.to_lowercase()),
                allergies::reaction.eq("rash"),
                allergies::severity.eq(severity),
                allergies::noted_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

/// A form with these lines: medicine, dose, unit, frequency, days.
fn lines<'a>(patient: &'a str, lines: &[[&'a str; 5]], more: &[(&'a str, &'a str)]) -> Fields<'a> {
    let mut fields = vec![("patient", patient), ("valid_until", "2026-07-15")];
    for [medicine, dose, unit, frequency, days] in lines {
        fields.extend([
            ("medicine", *medicine),
            ("dose", *dose),
            ("unit", *unit),
            ("route", ""),
            ("frequency", *frequency),
            ("duration", *days),
            ("quantity", ""),
            ("instructions", ""),
        ]);
    }
    fields.extend_from_slice(more);
    fields
}

fn id_of(path: &str) -> i64 {
    path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address that ends with an id")
}

async fn an_empty_catalogue_begins_with_common_medicines_once(app: TestApp) {
    let now = app.now();
    app.write(move |db| starter::add_knowledge(db, now));
    app.write(move |db| starter::add_knowledge(db, now));
    let (pairs, known): (i64, i64) =
        app.read(|db| Ok((interactions::table.count().get_result(db)?, substances::table.count().get_result(db)?)));
    assert!(pairs >= 100 && known >= 150, "{pairs} {known}: filled once, not twice");
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    assert!(pharmacist.get("/medicines").await.expect(200).says("Begin with common medicines"));
    pharmacist.post("/medicines/starter", &[]).await.expect(303);
    let count: i64 = app.read(|db| Ok(medicines::table.count().get_result(db)?));
    assert!(count >= 100, "{count}");
    assert!(pharmacist.get("/medicines?q=500+amoxi").await.expect(200).says("Amoxicillin 500 mg capsule"));
    pharmacist.post("/medicines/starter", &[]).await.expect(409);
    let again: i64 = app.read(|db| Ok(medicines::table.count().get_result(db)?));
    assert_eq!(count, again);
}

const MEDICINE: [(&str, &str); 9] = [
    ("generic_name", "Amoxicillin + clavulanic acid"),
    ("strength", "500 mg + 125 mg"),
    ("form", "tablet"),
    ("unit", "tablet"),
    ("strength_mg", "500"),
    ("least_dose", "250"),
    ("most_dose", "1000"),
    ("price", "0.35"),
    ("is_active", "yes"),
];

async fn a_medicine_is_added_found_edited_and_taken_off_the_list(app: TestApp) {
    let now = app.now();
    app.write(move |db| starter::add_knowledge(db, now));
    let admin = app.sign_in(Role::Admin).await;
    let path = admin.post("/medicines", &MEDICINE).await.expect(303).location().to_owned();
    let page = admin.get(&path).await.expect(200);
    assert!(page.says("Amoxicillin + clavulanic acid 500 mg + 125 mg tablet"), "{}", page.words());
    assert!(page.says("amoxicillin, clavulanic acid") && page.says("250 mg to 1000 mg"), "{}", page.words());
    let form = admin.get(&format!("{path}/edit")).await.expect(200);
    assert_eq!(form.input("price").as_deref(), Some("0.35"));
    let edited: Fields<'_> = MEDICINE.iter().copied().filter(|(name, _)| *name != "is_active").collect();
    let edited = [&edited[..], &[("version", "1"), ("name", "Co-amoxiclav 625")]].concat();
    admin.post(&format!("{path}/edit"), &edited).await.expect(303);
    assert!(!admin.get("/medicines?q=co-amoxiclav").await.expect(200).says("Co-amoxiclav 625"));
    assert!(admin.get("/medicines?q=co-amoxiclav&all=yes").await.expect(200).says("Co-amoxiclav 625"));
    let acts: Vec<String> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("medicine"))
            .order(audit_log::id)
            .select(audit_log::action)
            .load(db)?)
    });
    assert_eq!(acts, ["created", "updated"]);
    // Doctors see the catalogue and do not change it; reception and patients do not see it.
    let doctor = app.sign_in(Role::Doctor).await;
    assert!(!doctor.get(&path).await.expect(200).says("Edit"));
    doctor.post("/medicines", &MEDICINE).await.expect(403);
    app.sign_in(Role::Receptionist).await.get("/medicines").await.expect(403);
}

async fn what_is_wrong_with_a_medicine_stands_beside_its_field(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let wrong = [
        ("strength", "x".repeat(61)),
        ("pack_size", "0".to_owned()),
        ("price", "-1".to_owned()),
        ("least_dose", "500".to_owned()),
        ("most_dose", "100".to_owned()),
        ("strength_mg", "1e9".to_owned()),
        ("route", "by drone".to_owned()),
        ("contents", "unobtainium".to_owned()),
    ];
    let fields: Fields<'_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = admin.post("/medicines", &fields).await.expect(422);
    for name in ["generic_name", "form", "unit", "strength", "pack_size", "price", "most_dose", "strength_mg", "route"]
    {
        assert!(page.body.contains(&format!("id=\"e-{name}\"")), "{name}");
    }
    assert_eq!(page.input("contents").as_deref(), Some("unobtainium"));
    let unknown = [&MEDICINE[..], &[("contents", "unobtainium")]].concat();
    let page = admin.post("/medicines", &unknown).await.expect(422);
    assert!(page.says("Not among the substances yet: unobtainium"), "{}", page.words());
    admin.get("/medicines/999999").await.expect(404);
    admin.post("/medicines/999999/edit", &MEDICINE).await.expect(404);
}

async fn one_name_is_taken_once_also_by_many_at_once(app: TestApp) {
    let now = app.now();
    app.write(move |db| starter::add_knowledge(db, now));
    let admin = app.sign_in(Role::Admin).await;
    let tries = join_all((0..10).map(|_| admin.post("/medicines", &MEDICINE))).await;
    assert_eq!(tries.iter().filter(|r| r.status == 303).count(), 1);
    for refused in tries.iter().filter(|r| r.status != 303) {
        assert_eq!(refused.status, 422);
        assert!(refused.says("The catalogue already has a medicine of this name."));
    }
    let count: i64 = app.read(|db| Ok(medicines::table.count().get_result(db)?));
    assert_eq!(count, 1);
    let substance = [("name", "AMOXICILLÍN")];
    assert!(admin.post("/substances", &substance).await.expect(422).says("A substance of this name exists."));
}

async fn a_stale_edit_of_the_catalogue_shows_both(app: TestApp) {
    stock(&app);
    let admin = app.sign_in(Role::Admin).await;
    let id: i64 = app.read(|db| Ok(medicines::table.order(medicines::id).select(medicines::id).first(db)?));
    let path = format!("/medicines/{id}/edit");
    let edit = |name: &'static str| {
        [("generic_name", "Paracetamol"), ("form", "tablet"), ("unit", "tablet"), ("name", name), ("version", "1")]
    };
    admin.post(&path, &edit("First")).await.expect(303);
    let page = admin.post(&path, &edit("Second")).await.expect(409);
    assert!(page.says("First") && page.says("Second"));
}

async fn substances_and_interactions_are_the_sites_own(app: TestApp) {
    stock(&app);
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    let fields = [("name", "vericiguat"), ("classes", "sGC stimulators, SGC Stimulators"), ("properties", "")];
    pharmacist.post("/substances", &fields).await.expect(303);
    assert!(pharmacist.get("/substances?q=stimul").await.expect(200).says("vericiguat"));
    let pair = [
        ("one", "PDE5 inhibitors"),
        ("other", "sgc stimulators"),
        ("severity", "contraindicated"),
        ("effect", "Low blood pressure."),
        ("source", "FDA label of vericiguat"),
        ("is_active", "yes"),
    ];
    pharmacist.post("/interactions", &pair).await.expect(303);
    let page = pharmacist.get("/interactions?q=stimul").await.expect(200);
    assert!(page.says("Low blood pressure.") && page.says("FDA label of vericiguat"));
    // The pair is there once, in whichever order it is typed; a source is a must; a side must be known.
    let mut turned = pair;
    (turned[0].1, turned[1].1) = (pair[1].1, pair[0].1);
    assert!(pharmacist.post("/interactions", &turned).await.expect(422).says("This pair is there already."));
    let page = pharmacist.post("/interactions", &[("one", "nothing"), ("other", "warfarin")]).await.expect(422);
    for field in ["one", "severity", "effect", "source"] {
        assert!(page.body.contains(&format!("id=\"e-{field}\"")), "{field}");
    }
    let id: i64 = app.read(|db| {
        Ok(interactions::table
            .filter(interactions::source.eq("FDA label of vericiguat"))
            .select(interactions::id)
            .first(db)?)
    });
    let off: Fields<'_> =
        pair.iter().copied().filter(|(name, _)| *name != "is_active").chain([("version", "1")]).collect();
    pharmacist.post(&format!("/interactions/{id}/edit"), &off).await.expect(303);
    assert!(pharmacist.get("/interactions?q=stimul").await.expect(200).says("Switched off"));
    pharmacist.post(&format!("/interactions/{id}/edit"), &off).await.expect(409);
    // Doctors read the list and its sources.
    let doctor = app.sign_in(Role::Doctor).await;
    doctor.get("/interactions").await.expect(200);
    doctor.post("/interactions", &pair).await.expect(403);
}

async fn what_is_prescribed_is_found_in_the_catalogue(app: TestApp) {
    stock(&app);
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let options = doctor.get("/medicines/complete?medicine=amox+500").await.expect(200);
    assert!(options.body.contains("value=\"Amoxicillin 500 mg capsule\""), "{}", options.body);
    assert!(!doctor.get("/medicines/complete?medicine=a").await.expect(200).body.contains("<option"), "too short");
    let written = [["amoxicillin 500 MG capsule", "1", "", "tds", "5"], ["Grandmother's syrup", "1", "", "od", "3"]];
    let path = doctor.post("/prescriptions", &lines(&patient, &written, &[])).await.expect(303).location().to_owned();
    let rows: Vec<(String, Option<i64>, String, Option<i32>)> = app.read(move |db| {
        Ok(prescription_medications::table
            .filter(prescription_medications::prescription_id.eq(id_of(&path)))
            .order(prescription_medications::position)
            .select((
                prescription_medications::medicine,
                prescription_medications::medicine_id,
                prescription_medications::unit,
                prescription_medications::quantity,
            ))
            .load(db)?)
    });
    assert_eq!(rows[0].0, "Amoxicillin 500 mg capsule", "as the catalogue writes it");
    assert!(rows[0].1.is_some() && rows[0].2 == "capsule" && rows[0].3 == Some(15), "{rows:?}");
    assert_eq!((rows[1].1, rows[1].2.as_str()), (None, ""), "written freely");
}

async fn a_line_is_typed_as_doctors_write_it(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let quick = [("quick", "amoxicillin 500 mg 1 cap tds 5d after food"), ("then", "enter"), ("notes", "kept")];
    let page = doctor.post("/prescriptions", &lines(&patient, &[["", "", "", "", ""]], &quick)).await.expect(200);
    for (field, value) in [
        ("medicine", "amoxicillin 500 mg"),
        ("dose", "1"),
        ("unit", "capsule"),
        ("frequency", "tds"),
        ("duration", "5"),
        ("instructions", "after food"),
        ("quick", ""),
    ] {
        assert_eq!(page.input(field).as_deref(), Some(value), "{field}");
    }
    assert!(page.says("15 capsules") && page.says("kept"));
    assert_eq!(app.read(|db| Ok(prescriptions::table.count().get_result::<i64>(db)?)), 0, "nothing is saved yet");
    // A second one goes below; Enter elsewhere saves the draft.
    let first = [["amoxicillin 500 mg", "1", "capsule", "tds", "5"]];
    let more = [("quick", "paracetamol 1 g prn"), ("then", "line")];
    let page = doctor.post("/prescriptions", &lines(&patient, &first, &more)).await.expect(200);
    assert!(page.body.contains("value=\"paracetamol 1 g\"") && page.body.contains("value=\"amoxicillin 500 mg\""));
    let saved = doctor.post("/prescriptions", &lines(&patient, &first, &[("quick", " "), ("then", "enter")])).await;
    assert!(doctor.get(saved.expect(303).location()).await.expect(200).says("Written freely"));
    // What can only mean one medicine of the catalogue is that one.
    stock(&app);
    for (typed, medicine, unit) in [
        ("amoxicillin 500 mg 1 tds 5d", "Amoxicillin 500 mg capsule", "capsule"),
        ("Ibuprofen 1 tds 5d", "Ibuprofen", ""),
        ("warfarin 5 mg 1 tab od", "Warfarin 5 mg tablet", "tablet"),
        ("%_% 1 od", "%_%", ""),
    ] {
        let page = doctor.post("/prescriptions", &lines(&patient, &[], &[("quick", typed), ("then", "line")])).await;
        assert_eq!(page.input("medicine").as_deref(), Some(medicine), "{typed}");
        assert_eq!(page.input("unit").as_deref(), Some(unit), "{typed}");
    }
}

async fn warnings_keep_a_prescription_back_until_a_reason_is_given(app: TestApp) {
    stock(&app);
    let (doctor, patient) = care(&app).await;
    allergic(&app, patient, "Penicillin", "severe");
    let number = patient.to_string();
    let written = [["Amoxicillin 500 mg capsule", "1", "capsule", "tds", "5"]];
    let page = doctor.post("/prescriptions", &lines(&number, &written, &[("then", "submit")])).await.expect(422);
    assert!(page.says("amoxicillin is of the same class (penicillins)"), "{}", page.words());
    assert!(page.says("Penicillin, rash, severe") && page.says("say why you go on"));
    let (seen, version) = (page.input("seen").expect("a fingerprint"), page.input("version").expect("a draft"));
    let id = id_of(&page.input("prescription").map(|id| format!("/{id}")).expect("the draft's id"));
    let state =
        || app.read(move |db| Ok(prescriptions::table.find(id).select(prescriptions::status).first::<String>(db)?));
    assert_eq!(state(), "draft");
    // The button of the draft's page leads to the warnings, too.
    let to = doctor.post(&format!("/prescriptions/{id}/submit"), &[("version", &version)]).await.expect(303);
    assert_eq!(to.location(), format!("/prescriptions/{id}/edit"));
    assert_eq!(state(), "draft");
    let reasoned = [
        ("version", version.as_str()),
        ("then", "submit"),
        ("seen", &seen),
        ("override_reason", "Desensitised in May"),
    ];
    let edit = format!("/prescriptions/{id}/edit");
    doctor.post(&edit, &lines(&number, &written, &reasoned)).await.expect(303);
    assert_eq!(state(), "submitted");
    let stored: Vec<(String, String, String)> = app.read(move |db| {
        Ok(prescription_warnings::table
            .filter(prescription_warnings::prescription_id.eq(id))
            .select((prescription_warnings::kind, prescription_warnings::severity, prescription_warnings::medicine))
            .load(db)?)
    });
    assert_eq!(stored, [("allergy".to_owned(), "contraindicated".to_owned(), "Amoxicillin 500 mg capsule".to_owned())]);
    // Doctor, pharmacist and paper say it.
    let pharmacist = app.sign_in(Role::Pharmacist).await;
    for (reader, path) in [(&doctor, ""), (&doctor, "/print"), (&pharmacist, ""), (&pharmacist, "/print")] {
        let page = reader.get(&format!("/prescriptions/{id}{path}")).await.expect(200);
        assert!(page.says("Desensitised in May") && page.says("same class (penicillins)"), "{path}: {}", page.words());
    }
    let reason: String = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::action.eq("submitted").and(audit_log::entity.eq("prescription")))
            .select(audit_log::reason)
            .first(db)?)
    });
    assert_eq!(reason, "Desensitised in May");
}

async fn a_reason_counts_for_the_warnings_that_were_read(app: TestApp) {
    stock(&app);
    let (doctor, patient) = care(&app).await;
    allergic(&app, patient, "Ibuprofen", "mild");
    let number = patient.to_string();
    let written = [["Naproxen 500 mg tablet", "1", "tablet", "bd", "5"]];
    let page = doctor.post("/prescriptions", &lines(&number, &written, &[("then", "submit")])).await.expect(422);
    let (seen, version) = (page.input("seen").expect("a fingerprint"), page.input("version").expect("a draft"));
    let edit = format!("/prescriptions/{}/edit", page.input("prescription").expect("its id"));
    // Meanwhile another allergy is noted: the old reason does not cover it, and is not lost.
    allergic(&app, patient, "Naproxen", "severe");
    let reasoned =
        [("version", version.as_str()), ("then", "submit"), ("seen", &seen), ("override_reason", "Took it often")];
    let page = doctor.post(&edit, &lines(&number, &written, &reasoned)).await.expect(422);
    assert!(page.says("There are other warnings now") && page.says("The patient is allergic to Naproxen."));
    assert_eq!(page.input("override_reason").as_deref(), Some("Took it often"));
    let (seen, version) = (page.input("seen").expect("a fingerprint"), page.input("version").expect("a draft"));
    let reasoned = [("version", version.as_str()), ("then", "submit"), ("seen", &seen), ("override_reason", "x")];
    doctor.post(&edit, &lines(&number, &written, &reasoned)).await.expect(303);
    assert_eq!(app.read(|db| Ok(prescription_warnings::table.count().get_result::<i64>(db)?)), 2);
}

async fn the_same_twice_interactions_and_doses_are_warned_of(app: TestApp) {
    stock(&app);
    let (doctor, patient) = care(&app).await;
    let number = patient.to_string();
    let written = [
        ["Warfarin 5 mg tablet", "1", "tablet", "od", "30"],
        ["Ibuprofen 400 mg tablet", "4", "tablet", "tds", "5"],
        ["Naproxen 500 mg tablet", "1", "tablet", "bd", "5"],
        ["ibuprofen 200", "1", "tablet", "od", "5"],
        ["Paracetamol 500 mg tablet", "2", "tablet", "qds", "5"],
    ];
    let page = doctor.post("/prescriptions", &lines(&number, &written, &[("then", "submit")])).await.expect(422);
    for words in [
        "With Warfarin 5 mg tablet (on this prescription): Bleeding, also without a raised INR.",
        "FDA label of warfarin",
        "1600 mg in one dose is more than usual.",
        "The same class twice (NSAIDs): naproxen",
        "Ibuprofen twice: also in Ibuprofen 400 mg tablet",
    ] {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    assert!(!page.says("4000 mg in a day is more"), "paracetamol is within its range");
    // Nothing of it when the lines go together.
    let fine = [["Paracetamol 500 mg tablet", "2", "tablet", "qds", "5"]];
    doctor.post("/prescriptions", &lines(&number, &fine, &[("then", "submit")])).await.expect(303);
    // What the patient takes already counts: the same again warns.
    let again = doctor.post("/prescriptions", &lines(&number, &fine, &[("then", "submit")])).await.expect(422);
    assert!(again.says("Paracetamol twice: also in Paracetamol 500 mg tablet (RX0000"), "{}", again.words());
}

async fn warnings_are_shown_while_the_form_is_filled(app: TestApp) {
    stock(&app);
    let (doctor, patient) = care(&app).await;
    allergic(&app, patient, "sulfa", "unknown");
    let number = patient.to_string();
    let half = [["Sulfamethoxazole + trimethoprim 800 mg + 160 mg tablet", "", "", "", ""], ["", "x", "", "", ""]];
    let panel =
        doctor.post("/prescriptions/check", &lines(&number, &half, &[("override_reason", "so far")])).await.expect(200);
    assert!(panel.says("is of the same class (sulfonamide antibiotics)"), "{}", panel.body);
    assert_eq!(panel.input("override_reason").as_deref(), Some("so far"));
    let none = doctor.post("/prescriptions/check", &lines(&number, &[["", "", "", "", ""]], &[])).await.expect(200);
    assert!(!none.body.contains("override_reason"));
    // Only for patients in care.
    let stranger = app.sign_in(Role::Doctor).await;
    stranger.post("/prescriptions/check", &lines(&number, &half, &[])).await.expect(404);
    stranger.post("/prescriptions/check", &[]).await.expect(404);
}

async fn favourites_are_each_doctors_own(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let number = patient.to_string();
    let written = [["Omeprazole 20 mg", "1", "capsule", "mane", "28"]];
    let more = [("diagnosis", "K21.9 Reflux")];
    let path = doctor.post("/prescriptions", &lines(&number, &written, &more)).await.expect(303).location().to_owned();
    let keep = format!("{path}/favourites");
    let tries = join_all((0..5).map(|_| doctor.post(&keep, &[("position", "0")]))).await;
    assert!(
        tries.iter().all(|r| [303, 409].contains(&r.status)),
        "{:?}",
        tries.iter().map(|r| r.status).collect::<Vec<_>>()
    );
    let ids: Vec<i64> =
        app.read(|db| Ok(prescription_favourites::table.select(prescription_favourites::id).load(db)?));
    assert_eq!(ids.len(), 1, "kept once");
    for position in ["1", "-1", "x", "99999999999999999999"] {
        doctor.post(&keep, &[("position", position)]).await.expect(404);
    }
    assert!(doctor.get("/prescriptions/favourites").await.expect(200).says("Omeprazole 20 mg"));
    let then = format!("favourite-{}", ids[0]);
    let page = doctor.post("/prescriptions", &lines(&number, &[], &[("then", &then)])).await.expect(200);
    assert_eq!(page.input("medicine").as_deref(), Some("Omeprazole 20 mg"));
    assert_eq!(page.input("quantity").as_deref(), Some(""), "it follows");
    let (other, their_patient) = care(&app).await;
    let theirs = their_patient.to_string();
    other.post("/prescriptions", &lines(&theirs, &[], &[("then", &then)])).await.expect(404);
    other.post(&format!("/prescriptions/favourites/{}/remove", ids[0]), &[]).await.expect(404);
    assert!(!other.get("/prescriptions/favourites").await.expect(200).says("Omeprazole"));
    doctor.post(&format!("/prescriptions/favourites/{}/remove", ids[0]), &[]).await.expect(303);
    assert!(doctor.get("/prescriptions/favourites").await.expect(200).says("No favourites yet"));
}

async fn an_earlier_prescription_is_repeated(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let number = patient.to_string();
    let written = [["Metformin 850 mg", "1", "tablet", "bd", "30"]];
    let path = doctor
        .post("/prescriptions", &lines(&number, &written, &[("then", "submit")]))
        .await
        .expect(303)
        .location()
        .to_owned();
    let new = doctor.get(&format!("/prescriptions/new?patient={patient}")).await.expect(200);
    assert!(new.says("Repeat RX0000"));
    let filled = doctor.post("/prescriptions", &lines(&number, &[], &[("then", "repeat-last")])).await.expect(200);
    assert_eq!(filled.input("medicine").as_deref(), Some("Metformin 850 mg"));
    let draft = doctor.post(&format!("{path}/repeat"), &[]).await.expect(303);
    let form = doctor.get(draft.location()).await.expect(200);
    assert_eq!(form.input("medicine").as_deref(), Some("Metformin 850 mg"));
    assert_eq!(form.input("valid_until").as_deref(), Some("2026-07-15"), "thirty days from today");
    let stranger = app.sign_in(Role::Doctor).await;
    stranger.post(&format!("{path}/repeat"), &[]).await.expect(404);
}
