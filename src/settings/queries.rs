//! SQL of the settings.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::SettingsInput;
use super::model::{NewSettings, Settings};
use crate::db::DbConnection;
use crate::db::schema::{charge_items, doctors, price_items, settings};

/// The settings, or `None` while the hospital is not set up.
pub fn find(db: &mut DbConnection) -> QueryResult<Option<Settings>> {
    settings::table.select(Settings::as_select()).first(db).optional()
}

/// Makes the hospital. A second one violates the table's primary key.
pub fn insert(db: &mut DbConnection, new: &NewSettings) -> QueryResult<()> {
    diesel::insert_into(settings::table).values(new).execute(db).map(|_| ())
}

/// Whether amounts of money are stored, whose currency cannot change under them.
pub fn amounts_exist(db: &mut DbConnection) -> QueryResult<bool> {
    let fees = diesel::dsl::exists(doctors::table.filter(doctors::consultation_fee.gt(0)));
    let prices = diesel::dsl::exists(price_items::table.filter(price_items::price.gt(0)));
    let charges = diesel::dsl::exists(charge_items::table.filter(charge_items::amount.gt(0)));
    diesel::select(fees.or(prices).or(charges)).get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(db: &mut DbConnection, version: i32, input: &SettingsInput, now: NaiveDateTime) -> QueryResult<bool> {
    diesel::update(settings::table.filter(settings::version.eq(version)))
        .set((
            settings::hospital_name.eq(&input.hospital_name),
            settings::address.eq(&input.address),
            settings::phone.eq(&input.phone),
            settings::email.eq(&input.email),
            settings::website.eq(&input.website),
            settings::established_year.eq(input.established_year),
            settings::licence_number.eq(&input.licence_number),
            settings::time_zone.eq(&input.time_zone),
            settings::currency.eq(&input.currency),
            settings::booking_days_ahead.eq(input.booking_days_ahead),
            settings::cancel_hours_before.eq(input.cancel_hours_before),
            settings::auto_confirm.eq(input.auto_confirm),
            settings::slot_hold_minutes.eq(input.slot_hold_minutes),
            settings::waiting_limit_minutes.eq(input.waiting_limit_minutes),
            settings::idle_minutes.eq(input.idle_minutes),
            settings::follow_up_free_days.eq(input.follow_up_free_days),
            settings::payment_days.eq(input.payment_days),
            settings::tax_number.eq(&input.tax_number),
            settings::refund_approval_limit.eq(input.refund_approval_limit),
            settings::version.eq(version + 1),
            settings::updated_at.eq(now),
        ))
        .execute(db)
        .map(|changed| changed == 1)
}
