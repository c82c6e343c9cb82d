//! Changing the settings.

use super::forms::SettingsInput;
use super::model::Settings;
use super::queries;
use crate::access::By;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::{AppError, StaleEdit};

/// Saves the settings.
///
/// # Errors
/// `Stale` when somebody else saved first; `Conflict` for another currency while there are amounts in the present one.
pub fn update(db: &mut DbConnection, by: &By, version: i32, input: &SettingsInput) -> Result<(), AppError> {
    let before = queries::find(db)?.ok_or(AppError::NotFound)?;
    if before.currency != input.currency && queries::amounts_exist(db)? {
        let message = format!(
            "There are amounts in {} already, such as doctors' fees; they would mean something else. Set the fees to 0 first.",
            before.currency
        );
        return Err(AppError::Conflict(message));
    }
    if before.version != version || !queries::update(db, version, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "settings", 1_i64)
        .admin(AdminAction::ChangeSettings)
        .change("hospital_name", &before.hospital_name, &input.hospital_name)
        .change("address", &before.address, &input.address)
        .change("phone", &before.phone, &input.phone)
        .change("email", &before.email, &input.email)
        .change("website", &before.website, &input.website)
        .change("established_year", &before.established_year, &input.established_year)
        .change("licence_number", &before.licence_number, &input.licence_number)
        .change("time_zone", &before.time_zone, &input.time_zone)
        .change("currency", &before.currency, &input.currency)
        .change("booking_days_ahead", &before.booking_days_ahead, &input.booking_days_ahead)
        .change("cancel_hours_before", &before.cancel_hours_before, &input.cancel_hours_before)
        .change("auto_confirm", &before.auto_confirm, &input.auto_confirm)
        .change("slot_hold_minutes", &before.slot_hold_minutes, &input.slot_hold_minutes)
        .change("waiting_limit_minutes", &before.waiting_limit_minutes, &input.waiting_limit_minutes)
        .change("idle_minutes", &before.idle_minutes, &input.idle_minutes)
        .change("follow_up_free_days", &before.follow_up_free_days, &input.follow_up_free_days)
        .change("payment_days", &before.payment_days, &input.payment_days)
        .change("tax_number", &before.tax_number, &input.tax_number)
        .change("refund_approval_limit", &before.refund_approval_limit, &input.refund_approval_limit);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Settings, yours: &SettingsInput) -> StaleEdit {
    let year = |year: Option<i32>| year.map(|y| y.to_string()).unwrap_or_default();
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    let limit = |minor| theirs.currency().text(minor);
    StaleEdit::new("The settings", "/settings")
        .row("Hospital", &yours.hospital_name, &theirs.hospital_name)
        .row("Address", &yours.address, &theirs.address)
        .row("Phone", &yours.phone, &theirs.phone)
        .row("E-mail", &yours.email, &theirs.email)
        .row("Website", &yours.website, &theirs.website)
        .row("Established", year(yours.established_year), year(theirs.established_year))
        .row("Licence number", &yours.licence_number, &theirs.licence_number)
        .row("Time zone", &yours.time_zone, &theirs.time_zone)
        .row("Currency", &yours.currency, &theirs.currency)
        .row("Days ahead that patients may book", yours.booking_days_ahead, theirs.booking_days_ahead)
        .row("Hours before that patients may cancel", yours.cancel_hours_before, theirs.cancel_hours_before)
        .row("Confirm online bookings at once", yes_no(yours.auto_confirm), yes_no(theirs.auto_confirm))
        .row("Minutes a chosen time is kept", yours.slot_hold_minutes, theirs.slot_hold_minutes)
        .row("Minutes after which a wait is marked", yours.waiting_limit_minutes, theirs.waiting_limit_minutes)
        .row("Minutes after which staff are signed out", yours.idle_minutes, theirs.idle_minutes)
        .row("Days within which a follow-up is free", yours.follow_up_free_days, theirs.follow_up_free_days)
        .row("Days until a bill is due", yours.payment_days, theirs.payment_days)
        .row("Tax number", &yours.tax_number, &theirs.tax_number)
        .row(
            "Refunds that need a second person",
            limit(yours.refund_approval_limit),
            limit(theirs.refund_approval_limit),
        )
}
