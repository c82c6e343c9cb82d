//! What is typed about the hospital.

use super::model::Settings;
use crate::money::Currency;
use crate::time::Zone;
use crate::web::Form;

/// The settings as they shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsInput {
    pub hospital_name: String,
    pub address: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub established_year: Option<i32>,
    pub licence_number: String,
    pub time_zone: String,
    pub currency: String,
    pub booking_days_ahead: i32,
    pub cancel_hours_before: i32,
    pub auto_confirm: bool,
    pub slot_hold_minutes: i32,
    pub waiting_limit_minutes: i32,
    pub idle_minutes: i32,
    pub follow_up_free_days: i32,
    pub payment_days: i32,
    pub tax_number: String,
    /// Minor units of the currency.
    pub refund_approval_limit: i64,
}

/// Reads the form; what is wrong stands in it afterwards. `this_year` is the latest year a hospital can be founded in.
pub fn parse(form: &mut Form, this_year: i32) -> Option<SettingsInput> {
    let input = SettingsInput {
        hospital_name: form.required("hospital_name", 120, "Enter the hospital's name."),
        address: form.text("address", 400),
        phone: form.phone("phone"),
        email: form.email("email").unwrap_or_default(),
        website: website(form),
        established_year: form.number("established_year", 1000..=this_year),
        licence_number: form.text("licence_number", 80),
        time_zone: form.value("time_zone").to_owned(),
        currency: form.value("currency").to_owned(),
        booking_days_ahead: needed(form, "booking_days_ahead", 1, 730),
        cancel_hours_before: needed(form, "cancel_hours_before", 0, 336),
        auto_confirm: form.ticked("auto_confirm"),
        slot_hold_minutes: needed(form, "slot_hold_minutes", 1, 60),
        waiting_limit_minutes: needed(form, "waiting_limit_minutes", 1, 600),
        idle_minutes: needed(form, "idle_minutes", 1, 240),
        follow_up_free_days: needed(form, "follow_up_free_days", 0, 365),
        payment_days: needed(form, "payment_days", 0, 365),
        tax_number: form.text("tax_number", 80),
        refund_approval_limit: refund_limit(form),
    };
    if Zone::named(&input.time_zone).is_none() {
        form.refuse_field("time_zone", "Choose the hospital's time zone.");
    }
    if Currency::named(&input.currency).is_none() {
        form.refuse_field("currency", "Choose the hospital's currency.");
    }
    form.is_valid().then_some(input)
}

/// A number that must be there. The ranges are those of the table's constraints.
fn needed(form: &mut Form, name: &str, least: i32, most: i32) -> i32 {
    if form.value(name).trim().is_empty() {
        form.refuse_field(name, format!("Enter a whole number from {least} to {most}."));
    }
    form.number(name, least..=most).unwrap_or(least)
}

/// Above how much a refund waits for a second person; nothing means each.
fn refund_limit(form: &mut Form) -> i64 {
    let currency = Currency::named(form.value("currency")).unwrap_or_else(Currency::fallback);
    let limit = form.money("refund_approval_limit", currency).unwrap_or_default();
    if limit > 1_000_000_000_000 {
        form.refuse_field("refund_approval_limit", format!("At most {}.", currency.text(1_000_000_000_000)));
    }
    limit
}

/// A web address; `https://` is put in front of a bare host name.
fn website(form: &mut Form) -> String {
    let typed = form.text("website", 200);
    if typed.is_empty() {
        return typed;
    }
    let address = if typed.contains("://") { typed } else { format!("https://{typed}") };
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let is_plain = address.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"'".contains(c));
    if !is_plain || !host.contains('.') || host.starts_with('.') {
        form.refuse_field("website", "Enter a web address such as https://clinic.example.org.");
    }
    address
}

/// The form that shows what is stored.
pub fn filled(settings: &Settings) -> Form {
    Form::of([
        ("hospital_name", settings.hospital_name.clone()),
        ("address", settings.address.clone()),
        ("phone", settings.phone.clone()),
        ("email", settings.email.clone()),
        ("website", settings.website.clone()),
        ("established_year", settings.established_year.map(|y| y.to_string()).unwrap_or_default()),
        ("licence_number", settings.licence_number.clone()),
        ("time_zone", settings.time_zone.clone()),
        ("currency", settings.currency.clone()),
        ("booking_days_ahead", settings.booking_days_ahead.to_string()),
        ("cancel_hours_before", settings.cancel_hours_before.to_string()),
        ("auto_confirm", if settings.auto_confirm { "yes".to_owned() } else { String::new() }),
        ("slot_hold_minutes", settings.slot_hold_minutes.to_string()),
        ("waiting_limit_minutes", settings.waiting_limit_minutes.to_string()),
        ("idle_minutes", settings.idle_minutes.to_string()),
        ("follow_up_free_days", settings.follow_up_free_days.to_string()),
        ("payment_days", settings.payment_days.to_string()),
        ("tax_number", settings.tax_number.clone()),
        ("refund_approval_limit", settings.currency().input(settings.refund_approval_limit)),
        ("version", settings.version.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_is_one_that_can_be_linked() {
        let read = |text: &str| {
            let mut form = Form::of([("website", text.to_owned())]);
            let address = website(&mut form);
            form.is_valid().then_some(address)
        };
        assert_eq!(read("clinic.example.org").as_deref(), Some("https://clinic.example.org"));
        assert_eq!(read("http://clinic.example.org/a").as_deref(), Some("http://clinic.example.org/a"));
        assert_eq!(read("").as_deref(), Some(""));
        for wrong in ["javascript:alert(1)", "ftp://clinic.example.org", "clinic", "https://a b.example", "https://"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
