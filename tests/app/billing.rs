//! Money: what is charged by itself and by hand, once for each thing.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::{AppointmentId, AppointmentStatus};
use infirmary::db::schema::{appointments, audit_log, charge_items, doctors, settings};
use infirmary::patients::model::PatientId;
use infirmary::prescriptions::model::Priority;

use crate::support::{Suite, TestApp, Visitor, factory, papers};

pub fn tests(suite: &mut Suite) {
    suite.both(a_completed_visit_is_charged_once_with_the_doctors_fee);
    suite.both(a_follow_up_is_free_within_the_days_of_the_settings);
    suite.both(a_test_with_a_price_is_charged_when_its_result_comes);
    suite.both(a_charge_by_hand_is_taken_from_the_price_list_and_cancelled_with_a_reason);
    suite.both(prices_that_are_wrong_come_back_with_everything_typed);
    suite.both(patients_see_their_own_bills_and_nobody_elses);
}

/// The charges of a patient: kind, amount, status.
fn charges(app: &TestApp, patient: PatientId) -> Vec<(String, i64, String)> {
    app.read(move |db| {
        Ok(charge_items::table
            .filter(charge_items::patient_id.eq(patient))
            .order(charge_items::id)
            .select((charge_items::kind, charge_items::amount, charge_items::status))
            .load(db)?)
    })
}

/// A doctor who takes 45.00 for a visit, and a patient.
async fn people(app: &TestApp) -> (Visitor, PatientId) {
    let doctor = app.sign_in(Role::Doctor).await;
    let (now, user) = (app.now(), doctor.user_id);
    let patient = app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        diesel::update(doctors::table.find(own)).set(doctors::consultation_fee.eq(4_500)).execute(db)?;
        factory::patient(db, now)
    });
    (doctor, patient)
}

/// A visit that goes on, at this time of the hospital's clock.
fn visit(app: &TestApp, doctor: &Visitor, patient: PatientId, at: &str, first: Option<AppointmentId>) -> AppointmentId {
    let (user, at) = (doctor.user_id, app.utc(at));
    app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        let id = factory::appointment(db, patient, own, at, AppointmentStatus::InProgress)?;
        diesel::update(appointments::table.find(id)).set(appointments::follow_up_of.eq(first)).execute(db)?;
        Ok(id)
    })
}

async fn complete(doctor: &Visitor, id: AppointmentId) -> u16 {
    doctor.post(&format!("/appointments/{id}/complete"), &[("version", "1")]).await.status
}

async fn a_completed_visit_is_charged_once_with_the_doctors_fee(app: TestApp) {
    let (doctor, patient) = people(&app).await;
    let id = visit(&app, &doctor, patient, "2026-06-15 08:00", None);
    let answers = join_all((0..6).map(|_| complete(&doctor, id))).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(charges(&app, patient), [("visit".to_owned(), 4_500, "open".to_owned())]);
    let accounts = app.sign_in(Role::Accountant).await;
    let page = accounts.get(&format!("/patients/{patient}/bills")).await.expect(200);
    assert!(page.says("Consultation, Dr") && page.says("45.00 EUR"), "{}", page.words());

    // Who takes nothing charges nothing.
    let user = doctor.user_id;
    app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        diesel::update(doctors::table.find(own)).set(doctors::consultation_fee.eq(0)).execute(db)?;
        Ok(())
    });
    let free = visit(&app, &doctor, patient, "2026-06-15 09:00", None);
    assert_eq!(complete(&doctor, free).await, 303);
    assert_eq!(charges(&app, patient).len(), 1);
}

async fn a_follow_up_is_free_within_the_days_of_the_settings(app: TestApp) {
    let (doctor, patient) = people(&app).await;
    app.write(|db| {
        diesel::update(settings::table).set(settings::follow_up_free_days.eq(7)).execute(db)?;
        Ok(())
    });
    app.set_time("2026-07-15 08:00");
    let doctor = app.session(doctor.user_id).await;
    let first = visit(&app, &doctor, patient, "2026-06-15 08:00", None);
    let within = visit(&app, &doctor, patient, "2026-06-22 18:00", Some(first));
    let after = visit(&app, &doctor, patient, "2026-06-23 08:00", Some(first));
    for id in [first, within, after] {
        assert_eq!(complete(&doctor, id).await, 303);
    }
    let amounts: Vec<i64> = charges(&app, patient).into_iter().map(|(_, amount, _)| amount).collect();
    assert_eq!(amounts, [4_500, 4_500], "the first and the late one");

    app.write(|db| {
        diesel::update(settings::table).set(settings::follow_up_free_days.eq(0)).execute(db)?;
        Ok(())
    });
    let never = visit(&app, &doctor, patient, "2026-06-16 08:00", Some(first));
    assert_eq!(complete(&doctor, never).await, 303);
    assert_eq!(charges(&app, patient).len(), 3);
}

async fn a_test_with_a_price_is_charged_when_its_result_comes(app: TestApp) {
    let (doctor, patient) = people(&app).await;
    let accounts = app.sign_in(Role::BillingManager).await;
    accounts
        .post("/prices", &[("name", "Numération  SANGUINE"), ("price", "18.5"), ("is_active", "yes")])
        .await
        .expect(303);
    let (now, user) = (app.now(), doctor.user_id);
    let (priced, other) = app.write(move |db| {
        let own = factory::doctor_id(db, user)?;
        factory::appointment(db, patient, own, now, AppointmentStatus::Scheduled)?;
        let priced = papers::test_of(db, patient, own, ("numeration sanguine", Priority::Routine), now)?;
        Ok((priced, papers::test_of(db, patient, own, ("Something else", Priority::Routine), now)?))
    });
    let result = [("resulted_on", "2026-06-15"), ("resulted_time", "07:30"), ("conclusion", "Fine")];
    doctor.post(&format!("/test-orders/{priced}/result"), &result).await.expect(303);
    doctor.post(&format!("/test-orders/{other}/result"), &result).await.expect(303);
    assert_eq!(charges(&app, patient), [("test".to_owned(), 1_850, "open".to_owned())]);
}

