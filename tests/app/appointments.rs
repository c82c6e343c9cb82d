//! The life cycle of appointments: who may do which step when, and what stays of it.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::accounts::model::UserId;
use infirmary::appointments::model::{AppointmentId, AppointmentStatus};
use infirmary::db::schema::{
    allergies, appointment_events, appointments, audit_log, doctors, encounters, patients, settings,
};
use infirmary::doctors::model::DoctorId;
use infirmary::patients::model::PatientId;
use strum::VariantArray;

use crate::support::{Reply, Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(an_appointment_goes_through_its_life_and_keeps_its_history);
    suite.both(every_step_from_every_state_is_let_through_or_refused_as_the_table_says);
    suite.both(two_who_check_in_at_once_do_it_once);
    suite.both(a_step_from_an_old_page_shows_both_versions);
    suite.both(cancelling_needs_a_reason_and_frees_the_time);
    suite.both(what_was_done_leads_back_to_where_it_began);
    suite.both(patients_cancel_and_move_their_own_until_the_hours_before);
    suite.both(moving_keeps_the_number_and_the_history);
    suite.both(two_overlapping_moves_at_once_leave_one);
    suite.both(a_move_from_an_old_page_shows_both_times);
    suite.both(strangers_see_nothing_and_colleagues_what_is_theirs);
    suite.both(lists_are_filtered_by_the_address);
    suite.both(a_patient_sees_their_own_to_come_and_before);
    suite.both(slip_and_calendar_file_say_when_and_where);
    suite.both(every_look_and_every_step_is_recorded);
}

/// A doctor with hours, a patient, both with accounts, and people who visit for them.
pub struct Clinic {
    pub desk: Visitor,
    pub doctor: Visitor,
    pub doctor_id: DoctorId,
    pub patient: Visitor,
    pub patient_id: PatientId,
}

impl Clinic {
    pub async fn open(app: &TestApp) -> Self {
        let now = app.now();
        let (doctor_id, doctor_user, patient_id, patient_user) = app.write(move |db| {
            let doctor = factory::working_doctor(db, now)?;
            let doctor_user: UserId = doctors::table.find(doctor).select(doctors::user_id).first(db)?;
            let patient_user = factory::person(db, Role::Patient, now)?;
            let patient: PatientId =
                patients::table.filter(patients::user_id.eq(patient_user)).select(patients::id).first(db)?;
            Ok((doctor, doctor_user, patient, patient_user))
        });
        Self {
            desk: app.sign_in(Role::Receptionist).await,
            doctor: app.session(doctor_user).await,
            doctor_id,
            patient: app.session(patient_user).await,
            patient_id,
        }
    }

    /// An appointment of the clinic's patient with its doctor, at a hospital time.
    pub fn appointment(&self, app: &TestApp, local: &str, status: AppointmentStatus) -> AppointmentId {
        let (patient, doctor, at) = (self.patient_id, self.doctor_id, app.utc(local));
        app.write(move |db| factory::appointment(db, patient, doctor, at, status))
    }
}

pub fn status(app: &TestApp, id: AppointmentId) -> AppointmentStatus {
    app.read(move |db| Ok(appointments::table.find(id).select(appointments::status).first(db)?))
}

fn version(app: &TestApp, id: AppointmentId) -> String {
    let version: i32 = app.read(move |db| Ok(appointments::table.find(id).select(appointments::version).first(db)?));
    version.to_string()
}

pub fn events(app: &TestApp, id: AppointmentId) -> Vec<String> {
    app.read(move |db| {
        Ok(appointment_events::table
            .filter(appointment_events::appointment_id.eq(id))
            .order(appointment_events::id)
            .select(appointment_events::kind)
            .load(db)?)
    })
}

/// Presses a button of the appointment's page as it is now.
async fn press(app: &TestApp, who: &Visitor, id: AppointmentId, step: &str) -> Reply {
    let seen = version(app, id);
    let mut fields = vec![("version", seen.as_str())];
    if step == "cancel" {
        fields.push(("reason", "Has a cold"));
    }
    if step == "reschedule" {
        fields.push(("starts_at", "2026-06-15T13:00Z"));
    }
    who.post(&format!("/appointments/{id}/{step}"), &fields).await
}

