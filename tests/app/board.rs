//! Reception's day board: its columns, filters, marks and buttons, and how it refreshes itself.

use chrono::TimeDelta;
use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::appointments::model::{AppointmentId, AppointmentStatus};
use infirmary::db::schema::{allergies, appointments, audit_log, patients, settings};
use infirmary::doctors::model::DoctorId;
use strum::VariantArray;

use crate::support::{Reply, Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(each_state_has_its_column_and_its_next_step);
    suite.both(a_step_leads_back_to_the_filtered_board_and_says_what_was_done);
    suite.both(the_list_shows_the_same_day_in_order_of_time);
    suite.both(an_empty_day_says_what_to_do);
    suite.both(filters_stand_in_the_address_and_narrow_the_day);
    suite.both(filters_that_cannot_be_read_count_as_not_asked_for);
    suite.both(a_long_wait_is_marked_by_the_hospitals_limit);
    suite.both(the_day_begins_and_ends_by_the_hospitals_clock);
    suite.both(an_allergy_is_marked_for_those_who_may_know);
    suite.both(an_unchanged_day_answers_nothing_and_a_changed_one_its_part);
    suite.both(one_look_is_one_row_however_often_the_page_refreshes);
    suite.both(another_filter_is_another_look);
    suite.both(a_refreshing_page_does_not_keep_its_person_signed_in);
    suite.both(the_day_is_printed_by_doctor_and_recorded);
    suite.both(a_full_day_stays_small);
}

/// An appointment today at this time of a patient of this name.
fn book(app: &TestApp, name: &'static str, doctor: DoctorId, at: &str, status: AppointmentStatus) -> AppointmentId {
    let (now, at) = (app.now(), app.utc(&format!("2026-06-15 {at}")));
    app.write(move |db| {
        let patient = factory::patient(db, now)?;
        diesel::update(patients::table.find(patient)).set(patients::first_name.eq(name)).execute(db)?;
        factory::visit(db, patient, doctor, at, status, now)
    })
}

fn doctor(app: &TestApp) -> DoctorId {
    let now = app.now();
    app.write(move |db| factory::doctor(db, now))
}

/// The part of the page from a column's heading to the next one.
fn column<'a>(page: &'a Reply, label: &str) -> &'a str {
    let at = page.body.find(&format!(">{label}</h2>")).expect("the column is there");
    let rest = &page.body[at..];
    &rest[..rest.find("</section>").expect("it ends")]
}

async fn each_state_has_its_column_and_its_next_step(app: TestApp) {
    use AppointmentStatus::{Cancelled, CheckedIn, Completed, Confirmed, InProgress, NoShow, Scheduled};
    let doctor = doctor(&app);
    let expected = [
        (Scheduled, "Zita", "09:00", "Booked", Some("confirm")),
        (Confirmed, "Yara", "09:20", "Confirmed", Some("check-in")),
        (CheckedIn, "Xaver", "09:40", "Waiting", None),
        (InProgress, "Wanda", "10:00", "With the doctor", None),
        (Completed, "Viggo", "10:20", "Done", None),
        (Cancelled, "Ute", "10:40", "Away", None),
        (NoShow, "Tadeusz", "11:00", "Away", None),
    ];
    assert_eq!(expected.len(), AppointmentStatus::VARIANTS.len(), "every state is tried");
    let mut ids = Vec::new();
    for (status, name, at, ..) in expected {
        ids.push(book(&app, name, doctor, at, status));
    }
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/board").await.expect(200);
    for ((status, name, at, label, next), id) in expected.into_iter().zip(ids) {
        let part = column(&page, label);
        assert!(part.contains(name) && part.contains(at), "{name} in {label}");
        let primary = format!("id=\"n{id}\" form=\"steps\" formaction=\"/appointments/{id}/");
        assert_eq!(part.contains(&primary), next.is_some(), "{status:?} has a next step for the desk or not");
        if let Some(next) = next {
            assert!(part.contains(&format!("{primary}{next}\"")), "{status:?} leads to {next}");
        }
        let may_cancel = matches!(status, Scheduled | Confirmed | CheckedIn);
        assert_eq!(part.contains(&format!("/appointments/{id}/cancel?next=/board")), may_cancel, "{status:?}");
        let may_move = matches!(status, Scheduled | Confirmed);
        assert_eq!(part.contains(&format!("/appointments/{id}/reschedule?next=/board")), may_move, "{status:?}");
        assert!(!part.contains(&format!("/appointments/{id}/start")), "the desk starts no visit");
        assert!(part.contains(&format!("href=\"/appointments/{id}\"")), "each can be opened");
    }
    assert!(column(&page, "Away").contains("Cancelled") && column(&page, "Away").contains("Did not come"));
    assert!(column(&page, "Away").contains("board-count\">2<"));
    // Nobody has missed what has not begun; afterwards the desk may say so.
    assert!(!page.body.contains("/no-show"));
    app.set_time("2026-06-15 09:05");
    let later = app.sign_in(Role::Receptionist).await.get("/board").await.expect(200);
    assert!(column(&later, "Booked").contains("/no-show") && column(&later, "Booked").contains("overdue"));
    assert!(!column(&later, "Confirmed").contains("/no-show"));
}

