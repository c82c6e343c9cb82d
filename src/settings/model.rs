//! The one row of settings.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::settings;
use crate::money::Currency;
use crate::time::Zone;

/// The hospital's settings as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = settings)]
pub struct Settings {
    pub hospital_name: String,
    pub address: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub established_year: Option<i32>,
    pub licence_number: String,
    pub time_zone: String,
    pub currency: String,
    /// How many days ahead patients may book.
    pub booking_days_ahead: i32,
    /// Until how many hours before it patients may cancel or move an appointment.
    pub cancel_hours_before: i32,
    /// Whether online bookings need no word of the desk.
    pub auto_confirm: bool,
    /// For how long a chosen time is kept while a form is filled.
    pub slot_hold_minutes: i32,
    /// After how long a wait is marked on the board.
    pub waiting_limit_minutes: i32,
    /// After how long without a request staff are signed out.
    pub idle_minutes: i32,
    /// A follow-up within so many days of the first visit costs nothing; 0 for never.
    pub follow_up_free_days: i32,
    /// After how many days a bill is due.
    pub payment_days: i32,
    /// The hospital's number with the tax office, as bills print it.
    pub tax_number: String,
    /// Above this amount, in minor units, a refund waits for a second person.
    pub refund_approval_limit: i64,
    pub version: i32,
    pub updated_at: NaiveDateTime,
}

/// What the set-up page asks for.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = settings)]
pub struct NewSettings {
    pub id: i64,
    pub hospital_name: String,
    pub address: String,
    pub phone: String,
    pub time_zone: String,
    pub currency: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Settings {
    /// The hospital's wall clock. Only names of the time zone database are ever stored; UTC if one was removed from it.
    pub fn zone(&self) -> Zone {
        Zone::named(&self.time_zone).unwrap_or(Zone(chrono_tz::UTC))
    }

    /// The hospital's currency. Only codes of ISO 4217 are ever stored; the US dollar if one was removed from it.
    pub fn currency(&self) -> Currency {
        Currency::named(&self.currency).unwrap_or_else(Currency::fallback)
    }
}