async fn an_appointment_goes_through_its_life_and_keeps_its_history(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Scheduled);
    let address = format!("/appointments/{id}");
    let page = clinic.desk.get(&address).await.expect(200);
    assert!(page.says("Confirm") && page.says("Check in") && !page.says("Start the visit"), "{}", page.words());
    assert!(page.says("Monday, 15 June 2026, 09:00–09:30"), "the hospital's clock: {}", page.words());

    for (who, step, status_now) in [
        (&clinic.desk, "confirm", AppointmentStatus::Confirmed),
        (&clinic.desk, "check-in", AppointmentStatus::CheckedIn),
        (&clinic.doctor, "start", AppointmentStatus::InProgress),
        (&clinic.doctor, "complete", AppointmentStatus::Completed),
    ] {
        press(&app, who, id, step).await.expect(303);
        assert_eq!(status(&app, id), status_now);
    }
    assert_eq!(events(&app, id), ["confirmed", "checked_in", "started", "completed"]);
    let times: Vec<bool> = app.read(move |db| {
        let (a, b, c, d): (Option<chrono::NaiveDateTime>, _, _, _) = appointments::table
            .find(id)
            .select((
                appointments::confirmed_at,
                appointments::checked_in_at.is_not_null(),
                appointments::started_at.is_not_null(),
                appointments::completed_at.is_not_null(),
            ))
            .first::<(Option<chrono::NaiveDateTime>, bool, bool, bool)>(db)?;
        Ok(vec![a.is_some(), b, c, d])
    });
    assert_eq!(times, [true; 4], "each step keeps its time");
    let done = clinic.patient.get(&address).await.expect(200);
    assert!(done.says("Done") && done.says("Went in to the doctor"));
}

/// Makes room for the next appointment at the same time.
fn clear(app: &TestApp) {
    app.write(|db| {
        diesel::delete(encounters::table).execute(db)?;
        diesel::delete(appointment_events::table).execute(db)?;
        diesel::delete(appointments::table).execute(db)?;
        Ok(())
    });
}

/// `security.md` 37: a hand-made request cannot skip a step.
async fn every_step_from_every_state_is_let_through_or_refused_as_the_table_says(app: TestApp) {
    use AppointmentStatus::{Cancelled, CheckedIn, Completed, Confirmed, InProgress, NoShow, Scheduled};
    // Before anybody signs in: staff who do nothing for a quarter of an hour are signed out.
    app.set_time("2026-06-15 10:00");
    let clinic = Clinic::open(&app).await;
    let steps: [(&str, &Visitor, &[AppointmentStatus], AppointmentStatus); 6] = [
        ("confirm", &clinic.desk, &[Scheduled], Confirmed),
        ("check-in", &clinic.desk, &[Scheduled, Confirmed], CheckedIn),
        ("start", &clinic.doctor, &[CheckedIn], InProgress),
        ("complete", &clinic.doctor, &[InProgress], Completed),
        ("no-show", &clinic.desk, &[Scheduled, Confirmed], NoShow),
        ("cancel", &clinic.desk, &[Scheduled, Confirmed, CheckedIn], Cancelled),
    ];
    for (step, who, from, to) in steps {
        for &state in AppointmentStatus::VARIANTS {
            let id = clinic.appointment(&app, "2026-06-15 09:00", state);
            let reply = press(&app, who, id, step).await;
            if from.contains(&state) {
                reply.expect(303);
                assert_eq!(status(&app, id), to, "{step} from {state:?}");
            } else {
                let page = reply.expect(409);
                assert!(page.says("This appointment is"), "{step} from {state:?}: {}", page.words());
                assert_eq!(status(&app, id), state, "{step} from {state:?}");
                assert!(events(&app, id).is_empty());
            }
            clear(&app);
        }
    }
    for &state in AppointmentStatus::VARIANTS {
        let id = clinic.appointment(&app, "2026-06-15 09:00", state);
        let reply = press(&app, &clinic.desk, id, "reschedule").await;
        let expected = if state.is_booked() { 303 } else { 422 };
        reply.expect(expected);
        clear(&app);
    }
}

