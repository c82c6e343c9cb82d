//! Documents: uploading, reading, and what is refused (`security.md` 22).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use diesel::prelude::*;
use futures_util::future::join_all;
use image::ImageFormat;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, documents};
use infirmary::documents::actions::QUOTA;
use infirmary::documents::intake::sha256;
use infirmary::documents::model::{Document, DocumentId};
use infirmary::documents::store::Store;
use infirmary::patients::model::PatientId;

use crate::support::papers::{self, PDF, picture};
use crate::support::{Reply, Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_doctor_uploads_reads_and_describes_a_document);
    suite.both(a_patient_brings_documents_to_their_own_record);
    suite.both(the_desk_brings_documents_in_and_reads_none);
    suite.both(strangers_find_no_document);
    suite.both(s22_what_is_no_document_is_refused_and_leaves_nothing);
    suite.both(s22_what_is_too_large_is_refused);
    suite.both(s22_a_name_is_shown_and_never_followed);
    suite.both(s22_bytes_are_stored_outside_and_served_in_a_sandbox);
    suite.both(s22_a_record_has_a_bounded_room);
    suite.both(the_same_file_is_on_a_record_once);
    suite.both(a_wrong_document_is_kept_and_hidden_from_the_patient);
    suite.both(a_stale_edit_shows_both_versions);
    suite.both(a_document_belongs_to_a_visit_of_its_patient);
    suite.both(what_a_crash_left_behind_is_settled);
    suite.both(a_file_that_is_not_what_was_stored_is_not_served);
}

/// A doctor with a patient in care who signs in, and the patient's record.
async fn people(app: &TestApp) -> (Visitor, Visitor, PatientId) {
    let (doctor, patient) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Patient).await);
    let (now, doctor_user, patient_user) = (app.now(), doctor.user_id, patient.user_id);
    let record = app.write(move |db| {
        let record = factory::patient(db, now)?;
        factory::give_record(db, patient_user, record)?;
        let own = factory::doctor_id(db, doctor_user)?;
        use infirmary::appointments::model::AppointmentStatus::Scheduled;
        factory::appointment(db, record, own, now, Scheduled)?;
        Ok(record)
    });
    (doctor, patient, record)
}

async fn upload(who: &Visitor, record: PatientId, title: &str, name: &str, content: &[u8]) -> Reply {
    let path = format!("/patients/{record}/documents");
    who.upload(&path, &[("kind", "report"), ("title", title)], ("file", name, content)).await
}

fn id_in(reply: &Reply) -> DocumentId {
    let id = reply.location().strip_prefix("/documents/").and_then(|id| id.parse().ok());
    DocumentId(id.unwrap_or_else(|| panic!("the document's address, and not {:?}", reply.location())))
}

fn stored(app: &TestApp, id: DocumentId) -> Document {
    app.read(move |db| Ok(documents::table.find(id).select(Document::as_select()).first(db)?))
}

fn count(app: &TestApp) -> i64 {
    app.read(|db| Ok(documents::table.count().get_result(db)?))
}

/// All files of the application, wherever in its folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