async fn a_step_leads_back_to_the_filtered_board_and_says_what_was_done(app: TestApp) {
    let doctor = doctor(&app);
    let id = book(&app, "Anna", doctor, "09:00", AppointmentStatus::Scheduled);
    let desk = app.sign_in(Role::Receptionist).await;
    let board = format!("/board?doctor={doctor}&view=list");
    let step = |step: &str| format!("/appointments/{id}/{step}");
    let sent = desk.post(&step("confirm"), &[("version", "1"), ("next", &board)]).await.expect(303);
    assert_eq!(sent.location(), board);
    // The script's answer is the day's part with the message in it; it follows the redirect with the same mark.
    let flash =
        sent.header("set-cookie").expect("the message travels in a cookie").split(';').next().unwrap_or_default();
    let cookies = format!("{}; {flash}", desk.cookie.clone().unwrap_or_default());
    let mut with_flash = desk.clone();
    with_flash.cookie = Some(cookies);
    let part = with_flash.get_with(&board, &[("HX-Request", "true")]).await.expect(200);
    assert!(part.body.contains("data-flash=\"success\"") && part.says("was confirmed"), "{}", part.words());
    assert!(part.body.contains(&format!("/appointments/{id}/check-in")));

    // A board that is older than the appointment changes nothing.
    desk.post(&step("check-in"), &[("version", "1"), ("next", &board)]).await.expect(409);
    desk.post(&step("check-in"), &[("version", "2"), ("next", &board)]).await.expect(303);
    assert!(column(&desk.get("/board").await, "Waiting").contains("Anna"));
    let outside = desk.post(&step("cancel"), &[("version", "3"), ("reason", "Ill"), ("next", "//evil.example")]).await;
    assert_eq!(outside.expect(303).location(), "/");
}

async fn the_list_shows_the_same_day_in_order_of_time(app: TestApp) {
    let doctor = doctor(&app);
    book(&app, "Later", doctor, "15:00", AppointmentStatus::Scheduled);
    book(&app, "Sooner", doctor, "09:00", AppointmentStatus::Completed);
    book(&app, "Between", doctor, "11:00", AppointmentStatus::CheckedIn);
    let page = app.sign_in(Role::Receptionist).await.get("/board?view=list").await.expect(200);
    let place = |name: &str| page.body.find(&format!(">{name} ")).expect("it is listed");
    assert!(place("Sooner") < place("Between") && place("Between") < place("Later"));
    assert!(page.body.contains("name=\"next\" value=\"/board?view=list\""), "a step leads back to this view");
    assert!(page.says("Waiting <b>1</b>"), "{}", page.words());
}

async fn an_empty_day_says_what_to_do(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/board").await.expect(200);
    assert!(page.says("Nobody is booked on this day") && page.says("Book an appointment"));
    assert!(page.says("Monday, 15 June 2026") && page.says("Register a patient"));
    assert!(desk.get("/board?doctor=7").await.expect(200).says("Show everybody"));
    assert!(desk.get("/board/print").await.expect(200).says("Nobody is booked on this day."));
}