async fn two_who_check_in_at_once_do_it_once(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let address = format!("/appointments/{id}/check-in");
    let replies = join_all((0..10).map(|_| clinic.desk.post(&address, &[("version", "1")]))).await;
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
    assert_eq!(replies.iter().filter(|r| r.status == 409).count(), 9, "the others are told");
    assert_eq!(events(&app, id), ["checked_in"]);

    // The same button pressed twice is one step, and both lead on.
    let other = clinic.appointment(&app, "2026-06-15 11:00", AppointmentStatus::Scheduled);
    let once = clinic.desk.get(&format!("/appointments/{other}")).await.input("_once").expect("a key");
    let fields = [("version", "1"), ("_once", once.as_str())];
    let confirm = format!("/appointments/{other}/confirm");
    for reply in join_all((0..4).map(|_| clinic.desk.post(&confirm, &fields))).await {
        reply.expect(303);
    }
    assert_eq!(events(&app, other), ["confirmed"]);
}

/// `security.md` 34.
async fn a_step_from_an_old_page_shows_both_versions(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Scheduled);
    press(&app, &clinic.desk, id, "confirm").await.expect(303);
    let stale = clinic.desk.post(&format!("/appointments/{id}/cancel"), &[("version", "1"), ("reason", "Ill")]).await;
    let stale = stale.expect(409);
    assert!(stale.says("Cancelled") && stale.says("Confirmed"), "{}", stale.words());
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed);
}

async fn cancelling_needs_a_reason_and_frees_the_time(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let address = format!("/appointments/{id}/cancel");
    let asks = clinic.desk.get(&address).await.expect(200);
    assert!(asks.says("The time becomes free for others"));
    let without = clinic.desk.post(&address, &[("version", "1"), ("reason", "  ")]).await.expect(422);
    assert!(without.says("Say why it is cancelled"));
    let huge = "x".repeat(301);
    let kept = clinic.desk.post(&address, &[("version", "1"), ("reason", &huge)]).await.expect(422);
    assert!(kept.says(&huge), "what was typed is kept");

    let times = format!("/slots?doctor={}&date=2026-06-15", clinic.doctor_id);
    assert!(!clinic.desk.get(&times).await.expect(200).says("09:00"));
    clinic.desk.post(&address, &[("version", "1"), ("reason", "Has a cold")]).await.expect(303);
    assert!(clinic.desk.get(&times).await.expect(200).says("09:00"));
    let page = clinic.desk.get(&format!("/appointments/{id}")).await.expect(200);
    assert!(page.says("Cancelled because") && page.says("Has a cold"));
}

/// The page that a form of the page's own leads back to; the layout's forms stand above it.
fn way_back(page: &Reply) -> Option<String> {
    let (_, main) = page.body.split_once("<main")?;
    let own = Reply { body: main.to_owned(), ..page.clone() };
    own.input("next").map(|next| next.replace("&#38;", "&"))
}

async fn what_was_done_leads_back_to_where_it_began(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let first = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let from = "/board?date=2026-06-16&view=list";
    let next = infirmary::web::page::encode(from);
    // The page about moving, another day of it and a chosen time: each carries the way back.
    let address = format!("/appointments/{first}/reschedule");
    let moving = clinic.desk.get(&format!("{address}?next={next}")).await.expect(200);
    let shown = infirmary::web::page::encode(from).replace('&', "&#38;");
    assert!(moving.body.contains(&format!("next={shown}")), "{}", moving.body);
    let chosen = format!("{address}?next={next}&date=2026-06-15&slot=2026-06-15T07:15Z");
    let chosen = clinic.desk.get(&chosen).await.expect(200);
    let sent = way_back(&chosen).expect("it is hidden in the form");
    assert_eq!(sent, from);
    let seen = chosen.input("version").expect("the form carries its version");
    let fields = [("version", seen.as_str()), ("starts_at", "2026-06-15T07:15Z"), ("next", sent.as_str())];
    assert_eq!(clinic.desk.post(&address, &fields).await.expect(303).location(), from);

    let address = format!("/appointments/{first}/cancel");
    let asks = clinic.desk.get(&format!("{address}?next={next}")).await.expect(200);
    let sent = way_back(&asks).expect("it is hidden in the form");
    let seen = version(&app, first);
    let without = clinic.desk.post(&address, &[("version", &seen), ("next", &sent)]).await.expect(422);
    assert_eq!(way_back(&without).as_deref(), Some(from), "also when it is asked again");
    let done = [("version", seen.as_str()), ("reason", "Has a cold"), ("next", sent.as_str())];
    assert_eq!(clinic.desk.post(&address, &done).await.expect(303).location(), from);

    // Nobody is led elsewhere, and without a word it is the appointment.
    let second = clinic.appointment(&app, "2026-06-15 10:00", AppointmentStatus::Confirmed);
    let address = format!("/appointments/{second}/cancel");
    for outside in ["//evil.example", "https://evil.example", "javascript:alert(1)"] {
        let page =
            clinic.desk.get(&format!("{address}?next={}", infirmary::web::page::encode(outside))).await.expect(200);
        assert!(!page.says("evil.example") && !page.says("javascript:"), "{outside}");
        assert_eq!(way_back(&page).as_deref(), Some("/"), "{outside}");
    }
    assert_eq!(way_back(&clinic.desk.get(&address).await.expect(200)), None);
    let seen = version(&app, second);
    let done = clinic.desk.post(&address, &[("version", &seen), ("reason", "Has a cold")]).await.expect(303);
    assert_eq!(done.location(), format!("/appointments/{second}"));
}

