//! The hospital's settings.

use diesel::prelude::*;
use infirmary::access::Role;
use infirmary::db::schema::{audit_log, doctors, settings};

use crate::support::{Suite, TestApp, factory};

pub fn tests(suite: &mut Suite) {
    suite.both(settings_are_edited_audited_and_hold_at_once);
    suite.both(settings_that_are_wrong_come_back_with_everything_typed);
    suite.both(a_stale_edit_of_the_settings_saves_nothing);
    suite.both(the_currency_stays_while_there_are_fees);
}

const GOOD: [(&str, &str); 20] = [
    ("hospital_name", "Santa María"),
    ("address", "Calle Mayor 1"),
    ("phone", "+34 91 123 45 67"),
    ("email", "Hola@Example.org"),
    ("website", "clinic.example.org"),
    ("established_year", "1911"),
    ("licence_number", "L-99"),
    ("time_zone", "America/New_York"),
    ("currency", "USD"),
    ("booking_days_ahead", "90"),
    ("cancel_hours_before", "24"),
    ("auto_confirm", "yes"),
    ("slot_hold_minutes", "10"),
    ("waiting_limit_minutes", "45"),
    ("idle_minutes", "20"),
    ("follow_up_free_days", "14"),
    ("payment_days", "30"),
    ("tax_number", "FR 40 303 265 045"),
    ("refund_approval_limit", "50"),
    ("version", "1"),
];

fn with<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    GOOD.iter().map(|(name, kept)| if *name == field { (field, value) } else { (*name, *kept) }).collect()
}

async fn settings_are_edited_audited_and_hold_at_once(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let desk = app.sign_in(Role::Receptionist).await;
    desk.get("/settings").await.expect(403);
    assert_eq!(admin.get("/settings").await.expect(200).input("hospital_name").as_deref(), Some("Saint Roch"));
    admin.post("/settings", &GOOD).await.expect(303);
    assert!(desk.get("/account").await.expect(200).says("Santa María"));
    let page = admin.get("/settings").await.expect(200);
    for (field, value) in GOOD.iter().filter(|(name, _)| !["auto_confirm", "version"].contains(name)) {
        let expected = match *field {
            "website" => "https://clinic.example.org",
            "email" => "hola@example.org",
            _ => value,
        };
        let is_shown = page.body.contains(&format!("value=\"{expected}\"")) || page.says(expected);
        assert!(is_shown, "{field}: {expected}");
    }
    assert!(page.body.contains("value=\"yes\" checked"));
    let act: (Option<String>, String) = app.read(|db| {
        Ok(audit_log::table
            .filter(audit_log::entity.eq("settings"))
            .select((audit_log::admin_action, audit_log::changes))
            .first(db)?)
    });
    assert_eq!(act.0.as_deref(), Some("change_settings"));
    assert!(act.1.contains(r#""idle_minutes":[15,20]"#), "{}", act.1);
}

async fn settings_that_are_wrong_come_back_with_everything_typed(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    for (field, value) in [
        ("hospital_name", ""),
        ("phone", "ring"),
        ("email", "x@"),
        ("website", "javascript:alert(1)"),
        ("established_year", "2999"),
        ("time_zone", "Mars/Base"),
        ("time_zone", ""),
        ("currency", "XAU"),
        ("currency", "euro"),
        ("booking_days_ahead", ""),
        ("booking_days_ahead", "0"),
        ("booking_days_ahead", "731"),
        ("cancel_hours_before", "-1"),
        ("slot_hold_minutes", "61"),
        ("waiting_limit_minutes", "1e3"),
        ("idle_minutes", "0"),
        ("idle_minutes", "99999999999999999999"),
    ] {
        let page = admin.post("/settings", &with(field, value)).await.expect(422);
        assert!(page.body.contains(&format!("e-{field}")), "{field}={value:?}: {}", page.words());
        assert!(field == "hospital_name" || page.says("Santa María"));
    }
    let name: String = app.read(|db| Ok(settings::table.select(settings::hospital_name).first(db)?));
    assert_eq!(name, "Saint Roch");
}

async fn a_stale_edit_of_the_settings_saves_nothing(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    admin.post("/settings", &GOOD).await.expect(303);
    let stale = admin.post("/settings", &with("hospital_name", "Late")).await.expect(409);
    assert!(stale.says("Late") && stale.says("Santa María"));
    let name: String = app.read(|db| Ok(settings::table.select(settings::hospital_name).first(db)?));
    assert_eq!(name, "Santa María");
}

async fn the_currency_stays_while_there_are_fees(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let now = app.now();
    let doctor = app.write(move |db| factory::doctor(db, now));
    let set_fee = |fee: i64| {
        app.write(move |db| {
            diesel::update(doctors::table.find(doctor)).set(doctors::consultation_fee.eq(fee)).execute(db)?;
            Ok(())
        });
    };
    set_fee(5000);
    let page = admin.post("/settings", &GOOD).await.expect(422);
    assert!(page.body.contains("e-currency") && page.says("There are amounts in EUR already"));
    admin.post("/settings", &with("currency", "EUR")).await.expect(303);
    set_fee(0);
    let fields: Vec<(&str, &str)> = with("version", "2");
    admin.post("/settings", &fields).await.expect(303);
}
