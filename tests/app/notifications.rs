//! What people are told within the product: once, only to them, and read when they say so.

use diesel::prelude::*;
use infirmary::access::{By, Role};
use infirmary::accounts::model::UserId;
use infirmary::db::schema::notifications;
use infirmary::notifications::actions;
use infirmary::notifications::model::Notice;

use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(the_bell_counts_what_is_unread_and_opening_one_marks_it);
    suite.both(an_event_is_told_once_and_never_to_whoever_did_it);
    suite.both(what_came_after_the_list_was_shown_stays_unread);
    suite.both(a_notification_is_its_persons_own);
}

fn notice(user_id: UserId, event: &str, message: &str) -> Notice {
    let (event, message, link) = (event.to_owned(), message.to_owned(), "/account".to_owned());
    Notice { user_id, event, message, link }
}

fn tell(app: &TestApp, notices: Vec<Notice>) {
    let by = By::system(app.now());
    app.write(move |db| notices.iter().try_for_each(|notice| actions::notify(db, &by, notice)));
}

async fn the_bell_counts_what_is_unread_and_opening_one_marks_it(app: TestApp) {
    let reader = app.sign_in(Role::Pharmacist).await;
    assert!(reader.get("/notifications").await.expect(200).says("Nothing new"));
    let me = reader.user_id;
    tell(&app, vec![notice(me, "a:1", "The first <b>news</b>."), notice(me, "a:2", "The second.")]);

    let home = reader.get("/").await.expect(200);
    assert!(home.body.contains("Notifications: 2 unread"));
    assert!(reader.get("/notifications/bell").await.expect(200).body.contains("2 unread"));
    let list = reader.get("/notifications").await.expect(200);
    assert!(list.says("The second.") && list.body.contains("The first &#60;b&#62;news"), "{}", list.words());

    let newest: Option<i64> =
        app.read(|db| Ok(notifications::table.select(diesel::dsl::max(notifications::id)).first(db)?));
    let newest = newest.expect("two were told");
    let opened = reader.post(&format!("/notifications/{newest}/open"), &[]).await.expect(303);
    assert_eq!(opened.location(), "/account");
    assert!(reader.get("/").await.body.contains("Notifications: 1 unread"));
}

async fn an_event_is_told_once_and_never_to_whoever_did_it(app: TestApp) {
    let (reader, other) = (app.sign_in(Role::Doctor).await, app.sign_in(Role::Doctor).await);
    for _ in 0..3 {
        tell(&app, vec![notice(reader.user_id, "a:1", "News."), notice(other.user_id, "a:1", "News.")]);
    }
    let told: i64 = app.read(|db| Ok(notifications::table.count().get_result(db)?));
    assert_eq!(told, 2, "once to each");
}

async fn what_came_after_the_list_was_shown_stays_unread(app: TestApp) {
    let reader = app.sign_in(Role::Patient).await;
    tell(&app, vec![notice(reader.user_id, "a:1", "Seen.")]);
    let newest =
        reader.get("/notifications").await.expect(200).input("newest").expect("the form says how far it reaches");
    tell(&app, vec![notice(reader.user_id, "a:2", "Not seen yet.")]);
    reader.post("/notifications/read", &[("newest", &newest)]).await.expect(303);
    assert!(reader.get("/").await.body.contains("Notifications: 1 unread"));
    for wrong in ["", "x", "99999999999999999999"] {
        reader.post("/notifications/read", &[("newest", wrong)]).await.expect(404);
    }
}

async fn a_notification_is_its_persons_own(app: TestApp) {
    let (reader, stranger) = (app.sign_in(Role::Patient).await, app.sign_in(Role::Admin).await);
    tell(&app, vec![notice(reader.user_id, "a:1", "For one alone.")]);
    let id: i64 = app.read(|db| Ok(notifications::table.select(notifications::id).first(db)?));
    stranger.post(&format!("/notifications/{id}/open"), &[]).await.expect(404);
    assert!(!stranger.get("/notifications").await.says("For one alone."));
    stranger.post("/notifications/read", &[("newest", "9999")]).await.expect(303);
    assert!(reader.get("/").await.body.contains("Notifications: 1 unread"));
}