async fn a_charge_by_hand_is_taken_from_the_price_list_and_cancelled_with_a_reason(app: TestApp) {
    let (_, patient) = people(&app).await;
    let accounts = app.sign_in(Role::Accountant).await;
    let address = format!("/patients/{patient}/charges");
    let new = accounts.get(&format!("{address}/new")).await.expect(200);
    let once = new.input("_once").expect("forms carry their key");
    let fields =
        [("description", "Plaster & cast"), ("quantity", "3"), ("unit_price", "12.50"), ("_once", once.as_str())];
    let sent = join_all((0..5).map(|_| accounts.post(&address, &fields))).await;
    assert!(sent.iter().all(|reply| reply.status == 303));
    assert_eq!(charges(&app, patient), [("manual".to_owned(), 3_750, "open".to_owned())]);

    for (quantity, price, message) in [
        ("0", "1", "Enter a whole number from 1 to 10000."),
        ("-2", "1", "Enter a whole number"),
        ("1", "-5", "Enter an amount such as"),
        ("1", "1000000000000000000", "Enter an amount such as"),
        ("1", "", "Enter the price of one."),
    ] {
        let fields = [("description", "<b>Cast</b>"), ("quantity", quantity), ("unit_price", price)];
        let page = accounts.post(&address, &fields).await.expect(422);
        assert!(page.says(message) && page.body.contains("&#60;b&#62;Cast"), "{quantity} × {price}: {}", page.words());
    }
    let nowhere = [("description", "Cast"), ("unit_price", "1"), ("department_id", "999999")];
    assert!(accounts.post(&address, &nowhere).await.expect(422).says("Choose one of the list."));
    accounts.post("/patients/999999/charges", &[("description", "Cast"), ("unit_price", "1")]).await.expect(404);

    let id: i64 = app.read(|db| Ok(charge_items::table.select(charge_items::id).first(db)?));
    let cancel = format!("/charges/{id}/cancel");
    assert!(accounts.get(&cancel).await.expect(200).says("Plaster & cast"));
    accounts.post(&cancel, &[("reason", " ")]).await.expect(422);
    accounts.post(&cancel, &[("reason", "Not applied")]).await.expect(303);
    assert!(accounts.post(&cancel, &[("reason", "Twice")]).await.expect(409).says("cancelled already"));
    assert_eq!(charges(&app, patient)[0].2, "cancelled");
    let acts: Vec<String> = app.read(|db| {
        let of_charges = audit_log::table.filter(audit_log::entity.eq("charge_item"));
        Ok(of_charges.order(audit_log::id).select(audit_log::action).load(db)?)
    });
    assert_eq!(acts, ["created", "cancelled"]);
}

async fn prices_that_are_wrong_come_back_with_everything_typed(app: TestApp) {
    let accounts = app.sign_in(Role::Accountant).await;
    assert!(accounts.get("/prices").await.expect(200).says("Add the first price"));
    accounts.post("/prices", &[("name", "X-ray"), ("price", "80"), ("is_active", "yes")]).await.expect(303);
    for (name, price, message) in [
        ("", "1", "Enter what is charged."),
        ("x-RAY", "1", "an entry of this name already"),
        ("MRI", "", "Enter the price."),
        ("MRI", "1.005", "Enter an amount such as"),
        ("MRI", "99999999999", "At most"),
        ("\u{202e}", "1", "A name needs letters."),
    ] {
        let page = accounts.post("/prices", &[("name", name), ("price", price)]).await.expect(422);
        assert!(page.says(message), "{name:?} {price:?}: {}", page.words());
    }
    let edit = "/prices/1/edit";
    accounts.post(edit, &[("name", "X-ray"), ("price", "90"), ("version", "1")]).await.expect(303);
    let stale = accounts.post(edit, &[("name", "X-ray"), ("price", "70"), ("version", "1")]).await.expect(409);
    assert!(stale.says("90.00 EUR") && stale.says("70.00 EUR"));
    // A closed entry is the accounts' own business.
    assert!(!app.sign_in(Role::Patient).await.get("/prices").await.expect(200).says("X-ray"));
    accounts.get("/prices/999999/edit").await.expect(404);
}

async fn patients_see_their_own_bills_and_nobody_elses(app: TestApp) {
    let (doctor, record) = people(&app).await;
    let patient = app.sign_in(Role::Patient).await;
    let user = patient.user_id;
    app.write(move |db| factory::give_record(db, user, record));
    let id = visit(&app, &doctor, record, "2026-06-15 08:00", None);
    complete(&doctor, id).await;
    let page = patient.get(&format!("/patients/{record}/bills")).await.expect(200);
    assert!(page.says("45.00 EUR") && !page.says("New charge"), "{}", page.words());
    let now = app.now();
    let other = app.write(move |db| factory::patient(db, now));
    patient.get(&format!("/patients/{other}/bills")).await.expect(404);
    doctor.get(&format!("/patients/{record}/bills")).await.expect(403);
}
