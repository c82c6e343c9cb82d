//! The hours of doctors: setting them, exceptions, the resulting week, and the appointments that a change leaves outside.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::db::schema::{audit_log, availability, availability_exceptions, doctors};
use infirmary::doctors::model::DoctorId;
use infirmary::schedule;
use infirmary::time::{Zone, parse_date};

use crate::support::app::TIME_ZONE;
use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_doctor_sets_the_whole_week_with_one_form);
    suite.both(hours_that_are_wrong_say_so_beside_the_field);
    suite.both(hours_that_overlap_name_the_others);
    suite.both(overlapping_hours_sent_at_once_are_saved_once);
    suite.both(overlapping_edits_at_once_leave_no_overlap);
    suite.both(a_form_of_hours_sent_twice_adds_them_once);
    suite.both(a_stale_edit_of_hours_shows_both_versions);
    suite.both(an_administrator_changes_everybodys_hours_and_the_desk_looks);
    suite.both(time_off_and_extra_hours_change_the_resulting_week);
    suite.both(exceptions_that_are_wrong_say_so);
    suite.both(changes_that_strand_appointments_list_them_first);
    suite.both(time_off_over_an_appointment_lists_it_first);
    suite.both(the_clock_change_makes_no_slot_twice);
    suite.both(every_change_of_hours_is_in_the_audit_log);
}

const MORNING: [(&str, &str); 4] = [("start", "09:00"), ("end", "12:00"), ("slot_minutes", "20"), ("is_active", "yes")];

/// A doctor who is signed in, and their own hours' address.
async fn doctor(app: &TestApp) -> (Visitor, DoctorId, String) {
    let me = app.sign_in(Role::Doctor).await;
    let user = me.user_id;
    let id: DoctorId =
        app.read(move |db| Ok(doctors::table.filter(doctors::user_id.eq(user)).select(doctors::id).first(db)?));
    (me, id, format!("/doctors/{id}/availability"))
}

fn on<'a>(days: &[&'a str], fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    days.iter().map(|day| ("days", *day)).chain(fields.iter().copied()).collect()
}

fn rows(app: &TestApp, id: DoctorId) -> Vec<(i64, i32, i32, i32)> {
    app.read(move |db| {
        Ok(availability::table
            .filter(availability::doctor_id.eq(id))
            .filter(availability::is_active.eq(true))
            .order((availability::day_of_week, availability::start_minute))
            .select((availability::id, availability::day_of_week, availability::start_minute, availability::end_minute))
            .load(db)?)
    })
}

