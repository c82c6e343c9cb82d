//! The whiteboard of a prescription: strokes are kept, shown and printed as SVG; what is no drawing is refused.

use diesel::prelude::*;
use infirmary::db::schema::prescriptions;

use crate::prescriptions::care;
use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(a_drawing_is_saved_shown_and_printed);
    suite.both(what_is_no_drawing_is_refused_and_nothing_typed_is_lost);
    suite.both(a_drawing_of_fifty_megabytes_is_refused_at_once);
}

const DRAWN: &str = r##"{"background":"body","strokes":[{"ink":"red","width":6,"points":[100,100,120,140,160,150]}]}"##;
const LINE: [(&str, &str); 4] =
    [("medicine", "Betamethasone cream"), ("dose", ""), ("instructions", "thinly"), ("valid_until", "2026-07-15")];

async fn a_drawing_is_saved_shown_and_printed(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let blank = doctor.get(&format!("/prescriptions/new?patient={patient}")).await.expect(200);
    assert_eq!(blank.input("whiteboard").as_deref(), Some(""));
    let fields = [&[("patient", patient.as_str()), ("whiteboard", DRAWN)], &LINE[..]].concat();
    let path = doctor.post("/prescriptions", &fields).await.expect(303).location().to_owned();

    // The form carries it, so that it is sent back as it was where nothing can be drawn.
    let edit = doctor.get(&format!("{path}/edit")).await.expect(200);
    assert_eq!(edit.input("whiteboard").as_deref(), Some(DRAWN));
    let words = "1 stroke on the outline of a body";
    let line = r##"<path d="M100 100Q120 140 140 145L160 150" stroke="#c41c1c" stroke-width="6"/>"##;
    let shown = doctor.get(&path).await.expect(200);
    assert!(shown.body.contains(line) && shown.body.contains(words));

    let submitted = [&[("version", "1"), ("whiteboard", DRAWN), ("then", "submit")], &LINE[..]].concat();
    doctor.post(&format!("{path}/edit"), &submitted).await.expect(303);
    let paper = doctor.get(&format!("{path}/print")).await.expect(200);
    assert!(paper.body.contains(line) && paper.body.contains(words));

    // What is written again is the medicines, not the drawing.
    let again = doctor.post(&format!("{path}/repeat"), &[]).await.expect(303);
    assert_eq!(doctor.get(again.location()).await.expect(200).input("whiteboard").as_deref(), Some(""));
}

async fn what_is_no_drawing_is_refused_and_nothing_typed_is_lost(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let patient = patient.to_string();
    let script = r#"{"strokes":[{"ink":"red\"/><script>alert(1)</script>","width":6,"points":[1,1]}]}"#;
    let large = "[".repeat(250_000);
    for (wrong, why) in [("nonsense", "cannot be read"), (script, "cannot be read"), (&large, "too large")] {
        let fields = [&[("patient", patient.as_str()), ("whiteboard", wrong)], &LINE[..]].concat();
        let page = doctor.post("/prescriptions", &fields).await.expect(422);
        assert!(page.says(why), "{why}: {:.300}", page.words());
        assert_eq!(page.input("medicine").as_deref(), Some("Betamethasone cream"));
        let kept = page.input("whiteboard").map(|json| json.replace("&#60;", "<").replace("&#62;", ">"));
        assert_eq!(kept.as_deref(), Some(wrong));
        assert!(!page.body.contains("<script>alert"));
    }
    let count: i64 = app.read(|db| Ok(prescriptions::table.count().get_result(db)?));
    assert_eq!(count, 0);
}

async fn a_drawing_of_fifty_megabytes_is_refused_at_once(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let huge = "1".repeat(50 * 1024 * 1024);
    doctor.post("/prescriptions", &[("patient", &patient.to_string()), ("whiteboard", &huge)]).await.expect(413);
}
