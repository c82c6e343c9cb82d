//! What a notification is.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::accounts::model::UserId;
use crate::db::schema::notifications;

/// The id of a notification.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct NotificationId(pub i64);

/// What somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub user_id: UserId,
    /// What happened to which thing, such as `prescription:17:declined:4`: a person is told of each event once.
    pub event: String,
    /// A sentence without any clinical detail.
    pub message: String,
    /// The local address where it is seen.
    pub link: String,
}

/// A notification as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct Notification {
    pub id: NotificationId,
    pub message: String,
    pub link: String,
    pub created_at: NaiveDateTime,
    pub read_at: Option<NaiveDateTime>,
}