async fn a_doctor_sets_the_whole_week_with_one_form(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    assert_eq!(me.get("/availability").await.expect(303).location(), path);
    assert!(me.get(&path).await.expect(200).says("No weekly hours yet"));
    let days = ["1", "2", "3", "4", "5"];
    assert_eq!(me.post(&path, &on(&days, &MORNING)).await.expect(303).location(), path);
    let afternoon = [("start", "14:00"), ("end", "00:00"), ("slot_minutes", "30"), ("is_active", "yes")];
    me.post(&path, &on(&["1"], &afternoon)).await.expect(303);
    let page = me.get(&path).await.expect(200);
    for words in ["Monday", "Friday", "09:00 – 12:00", "14:00 – 24:00", "9 × 20 min", "29 slots"] {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    assert_eq!(rows(&app, id).len(), 6);
    let next = me.get(&format!("{path}?week=2026-06-20")).await.expect(200);
    assert!(next.says("20 Jun 2026 – 26 Jun 2026") && next.says("week=2026-06-13"), "{}", next.words());
    for week in ["x", "9999-99-99", "0000-00-00", "2200-12-31", "1850-01-01", "%00"] {
        me.get(&format!("{path}?week={week}")).await.expect(200);
    }
}

async fn hours_that_are_wrong_say_so_beside_the_field(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    for (days, field, value, message) in [
        (vec![], "start", "09:00", "Choose at least one weekday."),
        (vec!["9"], "start", "09:00", "Choose at least one weekday."),
        (vec!["1"], "start", "12:00", "The hours end before they begin."),
        (vec!["1"], "end", "08:00", "The hours end before they begin."),
        (vec!["1"], "end", "", "Enter when the hours end."),
        (vec!["1"], "start", "nine", "Enter a time, such as 09:30."),
        (vec!["1"], "slot_minutes", "181", "A slot is longer than the hours"),
        (vec!["1"], "slot_minutes", "0", "from 5 to 240"),
        (vec!["1"], "slot_minutes", "99999999999", "from 5 to 240"),
        (vec!["1"], "valid_to", "2026-02-30", "Enter a real date"),
    ] {
        let fields: Vec<(&str, &str)> =
            MORNING.iter().filter(|(name, _)| *name != field).copied().chain([(field, value)]).collect();
        let page = me.post(&path, &on(&days, &fields)).await.expect(422);
        assert!(page.says(message), "{days:?} {field}={value}: {}", page.words());
    }
    let validity = [&MORNING[..], &[("valid_from", "2026-07-01"), ("valid_to", "2026-06-30")]].concat();
    let page = me.post(&path, &on(&["1"], &validity)).await.expect(422);
    assert!(
        page.says("The last day is before the first.") && page.input("valid_from").as_deref() == Some("2026-07-01")
    );
    assert_eq!(rows(&app, id), []);
}

async fn hours_that_overlap_name_the_others(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    me.post(&path, &on(&["1", "3"], &MORNING)).await.expect(303);
    let later = [("start", "11:30"), ("end", "13:00"), ("slot_minutes", "30"), ("is_active", "yes")];
    let page = me.post(&path, &on(&["2", "3"], &later)).await.expect(422);
    assert!(page.says("These hours overlap Wednesday 09:00 – 12:00."), "{}", page.words());
    assert_eq!(rows(&app, id).len(), 2, "of several days all are saved or none");
    // What follows without a gap, what is paused and what holds at another time are in nobody's way.
    let after = [("start", "12:00"), ("end", "13:00"), ("slot_minutes", "30"), ("is_active", "yes")];
    me.post(&path, &on(&["3"], &after)).await.expect(303);
    me.post(&path, &on(&["3"], &later[..3])).await.expect(303);
    let (row, ..) = rows(&app, id)[0];
    let until = [&MORNING[..], &[("version", "1"), ("valid_to", "2026-06-30")]].concat();
    me.post(&format!("{path}/{row}/edit"), &on(&["1"], &until)).await.expect(303);
    let from = [&later[..], &[("valid_from", "2026-07-01")]].concat();
    me.post(&path, &on(&["1"], &from)).await.expect(303);
    let before = [&later[..], &[("valid_from", "2026-06-30")]].concat();
    assert!(me.post(&path, &on(&["1"], &before)).await.expect(422).says("until 30 Jun 2026"));
}

async fn overlapping_hours_sent_at_once_are_saved_once(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    let starts: Vec<String> = (0..20).map(|n| format!("09:{n:02}")).collect();
    let sent = join_all(starts.iter().map(|start| {
        let fields = [("days", "1"), ("start", start), ("end", "12:00"), ("slot_minutes", "20"), ("is_active", "yes")];
        let (me, path) = (me.clone(), path.clone());
        async move { me.post(&path, &fields).await }
    }))
    .await;
    assert_eq!(sent.iter().filter(|r| r.status == 303).count(), 1);
    let refused: Vec<_> = sent.iter().filter(|r| r.status == 422).collect();
    assert_eq!(refused.len(), 19, "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert!(refused.iter().all(|r| r.says("These hours overlap")));
    assert_eq!(rows(&app, id).len(), 1);
}

async fn overlapping_edits_at_once_leave_no_overlap(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    let now = app.now();
    // Eight hours of the day, an hour each with an hour between, all widened at once to reach into the next.
    let ids = app.write(move |db| {
        (0..8)
            .map(|n| factory::hours(db, id, 1, (60 * (2 * n), 60 * (2 * n + 1), 30), now))
            .collect::<Result<Vec<_>, _>>()
    });
    let sent = join_all(ids.iter().enumerate().map(|(n, row)| {
        let (start, end) = (format!("{:02}:00", 2 * n), format!("{:02}:30", 2 * n + 2));
        let (me, path) = (me.clone(), format!("{path}/{row}/edit"));
        async move {
            let fields = [
                ("days", "1"),
                ("start", &*start),
                ("end", &*end),
                ("slot_minutes", "30"),
                ("is_active", "yes"),
                ("version", "1"),
            ];
            me.post(&path, &fields).await
        }
    }))
    .await;
    assert!(
        sent.iter().all(|r| [303, 422].contains(&r.status)),
        "{:?}",
        sent.iter().map(|r| r.status).collect::<Vec<_>>()
    );
    assert!(sent.iter().any(|r| r.status == 303), "the last can always grow");
    let rows = rows(&app, id);
    assert_eq!(rows.len(), 8);
    assert!(rows.windows(2).all(|pair| pair[0].3 <= pair[1].2), "{rows:?}");
}

async fn a_form_of_hours_sent_twice_adds_them_once(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    let once = me.get(&format!("{path}/new")).await.expect(200).input("_once").expect("forms carry their key");
    let fields = [&MORNING[..], &[("_once", once.as_str())]].concat();
    let sent = join_all((0..5).map(|_| {
        let (me, path, fields) = (me.clone(), path.clone(), on(&["1", "2"], &fields));
        async move { me.post(&path, &fields).await }
    }))
    .await;
    assert!(sent.iter().all(|r| r.status == 303), "{:?}", sent.iter().map(|r| r.status).collect::<Vec<_>>());
    assert_eq!(rows(&app, id).len(), 2);
}

async fn a_stale_edit_of_hours_shows_both_versions(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    let now = app.now();
    let row = app.write(move |db| factory::hours(db, id, 1, (540, 720, 30), now));
    let edit = format!("{path}/{row}/edit");
    let form = me.get(&edit).await.expect(200);
    assert_eq!((form.input("start").as_deref(), form.input("version").as_deref()), (Some("09:00"), Some("1")));
    let mine = [("start", "08:00"), ("end", "10:00"), ("slot_minutes", "30"), ("is_active", "yes"), ("version", "1")];
    me.post(&edit, &on(&["2"], &MORNING[..])).await.expect(409);
    me.post(&edit, &on(&["2"], &mine)).await.expect(303);
    let stale = me.post(&edit, &on(&["3"], &mine)).await.expect(409);
    assert!(stale.says("Tuesday") && stale.says("Wednesday"), "{}", stale.words());
    assert!(me.post(&edit, &on(&["3", "4"], &mine)).await.expect(422).says("Choose one weekday."));
    // Hours of somebody else, or none at all, under one's own address.
    me.get(&format!("{path}/999999/edit")).await.expect(404);
    let other = app.write(move |db| {
        let other = factory::doctor(db, now)?;
        factory::hours(db, other, 1, (540, 720, 30), now)
    });
    for what in ["edit", "remove"] {
        me.get(&format!("{path}/{other}/{what}")).await.expect(404);
        me.post(&format!("{path}/{other}/{what}"), &on(&["1"], &mine)).await.expect(404);
    }
}

async fn an_administrator_changes_everybodys_hours_and_the_desk_looks(app: TestApp) {
    let (_, id, path) = doctor(&app).await;
    let admin = app.sign_in(Role::Admin).await;
    admin.post(&path, &on(&["1"], &MORNING)).await.expect(303);
    let desk = app.sign_in(Role::Receptionist).await;
    let page = desk.get(&path).await.expect(200);
    assert!(page.says("09:00 – 12:00") && !page.says("Add hours"));
    desk.post(&path, &on(&["2"], &MORNING)).await.expect(403);
    assert!(desk.get(&format!("/doctors/{id}")).await.expect(200).says("The next seven days"));
    let (colleague, ..) = doctor(&app).await;
    colleague.get(&path).await.expect(404);
    colleague.post(&path, &on(&["2"], &MORNING)).await.expect(404);
    assert!(!colleague.get(&format!("/doctors/{id}")).await.expect(200).says("The next seven days"));
    let (row, ..) = rows(&app, id)[0];
    assert!(admin.get(&format!("{path}/{row}/remove")).await.expect(200).says("will no longer work on Monday"));
    admin.post(&format!("{path}/{row}/remove"), &[]).await.expect(303);
    assert_eq!(rows(&app, id), []);
}

async fn time_off_and_extra_hours_change_the_resulting_week(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    me.post(&path, &on(&["1", "2"], &MORNING)).await.expect(303);
    let exceptions = format!("/doctors/{id}/exceptions");
    assert!(me.get(&format!("{exceptions}/new?kind=extra")).await.expect(200).says("Extra hours"));
    // From ten on Monday over midnight until ten on Tuesday.
    let off = [
        ("kind", "off"),
        ("from_date", "2026-06-15"),
        ("from_time", "10:00"),
        ("to_date", "2026-06-16"),
        ("to_time", "10:00"),
        ("reason", "Congress <abroad>"),
    ];
    me.post(&exceptions, &off).await.expect(303);
    let extra = [
        ("kind", "extra"),
        ("from_date", "2026-06-20"),
        ("from_time", "10:00"),
        ("to_time", "12:00"),
        ("slot_minutes", "60"),
    ];
    me.post(&exceptions, &extra).await.expect(303);
    let page = me.get(&path).await.expect(200);
    for words in ["09:00 – 10:00", "10:00 – 12:00", "Mon 15 Jun 2026, 10:00 – Tue 16 Jun 2026, 10:00", "2 slots"]
    {
        assert!(page.says(words), "{words}: {}", page.words());
    }
    assert!(page.body.contains("Congress &#60;abroad&#62;"));
    let first: i64 = app.read(|db| {
        Ok(availability_exceptions::table
            .order(availability_exceptions::id)
            .select(availability_exceptions::id)
            .first(db)?)
    });
    let remove = format!("{exceptions}/{first}/remove");
    assert!(me.get(&remove).await.expect(200).says("hold again"));
    me.post(&remove, &[]).await.expect(303);
    me.post(&remove, &[]).await.expect(404);
    assert!(!me.get(&path).await.expect(200).says("Congress"));
}

async fn exceptions_that_are_wrong_say_so(app: TestApp) {
    let (me, id, _) = doctor(&app).await;
    let path = format!("/doctors/{id}/exceptions");
    let good = [
        ("kind", "off"),
        ("from_date", "2026-06-20"),
        ("from_time", "10:00"),
        ("to_date", "2026-06-20"),
        ("to_time", "12:00"),
    ];
    for (field, value, message) in [
        ("kind", "holiday", "Choose time off or extra hours."),
        ("from_date", "", "Enter the first day."),
        ("from_date", "2026-06-31", "Enter a real date"),
        ("from_date", "2026-06-01", ""),
        ("to_date", "2026-06-19", "The last day is before the first."),
        ("to_date", "2028-06-19", "longer than a year"),
        ("to_time", "10:00", "This ends before it begins."),
        ("to_time", "", "Enter a time"),
        ("from_time", "99:99", "Enter a time"),
    ] {
        let fields: Vec<(&str, &str)> =
            good.iter().map(|(n, v)| if *n == field { (*n, value) } else { (*n, *v) }).collect();
        let expected = if message.is_empty() { 303 } else { 422 };
        let page = me.post(&path, &fields).await.expect(expected);
        assert!(page.says(message), "{field}={value}: {}", page.words());
    }
    let mut endless = good.to_vec();
    endless.extend([("slot_minutes", "5")]);
    endless[0].1 = "extra";
    endless[3].1 = "2026-07-22";
    let page = me.post(&path, &endless).await.expect(422);
    assert!(page.says("31 days at most") && page.input("to_date").as_deref() == Some("2026-07-22"), "{}", page.words());
    let past = [("kind", "off"), ("from_date", "2026-06-14"), ("whole_day", "yes")];
    assert!(me.post(&path, &past).await.expect(422).says("This time is past already."));
    let today = [("kind", "off"), ("from_date", "2026-06-15"), ("whole_day", "yes")];
    me.post(&path, &today).await.expect(303);
    let whole = [("kind", "extra"), ("from_date", "2026-06-20"), ("whole_day", "yes"), ("slot_minutes", "30")];
    assert!(me.post(&path, &whole).await.expect(422).says("Extra hours need a time to begin"));
    let short = [
        ("kind", "extra"),
        ("from_date", "2026-06-20"),
        ("from_time", "10:00"),
        ("to_time", "10:20"),
        ("slot_minutes", "30"),
    ];
    assert!(me.post(&path, &short).await.expect(422).says("none would fit"));
}

/// How often the list of a doctor's booked appointments was seen.
fn looks(app: &TestApp, id: DoctorId) -> i64 {
    app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("booked_appointments").and(audit_log::entity_id.eq(id.0)))
            .filter(audit_log::action.eq("viewed"))
            .count()
            .get_result(db)?)
    })
}

