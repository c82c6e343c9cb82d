//! What is printed or downloaded: prescriptions, requests for tests, summaries; as pages and as PDF files.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::audit_log;

use crate::encounters::Room;
use crate::support::{Reply, Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_prescription_is_downloaded_by_whom_it_concerns);
    suite.both(a_request_for_tests_holds_the_tests_alone);
    suite.both(a_signed_visit_and_the_chart_have_their_summaries);
    suite.both(every_paper_leaves_its_audit_row);
}

const LINE: [(&str, &str); 6] = [
    ("medicine", "Amoxicillin 500 mg"),
    ("dose", "1"),
    ("unit", "capsule"),
    ("frequency", "tds"),
    ("duration", "5"),
    ("valid_until", "2026-07-15"),
];
const TEST: [(&str, &str); 3] = [("test", "Full blood count"), ("test_instructions", "fasting"), ("priority", "stat")];

/// A submitted prescription of the room's patient: its address.
async fn prescribed(room: &Room, lines: &[(&str, &str)]) -> String {
    let patient = room.patient.to_string();
    let fields = [&[("patient", patient.as_str()), ("then", "submit")], lines].concat();
    room.doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned()
}

#[track_caller]
fn is_pdf(reply: &Reply, name: &str) {
    assert_eq!(reply.header("content-type"), Some("application/pdf"));
    let disposition = reply.header("content-disposition").unwrap_or_default();
    assert!(disposition.starts_with("attachment") && disposition.contains(name), "{disposition}");
    assert!(reply.body.starts_with("%PDF-") && reply.body.trim_end().ends_with("%%EOF"));
}

async fn a_prescription_is_downloaded_by_whom_it_concerns(app: TestApp) {
    let room = Room::of(&app).await;
    let (patient, stranger) = (app.sign_in(Role::Patient).await, app.sign_in(Role::Patient).await);
    let (user, record) = (patient.user_id, room.patient);
    app.write(move |db| factory::give_record(db, user, record));
    let path = prescribed(&room, &LINE).await;
    let file = format!("{path}/pdf");
    is_pdf(&room.doctor.get(&file).await.expect(200), "RX0000");
    is_pdf(&patient.get(&file).await.expect(200), ".pdf");
    stranger.get(&file).await.expect(404);
    app.nobody().get(&file).await.expect(303);
    assert!(patient.get(&path).await.expect(200).body.contains(&file), "it is linked");

    let patient = room.patient.to_string();
    let draft = [&[("patient", patient.as_str())], &LINE[..]].concat();
    let draft = room.doctor.post("/prescriptions", &draft).await.expect(303).location().to_owned();
    room.doctor.get(&format!("{draft}/pdf")).await.expect(409);
}

async fn a_request_for_tests_holds_the_tests_alone(app: TestApp) {
    let room = Room::of(&app).await;
    let both = prescribed(&room, &[&LINE[..], &TEST[..]].concat()).await;
    let page = room.doctor.get(&format!("{both}/tests/print")).await.expect(200);
    for words in ["Request for tests", "Full blood count", "fasting", "At once (stat)", "LIC-"] {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    assert!(!page.says("Amoxicillin"));
    is_pdf(&room.doctor.get(&format!("{both}/tests/pdf")).await.expect(200), "-tests.pdf");

    let cream = [("medicine", "Zinc ointment"), ("instructions", "thinly"), ("valid_until", "2026-07-15")];
    let medicine = prescribed(&room, &cream).await;
    room.doctor.get(&format!("{medicine}/tests/print")).await.expect(404);
    assert!(!room.doctor.get(&medicine).await.expect(200).body.contains("/tests/print"));
}

async fn a_signed_visit_and_the_chart_have_their_summaries(app: TestApp) {
    let room = Room::of(&app).await;
    let stranger = app.sign_in(Role::Doctor).await;
    let allergy = [("substance", "Penicillin"), ("reaction", "Rash"), ("severity", "severe")];
    room.doctor.post(&format!("/patients/{}/allergies", room.patient), &allergy).await.expect(303);
    prescribed(&room, &[&LINE[..], &[("override_reason", "No other works")]].concat()).await;
    let path = room.start().await;
    room.doctor.get(&format!("{path}/pdf")).await.expect(409);
    let fields =
        [("version", "1"), ("symptoms", "Cough since Monday"), ("pulse", "72"), ("dx_code", ""), ("dx_text", "Cold")];
    room.doctor.post(&format!("{path}/sign"), &fields).await.expect(303);
    let page = room.doctor.get(&format!("{path}/print")).await.expect(200);
    assert!(page.says("Cough since Monday") && page.says("72 /min") && page.says("Cold"), "{}", page.words());
    is_pdf(&room.doctor.get(&format!("{path}/pdf")).await.expect(200), "visit-");

    let summary = format!("/patients/{}/summary", room.patient);
    let page = room.doctor.get(&summary).await.expect(200);
    for words in ["Patient summary", "Penicillin (severe): Rash", "Pulse", "72 /min"] {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    is_pdf(&room.doctor.get(&format!("{summary}/pdf")).await.expect(200), "-summary.pdf");
    for path in [summary.clone(), format!("{summary}/pdf"), format!("{path}/pdf")] {
        stranger.get(&path).await.expect(404);
    }
}

async fn every_paper_leaves_its_audit_row(app: TestApp) {
    let room = Room::of(&app).await;
    let path = prescribed(&room, &[&LINE[..], &TEST[..]].concat()).await;
    let summary = format!("/patients/{}/summary", room.patient);
    for (base, entity) in
        [(path.as_str(), "prescription"), (&format!("{path}/tests"), "test_request"), (&summary, "patient")]
    {
        let print = if base == summary { base.to_owned() } else { format!("{base}/print") };
        for (address, verb) in [(print, "printed"), (format!("{base}/pdf"), "downloaded")] {
            room.doctor.get(&address).await.expect(200);
            let rows = audit_log::table
                .filter(audit_log::action.eq(verb))
                .filter(audit_log::entity.eq(entity))
                .filter(audit_log::patient_id.eq(room.patient.0));
            let found: i64 = app.read(|db| Ok(rows.count().get_result(db)?));
            assert_eq!(found, 1, "{address}");
        }
    }
}
