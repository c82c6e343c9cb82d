//! What patients say of their visits.

use diesel::prelude::*;
use futures_util::future::join_all;
use infirmary::access::Role;
use infirmary::appointments::model::{AppointmentId, AppointmentStatus};
use infirmary::db::schema::feedback;
use infirmary::doctors::model::DoctorId;

use crate::support::{Suite, TestApp, Visitor, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(a_completed_visit_is_rated_once);
    suite.both(a_rating_that_is_wrong_is_refused);
    suite.both(doctors_are_shown_with_their_average);
    suite.both(only_ones_own_visits_are_rated);
}

/// A patient who signs in, with an appointment in this state.
async fn visit(app: &TestApp, doctor: DoctorId, status: AppointmentStatus) -> (Visitor, AppointmentId) {
    let patient = app.sign_in(Role::Patient).await;
    let (at, user) = (app.now() - chrono::TimeDelta::days(1), patient.user_id);
    let id = app.write(move |db| {
        let record = factory::patient(db, at)?;
        factory::give_record(db, user, record)?;
        factory::appointment(db, record, doctor, at, status)
    });
    (patient, id)
}

fn doctor(app: &TestApp) -> DoctorId {
    let now = app.now();
    app.write(move |db| factory::doctor(db, now))
}

fn count(app: &TestApp) -> i64 {
    app.read(|db| Ok(feedback::table.count().get_result(db)?))
}

async fn a_completed_visit_is_rated_once(app: TestApp) {
    let (patient, id) = visit(&app, doctor(&app), AppointmentStatus::Completed).await;
    let path = format!("/appointments/{id}/feedback");
    assert!(patient.get("/").await.expect(200).body.contains(&path));
    assert!(patient.get(&format!("/appointments/{id}")).await.expect(200).says("How was your visit?"));
    let said = [("rating", "4"), ("comment", "Kind, but I waited <long>")];
    let all = join_all((0..8).map(|_| patient.post(&path, &said))).await;
    assert_eq!(all.iter().filter(|reply| reply.status == 303).count(), 1);
    let others: Vec<_> = all.iter().filter(|reply| reply.status == 422).collect();
    assert_eq!(others.len(), 7);
    assert_eq!(count(&app), 1);
    let page = patient.get(&path).await.expect(200);
    assert!(page.says("4 of 5") && page.body.contains("&#60;long&#62;") && page.input("rating").is_none());
    assert!(!patient.get("/").await.expect(200).body.contains(&path));
    assert!(patient.get(&format!("/appointments/{id}")).await.expect(200).says("You rated this visit 4 of 5"));
}

async fn a_rating_that_is_wrong_is_refused(app: TestApp) {
    let (patient, id) = visit(&app, doctor(&app), AppointmentStatus::Completed).await;
    let path = format!("/appointments/{id}/feedback");
    let long = "x".repeat(2001);
    for rating in ["", "0", "6", "-1", "4.5", "five", "99999999999999999999"] {
        let page = patient.post(&path, &[("rating", rating), ("comment", "Kept words")]).await.expect(422);
        assert!(page.says("Choose how it was.") && page.says("Kept words"), "{rating:?}");
    }
    patient.post(&path, &[("rating", "3"), ("comment", &long)]).await.expect(422);
    for status in [AppointmentStatus::Scheduled, AppointmentStatus::Cancelled, AppointmentStatus::InProgress] {
        let (other, id) = visit(&app, doctor(&app), status).await;
        let path = format!("/appointments/{id}/feedback");
        assert!(other.get(&path).await.expect(200).says("not completed yet"));
        other.post(&path, &[("rating", "5")]).await.expect(409);
    }
    assert_eq!(count(&app), 0);
}

async fn doctors_are_shown_with_their_average(app: TestApp) {
    let (rated, unrated) = (doctor(&app), doctor(&app));
    let admin = app.sign_in(Role::Admin).await;
    assert!(admin.get("/feedback").await.expect(200).says("No ratings yet"));
    for (rating, comment) in [("5", ""), ("5", "Thank you"), ("4", ""), ("2", "Did not listen")] {
        let (patient, id) = visit(&app, rated, AppointmentStatus::Completed).await;
        let path = format!("/appointments/{id}/feedback");
        patient.post(&path, &[("rating", rating), ("comment", comment)]).await.expect(303);
    }
    let patient = app.sign_in(Role::Patient).await;
    assert!(patient.get(&format!("/doctors/{rated}")).await.expect(200).says("4.0 of 5, from 4 ratings"));
    assert!(!patient.get(&format!("/doctors/{unrated}")).await.expect(200).says("of 5"));
    assert!(patient.get("/doctors").await.expect(200).says("4.0 of 5"));
    assert!(patient.get("/book").await.expect(200).says("4.0 of 5"));
    let list = admin.get("/feedback").await.expect(200);
    assert!(list.says("Did not listen") && list.says("Thank you"));
    let poor = admin.get(&format!("/feedback?doctor={rated}&rating=2&comment=1")).await.expect(200);
    assert!(poor.says("Did not listen") && !poor.says("Thank you") && poor.says("4.0 of 5, from 4 ratings"));
    assert!(admin.get(&format!("/feedback?doctor={unrated}")).await.expect(200).says("Nothing like this was said"));
    for other in [Role::Doctor, Role::Receptionist, Role::Patient] {
        app.sign_in(other).await.get("/feedback").await.expect(403);
    }
}

async fn only_ones_own_visits_are_rated(app: TestApp) {
    let doctor = doctor(&app);
    let (_, id) = visit(&app, doctor, AppointmentStatus::Completed).await;
    let (stranger, _) = visit(&app, doctor, AppointmentStatus::Completed).await;
    let path = format!("/appointments/{id}/feedback");
    stranger.get(&path).await.expect(404);
    stranger.post(&path, &[("rating", "1")]).await.expect(404);
    for role in [Role::Doctor, Role::Receptionist, Role::Admin] {
        app.sign_in(role).await.post(&path, &[("rating", "5")]).await.expect(403);
    }
    assert_eq!(count(&app), 0);
}