async fn filters_stand_in_the_address_and_narrow_the_day(app: TestApp) {
    let (one, other) = (doctor(&app), doctor(&app));
    book(&app, "Anna", one, "09:00", AppointmentStatus::Scheduled);
    book(&app, "Berta", other, "09:00", AppointmentStatus::Scheduled);
    let department = app.read(move |db| {
        use infirmary::db::schema::doctors;
        Ok(doctors::table
            .find(other)
            .select(doctors::department_id)
            .first::<infirmary::departments::model::DepartmentId>(db)?)
    });
    let desk = app.sign_in(Role::Receptionist).await;
    let both = desk.get("/board").await.expect(200);
    assert!(both.says("Anna") && both.says("Berta"));
    let by_doctor = desk.get(&format!("/board?doctor={one}")).await.expect(200);
    assert!(by_doctor.says("Anna") && !by_doctor.says("Berta"));
    assert!(by_doctor.body.contains(&format!("value=\"/board?doctor={one}\"")), "steps lead back to the filtered day");
    let by_department = desk.get(&format!("/board?department={department}&view=list")).await.expect(200);
    assert!(!by_department.says("Anna") && by_department.says("Berta"));
    let tomorrow = desk.get("/board?date=2026-06-16").await.expect(200);
    assert!(!tomorrow.says("Anna") && tomorrow.says("Tuesday, 16 June 2026"));
    assert!(tomorrow.body.contains("href=\"/board?date=2026-06-17\"") && tomorrow.body.contains("href=\"/board\""));
}

async fn filters_that_cannot_be_read_count_as_not_asked_for(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    for query in
        ["date=2026-02-30", "date=x&doctor=-1", "department=99999999999999999999", "view=%00", "date=2200-12-31"]
    {
        for path in ["/board", "/board/print", "/calendar", "/calendar/events"] {
            desk.get(&format!("{path}?{query}"))
                .await
                .expect(if path.contains("calendar") && query.contains("doctor=-1") { 404 } else { 200 });
        }
    }
}

async fn a_long_wait_is_marked_by_the_hospitals_limit(app: TestApp) {
    app.write(|db| {
        diesel::update(settings::table).set(settings::waiting_limit_minutes.eq(25)).execute(db)?;
        Ok(())
    });
    let doctor = doctor(&app);
    book(&app, "Anna", doctor, "09:00", AppointmentStatus::CheckedIn);
    app.set_time("2026-06-15 08:24");
    let desk = app.sign_in(Role::Receptionist).await;
    let soon = desk.get("/board").await.expect(200);
    assert!(!soon.body.contains("is-late") && soon.body.contains("data-late-after=\"25\""));
    app.set_time("2026-06-15 08:26");
    for view in ["/board", "/board?view=list"] {
        let late = desk.get(view).await.expect(200);
        assert!(late.body.contains("is-late"), "{view}");
    }
}

async fn the_day_begins_and_ends_by_the_hospitals_clock(app: TestApp) {
    // Half past midnight in Auckland is the day before in UTC, and its spring forward leaves out two o'clock.
    app.write(|db| {
        diesel::update(settings::table).set(settings::time_zone.eq("Pacific/Auckland")).execute(db)?;
        Ok(())
    });
    let doctor = doctor(&app);
    let now = app.now();
    let zone = infirmary::time::Zone::named("Pacific/Auckland").expect("a real zone");
    for (name, local) in [("Eve", "2026-09-26 23:30"), ("Early", "2026-09-27 00:30"), ("Late", "2026-09-27 23:30")] {
        let local = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a literal");
        let at = zone.utc(local).expect("it exists");
        app.write(move |db| {
            let patient = factory::patient(db, now)?;
            diesel::update(patients::table.find(patient)).set(patients::first_name.eq(name)).execute(db)?;
            factory::visit(db, patient, doctor, at, AppointmentStatus::Scheduled, now)
        });
    }
    let page = app.sign_in(Role::Receptionist).await.get("/board?date=2026-09-27").await.expect(200);
    assert!(page.says("Sunday, 27 September 2026"));
    assert!(!page.says("Eve ") && page.says("Early ") && page.says("Late "), "{}", page.words());
    assert!(page.says("00:30") && page.says("23:30"));
}