async fn a_doctor_uploads_reads_and_describes_a_document(app: TestApp) {
    let (doctor, patient, record) = people(&app).await;
    let list = format!("/patients/{record}/documents");
    assert!(doctor.get(&list).await.expect(200).says("No documents yet"));
    let text = "Echocardiogram: normal. <b>Łukasz</b>";
    let uploaded = upload(&doctor, record, "", "Echo 2026.TXT", text.as_bytes()).await.expect(303);
    let id = id_in(&uploaded);
    let page = doctor.get(uploaded.location()).await.expect(200);
    assert!(page.says("Echo 2026") && page.body.contains("&#60;b&#62;Łukasz"), "{}", page.words());
    assert!(patient.get(uploaded.location()).await.expect(200).says("Echocardiogram: normal"));

    let edit = format!("/documents/{id}/edit");
    let version = doctor.get(&edit).await.expect(200).input("version").expect("the form carries its version");
    let fields = [("title", "Heart \u{202e}ultrasound"), ("kind", "image"), ("version", version.as_str())];
    doctor.post(&edit, &fields).await.expect(303);
    let listed = doctor.get(&list).await.expect(200);
    assert!(listed.says("Heart ultrasound") && listed.says("Picture or scan"));
    assert!(doctor.get(&format!("{list}?kind=letter")).await.expect(200).says("No document of this kind"));
    assert!(doctor.get(&format!("{list}?kind=image")).await.expect(200).says("Heart ultrasound"));
    assert!(doctor.get(&format!("/patients/{record}/timeline?kind=document")).await.says("Heart ultrasound"));
    doctor.get(&format!("/documents/{id}/content")).await.expect(200);

    // Upload, looks, download and change are on record, with the patient they concern.
    let acts: Vec<String> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("document"))
            .filter(audit_log::patient_id.eq(record))
            .order(audit_log::id)
            .select(audit_log::action)
            .load(db)?)
    });
    assert_eq!(acts, ["uploaded", "viewed", "viewed", "viewed", "updated", "downloaded"]);
    assert!(patient.get(&format!("/patients/{record}/who-looked")).await.expect(200).says("Downloaded document"));
}

async fn a_patient_brings_documents_to_their_own_record(app: TestApp) {
    let (doctor, patient, record) = people(&app).await;
    let (_, stranger, _) = people(&app).await;
    let uploaded = upload(&patient, record, "My X-ray", "x-ray.png", &picture(ImageFormat::Png, 30)).await.expect(303);
    assert!(doctor.get(uploaded.location()).await.expect(200).says("From the patient"));
    assert!(doctor.get(&format!("/patients/{record}/documents")).await.says("From the patient"));
    upload(&stranger, record, "Planted", "a.txt", b"planted").await.expect(404);
    assert_eq!(count(&app), 1);
    // What they brought they may describe and take back; what a doctor uploaded they read.
    patient.get(&format!("{}/edit", uploaded.location())).await.expect(200);
    let theirs = upload(&doctor, record, "Letter", "letter.pdf", PDF).await.expect(303);
    assert!(patient.get(theirs.location()).await.expect(200).says("A PDF is read outside of this page"));
    for path in ["edit", "in-error"] {
        patient.get(&format!("{}/{path}", theirs.location())).await.expect(404);
        patient.post(&format!("{}/{path}", theirs.location()), &[("reason", "x")]).await.expect(404);
    }
    let wrong = format!("{}/in-error", uploaded.location());
    patient.post(&wrong, &[("reason", "")]).await.expect(422);
    patient.post(&wrong, &[("reason", "Not mine")]).await.expect(303);
    patient.get(uploaded.location()).await.expect(404);
}

async fn the_desk_brings_documents_in_and_reads_none(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let desk = app.sign_in(Role::Receptionist).await;
    let list = format!("/patients/{record}/documents");
    let uploaded = upload(&desk, record, "Referral", "referral.pdf", PDF).await.expect(303);
    assert_eq!(uploaded.location(), list);
    let page = desk.get(&list).await.expect(200);
    assert!(!page.body.contains("/documents/1\"") && !page.says("Referral"), "{}", page.words());
    let id: DocumentId = app.read(|db| Ok(documents::table.select(documents::id).first(db)?));
    for path in ["", "/content", "/image"] {
        desk.get(&format!("/documents/{id}{path}")).await.expect(403);
    }
    assert!(doctor.get(&list).await.expect(200).says("Referral"));
    for role in [Role::Admin, Role::Pharmacist, Role::Accountant] {
        let other = app.sign_in(role).await;
        other.get(&list).await.expect(403);
        upload(&other, record, "x", "a.txt", b"text").await.expect(403);
        other.get(&format!("/documents/{id}")).await.expect(403);
    }
}

