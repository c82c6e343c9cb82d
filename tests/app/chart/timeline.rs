//! The timeline: everything in order, page by page, with the same number of queries however long it is.

use chrono::TimeDelta;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::patients::model::PatientId;

use super::{care, own};
use crate::support::app::Visitor;
use crate::support::{Suite, TestApp, chart, factory, queries};

pub fn tests(suite: &mut Suite) {
    suite.both(everything_stands_in_order_and_can_be_narrowed);
    suite.both(pages_follow_each_other_without_a_gap);
    suite.both(a_long_chart_needs_no_more_queries_than_a_short_one);
}

async fn everything_stands_in_order_and_can_be_narrowed(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let (now, user) = (app.now(), doctor.user_id);
    app.write(move |db| {
        let ago = |days: i64| now - TimeDelta::days(days);
        chart::allergy(db, patient, "Latex", ago(500))?;
        chart::condition(db, patient, "Asthma", ago(400))?;
        chart::told(db, patient, "Ramipril", ago(300))?;
        chart::vitals(db, patient, (118, 76), ago(200))?;
        factory::submitted_prescription(db, patient, ago(100))?;
        factory::signed_visit(db, patient, ago(50))?;
        let own = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, own, now + TimeDelta::days(7), AppointmentStatus::Confirmed)?;
        Ok(())
    });
    let path = format!("/patients/{patient}/timeline");
    let page = doctor.get(&path).await.expect(200);
    let order = ["Check-up", "Paracetamol 500 mg", "118/76", "Ramipril", "Asthma", "Latex"];
    let places: Vec<usize> = order.iter().map(|words| page.body.rfind(words).unwrap_or(0)).collect();
    let main = page.body.find("<main").unwrap_or(0);
    assert!(places.iter().all(|place| *place > main), "{places:?} {}", page.words());
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?} {}", page.words());
    for (kind, words) in [
        ("visit", "Visit"),
        ("prescription", "Paracetamol 500 mg"),
        ("vitals", "118/76"),
        ("condition", "Asthma"),
        ("allergy", "Latex"),
        ("medication", "Ramipril"),
        ("appointment", "Check-up"),
    ] {
        let page = doctor.get(&format!("{path}?kind={kind}")).await.expect(200);
        let list = page.body.split_once("class=\"timeline-day\"").map_or("", |(_, rest)| rest).to_owned();
        assert!(list.contains(words), "{kind}: {}", page.words());
        let others = order.iter().filter(|other| list.contains(*other) && **other != words).count();
        assert_eq!(others, 0, "{kind}: {}", page.words());
    }
    let some = doctor.get(&format!("{path}?from=2025-05-01&until=2025-06-15")).await.expect(200);
    let list = some.body.split_once("class=\"timeline-day\"").map_or("", |(_, rest)| rest).to_owned();
    assert!(list.contains("Asthma") && !list.contains("Ramipril") && !list.contains("Latex"), "{}", some.words());
    assert!(doctor.get(&format!("{path}?until=1990-01-01")).await.expect(200).says("Nothing of this kind"));
    for junk in ["kind=everything", "from=yesterday", "after=1-2-3", "after=%00", "until=9999-99-99", "from=2200-01-01"]
    {
        doctor.get(&format!("{path}?{junk}")).await.expect(200);
    }
    let reader = own(&app, patient).await;
    assert!(reader.get(&path).await.expect(200).says("Ramipril"));
}

/// All pages from the first on: the dates and titles of what they say.
async fn walk(who: &Visitor, path: &str) -> (usize, String) {
    let (mut pages, mut all, mut next) = (0, String::new(), path.to_owned());
    loop {
        let page = who.get(&next).await.expect(200);
        pages += 1;
        all.push_str(&page.body);
        let older = page.body.find("rel=\"next\"").and_then(|at| {
            let tag = page.body.get(page.body.get(..at)?.rfind("href=\"")? + 6..)?;
            Some(tag.split_once('"')?.0.replace("&#38;", "&").replace("&amp;", "&"))
        });
        match older {
            Some(href) if pages < 50 => next = href,
            _ => return (pages, all),
        }
    }
}