async fn an_allergy_is_marked_for_those_who_may_know(app: TestApp) {
    let doctor = doctor(&app);
    let id = book(&app, "Anna", doctor, "09:00", AppointmentStatus::Scheduled);
    let now = app.now();
    app.write(move |db| {
        let patient: infirmary::patients::model::PatientId =
            appointments::table.find(id).select(appointments::patient_id).first(db)?;
        diesel::insert_into(allergies::table)
            .values((
                allergies::patient_id.eq(patient),
                allergies::substance.eq("Penicillin"),
                allergies::substance_key.eq("penicillin"),
                allergies::severity.eq("severe"),
                allergies::noted_at.eq(now),
            ))
            .execute(db)?;
        Ok(())
    });
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/board").await.expect(200);
    assert!(page.body.contains("state-alarm") && !page.says("Penicillin"));
    assert!(desk.get("/board/print").await.expect(200).says("! allergy"));
    assert!(!app.sign_in(Role::Admin).await.get("/board").await.expect(200).body.contains("state-alarm"));
}

fn refresh_of(page: &Reply) -> String {
    let at = page.body.find("data-refresh=\"").expect("the part says where it comes from") + 14;
    page.body[at..].split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&")
}

async fn an_unchanged_day_answers_nothing_and_a_changed_one_its_part(app: TestApp) {
    let doctor = doctor(&app);
    book(&app, "Anna", doctor, "09:00", AppointmentStatus::Confirmed);
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/board").await.expect(200);
    let htmx = [("HX-Request", "true")];
    let refresh = refresh_of(&page);
    let nothing = desk.get_with(&refresh, &htmx).await.expect(204);
    assert!(nothing.body.is_empty());
    // The minutes that pass are no change: the browser counts them itself.
    app.set_time("2026-06-15 08:10");
    desk.get_with(&refresh, &htmx).await.expect(204);

    let part = desk.get_with("/board", &htmx).await.expect(200);
    let whole = desk.get("/board").await.expect(200);
    assert!(!part.body.contains("<html"), "only the day's part is sent");
    assert!(whole.body.contains(part.body.trim()), "and it is the very part of the page");

    book(&app, "Berta", doctor, "10:00", AppointmentStatus::Scheduled);
    let changed = desk.get_with(&refresh, &htmx).await.expect(200);
    assert!(changed.says("Berta") && refresh_of(&changed) != refresh);
    desk.get_with(&refresh_of(&changed), &htmx).await.expect(204);
    // A wait that becomes too long is a change.
    let waiting = book(&app, "Clara", doctor, "11:00", AppointmentStatus::CheckedIn);
    let before = refresh_of(&desk.get("/board").await.expect(200));
    app.clock.stop_at(app.now() + TimeDelta::minutes(120));
    let desk = app.sign_in(Role::Receptionist).await;
    let late = desk.get_with(&before, &htmx).await.expect(200);
    assert!(late.body.contains("is-late") && late.body.contains(&format!("id=\"p{waiting}\"")));
    // Without the mark of a script the whole page comes, whatever it has seen.
    assert!(desk.get(&refresh_of(&late)).await.expect(200).body.contains("<html"));
}

fn looks(app: &TestApp) -> Vec<(String, String)> {
    app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("day_board"))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::changes))
            .load(db)?)
    })
}

async fn one_look_is_one_row_however_often_the_page_refreshes(app: TestApp) {
    let doctor = doctor(&app);
    book(&app, "Anna", doctor, "09:00", AppointmentStatus::Confirmed);
    let desk = app.sign_in(Role::Receptionist).await;
    let refresh = refresh_of(&desk.get("/board").await.expect(200));
    let seen = looks(&app);
    assert_eq!(seen.len(), 1);
    assert!(seen[0].1.contains("2026-06-15") && seen[0].1.contains("\"count\":1"), "{}", seen[0].1);
    let htmx = [("HX-Request", "true")];
    desk.get_with(&refresh, &htmx).await.expect(204);
    book(&app, "Berta", doctor, "10:00", AppointmentStatus::Confirmed);
    desk.get_with(&refresh, &htmx).await.expect(200);
    assert_eq!(looks(&app).len(), 1, "a refresh is part of the same look");
    // Another day by the same means is another look, and so is the same day an hour later.
    desk.get_with("/board?date=2026-06-16", &htmx).await.expect(200);
    assert_eq!(looks(&app).len(), 2);
    app.clock.stop_at(app.now() + TimeDelta::minutes(14));
    desk.get("/board?date=2026-06-16").await.expect(200);
    assert_eq!(looks(&app).len(), 3, "opening the page is always recorded");
}