async fn strangers_find_no_document(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let (colleague, other, elsewhere) = people(&app).await;
    let uploaded = upload(&doctor, record, "Private", "p.png", &picture(ImageFormat::Png, 10)).await.expect(303);
    for stranger in [&colleague, &other] {
        for path in ["", "/content", "/image", "/edit", "/in-error"] {
            stranger.get(&format!("{}{path}", uploaded.location())).await.expect(404);
        }
        stranger.post(&format!("{}/edit", uploaded.location()), &[("title", "x"), ("kind", "other")]).await.expect(404);
        stranger.get(&format!("/patients/{record}/documents")).await.expect(404);
        upload(stranger, record, "Planted", "a.txt", b"planted").await.expect(404);
    }
    assert!(!colleague.get(&format!("/patients/{elsewhere}/documents")).await.expect(200).says("Private"));
    app.nobody().get(uploaded.location()).await.expect(303);
    assert_eq!(count(&app), 1);
}

async fn s22_what_is_no_document_is_refused_and_leaves_nothing(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let png = picture(ImageFormat::Png, 30);
    let zip = b"PK\x03\x04\x14\x00\x00\x00".to_vec();
    let mut bomb = png.clone();
    papers::promise(&mut bomb, 65_536, 65_536);
    for (name, content, message) in [
        ("report.pdf", zip.clone(), "of no kind that is taken"),
        ("photo.png", b"MZ\x90\x00".to_vec(), "of no kind that is taken"),
        ("notes.txt", b"<html><body>Hello".to_vec(), "web page"),
        ("notes.txt", b"caf\xe9".to_vec(), "of no kind that is taken"),
        ("drawing.svg", b"<svg/>".to_vec(), "ends in .svg"),
        ("report.pdf", png.clone(), "it is a PNG picture"),
        ("report.pdf.exe", PDF.to_vec(), "ends in .exe"),
        ("report", PDF.to_vec(), "has no ending"),
        ("both.pdf", [PDF, &zip].concat(), "behind its end"),
        ("photo.png", png[..60].to_vec(), "cannot be read"),
        ("photo.png", bomb, "too many pixels"),
        ("empty.pdf", Vec::new(), "This file is empty."),
        ("", Vec::new(), "Choose a file."),
    ] {
        let page = upload(&doctor, record, "Kept title", name, &content).await.expect(422);
        assert!(page.says(message) && page.body.contains("e-file"), "{name}: {}", page.words());
        assert!(page.says("Kept title"), "what was typed is kept");
    }
    // Without a file at all, and with a text in its place.
    let path = format!("/patients/{record}/documents");
    doctor.post(&path, &[("kind", "report"), ("file", "text")]).await.expect(422);
    let kind =
        doctor.upload(&path, &[("kind", "secret"), ("title", "x")], ("file", "a.txt", b"text")).await.expect(422);
    assert!(kind.says("Choose what it is."));
    let title = "🩺".repeat(201);
    assert!(upload(&doctor, record, &title, "a.txt", b"text").await.expect(422).says("at most 200 characters"));
    assert_eq!((count(&app), files(&app.files)), (0, Vec::new()));
}

async fn s22_what_is_too_large_is_refused(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let page = upload(&doctor, record, "", "large.txt", &vec![b'a'; 10 * 1024 * 1024 + 1]).await.expect(422);
    assert!(page.says("at most 10.0 MB"), "{}", page.words());
    upload(&doctor, record, "", "huge.txt", &vec![b'a'; 50 * 1024 * 1024]).await.expect(413);
    upload(&doctor, record, "", "whole.txt", &vec![b'a'; 10 * 1024 * 1024]).await.expect(303);
    assert_eq!((count(&app), files(&app.files).len()), (1, 1));
}