async fn changes_that_strand_appointments_list_them_first(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    let (now, at) = (app.now(), app.utc("2026-06-22 11:00"));
    let (row, inside, outside) = app.write(move |db| {
        let row = factory::hours(db, id, 1, (540, 720, 30), now)?;
        let (one, other) = (factory::patient(db, now)?, factory::patient(db, now)?);
        // The second lies outside the hours already: no change strands it.
        let walk_in = at + chrono::TimeDelta::hours(6);
        Ok((
            row,
            factory::appointment(db, one, id, at, AppointmentStatus::Confirmed)?,
            factory::appointment(db, other, id, walk_in, AppointmentStatus::Confirmed)?,
        ))
    });
    let edit = format!("{path}/{row}/edit");
    let shorter = [
        ("days", "1"),
        ("start", "09:00"),
        ("end", "11:00"),
        ("slot_minutes", "30"),
        ("is_active", "yes"),
        ("version", "1"),
    ];
    let paused: Vec<(&str, &str)> = shorter.iter().filter(|(name, _)| *name != "is_active").copied().collect();
    let tuesday: Vec<(&str, &str)> = [("days", "2")].into_iter().chain(shorter[1..].iter().copied()).collect();
    for change in [&shorter[..], &paused, &tuesday] {
        let question = me.post(&edit, change).await.expect(409);
        assert!(
            question.says("Mon 22 Jun 2026, 11:00") && question.says(&format!("/appointments/{inside}\"")),
            "{}",
            question.words()
        );
        assert!(question.says("PAT") && !question.says(&format!("/appointments/{outside}\"")));
        assert_eq!(question.input("end").as_deref(), Some("11:00"), "what was typed is sent again");
    }
    assert_eq!(rows(&app, id)[0].3, 720, "nothing was saved by asking");
    assert_eq!(looks(&app, id), 3, "each list of patients' appointments is a look");
    // Without the tick, and with the tick for other appointments, it is asked again.
    let keep = inside.to_string();
    for wrong in ["", "999,3x", "yes"] {
        let again = [&shorter[..], &[("asked", "yes"), ("keep", wrong)]].concat();
        assert!(me.post(&edit, &again).await.expect(409).says("Tick this to go on"));
    }
    let accepted = [&shorter[..], &[("asked", "yes"), ("keep", keep.as_str())]].concat();
    me.post(&edit, &accepted).await.expect(303);
    assert_eq!(rows(&app, id)[0].3, 660);
    // The appointment is kept. It is outside already, so removing the hours strands it no more.
    let live = app.read(move |db| Ok(infirmary::appointments::queries::upcoming_of_doctor(db, id, now)?)).len();
    assert_eq!(live, 2);
    me.post(&format!("{path}/{row}/remove"), &[]).await.expect(303);

    // Removing hours asks in the same way.
    let row = app.write(move |db| factory::hours(db, id, 1, (600, 720, 30), now));
    let remove = format!("{path}/{row}/remove");
    assert!(me.get(&remove).await.expect(200).says(&format!("/appointments/{inside}\"")));
    let before = looks(&app, id);
    me.post(&remove, &[]).await.expect(409);
    assert_eq!(looks(&app, id), before + 1);
    me.post(&remove, &[("keep", &keep)]).await.expect(303);
    assert_eq!(rows(&app, id), []);
}