async fn patients_cancel_and_move_their_own_until_the_hours_before(app: TestApp) {
    app.set_time("2026-06-15 08:50");
    let clinic = Clinic::open(&app).await;
    app.write(|db| {
        diesel::update(settings::table).set(settings::cancel_hours_before.eq(2)).execute(db)?;
        Ok(())
    });
    let id = clinic.appointment(&app, "2026-06-15 11:00", AppointmentStatus::Confirmed);
    let page = clinic.patient.get(&format!("/appointments/{id}")).await.expect(200);
    assert!(page.says("Move") && page.says("Cancel") && !page.says("Check in"));

    app.set_time("2026-06-15 09:01");
    let late = clinic.patient.get(&format!("/appointments/{id}")).await.expect(200);
    assert!(late.says("until 2 hours before they begin"), "{}", late.words());
    press(&app, &clinic.patient, id, "cancel").await.expect(409);
    press(&app, &clinic.patient, id, "reschedule").await.expect(422);
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed);

    app.set_time("2026-06-15 08:59");
    press(&app, &clinic.patient, id, "reschedule").await.expect(303);
    assert_eq!(status(&app, id), AppointmentStatus::Scheduled, "the desk gives its word again");
    press(&app, &clinic.patient, id, "cancel").await.expect(303);
    assert_eq!(events(&app, id), ["rescheduled", "cancelled"]);
}

async fn moving_keeps_the_number_and_the_history(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let address = format!("/appointments/{id}/reschedule");
    let day = clinic.desk.get(&format!("{address}?date=2026-06-16")).await.expect(200);
    assert!(day.says("Tuesday, 16 June 2026") && day.says("13:15"), "{}", day.words());
    // Its own present time does not stand in its way: a quarter of an hour later overlaps with itself.
    let chosen = clinic.desk.get(&format!("{address}?date=2026-06-15&slot=2026-06-15T07:15Z")).await.expect(200);
    assert!(chosen.says("to Mon 15 Jun 2026, 09:15"), "{}", chosen.words());
    let seen = chosen.input("version").expect("the form carries its version");
    clinic.desk.post(&address, &[("version", &seen), ("starts_at", "2026-06-15T07:15Z")]).await.expect(303);

    let page = clinic.desk.get(&format!("/appointments/{id}")).await.expect(200);
    assert!(page.says("09:15–09:30") && page.says("from Mon 15 Jun 2026, 09:00"), "{}", page.words());
    assert_eq!(status(&app, id), AppointmentStatus::Confirmed, "what the desk moves is agreed");

    for (at, message) in [
        ("2026-06-15T05:00Z", "in the past"),
        ("2026-06-15T20:00Z", "no consultation at this time"),
        ("2026-06-15T07:15Z", "already at this time"),
        ("2040-06-15T07:15Z", "too far ahead"),
        ("nonsense", "Choose a time."),
    ] {
        let seen = version(&app, id);
        let page = clinic.desk.post(&address, &[("version", &seen), ("starts_at", at)]).await.expect(422);
        assert!(page.says(message), "{at}: {}", page.words());
    }
    // The desk may give it to another doctor, whose hours count then.
    let now = app.now();
    let other = app.write(move |db| factory::working_doctor(db, now)).to_string();
    let seen = version(&app, id);
    let fields = [("version", seen.as_str()), ("doctor", other.as_str()), ("starts_at", "2026-06-15T07:15Z")];
    clinic.desk.post(&address, &fields).await.expect(303);
    clinic.doctor.get(&format!("/appointments/{id}")).await.expect(404);
}