async fn s22_a_name_is_shown_and_never_followed(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let long = format!("{}.txt", "é🩺".repeat(150));
    for (typed, shown) in [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\\\Windows\\\\system32\\\\notes.TXT", "notes.txt"),
        ("invoice\u{202e}fdp.txt", "invoicefdp.txt"),
        ("a\tb;c.txt", "a b;c.txt"),
    ] {
        let uploaded = upload(&doctor, record, "", typed, typed.as_bytes()).await.expect(303);
        let document = stored(&app, id_in(&uploaded));
        assert_eq!(document.file_name, shown);
        let served = doctor.get(&format!("{}/content", uploaded.location())).await.expect(200);
        let disposition = served.header("content-disposition").expect("it is to be saved");
        assert!(disposition.starts_with("attachment; filename=\"document-"), "{disposition}");
        assert!(disposition.is_ascii() && !disposition.contains('/') && !disposition.contains('\\'), "{disposition}");
    }
    let uploaded = upload(&doctor, record, "", &long, b"long").await.expect(303);
    let document = stored(&app, id_in(&uploaded));
    assert!(document.file_name.chars().count() <= 120 && document.file_name.ends_with(".txt"));
    doctor.get(&format!("{}/content", uploaded.location())).await.expect(200);
    // Nothing lies outside of the folder, nor under a name that somebody chose.
    for file in files(&app.files) {
        let name = file.file_name().and_then(|n| n.to_str()).expect("a name");
        assert!(name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
    }
}

async fn s22_bytes_are_stored_outside_and_served_in_a_sandbox(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    for (name, content, media_type) in [
        ("a.pdf", PDF.to_vec(), "application/pdf"),
        ("b.png", picture(ImageFormat::Png, 40), "image/png"),
        ("c.jpg", [picture(ImageFormat::Jpeg, 40), b"GPS-48.85".to_vec()].concat(), "image/jpeg"),
        ("d.txt", "Größe 1,70 m".as_bytes().to_vec(), "text/plain; charset=utf-8"),
    ] {
        let uploaded = upload(&doctor, record, "", name, &content).await.expect(303);
        let document = stored(&app, id_in(&uploaded));
        let path = app.files.join(&document.storage_name[..2]).join(&document.storage_name);
        let bytes = fs::read(&path).expect("the stored file");
        assert_eq!((document.bytes, document.sha256), (bytes.len() as i64, sha256(&bytes)));
        assert!(!bytes.windows(3).any(|part| part == b"GPS"));
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        let is_image = media_type.starts_with("image/");
        let mut served = vec![("content", "attachment;")];
        if is_image {
            served.push(("image", "inline;"));
        } else {
            doctor.get(&format!("{}/image", uploaded.location())).await.expect(404);
        }
        for (part, disposition) in served {
            let answer = doctor.get(&format!("{}/{part}", uploaded.location())).await.expect(200);
            assert_eq!(answer.header("content-type"), Some(media_type));
            assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.header("content-disposition").is_some_and(|value| value.starts_with(disposition)));
        }
    }
    // A picture on its page is one look, not two.
    let looks: i64 = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("document"))
            .filter(audit_log::action.eq("viewed"))
            .count()
            .get_result(db)?)
    });
    assert_eq!(looks, 2, "one for each picture that was fetched");
}

async fn s22_a_record_has_a_bounded_room(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let (now, size) = (app.now(), 1024 * 1024);
    // Room for three files, and twelve that come at once.
    app.write(move |db| papers::document_of(db, record, QUOTA - 3 * size, now));
    let contents: Vec<Vec<u8>> = (b'a'..b'm').map(|letter| vec![letter; size as usize]).collect();
    let all = join_all(contents.iter().map(|content| upload(&doctor, record, "", "a.txt", content))).await;
    assert_eq!(all.iter().filter(|reply| reply.status == 303).count(), 3);
    let refused: Vec<&Reply> = all.iter().filter(|reply| reply.status == 422).collect();
    assert_eq!(refused.len(), 9, "{:?}", all.iter().map(|reply| reply.status).collect::<Vec<_>>());
    assert!(refused[0].says("There is no room for this file"), "{}", refused[0].words());
    let used: Vec<i64> = app.read(move |db| {
        Ok(documents::table.filter(documents::patient_id.eq(record)).select(documents::bytes).load(db)?)
    });
    assert_eq!((used.len(), used.iter().sum::<i64>()), (4, QUOTA));
    assert_eq!(files(&app.files).len(), 3, "what was refused is removed");
    // Another record has a room of its own.
    let (other, _, elsewhere) = people(&app).await;
    upload(&other, elsewhere, "", "a.txt", &contents[0]).await.expect(303);
}