async fn time_off_over_an_appointment_lists_it_first(app: TestApp) {
    let (me, id, _) = doctor(&app).await;
    let (now, at) = (app.now(), app.utc("2026-06-22 11:00"));
    let booked = app.write(move |db| {
        factory::hours(db, id, 1, (540, 720, 30), now)?;
        let patient = factory::patient(db, now)?;
        factory::appointment(db, patient, id, at, AppointmentStatus::Confirmed)
    });
    let path = format!("/doctors/{id}/exceptions");
    let day = [("kind", "off"), ("from_date", "2026-06-21"), ("to_date", "2026-06-23"), ("whole_day", "yes")];
    let question = me.post(&path, &day).await.expect(409);
    assert!(question.says(&format!("/appointments/{booked}\"")), "{}", question.words());
    let keep = booked.to_string();
    me.post(&path, &[&day[..], &[("keep", keep.as_str())]].concat()).await.expect(303);
    let other = [("kind", "off"), ("from_date", "2026-06-29"), ("whole_day", "yes")];
    me.post(&path, &other).await.expect(303);
    assert_eq!(app.read(|db| Ok(availability_exceptions::table.count().get_result::<i64>(db)?)), 2);
}

async fn the_clock_change_makes_no_slot_twice(app: TestApp) {
    let now = app.now();
    let id = app.write(move |db| {
        let id = factory::doctor(db, now)?;
        factory::hours(db, id, 7, (60, 240, 30), now).map(|_| id)
    });
    let zone = Zone::named(TIME_ZONE).expect("a real zone");
    for (date, expected) in [("2026-03-29", 4), ("2026-10-25", 6), ("2026-06-21", 6)] {
        let date = parse_date(date).expect("a date");
        let times = app.read(move |db| Ok(schedule::queries::times(db, zone, id, date, date)?));
        assert_eq!(times.len(), expected, "{date}");
        assert!(times.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at));
        assert!(times.iter().all(|slot| zone.date(slot.starts_at) == date));
    }
}