/// `security.md` 33.
async fn two_overlapping_moves_at_once_leave_one(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let now = app.now();
    let (doctor, at) = (clinic.doctor_id, app.utc("2026-06-15 09:00"));
    let ids: Vec<AppointmentId> = app.write(move |db| {
        let mut ids = Vec::new();
        for n in 0..8 {
            let patient = factory::patient(db, now)?;
            let at = at + chrono::TimeDelta::minutes(30 * n);
            ids.push(factory::appointment(db, patient, doctor, at, AppointmentStatus::Confirmed)?);
        }
        Ok(ids)
    });
    let addresses: Vec<String> = ids.iter().map(|id| format!("/appointments/{id}/reschedule")).collect();
    let fields = [("version", "1"), ("starts_at", "2026-06-15T13:00Z")];
    let replies = join_all(addresses.iter().map(|a| clinic.desk.post(a, &fields))).await;
    assert_eq!(replies.iter().filter(|r| r.status == 303).count(), 1);
    for refused in replies.iter().filter(|r| r.status != 303) {
        assert_eq!(refused.status, 422);
        assert!(refused.says("has just been taken") && refused.says("15:15"), "{}", refused.words());
    }
    let there: i64 = app.read(move |db| {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 6, 15).and_then(|d| d.and_hms_opt(13, 0, 0)).expect("a time");
        Ok(appointments::table.filter(appointments::starts_at.eq(at)).count().get_result(db)?)
    });
    assert_eq!(there, 1);
}

/// `security.md` 34.
async fn a_move_from_an_old_page_shows_both_times(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let address = format!("/appointments/{id}/reschedule");
    clinic.desk.post(&address, &[("version", "1"), ("starts_at", "2026-06-15T08:00Z")]).await.expect(303);
    let stale = clinic.desk.post(&address, &[("version", "1"), ("starts_at", "2026-06-15T13:00Z")]).await.expect(409);
    assert!(stale.says("Mon 15 Jun 2026, 15:00") && stale.says("Mon 15 Jun 2026, 10:00"), "{}", stale.words());
}