async fn another_filter_is_another_look(app: TestApp) {
    let (one, other) = (doctor(&app), doctor(&app));
    book(&app, "Anna", one, "09:00", AppointmentStatus::Confirmed);
    let desk = app.sign_in(Role::Receptionist).await;
    desk.get(&format!("/board?doctor={one}")).await.expect(200);
    let htmx = [("HX-Request", "true")];
    for again in [format!("/board?doctor={one}"), format!("/board?doctor={one}&view=list")] {
        desk.get_with(&again, &htmx).await.expect(200);
        assert_eq!(looks(&app).len(), 1, "{again}");
    }
    let filters =
        [format!("doctor={other}"), "department=1".to_owned(), format!("department=1&doctor={one}"), String::new()];
    for (n, filter) in filters.into_iter().enumerate() {
        for _ in 0..2 {
            desk.get_with(&format!("/board?{filter}"), &htmx).await.expect(200);
            assert_eq!(looks(&app).len(), n + 2, "{filter}");
        }
    }
    let notes: Vec<String> = looks(&app).into_iter().map(|(_, notes)| notes).collect();
    assert!(notes[0].contains(&format!("\"doctor\":{one}")) && notes[3].contains("\"department\":1"), "{notes:?}");
}

async fn a_refreshing_page_does_not_keep_its_person_signed_in(app: TestApp) {
    let desk = app.sign_in(Role::Receptionist).await;
    let refresh = refresh_of(&desk.get("/board").await.expect(200));
    let background = [("HX-Request", "true"), ("X-Background", "1")];
    for minute in ["08:05", "08:10", "08:14"] {
        app.set_time(&format!("2026-06-15 {minute}"));
        desk.get_with(&refresh, &background).await.expect(204);
    }
    app.set_time("2026-06-15 08:16");
    desk.get_with(&refresh, &background).await.expect(401);
}

async fn the_day_is_printed_by_doctor_and_recorded(app: TestApp) {
    let (one, other) = (doctor(&app), doctor(&app));
    book(&app, "Anna", one, "10:00", AppointmentStatus::Scheduled);
    book(&app, "Berta", other, "09:00", AppointmentStatus::Scheduled);
    book(&app, "Clara", one, "08:40", AppointmentStatus::Scheduled);
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get("/board/print").await.expect(200);
    assert!(page.says("Saint Roch") && page.says("3 appointments"), "the letterhead and the number");
    assert_eq!(page.body.matches("<table").count(), 2, "a table for each doctor");
    let place = |name: &str| page.body.find(name).expect("it is listed");
    assert!(place("Clara") < place("Anna"), "by time within a doctor");
    assert!(!page.body.contains("class=\"sidebar\""));
    assert_eq!(looks(&app).iter().filter(|(action, _)| action == "printed").count(), 1);
}

async fn a_full_day_stays_small(app: TestApp) {
    let now = app.now();
    let from = app.utc("2026-06-15 08:00");
    app.write(move |db| {
        for _ in 0..10 {
            let doctor = factory::doctor(db, now)?;
            for slot in 0..20 {
                let patient = factory::patient(db, now)?;
                let status = AppointmentStatus::VARIANTS[slot % AppointmentStatus::VARIANTS.len()];
                let at = from + TimeDelta::minutes(20 * i64::try_from(slot).unwrap_or(0));
                factory::visit(db, patient, doctor, at, status, now)?;
            }
        }
        Ok(())
    });
    let desk = app.sign_in(Role::Receptionist).await;
    for view in ["/board", "/board?view=list"] {
        let page = desk.get(view).await.expect(200);
        assert_eq!(page.body.matches("data-words=").count(), 200);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        std::io::Write::write_all(&mut packed, page.body.as_bytes()).expect("memory takes it");
        let size = packed.finish().expect("it ends").len();
        assert!(size <= 30 * 1024, "{view} is {size} bytes compressed");
    }
}