async fn the_same_file_is_on_a_record_once(app: TestApp) {
    let (doctor, patient, record) = people(&app).await;
    let first = upload(&doctor, record, "Letter", "letter.pdf", PDF).await.expect(303);
    let again = upload(&patient, record, "My letter", "copy.pdf", PDF).await.expect(303);
    assert_eq!(again.location(), first.location());
    let both = join_all((0..10).map(|_| upload(&doctor, record, "", "b.txt", b"the same"))).await;
    let places: std::collections::BTreeSet<&str> = both.iter().map(|reply| reply.location()).collect();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!((count(&app), files(&app.files).len()), (2, 2));
    // The same form sent twice is one upload, too.
    let once =
        doctor.get(&format!("/patients/{record}/documents")).await.input("_once").expect("forms carry their key");
    let path = format!("/patients/{record}/documents");
    let fields = [("kind", "letter"), ("_once", once.as_str())];
    let sent = join_all((0..4).map(|n| {
        let (doctor, path, content) = (&doctor, &path, format!("sent {n}"));
        async move { doctor.upload(path, &fields, ("file", "c.txt", content.as_bytes())).await }
    }))
    .await;
    assert!(sent.iter().all(|reply| reply.status == 303 && reply.location() == sent[0].location()));
    assert_eq!((count(&app), files(&app.files).len()), (3, 3));
    // One that was entered in error may come again; the file of another patient is another file.
    doctor.post(&format!("{}/in-error", first.location()), &[("reason", "Blank page")]).await.expect(303);
    assert_ne!(upload(&doctor, record, "", "a.pdf", PDF).await.expect(303).location(), first.location());
    let (other, _, elsewhere) = people(&app).await;
    upload(&other, elsewhere, "", "a.pdf", PDF).await.expect(303);
}

async fn a_wrong_document_is_kept_and_hidden_from_the_patient(app: TestApp) {
    let (doctor, patient, record) = people(&app).await;
    let uploaded = upload(&doctor, record, "Somebody's letter", "a.txt", b"somebody").await.expect(303);
    let wrong = format!("{}/in-error", uploaded.location());
    assert!(doctor.get(&wrong).await.expect(200).says("Somebody's letter"));
    doctor.post(&wrong, &[("reason", " ")]).await.expect(422);
    doctor.post(&wrong, &[("reason", "Belongs to a namesake")]).await.expect(303);
    let list = format!("/patients/{record}/documents");
    assert!(doctor.get(&list).await.expect(200).says("Belongs to a namesake"));
    assert!(doctor.get(uploaded.location()).await.expect(200).says("Entered in error"));
    assert!(!patient.get(&list).await.expect(200).says("Somebody's letter"));
    patient.get(uploaded.location()).await.expect(404);
    patient.get(&format!("{}/content", uploaded.location())).await.expect(404);
    doctor.post(&wrong, &[("reason", "Again")]).await.expect(409);
    doctor.get(&format!("{}/edit", uploaded.location())).await.expect(409);
    assert!(!doctor.get(&format!("/patients/{record}/timeline")).await.expect(200).says("Somebody's letter"));
    assert_eq!((count(&app), files(&app.files).len()), (1, 1), "nothing is deleted");
}

async fn a_stale_edit_shows_both_versions(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let uploaded = upload(&doctor, record, "First", "a.txt", b"text").await.expect(303);
    let edit = format!("{}/edit", uploaded.location());
    let version = doctor.get(&edit).await.expect(200).input("version").expect("a version");
    let fields = |title| [("title", title), ("kind", "letter"), ("version", version.as_str())];
    doctor.post(&edit, &fields("Theirs")).await.expect(303);
    let page = doctor.post(&edit, &fields("Mine")).await.expect(409);
    assert!(page.says("Mine") && page.says("Theirs"));
    assert!(doctor.get(uploaded.location()).await.says("Theirs"));
    doctor.post(&edit, &[("title", "\u{202e}\u{200b} "), ("kind", "letter")]).await.expect(422);
}