async fn strangers_see_nothing_and_colleagues_what_is_theirs(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let now = app.now();
    let patient = clinic.patient_id;
    app.write(move |db| {
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
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    app.write(move |db| {
        diesel::update(appointments::table.find(id))
            .set((appointments::symptoms.eq("Itching at night"), appointments::notes.eq("Speaks Breton")))
            .execute(db)?;
        Ok(())
    });
    let address = format!("/appointments/{id}");
    for role in [Role::Doctor, Role::Patient] {
        app.sign_in(role).await.get(&address).await.expect(404);
        let stranger = app.sign_in(role).await;
        assert!(!stranger.get("/appointments").await.expect(200).says("Check-up"));
    }
    let doctor = clinic.doctor.get(&address).await.expect(200);
    assert!(doctor.says("Itching at night") && doctor.says("Speaks Breton") && doctor.says("Allergy"));
    let desk = clinic.desk.get(&address).await.expect(200);
    assert!(!desk.says("Itching at night") && desk.says("Speaks Breton") && desk.says("Allergy"));
    let patient = clinic.patient.get(&address).await.expect(200);
    assert!(patient.says("Itching at night") && !patient.says("Speaks Breton"));
    let accounts = app.sign_in(Role::Accountant).await.get(&address).await.expect(200);
    for secret in ["Itching at night", "Speaks Breton", "Allergy", "Check-up"] {
        assert!(!accounts.says(secret), "the accounts need no {secret:?}");
    }
    // What is no number, or nobody's, is not found; it never fails.
    for nonsense in ["0", "-1", "x", "99999999999999999999", "%00", "1%20or%201"] {
        clinic.desk.get(&format!("/appointments/{nonsense}")).await.expect(404);
    }
}

async fn lists_are_filtered_by_the_address(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let today = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Confirmed);
    let later = clinic.appointment(&app, "2026-06-20 09:00", AppointmentStatus::Scheduled);
    let before = clinic.appointment(&app, "2026-06-10 09:00", AppointmentStatus::Completed);
    let shows = |page: &Reply, id: AppointmentId| page.says(&id.code());
    let plain = clinic.desk.get("/appointments").await.expect(200);
    assert!(shows(&plain, today) && shows(&plain, later) && !shows(&plain, before), "from today on");
    let day = clinic.desk.get("/appointments?from=2026-06-20&to=2026-06-20").await.expect(200);
    assert!(!shows(&day, today) && shows(&day, later));
    let done = clinic.desk.get("/appointments?status=completed").await.expect(200);
    assert!(shows(&done, before) && !shows(&done, today));
    let other = clinic.desk.get("/appointments?doctor=999999").await.expect(200);
    assert!(other.says("No appointment matches"));
    let code = clinic.desk.get(&format!("/appointments?code={}", before.code().to_lowercase())).await.expect(303);
    assert_eq!(code.location(), format!("/appointments/{before}"));
    for nonsense in
        ["from=x&to=2026-02-30", "status=%00", "doctor=-5", "page=-1", "page=99999999999999999999", "from=0001-01-01"]
    {
        clinic.desk.get(&format!("/appointments?{nonsense}")).await.expect(200);
    }
    let tab = clinic.desk.get(&format!("/patients/{}/appointments", clinic.patient_id)).await.expect(200);
    assert!(shows(&tab, today) && shows(&tab, later) && shows(&tab, before));
}

async fn a_patient_sees_their_own_to_come_and_before(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let empty = clinic.patient.get("/appointments").await.expect(200);
    assert!(empty.says("Nothing is booked") && empty.says("Book an appointment"));
    clinic.appointment(&app, "2026-06-20 09:00", AppointmentStatus::Scheduled);
    clinic.appointment(&app, "2026-06-10 09:00", AppointmentStatus::Completed);
    let page = clinic.patient.get("/appointments").await.expect(200);
    let (to_come, before) = (page.body.find("Sat 20 Jun 2026, 09:00"), page.body.find("Wed 10 Jun 2026, 09:00"));
    assert!(to_come.is_some() && to_come < before, "{}", page.words());
    clinic.patient.get(&format!("/patients/{}/appointments", clinic.patient_id)).await.expect(200);
}

async fn slip_and_calendar_file_say_when_and_where(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-16 09:00", AppointmentStatus::Confirmed);
    let slip = clinic.patient.get(&format!("/appointments/{id}/slip")).await.expect(200);
    assert!(slip.says("Tuesday, 16 June 2026, 09:00") && slip.says("Saint Roch") && slip.says(&id.code()));
    assert!(slip.body.contains("<svg class=\"qr\""));
    let file = clinic.patient.get(&format!("/appointments/{id}/calendar.ics")).await.expect(200);
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    for line in ["BEGIN:VEVENT", "DTSTART:20260616T070000Z", "DTEND:20260616T073000Z", "STATUS:CONFIRMED"] {
        assert!(file.body.contains(line), "{line} in {}", file.body);
    }
    assert!(file.body.contains(&format!("UID:{}@", id.code())));
    assert!(!file.body.contains("Check-up"), "nothing clinical leaves the house");
    assert!(file.body.lines().all(|l| l.len() <= 75), "lines are folded as RFC 5545 says");
}

/// `security.md` 24.
async fn every_look_and_every_step_is_recorded(app: TestApp) {
    let clinic = Clinic::open(&app).await;
    let id = clinic.appointment(&app, "2026-06-15 09:00", AppointmentStatus::Scheduled);
    clinic.desk.get(&format!("/appointments/{id}")).await.expect(200);
    clinic.desk.get(&format!("/appointments/{id}/slip")).await.expect(200);
    clinic.patient.get(&format!("/appointments/{id}/calendar.ics")).await.expect(200);
    press(&app, &clinic.desk, id, "check-in").await.expect(303);
    press(&app, &clinic.desk, id, "cancel").await.expect(303);
    let (patient, entity) = (clinic.patient_id, id.0);
    let rows: Vec<(String, String, String)> = app.read(move |db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("appointment"))
            .filter(audit_log::entity_id.eq(entity))
            .filter(audit_log::patient_id.eq(patient))
            .order(audit_log::id)
            .select((audit_log::action, audit_log::changes, audit_log::reason))
            .load(db)?)
    });
    let actions: Vec<&str> = rows.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["viewed", "printed", "exported", "confirmed", "checked_in", "cancelled"]);
    assert!(rows[4].1.contains(r#"["confirmed","checked_in"]"#), "{}", rows[4].1);
    assert_eq!(rows[5].2, "Has a cold");
}