async fn pages_follow_each_other_without_a_gap(app: TestApp) {
    let (doctor, patient) = care(&app).await;
    let now = app.now();
    app.write(move |db| {
        // Many at the very same time, so that the place of each decides.
        for n in 0..45_i32 {
            chart::vitals(db, patient, (100 + n, 60), now)?;
            chart::condition(db, patient, &format!("Condition-{n:02}."), now)?;
        }
        Ok(())
    });
    let (pages, all) = walk(&doctor, &format!("/patients/{patient}/timeline")).await;
    assert_eq!(pages, 4, "91 events in pages of 30");
    for n in 0..45 {
        let lines = all.matches(&format!("Blood pressure {}/60", 100 + n)).count();
        assert_eq!(lines, 1, "{n}");
        let title = format!("history-title\">Condition-{n:02}.");
        assert_eq!(all.matches(&title).count(), 1, "{n}");
    }
}

async fn fill(app: &TestApp, doctor: &Visitor, patient: PatientId, visits: i64, values: i64, papers: i64) {
    let (now, user) = (app.now(), doctor.user_id);
    app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        for n in 0..visits {
            let at = now - TimeDelta::days(n + 1);
            let id = infirmary::encounters::queries::insert(db, patient, own, None, at.date(), at)?;
            infirmary::encounters::queries::sign(db, id, 1, at)?;
        }
        for n in 0..values {
            chart::vitals(db, patient, (110 + i32::try_from(n % 20).unwrap_or(0), 70), now - TimeDelta::hours(n + 1))?;
        }
        for n in 0..papers {
            prescription(db, patient, own, now - TimeDelta::days(n))?;
        }
        Ok(())
    });
}

/// A submitted prescription of this doctor.
fn prescription(
    db: &mut infirmary::db::DbConnection,
    patient: PatientId,
    doctor: infirmary::doctors::model::DoctorId,
    at: chrono::NaiveDateTime,
) -> Result<(), infirmary::error::AppError> {
    use infirmary::prescriptions::model::{Content, Medication};
    let line = Medication { medicine: "Paracetamol 500 mg".to_owned(), ..Medication::default() };
    let content = Content { medications: vec![line], ..Content::default() };
    let occasion = infirmary::prescriptions::queries::Occasion { patient, encounter: None, appointment: None };
    let id = infirmary::prescriptions::queries::insert(db, doctor, occasion, &content, at)?;
    infirmary::prescriptions::queries::submit(db, id, 1, &[], "", at)?;
    Ok(())
}

async fn a_long_chart_needs_no_more_queries_than_a_short_one(app: TestApp) {
    let (doctor, short) = care(&app).await;
    fill(&app, &doctor, short, 1, 1, 1).await;
    let (now, user) = (app.now(), doctor.user_id);
    let long = app.write(move |db| {
        let patient = factory::patient(db, now)?;
        let own = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, own, now + TimeDelta::hours(2), AppointmentStatus::Confirmed)?;
        Ok(patient)
    });
    fill(&app, &doctor, long, 500, 2000, 300).await;
    for page in ["", "/chart", "/vitals?period=all", "/timeline", "/visits", "/prescriptions"] {
        let mut counts = Vec::new();
        for patient in [short, long] {
            let path = format!("/patients/{patient}{page}");
            // Once before, so that what is asked only once is not counted.
            doctor.get(&path).await.expect(200);
            let before = queries::asked(&app);
            doctor.get(&path).await.expect(200);
            counts.push(queries::asked(&app) - before);
        }
        assert!(counts[0] > 3, "{page}: queries are counted: {counts:?}");
        assert_eq!(counts[0], counts[1], "{page:?} of a chart with 500 visits, 2,000 values and 300 prescriptions");
    }
}