async fn a_document_belongs_to_a_visit_of_its_patient(app: TestApp) {
    let (doctor, patient, record) = people(&app).await;
    let (_, _, elsewhere) = people(&app).await;
    let now = app.now();
    let (own, foreign) =
        app.write(move |db| Ok((factory::signed_visit(db, record, now)?, factory::signed_visit(db, elsewhere, now)?)));
    let path = format!("/patients/{record}/documents");
    let page = doctor.get(&format!("{path}?encounter={own}")).await.expect(200);
    assert!(page.body.contains(&format!("value=\"{own}\" selected")), "the visit is chosen");
    let send = |visit: String| {
        let (doctor, path) = (&doctor, &path);
        async move {
            let fields = [("kind", "report"), ("title", "ECG"), ("encounter", visit.as_str())];
            doctor.upload(path, &fields, ("file", "ecg.txt", visit.as_bytes())).await
        }
    };
    send(foreign.to_string()).await.expect(404);
    send("999999".to_owned()).await.expect(404);
    send("x".to_owned()).await.expect(422);
    let uploaded = send(own.to_string()).await.expect(303);
    assert!(doctor.get(&format!("/encounters/{own}")).await.expect(200).says("ECG"));
    assert!(patient.get(&format!("/encounters/{own}")).await.expect(200).says("ECG"));
    assert!(doctor.get(uploaded.location()).await.expect(200).body.contains(&format!("/encounters/{own}")));
}

async fn what_a_crash_left_behind_is_settled(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let store = Store::at(&app.files);
    let uploaded = upload(&doctor, record, "Kept", "a.txt", b"kept").await.expect(303);
    let name = stored(&app, id_in(&uploaded)).storage_name;
    let incoming = app.files.join("incoming");
    // As if the process had died between the commit and the move, and between storing and the commit.
    fs::rename(app.files.join(&name[..2]).join(&name), incoming.join(&name)).expect("moved back");
    let orphan = store.put(b"orphan").expect("it is stored");
    assert!(doctor.get(uploaded.location()).await.expect(200).says("kept"), "it is found where it waits");
    assert_eq!(store.tidy(&app.db).expect("tidied"), (0, 0), "what is new may belong to a request");
    let yesterday = SystemTime::now() - Duration::from_secs(25 * 60 * 60);
    for name in [&name, &orphan] {
        let file = fs::File::options().write(true).open(incoming.join(name)).expect("it waits");
        file.set_modified(yesterday).expect("its time is set");
    }
    let fresh = store.put(b"fresh").expect("it is stored");
    assert_eq!(store.tidy(&app.db).expect("tidied"), (1, 1));
    assert!(doctor.get(uploaded.location()).await.expect(200).says("kept"));
    assert!(store.read(&orphan).is_err() && store.read(&fresh).is_ok());
    assert_eq!(store.tidy(&app.db).expect("tidied"), (0, 0));
}

async fn a_file_that_is_not_what_was_stored_is_not_served(app: TestApp) {
    let (doctor, _, record) = people(&app).await;
    let uploaded = upload(&doctor, record, "Letter", "a.pdf", PDF).await.expect(303);
    let name = stored(&app, id_in(&uploaded)).storage_name;
    let path = app.files.join(&name[..2]).join(&name);
    fs::write(&path, [PDF, b" "].concat()).expect("changed behind our back");
    let content = format!("{}/content", uploaded.location());
    doctor.get(&content).await.expect(500);
    fs::remove_file(&path).expect("removed behind our back");
    doctor.get(&content).await.expect(503);
    // The rest of the record goes on.
    doctor.get(uploaded.location()).await.expect(200);
}