async fn every_change_of_hours_is_in_the_audit_log(app: TestApp) {
    let (me, id, path) = doctor(&app).await;
    me.post(&path, &on(&["1"], &MORNING)).await.expect(303);
    let (row, ..) = rows(&app, id)[0];
    let shorter = [
        ("days", "1"),
        ("start", "09:00"),
        ("end", "11:00"),
        ("slot_minutes", "20"),
        ("is_active", "yes"),
        ("version", "1"),
    ];
    me.post(&format!("{path}/{row}/edit"), &shorter).await.expect(303);
    me.post(&format!("{path}/{row}/remove"), &[]).await.expect(303);
    let off = [("kind", "off"), ("from_date", "2026-06-20"), ("whole_day", "yes"), ("reason", "Surgery")];
    me.post(&format!("/doctors/{id}/exceptions"), &off).await.expect(303);
    let acts: Vec<(String, Option<String>, String)> = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.like("availability%"))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::admin_action, audit_log::changes))
            .load(db)?)
    });
    let verbs: Vec<&str> = acts.iter().map(|(verb, ..)| verb.as_str()).collect();
    assert_eq!(verbs, ["created", "updated", "removed", "created"]);
    assert!(acts.iter().all(|(_, act, _)| act.as_deref() == Some("update_schedule")));
    assert!(acts[1].2.contains(r#""end_minute":[720,660]"#) && !acts[3].2.contains("Surgery"), "{acts:?}");
}
